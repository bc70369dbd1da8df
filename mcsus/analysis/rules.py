"""Crediting rules of registries: what is credited of a reduction, by its mean and quantiles.

m is the mean of the real reduction, and HW the half width of its symmetric interval of 90 %, or of
the level that a rule states.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_USUAL = 0.9  # level of the interval whose half width tells the uncertainty


@dataclass(frozen=True)
class Rule(ABC):
    """What every rule has.

    Attributes
    ----------
    takes_mean : bool
        Whether what it credits depends on the mean, which not every law has.
    nominal : float, optional
        Probability that less is real than it credits, where the law is normal.
    """

    takes_mean: ClassVar[bool] = True
    nominal: ClassVar[float | None] = None

    @property
    def spread(self) -> float:
        """Level of the interval whose half width tells the uncertainty."""
        return _USUAL

    @property
    def probabilities(self) -> Array:
        """Probabilities of the quantiles it takes: the ends of that interval first."""
        return np.array([(1 - self.spread) / 2, (1 + self.spread) / 2])

    @property
    def limits(self) -> tuple[float, ...]:
        """Half widths relative to the mean at which what is deducted jumps."""
        return ()

    @abstractmethod
    def credited(self, mean: Array, quantiles: Array) -> Array:
        """Return what is credited; below 0 where nothing is.

        Parameters
        ----------
        mean : array, shape (...)
        quantiles : array, shape (..., probability)
        """


@dataclass(frozen=True)
class Trees(Rule):
    """m less .524417/1.645006 of HW: under a normal law the quantile of 30 %.

    ART (2021), The REDD+ Environmental Excellence Standard (TREES), version 2.0, section 8.
    """

    nominal: ClassVar[float | None] = 0.3
    _SHARE: ClassVar[float] = 0.524417 / 1.645006

    def credited(self, mean: Array, quantiles: Array) -> Array:
        """Return what is credited."""
        return np.asarray(mean - self._SHARE * half_width(quantiles))


@dataclass(frozen=True)
class LowerBound(Rule):
    """A low quantile: what is real is less with that probability."""

    level: float
    takes_mean: ClassVar[bool] = False

    @property
    def probabilities(self) -> Array:
        """Probabilities of the quantiles it takes."""
        return np.append(super().probabilities, self.level)

    def credited(self, mean: Array, quantiles: Array) -> Array:  # noqa: ARG002 - as all rules
        """Return what is credited."""
        return np.asarray(quantiles[..., 2])


FCPF = ((0.15, 0.0), (0.30, 0.04), (0.60, 0.08), (1.0, 0.12))
"""Half widths relative to the mean, each with what is deducted up to it.

Forest Carbon Partnership Facility (2016), Carbon Fund Methodological Framework, criterion 22.
"""
FCPF_BEYOND = 0.15
"""What is deducted of wider ones."""


@dataclass(frozen=True)
class Steps(Rule):
    """m less a share that rises in steps with HW/m."""

    table: tuple[tuple[float, float], ...] = FCPF
    beyond: float = FCPF_BEYOND

    @property
    def limits(self) -> tuple[float, ...]:
        """Half widths relative to the mean at which what is deducted jumps."""
        return tuple(limit for limit, _ in self.table)

    def credited(self, mean: Array, quantiles: Array) -> Array:
        """Return what is credited."""
        limits, shares = np.array(self.table).T
        width = relative(half_width(quantiles), mean)
        step = np.searchsorted(limits, np.nan_to_num(width, nan=np.inf))
        return np.asarray(mean * (1 - np.append(shares, self.beyond)[step]))


@dataclass(frozen=True)
class DeductHalfWidth(Rule):
    """m less what HW has beyond a share of m, as rules of CDM and VCS have it."""

    limit: float
    level: float

    @property
    def spread(self) -> float:
        """Level of the interval whose half width tells the uncertainty."""
        return self.level

    def credited(self, mean: Array, quantiles: Array) -> Array:
        """Return what is credited."""
        return np.asarray(mean - np.maximum(half_width(quantiles) - self.limit * mean, 0.0))


def half_width(quantiles: Array) -> Array:
    """Return the half width of the interval between the first two of some quantiles."""
    return np.asarray((quantiles[..., 1] - quantiles[..., 0]) / 2)


def relative(part: Any, whole: Any) -> Array:
    """Return a part as a share of what is more than nothing; else no number."""
    whole = np.asarray(whole, dtype=float)
    return np.asarray(np.divide(part, whole, out=np.full(whole.shape, np.nan), where=whole > 0))
