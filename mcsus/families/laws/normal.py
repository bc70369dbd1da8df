"""The normal law."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np

from mcsus.errors import Fault
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.coverage import COVERAGE, half_width
from mcsus.families.fields import Key, given, number, order_faults, positive_number
from mcsus.families.loops.codes import NORMAL, QuantileKernel
from mcsus.families.loops.ratios import normal_ratio
from mcsus.families.registry import register


@register(
    place=6,
    domain="mean: a finite number; sd: above 0; or low < high and coverage between 0 and 1",
    use="an error of measurement or a sum of many small effects; can be negative",
)
@dataclass(frozen=True, repr=False)
class Normal(Distribution):
    """The normal law of given mean and standard deviation.

    Parameters
    ----------
    mean_ : float
        The key ``mean``: mean before truncation.
    sd_ : float
        The key ``sd``: standard deviation before truncation, above 0.
    low, high, coverage : float
        Instead of mean and sd: an interval, and the probability it covers before truncation,
        with equal tails outside.

    Examples
    --------
    >>> law = Normal(10, 2)
    >>> law.mean(), law.sd(), law.typical()
    (10.0, 2.0, 10.0)
    >>> print(Normal(low=5, high=20, coverage=0.9).cdf([5, 20]).round(12))
    [0.05 0.95]
    """

    family: ClassVar[str] = "normal"
    keys: ClassVar[tuple[Key, ...]] = (
        number("mean"),
        positive_number("sd"),
        number("low"),
        number("high"),
        COVERAGE,
    )
    forms: ClassVar[tuple[tuple[str, ...], ...]] = (("mean", "sd"), ("low", "high", "coverage"))
    mean_: float | None = None
    sd_: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is None or self.high is None:
            return ()
        return order_faults(self.low, self.high, "low", "high")

    @cached_property
    def _mean_and_sd(self) -> tuple[float, float]:
        if self.mean_ is not None and self.sd_ is not None:
            return self.mean_, self.sd_
        low, high, coverage = given(self.low, self.high, self.coverage)
        return low + (high - low) / 2, (high - low) / 2 / half_width(coverage)

    def typical(self) -> float:
        """Return the median, which an untruncated law has at hand.

        Examples
        --------
        >>> from mcsus.families import distribution
        >>> distribution("normal", mean=3, sd=2).typical()
        3.0
        """
        return self._mean_and_sd[0] if self.truncate is None else super().typical()

    def _from_tails(self, p: Array, q: Array) -> Array:
        mean, sd = self._mean_and_sd
        return mean + sd * normal_from_tails(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        mean, sd = self._mean_and_sd
        z = (x - mean) / sd
        return special.ndtr(z), special.ndtr(-z)

    def _whole_support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        return self._mean_and_sd

    def kernel(self) -> QuantileKernel:
        """Return the normal loop: conditioning, mean, sd, and a ratio for the middle."""
        c = self._conditioning
        constants = (c.below, c.mass, c.above, c.low, c.high, *self._mean_and_sd)
        ratio = normal_ratio()
        return QuantileKernel(NORMAL, (*constants, *ratio.bottom, *ratio.top))


def normal_from_tails(p: Array, q: Array) -> Array:
    """Return the standard normal quantile from both tails, precise in the smaller.

    Examples
    --------
    >>> print(normal_from_tails(np.array([0.5]), np.array([0.5])))
    [0.]
    """
    result: Array = np.where(p <= q, special.ndtri(p), -special.ndtri(q))
    return result
