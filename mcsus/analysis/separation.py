"""Which inputs tell the draws in which a claim holds from those in which it does not."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.prim import Box, best_box, peeled, quasi_p
from mcsus.analysis.rank_bins import without_each

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_DUMMIES = 20
_CANDIDATES = 6  # inputs that a box may be about
_BOX_DRAWS = 1 << 14  # that it is found by


def distances(cell: ClaimCell, k: int) -> Array:
    """Return how far apart an input is where the claim holds and where it does not.

    Kolmogorov's distance of the two laws, at the ends of bins of the ranks.

    Returns
    -------
    array, shape (1 + replicate,)
        From all replicates, then without each of them.
    """
    bins = cell.inputs[k].bins
    hits = bins.sums(cell.holds.astype(np.float64))
    shares = [
        np.cumsum(own, axis=1) / np.maximum(own.sum(axis=1, keepdims=True), 1)
        for own in (without_each(hits), without_each(bins.counts - hits))
    ]
    return np.asarray(np.abs(shares[0] - shares[1]).max(axis=1))


def dummy_distance(holds: Flags) -> float:
    """Return the largest distance of twenty dummies, which tell nothing: what is less is noise."""
    flat = holds.ravel()
    counts = np.array([flat.sum(), flat.size - flat.sum()])
    if not counts.all():
        return 1.0
    weights = np.where(flat, 1 / counts[0], -1 / counts[1])
    return max(float(np.abs(np.cumsum(weights[order])).max()) for order in _dummies(flat.size))


@functools.lru_cache(maxsize=2)
def _dummies(size: int) -> list[NDArray[np.int64]]:
    random = np.random.default_rng(_DUMMIES)
    return [random.permutation(size) for _ in range(_DUMMIES)]


class Found:
    """The box of a claim, of the rarer kind of draws: where it fails, or where it holds.

    Attributes
    ----------
    of_success : bool
        Whether it is one of draws in which the claim holds.
    box : Box
        By place of an input.
    quasi_p : dict of int to float
        See `mcsus.analysis.prim.quasi_p`.
    """

    def __init__(self, cell: ClaimCell, distance: Array, floor: float) -> None:
        self.of_success = cell.probability < 0.5
        told = [int(k) for k in np.argsort(-distance, kind="stable") if distance[k] > floor]
        self.places = told[:_CANDIDATES]
        each = max(_BOX_DRAWS // len(cell.holds), 1)
        kind = (cell.holds == self.of_success)[:, :each].ravel()
        values = [cell.inputs[k].values[:, :each].ravel() for k in self.places]
        if not kind.any():
            values = []
        box = best_box(peeled(values, kind))
        tests = quasi_p(values, kind, box)
        by_place = {self.places[j]: limit for j, limit in box.limits.items()}
        self.box = Box(by_place, *box[1:])
        self.quasi_p = {self.places[j]: value for j, value in tests.items()}
        self.share = box.inside / kind.size
