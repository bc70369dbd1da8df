"""The law whose logarithm is uniform."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, order_faults, positive_number
from mcsus.families.codes import LOGUNIFORM, QuantileKernel
from mcsus.families.registry import register


def log_ratio(low: ArrayLike, high: ArrayLike) -> Array:
    """Return log(high / low), also where the quotient overflows or is close to 1.

    Examples
    --------
    >>> print(log_ratio(1.0, math.e))
    1.0
    """
    small, large = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    with np.errstate(over="ignore"):
        near = np.log1p((large - small) / small)
        far = np.log(large / small)
    far = np.where(np.isfinite(far), far, np.log(large) - np.log(small))
    return np.where(large < 2 * small, near, far)


@register(
    domain="0 < minimum < maximum", use="only the bounds are known, and they differ by powers of 10"
)
@dataclass(frozen=True, repr=False)
class Loguniform(Distribution):
    """Density proportional to 1/x from `minimum` to `maximum`.

    Parameters
    ----------
    minimum, maximum : float
        Bounds, above 0.

    Examples
    --------
    >>> print(Loguniform(1, 100).quantile(0.5).round(12))
    10.0
    """

    family: ClassVar[str] = "loguniform"
    keys: ClassVar[tuple[Key, ...]] = (positive_number("minimum"), positive_number("maximum"))
    minimum: float
    maximum: float

    def _check(self) -> Iterable[Fault]:
        return order_faults(self.minimum, self.maximum, "minimum", "maximum")

    def _from_tails(self, p: Array, q: Array) -> Array:
        width = log_ratio(self.minimum, self.maximum)
        return np.where(p < q, self.minimum * np.exp(width * p), self.maximum * np.exp(-width * q))

    def _conditioned(self, u: Array, v: Array) -> Array:
        low, high = self.support()  # a truncated law is one on the narrower bounds
        width = log_ratio(low, high)
        return np.clip(
            np.where(u < v, low * np.exp(width * u), high * np.exp(-width * v)), low, high
        )

    def _tails(self, x: Array) -> tuple[Array, Array]:
        width = log_ratio(self.minimum, self.maximum)
        return log_ratio(self.minimum, x) / width, log_ratio(x, self.maximum) / width

    def _whole_support(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.support()
        half = float(log_ratio(low, high)) / 2
        centre = math.sqrt(low) * math.sqrt(high)
        mean = centre * math.sinh(half) / half
        # variance / centre**2 = sinh(h) (h cosh h - sinh h) / h**2, a series where h is small
        if half < 0.1:
            rest = sum(2 * k * half ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(1, 9))
        else:
            rest = half * math.cosh(half) - math.sinh(half)
        return mean, centre * math.sqrt(math.sinh(half) * rest) / half

    def _truncated_moments(self) -> tuple[float, float]:
        return self._whole_moments()

    def kernel(self) -> QuantileKernel:
        """Return the exponential loop: bounds and the log of their ratio."""
        low, high = self.support()
        return QuantileKernel(LOGUNIFORM, (low, high, float(log_ratio(low, high))))
