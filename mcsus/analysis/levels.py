"""The probability of a claim given an input as levels, between which it steps.

So it is where the draws bear out no smooth curve: a claim on a share of labels steps where one of
them passes a threshold. Bins of the input are cut in two where the draws are then most likely, and
again, as long as that is no play of chance.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.families import special

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SURE = 12.0  # log likelihood that a step must add: one in 10^6 by chance, anywhere
_DECIDED = 3.0  # log likelihood by which a level is above or below what is asked for
_PLAUSIBLE = 2.0  # log likelihood by which places of a step are less likely than the best: 2 sd


class Levels(NamedTuple):
    """Levels of a probability over bins.

    Attributes
    ----------
    starts : tuple of int
        First bin of each level, and the number of bins.
    above, whole : array, shape (level,)
        Draws in which the claim holds, and all.
    """

    starts: tuple[int, ...]
    above: Array
    whole: Array

    @property
    def probabilities(self) -> Array:
        """Return the probability in each bin."""
        return np.repeat(self.above / self.whole, np.diff(self.starts))


class Step(NamedTuple):
    """Where a probability passes what is asked for, as places among the draws in rising order.

    Attributes
    ----------
    place, low, high : int
        Draws below it, at its likeliest, and between what it plausibly lies.
    side : int
        1 where the probability rises there, -1 where it falls.
    """

    place: int
    low: int
    high: int
    side: int


def levels(above: Array, whole: Array) -> Levels:
    """Return the levels of a probability.

    Parameters
    ----------
    above, whole : array, shape (bin,)
        Draws of each bin in which the claim holds, and all.

    Examples
    --------
    >>> levels(np.array([10.0, 12.0, 90.0, 88.0]), np.full(4, 100.0)).starts
    (0, 2, 4)
    """
    upto = [np.r_[0.0, np.cumsum(own)] for own in (above, whole)]
    starts, waiting = {0, len(above)}, [(0, len(above))]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        gains = _gains(*(own[first : last + 1] for own in upto))
        cut = int(np.argmax(gains))
        if gains[cut] > _SURE:
            place = first + 1 + cut
            starts.add(place)
            waiting += [(first, place), (place, last)]
    ends = sorted(starts)
    return Levels(tuple(ends), *(np.diff(own[ends]) for own in upto))


def steps(found: Levels, holds: Flags, values: Array, asked: float) -> list[Step]:
    """Return where a probability passes what is asked for, from low to high values.

    Parameters
    ----------
    holds, values : array, shape (draw,)
        Whether the claim holds, and the input, in rising order of it.
    """
    ends = np.r_[0, np.cumsum(found.whole)].astype(int)
    likely = _likelihood(found.above, found.whole)
    likely = likely - special.xlogy(found.above, asked)
    likely -= special.xlogy(found.whole - found.above, 1 - asked)
    higher = found.above >= asked * found.whole
    decided = np.flatnonzero(likely > _DECIDED)
    made = []
    for one, other in itertools.pairwise(decided):
        if higher[one] == higher[other]:
            continue
        k = one + int(np.argmax(higher[one + 1 : other + 1] != higher[one]))  # the last before it
        first, last = ends[k], ends[k + 2]
        upto = np.r_[0.0, np.cumsum(holds[first:last])]
        gains = _gains(upto, np.arange(len(upto), dtype=np.float64))
        gains[np.diff(values[first:last]) <= 0] = -np.inf  # between equal values there is none
        likeliest = first + 1 + int(np.argmax(gains))
        near = first + 1 + np.flatnonzero(gains >= gains.max() - _PLAUSIBLE)
        low, high = int(near[0]), int(near[-1])
        if other > one + 1:  # levels between that may be on either side
            low, high = min(low, int(ends[one + 1])), max(high, int(ends[other]))
        made.append(Step(likeliest, low, high, 1 if higher[other] else -1))
    return made


def _gains(above: Array, whole: Array) -> Array:
    """Return the log likelihood that a step adds at each place between the ends of counts."""
    inner = slice(1, -1)
    parts = [(own[inner] - own[0], own[-1] - own[inner]) for own in (above, whole)]
    left, right = (_likelihood(*own) for own in zip(*parts, strict=True))
    return np.asarray(left + right - _likelihood(above[-1] - above[0], whole[-1] - whole[0]))


def _likelihood(above: Array, whole: Array) -> Array:
    """Return the log likelihood of counts at their own share."""
    most = np.maximum(whole, 1)
    below = whole - above
    return np.asarray(special.xlogy(above, above / most) + special.xlogy(below, below / most))
