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
from mcsus.analysis.given_input import bears, given_input
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.levels import Levels, Step, steps
from mcsus.analysis.moved import Moved, positive
from mcsus.analysis.rank_bins import MOST_VALUES, without_each
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
_STEEP = 0.02  # of all draws, by which a steep turn is off a step
_CLEAR = 4  # standard errors of so many draws, that a second end must be clear by
_SLACK = 0.3  # of the range of a probability by splines, which are rough where they turn


class BreakEven(NamedTuple):
    """Where a claim holds with the confidence asked for, as one input says.

    Attributes
    ----------
    value, error : float
        Of the input, in its unit; NaN where no plausible value turns the claim.
    side : float
        1 where the claim holds above the value, -1 below it; 1 where it does up to `until`.
    rank : float
        Probability that the input is below the value.
    until, until_rank : float
        Value of the input, on the side where the claim holds, from which on it does no more, and
        the probability that the input is below it; NaN where it holds to the end.
    until_error : float
        Of `until`, in the unit of the input.
    included : float
        1 where the claim holds at these values themselves, as the input steps from value to value.
    low, high : float
        Lowest and highest probability of the claim at plausible values of the input.
    held, held_error : float
        Probability with the input held at the value; NaN where the model was not asked.
    apart, until_apart : float
        Normal scores of the input by which a value may be off where the probability steps; NaN
        where it turns smoothly.
    """

    value: float = np.nan
    error: float = np.nan
    side: float = np.nan
    rank: float = np.nan
    until: float = np.nan
    until_rank: float = np.nan
    until_error: float = np.nan
    included: float = 0.0
    low: float = np.nan
    high: float = np.nan
    held: float = np.nan
    held_error: float = np.nan
    apart: float = np.nan
    until_apart: float = np.nan


def break_even(cell: ClaimCell, k: int) -> BreakEven:
    """Return the break-even of an input of a claim."""
    own, asked = cell.inputs[k], cell.confidence
    if not cell.is_open:
        return BreakEven(low=cell.probability, high=cell.probability)
    if own.bins.has_few_values:
        if not bears(cell, k):
            return BreakEven(low=cell.probability, high=cell.probability)
        return _of_few_values(own, cell.of_success.fits[k].T, asked)
    told = given_input(cell, k)
    near = told.probability[np.abs(told.scores) <= PLAUSIBLE]
    ends = BreakEven(low=float(near.min()), high=float(near.max()))
    if told.levels is not None:
        return _stepped(cell, own, told.levels, ends)
    slack = _SLACK * (ends.high - ends.low)
    if not ends.low - slack < asked < ends.high + slack:
        return ends
    return _crossed(_Given(own, cell.clipped, asked), ends)


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
        own = apart / positive(line(values), np.abs(apart))
        ranks = rank + width * _STEPS
        at = self.value(ranks)
        means, spreads = mean(at), positive(line(at), np.abs(apart))
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
    found = _turn(given, *_first_look(k, apart, ranks))
    after = turns[turns > k] if found.side > 0 else turns[turns < k][::-1]
    if len(after):
        end = _turn(given, *_first_look(int(after[0]), apart, ranks))
        if given.stands_only_between(found.rank, end.rank):
            found = _between(found, end)
    return found._replace(low=ends.low, high=ends.high)


def _between(found: BreakEven, end: BreakEven) -> BreakEven:
    """Return a break-even with both ends of where the claim holds, the lower one first."""
    low, high = sorted((found, end), key=lambda own: own.rank)
    return low._replace(
        until=high.value, until_rank=high.rank, until_error=high.error, until_apart=high.apart
    )


def _stepped(cell: ClaimCell, own: InputDraws, found: Levels, ends: BreakEven) -> BreakEven:
    """Return where a probability that has levels steps across what is asked for.

    It is the step nearest to the median of the input, and the next on the side where the claim
    holds.
    """
    values = own.values.ravel()[own.order]
    known = steps(found, cell.holds.ravel()[own.order], values, cell.confidence)
    if not known:
        return ends
    k = int(np.argmin([abs(step.place - values.size / 2) for step in known]))
    after = k + known[k].side
    chosen = [known[k]] + ([known[after]] if 0 <= after < len(known) else [])
    made = [_at_step(values, step) for step in chosen]
    if len(np.unique(cell.margins[0])) > MOST_VALUES:
        given = _Given(own, cell.clipped, cell.confidence)
        made = [_nearby(given, step) for step in made]
    first = _between(*made) if len(made) > 1 else made[0]
    return first._replace(low=ends.low, high=ends.high)


def _nearby(given: _Given, step: BreakEven) -> BreakEven:
    """Return where a steep turn is near a step, by margins that say how far from it they are."""
    found = _turn(given, step.rank, step.side)
    return found._replace(apart=step.apart) if abs(found.rank - step.rank) < _STEEP else step


def _at_step(values: Array, step: Step) -> BreakEven:
    """Return the break-even at a step, of values in rising order."""
    places = np.array([step.low, step.place, step.high])
    low, value, high = (values[places - 1] + values[places]) / 2
    scores = special.ndtri(places / values.size)
    error, apart = (
        max(float(own[1] - own[0]), float(own[2] - own[1])) for own in ((low, value, high), scores)
    )
    return BreakEven(
        float(value), error / 2, float(step.side), step.place / values.size, apart=apart
    )


def _first_look(k: int, apart: Array, ranks: Array) -> tuple[float, float]:
    """Return the rank at which a probability passes what is asked for, and to which side.

    Parameters
    ----------
    k : int
        Place of the rank before it.
    apart : array, shape (rank,)
        Probability less what is asked for.
    """
    slope = float((apart[k + 1] - apart[k]) / (ranks[k + 1] - ranks[k]))
    return float(ranks[k] - apart[k] / slope), float(np.sign(slope))


def _turn(given: _Given, rank: float, side: float) -> BreakEven:
    """Return where the probability passes what is asked for, near a rank."""
    width = _WIDEST
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
    """Return the outermost values of an input at which the claim still holds.

    Parameters
    ----------
    each : array, shape (value, 1 + replicate)
        Probability of the claim at each value, from all replicates and without each of them.
    """
    ends = BreakEven(low=float(each[:, 0].min()), high=float(each[:, 0].max()))
    holds = each[:, 0] >= asked
    if not _passes(each, asked):
        return ends
    values = np.unique(own.values)
    below = np.r_[0.0, np.cumsum(own.bins.counts.sum(axis=0)) / own.values.size]
    inside = np.flatnonzero(holds)
    first, last = int(inside[0]), int(inside[-1])
    if not holds[first : last + 1].all():
        return ends
    whole = ends._replace(error=0.0, included=1.0)
    low = whole._replace(value=float(values[first]), rank=float(below[first]), side=1.0)
    high = whole._replace(value=float(values[last]), rank=float(below[last + 1]), side=-1.0)
    if first == last:
        return _between(low, high)
    if last == len(values) - 1:
        return low
    return high if first == 0 else _between(low, high)
