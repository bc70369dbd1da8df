"""Probability of a claim given two inputs, over their plausible values: its contour is break-even.

As for one input, the draws near a point are moved to it by mean and spread of the margin given
both, as regressions on a grid of their ranks say.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.separation import distances
from mcsus.families import special

Array = NDArray[np.float64]

SCORES = np.linspace(-2.4, 2.4, 17).round(9)
"""Normal scores of the values of each input that are looked at."""

_WINDOW = 0.1  # of all draws, on either side, along each input
_BINS, _PARTS = 32, 16  # of ranks along each input, and ranks of a bin
_LEAST_DRAWS = 1 << 12
_LEAST_SPREAD = 0.05  # of the mean spread
_LEAST_DISTANCE = 0.05  # of an input that decides anything


class PairGiven(NamedTuple):
    """Probability given two inputs.

    Attributes
    ----------
    places : tuple of int
        Of the two inputs.
    values : array, shape (2, score)
        Of each, in its unit.
    shares : array, shape (score, score)
        Probability at values of the first and of the second.
    """

    places: tuple[int, int]
    values: Array
    shares: Array


def pair_given(cell: ClaimCell) -> PairGiven | None:
    """Return the probability given the two most decisive inputs; None where there are no two.

    These are independent, have many values, and separate success from failure most.
    """
    if not cell.is_open or cell.margins.size < _LEAST_DRAWS:
        return None
    apart = [
        0.0 if own.bins.has_few_values else float(distances(cell, k)[0])
        for k, own in enumerate(cell.inputs)
    ]
    order = [int(k) for k in np.argsort(-np.array(apart), kind="stable")]
    order = [k for k in order if apart[k] >= _LEAST_DISTANCE and _is_open(cell.inputs[k])]
    if not order:
        return None
    first = cell.inputs[order[0]]
    others = [k for k in order[1:] if not cell.inputs[k].streams & first.streams]
    if not others:
        return None
    pair = first, cell.inputs[others[0]]
    values = np.stack([_values(own) for own in pair])
    return PairGiven((order[0], others[0]), values, _shares(pair, cell.clipped))


def _is_open(own: InputDraws) -> bool:
    """Tell whether an input follows a law alone, with no value that many draws have."""
    return own.is_law and bool((np.diff(_values(own)) > 0).all())


def _values(own: InputDraws) -> Array:
    ordered = own.values.ravel()[own.order]
    places = special.ndtr(SCORES) * ordered.size - 0.5
    return np.asarray(np.interp(places, np.arange(ordered.size), ordered))


def _shares(pair: tuple[InputDraws, InputDraws], margins: Array) -> Array:
    """Return the probability at all values of a pair."""
    size, at = margins.size, special.ndtr(SCORES)
    rising = (np.arange(size) + 0.5) / size
    functions, ranks = _functions(rising), np.empty((2, size))
    parts = np.empty((2, *functions.shape))
    for k, one in enumerate(pair):
        ranks[k][one.order], parts[k][one.order] = rising, functions
    bins = np.minimum(ranks * _BINS, _BINS - 1).astype(np.int64)
    place, flat = bins[0] * _BINS + bins[1], margins.ravel()
    here = _products(*parts)
    known = _Regression(place)
    mean = known.fitted(flat)
    apart = flat - here @ mean
    spread = known.fitted(np.abs(apart))
    least = _LEAST_SPREAD * float(np.abs(apart).mean()) or 1.0
    apart /= np.maximum(here @ spread, least)
    looked = _products(*(_functions(own.ravel()) for own in np.meshgrid(at, at, indexing="ij")))
    means = (looked @ mean).reshape(len(at), -1)
    spreads = np.maximum(looked @ spread, least).reshape(len(at), -1)
    found = np.empty((len(at), len(at)))
    for i, rank in enumerate(at):
        begin, end = (int(np.clip(rank + h, 0, 1) * size) for h in (-_WINDOW, _WINDOW))
        near = pair[0].order[begin:end]
        across, moved = ranks[1][near], apart[near]
        for j, other in enumerate(at):
            inside = moved[np.abs(across - other) <= _WINDOW]
            found[i, j] = (means[i, j] + spreads[i, j] * inside > 0).mean()
    return found


class _Regression:
    """Regressions on the ranks of two inputs, by a grid of bins."""

    def __init__(self, place: NDArray[np.int64]) -> None:
        self._place = place
        self._counts = np.bincount(place, minlength=_BINS**2).astype(np.float64)
        parts = (np.arange(_BINS * _PARTS) + 0.5) / (_BINS * _PARTS)
        each = _functions(parts).reshape(_BINS, _PARTS, -1).mean(axis=1)  # over the ranks of a bin
        self._basis = (each[:, np.newaxis, :, np.newaxis] * each[:, np.newaxis, :]).reshape(
            _BINS**2, -1
        )

    def fitted(self, response: Array) -> Array:
        """Return the coefficients of `_products` that say a response best."""
        weights = np.sqrt(self._counts)
        sums = np.bincount(self._place, response, minlength=_BINS**2)
        sides = np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)
        basis = self._basis * weights[:, np.newaxis]
        return np.asarray(np.linalg.lstsq(basis, sides, rcond=None)[0])


def _functions(ranks: Array) -> Array:
    """Return functions of a rank, shape (rank, function)."""
    scores = special.ndtri(ranks)
    return np.stack([np.ones_like(ranks), ranks, scores, scores**2, scores**3], axis=1)


def _products(one: Array, other: Array) -> Array:
    """Return the products of functions of two ranks, shape (pair, function)."""
    return np.asarray((one[:, :, np.newaxis] * other[:, np.newaxis]).reshape(len(one), -1))
