"""Value of one input at which a claim holds with the confidence asked for, others uncertain.

The probability given a value is that of the draws near it, each moved to where it would be: by the
mean and the spread of the margin given the input, as two regressions say. So a window may be wide,
and is exact where the input moves and stretches the margin only. Where the probability turns within
a window, a narrower one is taken, with regressions of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.rank_bins import without_each
from mcsus.analysis.shares import jackknife_error
from mcsus.families import special

Array = NDArray[np.float64]

PLAUSIBLE = 3.0
"""Normal score of the values of an input that are looked at: all but 1 in 370 draws."""

_WINDOW = 0.05  # of all draws, on either side
_WIDEST, _NARROWEST = 0.2, 300  # of all draws, and draws, on either side, where it turns
_FEWEST = 8  # draws of a window at the outermost ranks of a short run
_TURN = 0.2  # of a probability, that it changes by in a window at most
_STEPS = np.linspace(-1, 1, 5)  # about the middle of a window, of its width
_STEP = 0.25  # of normal scores at which the probability is looked at
_ROUNDS, _NARROWER = 16, 0.6  # of windows, each by so much
_CLOSE = 0.02  # of the width: what ends them
_ERRORS = 2  # that the probability must be beyond the confidence, on both sides
_CLEAR = 4  # standard errors of so many draws, that a second end must be clear by
_SLACK = 0.3  # of the range of a probability by splines, which are rough where they turn
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
    until, until_rank : float
        Value of the input, on the side where the claim holds, from which on it does no more, and
        the probability that the input is below it; NaN where it holds to the end.
    low, high : float
        Lowest and highest probability of the claim at plausible values of the input.
    held, held_error : float
        Probability with the input held at the value; NaN where the model was not asked.
    """

    value: float = np.nan
    error: float = np.nan
    side: float = np.nan
    rank: float = np.nan
    until: float = np.nan
    until_rank: float = np.nan
    low: float = np.nan
    high: float = np.nan
    held: float = np.nan
    held_error: float = np.nan


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


class Moved:
    """Draws of a margin, each moved to where it would be at another value of an input."""

    def __init__(self, own: InputDraws, margins: Array) -> None:
        self.scores = own.bins.scores
        mean = own.bins.fitted(own.bins.sums(margins))[0]
        apart = np.abs(margins - mean[own.bins.bins])
        spread = _positive(own.bins.fitted(own.bins.sums(apart))[0], apart)
        self.moments = mean, spread
        self.apart = (margins - mean[own.bins.bins]) / spread[own.bins.bins]

    def at(self, scores: Any) -> list[Any]:
        """Return mean and spread of the margin at normal scores of the input."""
        return [np.interp(scores, self.scores, own) for own in self.moments]

    def to(self, score: float, draws: int | None = None) -> NDArray[np.bool_]:
        """Return whether the claim holds in draws of each replicate, moved to a normal score."""
        mean, spread = self.at(score)
        return np.asarray(self.apart[:, :draws] > -mean / spread)


class _Given:
    """The probability of a claim given values of one input, by draws in rising order of it."""

    def __init__(self, own: InputDraws, margins: Array, asked: float) -> None:
        self.asked, self.bins = asked, own.bins
        self.replicates, self.size = len(margins), margins.size
        self.values, self.margins = own.values.ravel()[own.order], margins.ravel()[own.order]
        self.replicate = own.order // margins.shape[1]
        self.moved = Moved(own, margins)
        self.apart = self.moved.apart.ravel()[own.order]

    def at(self, scores: Array) -> Array:
        """Return the probability at normal scores, from all replicates and without each of them.

        Returns
        -------
        array, shape (score, 1 + replicate)
        """
        ranks = special.ndtr(scores)
        moments = self.moved.at(scores)
        ends = [self.places(ranks + side * _WINDOW) for side in (-1, 1)]
        near = zip(*ends, *moments, strict=True)
        return np.array(
            [
                self.share(slice(first, last), mean + spread * self.apart[first:last] > 0)
                for first, last, mean, spread in near
            ]
        )

    def places(self, ranks: Array) -> NDArray[np.int64]:
        """Return how many draws lie below ranks."""
        return np.asarray(np.clip(ranks, 0, 1) * self.size).astype(np.int64)

    def share(self, near: slice, holds: NDArray[np.bool_]) -> Array:
        """Return the share of some draws that holds, of all replicates and without each of them."""
        own = self.replicate[near]
        counts = [np.bincount(each, minlength=self.replicates) for each in (own[holds], own)]
        above, whole = (without_each(each[:, np.newaxis].astype(float))[:, 0] for each in counts)
        return np.asarray(above / np.maximum(whole, 1))

    def stands_only_between(self, rank: float, until: float) -> bool:
        """Tell whether enough of the draws between two ranks hold, and too few beyond the second.

        They are moved nowhere, as windows may move draws too far at the ends of an input.
        """
        ends = sorted(int(own * self.size) for own in (rank, until))
        beyond = slice(ends[1], self.size) if rank < until else slice(0, ends[0])
        inside, outside = (self.margins[own] > 0 for own in (slice(*ends), beyond))
        least = _CLEAR * np.sqrt(
            self.asked * (1 - self.asked) / np.maximum(1, [inside.size, outside.size])
        )
        return bool(
            inside.size
            and outside.size
            and inside.mean() > self.asked + least[0]
            and outside.mean() < self.asked - least[1]
        )

    def value(self, ranks: Any) -> Any:
        """Return the values of the input at ranks."""
        return np.interp(ranks * self.size - 0.5, np.arange(self.size), self.values)

    def near(self, rank: float, width: float) -> tuple[Array, Array]:
        """Return the probability at ranks about one, by regressions in a window alone.

        Returns
        -------
        ranks : array
        shares : array, shape (rank, 1 + replicate)
        """
        first, last = self.places(np.array([rank - 2 * width, rank + 2 * width]))
        first = min(first, self.size - _FEWEST)
        last = max(last, first + _FEWEST)
        margins, values = self.margins[first:last], self.values[first:last]
        mean = _curve(values, margins, 2)
        apart = margins - mean(values)
        line = _curve(values, np.abs(apart), 1)
        own = apart / _positive(line(values), np.abs(apart))
        ranks = rank + width * _STEPS
        at = self.value(ranks)
        means, spreads = mean(at), _positive(line(at), np.abs(apart))
        begins = np.clip(self.places(ranks - width), first, last - 1)
        ends = np.clip(self.places(ranks + width), begins + 1, last)
        shares = []
        for moved, spread, begin, end in zip(means, spreads, begins, ends, strict=True):
            holds = moved + spread * own[begin - first : end - first] > 0
            shares.append(self.share(slice(begin, begin + holds.size), holds))
        return ranks, np.array(shares)


