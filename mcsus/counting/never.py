"""Draws of what may be never: what is told of it is told of the draws that are a number.

"Never" is infinite, so it stands above all numbers, and a share of the draws is so. There is no
mean then; quantiles and intervals are those of the others.
"""

from __future__ import annotations

import copy
import functools

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.counted import CountedDraws
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.ordered import quantiles_of_sorted
from mcsus.counting.prefixes import Convergence, prefix_sizes

Array = NDArray[np.float64]


class _NoMoments:
    """Draws some of which are never, so that they have neither mean nor standard deviation."""

    replicates: int

    def means(self) -> Array:
        """Return no number for each replicate."""
        return np.full(self.replicates, np.nan)

    def sds(self) -> Array:
        """Return no number for each replicate."""
        return self.means()

    def spreads(self) -> Array:
        """Return no number for each replicate."""
        return self.means()

    def sd(self) -> float:
        """Return no number."""
        return float("nan")


class PaidHeldDraws(_NoMoments, HeldDraws):
    """Held draws, of which statistics are those of the finite ones.

    Examples
    --------
    >>> PaidHeldDraws(np.array([[1.0, np.inf, 3.0, 2.0]])).quantiles(np.array([0.5]))
    array([2.])
    """

    def __init__(self, values: Array) -> None:
        super().__init__(values)
        self._finite = np.isfinite(values)
        self.never = 1 - self._finite.mean(axis=1)
        self.draws = int(self._finite.sum()) // len(values)

    def times(self, scale: float) -> HeldDraws:
        """Return the draws multiplied by a positive factor."""
        return PaidHeldDraws(self.values * scale)

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""
        return [PaidHeldDraws(own[np.newaxis]) for own in self.values]

    def replicate_quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of each replicate, shape (replicate, probability)."""
        return np.array([quantiles_of_sorted(own, probabilities) for own in self._of_each])

    def shares_at(self, values: Array) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate below values, and at most equal."""
        below, most = super().shares_at(values)
        finite = np.maximum(self._finite.sum(axis=1, keepdims=True), 1) / self.values.shape[1]
        return below / finite, most / finite

    def extremes(self) -> tuple[float, float]:
        """Return the smallest and the largest of all draws."""
        return float(self._pooled[0]), float(self._pooled[-1])

    def convergence(self, probability: float) -> Convergence:
        """Return no numbers: they are of other draws for each replicate."""
        sizes = np.array(prefix_sizes(self.values.shape[1]), dtype=float)
        nothing = np.full((len(sizes), self.replicates), np.nan)
        return Convergence(probability, sizes, nothing, nothing)

    @functools.cached_property
    def _of_each(self) -> list[Array]:
        finite = [own[np.isfinite(own)] for own in self._each]
        return [own if own.size else np.array([np.nan]) for own in finite]

    @functools.cached_property
    def _pooled(self) -> Array:
        whole = np.concatenate(self._of_each)
        known = whole[~np.isnan(whole)]  # of a replicate without any
        return np.sort(known, kind="stable") if known.size else whole[:1]


class PaidCountedDraws(_NoMoments, CountedDraws):
    """Counted draws, of which statistics are those of the finite ones."""

    never: Array

    @classmethod
    def of(cls, draws: CountedDraws, finite: Array) -> PaidCountedDraws:
        """Return the draws of which so many of each replicate are finite."""
        made = cls(draws.tallies, draws.row, draws.followed).times(draws.scale)
        made.never, made.draws = 1 - finite / draws.draws, int(finite.sum()) // len(finite)
        made.last = draws.piece_of(np.inf)
        return made

    def times(self, scale: float) -> PaidCountedDraws:
        """Return the draws multiplied by a positive factor."""
        scaled = copy.copy(self)
        scaled.scale *= scale
        return scaled

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""
        return [paid_back(own) for own in super().each()]

    def extremes(self) -> tuple[float, float]:
        """Return the smallest and the largest of all draws, as far as they were told apart."""
        low, high = self.quantiles(np.array([0.0, 1.0]))
        return float(low), float(high)

    def convergence(self, probability: float) -> Convergence:
        """Return no numbers: they are of other draws for each replicate."""
        return super().convergence(probability).mapped(lambda values: np.full_like(values, np.nan))


def paid_back(draws: Draws) -> Draws:
    """Return the draws themselves, or, where some are never, what tells of the others."""
    if isinstance(draws, CountedDraws):
        finite = draws.below_each(np.inf)
        return draws if (finite == draws.draws).all() else PaidCountedDraws.of(draws, finite)
    if isinstance(draws, HeldDraws) and not np.isfinite(draws.values).all():
        return PaidHeldDraws(draws.values)
    return draws


def never_shares(draws: Draws) -> Array | None:
    """Return the share of the draws of each replicate that are never; None where none is."""
    return draws.never if isinstance(draws, PaidHeldDraws | PaidCountedDraws) else None
