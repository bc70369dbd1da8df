"""The normal law."""

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import NORMAL_SCORE, Exact
from mcsus.families.fields import (
    COVERAGE,
    given,
    number,
    order_faults,
    relative_spread,
    spread,
)
from mcsus.families.loops.codes import NORMAL, QuantileKernel
from mcsus.families.loops.ratios import normal_ratio
from mcsus.families.registry import Twin, family


def half_width(coverage: float) -> float:
    """Return how many standard deviations an interval of a normal law reaches to each side."""
    return -float(special.ndtri((1 - coverage) / 2))


def normal_from_tails(p: Array, q: Array) -> Array:
    """Return the standard normal quantile from both tails, precise in the smaller."""
    return np.where(p <= q, special.ndtri(p), -special.ndtri(q))


def _mean_and_sd(there: Mapping[str, float]) -> dict[str, Any]:
    return {"mean": there["loc"], "sd": there["scale"]}


def _cut(there: Mapping[str, float]) -> dict[str, Any]:
    """Return a truncated law; SciPy has its bounds in standard deviations from loc."""
    ends = {"low": there["a"], "high": there["b"]}
    bounds = {
        name: there["loc"] + there["scale"] * end
        for name, end in ends.items()
        if math.isfinite(end)
    }
    return {**_mean_and_sd(there), "truncate": bounds}


@family(
    "normal",
    keys=(
        number("mean"),
        spread("sd"),
        relative_spread("relative_sd"),
        spread("plus_minus"),
        number("low"),
        number("high"),
        COVERAGE,
    ),
    forms=(
        ("mean", "sd"),
        ("mean", "relative_sd"),
        ("mean", "plus_minus", "coverage"),
        ("low", "high", "coverage"),
    ),
    domain="mean: a finite number; sd, plus_minus, or relative_sd as a share of the mean: above 0; "
    "or low < high; coverage between 0 and 1",
    use="an error of measurement or a sum of many small effects; can be negative",
    example={"mean": 10, "sd": 2},
    words=(
        "normal: mean {mean}, standard deviation {sd}",
        "normal: mean {mean}, relative standard deviation {relative_sd}",
        "normal: {mean} plus or minus {plus_minus}, with a coverage of {coverage}",
    ),
    scipy=(
        Twin("norm", _mean_and_sd, lambda law: law._in_scipy(), fit={}),
        Twin("truncnorm", _cut, lambda law: law._cut_in_scipy(), truncated=True),
    ),
    place=6,
    exact=(
        Exact(("mean", "sd"), "mean_ + sd_*score", NORMAL_SCORE, refused=("sd_ < 0",)),
        Exact(
            ("mean", "relative_sd"),
            "mean_ + abs(mean_)*relative_sd*score",
            NORMAL_SCORE,
            plain=("relative_sd",),
            refused=("relative_sd < 0",),
        ),
        Exact(
            ("mean", "plus_minus"),
            "mean_ + plus_minus*score",
            {"distribution": "normal", "mean": 0, "plus_minus": 1},
            fixed=("coverage",),
            refused=("plus_minus < 0",),
        ),
        Exact(
            ("low", "high"),
            "low + (high - low)*score",
            {"distribution": "normal", "low": 0, "high": 1},
            fixed=("coverage",),
            refused=("high < low",),
        ),
    ),
)
class Normal(Distribution):
    """The normal law of given mean and standard deviation.

    Parameters
    ----------
    mean_ : float
        The key ``mean``: mean before truncation.
    sd_ : float
        The key ``sd``: standard deviation before truncation, above 0.
    relative_sd : float
        Instead of sd: as a share of the mean, 0.3 or "30 %".
    plus_minus : float
        Instead of sd: half the width of an interval around the mean, of the given coverage.
    low, high, coverage : float
        Instead of mean and sd: an interval, and the probability it covers before truncation,
        with equal tails outside.
    """

    mean_: float | None = None
    sd_: float | None = None
    relative_sd: float | None = None
    plus_minus: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is not None and self.high is not None:
            yield from order_faults(self.low, self.high, "low", "high")
        elif not 0 < self._mean_and_sd[1] < math.inf:
            allowed = "a number whose spread is above 0 and in the range of float64"
            yield Fault(repr(self.mean_), allowed, ("mean",))

    @cached_property
    def _mean_and_sd(self) -> tuple[float, float]:
        if self.mean_ is not None and self.sd_ is not None:
            return self.mean_, self.sd_
        if self.mean_ is not None and self.relative_sd is not None:
            return self.mean_, abs(self.mean_) * self.relative_sd
        if self.mean_ is not None:
            reach, coverage = given(self.plus_minus, self.coverage)
            return self.mean_, reach / half_width(coverage)
        low, high, coverage = given(self.low, self.high, self.coverage)
        return low + (high - low) / 2, (high - low) / 2 / half_width(coverage)

    def typical(self) -> float:
        """Return the median, which an untruncated law has at hand."""
        return self._mean_and_sd[0] if self.truncate is None else super().typical()

    def _from_tails(self, p: Array, q: Array) -> Array:
        mean, sd = self._mean_and_sd
        return mean + sd * normal_from_tails(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        mean, sd = self._mean_and_sd
        z = (x - mean) / sd
        return special.ndtr(z), special.ndtr(-z)

    def _whole_moments(self) -> tuple[float, float]:
        return self._mean_and_sd

    def first_form(self) -> dict[str, Any]:
        """Return mean and standard deviation, in whichever form the law was given."""
        return dict(zip(("mean", "sd"), self._mean_and_sd, strict=True))

    def _in_scipy(self) -> dict[str, float]:
        mean, sd = self._mean_and_sd
        return {"loc": mean, "scale": sd}

    def _cut_in_scipy(self) -> dict[str, float]:
        mean, sd = self._mean_and_sd
        low, high = self.support()
        return {"a": (low - mean) / sd, "b": (high - mean) / sd, **self._in_scipy()}

    def kernel(self) -> QuantileKernel:
        """Return the normal loop: conditioning, mean, sd, and a ratio for the middle."""
        ratio = normal_ratio()
        own = (*self._mean_and_sd, *ratio.bottom, *ratio.top)
        return QuantileKernel(NORMAL, (*self._conditioning, *own))
