"""Break-evens verified with the input held at them, in the model itself.

What windows of draws say of a value is where the search begins. There the model is asked with the
input held, at the first draws of the run, and asked again until the claim has the confidence
asked for. What these few draws have too many or too few of is taken off by all draws, each moved
to where it would be: a control variate, which has no bias however badly draws are moved.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.break_even import PLAUSIBLE, BreakEven
from mcsus.analysis.change import Change
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.given_input import given_input
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.moved import Moved
from mcsus.analysis.replication import share_error
from mcsus.families import special
from mcsus.families.rows import RowValues

Array = NDArray[np.float64]

_MOST = 12  # values that are tried
_NEAR = 0.5  # of its error, that a probability is off what is asked for at most
_CLEAR = 2  # errors that a probability is off what is asked for where it does not turn
_INSIDE = 0.1  # of what a turn lies between: so far from its ends the next value is
_APART = 0.02  # of normal scores, by which two values are at least apart to tell a slope
_FARTHEST = 0.75  # of normal scores: a step
_LEAST = 1e-4  # of a probability, and of a step
_MOST_ENDS = 6  # inputs of a cell that are held at their ends
_BEARING = 0.02  # range of a probability from which its ends are asked for
_STEP = 1e-3  # of normal scores, to tell how a value moves with them
_INNER = 2.25  # normal scores up to which a probability may be outermost
_ROUNDING = 1e-9  # of a value, by which it may be off in another unit
_BESIDE = 0.01  # of normal scores, by which a step is left at least on both sides


class Told(NamedTuple):
    """The probability of a claim with an input held.

    Attributes
    ----------
    score : float
        Normal score at which it is held.
    value, error : float
        Probability.
    """

    score: float
    value: float
    error: float


class Held:
    """The probability of a claim with one of its inputs held at a value.

    Attributes
    ----------
    left : int
        How often the model may still be asked.
    """

    def __init__(self, cell: ClaimCell, k: int) -> None:
        self.cell, self.own, self.left = cell, cell.inputs[k], 0
        self.moved, self.given = Moved(self.own, cell.clipped), given_input(cell, k)

    def at(self, score: float) -> Told | None:
        """Return the probability at a normal score; None where the model does not tell it."""
        mix, again = self.own.mix, self.cell.again
        if self.left < 1 or mix is None or again is None:
            return None
        self.left -= 1
        told = again(Change(held=((mix, score),)))
        if told is None:
            return None
        holds = told[1].astype(np.float64)
        moved = self.moved.to(score).astype(np.float64)
        first = moved[:, : holds.shape[1]]
        variance = float(first.var())
        weight = float(((first - first.mean()) * holds).mean()) / variance if variance else 0.0
        each = holds.mean(axis=1) + weight * (moved.mean(axis=1) - first.mean(axis=1))
        error = float(share_error(each, holds.shape[1]))
        return Told(score, float(np.clip(each.mean(), 0.0, 1.0)), error)

    def slope(self, score: float) -> float:
        """Return how the probit of the probability changes with the score, by moved draws."""
        ends = [float(self.moved.to(score + step).mean()) for step in (-_APART * 5, _APART * 5)]
        return float(_probit(ends[1]) - _probit(ends[0])) / (_APART * 10)

    def value(self, score: float) -> float:
        """Return the value of the input at a normal score."""
        return float(self.own.cell.law.quantile(special.ndtr(score))) * self.own.factor


def can_hold(cell: ClaimCell, k: int) -> bool:
    """Tell whether an input can be held: it follows a law, and its value rises with its point."""
    own = cell.inputs[k]
    known = own.is_law and own.mix is not None and own.mix.scale is None
    return known and not (own.bins.has_few_values or isinstance(own.cell.law, RowValues))


def verified(cell: ClaimCell, found: Sequence[BreakEven]) -> list[BreakEven]:
    """Return the break-evens of all inputs of a cell, asked of the model as far as it may be.

    Of an input that steps from value to value they are values at which the claim holds.
    """
    return [_on_values(*own) for own in zip(cell.inputs, _asked(cell, found), strict=True)]


def _on_values(own: InputDraws, found: BreakEven) -> BreakEven:
    """Return a break-even at values that an input may have, if these are single ones."""
    if own.cell.law.is_continuous or not own.is_law or not np.isfinite(found.value):
        return found
    values, made = np.unique(own.values), {}
    for name, side in (("value", found.side), ("until", -found.side)):
        near = values * (1 + side * _ROUNDING * np.sign(values))  # of what is told in another unit
        place = np.searchsorted(near, getattr(found, name), "left" if side > 0 else "right")
        last = len(values) - 1
        made[name] = float(values[np.clip(place - (side < 0), 0, last)])
    until = made["until"] if np.isfinite(found.until) else np.nan
    return found._replace(value=made["value"], until=until, included=1.0)


def _asked(cell: ClaimCell, found: Sequence[BreakEven]) -> list[BreakEven]:
    """Return the break-evens of all inputs of a cell, as far as the model may be asked.

    First those that are known, the inputs of most bearing first, then what the claim is at the
    outermost values.
    """
    made, left = list(found), cell.most_held
    if not cell.is_open or cell.again is None:
        return made
    reach = [own.high - own.low for own in found]
    order = [k for k in np.argsort(-np.array(reach), kind="stable") if can_hold(cell, k)]
    turned = [k for k in order if np.isfinite(found[k].value)]
    ended = [k for k in order if reach[k] >= _BEARING][:_MOST_ENDS]
    held: dict[int, Held] = {}
    for step, inputs in ((_turned, turned), (_ended, ended)):
        for k in inputs:
            if left < 1:
                return made
            own = held[k] = held.get(k) or Held(cell, k)
            own.left = left
            made[k] = step(own, made[k], cell.confidence)
            left = own.left
    return made


def _turned(held: Held, found: BreakEven, asked: float) -> BreakEven:
    """Return a break-even that the model has told."""
    told = _found(held, found.rank, found.apart, found.side, asked)
    if told is None:
        return found
    if not told:
        none = BreakEven(low=found.low, high=found.high)
        if not np.isfinite(found.until):
            return none
        other = none._replace(
            value=found.until, side=-found.side, rank=found.until_rank, apart=found.until_apart
        )
        return _turned(held, other, asked)
    made = _with(held, found, told, asked)
    if np.isfinite(found.until):
        side = -found.side
        end = _found(held, found.until_rank, found.until_apart, side, asked)
        if end is not None:
            until = _with(held, BreakEven(side=side), end, asked) if end else BreakEven()
            made = made._replace(until=until.value, until_rank=until.rank, until_error=until.error)
    return made


def _found(held: Held, rank: float, apart: float, side: float, asked: float) -> list[Told] | None:
    """Return what the model told while a turn was looked for near a rank: on both sides of a step.

    Parameters
    ----------
    apart : float
        Normal scores by which a step may be off; NaN of what is none.
    """
    score, known = float(special.ndtri(rank)), []
    if np.isfinite(apart):
        beside = max(apart, _BESIDE)
        known = [own for end in (-beside, beside) if (own := held.at(score + end))]
    return _search(held, score, side, asked, known)


def _ended(held: Held, found: BreakEven, asked: float) -> BreakEven:
    """Return a break-even with what the claim is at the outermost values.

    Where it turns between these, and no draws near it told so, it is looked for.
    """
    low, high = (held.at(score) for score in (-PLAUSIBLE, PLAUSIBLE))
    if low is None or high is None:
        return found
    told = [low, high]
    near = np.abs(held.given.scores) < _INNER
    inner, scores = held.given.probability[near], held.given.scores[near]
    ends = low.value, high.value
    for end, amount in (
        (inner.min(), min(ends) - inner.min()),
        (inner.max(), inner.max() - max(ends)),
    ):
        places = np.flatnonzero(inner == end)  # of a level its middle
        own = held.at(float(scores[places[len(places) // 2]])) if amount > _BEARING else None
        told += [own] if own else []
    values = [own.value for own in told]
    made = found._replace(low=min(values), high=max(values))
    if np.isfinite(found.value):
        return made
    side = float(np.sign(high.value - low.value))
    off = [side * (own.value - asked) for own in (low, high)]
    if off[0] < -_CLEAR * low.error and off[1] > _CLEAR * high.error:
        more = _search(held, 0.0, side, asked, [low, high])
        if more:
            made = _with(held, made._replace(side=side), more, asked)
    return made


def _search(
    held: Held, start: float, side: float, asked: float, known: Sequence[Told] = ()
) -> list[Told] | None:
    """Return what the model told while a turn was looked for: nothing where there is none.

    None where the model tells nothing.
    """
    told = list(known)
    at = float(_next(held, told, side, asked)) if told else start
    while len(told) < _MOST + len(known):
        own = held.at(at)
        if own is None:
            break
        told.append(own)
        if abs(own.value - asked) <= _NEAR * own.error:
            break
        step = float(np.clip(_next(held, told, side, asked), -PLAUSIBLE, PLAUSIBLE))
        if abs(step - at) < _LEAST:
            break
        at = step
    if not told:
        return None
    apart = [(own.value - asked) / max(own.error, _LEAST) for own in told]
    turns = _bracket(told, side, asked) is not None or min(np.abs(apart)) < _CLEAR
    return told if turns else []


def _next(held: Held, told: Sequence[Told], side: float, asked: float) -> float:
    """Return the score at which the claim is to be asked for next: by the two nearest told."""
    order = _nearest(told, asked)
    best, off = order[0], float(_probit(order[0].value) - _probit(asked))
    slope = _probits(held, order) * side
    ends = _bracket(told, side, asked)
    if ends is None:
        step = -off / slope if slope > 0 else -np.sign(off) * _FARTHEST
        return best.score + side * float(np.clip(step, -_FARTHEST, _FARTHEST))
    found = best.score - side * off / slope if slope > 0 else np.nan
    low, high = sorted(own.score for own in ends)
    margin = _INSIDE * (high - low)
    return found if low + margin < found < high - margin else (low + high) / 2


def _nearest(told: Sequence[Told], asked: float) -> list[Told]:
    """Return what was told, nearest to what is asked for first; of equals the last first."""
    off = [abs(_probit(own.value) - _probit(asked)) for own in told]
    return [told[k] for k in sorted(range(len(told)), key=lambda k: (off[k], -k))]


def _bracket(told: Sequence[Told], side: float, asked: float) -> tuple[Told, Told] | None:
    """Return the nearest two between which the claim turns, the one where it holds last.

    None where there are none.
    """
    ordered = sorted(told, key=lambda own: own.score * side)
    pairs = [
        (one, other)
        for one, other in itertools.pairwise(ordered)
        if one.value < asked <= other.value
    ]
    return min(pairs, key=lambda pair: abs(pair[1].score - pair[0].score)) if pairs else None


def _probits(held: Held, order: Sequence[Told]) -> float:
    """Return how the probit of the probability changes with the score, by the first two told."""
    best = order[0]
    others = [own for own in order[1:] if abs(own.score - best.score) >= _APART]
    if not others:
        return held.slope(best.score)
    return float(_probit(others[0].value) - _probit(best.value)) / (others[0].score - best.score)


def _probit(value: float) -> Any:
    return special.ndtri(np.clip(value, _LEAST, 1 - _LEAST))


def _with(held: Held, found: BreakEven, told: Sequence[Told], asked: float) -> BreakEven:
    """Return a break-even where the model told what is nearest to what is asked for."""
    order = _nearest(told, asked)
    best = order[0]
    density = float(np.exp(-(_probit(best.value) ** 2) / 2) / np.sqrt(2 * np.pi))
    slope = abs(_probits(held, order)) * density
    off, ends = abs(best.value - asked), _bracket(told, found.side, asked)
    error = float(np.hypot(best.error, off)) / slope if slope > 0 else np.nan
    if off > _CLEAR * best.error and ends:  # it jumps there
        best, error = ends[1], abs(ends[1].score - ends[0].score)
    low, high = (held.value(best.score + step) for step in (-_STEP, _STEP))
    rank = float(special.ndtr(best.score))
    return found._replace(
        value=held.value(best.score), error=error * (high - low) / (2 * _STEP), rank=rank,
        held=best.value, held_error=best.error,
    )  # fmt: skip
