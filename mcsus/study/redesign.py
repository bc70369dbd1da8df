"""Another design, or other analyses, than a study file asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.streams import Design
from mcsus.study.options import names_of, read_sensitivity
from mcsus.study.parts import Sensitivity
from mcsus.study.writing import by_name

if TYPE_CHECKING:
    from mcsus.study.definition import Study

Groups = str | Mapping[str, Sequence[str]]
"""How inputs are put together: by stage, source, evidence or label, or by hand."""

_OPTIONS = {"methods": "--methods", "group_by": "--groups", "groups": "--groups"}


def changed_design(design: Design, changes: Mapping[str, Any]) -> Design:
    """Return another design, refused in the words of the command line if it is none."""
    try:
        return design.with_draws(**changes)
    except InputError as error:
        faults = [
            replace(fault, where=(f"--{fault.where[0]}",)) if fault.where[0] in changes else fault
            for fault in error.faults
        ]
        raise InputError(*faults) from None


def other_analyses(
    study: Study, methods: str | Sequence[str] | None, groups: Groups | None
) -> Sensitivity:
    """Return the sensitivity analyses of a study by other methods, or of other groups of inputs.

    Parameters
    ----------
    methods : str or sequence of str, optional
        Text is split at commas.
    groups : str or mapping, optional
        How inputs are put together, or ``name=parameter,parameter`` with semicolons between.

    Raises
    ------
    InputError
        If there is no such method, grouping or parameter.
    """
    table = dict(study.document.get("sensitivity", {}))
    if isinstance(methods, str) and not methods.strip(" ,"):
        raise InputError(Fault("no name", 'names of methods, or "all"', ("--methods",)))
    if methods is not None:
        texts = methods.split(",") if isinstance(methods, str) else methods
        table["methods"] = [own.strip() for own in texts if own.strip()]
    if groups is not None:
        rest = {key: value for key, value in table.items() if key not in ("group_by", "groups")}
        table = rest | _grouped(groups)
    faults = FaultCollector()
    known = names_of(by_name(study.equations), by_name(study.parameters), study.outputs)
    asked = read_sensitivity(table, study.design, known, faults)
    for fault in faults.faults:
        where = next((option for key, option in _OPTIONS.items() if key in fault.where), None)
        raise InputError(fault if where is None else replace(fault, where=(where,)))
    return replace(
        study.sensitivity,
        methods=asked.methods,
        options=asked.options,
        group_by=asked.group_by,
        groups=asked.groups,
    )


def _grouped(groups: Groups) -> dict[str, Any]:
    """Return the keys of a file that say how inputs are put together."""
    if isinstance(groups, str) and "=" not in groups:
        return {"group_by": groups.strip()}
    if not isinstance(groups, str):
        return {"groups": {name: list(members) for name, members in groups.items()}}
    pairs = (own.partition("=") for own in groups.split(";") if own.strip())
    return {
        "groups": {
            name.strip(): [own.strip() for own in members.split(",") if own.strip()]
            for name, _, members in pairs
        }
    }
