"""Cautions where a law gives probability to values that cannot be: a negative mass, say."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcsus.expressions.nodes import Expression, Negate
from mcsus.families import Distribution, Truncation
from mcsus.families.between import laws_between
from mcsus.families.conditional import Conditional
from mcsus.parameters import Cell, Parameter
from mcsus.units import DIMENSIONLESS, Dimension, Unit, unit
from mcsus.vocabulary import Caution

NEVER_NEGATIVE = {
    "mass": "kg",
    "energy": "J",
    "area": "m**2",
    "power": "W",
    "count": "device",
    "duration": "s",
    "length": "m",
    "temperature": "K",
}
SHARES = re.compile(
    r"(^|[_.])(yield|share|efficiency|eff|fraction|utili[sz]ation|probability)"
    r"(?!_weight$)($|[_.0-9])"
)
_PARTS = re.compile(r"(^|_)(yield|share|fraction|utili[sz]ation|probability)[0-9]*$")
_SIGNED = re.compile(
    r"(^|_)(net|savings?|saved|avoided|offset|difference|diff|change|delta|balance|gap|margin|"
    r"surplus|excess|residual|error|gain|loss|benefit|reduction|increase|decrease)($|_)"
)
SMALLEST = 1e-9  # probability that is worth a caution


@lru_cache(maxsize=1)
def never_negative() -> dict[Dimension, str]:
    """Return the dimensions of which no quantity is negative, with their names."""
    return {unit(text).dimension: name for name, text in NEVER_NEGATIVE.items()}


class Possible(NamedTuple):
    """The range of values that can be, in base units, and why."""

    low: float
    high: float
    why: str


def possible(name: str, dimension: Dimension, formula: Expression | None) -> Possible | None:
    """Return the values that a computed quantity can have; None where they may be any.

    A quantity that is called a net, a saving, a change or the like may be negative, and so may a
    difference, unless it is a share.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> year = unit("year").dimension
    >>> possible("payback", year, parse("cost/(saving - use)")).why
    'a duration is never negative'
    >>> possible("saved_time", year, None), possible("left", year, parse("a - b"))
    (None, None)
    """
    if _SIGNED.search(name):
        return None
    if dimension == DIMENSIONLESS:
        return Possible(0.0, 1.0, "a share lies between 0 and 1") if _PARTS.search(name) else None
    kind = never_negative().get(dimension)
    is_difference = isinstance(formula, Negate) or getattr(formula, "op", "") == "-"
    if kind is None or is_difference:
        return None
    article = "an" if kind[0] in "aeiou" else "a"
    return Possible(0.0, math.inf, f"{article} {kind} is never negative")


def outside(law: Distribution, limits: Truncation) -> tuple[float, float]:
    """Return the probabilities of values below and above a closed range, the highest of intervals.

    Examples
    --------
    >>> from mcsus.families import Truncation, distribution
    >>> law = distribution("uniform", minimum={"between": [-1, 0]}, maximum=1)
    >>> outside(law, Truncation(low=0.0))
    (0.5, 0.0)
    """
    if law.between:
        ends = [outside(own, limits) for own in laws_between(law)]
        return max(below for below, _ in ends), max(above for _, above in ends)
    low = -math.inf if limits.low is None else limits.low
    high = math.inf if limits.high is None else limits.high
    below = float(law.tails(np.nextafter(low, -math.inf))[0]) if low > -math.inf else 0.0
    above = float(law.tails(high)[1]) if high < math.inf else 0.0
    return below, above


def limits_of(name: str, cell: Cell) -> tuple[Truncation, str] | None:
    """Return the range of values that can be, in the unit of the cell, and why."""
    declared = cell.provenance.physical
    if declared is not None:
        return declared, "outside its declared physical range"
    measure: Unit = cell.unit
    if measure.dimension == DIMENSIONLESS and SHARES.search(name):
        return Truncation(0.0, 1.0 / measure.factor), "a share lies between 0 and 1"
    kind = never_negative().get(measure.dimension)
    return (Truncation(low=0.0), f"{kind} is never negative") if kind else None


def physical_cautions(parameters: Iterable[Parameter]) -> list[Caution]:
    """Return a caution for each parameter of which a law reaches beyond what can be."""
    told = []
    for parameter in parameters:
        worst = max((_caution(parameter.name, cell) for cell in parameter.cells), default=(0, ""))
        if worst[0] > SMALLEST:
            told.append(Caution("impossible", parameter.name, worst[1]))
    return told


def _caution(name: str, cell: Cell) -> tuple[float, str]:
    """Return the probability outside, and the caution."""
    limits = limits_of(name, cell)
    if limits is None or isinstance(cell.law, Conditional):
        return 0.0, ""
    return impossible_text(name, cell, limits, *outside(cell.law, limits[0]))


def impossible_text(
    name: str, cell: Cell, limits: tuple[Truncation, str], below: float, above: float
) -> tuple[float, str]:
    """Return the larger of two probabilities outside the limits of a cell, and the caution."""
    interval, why = limits
    side, bound = ("below", interval.low) if below >= above else ("above", interval.high)
    mass = max(below, above)
    measure = "" if cell.unit.text == "1" else f" {cell.unit.text}"
    text = f"{side} {bound or 0.0:g}{measure} with probability {mass:.2g}: {why}"
    return mass, f"parameter {name!r} is {text}"
