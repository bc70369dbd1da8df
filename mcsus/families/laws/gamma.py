"""The gamma law."""

import math

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import positive_number
from mcsus.families.registry import Twin, family, renamed

LEAST_TAIL = 1e-290  # below it the lower quantile follows its power law


@family(
    "gamma",
    keys=(positive_number("shape"), positive_number("scale")),
    domain="shape > 0, scale > 0",
    use="a waiting time or a positive quantity with a moderate tail; sums of exponentials",
    example={"shape": 2, "scale": 3},
    scipy=(Twin("gamma", *renamed(shape="a", scale="scale"), fixed={"loc": 0.0}, fit={}),),
    place=9,
)
class Gamma(Distribution):
    """Density proportional to y**(shape - 1) * exp(-y), with y = x / scale; mean shape * scale.

    Notes
    -----
    The tails are the regularised incomplete gamma functions (NIST DLMF 8.2.4,
    https://dlmf.nist.gov/8.2).
    """

    shape: float
    scale: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self.scale * unit_quantile(self.shape, p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        y: Array = x / self.scale
        below = np.asarray(special.gammainc(self.shape, y), dtype=np.float64)
        above = np.asarray(special.gammaincc(self.shape, y), dtype=np.float64)
        return below, above

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        return self.shape * self.scale, math.sqrt(self.shape) * self.scale

    def _standard(self) -> tuple[Distribution, float, float] | None:
        return Gamma(self.shape, 1.0), 0.0, self.scale


def unit_quantile(shape: float, p: Array, q: Array) -> Array:
    """Return the quantile of the gamma law of scale 1 from the smaller of both tails."""
    lower = p <= q
    held = np.maximum(np.where(lower, p, q), LEAST_TAIL)
    y = np.where(lower, special.gammaincinv(shape, held), special.gammainccinv(shape, held))
    return np.where(lower, y * (np.minimum(p, held) / held) ** (1 / shape), y)
