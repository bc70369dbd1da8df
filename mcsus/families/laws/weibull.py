"""The Weibull law."""

import math

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import positive_number
from mcsus.families.laws.exponential import minus_log_upper
from mcsus.families.loops.codes import WEIBULL, QuantileKernel
from mcsus.families.registry import Twin, family, renamed

NEARLY_SHARP = 50.0  # shape above which the variance is summed as a series


@family(
    "weibull",
    keys=(positive_number("shape"), positive_number("scale")),
    domain="shape > 0, scale > 0",
    use="a lifetime: failures that grow rarer (shape < 1) or likelier (shape > 1) with age",
    example={"shape": 1.5, "scale": 10},
    scipy=(Twin("weibull_min", *renamed(shape="c", scale="scale"), fixed={"loc": 0.0}, fit={}),),
    place=11,
)
class Weibull(Distribution):
    """Probability exp(-(x / scale)**shape) of more than x, on the positive numbers.

    Weibull 1951, doi:10.1115/1.4010337.

    Parameters
    ----------
    shape : float
        Shape, above 0.
    scale : float
        Value exceeded with probability 1/e, above 0.
    """

    shape: float
    scale: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            result: Array = self.scale * minus_log_upper(p, q) ** (1 / self.shape)
        return result

    def _tails(self, x: Array) -> tuple[Array, Array]:
        with np.errstate(over="ignore", under="ignore"):
            y = (x / self.scale) ** self.shape
        return -np.expm1(-y), np.exp(-y)

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        inverse = 1 / self.shape
        first = float(special.gammaln(1 + inverse))
        if self.shape > NEARLY_SHARP:  # the difference below would cancel
            ratio = math.fsum(
                float(special.zeta(n)) / n * (2**n - 2) * (-inverse) ** n for n in range(2, 16)
            )
        else:
            ratio = float(special.gammaln(1 + 2 * inverse)) - 2 * first
        with np.errstate(over="ignore"):
            mean = self.scale * float(np.exp(np.float64(first)))
            return mean, mean * float(np.sqrt(np.expm1(np.float64(ratio))))

    def kernel(self) -> QuantileKernel:
        """Return the power loop: conditioning, 1 / shape, scale."""
        return QuantileKernel(WEIBULL, (*self._conditioning, 1 / self.shape, self.scale))
