"""Laws as they are typed where nothing else tells their unit: it is the one that is written."""

from __future__ import annotations

from mcsus.families import Distribution
from mcsus.study.line import refuse
from mcsus.study.typed import MAX_LENGTH, Line, Typed, in_unit, typed_law
from mcsus.units import Unit
from mcsus.units import unit as read_unit


def typed_alone(text: str) -> Typed:
    """Return the law that a text means, in the unit that it writes; without one, in ``1``.

    Raises
    ------
    InputError
        If there is no such law, or units in it are of several dimensions; the fault names the
        column.

    Examples
    --------
    >>> typed_alone("5 to 20 g").table["unit"], typed_alone("grid.de.2024").id
    ('g', 'grid.de.2024')
    """
    plain = read_unit("1")
    if len(text) > MAX_LENGTH:
        return typed_law(text, plain)
    try:
        _Seeking(text, plain).read()
    except _SeenError as seen:
        return typed_law(text, seen.unit)
    return typed_law(text, plain)


def law(text: str, unit: str | None = None) -> Distribution:
    """Return the law that a text means.

    Parameters
    ----------
    text : str
        ``5 to 20 g``, ``30 +- 4``, ``/germany 2024``, an id of the library, ...
    unit : str, optional
        That the law is in; by default the one that is written, and ``1`` where none is.

    Raises
    ------
    InputError
        If there is no such law; the fault names the column.

    Examples
    --------
    >>> law("5 to 20 g")
    lognormal(low=5.0, high=20.0, coverage=0.9)
    >>> law("5 to 20 g", unit="kg")
    lognormal(low=0.005, high=0.02, coverage=0.9)
    """
    if unit is None:
        return typed_alone(text).law
    wanted = read_unit(unit)
    typed = typed_law(text, wanted)
    return in_unit(typed.law, typed.unit, wanted)


class _SeenError(Exception):
    """A unit that is written in a text.

    Parameters
    ----------
    unit : Unit
    """

    def __init__(self, unit: Unit) -> None:
        super().__init__(unit)
        self.unit = unit


class _Seeking(Line):
    """A text that is read up to its first unit."""

    def check(self, unit: Unit, column: int) -> None:  # noqa: ARG002 - as above
        """Tell the unit."""
        raise _SeenError(unit)

    def searched(self, words: str) -> Typed:
        """Refuse a search: what is found depends on the unit."""
        allowed = 'it beside its unit: ("/germany 2024", "g CO2e/kWh")'
        refuse(self.start, f"a search of {words.strip()!r} without a unit", allowed)
