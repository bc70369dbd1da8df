"""A law moved, stretched or bent: the law of a*x + b, or of c*x**s, in the words of its family.

The parameters follow from what their keys mean, and the quantiles of what is made are compared with
those that are asked for: a family whose laws cannot be moved so is refused, also a new one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError
from mcsus.families.base import Distribution
from mcsus.families.between import BETWEEN, is_between
from mcsus.families.registry import distribution

Array = NDArray[np.float64]
Table = dict[str, Any]
Map = Callable[[float], float]

COVERAGE = 0.9
"""Probability between the ends by which a law is shown and taken."""

_ENDS = ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2)
_PLACES = {
    *("value", "values", "minimum", "mode", "maximum", "low", "high", "mean", "median"),
    *("location", "loc"),
}  # keys of values that the law may take
_WIDTHS = {"sd", "scale", "plus_minus"}
_FACTORS = {"gsd", "gsd2", "log_sd", "pedigree", "basic_gsd2"}
_CHECKED = np.array([1e-6, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1 - 1e-6])
_EXACT = 1e-9


def scaled(law: Distribution, times: float) -> Distribution:
    """Return the law of a positive multiple.

    Examples
    --------
    >>> scaled(distribution("lognormal", median=2, gsd=3), 1.5)
    lognormal(median=3.0, gsd=3.0)
    """
    if not 0 < times < math.inf:
        raise InputError(Fault(f"x {times:g}", "a finite number above 0 after x"))
    return _affine(law, times, 0.0, f"x {times:g}")


def shifted(law: Distribution, by: float) -> Distribution:
    """Return the law of the same quantity plus a number.

    Raises
    ------
    InputError
        If the family begins at 0, as a lognormal law does.

    Examples
    --------
    >>> shifted(distribution("triangular", minimum=1, mode=2, maximum=4), 10)
    triangular(minimum=11.0, mode=12.0, maximum=14.0)
    """
    return _affine(law, 1.0, by, f"{'-' if by < 0 else '+'} {abs(by):g}")


def narrowed(law: Distribution, times: float) -> Distribution:
    """Return the law with its spread multiplied and its median kept.

    The spread of a law that begins at 0 is that of its logarithm.

    Examples
    --------
    >>> narrowed(distribution("normal", mean=5, sd=2), 0.5)
    normal(mean=5.0, sd=1.0)
    >>> narrowed(distribution("lognormal", median=5, gsd=4), 0.5)
    lognormal(median=5.0, gsd=2.0)
    """
    told = f"spread x {times:g}"
    if not 0 <= times < math.inf:
        raise InputError(Fault(told, "a finite number of at least 0 after x"))
    middle = float(law.quantile(0.5))
    if times == 0:
        return distribution("constant", value=middle)
    try:
        return _affine(law, times, middle * (1 - times), told)
    except InputError:
        if middle <= 0:
            raise
    return _bent(law, middle ** (1 - times), times, told)


def around(low: float, high: float) -> Distribution:
    """Return the law of which an interval holds 90 %: lognormal where both ends are above 0.

    Examples
    --------
    >>> around(5, 20), around(-5, 20)
    (lognormal(low=5.0, high=20.0, coverage=0.9), normal(low=-5.0, high=20.0, coverage=0.9))
    """
    family = "lognormal" if min(low, high) > 0 else "normal"
    return distribution(family, low=low, high=high, coverage=COVERAGE)


def with_ends(law: Distribution, low: float, high: float) -> Distribution:
    """Return the law of the same family of which 90 % lie between two numbers.

    Of a constant it is that of `around`.

    Examples
    --------
    >>> with_ends(distribution("normal", low=0, high=1, coverage=0.9), 2, 6)
    normal(low=2.0, high=6.0, coverage=0.9)
    """
    told = f"{low:g} to {high:g}"
    if not low < high:
        raise InputError(Fault(told, "a lower end below the upper one"))
    if law.family == "constant":
        return around(low, high)
    before = law.quantile(np.array(_ENDS))
    if not before[0] < before[1]:
        raise InputError(Fault(f"{told} of {law!r}", "a law with a spread between its ends"))
    times = (high - low) / float(before[1] - before[0])
    try:
        return _affine(law, times, low - times * float(before[0]), told)
    except InputError:
        if low <= 0 or before[0] <= 0:
            raise
    if law.family == "gamma":
        return distribution("gamma", low=low, high=high, coverage=COVERAGE)
    times = math.log(high / low) / math.log(before[1] / before[0])
    return _bent(law, low / float(before[0]) ** times, times, told)


def _affine(law: Distribution, a: float, b: float, told: str) -> Distribution:
    """Return the law of a*x + b."""
    table = _plain(law, b)
    return _made(
        law, lambda: _table(table, lambda x: a * x + b, lambda x: a * x, _same, math.log(a)),
        lambda x: a * x + b, told,
    )  # fmt: skip


def _bent(law: Distribution, c: float, s: float, told: str) -> Distribution:
    """Return the law of c*x**s, of positive numbers."""
    if law.family == "gamma":  # no power of it is one: of the relative spread
        shape = _rounded(law.first_form()["shape"] / s**2)
        unit = distribution("gamma", shape=shape, scale=1.0)
        middle = c * float(law.quantile(0.5)) ** s
        scale = _rounded(middle / float(unit.quantile(0.5)))
        return distribution("gamma", shape=shape, scale=scale)

    def made() -> Table:
        table = _plain(law, 1.0)
        if law.family == "exponential":
            table = {"distribution": "weibull", "shape": 1.0, "scale": table["mean"]}
        if "mean" in table or "cv" in table:
            table = {**table, **law.first_form()}
            table = {key: table[key] for key in table if key not in {"mean", "sd", "cv"}}
        shape = {"shape": _rounded(table["shape"] / s)} if "shape" in table else {}
        bend = _power(c, s)
        factors = {"gsd": _power(1.0, s), "gsd2": _power(1.0, s), "log_sd": lambda x: x * s}
        bent = _table({**table, **shape}, bend, bend, factors, math.log(c))
        return bent | (
            {"log_mean": math.log(c) + s * table["log_mean"]} if "log_mean" in table else {}
        )

    return _made(law, made, _power(c, s), told)


def _power(c: float, s: float) -> Map:
    return lambda x: c * x**s


_same: Mapping[str, Map] = {}


def _plain(law: Distribution, b: float) -> Table:
    """Return the table of a law, with what it leaves out where that is moved as well."""
    table = law.to_dict()
    if law.family == "bernoulli":
        p = table["probability"]
        return {"distribution": "discrete", "values": [0.0, 1.0], "weights": [1 - p, p]}
    if law.family == "beta" and "alpha" in table:
        return {"minimum": 0.0, "maximum": 1.0} | table
    if law.family == "scipy":
        return table | {"arguments": {"loc": 0.0, "scale": 1.0} | table["arguments"]}
    if b and ("cv" in table or "relative_sd" in table):
        return {"distribution": law.family, **law.first_form()} | _truncation(table)
    return table


def _truncation(table: Table) -> Table:
    return {key: table[key] for key in ("truncate",) if key in table}


def _table(
    table: Mapping[str, Any], place: Map, width: Map, factors: Mapping[str, Map], log: float
) -> Table:
    """Return the table of a law with its parameters by what their keys mean."""
    made: Table = {}
    for key, value in table.items():
        if key in {"truncate", "arguments"}:
            made[key] = _table(value, place, width, factors, log)
        elif key == "components":
            made[key] = [_table(own, place, width, factors, log) for own in value]
        elif key == "log_mean":
            made[key] = _each(value, lambda x: x + log)
        elif key in _PLACES:
            made[key] = _each(value, place)
        elif key in _WIDTHS:
            made[key] = _each(value, width)
        else:
            made[key] = _each(value, factors[key]) if key in factors else value
    return made


def _each(value: Any, change: Map) -> Any:
    if isinstance(value, list):
        return [_rounded(change(item)) for item in value]
    if is_between(value):
        return {BETWEEN: sorted(_rounded(change(x)) for x in value[BETWEEN])}
    return _rounded(change(value))


def _rounded(value: float) -> float:
    """Return a number that can be read: what rounding changes is far below what is compared."""
    return float(f"{value:.12g}")


def _made(law: Distribution, table: Callable[[], Table], change: Map, told: str) -> Distribution:
    """Return the law of a table, if it is that of what is asked for."""
    allowed = "x NUMBER, or another law"
    fault = Fault(f"{told} of {law!r}, whose family has no such law", allowed)
    with np.errstate(all="ignore"):
        try:
            made = distribution(table())
            wanted = np.array([change(float(x)) for x in law.quantile(_CHECKED)])
            found = made.quantile(_CHECKED)
        except (InputError, ArithmeticError, ValueError, KeyError):
            raise InputError(fault) from None
        size = np.abs(wanted).max()
        if not np.abs(found - wanted).max() <= _EXACT * size:
            raise InputError(fault)
    return made
