"""What stands for an equation where a study is made from Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError
from mcsus.model import Equation, equation
from mcsus.study.changes import write_equation

_WITH_UNIT = re.compile(r"(.*?)\s*\[([^\[\]]*)\]\s*\Z", re.DOTALL)
_FORMS = (
    "a formula with its unit, 'power*life [kWh]' ([1] for none), (formula, unit), "
    "(function, unit), an Equation or a table"
)


def equation_table(name: str, given: object) -> dict[str, Any]:
    """Return the table of an equation, as a study file has it.

    Raises
    ------
    InputError
        If it is no equation, or has no unit.

    Examples
    --------
    >>> equation_table("used", "power*life [kWh]")
    {'formula': 'power*life', 'unit': 'kWh'}
    >>> equation_table("used", (lambda power, life: power * life, "kWh"))
    {'formula': 'power*life', 'unit': 'kWh'}
    """
    match given:
        case Mapping():
            return dict(given)
        case Equation():
            if given.name != name:
                found = f"the equation {given.name!r} under another name"
                raise InputError(Fault(found, f"its own name, or (function, unit) as {name!r}"))
            return write_equation(given)
        case str():
            if match := _WITH_UNIT.match(given):
                return {"formula": match[1], "unit": match[2].strip() or "1"}
            raise InputError(Fault(f"{shown(given)} without a unit", _FORMS))
        case [str(formula), str(unit)]:
            return {"formula": formula, "unit": unit}
        case [function, str(unit)] if callable(function):
            traced = equation(unit=unit)(function)
            return write_equation(replace(traced, name=name))
    if callable(given):
        allowed = "(function, unit), or @equation(unit=...) above it"
        raise InputError(Fault("a function without a unit", allowed))
    raise InputError(Fault(shown(given), _FORMS))
