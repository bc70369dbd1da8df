"""PAWN: how far the distribution of an output moves from slice to slice of an input."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.gaps_of_classes import Gaps, Largest, class_gaps, crossed_error, largest
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.shares import jackknife_error
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_SLICES = 10
_CROSSED = np.sqrt(2)  # as `crossed_error`
_CLASSES_LOSE = 3


@register
class Pawn(FromDraws):
    """Kolmogorov-Smirnov distances of the output in ten slices of an input from that of all draws.

    F. Pianosi, T. Wagener (2018), doi:10.1016/j.envsoft.2018.07.019.
    """

    name = "pawn"
    title = "PAWN"
    words = (
        "how far apart the distribution of an output and that in a slice of an input are, from 0 "
        "to 1: in the middle slice, and in the one where it is most; needs no run of its own"
    )
    measure = "median"
    arrays = (
        Entry("median", ("input",), "1", "median over slices", has_error=True),
        Entry("maximum", ("input",), "1", "largest over slices", has_error=True),
        Entry("dummy_median", (), "1", "median of an input without bearing", has_error=True),
        Entry("dummy_maximum", (), "1", "largest of an input without bearing", has_error=True),
    )

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return both distances of each input, and of one without bearing."""
        found = np.array([_distances(class_gaps(draws, k)) for k in range(len(draws.inputs) + 1)])
        if not draws.has_errors:
            found[:, 1::2] = np.nan
        names = ("median", "median_error", "maximum", "maximum_error")
        known = {key: found[:-1, k] for k, key in enumerate(names)}
        return Pooled(known | {f"dummy_{key}": found[-1, k] for k, key in enumerate(names)})

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by the median."""
        return means["median"]


def _largest(gaps: Gaps) -> Largest:
    """Return the distances of an input in its slices: its values, where these are few."""
    slices = np.arange(len(gaps.ranks))
    if len(slices) > _SLICES:
        slices = np.unique((gaps.ranks * _SLICES).astype(int), return_inverse=True)[1]
    return largest(gaps, slices)


def _distances(gaps: Gaps) -> tuple[float, float, float, float]:
    """Return the median over slices and the largest, each with its error.

    What half as many classes say otherwise is in the error, as places between them are not seen.
    """
    found, coarser = _largest(gaps), _largest(gaps.coarser())
    blocks = len(found.each)
    others = (found.each.sum(axis=0) - found.each) / (blocks - 1)
    median, most = float(np.median(found.each.mean(axis=0))), float(found.most.mean())
    unseen = median - float(np.median(coarser.each.mean(axis=0))), most - coarser.most.mean()
    errors = np.hypot(
        [_CROSSED * jackknife_error(np.median(others, axis=1)), crossed_error(found.most)],
        np.divide(unseen, _CLASSES_LOSE),
    )
    return median, float(errors[0]), most, float(errors[1])
