"""The law whose density rises in a line to the mode and falls in a line from it."""

import math
from collections.abc import Iterable

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import mode_faults, number
from mcsus.families.loops.codes import TRIANGULAR, TRIANGULAR_ONE_SIGN, QuantileKernel
from mcsus.families.registry import Twin, family

SMALL = 1e-300  # stands for the probability of an empty side in a quotient
_NEAR = 0.01  # of the width: a mode nearer to 0 needs the careful loop


class Peaked(Distribution):
    """What the triangular and the PERT law share: bounds and a likeliest value between them."""

    minimum: float
    mode: float
    maximum: float

    def _check(self) -> Iterable[Fault]:
        return mode_faults(self.minimum, self.mode, self.maximum)

    @property
    def _rise(self) -> float:
        """Share of the width below the mode."""
        return (self.mode - self.minimum) / (self.maximum - self.minimum)

    @property
    def _fall(self) -> float:
        """Share of the width above the mode."""
        return (self.maximum - self.mode) / (self.maximum - self.minimum)

    def _whole_support(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def typical(self) -> float:
        """Return the mode, moved to the nearest bound where truncation cuts it off."""
        low, high = self.support()
        return min(max(self.mode, low), high)


@family(
    "triangular",
    keys=(number("minimum"), number("mode"), number("maximum")),
    domain="minimum <= mode <= maximum, minimum < maximum",
    use="bounds and a likeliest value, by judgement",
    example={"minimum": 5, "mode": 10, "maximum": 17},
    words=("triangular: {minimum} to {maximum}, most likely {mode}",),
    scipy=(
        Twin(
            "triang",
            lambda a: {
                "minimum": a["loc"],
                "mode": a["loc"] + a["c"] * a["scale"],
                "maximum": a["loc"] + a["scale"],
            },
            lambda law: {"c": law._rise, "loc": law.minimum, "scale": law.maximum - law.minimum},
        ),
    ),
    place=4,
)
class Triangular(Peaked):
    """A triangle over `minimum` to `maximum` with its top at `mode`, which may equal either."""

    minimum: float
    mode: float
    maximum: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        rising = p < self._rise
        share = max(self._rise, SMALL), max(self._fall, SMALL)
        whole = np.where(rising, *share)  # probability on this side of the mode
        part = np.where(rising, p, q) / whole  # of it, beyond the value
        side = np.where(rising, self.minimum - self.mode, self.maximum - self.mode)
        root = np.sqrt(part)
        # the distance from the end, or where that would cancel, from the mode
        rest = np.where(rising, q - self._fall, p - self._rise) / whole
        from_end = np.where(rising, self.minimum, self.maximum) - side * root
        x: Array = np.where(part < 0.25, from_end, self.mode + side * (rest / (1 + root)))
        return x

    def _tails(self, x: Array) -> tuple[Array, Array]:
        width = self.maximum - self.minimum
        left, right = (x - self.minimum) / width, (self.maximum - x) / width
        rise = left * (left / max(self._rise, SMALL))  # one side may be empty
        fall = right * (right / max(self._fall, SMALL))
        before = x < self.mode
        return np.where(before, rise, 1 - fall), np.where(before, 1 - rise, fall)

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.mode - self.minimum, self.maximum - self.mode
        width = self.maximum - self.minimum
        spread = width * math.sqrt((1 - (low / width) * (high / width)) / 18)
        return self.mode + (high - low) / 3, spread

    def _breaks(self) -> tuple[float, ...]:
        return (self._rise,)

    def kernel(self) -> QuantileKernel:
        """Return the square-root loop and its corners."""
        corners = (self.minimum, self.mode, self.maximum, self._rise, self._fall)
        # Values are taken from an end; where they may be small beside the width that would cancel.
        one_sign = self.minimum >= 0 or self.maximum <= 0
        safe = one_sign and abs(self.mode) >= _NEAR * (self.maximum - self.minimum)
        code = TRIANGULAR_ONE_SIGN if safe else TRIANGULAR
        inverse = (1 / max(self._rise, SMALL), 1 / max(self._fall, SMALL))
        return QuantileKernel(code, (*self._conditioning, *corners, *inverse))
