"""Draws that fill the space of the inputs evenly, as Sobol' points do: found, and their noise.

Where two inputs are in classes of their ranks, independent draws fall unevenly into the classes of
both; those of a sequence made for it do not. The means of an output in classes of one input then
have less noise than the draws in them let expect, and what blocks of draws agree on falls short by
as much. How much noise they have is told by how far neighbouring classes lie off a smooth line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mcsus.analysis.given_draws import GivenDraws

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_FEW = 32  # values of an input, up to which each is a class
_CELL_DRAWS, _LEAST_CLASSES, _MOST_CLASSES = 4, 4, 32
_MOST_PAIRS = 64
_SURE = 6.0  # standard errors below what independent draws have
_MEDIAN = 1.2533  # its error over that of a mean
_ORDER, _SQUARES = 4, 70.0  # of differences, and the sum of their squared weights
_MEDIAN_SQUARE = 0.4549  # of a normal number


def are_even(ranks: Sequence[Array]) -> bool:
    """Tell whether draws fill the space of pairs of inputs more evenly than independent ones.

    Parameters
    ----------
    ranks : sequence of array, shape (draw,)
        Of each input.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> are_even(list(random.random((2, 4096))))
    False
    >>> grid = (np.arange(64) + 0.5) / 64
    >>> are_even([np.repeat(grid, 64), np.tile(grid, 64)])
    True
    """
    if not ranks or len(ranks[0]) < _CELL_DRAWS * _LEAST_CLASSES**2:
        return False
    classes = 2 ** int(np.log2(len(ranks[0]) / _CELL_DRAWS) / 2)
    places = [_places(own, min(classes, _MOST_CLASSES)) for own in ranks]
    scores = [_score(*pair) for pair in islice(_near(places), _MOST_PAIRS)]
    limit = -_SURE * _MEDIAN / np.sqrt(max(len(scores), 1))
    return bool(scores) and bool(np.median(scores) < limit)


def _places(ranks: Array, count: int) -> Integers:
    """Return the class of each draw, of as many draws each; of few values, these."""
    values, own = np.unique(ranks, return_inverse=True)
    if len(values) <= _FEW:
        return np.asarray(own.ravel(), dtype=np.int64)
    order = np.argsort(np.argsort(ranks, kind="stable"), kind="stable")
    return np.asarray(order * count // len(ranks), dtype=np.int64)


def _near(places: Sequence[Integers]) -> Iterator[tuple[Integers, Integers]]:
    """Yield pairs, neighbours first."""
    for apart in range(1, len(places)):
        yield from zip(places[:-apart], places[apart:], strict=True)


def _score(one: Integers, other: Integers) -> float:
    """Return chi-squared of the counts in classes of two inputs, as a standard score."""
    rows, columns = one.max() + 1, other.max() + 1
    table = np.bincount(one * columns + other, minlength=rows * columns).reshape(rows, columns)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / len(one)
    freedom = max((rows - 1) * (columns - 1), 1)
    squares = ((table - expected) ** 2 / expected).sum()
    return float((squares - freedom) / np.sqrt(2 * freedom))


def noise_of_means(draws: GivenDraws, k: int, count: int) -> float | None:
    """Return what so many classes, or waves, of an input have of the variance by noise alone.

    None of an input with few values, whose classes lie on no line.
    """
    own = draws.classes(k, np.arange(1, count) / count)
    if own.has_few_values or len(own.ranks) <= _ORDER:
        return None
    counts = own.counts[0]
    means = np.bincount(own.bins[0], draws.centred) / counts
    rough = float(np.median(np.diff(means, _ORDER) ** 2)) / _SQUARES / _MEDIAN_SQUARE
    return rough * float(counts.mean() / counts.sum()) * count
