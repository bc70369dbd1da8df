"""What is known of the draws of one cell: all of them, or counts of them."""

from __future__ import annotations

import functools
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.ordered import (
    about_all,
    deviation,
    mean,
    quantiles_of_sorted,
    shortest_interval,
)
from mcsus.counting.prefixes import Convergence
from mcsus.counting.sorting import merged, sorted_rows

Array = NDArray[np.float64]

SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")
"""Of a value among sorted ones: before those that equal it, and after them."""


class Draws(Protocol):
    """The draws of one cell in all replicates, as far as statistics need them."""

    @property
    def replicates(self) -> int:
        """Number of replicates."""

    @property
    def draws(self) -> int:
        """Number of draws of a replicate."""

    def times(self, scale: float) -> Draws:
        """Return the draws multiplied by a positive factor."""

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""

    def means(self) -> Array:
        """Return the mean of each replicate."""

    def sds(self) -> Array:
        """Return the standard deviation of each replicate, divided by the number of draws."""

    def sd(self) -> float:
        """Return the standard deviation of all draws."""

    def spreads(self) -> Array:
        """Return the spread of each replicate about the mean of all; `sd` is its root mean square.

        As `sds`, but about another mean, so that what replicates differ by counts as well.
        """

    def quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of all draws, by Hazen's rule."""

    def replicate_quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of each replicate, shape (replicate, probability)."""

    def rank_error(self, probabilities: Array) -> Array:
        """Return bounds of the errors of the ranks of quantiles, as shares of all draws."""

    def shortest(self, level: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share `level` of all draws."""

    def below(self, values: Array) -> Array:
        """Return how many of all draws are at most equal to each value."""

    def shares_at(self, values: Array) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate below values, and at most equal.

        Shape (replicate, value).
        """

    def sign_shares(self, zero: float = 0.0) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate that are above 0, and that are 0.

        Parameters
        ----------
        zero : float
            Size up to which a draw is 0.
        """

    def extremes(self) -> tuple[float, float]:
        """Return the smallest and the largest of all draws."""

    def convergence(self, probability: float) -> Convergence:
        """Return means and one quantile of each replicate over its first draws."""


class HeldDraws:
    """Draws that are all held.

    Parameters
    ----------
    values : array, shape (replicate, draw)
        In the order in which they were drawn.

    Examples
    --------
    >>> HeldDraws(np.arange(8.0).reshape(2, 4)).quantiles(np.array([0.5]))
    array([3.5])
    """

    def __init__(self, values: Array) -> None:
        self.values = values
        self.replicates, self.draws = values.shape

    def times(self, scale: float) -> HeldDraws:
        """Return the draws multiplied by a positive factor."""
        made = HeldDraws(self.values * scale)
        for name in {"_each", "_pooled"} & vars(self).keys():  # sorted already
            vars(made)[name] = vars(self)[name] * scale
        return made

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""
        each = [HeldDraws(own[np.newaxis]) for own in self.values]
        if "_each" in vars(self):  # sorted already
            for made, own in zip(each, self._each, strict=True):
                vars(made)["_each"] = own[np.newaxis]
                vars(made)["_pooled"] = own
        return list(each)

    def means(self) -> Array:
        """Return the mean of each replicate."""
        return self._means

    def sds(self) -> Array:
        """Return the standard deviation of each replicate, divided by the number of draws."""
        return self._sds

    def sd(self) -> float:
        """Return the standard deviation of all draws."""
        return self._sd

    def spreads(self) -> Array:
        """Return the spread of each replicate about the mean of all."""
        return about_all(self._means, self._sds)

    def quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of all draws, by Hazen's rule."""
        return quantiles_of_sorted(self._pooled, probabilities)

    def replicate_quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of each replicate, shape (replicate, probability)."""
        return quantiles_of_sorted(self._each, probabilities)

    def rank_error(self, probabilities: Array) -> Array:
        """Return 0 for each quantile: it is exact."""
        return np.zeros(np.shape(probabilities))

    def shortest(self, level: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share `level` of all draws."""
        return shortest_interval(self._pooled, level)

    def below(self, values: Array) -> Array:
        """Return how many of all draws are at most equal to each value."""
        return np.searchsorted(self._pooled, values, side="right").astype(np.float64)

    def shares_at(self, values: Array) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate below values, and at most equal."""
        counts = np.array(
            [[np.searchsorted(own, values, side=side) for own in self._each] for side in SIDES]
        )
        below, most = counts / self.values.shape[1]
        return below, most

    def sign_shares(self, zero: float = 0.0) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate that are above 0, and that are 0."""
        above, below = (self.values > zero), (self.values < -zero)
        return above.mean(axis=1), (~(above | below)).mean(axis=1)

    def extremes(self) -> tuple[float, float]:
        """Return the smallest and the largest of all draws."""
        return self._extremes

    def convergence(self, probability: float) -> Convergence:
        """Return means and one quantile of each replicate over its first draws."""
        return Convergence.of_prefixes(self.values, probability, self._each)

    @functools.cached_property
    def _means(self) -> Array:
        return mean(self.values, 1)

    @functools.cached_property
    def _sds(self) -> Array:
        return deviation(self.values, 1)

    @functools.cached_property
    def _sd(self) -> float:
        return float(deviation(self.values.ravel(), 0))

    @functools.cached_property
    def _extremes(self) -> tuple[float, float]:
        return float(self.values.min()), float(self.values.max())

    @functools.cached_property
    def _each(self) -> Array:
        return sorted_rows(self.values)

    @functools.cached_property
    def _pooled(self) -> Array:
        return merged(self._each)
