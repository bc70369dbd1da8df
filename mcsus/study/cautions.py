"""Cautions: what is allowed, yet a reader of the report should know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.model import Equation


def cautions(fields: Mapping[str, Any], written: Sequence[str]) -> tuple[str, ...]:
    """Return the cautions of a study.

    Parameters
    ----------
    fields : mapping
        Fields of the Study.
    written : sequence of str
        Names of the parameters that the study file itself writes.

    Examples
    --------
    >>> from mcsus.streams import Design
    >>> fields = {"equations": (), "breakdown": {}, "scenarios": ()}
    >>> cautions({**fields, "design": Design(replicates=1)}, ["spare"])
    ("parameter 'spare' is used by no equation", 'one replicate gives no numerical errors')
    """
    return (
        *_unused(fields, written),
        *_one_replicate(fields),
        *_unread_changes(fields),
    )


def _used(equations: Sequence[Equation]) -> set[str]:
    return {name for equation in equations for name in equation.inputs}


def _unused(fields: Mapping[str, Any], written: Sequence[str]) -> list[str]:
    used = _used(fields["equations"])
    used |= {part for parts in fields["breakdown"].values() for part in parts}
    return [f"parameter {n!r} is used by no equation" for n in written if n not in used]


def _one_replicate(fields: Mapping[str, Any]) -> list[str]:
    if fields["design"].replicates > 1:
        return []
    return ["one replicate gives no numerical errors"]


def _unread_changes(fields: Mapping[str, Any]) -> list[str]:
    used = _used(fields["equations"])
    return [
        f"scenario {scenario.id!r} sets {name!r}, which is used by no equation"
        for scenario in fields["scenarios"]
        for name in scenario.changes
        if name not in used
    ]
