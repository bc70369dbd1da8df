"""Expected value of information on inputs of a claim, by regression on the draws of a run.

Who acts where the margin is expected to be above 0 gains by knowing an input: what the margin is
where it is expected to be above 0 given the input, over what it is without. In each replicate the
regression of all others decides, so that no noise is counted as gain, and an input without bearing
is worth 0.

M. Strong, J. E. Oakley, A. Brennan (2014), doi:10.1177/0272989X13505910.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.main_effects import MainEffects
from mcsus.analysis.rank_bins import RankBins, rising
from mcsus.analysis.replication import standard_error
from mcsus.analysis.shares import jackknife_error

Array = NDArray[np.float64]


def known(values: Array) -> Array:
    """Return the means over replicates, along axis 0, of what cannot be below 0."""
    return np.asarray(np.maximum(values.mean(axis=0), 0.0))


def error(values: Array) -> Array:
    """Return the errors of the means over replicates, along axis 0."""
    return standard_error(values)


def perfect(margins: Array) -> Array:
    """Return the expected value of perfect information, by each replicate of margins."""
    means = margins.mean(axis=1)
    acts = _of_others(means) > 0
    return np.asarray(np.maximum(margins, 0).mean(axis=1) - means * acts)


def gain(margin: MainEffects, group: Sequence[int]) -> Array:
    """Return the expected value of knowing some inputs, by each replicate.

    Parameters
    ----------
    margin : MainEffects
        Regressions of the margin.
    group : sequence of int
        Places of the inputs; NaN of none.

    Returns
    -------
    array, shape (replicate,)
    """
    if not group:
        return np.full(len(margin.response), np.nan)
    sums, fits, _ = _given(margin, group)
    without = (margin.means[1:] > 0)[:, np.newaxis]
    turned = (fits > 0).astype(float) - without  # where who knows it does otherwise
    return np.asarray((sums * turned).sum(axis=1) / margin.response.shape[1])


def is_everything(cell: ClaimCell, group: Sequence[int]) -> bool:
    """Tell whether who knows some inputs knows whether the claim holds: of others none bears."""
    return set(group) == set(range(len(cell.inputs)))


def settled(cell: ClaimCell) -> Array:
    """Return how far knowing everything is expected to move the probability, by each replicate."""
    each = cell.holds.mean(axis=1)
    return np.asarray(2 * each * (1 - each))


def change(success: MainEffects, group: Sequence[int]) -> Array:
    """Return how far knowing some inputs is expected to move the probability, by each replicate."""
    if not group:
        return np.full(len(success.response), np.nan)
    sums, fits, counts = _given(success, group)
    apart = sums - counts * sums.sum(axis=1, keepdims=True) / counts.sum(axis=1, keepdims=True)
    above = fits > success.means[1:, np.newaxis]
    return np.asarray(2 * (apart * above).sum(axis=1) / success.response.shape[1])


def halved_spread(cell: ClaimCell, k: int) -> tuple[float, float]:
    """Return the probability with half the spread of an input about its median, and its error.

    It is the probability given the input, over values half as far from the median in normal
    scores, as `mcsus.analysis.narrowed` has them; NaN where the input has few values, which need
    not be numbers of anything.
    """
    own, success = cell.inputs[k], cell.of_success
    if own.bins.has_few_values:
        return np.nan, np.nan
    moved = (own.halved - own.bins.counts.sum(axis=0)) / own.values.size
    each = success.means + success.fits[k] @ moved
    return float(np.clip(each[0], 0.0, 1.0)), float(jackknife_error(each[1:]))


def _of_others(each: Array) -> Array:
    """Return the mean of the other replicates; of one, itself."""
    return (each.sum() - each) / (len(each) - 1) if len(each) > 1 else each


def _given(effects: MainEffects, group: Sequence[int]) -> tuple[Array, Array, Array]:
    """Return sums, fits of the others, and counts in bins of what some inputs say together.

    Of several, bins are those of the sum of their effects, which is regressed on in turn: exact
    where they act by one index, else less than what they say: a lower bound.
    """
    if len(group) == 1:
        (k,) = group
        return effects.sums[k], effects.fits[k][1:], effects.inputs[k].bins.counts
    index = np.sum([effects.at_draws(k) for k in group], axis=0)
    bins = RankBins.of(index, rising(index))
    fits = bins.fitted(bins.sums(effects.response))
    sums = bins.sums(effects.response - effects.apart_from(group))
    return sums, fits[1:], bins.counts
