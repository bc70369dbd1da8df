"""Unit strings: a small grammar, one name at a time, with exact factors."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from mcsus.errors import Fault, InputError, nearest
from mcsus.units.dimension import DIMENSIONLESS, Dimension
from mcsus.units.known import known_units
from mcsus.units.registry import dimension_of, registry

MAX_LENGTH = 100
MAX_EXPONENT = 9  # one digit
MAX_NESTING = 4
MAX_NAME = 40
MAX_BITS = 20_000  # of a factor: about 10**6000, far past what a float holds

# What is often written for a unit, and what was meant. Counted things are plain numbers.
_MEANT = (
    (r"([kmMG]?g|[kMG]?t)CO2(?:e|eq|_?eq)?", r"\1 CO2e"),
    (r"CO2.{0,4}", "CO2e"),
    (r"tkm", "t km"),
    (r"(fraction|ratio|share|number|probability|score|(piece|unit|inference|home)s?)", "1"),
)

_ALLOWED = (
    "unit names joined by spaces, '*' or '/', with '**' and a whole exponent from "
    f"-{MAX_EXPONENT} to {MAX_EXPONENT}, for example 'kg CO2e/(device year)'; '1' for none"
)

_TOKEN = re.compile(r" *([A-Za-zµμΩ][A-Za-z0-9_µμΩ]*|%|[0-9]+|\*\*|[*/()-])")
_SPLIT_POWER = re.compile(r"([A-Za-z]+)([2-9])")


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
    """Read a unit string, or raise `InputError` with the part at fault and the nearest unit.

    Spaces multiply, ``%`` and ``1`` are dimensionless, a year is 365.25 days and ``t`` is the
    tonne. Offset (``degC``) and logarithmic (``dB``) units are refused, and so is the
    ambiguous ``ton``.

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
        found = list(_tokens(text))
        self.tokens = [word for word, _ in found]
        self.spaced = [spaced for _, spaced in found]  # whether a space stands before
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
            elif not self.spaced[self.at]:
                _refuse(f"{word!r} right after another unit in {self.text!r}")
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
        size = max(factor.numerator.bit_length(), factor.denominator.bit_length())
        if size * abs(exponent) > MAX_BITS:
            _refuse(f"powers of powers in {self.text!r}")
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


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            near = text.replace("^", "**") if "^" in text else None
            _refuse(f"{text[at:].lstrip(' ')[:1]!r} in {text!r}", near=near)
        yield match[1], match[0][0] == " "
        at = match.end()


def _lookup(name: str) -> _Scale:
    """Return dimension and exact factor of one unit name."""
    name = "percent" if name == "%" else name
    return known_units().get(name) or ask_pint(name)


@lru_cache(maxsize=1024)
def ask_pint(name: str) -> _Scale:
    """Return dimension and exact factor of one unit name, as pint defines it."""
    ureg = registry()
    found = () if len(name) > MAX_NAME else ureg.parse_unit_name(name)
    if not found:
        _refuse(f"unknown unit {name!r}", "a unit that pint knows, CO2e or device", _suggest(name))
    prefix, base, _ = found[0]
    if base == "ton":
        _refuse(f"{name!r}, which means three different masses", "'t' (1,000 kg)", "t")
    if base.endswith("_constant") or base in _CONSTANTS:
        _refuse(f"{name!r}, the physical constant {base}", "a unit", _suggest(name))
    if not ureg.Quantity(1.0, base)._is_multiplicative:  # no factor exists
        offset = base in _OFFSET
        kind = "a temperature with an offset" if offset else "logarithmic"
        _refuse(f"{name!r}, which is {kind}", "a unit that scales", "K" if offset else None)
    one = ureg.Quantity(1.0, prefix + base)
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
    for pattern, meant in _MEANT:
        if match := re.fullmatch(pattern, name, re.IGNORECASE):
            return match.expand(meant)
    if (power := _SPLIT_POWER.fullmatch(name)) and registry().parse_unit_name(power[1]):
        return f"{power[1]}**{power[2]}"
    common = known_units()  # offered first
    same = (other for other in common if other.lower() == name.lower())
    known = (other for other in dir(registry()) if "_" not in other)
    return next(same, None) or nearest(name, common) or nearest(name[:MAX_NAME], known)
