"""Laws as they are typed in one line: ``5 to 20``, ``2 / 3 / 10``, ``lognormal(median=19, gsd=2)``.

A text becomes a law in a unit, or faults that tell the column. `mcsus.study.typed_text` writes a
law so that it is read back.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Sequence
from typing import Any, NamedTuple

from mcsus.declared.reader import close, finite, read_unit, shown, unlike
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.reshaped import COVERAGE, around, narrowed, scaled, shifted
from mcsus.study.laws import library_parameter
from mcsus.study.line import At, closing, parts, refuse, split
from mcsus.units import DIMENSIONLESS, Unit

MAX_LENGTH = 4000

FORMS = (
    "a number with its unit, 5 to 20, 2 / 3 / 10 (lowest / likeliest / highest; // for PERT), "
    "12 +- 3, p10 4, p50 7, p90 15, measurements with spaces between, 0.6: 2 to 4 | 0.4: 0, "
    "a family such as lognormal(median=19, gsd=2), an id of the library, /words to search it; "
    "or x 1.2, + 3, spread x 0.5 of the law in force"
)
"""What may be typed."""

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?(?![0-9A-Za-z_.])"
_AMOUNT = re.compile(rf"\s*({_NUMBER})\s*(.*?)\s*\Z", re.DOTALL)
_TIMES = re.compile(rf"(spread\s*)?[x*\u00d7]\s*({_NUMBER})\s*\Z")
_PLUS = re.compile(r"([+\-\u2212])\s+(\S.*)\Z")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*\(")
_QUANTILE = re.compile(rf"\s*p\s*([0-9]+(?:\.[0-9]+)?)\s*[:=\s]\s*({_NUMBER})\s*(.*?)\s*\Z")
_SHARE = re.compile(rf"\s*({_NUMBER})\s*(%?)\s*:")
_TO = re.compile(
    r"\s+to(?:\s+|\Z)|(?<=\S)\s*[\u2013\u2014]\s*(?=[+-]?\.?[0-9])"
)  # also a dash between
_PLUS_MINUS = re.compile(r"\s*(?:\+/?[-\u2212]|\u00b1)\s*")
_SLASHES = re.compile(r"\s*(//?)(?=\s*[+-]?\.?[0-9])")
_LIST = re.compile(rf"({_NUMBER})(?:\s+|\s*,\s+)(?=[+-]?\.?[0-9](?![0-9]*/))")
_COLUMN = re.compile(r"line 1, column ([0-9]+)")
_LISTED = 5  # of what a search finds


class Typed(NamedTuple):
    """A law that was typed.

    Attributes
    ----------
    unit : Unit
        Of the law.
    id : str
        In the library; empty for any other.
    because : str
        Why it was read as this law, where it may mean another.
    instead : tuple of Distribution
        Laws that the text may mean as well.
    """

    law: Distribution
    unit: Unit
    id: str = ""
    because: str = ""
    instead: tuple[Distribution, ...] = ()

    @property
    def table(self) -> str | dict[str, Any]:
        """What stands for it in a study file: a table, or the id in the library."""
        return self.id or {**self.law.to_dict(), "unit": self.unit.text}


def typed_law(text: str, unit: Unit, before: tuple[Distribution, Unit] | None = None) -> Typed:
    """Return the law that a text means.

    Parameters
    ----------
    text : str
    unit : Unit
        Of numbers without one; others are of its dimension.
    before : tuple, optional
        The law in force and its unit, which ``x 1.2``, ``+ 3`` and ``spread x 0.5`` change.

    Raises
    ------
    InputError
        If there is no such law; the fault names the column.

    Examples
    --------
    >>> from mcsus.units import unit
    >>> typed_law("5 to 20 g", unit("kg")).table
    {'distribution': 'lognormal', 'low': 5.0, 'high': 20.0, 'coverage': 0.9, 'unit': 'g'}
    >>> typed_law("lognormel(median=3, gsd=2)", unit("kg"))
    Traceback (most recent call last):
    mcsus.errors.InputError: column 1: found 'lognormel'; allowed: ...; did you mean 'lognormal'?
    """
    if len(text) > MAX_LENGTH:
        refuse(0, f"{len(text)} characters", f"at most {MAX_LENGTH}")
    return Line(text, unit).read(before)


def is_of_law_in_force(text: str) -> bool:
    """Tell whether a text changes the law in force, and is no law by itself.

    Examples
    --------
    >>> is_of_law_in_force("x 1.2"), is_of_law_in_force("5 to 20")
    (True, False)
    """
    text = text.strip()
    return bool(_TIMES.match(text) or _PLUS.match(text))


class Line:
    """A text that is read, and the place in the line where it begins.

    Parameters
    ----------
    unit : Unit
        Of numbers without one.
    """

    def __init__(self, text: str, unit: Unit, start: int = 0) -> None:
        self.start = start + len(text) - len(text.lstrip())
        self.text, self.unit = text.strip(), unit

    def read(self, before: tuple[Distribution, Unit] | None = None) -> Typed:
        """Return the law; of the law in force what changes it."""
        text = self.text
        if not text:
            refuse(self.start, "nothing", FORMS)
        if is_of_law_in_force(text):
            return self.changed(before)
        if text[0] == "/":
            return self.searched(text[1:])
        if parts(text, "|")[1:] or _SHARE.match(text):
            return self.mixture()
        return self.plain()

    def plain(self) -> Typed:
        """Return the law of a text that is no mixture."""
        if _QUANTILE.match(parts(self.text, ",")[0][0]):
            return self.quantiles()
        if _CALL.match(self.text):
            return self.called()
        if self.text[0].isalpha():
            return self.named()
        return self.numbers()

    def changed(self, before: tuple[Distribution, Unit] | None) -> Typed:
        """Return the law in force, moved or narrowed."""
        if before is None:
            refuse(self.start, shown(self.text), "a law: there is none in force to be changed")
        law, unit = before
        with At(self.start):
            if match := _TIMES.match(self.text):
                change = narrowed if match[1] else scaled
                return Typed(change(law, float(match[2])), unit)
            match = _PLUS.match(self.text)
            assert match is not None  # noqa: S101 - it is one of the two
            value, own = self.amount(match[2], match.start(2))
            by = value * (own or self.unit).factor / unit.factor
            return Typed(shifted(law, by if match[1] == "+" else -by), unit)

    def searched(self, words: str) -> Typed:
        """Return the law of the one record of the library that has all words."""
        from mcsus.library import Asked, library  # noqa: PLC0415 - few texts need it

        asked = Asked(units=(self.unit,))
        found = [
            own.id for own in (library().find(words, asked) if words.strip() else ())
            if own.is_named(words)
        ]  # fmt: skip
        if len(found) != 1:
            allowed = f"words that one record in a unit like {self.unit.dimension.shown} has"
            if found:
                more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
                allowed += f": {', '.join(found[:_LISTED])}{more}"
            refuse(self.start, f"{len(found)} records for {shown(words.strip())}", allowed)
        return self.record(found[0])

    def named(self) -> Typed:
        """Return the law of a record of the library."""
        from mcsus.library import library  # noqa: PLC0415 - few texts need it

        if self.text in FAMILIES:
            refuse(self.start, f"{self.text!r} without its parameters", _forms(self.text))
        if self.text not in library():
            first = self.text.partition(" ")[0]
            near = close(first, FAMILIES) or library().nearest(self.text[:64])
            refuse(self.start, shown(self.text), FORMS, near)
        return self.record(self.text)

    def record(self, key: str) -> Typed:
        """Return the law of a record of the library by its id."""
        cell = library_parameter(key).cells[0]
        self.check(cell.unit, self.start)
        return Typed(cell.law, cell.unit, key)

    def called(self) -> Typed:
        """Return the law of a family by its name, with its parameters as TOML has them."""
        match = _CALL.match(self.text)
        assert match is not None  # noqa: S101 - it was looked for
        first, name = match.end(), match[1]
        last = closing(self.text, first)
        if name not in FAMILIES:
            refuse(self.start, repr(name), ", ".join(FAMILIES), close(name, FAMILIES))
        if last is None:
            refuse(self.start + len(self.text), "no ')' at the end", "a ')' for each '('")
        inside, rest = self.text[first:last], self.text[last + 1 :]
        unit = self.own_unit(rest, last + 1) or self.unit
        table = self.toml(inside, name, first)
        with At(self.start, self.text, first):
            return Typed(distribution(name, **table), unit)

    def toml(self, inside: str, name: str, first: int) -> dict[str, Any]:
        """Return the parameters of a family."""
        head = "law = {"
        try:
            table: dict[str, Any] = tomllib.loads(f"{head}{inside}}}")["law"]
        except (ValueError, RecursionError, KeyError) as error:
            match = _COLUMN.search(str(error))
            at = int(match[1]) - len(head) - 1 if match else len(inside)
            refuse(self.start + first + min(max(at, 0), len(inside)), shown(inside), _forms(name))
        if "distribution" in table:
            refuse(self.start + first, "'distribution'", "the parameters of the family alone")
        return table

    def quantiles(self) -> Typed:
        """Return the law of percentiles."""
        found: list[tuple[float, float]] = []
        units: list[Unit | None] = []
        for part, at in parts(self.text, ","):
            match = _QUANTILE.match(part)
            if match is None:
                refuse(self.start + at, shown(part.strip()), "a percentile, such as p90 15")
            found.append((float(match[1]) / 100, float(match[2])))
            units.append(self.own_unit(match[3], at + match.start(3)))
        unit, values = self.together([value for _, value in found], units)
        table = {"probabilities": [p for p, _ in found], "values": values}
        with At(self.start, self.text):
            return Typed(distribution("quantiles", **table), unit)

    def mixture(self) -> Typed:
        """Return one of several laws, each with its weight."""
        weights, read = [], []
        for part, at in parts(self.text, "|"):
            match = _SHARE.match(part)
            if match is None:
                refuse(self.start + at, shown(part.strip()), "WEIGHT: LAW, such as 0.6: 2 to 4")
            weights.append(float(match[1]) / (100 if match[2] else 1))
            line = type(self)(part[match.end() :], self.unit, self.start + at + match.end())
            if not line.text:
                refuse(line.start, "nothing", "a law after the weight")
            read.append((line.plain(), line.has_unit))
        unit = next((own.unit for own, has in reversed(read) if has), self.unit)
        laws = [in_unit(own.law, own.unit if has else unit, unit).to_dict() for own, has in read]
        total = math.fsum(weights)
        because = "" if math.isclose(total, 1) else f"weights are {total:g} in all, scaled to 1"
        with At(self.start, self.text):
            law = distribution("mixture", components=laws, weights=weights)
            return Typed(law, unit, because=because)

    has_unit = False

    def numbers(self) -> Typed:
        """Return the law of numbers: a constant, a range, three points, measurements."""
        for mark, count in ((_TO, 2), (_PLUS_MINUS, 2), (_SLASHES, 3)):
            pieces = split(self.text, mark)
            if len(pieces) == count:
                break
        else:
            return self.listed()
        amounts = [self.amount(piece, at) for piece, at in pieces]
        values, units = [value for value, _ in amounts], [own for _, own in amounts]
        piece, at = pieces[1]
        second = self.start + at + len(piece) - len(piece.lstrip())
        if mark is _PLUS_MINUS:
            relative = self.relative(values, units, second)
            if relative is not None:
                return relative
        unit, values = self.together(values, units)
        with At(self.start, self.text, at=second):
            if mark is _TO:
                return _range(values[0], values[1], unit)
            if mark is _PLUS_MINUS:
                return Typed(distribution("normal", mean=values[0], sd=values[1]), unit)
            family = "pert" if "//" in self.text[: pieces[1][1]] else "triangular"
            low, mode, high = values
            return Typed(distribution(family, minimum=low, mode=mode, maximum=high), unit)

    def relative(
        self, values: Sequence[float], units: Sequence[Unit | None], at: int
    ) -> Typed | None:
        """Return the normal law whose spread is a share of its mean, where a % says so."""
        first, last = units
        if last is None or last.text != "%" or (first is not None and first.text == "%"):
            return None
        if self.unit.dimension == DIMENSIONLESS:
            found = f"{values[1]:g} % beside a plain number, which may be of it or beside it"
            refuse(at, found, "both as plain numbers, or both with %")
        if first is not None:
            self.check(first, self.start)
        with At(self.start, self.text, at=at):
            sd = abs(values[0]) * values[1] / 100
            return Typed(distribution("normal", mean=values[0], sd=sd), first or self.unit)

    def listed(self) -> Typed:
        """Return the law of measurements, or a constant."""
        text, at, values = self.text, 0, []
        while match := _LIST.match(text, at):
            values.append(float(match[1]))
            at = match.end()
        value, own = self.amount(text[at:], at)
        unit = own or self.unit
        if not values:
            return Typed(distribution("constant", value=value), unit)
        return Typed(distribution("empirical", values=[*values, value]), unit)

    def amount(self, piece: str, at: int) -> tuple[float, Unit | None]:
        """Return a number and the unit after it."""
        match = _AMOUNT.match(piece)
        if match is None:
            found = shown(piece.strip()) if piece.strip() else "nothing"
            allowed = "a number" if found == "nothing" or at else FORMS
            refuse(self.start + at + len(piece) - len(piece.lstrip()), found, allowed)
        if re.match(r"-\s*\.?[0-9]", match[2]):
            allowed = f"{match[1]} to {match[2][1:].strip()}, as a hyphen may be a minus"
            refuse(self.start + at + match.start(2), shown(match[2]), allowed)
        if re.match(r",[0-9]", match[2]):
            allowed = "a point as decimal sign, and no commas inside numbers"
            refuse(self.start + at + match.start(1), shown(piece.strip()), allowed)
        number = finite(float(match[1]))
        if number is None:
            refuse(self.start + at + match.start(1), shown(match[1]), "a finite number")
        return number, self.own_unit(match[2], at + match.start(2))

    def own_unit(self, text: str, at: int) -> Unit | None:
        """Return the unit that is written, if any."""
        if not text.strip():
            return None
        at += len(text) - len(text.lstrip())
        with At(self.start + at):
            unit = read_unit(text.strip())
        self.check(unit, self.start + at)
        self.has_unit = True
        return unit

    def check(self, unit: Unit, column: int) -> None:
        """Refuse a unit of another dimension; a share is told apart where it is of a mean."""
        if unit.dimension != self.unit.dimension and unit.text != "%":
            refuse(column, *unlike(unit, self.unit.dimension))

    def together(
        self, values: Sequence[float], units: Sequence[Unit | None]
    ) -> tuple[Unit, list[float]]:
        """Return the last unit that is written, and the values in it; those without one are."""
        unit = next((own for own in reversed(units) if own), self.unit)
        if unit.dimension != self.unit.dimension:
            refuse(self.start, *unlike(unit, self.unit.dimension))
        return unit, [
            value if own is None or own == unit else value * own.factor / unit.factor
            for value, own in zip(values, units, strict=True)
        ]


def _range(low: float, high: float, unit: Unit) -> Typed:
    """Return the law of which 90 % lie between two numbers, and what else may be meant."""
    law = around(low, high)
    above = law.family == "lognormal"
    because = "both ends are above 0" if above else "an end is not above 0"
    others = ("normal", "loguniform", "uniform") if above else ("uniform",)
    span = {"low": low, "high": high, "coverage": COVERAGE}
    bounds = {"minimum": low, "maximum": high}
    instead = [distribution(name, **(bounds if name == "uniform" else span)) for name in others]
    return Typed(law, unit, "", because, tuple(instead))


def _forms(family: str) -> str:
    """Return how laws of a family are typed."""
    each = ([f"{key}=.." for key in form] for form in FAMILIES[family].forms)
    return " or ".join(f"{family}({', '.join(keys)})" for keys in each)


def in_unit(law: Distribution, unit: Unit, other: Unit) -> Distribution:
    """Return a law that is in a unit, in another one of the same dimension."""
    return law if unit == other else scaled(law, unit.factor / other.factor)
