"""What replicates may agree on by chance: shares of draws at levels of two inputs.

Of points that are stratified, a share of draws is nearly the same in all replicates, and of few
replicates all may have one draw too many. Their spread does not tell; that a share is known to
about a draw does.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.rank_bins import RankBins
from mcsus.analysis.replication import share_error, standard_error

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def by_chance(draws: GivenDraws, ends: Array, shares: Array) -> Array:
    """Return the variance of first-order indices that the spread of replicates does not tell.

    It is that of the joint shares of draws of two inputs with few values, as far as these are not
    known, times what a draw more at a place of them does to an index; and the same of the draws
    between steps of the output. 0 if there are neither.

    Parameters
    ----------
    ends : array
        Ranks between the classes of inputs with many values.
    shares : array, shape (input,)
    """
    classes = {k: draws.classes(k, ends) for k in range(len(shares))}
    few = {k: own for k, own in classes.items() if own.has_few_values and len(own.ranks) > 1}
    found = np.zeros(len(shares))
    for k, own in few.items():
        effects = _effects(draws, own, float(shares[k]))
        for other in (few[m] for m in few if m != k):
            count = len(own.ranks) * len(other.ranks)
            places = own.bins[0] * len(other.ranks) + other.bins[0]
            found[k] += _unseen(draws, places, count, effects)
    return found + _by_steps(draws, classes, shares) if draws.steps else found


def _by_steps(draws: GivenDraws, classes: Mapping[int, RankBins], shares: Array) -> Array:
    """Return the variance that comes from how many draws lie between steps of the output."""
    found = np.zeros(len(shares))
    for k, own in classes.items():
        known = draws.classes_between(k, draws.steps[k]) if k in draws.steps else own
        effects = _effects(draws, known, float(shares[k]))
        for other, steps in draws.steps.items():
            places, count = draws.classes_between(other, steps).bins[0], len(steps) + 1
            found[k] += _unseen(draws, places, count, effects)
    return found


def _unseen(draws: GivenDraws, places: Integers, count: int, effects: Array) -> float:
    """Return the variance of a share by how many draws are at each place, beyond their spread."""
    each = draws.by_block(places, count) * draws.count / len(places)
    at = share_error(each, len(places) // draws.count) ** 2 - standard_error(each) ** 2
    drawn = np.maximum(np.bincount(places, minlength=count), 1)
    mean = np.bincount(places, effects, minlength=count) / drawn
    return float((np.maximum(at, 0.0) * mean**2).sum())


def _effects(draws: GivenDraws, classes: RankBins, share: float) -> Array:
    """Return what each draw does to a share of the variance: its influence function."""
    values, places = draws.centred, classes.bins[0]
    expected = (np.bincount(places, values) / np.bincount(places))[places]
    effects = 2 * expected * values - expected**2 - share * values**2
    return np.asarray((effects - effects.mean()) / draws.variances.mean())
