"""The Gumbel law of largest values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcsus.families.base import Array, Distribution
from mcsus.families.fields import Key, number, positive_number
from mcsus.families.laws.exponential import minus_log_upper
from mcsus.families.loops.codes import GUMBEL, QuantileKernel
from mcsus.families.registry import register


@register(
    place=12,
    domain="mode: a finite number; scale > 0",
    use="the largest of many values, such as a yearly peak; the long tail is above",
)
@dataclass(frozen=True, repr=False)
class Gumbel(Distribution):
    """Probability exp(-exp(-(x - mode) / scale)) of at most x.

    The law of largest values (Gumbel 1935); for smallest values take the negative of both
    the quantity and its mode.

    Parameters
    ----------
    mode : float
        Likeliest value before truncation.
    scale : float
        Scale, above 0; the standard deviation is pi / sqrt(6) times it.

    Examples
    --------
    >>> round(Gumbel(0, 1).mean(), 6)
    0.577216
    """

    family: ClassVar[str] = "gumbel"
    keys: ClassVar[tuple[Key, ...]] = (number("mode"), positive_number("scale"))
    mode: float
    scale: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        with np.errstate(divide="ignore"):
            result: Array = self.mode - self.scale * np.log(minus_log_upper(q, p))
        return result

    def _tails(self, x: Array) -> tuple[Array, Array]:
        with np.errstate(over="ignore"):
            y = np.exp((self.mode - x) / self.scale)
            return np.exp(-y), -np.expm1(-y)

    def _whole_support(self) -> tuple[float, float]:
        return -math.inf, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        return self.mode + np.euler_gamma * self.scale, math.pi / math.sqrt(6) * self.scale

    def kernel(self) -> QuantileKernel:
        """Return the double logarithmic loop: conditioning, mode, scale."""
        c = self._conditioning
        constants = (c.below, c.mass, c.above, c.low, c.high, self.mode, self.scale)
        return QuantileKernel(GUMBEL, constants)
