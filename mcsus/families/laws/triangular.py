"""The law whose density rises in a line to the mode and falls in a line from it."""

import math
from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import UNIFORM_SCORE, Exact
from mcsus.families.fields import COVERAGE, given, mode_faults, number
from mcsus.families.loops.codes import TRIANGULAR, TRIANGULAR_ONE_SIGN, QuantileKernel
from mcsus.families.registry import Twin, family

SMALL = 1e-300  # stands for the probability of an empty side in a quotient
_NEAR = 0.01  # of the width: a mode nearer to 0 needs the careful loop


class Corners(NamedTuple):
    """Bounds and the likeliest value between them."""

    minimum: float
    mode: float
    maximum: float


class Peaked(Distribution):
    """What the triangular and the PERT law share: bounds and a likeliest value between them.

    Instead of the bounds, an interval with equal tails outside and the mode in it.
    """

    minimum: float | None
    mode: float | None
    maximum: float | None
    low: float | None
    high: float | None
    coverage: float | None

    def _check(self) -> Iterable[Fault]:
        if self.low is None:
            minimum, mode, maximum = self._corners
            return mode_faults(minimum, mode, maximum)
        low, mode, high = given(self.low, self.mode, self.high)
        faults = mode_faults(low, mode, high, "low", "high")
        if not faults and not math.isfinite(self._corners.maximum - self._corners.minimum):
            allowed = "a coverage whose bounds are in the range of float64"
            faults.append(Fault(repr(self.coverage), allowed, ("coverage",)))
        return faults

    @abstractmethod
    def _with_rise(self, rise: float) -> Distribution:
        """Return the law of this shape from 0 to 1, with its mode there."""

    @cached_property
    def _corners(self) -> Corners:
        if self.minimum is not None:
            return Corners(*given(self.minimum, self.mode, self.maximum))
        low, mode, high, coverage = given(self.low, self.mode, self.high, self.coverage)
        return corners_around(low, mode, high, coverage, self._with_rise)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        return self._corners.minimum, self._corners.maximum

    def first_form(self) -> dict[str, Any]:
        """Return bounds and mode, in whichever form the law was given."""
        own = {key: value for key, value in self.parameters().items() if key == "shape"}
        return {**self._corners._asdict(), **own}

    @property
    def _rise(self) -> float:
        """Share of the width below the mode."""
        low, mode, high = self._corners
        return (mode - low) / (high - low)

    @property
    def _fall(self) -> float:
        """Share of the width above the mode."""
        low, mode, high = self._corners
        return (high - mode) / (high - low)

    def _whole_support(self) -> tuple[float, float]:
        return self._ends

    def typical(self) -> float:
        """Return the mode, moved to the nearest bound where truncation cuts it off."""
        low, high = self.support()
        return min(max(self._corners.mode, low), high)


def corners_around(
    low: float, mode: float, high: float, coverage: float, unit: Callable[[float], Distribution]
) -> Corners:
    """Return the corners of the law with equal tails below low and above high, by its mode.

    The share of its width that lies below the mode follows from where the mode lies in the
    interval; for each share, `unit` is the law from 0 to 1.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to import, and few laws need it

    tail = (1 - coverage) / 2
    tails = np.array([tail, (1 + coverage) / 2])
    before, after = (mode - low) / (high - low), (high - mode) / (high - low)

    def quantiles(rise: float) -> list[float]:
        ends: list[float] = unit(rise)._from_tails(tails, tails[::-1]).tolist()
        return ends

    def error(rise: float) -> float:
        start, end = quantiles(rise)
        return before * (end - rise) - after * (rise - start)

    start, end = quantiles(optimize.brentq(error, 0.0, 1.0, xtol=1e-16, rtol=1e-15))
    width = (high - low) / (end - start)
    return Corners(low - width * start, mode, high + width * (1 - end))


@family(
    "triangular",
    keys=(*map(number, ("minimum", "mode", "maximum", "low", "high")), COVERAGE),
    forms=(("minimum", "mode", "maximum"), ("low", "mode", "high", "coverage")),
    domain="minimum <= mode <= maximum, minimum < maximum; or low <= mode <= high, low < high, "
    "and coverage between 0 and 1 (0.8 from P10 to P90)",
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
            lambda law: {
                "c": law._rise,
                "loc": law._ends[0],
                "scale": law._ends[1] - law._ends[0],
            },
        ),
    ),
    place=4,
    exact=(
        Exact(
            ("minimum", "mode", "maximum"),
            "where(score*(maximum - minimum) < mode - minimum, "
            "minimum + sqrt(score*(maximum - minimum)*(mode - minimum)), "
            "maximum - sqrt((1 - score)*(maximum - minimum)*(maximum - mode)))",
            UNIFORM_SCORE,
            refused=("mode < minimum", "maximum < mode"),
            typical="mode",
        ),
    ),
)
class Triangular(Peaked):
    """A triangle over `minimum` to `maximum` with its top at `mode`, which may equal either."""

    minimum: float | None = None
    mode: float | None = None
    maximum: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _with_rise(self, rise: float) -> Distribution:
        return Triangular(0.0, rise, 1.0)

    def _from_tails(self, p: Array, q: Array) -> Array:
        low, mode, high = self._corners
        rising = p < self._rise
        share = max(self._rise, SMALL), max(self._fall, SMALL)
        whole = np.where(rising, *share)  # probability on this side of the mode
        part = np.where(rising, p, q) / whole  # of it, beyond the value
        side = np.where(rising, low - mode, high - mode)
        root = np.sqrt(part)
        # the distance from the end, or where that would cancel, from the mode
        rest = np.where(rising, q - self._fall, p - self._rise) / whole
        from_end = np.where(rising, low, high) - side * root
        x: Array = np.where(part < 0.25, from_end, mode + side * (rest / (1 + root)))
        return x

    def _tails(self, x: Array) -> tuple[Array, Array]:
        low, mode, high = self._corners
        left, right = (x - low) / (high - low), (high - x) / (high - low)
        rise = left * (left / max(self._rise, SMALL))  # one side may be empty
        fall = right * (right / max(self._fall, SMALL))
        before = x < mode
        return np.where(before, rise, 1 - fall), np.where(before, 1 - rise, fall)

    def _whole_moments(self) -> tuple[float, float]:
        minimum, mode, maximum = self._corners
        low, high = mode - minimum, maximum - mode
        width = maximum - minimum
        spread = width * math.sqrt((1 - (low / width) * (high / width)) / 18)
        return mode + (high - low) / 3, spread

    def _breaks(self) -> tuple[float, ...]:
        return (self._rise,)

    def kernel(self) -> QuantileKernel:
        """Return the square-root loop and its corners."""
        low, mode, high = self._corners
        corners = (low, mode, high, self._rise, self._fall)
        # Values are taken from an end; where they may be small beside the width that would cancel.
        one_sign = low >= 0 or high <= 0
        safe = one_sign and abs(mode) >= _NEAR * (high - low)
        code = TRIANGULAR_ONE_SIGN if safe else TRIANGULAR
        inverse = (1 / max(self._rise, SMALL), 1 / max(self._fall, SMALL))
        return QuantileKernel(code, (*self._conditioning, *corners, *inverse))
