"""The gamma law."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import COVERAGE, given, order_faults, positive_number
from mcsus.families.inverse import large_shape
from mcsus.families.laws.loguniform import log_ratio
from mcsus.families.registry import Twin, family, renamed

LEAST_TAIL = 1e-290  # below it the lower quantile follows its power law
LARGE = 1e5  # shape above which SciPy loses digits of the lower tail
MOST_LOG = 650.0  # of a quantile in the range of float64
LARGEST_LOG = math.log(1e12)  # of a shape that is searched


@family(
    "gamma",
    keys=(*map(positive_number, ("shape", "scale", "low", "high")), COVERAGE),
    forms=(("shape", "scale"), ("low", "high", "coverage")),
    domain="shape > 0, scale > 0; or 0 < low < high and coverage between 0 and 1",
    use="a waiting time or a positive quantity with a moderate tail; sums of exponentials",
    example={"shape": 2, "scale": 3},
    scipy=(Twin("gamma", *renamed(shape="a", scale="scale"), fixed={"loc": 0.0}, fit={}),),
    place=9,
    exact=(
        Exact(
            ("scale",),
            "scale*score",
            {"distribution": "gamma", "scale": 1},
            fixed=("shape",),
            refused=("scale < 0",),
        ),
    ),
)
class Gamma(Distribution):
    """Density proportional to y**(shape - 1) * exp(-y), with y = x / scale; mean shape * scale.

    Notes
    -----
    The tails are the regularised incomplete gamma functions (NIST DLMF 8.2.4,
    https://dlmf.nist.gov/8.2). Instead of shape and scale, an interval with equal tails outside.
    """

    shape: float | None = None
    scale: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is None or self.high is None:
            return ()
        faults = order_faults(self.low, self.high, "low", "high")
        if not faults:
            self._law  # noqa: B018 (refuses an interval that no law covers so)
        return faults

    @cached_property
    def _law(self) -> tuple[float, float]:
        """Shape and scale."""
        if self.shape is not None and self.scale is not None:
            return self.shape, self.scale
        return law_around(*given(self.low, self.high, self.coverage))

    def first_form(self) -> dict[str, Any]:
        """Return shape and scale, in whichever form the law was given."""
        return dict(zip(("shape", "scale"), self._law, strict=True))

    def _from_tails(self, p: Array, q: Array) -> Array:
        shape, scale = self._law
        return scale * unit_quantile(shape, p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        shape, scale = self._law
        return unit_tails(shape, x / scale)

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        shape, scale = self._law
        return shape * scale, math.sqrt(shape) * scale

    def _standard(self) -> tuple[Distribution, float, float] | None:
        shape, scale = self._law
        return Gamma(shape, 1.0), 0.0, scale


def unit_quantile(shape: float, p: Array, q: Array) -> Array:
    """Return the quantile of the gamma law of scale 1 from the smaller of both tails."""
    if shape > LARGE:
        return large_shape.quantile(shape, p, q)
    lower = p <= q
    held = np.maximum(np.where(lower, p, q), LEAST_TAIL)
    y = np.where(lower, special.gammaincinv(shape, held), special.gammainccinv(shape, held))
    return np.where(lower, y * (np.minimum(p, held) / held) ** (1 / shape), y)


def unit_tails(shape: float, y: Array) -> tuple[Array, Array]:
    """Return both tails of the gamma law of scale 1 at y."""
    if shape > LARGE:
        return large_shape.tails(shape, y)
    below = np.asarray(special.gammainc(shape, y), dtype=np.float64)
    return below, np.asarray(special.gammaincc(shape, y), dtype=np.float64)


def law_around(low: float, high: float, coverage: float) -> tuple[float, float]:
    """Return shape and scale of the law with equal tails below low and above high.

    The ratio of both quantiles falls as the shape grows, so that one law does so.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to import, and few laws need it

    tails = np.array([(1 - coverage) / 2, (1 + coverage) / 2])
    wanted = float(log_ratio(low, high))

    def error(log_shape: float) -> float:
        return float(log_ratio(*unit_quantile(math.exp(log_shape), tails, tails[::-1]))) - wanted

    least = math.log(max(1e-2, -math.log(tails[0]) / MOST_LOG))
    if not error(least) > 0 > error(LARGEST_LOG):
        found = f"low = {low!r} and high = {high!r}"
        raise InputError(Fault(found, "an interval that a gamma law covers so", ("coverage",)))
    shape = math.exp(optimize.brentq(error, least, LARGEST_LOG, xtol=1e-15, rtol=1e-15))
    return shape, low / float(unit_quantile(shape, tails, tails[::-1])[0])
