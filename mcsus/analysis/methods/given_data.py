"""First-order indices from the draws of an ordinary run, by classes of each input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.chance import by_chance
from mcsus.analysis.even_draws import noise_of_means
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.rank_bins import RankBins
from mcsus.analysis.shares_of_classes import Products, told
from mcsus.analysis.steps import steps_along
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_CLASS_DRAWS, _LEAST, _MOST = 64, 8, 256
_END_DRAWS = 16  # of the outermost classes, where a long tail lies
_LINE = 2  # numbers that a line has


@register
class GivenData(FromDraws):
    """Variance between classes of an input, over the variance.

    E. Plischke, E. Borgonovo, C. L. Smith (2013), doi:10.1016/j.ejor.2012.11.047.
    """

    name = "given_data"
    title = "First-order indices from the draws"
    words = (
        "the share of the variance that would go if an input were known, and with it what it says "
        "of inputs that depend on it; needs no run of its own"
    )
    measure = "S1"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index", has_error=True),
        Entry("dummy", (), "1", "the same of an input without bearing", has_error=True),
    )

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return the indices, and that of an input without bearing."""
        ends = class_ends(draws.independent)
        shares = [_products(draws, k, ends) for k in range(len(draws.inputs) + 1)]
        return with_dummy(draws, shares)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def class_ends(draws: int) -> Array:
    """Return ranks between classes of equal size; of the outer ones, halves and halves of these."""
    count = min(max(draws // _CLASS_DRAWS, _LEAST), _MOST)
    halvings = max(int(np.log2(draws / count / _END_DRAWS)), 0)
    tails = 0.5 ** np.arange(1, halvings + 1) / count
    return np.sort(np.concatenate([np.arange(1, count) / count, tails, 1 - tails]))


def with_dummy(draws: GivenDraws, products: list[Products]) -> Pooled:
    """Return shares of the variance, that of an input without bearing last."""
    (shares, errors), doubt = told(products, draws.variances)
    errors = np.sqrt(errors**2 + by_chance(draws, class_ends(draws.independent), shares))
    if not draws.has_errors:
        errors, doubt = np.full_like(errors, np.nan), ""
    known = {"S1": shares[:-1], "S1_error": errors[:-1]}
    return Pooled(known | {"dummy": shares[-1], "dummy_error": errors[-1]}, doubt)


def _products(draws: GivenDraws, k: int, ends: Array) -> Products:
    """Return the products of an input: by classes, and beyond, as these do not tell all apart."""
    classes = draws.classes(k, ends)
    if len(classes.ranks) == 1:
        return Products.none(draws.count)
    if classes.has_few_values:
        return of_classes(draws, classes, k)
    coarser = ends[1::2]
    steps = steps_along(draws, k, coarser)
    if not steps.size:
        fine, coarse = classes, draws.classes(k, coarser)
    else:
        fine, coarse = (draws.classes_between(k, np.union1d(own, steps)) for own in (ends, coarser))
    found = of_classes(draws, fine, k).beyond(of_classes(draws, coarse, k))
    means = np.bincount(fine.bins[0], draws.centred) / fine.counts.sum(axis=0)
    return found.plus(0.0, unsure=at_the_ends(draws, k, fine, means[fine.bins[0]]))


def at_the_ends(draws: GivenDraws, k: int, classes: RankBins, known: Array) -> float:
    """Return the variance that an input has in its two outermost classes beyond what is known.

    A long tail lies there, of which few draws tell: what a line through what is left of them
    explains, less what it does of noise.

    Parameters
    ----------
    known : array, shape (draw,)
        What is expected of the centred output.
    """
    counts, found = classes.counts.sum(axis=0).astype(int), 0.0
    order = draws.order(k)
    for own in (order[: counts[0]], order[-counts[-1] :]):
        if len(own) > _LINE:
            line = np.arange(len(own)) - (len(own) - 1) / 2
            left = draws.centred[own] - known[own]
            explained = float((line @ left) ** 2 / (line @ line) + left.sum() ** 2 / len(own))
            noise = (float(left @ left) - explained) / (len(own) - _LINE)
            found += max(explained - _LINE * noise, 0.0)
    return found / len(draws.output)


def of_classes(draws: GivenDraws, classes: RankBins, k: int) -> Products:
    """Return the products of an input by some classes of it."""
    places, count = classes.bins[0], len(classes.ranks)
    sums, counts = draws.by_block(places, count, draws.centred), draws.by_block(places, count)
    found = Products.between(sums, counts)
    if not draws.is_even_with(k):
        return found
    squares = (sums.sum(axis=0) ** 2 / counts.sum(axis=0)).sum() / counts.sum()
    return found.on_even_draws(float(squares), noise_of_means(draws, k, count))
