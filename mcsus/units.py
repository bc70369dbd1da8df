"""Units of measurement: unit strings, dimensions and the pint registry behind them.

A unit string is read by a small grammar of our own, one name at a time; pint only ever
sees single names that matched a pattern. `CO2e` (mass of carbon dioxide equivalent) and
`device` (a count of devices) are base units beside those of the SI, so that they never add
to a mass or to a plain number. Coherent base units are kg, m, s, A, K, mol, cd, CO2e and
device; the `factor` of a unit converts a magnitude to them.

Sources: BIPM, The International System of Units, 9th edition (2019), doi 10.59161/AUEZ1291;
pint (https://pint.readthedocs.io) for the definitions of the units outside the SI.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from mcsus.errors import Fault, InputError, nearest

if TYPE_CHECKING:
    import pint

BASES = ("kg", "CO2e", "device", "m", "s", "A", "K", "mol", "cd")
"""Coherent base units, in the order in which a dimension is written."""

MAX_LENGTH = 100
MAX_EXPONENT = 9  # one digit
MAX_NESTING = 4

_PINT_BASES = {
    "[mass]": "kg",
    "[CO2_equivalent]": "CO2e",
    "[device_count]": "device",
    "[length]": "m",
    "[time]": "s",
    "[current]": "A",
    "[temperature]": "K",
    "[substance]": "mol",
    "[luminosity]": "cd",
}

# Names offered first when an unknown unit resembles them.
_COMMON = {
    *("kg", "g", "mg", "t", "kt", "Mt", "Gt", "CO2e", "device", "L", "mL", "mol", "K"),
    *(
        "m",
        "km",
        "cm",
        "mm",
        "um",
        "nm",
        "ha",
        "s",
        "ms",
        "us",
        "h",
        "day",
        "week",
        "month",
        "year",
    ),
    *("min", "hour", "Hz", "J", "mJ", "uJ", "kJ", "MJ", "GJ", "W", "mW", "uW", "kW", "MW", "GW"),
    *("Wh", "mWh", "kWh", "MWh", "GWh", "TWh", "V", "mV", "A", "mA", "mAh", "F", "mile"),
    *("percent", "ppm", "count", "bit", "byte", "kB", "MB", "GB", "TB"),
}

_ALLOWED = (
    "unit names joined by spaces, '*' or '/', with '**' and a whole exponent from "
    f"-{MAX_EXPONENT} to {MAX_EXPONENT}, for example 'kg CO2e/(device year)'; '1' for none"
)

_TOKEN = re.compile(r" *([A-Za-zµμΩ][A-Za-z0-9_]*|%|[0-9]+|\*\*|[*/()-])")
_SPLIT_POWER = re.compile(r"([A-Za-z]+)([2-9])")


@dataclass(frozen=True)
class Dimension:
    """A physical dimension: the exponents of the base units.

    Parameters
    ----------
    exponents : tuple of (str, Fraction)
        Base unit and exponent, in the order of `BASES`, without zero exponents. Build one
        with `Dimension.of` or from a unit.

    Examples
    --------
    >>> power = Dimension.of(kg=1, m=2, s=-3)
    >>> print(power * Dimension.of(s=1) / Dimension.of(device=1))
    kg m**2 / (device s**2)
    >>> print((power ** 0.5) ** 2 == power, power / power)
    True 1
    """

    exponents: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def of(cls, **exponents: float | Fraction) -> Dimension:
        """Build a dimension from the exponents of base units.

        Examples
        --------
        >>> print(Dimension.of(m=1, s=-1))
        m / s
        """
        for base in exponents:
            if base not in BASES:
                raise InputError(
                    Fault(
                        f"base unit {base!r}",
                        ", ".join(BASES),
                        ("dimension",),
                        nearest(base, BASES),
                    )
                )
        exact = {base: _exact(power) for base, power in exponents.items()}
        return cls(tuple((base, exact[base]) for base in BASES if exact.get(base)))

    @property
    def is_dimensionless(self) -> bool:
        """Whether every exponent is zero.

        Examples
        --------
        >>> DIMENSIONLESS.is_dimensionless
        True
        """
        return not self.exponents

    def __mul__(self, other: Dimension) -> Dimension:
        powers = dict(self.exponents)
        for base, power in other.exponents:
            powers[base] = powers.get(base, Fraction(0)) + power
        return Dimension.of(**powers)

    def __truediv__(self, other: Dimension) -> Dimension:
        return self * other**-1

    def __pow__(self, exponent: float | Fraction) -> Dimension:
        power = _exact(exponent)
        return Dimension.of(**{base: own * power for base, own in self.exponents})

    def __str__(self) -> str:
        above = [_power_text(base, power) for base, power in self.exponents if power > 0]
        below = [_power_text(base, -power) for base, power in self.exponents if power < 0]
        text = " ".join(above) or "1"
        if not below:
            return text
        return f"{text} / {below[0]}" if len(below) == 1 else f"{text} / ({' '.join(below)})"


def _exact(exponent: float | Fraction) -> Fraction:
    """Return the exponent as a fraction; 0.3333333333333333 is meant as 1/3."""
    exact = Fraction(exponent)
    simple = exact.limit_denominator(1000)
    return simple if abs(simple - exact) < Fraction(1, 10**12) else exact


def _power_text(base: str, power: Fraction) -> str:
    if power == 1:
        return base
    return f"{base}**{power}" if power.denominator == 1 else f"{base}**({power})"


DIMENSIONLESS = Dimension()
"""The dimension of a plain number."""


@dataclass(frozen=True)
class Unit:
    """A unit of measurement.

    Parameters
    ----------
    text : str
        The unit as written, for example ``"g CO2e/kWh"``.
    dimension : Dimension
        What it measures.
    factor : float
        One of this unit in coherent base units (kg, m, s, A, K, mol, cd, CO2e, device).

    Examples
    --------
    >>> unit("kWh")
    Unit(text='kWh', dimension=Dimension(...), factor=3600000.0)
    """

    text: str
    dimension: Dimension
    factor: float

    def __str__(self) -> str:
        return self.text


def unit(text: str) -> Unit:
    """Read a unit string.

    Spaces multiply, ``%`` and ``1`` are dimensionless, a year is 365.25 days and ``t`` is the
    tonne. Offset (``degC``) and logarithmic (``dB``) units are refused, and so is the
    ambiguous ``ton``.

    Parameters
    ----------
    text : str
        For example ``"kg CO2e/(device year)"``.

    Returns
    -------
    Unit
        With its dimension and its factor to coherent base units.

    Raises
    ------
    InputError
        If the text is not a unit; the fault names the part at fault and the nearest unit.

    Examples
    --------
    >>> unit("mm**2").factor, unit("g CO2e/kWh").factor * 3.6e9
    (1e-06, 1.0)
    >>> print(unit("Mt CO2e/year").dimension)
    kg CO2e / s
    """
    if not isinstance(text, str):
        raise InputError(Fault(f"{text!r}", "a unit in quotes", ("unit",)))
    if len(text) > MAX_LENGTH:
        _refuse(f"a unit of {len(text)} characters", f"at most {MAX_LENGTH}")
    return _read(text.strip(" "))


@lru_cache(maxsize=4096)
def _read(text: str) -> Unit:
    dimension, factor = _Reader(text).read()
    try:
        size = float(factor)
    except OverflowError:
        size = 0.0
    if size == 0:
        _refuse(f"{text!r}, whose size no float can hold", "a unit nearer to the base units")
    return Unit(text, dimension, size)


def _refuse(found: str, allowed: str = _ALLOWED, near: str | None = None) -> NoReturn:
    raise InputError(Fault(found, allowed, ("unit",), near))


_Scale = tuple[Dimension, Fraction]


class _Reader:
    """Recursive descent over ``term {(space | * | /) term}`` with exact factors."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        word = self.peek()
        self.at += 1
        return word

    def read(self) -> _Scale:
        if not self.tokens:
            _refuse("an empty unit")
        result = self.product(0)
        if self.peek():
            _refuse(f"{self.peek()!r} in {self.text!r}")
        return result

    def product(self, depth: int) -> _Scale:
        dimension, factor = self.power(depth)
        divided = False
        while (word := self.peek()) and word not in (")", "**", "-"):
            if word in ("*", "/"):
                self.take()
                divided = divided or word == "/"
            elif divided:
                _refuse(
                    f"a space after '/' in {self.text!r}",
                    "parentheses around what divides, for example 'kg/(device year)'",
                )
            other, other_factor = self.power(depth)
            if word == "/":
                dimension, factor = dimension / other, factor / other_factor
            else:
                dimension, factor = dimension * other, factor * other_factor
        return dimension, factor

    def power(self, depth: int) -> _Scale:
        dimension, factor = self.atom(depth)
        if self.peek() != "**":
            return dimension, factor
        self.take()
        sign = -1 if self.peek() == "-" else 1
        if sign < 0:
            self.take()
        digits = self.take()
        if not digits.isdigit() or len(digits) > 1:
            _refuse(f"the exponent {digits!r} in {self.text!r}")
        if self.peek() == "**":
            _refuse(f"a power of a power in {self.text!r}")
        exponent = sign * int(digits)
        return dimension**exponent, factor**exponent

    def atom(self, depth: int) -> _Scale:
        word = self.take()
        if word == "(":
            if depth == MAX_NESTING:
                _refuse(f"parentheses nested deeper than {MAX_NESTING} in {self.text!r}")
            inside = self.product(depth + 1)
            if self.take() != ")":
                _refuse(f"a parenthesis that is not closed in {self.text!r}")
            return inside
        if word == "1":
            return DIMENSIONLESS, Fraction(1)
        if not word:
            _refuse(f"{self.text!r}, which ends early")
        if not (word == "%" or word[0].isalpha()):
            _refuse(f"{word!r} in {self.text!r}")
        return _lookup(word)


