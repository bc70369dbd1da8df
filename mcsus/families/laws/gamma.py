"""The gamma law."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import Key, positive_number
from mcsus.families.inverse.tabulated import move, tabulate
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.registry import register

LEAST_TAIL = 1e-290  # below it the lower quantile follows its power law


@register(
    place=9,
    domain="shape > 0, scale > 0",
    use="a waiting time or a positive quantity with a moderate tail; sums of exponentials",
)
@dataclass(frozen=True, repr=False)
class Gamma(Distribution):
    """Density proportional to y**(shape - 1) * exp(-y), with y = x / scale.

    Parameters
    ----------
    shape : float
        Shape, above 0; the mean is shape * scale.
    scale : float
        Scale in the unit of the quantity, above 0.

    Notes
    -----
    The tails are the regularised incomplete gamma functions (NIST DLMF 8.2.4,
    https://dlmf.nist.gov/8.2).

    Examples
    --------
    >>> law = Gamma(4, 0.5)
    >>> law.mean(), law.sd()
    (2.0, 1.0)
    """

    family: ClassVar[str] = "gamma"
    keys: ClassVar[tuple[Key, ...]] = (positive_number("shape"), positive_number("scale"))
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

    def kernel(self) -> QuantileKernel:
        """Return the table of the inverse; laws of equal shape share the work."""
        if self.truncate is None:
            return scaled(self.shape, self.scale)
        return tabulate(self)


def unit_quantile(shape: float, p: Array, q: Array) -> Array:
    """Return the quantile of the gamma law of scale 1 from the smaller of both tails.

    Examples
    --------
    >>> print(unit_quantile(1.0, np.array([0.5]), np.array([0.5])).round(12))
    [0.69314718]
    """
    lower = p <= q
    held = np.maximum(np.where(lower, p, q), LEAST_TAIL)
    y = np.where(lower, special.gammaincinv(shape, held), special.gammainccinv(shape, held))
    result: Array = np.where(lower, y * (np.minimum(p, held) / held) ** (1 / shape), y)
    return result


@lru_cache(maxsize=512)
def scaled(shape: float, scale: float) -> QuantileKernel:
    """Return the table of an untruncated gamma law.

    Examples
    --------
    >>> scaled(2.0, 3.0).constants[2:4]
    (0.0, inf)
    """
    return move(tabulate(Gamma(shape, 1.0)), 0.0, scale)
