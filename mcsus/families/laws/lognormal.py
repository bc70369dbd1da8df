"""The law whose logarithm is normal."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import NORMAL_SCORE, Exact
from mcsus.families.fields import (
    COVERAGE,
    Key,
    among,
    given,
    limited,
    order_faults,
    positive_number,
    relative_spread,
    spread,
)
from mcsus.families.laws.loguniform import log_ratio
from mcsus.families.laws.normal import half_width, normal_from_tails
from mcsus.families.lists import Numbers
from mcsus.families.loops.codes import LOGNORMAL, LOGNORMAL_WIDE, QuantileKernel
from mcsus.families.loops.ratios import lognormal_ratio
from mcsus.families.pedigree import TABLES, read_scores
from mcsus.families.pedigree import log_sd as pedigree_log_sd
from mcsus.families.registry import MOST_LOG, Twin, family

_SEARCHED = 4096  # spreads at which a law of given mean is tried
_PEDIGREE = ("pedigree", "basic_gsd2", "pedigree_table")
_REFUSED = {
    "median": "median < 0",
    "mean": "mean_ <= 0",
    "sd": "sd_ < 0",
    "cv": "cv < 0",
    "gsd": "gsd < 1",
    "gsd2": "gsd2 < 1",
    "log_sd": "log_sd < 0",
}


def _exact(keys: tuple[str, ...], formula: str) -> Exact:
    """Return how the law follows from the standard normal one."""
    plain = tuple(key for key in keys if key not in ("median", "mean", "sd"))
    refused = tuple(_REFUSED[key] for key in keys if key in _REFUSED)
    return Exact(keys, formula, NORMAL_SCORE, plain=plain, refused=refused)


def _by_variance(square: str) -> str:
    """Return the formula of the value from the square of sd / mean.

    The variance of the log is log(1 + square), with all digits where the square is small
    (D. Goldberg (1991), theorem 4, doi:10.1145/103162.103163).
    """
    log = f"where(1 + {square} == 1, {square}, log(1 + {square})*{square}/((1 + {square}) - 1))"
    return f"mean_/sqrt(1 + {square})*exp(sqrt({log})*score)"


def around_mean(mean: float, low: float, high: float, coverage: float) -> tuple[float, float]:
    """Return median and log sd of the law of this mean whose interval has this coverage.

    The tails outside are not equal. Where more than one law does so, or none, it is refused.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to import, and few laws need it

    below, above = float(log_ratio(low, mean)), float(log_ratio(mean, high))

    def missed(log_sd: Any) -> Any:
        outside = special.ndtr(log_sd / 2 - below / log_sd)
        return outside + special.ndtr(-log_sd / 2 - above / log_sd) - (1 - coverage)

    least, most = min(below, above) / 40, 40 + math.sqrt(1600 + 2 * below)
    tried = np.geomspace(least, most, _SEARCHED)
    changes = np.flatnonzero(np.diff(np.sign(missed(tried))))
    if changes.size != 1:
        several = "several lognormal laws have" if changes.size else "no lognormal law has"
        found = f"an interval of which {several} the mean {mean!r} and this coverage"
        allowed = "median and gsd, or low, high and coverage without the mean"
        raise InputError(Fault(found, allowed, ("coverage",)))
    start, end = tried[changes[0] : changes[0] + 2]
    log_sd = float(optimize.brentq(missed, start, end, xtol=1e-300, rtol=1e-15))
    return mean * math.exp(-log_sd * log_sd / 2), log_sd


