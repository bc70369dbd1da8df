"""Regression of what is drawn on one input: by bins of its ranks, and splines over these.

The ranks of an input are all that a regression needs to know of it. Draws are put into bins of
equal size by rank, once; a response is then a sum in each bin of each replicate, and splines over
the normal scores of the bins are fitted to these few numbers, with and without each replicate.
Draws of an input with few values have a bin for each value, and its means.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.families import special

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_VALUES = 32
"""Different values up to which each has a bin of its own."""

_BIN_DRAWS, _LEAST_BINS, _MOST_BINS = 256, 8, 256
_KNOTS = (-2.0, -1.3, -0.65, 0.0, 0.65, 1.3, 2.0)  # normal scores
_RIDGE = 1e-9  # of the mean of the diagonal: what bins do not tell stays 0


@dataclass(frozen=True, eq=False)
class RankBins:
    """Draws of one input by bins of their ranks.

    Parameters
    ----------
    bins : array of int, shape (replicate, draw)
        Bin of each draw.
    counts : array, shape (replicate, bin)
    ranks : array, shape (bin,)
        Mean rank of the draws of a bin, from 0 to 1.
    has_few_values : bool
        Whether a bin is one value.
    """

    bins: Integers
    counts: Array
    ranks: Array
    has_few_values: bool

    @classmethod
    def of(cls, values: Array, order: Integers, between: Array | None = None) -> RankBins:
        """Return the bins of values, shape (replicate, draw), whose rising order is known.

        Draws of equal value are in one bin.

        Parameters
        ----------
        between : array, optional
            Ranks between the bins, from 0 to 1; by default these have the same number of draws.
        """
        size = values.size
        sizes, middles = _ties(values, order)
        few = len(sizes) <= MOST_VALUES
        if few:
            own = np.arange(len(sizes))
        else:
            if between is None:
                count = min(max(size // _BIN_DRAWS, _LEAST_BINS), _MOST_BINS)
                places = np.minimum((middles * count).astype(int), count - 1)
            else:
                places = np.searchsorted(between, middles, side="right")
            own = np.cumsum(np.diff(places, prepend=places[0]) > 0)  # places rise
        each = np.repeat(own, sizes)
        bins = np.empty(size, dtype=np.int64)
        bins[order] = each
        whole = np.bincount(each)
        ranks = np.bincount(each, np.repeat(middles, sizes)) / whole
        counts = sums_by_bin(bins.reshape(values.shape), len(whole))
        return cls(bins.reshape(values.shape), counts, ranks, few)

    @property
    def scores(self) -> Array:
        """Normal scores of the bins."""
        return np.asarray(special.ndtri(self.ranks))

    def sums(self, response: Array) -> Array:
        """Return the sums of a response, shape (replicate, draw), in the bins of each replicate."""
        return sums_by_bin(self.bins, self.counts.shape[1], response)

    def fitted(self, sums: Array) -> Array:
        """Return what is expected of a response in each bin, from its sums.

        Returns
        -------
        array, shape (1 + replicate, bin)
            From all replicates, then without each of them; of one replicate, from it alone.
        """
        totals = without_each(sums)
        if self.has_few_values:
            counts = without_each(self.counts)
            means = totals.sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
            return np.where(counts > 0, totals / np.maximum(counts, 1), means)
        found = np.matmul(self._solver, (totals @ self._basis)[:, :, np.newaxis])
        return np.asarray(found[:, :, 0] @ self._basis.T)

    @functools.cached_property
    def _solver(self) -> Array:
        """Inverses of the normal equations, from all replicates and without each of them."""
        basis = self._basis
        pairs = (basis[:, :, np.newaxis] * basis[:, np.newaxis, :]).reshape(len(basis), -1)
        products = (without_each(self.counts) @ pairs).reshape(-1, *[basis.shape[1]] * 2)
        size = np.trace(products, axis1=1, axis2=2) / basis.shape[1]
        ridge = _RIDGE * size[:, np.newaxis, np.newaxis] * np.eye(basis.shape[1])
        return np.asarray(np.linalg.inv(products + ridge))

    @functools.cached_property
    def _basis(self) -> Array:
        """Ranks, and natural cubic splines of scores, at the bins, shape (bin, function).

        So what is linear in a uniform or in a normal input is exact.
        """
        scores = self.scores
        knots = np.array(_KNOTS if len(scores) > 2 * len(_KNOTS) else _KNOTS[1::2])
        last = knots[-1] - knots
        cubes = np.maximum(scores[:, np.newaxis] - knots, 0) ** 3
        tails = (cubes[:, :-1] - cubes[:, -1:]) / last[:-1]
        bent = tails[:, :-1] - tails[:, -1:]  # natural splines: straight beyond the outer knots
        return np.column_stack([np.ones(len(scores)), scores, self.ranks, bent])


def rising(values: Array) -> Integers:
    """Return the places of all values in rising order; equal ones in the order of their places."""
    order = np.argsort(values, axis=None)  # several times as fast as a stable sort
    ordered = values.ravel()[order]
    if (ordered[1:] > ordered[:-1]).all():
        return order
    return np.argsort(values, axis=None, kind="stable")


def ranks_of(values: Array, order: Integers) -> Array:
    """Return the ranks of values whose rising order is known, from 0 to 1; of equal ones, the mean.

    Examples
    --------
    >>> values = np.array([3.0, 1.0, 3.0, 2.0])
    >>> ranks_of(values, rising(values)).tolist()
    [0.75, 0.125, 0.75, 0.375]
    """
    ranks = np.empty(values.size)
    sizes, middles = _ties(values, order)
    ranks[order] = np.repeat(middles, sizes)
    return ranks


def _ties(values: Array, order: Integers) -> tuple[Integers, Array]:
    """Return how many values are the same, one number for each that is another, and their rank."""
    ordered = values.ravel()[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] > ordered[:-1]])
    ends = np.r_[starts[1:], values.size]
    return ends - starts, (starts + ends) / (2 * values.size)


def sums_by_bin(bins: Integers, count: int, response: Array | None = None) -> Array:
    """Return the sums of a response, or counts, shape (replicate, bin)."""
    replicates = len(bins)
    places = bins + count * np.arange(replicates)[:, np.newaxis]
    weights = None if response is None else response.ravel()
    sums = np.bincount(places.ravel(), weights, minlength=replicates * count)
    return sums.reshape(replicates, count).astype(np.float64)


def without_each(sums: Array) -> Array:
    """Return sums over all replicates, then over all but each; of one replicate, itself twice.

    Examples
    --------
    >>> without_each(np.array([[1.0], [2.0], [4.0]])).ravel().tolist()
    [7.0, 6.0, 5.0, 3.0]
    """
    whole = sums.sum(axis=0, keepdims=True)
    return np.concatenate([whole, whole - sums if len(sums) > 1 else sums])
