"""A claim under other laws of one input, from the draws of a run: each draw counts more or less.

Draws are put into narrow bins of the input, in rising order. Under another law a bin counts as much
as that law has probability between its ends: so weights are the ratio of two laws, they add up to
one, and what lies beyond the outermost draws counts with these. How many draws are left of them is
(sum of weights)^2 / sum of squares.

A law is moved or widened in its normal scores: the value at score z is then met as the one at
score (z - shift)/stretch was. Of a normal law that is another mean and another spread; of a
lognormal law another median and another spread of the log; what cannot be stays so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.divergence import LEAST_SHARE
from mcsus.analysis.rank_bins import sums_by_bin, without_each
from mcsus.analysis.shares import jackknife_error
from mcsus.families import special

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_BIN_DRAWS, _LEAST_BINS = 16, 64
_END_BINS = 4


class Reweighted(NamedTuple):
    """A probability under another law of one input.

    Attributes
    ----------
    value, error : float
        NaN where fewer draws count than may be.
    share : float
        Effective share of the draws, from 0 to 1.
    """

    value: float
    error: float
    share: float


class Strata(NamedTuple):
    """The draws of one input in narrow bins, as they are read for any law.

    Attributes
    ----------
    bins : array of int, shape (replicate, draw)
    counts : array, shape (replicate, bin)
    ends : array, shape (bin - 1,)
        Values between the bins.
    ranks : array, shape (bin - 1,)
        Probability of values below these.
    """

    bins: Integers
    counts: Array
    ends: Array
    ranks: Array

    @classmethod
    def of(cls, values: Array, order: Integers) -> Strata:
        """Return the bins of values, shape (replicate, draw), whose rising order is known.

        Equal values are in one bin.
        """
        size, ordered = values.size, values.ravel()[order]
        count = max(size // _BIN_DRAWS, min(_LEAST_BINS, size))
        even = ordered[np.arange(count) * size // count]
        starts = np.unique(np.searchsorted(ordered, even))
        inner = starts[1:]
        flat = np.empty(size, dtype=np.int64)
        flat[order] = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, size]))
        ends = ordered[inner - 1] + (ordered[inner] - ordered[inner - 1]) / 2
        bins = flat.reshape(values.shape)
        return cls(bins, sums_by_bin(bins, len(starts)), ends, inner / size)

    def sums(self, response: Array) -> Array:
        """Return the sums of a response, shape (replicate, draw), in the bins of each replicate."""
        return sums_by_bin(self.bins, self.counts.shape[1], response)

    def ends_are_settled(self, sums: Array) -> bool:
        """Tell whether a response of 0 or 1 is one of them in all of the outermost draws.

        What it is further out is then hardly in doubt. Else a law that reaches beyond the draws is
        not told by these: its weights there are few and large, and their spread is no error.

        Parameters
        ----------
        sums : array, shape (replicate, bin)
            Of the response.
        """
        totals, counts = sums.sum(axis=0), self.counts.sum(axis=0)
        ends = (slice(None, _END_BINS), slice(-_END_BINS, None))
        return all(totals[own].sum() in (0.0, counts[own].sum()) for own in ends)

    def under(self, below: Array, sums: Array) -> Reweighted:
        """Return what is expected of a response if the law of the input were another.

        Parameters
        ----------
        below : array, shape (bin - 1,)
            Probability under that law of values below the ends of the bins.
        sums : array, shape (replicate, bin)
            Of the response.
        """
        masses = np.diff(np.r_[0.0, below, 1.0])
        counts = self.counts.sum(axis=0)
        share = float(1 / (masses**2 / counts).sum() / counts.sum())
        if share < LEAST_SHARE:
            return Reweighted(np.nan, np.nan, share)
        totals, whole = without_each(sums), without_each(self.counts)
        weights = np.where(whole > 0, masses / np.maximum(whole, 1), 0.0)
        each = (weights * totals).sum(axis=1) / (weights * whole).sum(axis=1)
        return Reweighted(float(each[0]), float(jackknife_error(each[1:])), share)


def moved(ranks: Array, shift: float = 0.0, stretch: float = 1.0) -> Array:
    """Return the probabilities below values of known rank if a law is moved and stretched.

    Parameters
    ----------
    shift, stretch : float
        Of its normal scores.
    """
    return np.asarray(special.ndtr((special.ndtri(ranks) - shift) / stretch))
