"""Numbers as they are typed on the command line: draws and values with a unit."""

from __future__ import annotations

import re
from dataclasses import replace

from mcsus.declared.reader import finite, read_unit, shown
from mcsus.errors import Fault, InputError
from mcsus.expressions import check_name

MAX_LENGTH = 200

_POWER = re.compile(r"([0-9]{1,3})(?:\^|\*\*)([0-9]{1,2})\Z")
_DECIMAL = re.compile(r"[0-9]{1,19}|[0-9]{1,15}(\.[0-9]{1,15})?[eE]\+?[0-9]{1,2}")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LARGEST = 2**63 - 1


def parse_count(text: str, where: str = "--draws") -> int:
    """Return a number of draws: ``65536``, ``2^16`` or ``1e6``.

    Raises
    ------
    InputError
        If the text is no whole number of one of the three forms, or beyond 2^63 - 1.

    Examples
    --------
    >>> parse_count("65536"), parse_count("2^16"), parse_count("1e6"), parse_count("1.5e3")
    (65536, 65536, 1000000, 1500)
    """
    from decimal import Decimal  # noqa: PLC0415 - a study without numbers as texts needs none

    compact = text.strip().replace("_", "") if len(text) < MAX_LENGTH else ""
    count = Decimal(0)
    if match := _POWER.match(compact):
        count = Decimal(int(match[1]) ** int(match[2]))
    elif _DECIMAL.fullmatch(compact):
        count = Decimal(compact)
    if not 1 <= count <= _LARGEST or count % 1:
        allowed = "a whole number such as 65536 or 2^16"
        raise InputError(Fault(shown(text), allowed, (where,)))
    return int(count)


def parse_quantity(text: str, where: str = "value") -> tuple[float, str]:
    """Return the number and the unit text of ``50 g CO2e/kWh``; no unit means a plain number.

    Raises
    ------
    InputError
        If there is no number in front, it is not finite, or the unit is not valid.

    Examples
    --------
    >>> parse_quantity("50 g CO2e/kWh"), parse_quantity("0.5"), parse_quantity("3%")
    ((50.0, 'g CO2e/kWh'), (0.5, '1'), (3.0, '%'))
    """
    stripped = text.strip() if len(text) < MAX_LENGTH else ""
    match = _NUMBER.match(stripped)
    number = None if match is None else finite(float(match[0]))
    if match is None or number is None:
        allowed = "a finite number and its unit, such as '50 g CO2e/kWh'"
        raise InputError(Fault(shown(text), allowed, (where,)))
    unit = stripped[match.end() :].strip() or "1"
    read_unit(unit, where)
    return number, unit


def parse_setting(text: str) -> tuple[str, tuple[float, str]]:
    """Return name, value and unit text of ``NAME=VALUE``, as ``--set`` takes it.

    Examples
    --------
    >>> parse_setting("grid_intensity=50 g CO2e/kWh")
    ('grid_intensity', (50.0, 'g CO2e/kWh'))
    """
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals:
        allowed = "NAME=VALUE, such as --set grid_intensity='50 g CO2e/kWh'"
        raise InputError(Fault(shown(text), allowed, ("--set",)))
    try:
        check_name(name)
    except InputError as error:
        faults = (replace(fault, where=("--set",)) for fault in error.faults)
        raise InputError(*faults) from None
    return name, parse_quantity(value, f"--set {name}")
