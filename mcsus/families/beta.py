"""The beta law, moved and stretched to any interval."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy import special

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, number, order_faults, positive_number
from mcsus.families.codes import QuantileKernel
from mcsus.families.registry import register
from mcsus.families.tables import tabulate


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
        return np.where(
            p < q,
            self.minimum + width * special.betaincinv(a, b, np.minimum(p, 0.6)),
            self.maximum - width * special.betaincinv(b, a, np.minimum(q, 0.6)),
        )

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
        return tabulate(self)


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