@family(
    "lognormal",
    keys=(
        positive_number("median"),
        Key("gsd", "a finite number above 1", limited(lambda x: x > 1), still=1.0),
        Key("gsd2", "a finite number above 1: gsd squared", limited(lambda x: x > 1), still=1.0),
        positive_number("mean"),
        spread("sd"),
        relative_spread("cv"),
        Key("log_mean", "a number from -700 to 700", limited(lambda x: abs(x) <= MOST_LOG)),
        spread("log_sd"),
        positive_number("low"),
        positive_number("high"),
        COVERAGE,
        Key("pedigree", "a list of five scores from 1 to 5", read_scores, kind="numbers"),
        Key("basic_gsd2", "a finite number of at least 1", limited(lambda x: x >= 1)),
        Key("pedigree_table", ", ".join(TABLES), among(TABLES), "ecoinvent2", kind="text"),
    ),
    forms=(
        ("median", "gsd"),
        ("median", "gsd2"),
        ("mean", "sd"),
        ("mean", "gsd"),
        ("mean", "gsd2"),
        ("mean", "cv"),
        ("log_mean", "log_sd"),
        ("low", "high", "coverage"),
        ("mean", "low", "high", "coverage"),
        ("median", "pedigree", "basic_gsd2", "pedigree_table"),
    ),
    domain="median > 0 or mean > 0 with gsd > 1 or gsd2 > 1, its square; mean with sd > 0 (of the "
    "quantity, not of its log) or cv, sd / mean; log_mean and log_sd > 0; 0 < low < high and "
    "coverage, with a mean between them or equal tails; or median, five scores from 1 to 5 and "
    "basic_gsd2 >= 1",
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
    exact=(
        _exact(("median", "gsd"), "median*exp(log(gsd)*score)"),
        _exact(("median", "gsd2"), "median*exp(log(gsd2)/2*score)"),
        _exact(("mean", "gsd"), "mean_*exp(log(gsd)*score - log(gsd)**2/2)"),
        _exact(("mean", "gsd2"), "mean_*exp(log(gsd2)/2*score - log(gsd2)**2/8)"),
        _exact(("mean", "sd"), _by_variance("(sd_/mean_)**2")),
        _exact(("mean", "cv"), _by_variance("cv**2")),
        _exact(("log_mean", "log_sd"), "unit*exp(log_mean + log_sd*score)"),
        Exact(
            ("low", "high"),
            "low*exp(log(high/low)*score)",
            {"distribution": "normal", "low": 0, "high": 1},
            fixed=("coverage",),
            refused=("low <= 0", "high < low"),
        ),
        Exact(
            ("median",),
            "median*score",
            {"distribution": "lognormal", "median": 1},
            fixed=_PEDIGREE,
            refused=("median < 0",),
        ),
    ),
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
    gsd2 : float
        Instead of gsd: its square, as ecoinvent prints it.
    cv : float
        Instead of sd: the coefficient of variation, sd / mean; 0.3 or "30 %".
    log_mean, log_sd : float
        Instead: mean and standard deviation of the natural logarithm.
    low, high, coverage : float
        Instead: an interval, and the probability it covers before truncation, with equal
        tails outside; beside a mean, the tails are what the mean makes them.
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
    gsd2: float | None = None
    cv: float | None = None
    log_mean: float | None = None
    log_sd: float | None = None

    def _check(self) -> Iterable[Fault]:
        if self.low is not None and self.high is not None:
            yield from order_faults(self.low, self.high, "low", "high")
            if self.mean_ is not None and not self.low < self.mean_ < self.high:
                allowed = f"a number between low = {self.low!r} and high = {self.high!r}"
                yield Fault(repr(self.mean_), allowed, ("mean",))
            elif self.low < self.high:
                self._log_law  # noqa: B018 (refuses a mean that no law has, or several)
        if self.pedigree is not None and self._log_law[1] == 0:
            allowed = 'scores that add uncertainty (a single value is distribution = "constant")'
            yield Fault("the best scores and no basic uncertainty", allowed, ("pedigree",))

    @cached_property
    def _log_law(self) -> tuple[float, float]:
        """Median, and standard deviation of the log."""
        if self.log_mean is not None and self.log_sd is not None:
            return math.exp(self.log_mean), self.log_sd
        log_sd = self._log_of_gsd
        if log_sd is not None and self.median is not None:
            return self.median, log_sd
        if log_sd is not None and self.mean_ is not None:
            return self.mean_ * math.exp(-log_sd * log_sd / 2), log_sd
        if self.median is not None and self.pedigree is not None:
            (basic,), table = given(self.basic_gsd2), self.pedigree_table or TABLES[0]
            return self.median, pedigree_log_sd(self.pedigree, basic, table)
        if self.low is not None:
            low, high, coverage = given(self.low, self.high, self.coverage)
            if self.mean_ is not None:
                return around_mean(self.mean_, low, high, coverage)
            log_sd = float(log_ratio(low, high)) / 2 / half_width(coverage)
            return math.sqrt(low) * math.sqrt(high), log_sd
        assert self.mean_ is not None  # noqa: S101 (checked when built; for the type checker)
        (ratio,) = given(self.cv) or (given(self.sd_)[0] / self.mean_,)
        root = math.hypot(1.0, ratio)
        # log(1 + ratio**2), where ratio**2 may vanish or overflow
        variance = math.log1p(ratio * ratio) if ratio < 1e8 else 2 * math.log(ratio)
        return self.mean_ / root, ratio if ratio < 1e-8 else math.sqrt(variance)

    @property
    def _log_of_gsd(self) -> float | None:
        if self.gsd2 is not None:
            return math.log(self.gsd2) / 2
        return None if self.gsd is None else math.log(self.gsd)

    def first_form(self) -> dict[str, Any]:
        """Return median and gsd, in whichever form the law was given."""
        median, log_sd = self._log_law
        with np.errstate(over="ignore"):
            return {"median": median, "gsd": float(np.exp(np.float64(log_sd)))}

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
