"""Unit strings: a small grammar over the units that are known, with exact factors."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from mcsus.errors import Fault, InputError
from mcsus.units.dimension import DIMENSIONLESS, Dimension
from mcsus.units.hints import meant
from mcsus.units.known import Scale, confused_words, known_units
from mcsus.units.own import NO_UNITS, OwnUnits, current

MAX_LENGTH = 100
MAX_EXPONENT = 9  # one digit
MAX_NESTING = 4
MAX_NAME = 40
MAX_BITS = 20_000  # of a factor: about 10**6000, far past what a float holds

_ALLOWED = (
    "unit names joined by spaces, '*' or '/', with '**' and a whole exponent from "
    f"-{MAX_EXPONENT} to {MAX_EXPONENT}, for example 'kg CO2e/(device year)'; '1' for none"
)

_LETTERS = "A-Za-zµμ\u03a9\u2126"
_TOKEN = re.compile(rf" *([{_LETTERS}][0-9_{_LETTERS}]*|[%‰]|[0-9]+|\*\*|[*/()-])")
_DOTS = str.maketrans("·⋅∙", "***")
_RAISED = re.compile("[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-01234567890123456789")
_OFFSET = re.compile(r"(?:[a-zA-Z]?deg(?:ree)?s?_?(?:C|F|Celsius|Fahrenheit)|°[CF]?|[℃℉])")
_LOGARITHMIC = ("dB", "dBm", "Np", "decibel", "decibels", "decade", "octave")


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
    tonne. Offset (``degC``) and logarithmic (``dB``) units are refused, and so are the
    words that people read in several ways, such as ``ton`` and ``mt``. A superscript is an
    exponent and a middle dot multiplies. Inside a study its own units are read as well.

    Examples
    --------
    >>> unit("mm**2").factor, unit("m²").factor, unit("g CO2e/kWh").factor * 3.6e9
    (1e-06, 1.0, 1.0)
    >>> print(unit("Mt CO2e/year").dimension)
    kg CO2e / s
    """
    if not isinstance(text, str):
        raise InputError(Fault(f"{text!r}", "a unit in quotes", ("unit",)))
    if len(text) > MAX_LENGTH:
        _refuse(f"a unit of {len(text)} characters", f"at most {MAX_LENGTH}")
    return _read(text.strip(" "), current())


@lru_cache(maxsize=4096)
def _read(text: str, own: OwnUnits = NO_UNITS) -> Unit:
    dimension, factor = _Reader(text, own).read()
    try:
        size = float(factor)
    except OverflowError:
        size = 0.0
    if size == 0:
        _refuse(f"{text!r}, whose size no float can hold", "a unit nearer to the base units")
    return Unit(text, replace(dimension, text=text), size)


def _refuse(found: str, allowed: str = _ALLOWED, near: str | None = None) -> NoReturn:
    raise InputError(Fault(found, allowed, ("unit",), near))


def scale_of(text: str, own: OwnUnits) -> Scale:
    """Return dimension and exact factor of a unit string that may use some units of one's own."""
    return _Reader(text, own).read()


class _Reader:
    """Recursive descent over ``term {(space | * | /) term}`` with exact factors."""

    def __init__(self, text: str, own: OwnUnits) -> None:
        self.text = text
        self.own = own
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

    def read(self) -> Scale:
        if not self.tokens:
            _refuse("an empty unit")
        result = self.product(0)
        if self.peek():
            _refuse(f"{self.peek()!r} in {self.text!r}")
        return result

    def product(self, depth: int) -> Scale:
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
        return Scale(dimension, factor)

    def power(self, depth: int) -> Scale:
        dimension, factor = self.atom(depth)
        if self.peek() != "**":
            return Scale(dimension, factor)
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
        return Scale(dimension**exponent, factor**exponent)

    def atom(self, depth: int) -> Scale:
        word = self.take()
        if word == "(":
            if depth == MAX_NESTING:
                _refuse(f"parentheses nested deeper than {MAX_NESTING} in {self.text!r}")
            inside = self.product(depth + 1)
            if self.take() != ")":
                _refuse(f"a parenthesis that is not closed in {self.text!r}")
            return inside
        if word == "1":
            return Scale(DIMENSIONLESS, Fraction(1))
        if not word:
            _refuse(f"{self.text!r}, which ends early")
        if not (word in "%‰" or word[0].isalpha()):
            _refuse(f"{word!r} in {self.text!r}")
        return self.name(word)

    def name(self, name: str) -> Scale:
        """Return dimension and exact factor of one unit name."""
        found = self.own.get(name) or known_units().get(name)
        if found is None:
            _refuse_name(name, self.own)
        return Scale(found.dimension.named(name), found.factor)


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the words of a unit, and whether a space stands before each."""
    plain = _RAISED.sub(lambda raised: f"**{raised[0].translate(_PLAIN)}", text)
    plain = plain.translate(_DOTS)
    at = 0
    while at < len(plain):
        match = _TOKEN.match(plain, at)
        if match is None:
            character = plain[at:].lstrip(" ")[:1]
            if character in "°℃℉":
                _refuse(f"{text!r}, a temperature with an offset", "a unit that scales", "K")
            near = text.translate(_PLAIN).replace("^", "**")
            _refuse(f"{character!r} in {text!r}", near=near if near != text else None)
        yield match[1], match[0][0] == " "
        at = match.end()


def _refuse_name(name: str, own: OwnUnits) -> NoReturn:
    """Refuse a name with what it may mean."""
    if _OFFSET.fullmatch(name):
        _refuse(f"{name!r}, which is a temperature with an offset", "a unit that scales", "K")
    if name in _LOGARITHMIC:
        _refuse(f"{name!r}, which is logarithmic", "a unit that scales")
    if confusion := confused_words().get(name):
        write = " or ".join(map(repr, confusion.write))
        _refuse(f"{name!r}: {' or '.join(confusion.readings)}?", f"write {write}")
    near, several = meant(name, own) if len(name) <= MAX_NAME else (None, "")
    allowed = "a unit that mcsus knows, or one of [units] in the study"
    allowed += f"; close to it: {several}" if several else ""
    _refuse(f"unknown unit {name!r}", allowed, near)
