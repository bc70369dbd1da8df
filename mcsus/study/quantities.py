"""What is typed on the command line: numbers of draws, and what a law is set for."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError
from mcsus.expressions import check_name

MAX_LENGTH = 200
MAX_TARGET = 2000

_POWER = re.compile(r"([0-9]{1,3})(?:\^|\*\*)([0-9]{1,2})\Z")
_DECIMAL = re.compile(r"[0-9]{1,19}|[0-9]{1,15}(\.[0-9]{1,15})?[eE]\+?[0-9]{1,2}")
_LARGEST = 2**63 - 1
_SETTING = re.compile(r"([^=\[]*(?:\[.*\])?)\s*=(.*)\Z", re.DOTALL)
_TARGET = re.compile(r"(?:([^.\[]*)\.)?([^.\[]*)(?:\[(.*)\])?\Z", re.DOTALL)


class Target(NamedTuple):
    """What a value is set for.

    Parameters
    ----------
    scenario : str
        In which scenario alone; empty for the study as written.
    labels : str
        At which labels alone, one of each dim that is named; empty for all.
    """

    name: str
    scenario: str = ""
    labels: str = ""

    def __str__(self) -> str:
        scenario = f"{self.scenario}." if self.scenario else ""
        return f"{scenario}{self.name}" + (f"[{self.labels}]" if self.labels else "")


def parse_target(text: str) -> Target:
    """Return what ``name``, ``scenario.name`` or ``name[label]`` stands for.

    Raises
    ------
    InputError
        If it is none of them, or the name cannot be one of a parameter.

    Examples
    --------
    >>> parse_target("renewable_fab.pue[image_classification]")
    Target(name='pue', scenario='renewable_fab', labels='image_classification')
    """
    match = _TARGET.match(text.strip()) if len(text) < MAX_TARGET else None
    scenario, name, labels = match.groups() if match else (None, "", None)
    if match is None or scenario == "" or labels == "":
        allowed = "a name, scenario.name, name[label] or scenario.name[label]"
        raise InputError(Fault(shown(text), allowed, ("--set",)))
    try:
        check_name(name)
    except InputError as error:
        faults = (replace(fault, where=("--set",)) for fault in error.faults)
        raise InputError(*faults) from None
    return Target(name, scenario or "", labels or "")


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


def parse_setting(text: str) -> tuple[str, str]:
    """Return what ``NAME=VALUE`` is set for, and the law, as ``--set`` takes it.

    Examples
    --------
    >>> parse_setting("grid_intensity=50 g CO2e/kWh")
    ('grid_intensity', '50 g CO2e/kWh')
    >>> parse_setting("field.removal[oak]=0.1 to 0.25")
    ('field.removal[oak]', '0.1 to 0.25')
    """
    match = _SETTING.match(text)
    if match is None:
        allowed = "NAME=VALUE, such as --set grid_intensity='50 g CO2e/kWh' or 'pue=1.1 to 1.4'"
        raise InputError(Fault(shown(text), allowed, ("--set",)))
    key = match[1].strip()
    parse_target(key)
    return key, match[2].strip()


def quantity_text(value: float, unit: str) -> str:
    """Return a value with its unit as it is typed.

    Examples
    --------
    >>> quantity_text(50.0, "g CO2e/kWh"), quantity_text(0.25, "1")
    ('50 g CO2e/kWh', '0.25')
    """
    number = f"{value!r}".removesuffix(".0")
    return number if unit == "1" else f"{number} {unit}"
