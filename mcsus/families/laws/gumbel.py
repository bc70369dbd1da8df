"""The Gumbel law of largest values."""

import math

import numpy as np

from mcsus.families.base import Array, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import number, spread
from mcsus.families.laws.exponential import minus_log_upper
from mcsus.families.loops.codes import GUMBEL, QuantileKernel
from mcsus.families.registry import Twin, family, renamed


@family(
    "gumbel",
    keys=(number("mode"), spread("scale")),
    domain="mode: a finite number; scale > 0",
    use="the largest of many values, such as a yearly peak; the long tail is above",
    example={"mode": 10, "scale": 2},
    scipy=(Twin("gumbel_r", *renamed(mode="loc", scale="scale"), fit={}),),
    place=12,
    exact=(
        Exact(
            ("mode", "scale"),
            "mode + scale*score",
            {"distribution": "gumbel", "mode": 0, "scale": 1},
            refused=("scale < 0",),
        ),
    ),
)
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
    """

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

    def _whole_moments(self) -> tuple[float, float]:
        return self.mode + np.euler_gamma * self.scale, math.pi / math.sqrt(6) * self.scale

    def kernel(self) -> QuantileKernel:
        """Return the double logarithmic loop: conditioning, mode, scale."""
        return QuantileKernel(GUMBEL, (*self._conditioning, self.mode, self.scale))
