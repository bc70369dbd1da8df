"""Value of one input at which a claim holds with the confidence asked for, others uncertain.

The probability given a value is that of the draws near it, each moved to where it would be: by the
mean and the spread of the margin given the input, as two regressions say. So a window may be wide,
and is exact where the input moves and stretches the margin only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.rank_bins import RankBins, without_each
from mcsus.analysis.shares import jackknife_error
from mcsus.families import special

Array = NDArray[np.float64]

PLAUSIBLE = 3.0
"""Normal score of the values of an input that are looked at: all but 1 in 370 draws."""

_WINDOW = 0.05  # of all draws, on either side
_STEP, _PARTS = 0.25, 5  # of normal scores at which the probability is looked at; of one again
_ERRORS = 2  # that the probability must be beyond the confidence, on both sides
_SLACK = 0.3  # of the range of a probability by splines, which are rough where it turns
_LEAST_SPREAD = 0.05  # of the mean spread


class BreakEven(NamedTuple):
    """Where a claim holds with the confidence asked for, as one input says.

    Attributes
    ----------
    value, error : float
        Of the input, in its unit; NaN where no plausible value turns the claim.
    side : float
        1 where the claim holds above the value, -1 below it.
    rank : float
        Probability that the input is below the value.
    low, high : float
        Lowest and highest probability of the claim at plausible values of the input.
    """

    value: float = np.nan
    error: float = np.nan
    side: float = np.nan
    rank: float = np.nan
    low: float = np.nan
    high: float = np.nan


def break_even(cell: ClaimCell, k: int) -> BreakEven:
    """Return the break-even of an input of a claim."""
    own, asked = cell.inputs[k], cell.confidence
    if not cell.is_open:
        return BreakEven(low=cell.probability, high=cell.probability)
    fits = np.clip(cell.of_success.fits[k][0], 0.0, 1.0)
    if own.bins.has_few_values:
        return _of_few_values(own, cell.of_success.fits[k].T, asked)
    fits = fits[np.abs(own.bins.scores) <= PLAUSIBLE]
    ends = BreakEven(low=float(fits.min()), high=float(fits.max()))
    slack = _SLACK * (ends.high - ends.low)
    if not ends.low - slack < asked < ends.high + slack:
        return ends
    return _crossed(_Given(own, cell.clipped, asked), ends)


class _Given:
    """The probability of a claim given values of one input."""

    def __init__(self, own: InputDraws, margins: Array, asked: float) -> None:
        self.own, self.asked = own, asked
        bins, order = own.bins, own.order
        self.replicates = len(margins)
        self.mean, self.spread, apart = moments_given(bins, margins)
        self.apart = apart.ravel()[order]
        self.scores = bins.scores
        self.replicate = np.repeat(np.arange(self.replicates), margins.shape[1])[order]

    def at(self, scores: Array) -> Array:
        """Return the probability at normal scores, from all replicates and without each of them.

        Returns
        -------
        array, shape (score, 1 + replicate)
        """
        size, found = self.apart.size, []
        for score in scores:
            rank = float(special.ndtr(score))
            first, last = (int(np.clip(rank + h, 0, 1) * size) for h in (-_WINDOW, _WINDOW))
            mean, spread = (float(np.interp(score, self.scores, y)) for y in self.moments)
            near = self.replicate[first:last]
            holds = near[mean + spread * self.apart[first:last] > 0]
            counts = [
                np.bincount(each, minlength=self.replicates)[:, np.newaxis].astype(float)
                for each in (holds, near)
            ]
            above, whole = (without_each(each)[:, 0] for each in counts)
            found.append(above / np.maximum(whole, 1))
        return np.array(found)

    @property
    def moments(self) -> tuple[Array, Array]:
        """Mean and spread of the margin in the bins."""
        return self.mean, self.spread

    def value(self, score: float) -> tuple[float, float]:
        """Return the value of the input at a normal score, and how fast it changes with it."""
        ordered = self.own.values.ravel()[self.own.order]
        places = special.ndtr(score + np.array([-_STEP, 0, _STEP])) * ordered.size - 0.5
        low, value, high = np.interp(places, np.arange(ordered.size), ordered)
        return float(value), float(high - low) / (2 * _STEP)


def moments_given(bins: RankBins, margins: Array) -> tuple[Array, Array, Array]:
    """Return mean and spread of margins in each bin, and the draws in terms of them."""
    mean = bins.fitted(bins.sums(margins))[0]
    apart = margins - mean[bins.bins]
    sizes = bins.fitted(bins.sums(np.abs(apart)))[0]
    spread = np.maximum(sizes, _LEAST_SPREAD * float(np.abs(apart).mean()))
    return mean, spread, apart / np.where(spread > 0, spread, 1.0)[bins.bins]


def _crossed(given: _Given, ends: BreakEven) -> BreakEven:
    """Return where the probability passes what is asked for, nearest to the median of the input."""
    scores = np.arange(-PLAUSIBLE, PLAUSIBLE + _STEP / 2, _STEP)
    each = given.at(scores)
    ends = ends._replace(low=float(each[:, 0].min()), high=float(each[:, 0].max()))
    apart = each[:, 0] - given.asked
    if not _passes(each, given.asked):
        return ends
    turns = np.flatnonzero((apart[:-1] < 0) != (apart[1:] < 0))
    k = int(turns[np.argmin(np.abs(scores[turns] + _STEP / 2))])
    fine = np.linspace(scores[k], scores[k + 1], _PARTS + 1)
    near = given.at(fine)
    below = (near[:, 0] < given.asked) == (apart[k] < 0)
    j = int(np.flatnonzero(below[:-1] & ~below[1:])[0])
    slope = (each[k + 1, 0] - each[k, 0]) / _STEP
    step = (near[j + 1, 0] - near[j, 0]) / (fine[j + 1] - fine[j])
    score = float(fine[j] + (given.asked - near[j, 0]) / step)
    value, rate = given.value(score)
    error = abs(rate / slope) * float(jackknife_error(near[j, 1:]))
    return ends._replace(
        value=value, error=error, side=float(np.sign(slope)), rank=float(special.ndtr(score))
    )


def _passes(each: Array, asked: float) -> bool:
    """Tell whether a probability is above what is asked for, and below it, beyond its error."""
    errors = _ERRORS * jackknife_error(each[:, 1:].T)
    errors = np.where(np.isfinite(errors), errors, 0.0)
    return bool((each[:, 0] - errors > asked).any() and (each[:, 0] + errors < asked).any())


def _of_few_values(own: InputDraws, each: Array, asked: float) -> BreakEven:
    """Return the outermost value of an input at which the claim still holds.

    Parameters
    ----------
    each : array, shape (value, 1 + replicate)
        Probability of the claim at each value, from all replicates and without each of them.
    """
    ends = BreakEven(low=float(each[:, 0].min()), high=float(each[:, 0].max()))
    holds = each[:, 0] >= asked
    turns = np.flatnonzero(holds[:-1] != holds[1:])
    if not _passes(each, asked) or len(turns) != 1:
        return ends
    k, rises = int(turns[0]), bool(holds[-1])
    value = float(np.unique(own.values)[k + 1 if rises else k])
    rank = float(own.bins.counts[:, : k + 1].sum() / own.values.size)
    return ends._replace(value=value, error=0.0, side=1.0 if rises else -1.0, rank=rank)
