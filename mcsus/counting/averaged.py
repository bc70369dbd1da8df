"""Draws whose replicates met individuals of their own, so that only one replicate is a population.

All draws of a replicate share its individuals. The noise of these moves and stretches all that a
replicate draws, so draws of several replicates in one heap are wider than any population is. What
one replicate tells is right, and the mean over replicates of what each tells has the noise averaged
out: first the estimate, then the average, here by the mean over replicates of their quantile
functions.
"""

from __future__ import annotations

import functools
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.prefixes import Convergence
from mcsus.families import special

Array = NDArray[np.float64]

_RANKS = 1 << 16  # at which quantiles are averaged, at most
_PROBABILITY = 0.975  # up to which a threshold is moved, to see how far the shares may be off


class AveragedDraws:
    """Draws of which statistics of all are means over those of each replicate.

    Statistics of each replicate are as they were, so that errors from their spread hold the noise
    of individuals as well.

    Parameters
    ----------
    draws : Draws

    Examples
    --------
    >>> apart = HeldDraws(np.array([[0.0, 1.0, 2.0], [100.0, 101.0, 102.0]]))
    >>> AveragedDraws(apart).quantiles(np.array([0.0, 0.5, 1.0])).tolist()
    [50.0, 51.0, 52.0]
    >>> bool(apart.sd() > 50), AveragedDraws(apart).sd()
    (True, 0.816...)
    """

    def __init__(self, draws: Draws) -> None:
        self._draws = draws
        self.replicates, self.draws = draws.replicates, draws.draws

    def times(self, scale: float) -> AveragedDraws:
        """Return the draws multiplied by a positive factor."""
        return AveragedDraws(self._draws.times(scale))

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""
        return self._draws.each()

    def means(self) -> Array:
        """Return the mean of each replicate."""
        return self._draws.means()

    def sds(self) -> Array:
        """Return the standard deviation of each replicate, divided by the number of draws."""
        return self._draws.sds()

    def sd(self) -> float:
        """Return the root of the mean variance of a replicate."""
        each = self.sds()
        largest = float(each.max())
        if not 0 < largest < np.inf:
            return largest
        return largest * float(np.sqrt(((each / largest) ** 2).mean()))

    def spreads(self) -> Array:
        """Return the spread of each replicate about its own mean, which its individuals move."""
        return self._draws.sds()

    def quantiles(self, probabilities: Array) -> Array:
        """Return the means of the quantiles of each replicate."""
        return np.asarray(self.replicate_quantiles(probabilities).mean(axis=0))

    def replicate_quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of each replicate, shape (replicate, probability)."""
        return self._draws.replicate_quantiles(probabilities)

    def rank_error(self, probabilities: Array) -> Array:
        """Return bounds of the errors of the ranks of quantiles, as shares of a replicate."""
        return np.asarray(np.max([own.rank_error(probabilities) for own in self.each()], axis=0))

    def shortest(self, level: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share `level` of a replicate."""
        return self.mean_replicate.shortest(level)

    def below(self, values: Array) -> Array:
        """Return how many of all draws are at most equal to each value."""
        known = self.mean_replicate
        return np.asarray(known.below(values) * (self.replicates * self.draws / known.draws))

    def shares_at(self, values: Array) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate below values, and at most equal."""
        return self._draws.shares_at(values)

    def sign_shares(self, zero: float = 0.0) -> tuple[Array, Array]:
        """Return shares above 0 and at 0, with the spread over replicates of their means' error.

        A replicate is moved by the noise of its individuals, at times to the other side of 0
        altogether. Here the shares are those of the mean replicate; their spread says by how much
        they change when it is moved as far as it may be off.
        """
        above = self._shares(zero, strict=True)
        at_least = self._shares(-zero, strict=False)
        return above, at_least - above

    def extremes(self) -> tuple[float, float]:
        """Return the means of the smallest and of the largest draw of a replicate."""
        low, high = np.mean([own.extremes() for own in self.each()], axis=0)
        return float(low), float(high)

    def convergence(self, probability: float) -> Convergence:
        """Return means and one quantile of each replicate over its first draws."""
        return self._draws.convergence(probability)

    @functools.cached_property
    def mean_replicate(self) -> HeldDraws:
        """One replicate with the mean quantile function."""
        count = min(self.draws, _RANKS)
        values = self.quantiles((np.arange(count) + 0.5) / count)
        return HeldDraws(np.maximum.accumulate(values)[np.newaxis])

    def _shares(self, threshold: float, *, strict: bool) -> Array:
        """Return the share above a threshold, with the spread of its error over replicates."""
        ordered = self.mean_replicate.values[0]

        def share(at: Array) -> Array:
            side: Literal["left", "right"] = "right" if strict else "left"
            return np.asarray(1 - np.searchsorted(ordered, at, side=side) / len(ordered))

        known = float(share(np.array(threshold)))
        if self.replicates < 2:
            return np.array([known])
        half = 0.5 / len(ordered)
        place = np.array([np.clip(1 - known, half, 1 - half)])
        there = self.replicate_quantiles(place)[:, 0]
        there = there - there.mean()
        spread = float(there.std(ddof=1))
        if not spread > 0:
            return np.full(self.replicates, known)
        bound = float(special.stdtrit(self.replicates - 1, _PROBABILITY))
        off = bound * spread / np.sqrt(self.replicates)
        moved = np.abs(share(threshold + np.array([-off, off])) - known).max() / bound
        by_chance = np.sqrt(known * (1 - known) / (self.replicates * self.draws))
        error = max(float(moved), float(by_chance))
        return np.asarray(known + error * np.sqrt(self.replicates) * there / spread)
