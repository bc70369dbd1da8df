"""The probability of a claim given the value of one input, in narrow bins of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.break_even import Moved
from mcsus.analysis.claim_data import ClaimCell
from mcsus.families import special

Array = NDArray[np.float64]

_FIRST = 4  # of so many draws of a replicate one tells how the others lie about the mean
_AS_GOOD = 1.1  # of a squared distance
_LEAST = 0.005  # of the variance, that an input explains whose tails are looked at


class Given(NamedTuple):
    """Draws in bins of an input, and the probability that a claim holds there, shape (bin,)."""

    counts: Array
    probability: Array


def given_input(cell: ClaimCell, k: int) -> Given:
    """Return the probability of a claim given an input; its mean is that of the claim.

    Where the draws bear it out, the input moves and stretches the margin only: then the tails,
    where few draws are, follow from all of them. Else it is what splines say in wider bins.
    """
    own = cell.inputs[k]
    counts = own.bins.counts.sum(axis=0)
    splines = np.clip(cell.of_success.fits[k][0], 0.0, 1.0)
    told = Given(counts, splines)
    variance = cell.probability * (1 - cell.probability) * counts.sum()
    explains = counts @ (splines - cell.probability) ** 2 > _LEAST * variance
    if explains and not own.bins.has_few_values:
        means = own.bins.sums(cell.holds.astype(np.float64)).sum(axis=0) / counts
        moved = _Tails(Moved(own, cell.clipped))
        off = [counts @ (means - found) ** 2 for found in (moved.at(own.bins.scores), splines)]
        if off[0] <= _AS_GOOD * off[1]:
            strata = own.strata
            counts = strata.counts.sum(axis=0)
            ends = np.r_[0.0, strata.ranks, 1.0]
            told = Given(counts, moved.at(special.ndtri((ends[1:] + ends[:-1]) / 2)))
    whole = told.probability @ counts / counts.sum()
    return Given(counts, np.clip(told.probability + cell.probability - whole, 0.0, 1.0))


class _Tails:
    """The probability at any normal score of an input, straight on beyond the outermost bins."""

    def __init__(self, moved: Moved) -> None:
        first = max(moved.apart.shape[1] // _FIRST, 1)
        self.moved, self.apart = moved, np.sort(moved.apart[:, :first], axis=None)

    def at(self, scores: Array) -> Array:
        """Return the share of the draws that holds if all are moved to a score."""
        known = self.moved.scores
        mean, spread = (_straight(scores, known, own) for own in self.moved.moments)
        spread = np.maximum(spread, self.moved.moments[1].min())
        below = np.searchsorted(self.apart, -mean / spread, side="right")
        return np.asarray(1 - below / len(self.apart))


def _straight(at: Array, places: Array, values: Array) -> Array:
    """Return what lies between values, and beyond the last two on the line through them."""
    between = np.interp(at, places, values)
    low = (values[1] - values[0]) / (places[1] - places[0])
    high = (values[-1] - values[-2]) / (places[-1] - places[-2])
    beyond = np.minimum(at - places[0], 0.0) * low + np.maximum(at - places[-1], 0.0) * high
    return np.asarray(between + beyond)