def _tokens(text: str) -> Iterator[str]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            near = text.replace("^", "**") if "^" in text else None
            _refuse(f"{text[at:].lstrip(' ')[:1]!r} in {text!r}", near=near)
        yield match[1]
        at = match.end()


@lru_cache(maxsize=1024)
def _lookup(name: str) -> _Scale:
    """Return dimension and exact factor of one unit name."""
    ureg = registry()
    found = () if len(name) > 40 else ureg.parse_unit_name(name if name != "%" else "percent")
    if not found:
        _refuse(f"unknown unit {name!r}", "a unit that pint knows, CO2e or device", _suggest(name))
    prefix, base, _ = found[0]
    if base == "ton":
        _refuse(f"{name!r}, which means three different masses", "'t' (1,000 kg)", "t")
    if base.endswith("_constant") or base in _CONSTANTS:
        _refuse(f"{name!r}, the physical constant {base}", "a unit", _suggest(name))
    one = ureg.Quantity(1.0, prefix + base)
    if not one._is_multiplicative:  # no factor exists
        offset = base in _OFFSET
        kind = "a temperature with an offset" if offset else "logarithmic"
        _refuse(f"{name!r}, which is {kind}", "a unit that scales", "K" if offset else None)
    return dimension_of(one), _clean(float(one.to_base_units().magnitude))


