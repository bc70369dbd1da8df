"""The interval of an output if one input were known, from the draws of an ordinary run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.shares import jackknife_error
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_ENDS = (0.025, 0.975)
_SHARE, _LEAST, _MOST = 1 / 32, 512, 1 / 8  # of the draws about the median, and their number


@register
class Known(FromDraws):
    """The 95 % interval with one input at its median, as a part of what it is without."""

    name = "known"
    title = "If one input were known"
    words = (
        "where the 95 % interval would lie if an input were known to be at its median; needs no "
        "run of its own"
    )
    measure = "narrowed"
    arrays = (
        Entry("narrowed", ("input",), "1", "part of the interval that goes", has_error=True),
        Entry(
            "known_low",
            ("input",),
            "1",
            "where its low end would lie: 0 at the low end of the interval, 1 at the high one",
            has_error=True,
        ),
        Entry("known_high", ("input",), "1", "where its high end would lie", has_error=True),
    )

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return where the interval would lie, with errors of leaving out each block."""
        low, high = _ends(draws.output, draws)
        width = np.where(high > low, high - low, np.nan)
        own = [_ends(*_about_median(draws, k)) for k in range(len(draws.inputs))]
        found = np.array([[(one - low) / width, (other - low) / width] for one, other in own])
        each = {
            "narrowed": 1 - (found[:, 1] - found[:, 0]),
            "known_low": found[:, 0],
            "known_high": found[:, 1],
        }
        values = {}
        for key, array in each.items():
            values[key] = array[:, 0]
            error = jackknife_error(array[:, 1:].T)
            values[f"{key}_error"] = error if draws.has_errors else np.full_like(error, np.nan)
        return Pooled(values)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by how far the interval narrows."""
        return means["narrowed"]


def _about_median(draws: GivenDraws, k: int) -> tuple[Array, GivenDraws, NDArray[np.bool_]]:
    """Return the output where an input is about its median, free of the trend, and which they are.

    Of few values, the median is one of them.
    """
    count = len(draws.output)
    half = min(max(_SHARE, _LEAST / count), _MOST) / 2
    classes = draws.classes(k, np.array([0.5 - half, 0.5 + half]))
    below = np.cumsum(classes.counts.sum(axis=0)) / count
    inside = classes.bins[0] == np.argmax(below >= 0.5)
    own = draws.output[inside]
    values = draws.values(k)[inside]
    apart = values - np.median(draws.values(k))
    squares = ((apart - apart.mean()) ** 2).sum()
    if not classes.has_few_values and squares > 0:
        own = own - apart * ((apart - apart.mean()) @ own / squares)
    return own, draws, inside


def _ends(
    output: Array, draws: GivenDraws, inside: NDArray[np.bool_] | None = None
) -> tuple[Array, Array]:
    """Return both ends of the interval, of all draws and without each block."""
    blocks = draws.blocks if inside is None else draws.blocks[inside]
    order = np.argsort(output)
    output, blocks = output[order], blocks[order]
    kept = np.vstack([np.ones_like(blocks), blocks != np.arange(draws.count)[:, np.newaxis]])
    passed = np.cumsum(kept, axis=1)
    low, high = (_quantiles(output, passed, probability) for probability in _ENDS)
    return low, high


def _quantiles(values: Array, passed: Integers, probability: float) -> Array:
    """Return a quantile of some of the values in rising order; the median-unbiased one.

    R. J. Hyndman and Y. Fan (1996), doi:10.2307/2684934, definition 8.

    Parameters
    ----------
    passed : array, shape (selection, value)
        How many of a selection are among the values up to each.
    """
    count = passed[:, -1]
    place = np.clip((count + 1 / 3) * probability + 1 / 3, 1, count)
    below = np.floor(place)
    ends = [(passed < np.minimum(k, count)[:, np.newaxis]).sum(axis=1) for k in (below, below + 1)]
    low, high = (values[np.minimum(end, len(values) - 1)] for end in ends)
    return np.asarray(low + (place - below) * (high - low))
