"""How far an output's law given an input is from its law: what the blocks of draws agree on.

A distance between two laws that are drawn is above 0 by chance. Here others decide and a block
only tells: all other blocks say where the output is more likely given the input than without it
(for delta), or below which value their distributions differ most (for PAWN); how much so is
what the block itself says there. So an input without bearing is at 0 on average, and chance takes
off a little where the others cannot tell. What they say is smoothed, so that this is little, or
taken as it is where this tells more, and what half of them lose more is added.

A law is a table of classes of the input by classes of the output, both by rank. Smooth is what low
orders of cosines of the ranks say, and higher ones as far as they are beyond noise.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.replication import standard_error

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

CLASSES = 40
"""Classes of inputs and outputs with more values than this."""

_PLAIN = 2  # orders of cosines that always count
_SURE = 3.5  # standard errors from which a higher one does


class Gaps(NamedTuple):
    """Tables of classes of an input by classes of an output.

    Attributes
    ----------
    counts : array, shape (block, class, output class)
        Draws of each block.
    ranks, output_ranks : array
        Mean ranks of the classes, from 0 to 1.
    """

    counts: Array
    ranks: Array
    output_ranks: Array

    @property
    def apart(self) -> Array:
        """Probabilities in each block less those of an output without regard to the input."""
        each = self.counts / self.counts.sum(axis=(1, 2), keepdims=True)
        return _beyond_margins(each)

    def told_by(self, others: Array) -> Array:
        """Return what the draws of some blocks say, smoothed, of the same differences.

        Parameters
        ----------
        others : array, shape (block, class, output class)
            Their counts, for each block that is told of.
        """
        totals = self.counts.sum(axis=0)
        size = totals.sum()
        rows, columns = totals.sum(axis=1) / size, totals.sum(axis=0) / size
        sizes = others.sum(axis=(1, 2), keepdims=True)
        one, other = _waves(self.ranks, rows), _waves(self.output_ranks, columns)
        amounts = one.T @ _beyond_margins(others / sizes) @ other
        orders = np.maximum.outer(np.arange(one.shape[1]), np.arange(other.shape[1]))
        counts = (orders < _PLAIN) | (np.abs(amounts) * np.sqrt(sizes) > _SURE)
        kept = np.where(counts, amounts, 0.0)
        return np.asarray(rows[:, np.newaxis] * (one @ kept @ other.T) * columns)

    def plain(self, others: Array) -> Array:
        """Return what the draws of some blocks say as they are, as `told_by`."""
        return _beyond_margins(others / others.sum(axis=(1, 2), keepdims=True))

    @property
    def others(self) -> Array:
        """Counts of all other blocks, for each."""
        return np.asarray(self.counts.sum(axis=0) - self.counts)

    @property
    def half(self) -> Array:
        """Counts of half of the blocks, that are others, for each."""
        blocks = len(self.counts)
        sums = np.cumsum(np.concatenate([self.counts, self.counts]), axis=0)
        return np.asarray(sums[blocks // 2 :][:blocks] - sums[:blocks])

    def merged(self, slices: Integers) -> Gaps:
        """Return the tables of slices of the input.

        Parameters
        ----------
        slices : array of int, shape (class,)
            Slice of each class.
        """
        onto = (slices == np.arange(slices.max() + 1)[:, np.newaxis]).astype(np.float64)
        weights = onto * self.counts.sum(axis=(0, 2))
        ranks = weights @ self.ranks / weights.sum(axis=1)
        return Gaps(onto @ self.counts, ranks, self.output_ranks)

    def coarser(self) -> Gaps:
        """Return the tables of half as many classes; those of values stay."""
        counts, ranks, output_ranks = self
        if counts.shape[1] == CLASSES:
            counts = counts[:, ::2] + counts[:, 1::2]
            ranks = (ranks[::2] + ranks[1::2]) / 2
        if counts.shape[2] == CLASSES:
            counts = counts[:, :, ::2] + counts[:, :, 1::2]
            output_ranks = (output_ranks[::2] + output_ranks[1::2]) / 2
        return Gaps(counts, ranks, output_ranks)


def _beyond_margins(tables: Array) -> Array:
    """Return probabilities less the products of their margins."""
    margins = tables.sum(axis=2, keepdims=True) * tables.sum(axis=1, keepdims=True)
    return np.asarray(tables - margins)


def _waves(ranks: Array, weights: Array) -> Array:
    """Return cosines of ranks, orthonormal in the weights and to 1, shape (class, order)."""
    return _cosines(ranks.tobytes(), weights.tobytes())


@functools.lru_cache(maxsize=32)  # those of an output stand beside each input
def _cosines(of_ranks: bytes, of_weights: bytes) -> Array:
    ranks, weights = np.frombuffer(of_ranks), np.frombuffer(of_weights)
    orders = np.arange(len(ranks))
    waves = np.cos(np.pi * np.outer(ranks, orders)) * np.sqrt(weights)[:, np.newaxis]
    orthogonal, _ = np.linalg.qr(waves)
    return np.asarray(orthogonal[:, 1:] / np.sqrt(weights)[:, np.newaxis])


def crossed_error(estimates: Array) -> Array:
    """Return the error of the mean of what blocks say where others decide, along axis 0.

    It has twice the variance of a mean of independent numbers: what decides is drawn as well, and
    where an input has no bearing both of a pair say the same thing of each other.
    """
    return np.asarray(np.sqrt(2) * standard_error(estimates))


def class_gaps(draws: GivenDraws, k: int, output_classes: int = CLASSES) -> Gaps:
    """Return the tables of an input of some draws."""
    own = draws.classes(k, np.arange(1, CLASSES) / CLASSES)
    other = draws.output_classes(np.arange(1, output_classes) / output_classes)
    shape = len(own.ranks), len(other.ranks)
    places = own.bins[0] * shape[1] + other.bins[0]
    counts = draws.by_block(places, shape[0] * shape[1])
    return Gaps(counts.reshape(-1, *shape), own.ranks, other.ranks)
