"""The law whose logarithm is uniform."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import UNIFORM_SCORE, Exact
from mcsus.families.fields import COVERAGE, given, positive_number
from mcsus.families.laws.uniform import bounds_faults
from mcsus.families.loops.codes import LOGUNIFORM, QuantileKernel
from mcsus.families.registry import Twin, family

_FAR = 100.0  # half of a log ratio from which the lower bound says nothing of the moments


def log_ratio(low: ArrayLike, high: ArrayLike) -> Array:
    """Return log(high / low), also where the quotient overflows or is close to 1."""
    small, large = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    with np.errstate(over="ignore"):
        near = np.log1p((large - small) / small)
        far = np.log(large / small)
    far = np.where(np.isfinite(far), far, np.log(large) - np.log(small))
    return np.where(large < 2 * small, near, far)


def between(low: float, high: float, p: Array, q: Array) -> Array:
    """Return the value at a share p of the way in the log, with q = 1 - p, from the nearer end."""
    width = log_ratio(low, high)
    return np.where(p < q, low * np.exp(width * p), high * np.exp(-width * q))


@family(
    "loguniform",
    keys=(*map(positive_number, ("minimum", "maximum", "low", "high")), COVERAGE),
    forms=(("minimum", "maximum"), ("low", "high", "coverage")),
    domain="0 < minimum < maximum; or 0 < low < high and coverage between 0 and 1",
    use="only the bounds are known, and they differ by powers of 10",
    example={"minimum": 1, "maximum": 100},
    words=("uniform on a log scale: {minimum} to {maximum}",),
    scipy=tuple(
        Twin(
            name,
            lambda a: {"minimum": a["a"] * a["scale"], "maximum": a["b"] * a["scale"]},
            lambda law: dict(zip("ab", law.support(), strict=True)),
        )
        for name in ("loguniform", "reciprocal")
    ),
    place=3,
    exact=(
        Exact(
            ("minimum", "maximum"),
            "minimum*exp(log(maximum/minimum)*score)",
            UNIFORM_SCORE,
            refused=("minimum <= 0", "maximum < minimum"),
        ),
        Exact(
            ("low", "high"),
            "low*exp(log(high/low)*score)",
            {"distribution": "uniform", "low": 0, "high": 1},
            fixed=("coverage",),
            refused=("low <= 0", "high < low"),
        ),
    ),
)
class Loguniform(Distribution):
    """Density proportional to 1/x from `minimum` to `maximum`, or around an interval."""

    minimum: float | None = None
    maximum: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        return bounds_faults(self, lambda low, high: 0 < low < high < math.inf)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """Bounds before truncation."""
        if self.minimum is not None and self.maximum is not None:
            return self.minimum, self.maximum
        low, high, coverage = given(self.low, self.high, self.coverage)
        beyond = float(log_ratio(low, high)) * (1 - coverage) / coverage / 2
        with np.errstate(over="ignore", under="ignore"):
            factor = float(np.exp(np.float64(beyond)))
            return low / factor, high * factor

    def first_form(self) -> dict[str, Any]:
        """Return the bounds, in whichever form the law was given."""
        return dict(zip(("minimum", "maximum"), self._ends, strict=True))

    def _from_tails(self, p: Array, q: Array) -> Array:
        return between(*self._ends, p, q)

    _least_share = 0.0  # of any truncation, which is a law on other bounds

    def _conditioned(self, u: Array, v: Array) -> Array:
        low, high = self.support()  # a truncated law is one on the narrower bounds
        return np.clip(between(low, high, u, v), low, high)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        low, high = self._ends
        width = log_ratio(low, high)
        return log_ratio(low, x) / width, log_ratio(x, high) / width

    def _whole_support(self) -> tuple[float, float]:
        return self._ends

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.support()
        half = float(log_ratio(low, high)) / 2
        if half > _FAR:  # where sinh is close to overflow
            share = 1 / (2 * half)
            return high * share, high * math.sqrt(share / 2 - share**2)
        centre = math.sqrt(low) * math.sqrt(high)
        mean = centre * math.sinh(half) / half
        # variance / centre**2 = sinh(h) (h cosh h - sinh h) / h**2, a series where h is small
        if half < 0.1:
            rest = sum(2 * k * half ** (2 * k + 1) / math.factorial(2 * k + 1) for k in range(1, 9))
        else:
            rest = half * math.cosh(half) - math.sinh(half)
        return mean, centre * math.sqrt(math.sinh(half) * rest) / half

    _truncated_moments = _whole_moments  # which knows the truncation

    def kernel(self) -> QuantileKernel:
        """Return the exponential loop: bounds and the log of their ratio."""
        low, high = self.support()
        return QuantileKernel(LOGUNIFORM, (low, high, float(log_ratio(low, high))))
