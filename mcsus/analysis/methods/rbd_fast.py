"""First-order indices by the first harmonics of an output along each input: RBD-FAST."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.methods.given_data import told
from mcsus.analysis.shares_of_classes import Products
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_HARMONICS = 10
_CLASSES = 1024  # of ranks, along which no harmonic bends


@register
class RbdFast(FromDraws):
    """What the first ten harmonics of the ranks of an input say, over the variance.

    S. Tarantola, D. Gatelli, T. A. Mara (2006), doi:10.1016/j.ress.2005.06.003; from draws,
    E. Plischke (2010), doi:10.1016/j.ress.2009.11.005. Products of different replicates have no
    bias to be taken off, on points that are stratified as on independent ones.
    """

    name = "rbd_fast"
    title = "RBD-FAST"
    words = (
        "the share of the variance that would go if an input were known, as far as ten harmonics "
        "tell it; needs no run of its own"
    )
    is_of_numbers = True
    measure = "S1"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index in ten harmonics", has_error=True),
        Entry("dummy", (), "1", "the same of an input without bearing", has_error=True),
    )
    is_for_independent = True

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return the indices, and that of an input without bearing."""
        return told(draws, [_products(draws, k) for k in range(len(draws.inputs) + 1)])

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def _products(draws: GivenDraws, k: int) -> Products:
    classes = draws.classes(k, np.arange(1, _CLASSES) / _CLASSES)
    if len(classes.ranks) == 1:
        return Products.none(draws.count)
    waves = np.sqrt(2) * np.cos(np.pi * np.outer(classes.ranks, np.arange(1, _HARMONICS + 1)))
    sums = draws.by_block(classes.bins[0], len(classes.ranks), draws.centred)
    return Products.of_means(sums @ waves / np.bincount(draws.blocks)[:, np.newaxis])
