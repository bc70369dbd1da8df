"""The Weibull law."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import EXPONENTIAL_SCORE, Exact
from mcsus.families.fields import COVERAGE, given, order_faults, positive_number
from mcsus.families.laws.exponential import minus_log_upper
from mcsus.families.laws.loguniform import log_ratio
from mcsus.families.loops.codes import WEIBULL, QuantileKernel
from mcsus.families.registry import Twin, family, renamed

LEAST_SHAPE = 1e-6
NEARLY_SHARP = 50.0  # shape above which the variance is summed as a series


@family(
    "weibull",
    keys=(*map(positive_number, ("shape", "scale", "low", "high")), COVERAGE),
    forms=(("shape", "scale"), ("low", "high", "coverage")),
    domain="shape > 0, scale > 0; or 0 < low < high and coverage between 0 and 1",
    use="a lifetime: failures that grow rarer (shape < 1) or likelier (shape > 1) with age",
    example={"shape": 1.5, "scale": 10},
    scipy=(Twin("weibull_min", *renamed(shape="c", scale="scale"), fixed={"loc": 0.0}, fit={}),),
    place=11,
    exact=(
        Exact(
            ("shape", "scale"),
            "scale*score**(1/shape)",
            EXPONENTIAL_SCORE,
            plain=("shape",),
            refused=("shape <= 0", "scale < 0"),
        ),
        Exact(
            ("low", "high"),
            "low*score**log(high/low)",
            {"distribution": "weibull", "low": 1, "high": math.e},
            fixed=("coverage",),
            refused=("low <= 0", "high < low"),
        ),
    ),
)
class Weibull(Distribution):
    """Probability exp(-(x / scale)**shape) of more than x, on the positive numbers.

    Weibull 1951, doi:10.1115/1.4010337.

    Parameters
    ----------
    shape : float
        Shape, above 0.
    scale : float
        Value exceeded with probability 1/e, above 0.
    low, high, coverage : float
        Instead: an interval, and the probability it covers before truncation, with equal
        tails outside.
    """

    shape: float | None = None
    scale: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is None or self.high is None:
            if self.shape is not None and self.shape < LEAST_SHAPE:
                allowed = (
                    f"a number of at least {LEAST_SHAPE:g}, as a power has its digits to there"
                )
                yield Fault(repr(self.shape), allowed, ("shape",))
            return
        faults = order_faults(self.low, self.high, "low", "high")
        yield from faults
        if not faults and not all(0 < value < math.inf for value in self._law):
            allowed = "a coverage whose shape and scale are in the range of float64"
            yield Fault(repr(self.coverage), allowed, ("coverage",))

    @cached_property
    def _law(self) -> tuple[float, float]:
        """Shape and scale."""
        if self.shape is not None and self.scale is not None:
            return self.shape, self.scale
        low, high, coverage = given(self.low, self.high, self.coverage)
        tails = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
        powers = minus_log_upper(tails, tails[::-1])
        shape = float(log_ratio(*powers) / log_ratio(low, high))
        with np.errstate(all="ignore"):
            return shape, float(low * np.exp(-np.log(powers[0]) / shape))

    def first_form(self) -> dict[str, Any]:
        """Return shape and scale, in whichever form the law was given."""
        return dict(zip(("shape", "scale"), self._law, strict=True))

    def _from_tails(self, p: Array, q: Array) -> Array:
        with np.errstate(over="ignore", under="ignore"):
            shape, scale = self._law
            result: Array = scale * minus_log_upper(p, q) ** (1 / shape)
        return result

    def _tails(self, x: Array) -> tuple[Array, Array]:
        with np.errstate(over="ignore", under="ignore"):
            shape, scale = self._law
            y = (x / scale) ** shape
        return -np.expm1(-y), np.exp(-y)

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        shape, scale = self._law
        inverse = 1 / shape
        first = float(special.gammaln(1 + inverse))
        if shape > NEARLY_SHARP:  # the difference below would cancel
            ratio = math.fsum(
                float(special.zeta(n)) / n * (2**n - 2) * (-inverse) ** n for n in range(2, 16)
            )
        else:
            ratio = float(special.gammaln(1 + 2 * inverse)) - 2 * first
        with np.errstate(over="ignore"):
            mean = scale * float(np.exp(np.float64(first)))
            return mean, mean * float(np.sqrt(np.expm1(np.float64(ratio))))

    def kernel(self) -> QuantileKernel:
        """Return the power loop: conditioning, 1 / shape, scale."""
        shape, scale = self._law
        return QuantileKernel(WEIBULL, (*self._conditioning, 1 / shape, scale))
