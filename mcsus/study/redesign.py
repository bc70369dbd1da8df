"""Another design, or other analyses, than a study file asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcsus.errors import FaultCollector, InputError
from mcsus.streams import Design
from mcsus.study.options import names_of, read_sensitivity
from mcsus.study.parts import Sensitivity
from mcsus.study.writing import by_name

if TYPE_CHECKING:
    from mcsus.study.definition import Study

_OPTION = "--methods"


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


def other_methods(study: Study, methods: str | Sequence[str]) -> Sensitivity:
    """Return the sensitivity analyses of a study by other methods; text is split at commas.

    Raises
    ------
    InputError
        If there is no such method.
    """
    texts = methods.split(",") if isinstance(methods, str) else methods
    names = [own.strip() for own in texts if own.strip()]
    table = {**study.document.get("sensitivity", {}), "methods": names}
    faults = FaultCollector()
    known = names_of(by_name(study.equations), by_name(study.parameters), study.outputs)
    asked = read_sensitivity(table, study.design, known, faults)
    for fault in faults.faults:
        where = (_OPTION,) if "methods" in fault.where else fault.where
        raise InputError(replace(fault, where=where))
    return replace(study.sensitivity, methods=asked.methods, options=asked.options)