_OFFSET = frozenset({"degree_Celsius", "degree_Fahrenheit", "degree_Reaumur"})
_CONSTANTS = frozenset(
    {"speed_of_light", "elementary_charge", "pi", "avogadro_number", "eulers_number"}
)


def _clean(value: float) -> Fraction:
    """Return the decimal that a float stands for: the 15-digit one if at most an ulp away."""
    short = float(format(value, ".15g"))
    return Fraction(repr(short if abs(short - value) <= math.ulp(value) else value))


def _suggest(name: str) -> str | None:
    """Return the unit that was probably meant by an unknown name."""
    if carbon := re.fullmatch(r"([kmMG]?g|[kMG]?t)CO2(e|eq|_?eq)?", name, re.IGNORECASE):
        return f"{carbon[1]} CO2e"
    if re.fullmatch(r"CO2.{0,4}", name, re.IGNORECASE):
        return "CO2e"
    if name == "tkm":
        return "t km"
    if (power := _SPLIT_POWER.fullmatch(name)) and registry().parse_unit_name(power[1]):
        return f"{power[1]}**{power[2]}"
    same = [common for common in _COMMON if common.lower() == name.lower()]
    if same:
        return same[0]
    return nearest(name[:40], _COMMON) or nearest(name[:40], dir(registry()))


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry[Any]:
    """Return the one pint registry of mcsus, which knows `CO2e` and `device`.

    pint is imported here, not with the module.

    Examples
    --------
    >>> print(registry().Quantity(2.0, "kg CO2e/kWh").to("g CO2e/Wh"))
    2.0 CO2e * gram / watt_hour
    """
    import pint  # noqa: PLC0415  (lazy: 0.4 s)

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry()
    ureg.define("CO2e = [CO2_equivalent]")
    ureg.define("device = [device_count]")
    return ureg


def quantity(value: Any, dimension: Dimension) -> Any:
    """Return a pint quantity of `value` in the coherent base units of a dimension.

    Parameters
    ----------
    value : float or array
        Magnitude in coherent base units.
    dimension : Dimension
        What it measures.

    Examples
    --------
    >>> print(quantity(3.0, unit("km/h").dimension))
    3.0 meter / second
    """
    ureg = registry()
    powers = {base: _plain(power) for base, power in dimension.exponents}
    return ureg.Quantity(
        value, ureg.UnitsContainer({ureg.get_name(b): p for b, p in powers.items()})
    )


def dimension_of(quantity: Any) -> Dimension:
    """Return the dimension of a pint quantity; a plain number or array is dimensionless.

    Examples
    --------
    >>> print(dimension_of(registry().Quantity(1, "kWh")), dimension_of(2.0))
    kg m**2 / s**2 1
    """
    powers: Mapping[str, Any] = getattr(quantity, "dimensionality", {})
    return Dimension.of(**{_PINT_BASES[name]: power for name, power in powers.items()})


def _plain(power: Fraction) -> int | float:
    return power.numerator if power.denominator == 1 else float(power)
