"""The exponential law."""

import math

import numpy as np

from mcsus.families.base import Array, Distribution
from mcsus.families.exact import EXPONENTIAL_SCORE, Exact
from mcsus.families.fields import positive_number
from mcsus.families.loops.codes import EXPONENTIAL, QuantileKernel
from mcsus.families.registry import Twin, family, renamed


def minus_log_upper(p: Array, q: Array) -> Array:
    """Return -log(q), where q = 1 - p, with all digits wherever q is close to 1."""
    with np.errstate(divide="ignore"):
        result: Array = np.where(p < 0.5, -np.log1p(-np.minimum(p, 0.5)), -np.log(q))
    return result


@family(
    "exponential",
    keys=(positive_number("mean"),),
    domain="mean > 0",
    use="the time to an event that is equally likely at every moment",
    example={"mean": 3},
    scipy=(Twin("expon", *renamed(mean="scale"), fixed={"loc": 0.0}, fit={}),),
    place=10,
    exact=(Exact(("mean",), "mean_*score", EXPONENTIAL_SCORE, refused=("mean_ < 0",)),),
)
class Exponential(Distribution):
    """Density exp(-x / mean) / mean on the positive numbers.

    Parameters
    ----------
    mean_ : float
        The key ``mean``: mean before truncation, above 0; also the standard deviation.
    """

    mean_: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self.mean_ * minus_log_upper(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        y = x / self.mean_
        return -np.expm1(-y), np.exp(-y)

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        return self.mean_, self.mean_

    def kernel(self) -> QuantileKernel:
        """Return the logarithmic loop: conditioning, mean."""
        return QuantileKernel(EXPONENTIAL, (*self._conditioning, self.mean_))
