"""The law with equal density between two bounds."""

import math
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import UNIFORM_SCORE, Exact
from mcsus.families.fields import COVERAGE, given, number, order_faults
from mcsus.families.loops.codes import UNIFORM, QuantileKernel
from mcsus.families.registry import Twin, family


def between(low: float, high: float, p: Array, q: Array) -> Array:
    """Return the value at a share p of the way, with q = 1 - p, from the nearer end."""
    width = high - low
    return np.where(p < q, low + width * p, high - width * q)


def bounds_faults(law: Any, fit: Callable[[float, float], bool]) -> list[Fault]:
    """Return what is wrong with the bounds of a law, given as they are or by an interval.

    Parameters
    ----------
    fit : callable
        Tells whether bounds that follow from an interval are in the range of float64.
    """
    if law.minimum is not None and law.maximum is not None:
        return order_faults(law.minimum, law.maximum, "minimum", "maximum")
    faults = order_faults(law.low, law.high, "low", "high")
    if not faults and not fit(*law._ends):
        allowed = "a coverage whose bounds are in the range of float64"
        return [Fault(repr(law.coverage), allowed, ("coverage",))]
    return faults


@family(
    "uniform",
    keys=(*map(number, ("minimum", "maximum", "low", "high")), COVERAGE),
    forms=(("minimum", "maximum"), ("low", "high", "coverage")),
    domain="minimum < maximum; or low < high and coverage between 0 and 1",
    use="only the bounds are known, and no value between is likelier",
    example={"minimum": 2, "maximum": 5},
    words=("uniform: {minimum} to {maximum}",),
    scipy=(
        Twin(
            "uniform",
            lambda a: {"minimum": a["loc"], "maximum": a["loc"] + a["scale"]},
            lambda law: {"loc": law._ends[0], "scale": law._ends[1] - law._ends[0]},
            fit={},
            edges=True,
        ),
    ),
    place=2,
    exact=(
        Exact(
            ("minimum", "maximum"),
            "minimum + (maximum - minimum)*score",
            UNIFORM_SCORE,
            refused=("maximum < minimum",),
        ),
        Exact(
            ("low", "high"),
            "low + (high - low)*score",
            {"distribution": "uniform", "low": 0, "high": 1},
            fixed=("coverage",),
            refused=("high < low",),
        ),
    ),
)
class Uniform(Distribution):
    """Equal density from `minimum` to `maximum`, or around an interval with equal tails."""

    minimum: float | None = None
    maximum: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        return bounds_faults(self, lambda low, high: math.isfinite(high - low))

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Bounds before truncation."""
        if self.minimum is not None and self.maximum is not None:
            return self.minimum, self.maximum
        low, high, coverage = given(self.low, self.high, self.coverage)
        beyond = (high - low) * ((1 - coverage) / coverage / 2)
        return low - beyond, high + beyond

    def first_form(self) -> dict[str, Any]:
        """Return the bounds, in whichever form the law was given."""
        return dict(zip(("minimum", "maximum"), self._ends, strict=True))

    def _from_tails(self, p: Array, q: Array) -> Array:
        return between(*self._ends, p, q)

    _least_share = 0.0  # of any truncation, which is a law on other bounds

    def _conditioned(self, u: Array, v: Array) -> Array:
        low, high = self.support()  # a truncated uniform law is one on the narrower bounds
        return np.clip(between(low, high, u, v), low, high)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        low, high = self._ends
        return (x - low) / (high - low), (high - x) / (high - low)

    def _whole_support(self) -> tuple[float, float]:
        return self._ends

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.support()
        return low + (high - low) / 2, (high - low) / math.sqrt(12)

    _truncated_moments = _whole_moments  # which knows the truncation

    def kernel(self) -> QuantileKernel:
        """Return the linear loop and its bounds."""
        return QuantileKernel(UNIFORM, self.support())
