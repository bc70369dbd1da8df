"""What the beta and the PERT law share: a beta law moved and stretched to any interval."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import Key, positive_number
from mcsus.families.inverse.tabulated import stretch, tabulate
from mcsus.families.loops.codes import QuantileKernel


class BetaShaped(Distribution):
    """What the beta and the PERT law share: a beta law over [minimum, maximum]."""

    minimum: float
    maximum: float

    @abstractmethod
    def _shapes(self) -> tuple[float, float]:
        """Both exponents."""

    def _from_tails(self, p: Array, q: Array) -> Array:
        a, b = self._shapes()
        width = self.maximum - self.minimum
        left = unit_quantile(a, b, p, q)
        x = np.asarray(self.minimum + width * left)
        far = left > 0.5  # nearer to the maximum: measured from there
        x[far] = self.maximum - width * unit_quantile(b, a, q[far], p[far])
        return x

    def _tails(self, x: Array) -> tuple[Array, Array]:
        a, b = self._shapes()
        width = self.maximum - self.minimum
        left = np.clip((x - self.minimum) / width, 0.0, 1.0)
        right = np.clip((self.maximum - x) / width, 0.0, 1.0)
        near = left < right  # the variable that has its digits
        below = np.where(near, special.betainc(a, b, left), special.betaincc(b, a, right))
        above = np.where(near, special.betaincc(a, b, left), special.betainc(b, a, right))
        return below, above

    def _whole_support(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def _whole_moments(self) -> tuple[float, float]:
        a, b = self._shapes()
        width = self.maximum - self.minimum
        near = a <= b  # measure from the nearer bound
        share = min(a, b) / (a + b)
        mean = self.minimum + width * share if near else self.maximum - width * share
        sd = width * math.sqrt((a / (a + b)) * (b / (a + b)) / (a + b + 1))
        return mean, sd

    def kernel(self) -> QuantileKernel:
        """Return the table of the inverse."""
        if self.truncate is None and self.minimum >= 0:  # else an end may need its own digits
            return stretched(*self._shapes(), self.minimum, self.maximum)
        return tabulate(self)


def unit_quantile(a: float, b: float, p: Array, q: Array) -> Array:
    """Return the quantile of the beta law on [0, 1] from the smaller of both tails.

    Examples
    --------
    >>> print(unit_quantile(1.0, 1.0, np.array([0.25]), np.array([0.75])))
    [0.25]
    """
    lower = p <= q
    tail = np.where(lower, p, q)
    held = np.maximum(tail, 1e-120)  # scipy gives NaN somewhere below 1e-150
    y = np.empty_like(tail)
    y[lower] = special.betaincinv(a, b, held[lower])
    y[lower] *= (tail[lower] / held[lower]) ** (1 / a)  # the law is a power law down there
    y[~lower] = special.betainccinv(a, b, held[~lower])
    return y


@dataclass(frozen=True, repr=False)
class UnitBeta(BetaShaped):
    """The beta law on [0, 1], of which tables are made; not a family of its own.

    Examples
    --------
    >>> print(UnitBeta(1.0, 1.0).quantile(0.25))
    0.25
    """

    family: ClassVar[str] = "beta"
    keys: ClassVar[tuple[Key, ...]] = (positive_number("alpha"), positive_number("beta"))
    alpha: float
    beta: float
    minimum: float = 0.0
    maximum: float = 1.0

    def _shapes(self) -> tuple[float, float]:
        return self.alpha, self.beta


@lru_cache(maxsize=512)
def stretched(alpha: float, beta: float, minimum: float, maximum: float) -> QuantileKernel:
    """Return the table of an untruncated beta law; laws of equal shapes share the work.

    Examples
    --------
    >>> stretched(2.0, 3.0, 1.0, 2.0).constants[2:4]
    (1.0, 2.0)
    """
    return stretch(tabulate(UnitBeta(alpha, beta)), minimum, maximum)
