"""The law whose logarithm is normal."""

import math
from collections.abc import Iterable
from functools import cached_property

import numpy as np

from mcsus.errors import Fault
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import (
    COVERAGE,
    Key,
    among,
    given,
    limited,
    order_faults,
    positive_number,
)
from mcsus.families.laws.loguniform import log_ratio
from mcsus.families.laws.normal import half_width, normal_from_tails
from mcsus.families.lists import Numbers
from mcsus.families.loops.codes import LOGNORMAL, LOGNORMAL_WIDE, QuantileKernel
from mcsus.families.loops.ratios import lognormal_ratio
from mcsus.families.pedigree import TABLES, read_scores
from mcsus.families.pedigree import log_sd as pedigree_log_sd
from mcsus.families.registry import Twin, family


@family(
    "lognormal",
    keys=(
        positive_number("median"),
        Key("gsd", "a finite number above 1", limited(lambda x: x > 1)),
        positive_number("mean"),
        positive_number("sd"),
        positive_number("low"),
        positive_number("high"),
        COVERAGE,
        Key("pedigree", "a list of five scores from 1 to 5", read_scores, kind="numbers"),
        Key("basic_gsd2", "a finite number of at least 1", limited(lambda x: x >= 1)),
        Key("pedigree_table", ", ".join(TABLES), among(TABLES), "ecoinvent2", kind="text"),
    ),
    forms=(
        ("median", "gsd"),
        ("mean", "sd"),
        ("low", "high", "coverage"),
        ("median", "pedigree", "basic_gsd2", "pedigree_table"),
    ),
    domain="median > 0 and gsd > 1; or mean > 0 and sd > 0 (of the quantity, not of its log); or "
    "0 < low < high and coverage; or median, five scores from 1 to 5 and basic_gsd2 >= 1",
    use="a positive quantity known to within a factor",
    example={"median": 1, "gsd": 2},
    words=("lognormal: median {median}, geometric standard deviation {gsd}",),
    scipy=(
        Twin(
            "lognorm",
            lambda a: {"median": a["scale"], "gsd": float(np.exp(a["s"]))},
            lambda law: dict(zip(("scale", "s"), law._log_law, strict=True)),
            fixed={"loc": 0.0},
            fit={},
        ),
    ),
    place=7,
)
class Lognormal(Distribution):
    """The lognormal law, by median and geometric standard deviation or by mean and sd.

    Parameters
    ----------
    median : float
        Median before truncation, above 0.
    gsd : float
        Geometric standard deviation: exp of the standard deviation of the log; above 1.
    mean_, sd_ : float
        The keys ``mean`` and ``sd``: arithmetic mean and standard deviation of the
        quantity itself before truncation, above 0; they stand instead of median and gsd.
    low, high, coverage : float
        Instead: an interval, and the probability it covers before truncation, with equal
        tails outside.
    pedigree, basic_gsd2, pedigree_table
        Instead of gsd: five scores of data quality, the basic uncertainty as the square of a
        geometric standard deviation, and the table of factors: ``ecoinvent2`` (when left
        out), ``ecoinvent3`` or ``empirical``; see `mcsus.families.pedigree`.
    """

    median: float | None = None
    gsd: float | None = None
    mean_: float | None = None
    sd_: float | None = None
    low: float | None = None
    high: float | None = None
    coverage: float | None = None
    pedigree: Numbers | None = None
    basic_gsd2: float | None = None
    pedigree_table: str | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is not None and self.high is not None:
            yield from order_faults(self.low, self.high, "low", "high")
        if self.pedigree is not None and self._log_law[1] == 0:
            allowed = 'scores that add uncertainty (a single value is distribution = "constant")'
            yield Fault("the best scores and no basic uncertainty", allowed, ("pedigree",))

    @cached_property
    def _log_law(self) -> tuple[float, float]:
        """Median, and standard deviation of the log."""
        if self.median is not None and self.gsd is not None:
            return self.median, math.log(self.gsd)
        if self.median is not None and self.pedigree is not None:
            (basic,), table = given(self.basic_gsd2), self.pedigree_table or TABLES[0]
            return self.median, pedigree_log_sd(self.pedigree, basic, table)
        if self.low is not None:
            low, high, coverage = given(self.low, self.high, self.coverage)
            log_sd = float(log_ratio(low, high)) / 2 / half_width(coverage)
            return math.sqrt(low) * math.sqrt(high), log_sd
        assert self.mean_ is not None  # noqa: S101 (checked when built; for the type checker)
        assert self.sd_ is not None  # noqa: S101
        ratio = self.sd_ / self.mean_
        root = math.hypot(1.0, ratio)
        # log(1 + ratio**2), where ratio**2 may vanish or overflow
        variance = math.log1p(ratio * ratio) if ratio < 1e8 else 2 * math.log(ratio)
        return self.mean_ / root, ratio if ratio < 1e-8 else math.sqrt(variance)

    def typical(self) -> float:
        """Return the median, which an untruncated law has at hand."""
        return self._log_law[0] if self.truncate is None else super().typical()

    def _from_tails(self, p: Array, q: Array) -> Array:
        median, log_sd = self._log_law
        with np.errstate(over="ignore", under="ignore"):
            return median * np.exp(log_sd * normal_from_tails(p, q))

    def _tails(self, x: Array) -> tuple[Array, Array]:
        median, log_sd = self._log_law
        with np.errstate(divide="ignore"):
            z = np.log(x / median) / log_sd
        return special.ndtr(z), special.ndtr(-z)

    def _whole_support(self) -> tuple[float, float]:
        return 0.0, math.inf

    def _whole_moments(self) -> tuple[float, float]:
        if self.mean_ is not None and self.sd_ is not None:
            return self.mean_, self.sd_
        median, log_sd = self._log_law
        with np.errstate(over="ignore"):
            mean = median * float(np.exp(np.float64(log_sd * log_sd / 2)))
            return mean, mean * math.sqrt(float(np.expm1(np.float64(log_sd * log_sd))))

    def kernel(self) -> QuantileKernel:
        """Return the loop with a ratio for the middle, or where no ratio fits, the one without."""
        constants = (*self._conditioning, *self._log_law)
        ratio = lognormal_ratio(self._log_law[1])
        if ratio is None:
            return QuantileKernel(LOGNORMAL_WIDE, constants)
        return QuantileKernel(LOGNORMAL, (*constants, *ratio.bottom, *ratio.top))
