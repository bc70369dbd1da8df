"""The beta law, moved and stretched to any interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from scipy import special

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, number, order_faults, positive_number
from mcsus.families.codes import QuantileKernel
from mcsus.families.registry import register
from mcsus.families.tables import stretch, tabulate


class BetaShaped(Distribution):
    """What the beta and the PERT law share: a beta law over [minimum, maximum]."""

    minimum: float
    maximum: float

    def _shapes(self) -> tuple[float, float]:
        """Both exponents."""
        raise NotImplementedError

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
    y = np.empty_like(tail)
    y[lower] = special.betaincinv(a, b, tail[lower])
    y[~lower] = special.betainccinv(a, b, tail[~lower])
    return y


@register(
    domain="alpha > 0, beta > 0, minimum < maximum (0 and 1 when left out)",
    use="a share or an efficiency, between 0 and 1",
)
@dataclass(frozen=True, repr=False)
class Beta(BetaShaped):
    """Density proportional to y**(alpha - 1) * (1 - y)**(beta - 1), y from 0 to 1.

    Parameters
    ----------
    alpha, beta : float
        Shapes, above 0.
    minimum, maximum : float
        Values at y = 0 and y = 1.

    Examples
    --------
    >>> Beta(2, 2).mean()
    0.5
    """

    family: ClassVar[str] = "beta"
    keys: ClassVar[tuple[Key, ...]] = (
        positive_number("alpha"),
        positive_number("beta"),
        number("minimum", 0.0),
        number("maximum", 1.0),
    )
    alpha: float
    beta: float
    minimum: float = 0.0
    maximum: float = 1.0

    def _check(self) -> Iterable[Fault]:
        return order_faults(self.minimum, self.maximum, "minimum", "maximum")

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
    return stretch(tabulate(Beta(alpha, beta)), minimum, maximum)
