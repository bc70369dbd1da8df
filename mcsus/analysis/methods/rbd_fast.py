"""First-order indices by the first harmonics of an output along each input: RBD-FAST."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.even_draws import noise_of_means
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.methods.given_data import at_the_ends, class_ends, of_classes, with_dummy
from mcsus.analysis.rank_bins import RankBins
from mcsus.analysis.shares_of_classes import Products
from mcsus.analysis.steps import steps_along
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_HARMONICS, _LEAST = 48, 24
_WAVE_DRAWS = 64  # of all draws for a harmonic
_SMALL = 1e-9  # of a harmonic, that those before it leave of it: of inputs with few values
_MOST_SHORT = 0.5  # of a share, that is put right
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
        "the share of the variance that would go if an input were known, by waves along its ranks "
        "and what waves that are too fast let expect; needs no run of its own"
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
        most = min(max(draws.independent // _WAVE_DRAWS, _LEAST), _HARMONICS)
        return with_dummy(draws, [_products(draws, k, most) for k in range(len(draws.inputs) + 1)])

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def _products(draws: GivenDraws, k: int, most: int) -> Products:
    """Return the products of an input, by so many harmonics; of few values, by all there are."""
    ends = np.arange(1, _CLASSES) / _CLASSES
    classes = draws.classes(k, ends)
    places, count = classes.bins[0], len(classes.ranks)
    if count == 1:
        return Products.none(draws.count)
    if classes.has_few_values:  # as many harmonics as values say what these say
        return of_classes(draws, classes, k)
    steps = steps_along(draws, k, class_ends(draws.independent)[1::2])
    if steps.size:
        classes = draws.classes_between(k, np.union1d(ends, steps))
        places, count = classes.bins[0], len(classes.ranks)
        waves, orders = _waves(classes, most, steps)
    else:
        waves, orders = draws.once(("waves", k), lambda: _waves(classes, most))
    sizes = np.bincount(draws.blocks)[:, np.newaxis]
    means = np.asarray(draws.by_block(places, count, draws.centred) @ waves / sizes)
    found = Products.of_waves(means, orders, float(draws.variances.mean()))
    missing = _dealt_out(draws, places, waves, means)
    outer = draws.classes(k, class_ends(draws.independent))
    unsure = at_the_ends(draws, k, outer, (waves @ means.mean(axis=0))[places])
    found = found.plus(max(found.mean, 0.0) * missing / (1 - missing), unsure)
    if not draws.is_even_with(k):
        return found
    squares = float((means.mean(axis=0) ** 2).sum())
    return found.on_even_draws(squares, noise_of_means(draws, k, len(orders)))


def _dealt_out(draws: GivenDraws, places: Integers, waves: Array, means: Array) -> float:
    """Return the share that products of blocks fall short by, as each rank is in one of them only.

    A block that has more of what the input says leaves less to the others, as far as blocks differ
    in their ranks: hardly, where each is stratified.
    """
    whole = means.mean(axis=0)
    fitted, square = waves @ whole, float(whole @ whole)
    own = draws.by_block(places, len(waves)) / np.bincount(draws.blocks)[:, np.newaxis]
    short = float(((own * fitted) @ waves).var(axis=0, ddof=1).sum()) / draws.count
    return min(short / square, _MOST_SHORT) if square > 0 else 0.0


def _waves(
    classes: RankBins, most: int, steps: Array | Sequence[float] = ()
) -> tuple[Array, Integers]:
    """Return harmonics of the ranks, orthonormal over the draws, and the number of each.

    Steps of an input make them less; without steps they are as they were but for the width of a
    class. Steps of the output, at some ranks, come before them, so that no wave tells of these.
    """
    whole = np.arange(1, most + 1)
    waves = np.cos(np.pi * np.outer(classes.ranks, whole))
    beyond = np.greater.outer(classes.ranks, np.asarray(steps))
    plain = np.column_stack([np.ones(len(classes.ranks)), beyond, waves])
    orders = np.r_[np.zeros(1 + len(steps), dtype=int), whole]
    weights = np.sqrt(classes.counts.sum(axis=0) / classes.counts.sum())[:, np.newaxis]
    apart, size = np.linalg.qr(plain[:, : len(weights)] * weights)
    kept = np.abs(np.diag(size)) > _SMALL
    kept[0] = False  # the mean
    return np.asarray((apart / weights)[:, kept]), orders[: len(kept)][kept]
