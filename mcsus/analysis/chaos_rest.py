"""What a fit leaves of an output: how much of its variance inputs have, alone and in pairs.

What is left in a class of an input, or of two, is a mean of draws, whose square is above 0 by
chance. So blocks are set against each other, each with all others: what both say is no chance, as
each is told what is left by a fit to the other draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.replication import standard_error, student_quantile

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_CLASS_DRAWS, _LEAST_CLASSES, _MOST_CLASSES = 64, 16, 256  # of one input
_PAIR_DRAWS, _LEAST_IN_PAIRS, _MOST_IN_PAIRS = 16, 4, 32
_MOST_PAIRED = 8  # inputs


class Rest(NamedTuple):
    """Of what is left of an output, as each block says.

    Parameters
    ----------
    variance : array, shape (block,)
    first : array, shape (block, input)
        The part of it that an input has alone.
    pairs : array, shape (block, input, input)
        The part that two have beyond that, either way; 0 of those that are not looked at.
    first_error, pairs_error : array
        Of the means of all blocks.
    """

    variance: Array
    first: Array
    pairs: Array
    first_error: Array
    pairs_error: Array

    @property
    def others(self) -> Array:
        """Variance that none of these has."""
        return np.asarray(self.variance - self.first.sum(axis=1) - self.pairs.sum(axis=(1, 2)) / 2)


class _Crossed(NamedTuple):
    """Variance between classes: as each block says with all others, and the error of its mean."""

    each: Array
    error: float

    @classmethod
    def of(cls, sums: Array, shares: Array) -> _Crossed:
        """Return what the sums in classes say, as shares of the draws of a block.

        What a block says with all others counts twice, as they say it with the block. Of chance
        that is too much, and four blocks may agree on it: its error is that of classes, all told.
        """
        blocks, classes = sums.shape
        scaled = sums / np.sqrt(shares)
        whole = scaled.sum(axis=0)
        each = (scaled * (whole - scaled)).sum(axis=1) / (blocks - 1)
        noise = max(float((scaled**2).sum(axis=1).mean() - each.mean()), 0.0)
        chance = noise**2 * 2 / (blocks * (blocks - 1) * classes)
        square = max(4 * float(standard_error(each)) ** 2 - chance, chance)
        return cls(each, float(np.sqrt(square)))


class _Classes(NamedTuple):
    """Classes of an input: of each draw, their shares of the draws, and whether each is a value."""

    bins: Integers
    shares: Array
    are_values: bool

    @classmethod
    def of(cls, draws: GivenDraws, k: int, count: int) -> _Classes:
        found = draws.classes(k, np.arange(1, count) / count)
        shares = found.counts.sum(axis=0) / len(draws.output)
        return cls(found.bins[0], shares, found.has_few_values)

    def both(self, other: _Classes) -> _Classes:
        """Return the classes of two inputs that do not depend on each other."""
        shares = np.outer(self.shares, other.shares).ravel()
        are_values = self.are_values and other.are_values
        return _Classes(self.bins * len(other.shares) + other.bins, shares, are_values)

    def halved(self) -> _Classes:
        """Return half as many classes; those of values stay."""
        if self.are_values:
            return self
        shares = np.add.reduceat(self.shares, np.arange(0, len(self.shares), 2))
        return _Classes(self.bins // 2, shares, are_values=False)

    def crossed(self, draws: GivenDraws, left: Array) -> _Crossed:
        """Return what they have of the variance of what is left."""
        sums = draws.by_block(self.bins, len(self.shares), left)
        return _Crossed.of(sums / np.bincount(draws.blocks)[:, np.newaxis], self.shares)


def _alone(draws: GivenDraws, left: Array, classes: _Classes) -> _Crossed:
    """Return what an input has alone; what half as many classes lose more, these may lose too."""
    found = classes.crossed(draws, left)
    lost = float((found.each - classes.halved().crossed(draws, left).each).mean())
    bound = student_quantile(draws.count)
    if lost <= bound * found.error:  # as of chance
        return found
    return found._replace(error=float(np.hypot(found.error, 2 / bound * lost)))


def rest_of(draws: GivenDraws, left: Array, totals: Array) -> Rest:
    """Return what inputs have of what is left of an output.

    Parameters
    ----------
    left : array, shape (draw,)
        Of mean 0.
    totals : array, shape (input,)
        Total order of the fit: the largest are looked at in pairs.
    """
    count, size = len(draws.inputs), len(left)
    many = int(np.clip(size // _CLASS_DRAWS, _LEAST_CLASSES, _MOST_CLASSES))
    first = [_alone(draws, left, _Classes.of(draws, k, many)) for k in range(count)]
    pairs, errors = np.zeros((draws.count, count, count)), np.zeros((count, count))
    in_pairs = 2 ** int(np.log2(max(size / _PAIR_DRAWS, 1)) / 2)
    few = int(np.clip(in_pairs, _LEAST_IN_PAIRS, _MOST_IN_PAIRS))
    paired: Sequence[int] = np.sort(np.argsort(-totals, kind="stable")[:_MOST_PAIRED]).tolist()
    classes = {k: _Classes.of(draws, k, few) for k in paired}
    alone = {k: own.crossed(draws, left).each for k, own in classes.items()}
    for j, k in combinations(paired, 2):
        both = classes[j].both(classes[k]).crossed(draws, left)
        pairs[:, j, k] = pairs[:, k, j] = both.each - alone[j] - alone[k]
        errors[j, k] = errors[k, j] = both.error
    return Rest(
        draws.by_block(np.zeros_like(draws.blocks), 1, left**2)[:, 0] / np.bincount(draws.blocks),
        np.stack([own.each for own in first], axis=1),
        pairs,
        np.array([own.error for own in first]),
        errors,
    )
