"""The table ``[units]``: units of one's own, as base dimensions and as multiples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NoReturn

from mcsus.declared.reader import shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.units import NO_UNITS, Dimension, OwnUnits, Scale, known_units, scale_of

MAX_UNITS = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_MULTIPLE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][+-]?[0-9]{1,2})?) +(.+)")
_ALLOWED = (
    "a word for what it measures ('currency'), or a multiple of other units ('1000 EUR', "
    "'passenger km')"
)


def read_own_units(table: object, faults: FaultCollector) -> OwnUnits:
    """Return the units that a study names; what is wrong is noted and left out.

    Examples
    --------
    >>> from mcsus.units import unit
    >>> units = read_own_units({"EUR": "currency", "kEUR": "1000 EUR"}, FaultCollector("study"))
    >>> with units.in_use():
    ...     print(unit("kEUR").factor, unit("kg CO2e/EUR").dimension)
    1000.0 kg CO2e / EUR
    """
    if not isinstance(table, Mapping):
        faults.add(shown(table), "a table of name = 'unit'", "units")
        return NO_UNITS
    if len(table) > MAX_UNITS:
        faults.add(f"{len(table)} units", f"at most {MAX_UNITS}", "units")
        return NO_UNITS
    definitions = _Definitions(table)
    for name in table:
        with faults.at("units"):
            definitions.scale(name)
    return OwnUnits(definitions.done)


class _Definitions:
    """Units that are looked up in each other, in whatever order they stand."""

    def __init__(self, table: Mapping[str, object]) -> None:
        self.table = table
        self.done: dict[str, Scale] = {}
        self.kinds: dict[str, str] = {}  # what a base unit measures -> its name
        self.open: list[str] = []

    def scale(self, name: str) -> Scale:
        """Return what a unit of the table stands for."""
        if name in self.done:
            return self.done[name]
        text = self.table[name]
        if not _NAME.fullmatch(name):
            _refuse(name, shown(name), "a name of letters, digits and '_', a letter first")
        if name in known_units():
            _refuse(name, f"{name!r}, a unit that is known", "a name of its own")
        if not isinstance(text, str) or not text.strip():
            _refuse(name, shown(text), _ALLOWED)
        if name in self.open:
            _refuse(name, f"{text!r}, which needs {name!r} itself", _ALLOWED)
        self.open.append(name)
        try:
            self.done[name] = self._defined(name, text.strip())
        finally:
            self.open.pop()
        return self.done[name]

    def _defined(self, name: str, text: str) -> Scale:
        match = _MULTIPLE.fullmatch(text)
        number, unit = (match[1], match[2]) if match else ("1", text)
        is_word = _NAME.fullmatch(unit) is not None and match is None
        if is_word and (unit == name or not (unit in self.table or unit in known_units())):
            return self._base(name, unit)
        for other in _NAME.findall(unit):
            if other in self.table:
                self.scale(other)
        if not Fraction(number):
            _refuse(name, repr(text), "a multiple above 0")
        try:
            scale = scale_of(unit, OwnUnits(self.done))
        except InputError as error:
            raise InputError(*(Fault(f.found, f.allowed, (name,)) for f in error.faults)) from None
        return Scale(scale.dimension, scale.factor * Fraction(number))

    def _base(self, name: str, kind: str) -> Scale:
        other = self.kinds.setdefault(kind, name)
        if other != name:
            allowed = f"one base unit of {kind!r} and multiples of it, such as '0.9 {other}'"
            _refuse(name, f"{kind!r}, which {other!r} is the unit of", allowed)
        return Scale(Dimension.base(name), Fraction(1))


def _refuse(name: str, found: str, allowed: str) -> NoReturn:
    raise InputError(Fault(found, allowed, (name[:60],)))
