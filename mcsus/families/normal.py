"""The normal law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, number, positive_number
from mcsus.families.codes import NORMAL, QuantileKernel
from mcsus.families.registry import register


@register(
    domain="mean: a finite number; sd: above 0",
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

    Examples
    --------
    >>> law = Normal(10, 2)
    >>> law.mean(), law.sd(), law.typical()
    (10.0, 2.0, 10.0)
    """

    family: ClassVar[str] = "normal"
    keys: ClassVar[tuple[Key, ...]] = (number("mean"), positive_number("sd"))
    mean_: float
    sd_: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self.mean_ + self.sd_ * normal_from_tails(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        z = (x - self.mean_) / self.sd_
        return special.ndtr(z), special.ndtr(-z)

    def _whole_support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        return self.mean_, self.sd_

    def kernel(self) -> QuantileKernel:
        """Return the normal loop: conditioning, mean, sd."""
        c = self._conditioning
        constants = (c.below, c.mass, c.above, c.low, c.high, self.mean_, self.sd_)
        return QuantileKernel(NORMAL, constants)


def normal_from_tails(p: Array, q: Array) -> Array:
    """Return the standard normal quantile from both tails, precise in the smaller.

    Examples
    --------
    >>> print(normal_from_tails(np.array([0.5]), np.array([0.5])))
    [0.]
    """
    result: Array = np.where(p <= q, special.ndtri(p), -special.ndtri(q))
    return result