def _curve(values: Array, response: Array, degree: int) -> Callable[[Any], Any]:
    """Return the polynomial that fits a response best, also where values hardly differ."""
    middle, size = float(values.mean()), float(np.ptp(values)) or 1.0
    powers = np.vander((values - middle) / size, degree + 1)
    found = np.linalg.lstsq(powers, response, rcond=None)[0]
    return lambda at: np.polyval(found, (at - middle) / size)


def _positive(spread: Array, apart: Array) -> Array:
    """Return a spread that is nowhere nearly 0."""
    least = _LEAST_SPREAD * float(apart.mean())
    return np.maximum(spread, least if least > 0 else 1.0)


def _crossed(given: _Given, ends: BreakEven) -> BreakEven:
    """Return where the probability passes what is asked for, nearest to the median of the input."""
    scores = np.arange(-PLAUSIBLE, PLAUSIBLE + _STEP / 2, _STEP)
    each = given.at(scores)
    ends = ends._replace(low=float(each[:, 0].min()), high=float(each[:, 0].max()))
    if not _passes(each, given.asked):
        return ends
    apart, ranks = each[:, 0] - given.asked, special.ndtr(scores)
    turns = np.flatnonzero((apart[:-1] < 0) != (apart[1:] < 0))
    k = int(turns[np.argmin(np.abs(scores[turns] + _STEP / 2))])
    found = _turn(given, k, apart, ranks)
    after = turns[turns > k] if found.side > 0 else turns[turns < k][::-1]
    if len(after):
        end = _turn(given, int(after[0]), apart, ranks)
        if given.stands_only_between(found.rank, end.rank):
            found = found._replace(until=end.value, until_rank=end.rank)
    return found._replace(low=ends.low, high=ends.high)


def _turn(given: _Given, k: int, apart: Array, ranks: Array) -> BreakEven:
    """Return where the probability passes what is asked for, between two of the ranks.

    Parameters
    ----------
    apart : array, shape (rank,)
        Probability less what is asked for.
    """
    slope = float((apart[k + 1] - apart[k]) / (ranks[k + 1] - ranks[k]))
    rank = float(ranks[k] - apart[k] / slope)
    side, width = float(np.sign(slope)), _WIDEST
    for _ in range(_ROUNDS):
        width = min(max(width, _NARROWEST / given.size), rank / 2, (1 - rank) / 2)
        about, near = given.near(rank, width)
        slope = _slope(about, near[:, 0], side)
        middle = len(about) // 2
        step = float(np.clip((given.asked - near[middle, 0]) / slope, -width / 2, width / 2))
        rank += step
        narrow = abs(near[-1, 0] - near[0, 0]) < _TURN or width * given.size <= _NARROWEST
        if narrow and abs(step) < _CLOSE * width:
            break
        width *= 1.0 if narrow else _NARROWER
    half = given.near(rank, width / 2)[1][middle, 0]  # which has less of what a window adds
    error = float(np.hypot(jackknife_error(near[middle, 1:]), near[middle, 0] - half)) / abs(slope)
    low, value, high = given.value(rank + width * np.array([-1, 0, 1]))
    error *= (high - low) / (2 * width)
    return BreakEven(float(value), float(error), side, rank)


def _slope(ranks: Array, shares: Array, side: float) -> float:
    """Return how fast a probability changes with the rank, not against its known direction."""
    apart = ranks - ranks.mean()
    slope = float((apart * shares).sum() / (apart**2).sum())
    least = 0.1 / (ranks[-1] - ranks[0]) / len(ranks)
    return float(side * max(side * slope, least))


def _passes(each: Array, asked: float) -> bool:
    """Tell whether a probability is above what is asked for, and below it, beyond its error."""
    errors = _errors(each)
    return bool((each[:, 0] - errors > asked).any() and (each[:, 0] + errors < asked).any())


def _errors(each: Array) -> Array:
    """Return what probabilities must be beyond the confidence by."""
    errors = _ERRORS * jackknife_error(each[:, 1:].T)
    return np.where(np.isfinite(errors), errors, 0.0)


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
