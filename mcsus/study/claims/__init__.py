"""The tables ``[[claims]]``: a kind of claim is one module of this package.

A module that declares a `ClaimKind` as ``KIND`` is found; nothing lists it.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from mcsus.declared.reader import MAX_FAULTS, item_name
from mcsus.errors import FaultCollector
from mcsus.study.claims.kind import ClaimKind
from mcsus.study.parts import Claim

_MODULES = sorted(module.name for module in pkgutil.iter_modules(__path__))

KINDS: tuple[ClaimKind, ...] = tuple(
    module.KIND
    for module in (import_module(f"{__name__}.{name}") for name in _MODULES)
    if hasattr(module, "KIND")
)


def kind_of(table: object) -> ClaimKind:
    """Return the kind of a claim: the one whose mark it holds, else the kind without marks."""
    held = set(table) if isinstance(table, Mapping) else set()
    plain = next(kind for kind in KINDS if not kind.marks)
    return next((kind for kind in KINDS if held.intersection(kind.marks)), plain)


def read_claims(
    tables: Sequence[Any], known: Mapping[str, Any], faults: FaultCollector
) -> tuple[Claim, ...]:
    """Return the claims.

    Parameters
    ----------
    tables : sequence
        What stands in the file.
    known : mapping
        ``equations`` (name -> dimension) and ``parameters`` of the study.
    faults : FaultCollector
        Where faults go.
    """
    claims: dict[str, Claim] = {}
    ids: set[str] = set()
    for index, table in enumerate(tables):
        if len(faults.faults) > MAX_FAULTS:
            break
        kind = kind_of(table)
        row = kind.table.read(table, faults, ("claims", item_name(table, index)), known)
        id_ = row["id"]
        if id_ and id_ in ids:
            row.fault("id", f"{id_!r} twice", "an id of its own for each claim")
        ids.add(id_)
        if row.is_table and row.is_sound:
            claims[id_] = kind.make(row)
    return tuple(claims.values())
