"""Steps of an output along an input, where classes of its ranks are too wide to tell them.

An event that is rare, or a range that is narrow, lies within a class, whose draws then differ from
each other more than those of other classes do. Where in it the step is, half of the blocks decide;
the other half tells whether it is one, so that chance makes none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_WIDE = 2.0  # times as much as the variance in other classes, from which a class is looked at
_MATTERS = 3e-4  # of the variance, that such a class has
_MOST = 32  # classes that are looked at
_ROUNDS = 3  # so that a range has both ends
_SURE = 5.0  # errors of the other half
_LEAST = 2  # draws of each half on either side


def steps_along(draws: GivenDraws, k: int, ends: Array) -> Array:
    """Return the ranks at which an output has steps along an input within classes of it.

    Parameters
    ----------
    ends : array
        Ranks between the classes.

    Returns
    -------
    array
        From 0 to 1, rising; most often empty.
    """
    found = np.empty(0)
    for _ in range(_ROUNDS):
        classes = draws.classes_between(k, np.union1d(ends, found))
        if classes.has_few_values:
            break
        counts = classes.counts[0].astype(int)
        starts = np.r_[0, np.cumsum(counts)]
        new = [
            (starts[own] + at) / len(draws.output)
            for own in _wide(draws, classes.bins[0], counts)
            if (at := _step(draws, k, slice(starts[own], starts[own + 1])))
        ]
        if not new:
            break
        found = np.union1d(found, new)
    if found.size:
        draws.steps[k] = found
    return found


def _wide(draws: GivenDraws, places: Integers, counts: Integers) -> Integers:
    """Return classes with more variance in them than others, the largest first."""
    sums = np.bincount(places, draws.centred)
    inside = np.bincount(places, draws.centred**2) - sums**2 / counts
    each = inside / counts
    looked_at = (each > _WIDE * np.median(each)) & (inside > _MATTERS * draws.squares)
    looked_at &= counts >= 4 * _LEAST
    return np.flatnonzero(looked_at)[np.argsort(-inside[looked_at])][:_MOST]


def _step(draws: GivenDraws, k: int, inside: slice) -> int:
    """Return after how many draws of a class, in rising order of the input, a step is; 0 if none.

    Draws with the same value are on one side of it.
    """
    order = draws.order(k)[inside]
    values, inputs = draws.centred[order], draws.values(k)[order]
    decides = draws.blocks[order] % 2 == 0
    before, after = _sums(values, decides)
    other_before, other_after = _sums(values, ~decides)
    allowed = inputs[1:] > inputs[:-1]
    for counts in (before[0], after[0], other_before[0], other_after[0]):
        allowed &= counts >= _LEAST
    if not allowed.any():
        return 0
    gain = np.where(allowed, _between(before, after), -np.inf)
    as_good = before[0] == before[0, gain.argmax()]  # between two draws of those that decide
    at = int(np.where(as_good & allowed, _between(other_before, other_after), -np.inf).argmax())
    sizes, sums, squares = np.array([other_before[:, at], other_after[:, at]]).T
    means = sums / sizes
    noise = (squares.sum() - (sums * means).sum()) / max(sizes.sum() - 2, 1)
    error = np.sqrt(max(noise, 0.0) * (1 / sizes).sum())
    return at + 1 if abs(means[1] - means[0]) > _SURE * error else 0


def _sums(values: Array, used: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Return how many, the sum and the sum of squares up to each place but the last, and beyond."""
    each = np.cumsum(np.where(used, [np.ones(len(values)), values, values**2], 0.0), axis=1)
    return each[:, :-1], each[:, -1:] - each[:, :-1]


def _between(before: Array, after: Array) -> Array:
    """Return the sum of squares between both sides, but for what is the same at all places."""
    found = sum(own[1] ** 2 / np.maximum(own[0], 1) for own in (before, after))
    return np.asarray(found)
