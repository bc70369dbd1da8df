"""First-order indices by the first harmonics of an output along each input: RBD-FAST."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.methods.given_data import told
from mcsus.analysis.rank_bins import RankBins
from mcsus.analysis.shares_of_classes import Products
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_HARMONICS, _FURTHER = 10, 20
_LEFT = 2  # times what the further ones add: what all beyond the first ones may
_SMALL = 1e-9  # of a harmonic, that those before it leave of it: of inputs with few values
_CLASSES = 1024  # of ranks, along which no harmonic bends


@register
class RbdFast(FromDraws):
    """What harmonics of the ranks of an input say, over the variance.

    S. Tarantola, D. Gatelli, T. A. Mara (2006), doi:10.1016/j.ress.2005.06.003; from draws,
    E. Plischke (2010), doi:10.1016/j.ress.2009.11.005. Products of different replicates have no
    bias to be taken off, on points that are stratified as on independent ones.
    """

    name = "rbd_fast"
    title = "RBD-FAST"
    words = (
        "the share of the variance that would go if an input were known, by ten harmonics and what "
        "ten more let expect beyond; needs no run of its own"
    )
    is_of_numbers = True
    measure = "S1"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index", has_error=True),
        Entry("dummy", (), "1", "the same of an input without bearing", has_error=True),
    )
    is_for_independent = True

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return the indices, and that of an input without bearing."""
        means = [_means(draws, k) for k in range(len(draws.inputs) + 1)]
        first = told(draws, [Products.of_means(own[:, :_HARMONICS]) for own in means])
        more = told(draws, list(map(Products.of_means, means))).values
        return Pooled({**first.values, **_with_what_is_left(first.values, more)}, first.doubt)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def _with_what_is_left(first: Mapping[str, Array], more: Mapping[str, Array]) -> dict[str, Array]:
    """Return the shares with what harmonics that are left out may add; half of it is an error."""
    told: dict[str, Array] = {}
    for name in ("S1", "dummy"):
        left = _LEFT * np.maximum(more[name] - first[name], 0.0)
        told[name] = first[name] + left
        told[f"{name}_error"] = np.hypot(first[f"{name}_error"], left / 2)
    return told


def _means(draws: GivenDraws, k: int) -> Array:
    """Return the means of the output times each harmonic, shape (block, harmonic)."""
    classes = draws.classes(k, np.arange(1, _CLASSES) / _CLASSES)
    if len(classes.ranks) == 1:
        return np.zeros((draws.count, 1))
    waves = draws.once(("waves", k), lambda: _waves(classes))
    sums = draws.by_block(classes.bins[0], len(classes.ranks), draws.centred)
    return np.asarray(sums @ waves / np.bincount(draws.blocks)[:, np.newaxis])


def _waves(classes: RankBins) -> Array:
    """Return harmonics of the ranks, orthonormal over the draws: steps of an input make them less.

    Without steps they are so but for the width of a class.
    """
    plain = np.sqrt(2) * np.cos(np.pi * np.outer(classes.ranks, np.arange(_FURTHER + 1)))
    weights = np.sqrt(classes.counts.sum(axis=0) / classes.counts.sum())[:, np.newaxis]
    apart, size = np.linalg.qr(plain[:, : len(weights)] * weights)
    kept = np.abs(np.diag(size)) > _SMALL
    kept[0] = False  # the mean
    return np.asarray((apart / weights)[:, kept])
