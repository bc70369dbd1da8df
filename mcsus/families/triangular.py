"""The law whose density rises in a line to the mode and falls in a line from it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, mode_faults, number
from mcsus.families.codes import TRIANGULAR, QuantileKernel
from mcsus.families.registry import register


@register(
    domain="minimum <= mode <= maximum, minimum < maximum",
    use="bounds and a likeliest value, by judgement",
)
@dataclass(frozen=True, repr=False)
class Triangular(Distribution):
    """A triangle over `minimum` to `maximum` with its top at `mode`.

    Parameters
    ----------
    minimum, mode, maximum : float
        Corners; the mode may equal either bound.

    Examples
    --------
    >>> print(Triangular(0, 1, 2).quantile(0.125))
    0.5
    """

    family: ClassVar[str] = "triangular"
    keys: ClassVar[tuple[Key, ...]] = (number("minimum"), number("mode"), number("maximum"))
    minimum: float
    mode: float
    maximum: float

    def _check(self) -> Iterable[Fault]:
        return mode_faults(self.minimum, self.mode, self.maximum)

    @property
    def _rise(self) -> float:
        """Probability below the mode."""
        return (self.mode - self.minimum) / (self.maximum - self.minimum)

    @property
    def _fall(self) -> float:
        """Probability above the mode."""
        return (self.maximum - self.mode) / (self.maximum - self.minimum)

    def _from_tails(self, p: Array, q: Array) -> Array:
        width = self.maximum - self.minimum
        return np.where(
            p < self._rise,
            self.minimum + width * np.sqrt(self._rise * p),
            self.maximum - width * np.sqrt(self._fall * q),
        )

    def _tails(self, x: Array) -> tuple[Array, Array]:
        width = self.maximum - self.minimum
        left, right = (x - self.minimum) / width, (self.maximum - x) / width
        with np.errstate(divide="ignore", invalid="ignore"):  # one side may be empty
            rise, fall = left * (left / self._rise), right * (right / self._fall)
        before = x < self.mode
        return np.where(before, rise, 1 - fall), np.where(before, 1 - rise, fall)

    def _whole_support(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.mode - self.minimum, self.maximum - self.mode
        width = self.maximum - self.minimum
        spread = width * math.sqrt((1 - (low / width) * (high / width)) / 18)
        return self.mode + (high - low) / 3, spread

    def _breaks(self) -> tuple[float, ...]:
        return (self._rise,)

    def typical(self) -> float:
        """Return the mode, moved to the nearest bound where truncation cuts it off."""
        low, high = self.support()
        return min(max(self.mode, low), high)

    def kernel(self) -> QuantileKernel:
        """Return the square-root loop and its corners."""
        c = self._conditioning
        corners = (self.minimum, self.maximum, self._rise, self._fall)
        return QuantileKernel(TRIANGULAR, (c.below, c.mass, c.above, c.low, c.high, *corners))
