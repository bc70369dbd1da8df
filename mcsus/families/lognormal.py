"""The law whose logarithm is normal."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy import special

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.checks import Key, above_one, positive_number
from mcsus.families.codes import LOGNORMAL, QuantileKernel
from mcsus.families.normal import normal_from_tails
from mcsus.families.registry import register

FORMS = (("median", "gsd"), ("mean", "sd"))


@register(
    domain="median > 0 and gsd > 1, or mean > 0 and sd > 0 (of the quantity, not of its log)",
    use="a positive quantity known to within a factor",
    forms=FORMS,
)
@dataclass(frozen=True, repr=False)
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

    Examples
    --------
    >>> Lognormal(3, 2).typical()
    3.0
    >>> law = Lognormal(mean_=4, sd_=3)
    >>> law.mean(), law.sd()
    (4.0, 3.0)
    """

    family: ClassVar[str] = "lognormal"
    keys: ClassVar[tuple[Key, ...]] = (
        positive_number("median"),
        Key("gsd", "a finite number above 1", above_one),
        positive_number("mean"),
        positive_number("sd"),
    )
    median: float | None = None
    gsd: float | None = None
    mean_: float | None = None
    sd_: float | None = None

    def _form(self) -> tuple[Key, ...]:
        arithmetic = self.mean_ is not None or self.sd_ is not None
        return self.keys[2:] if arithmetic else self.keys[:2]

    def _check(self) -> Iterable[Fault]:
        if self.mean_ is not None and (self.median is not None or self.gsd is not None):
            name = "median" if self.median is not None else "gsd"
            return [Fault(f"{name} beside mean, sd", "one of the two forms", (name,))]
        return ()

    @cached_property
    def _log_law(self) -> tuple[float, float]:
        """Median, and standard deviation of the log."""
        if self.median is not None and self.gsd is not None:
            return self.median, math.log(self.gsd)
        assert self.mean_ is not None  # noqa: S101 (checked when built; for the type checker)
        assert self.sd_ is not None  # noqa: S101
        ratio = self.sd_ / self.mean_
        root = math.hypot(1.0, ratio)
        # log(1 + ratio**2), where ratio**2 may vanish or overflow
        variance = math.log1p(ratio * ratio) if ratio < 1e8 else 2 * math.log(ratio)
        return self.mean_ / root, ratio if ratio < 1e-8 else math.sqrt(variance)

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
        """Return the lognormal loop: conditioning, median, sd of the log."""
        c = self._conditioning
        constants = (c.below, c.mass, c.above, c.low, c.high, *self._log_law)
        return QuantileKernel(LOGNORMAL, constants)
