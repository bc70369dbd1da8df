"""The probability of a claim given the value of one input, in narrow bins of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.levels import Levels, levels
from mcsus.analysis.moved import Moved
from mcsus.analysis.replication import standard_error
from mcsus.families import special

Array = NDArray[np.float64]

_FIRST = 4  # of so many draws of a replicate one tells how the others lie about the mean
_AS_GOOD = 1.1  # of a squared distance
_LEAST = 0.005  # of the variance, that an input explains whose tails are looked at
_CHANCE = 3.0  # errors, within which an effect, and what a curve is off by, may be chance
_EVENTS, _REPLICATES = 100, 4  # from which on noise is known


class Given(NamedTuple):
    """Draws in bins of an input, and the probability that a claim holds there.

    Attributes
    ----------
    counts, probability, scores : array, shape (bin,)
        Draws, probability, and normal score of each bin.
    levels : Levels, optional
        Of the probability, where it steps.
    """

    counts: Array
    probability: Array
    scores: Array
    levels: Levels | None = None


def given_input(cell: ClaimCell, k: int) -> Given:
    """Return the probability of a claim given an input, worked out once for all analyses."""
    if k not in cell.given:
        cell.given[k] = _given(cell, k)
    known: Given = cell.given[k]
    return known


def _given(cell: ClaimCell, k: int) -> Given:
    """Return the probability of a claim given an input; its mean is that of the claim.

    Where the draws bear it out, the input moves and stretches the margin only: then the tails,
    where few draws are, follow from all of them. Else it is what splines say in wider bins, or
    levels with steps between them where bins are off these by more than chance. What is no more
    than noise is no effect: then it is the probability of the claim throughout.
    """
    own, success = cell.inputs[k], cell.of_success
    counts, scores = own.bins.counts.sum(axis=0), own.bins.scores
    splines = np.clip(success.fits[k][0], 0.0, 1.0)
    told = Given(counts, splines, scores)
    if not own.bins.has_few_values:
        above = own.bins.sums(cell.holds.astype(np.float64)).sum(axis=0)
        means = above / counts
        variance = cell.probability * (1 - cell.probability) * counts.sum()
        off, fit = counts @ (means - splines) ** 2, splines
        if counts @ (splines - cell.probability) ** 2 > _LEAST * variance:
            moved = _Tails(Moved(own, cell.clipped))
            by_moving = moved.at(scores)
            distance = counts @ (means - by_moving) ** 2
            if distance <= _AS_GOOD * off:
                off, fit = distance, by_moving
                strata = own.strata
                ends = np.r_[0.0, strata.ranks, 1.0]
                middles = special.ndtri((ends[1:] + ends[:-1]) / 2)
                told = Given(strata.counts.sum(axis=0), moved.at(middles), middles)
        if off > (1 + _CHANCE * np.sqrt(2 / len(counts))) * (fit * (1 - fit)).sum():
            found = levels(above, counts)
            if _AS_GOOD * (counts @ (means - found.probabilities) ** 2) < off:
                told = Given(counts, found.probabilities, scores, found)
    if told.levels is None and not bears(cell, k):
        return told._replace(probability=np.full(len(told.counts), cell.probability))
    whole = told.probability @ told.counts / told.counts.sum()
    return told._replace(probability=np.clip(told.probability + cell.probability - whole, 0.0, 1.0))


def bears(cell: ClaimCell, k: int) -> bool:
    """Tell whether what an input says of a claim is more than noise.

    If not, no other law of this input alone is known to change the probability. Few events, and few
    replicates, do not tell: then it may be.
    """
    rarer = min(cell.probability, 1 - cell.probability) * cell.holds.size
    if rarer < _EVENTS or len(cell.holds) < _REPLICATES:
        return True
    shares = cell.of_success.first_order(k)
    return bool(shares.mean() > _CHANCE * standard_error(shares))


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
