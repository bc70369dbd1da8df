"""PAWN: how far the distribution of an output moves from slice to slice of an input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.gaps_of_classes import Gaps, class_gaps
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.replication import standard_error
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_SLICES = 10
_VALUES = 200  # classes of the output, at whose ends distributions are compared
_BEYOND = 0.75  # of what half of the blocks lose more than all, that these lose themselves
_CROSSED = 1.2  # errors of numbers that others decide
_SURE = 2  # errors from which draws as they are tell more
_CHANCE = 2  # times one over the root of the draws of a slice
_MORE = 0.1  # in the middle of narrower slices, from which slices are too wide
_UNSEEN = (
    "an input moves the output to and fro within slices of it, which is not seen; given_data tells "
    "how much it matters"
)


@register
class Pawn(FromDraws):
    """Kolmogorov-Smirnov distances of the output in ten slices of an input from that of all draws.

    F. Pianosi, T. Wagener (2018), doi:10.1016/j.envsoft.2018.07.019.
    """

    name = "pawn"
    title = "PAWN"
    words = (
        "how far apart the distribution of an output and that in a slice of an input are, from 0 "
        "to 1: in the middle slice of ten, and in the one where it is most; what goes to and fro "
        "within a slice is not seen; needs no run of its own"
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
        each = range(len(draws.inputs) + 1)
        gaps = [class_gaps(draws, k, _VALUES) for k in each]
        found = np.array([_distances(_slices(own)) for own in gaps])
        is_unseen = [_unseen(own, found[k, 0], draws.independent) for k, own in enumerate(gaps)]
        if not draws.has_errors:
            found[:, 1::2] = np.nan
        names = ("median", "median_error", "maximum", "maximum_error")
        known = {key: found[:-1, k] for k, key in enumerate(names)}
        known |= {f"dummy_{key}": found[-1, k] for k, key in enumerate(names)}
        return Pooled(known, _UNSEEN if any(is_unseen) else "")

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by the median."""
        return means["median"]


class _Told(NamedTuple):
    """A number, and what each block says of it."""

    value: float
    each: Array

    def beyond(self, other: _Told) -> _Told:
        """Return it with a part of what another one lacks added."""
        value, each = self.value - other.value, self.each - other.each
        return _Told(self.value + _BEYOND * value, self.each + _BEYOND * each)

    @property
    def error(self) -> float:
        """Wider than of independent numbers, as what decides is drawn too."""
        return _CROSSED * float(standard_error(self.each))


def _distances(gaps: Gaps) -> tuple[float, float, float, float]:
    """Return the median over slices and the largest, each with its error.

    Draws decide smoothed, or as they are where these find more: a step is not smooth.
    """
    found = []
    for smooth, plain in zip(_told(gaps, gaps.told_by), _told(gaps, gaps.plain), strict=True):
        more = _Told(plain.value - smooth.value, plain.each - smooth.each)
        own = plain if more.value > _SURE * float(standard_error(more.each)) else smooth
        found += [own.value, own.error]
    return found[0], found[1], found[2], found[3]


def _unseen(gaps: Gaps, median: float, draws: int) -> bool:
    """Tell whether narrower slices are much farther apart, beyond what chance makes of them."""
    counts = gaps.counts.sum(axis=0)
    parts = counts.sum(axis=1, keepdims=True)
    apart = np.cumsum(counts / parts - counts.sum(axis=0) / counts.sum(), axis=1)
    narrow = float(np.median(np.abs(apart).max(axis=1)))
    return bool(narrow - median > _MORE + _CHANCE * np.sqrt(len(counts) / draws))


def _told(gaps: Gaps, tell: Callable[[Array], Array]) -> list[_Told]:
    """Return the median and the largest, as others decide of which `tell` says what they hold."""
    by_all, by_half = (_decided(gaps, tell(own)) for own in (gaps.others, gaps.half))
    return [own.beyond(other) for own, other in zip(by_all, by_half, strict=True)]


def _decided(gaps: Gaps, told: Array) -> tuple[_Told, _Told]:
    """Return the median and the largest of the distances at the values that others decide."""
    blocks, parts = len(gaps.counts), gaps.counts.sum(axis=(0, 2)) / gaps.counts.sum()
    found, decided = np.cumsum(gaps.apart, axis=2), np.cumsum(told, axis=2)
    place = np.abs(decided).argmax(axis=2)[:, :, np.newaxis]
    highest = np.take_along_axis(decided, place, axis=2)[:, :, 0]
    each = np.sign(highest) * np.take_along_axis(found, place, axis=2)[:, :, 0] / parts
    chosen = np.abs(highest / parts).argmax(axis=1)[:, np.newaxis]
    most = np.take_along_axis(each, chosen, axis=1)[:, 0]
    median = float(np.median(each.mean(axis=0)))
    without = np.median((each.sum(axis=0) - each) / (blocks - 1), axis=1)
    return (
        _Told(median, blocks * median - (blocks - 1) * without),
        _Told(float(most.mean()), most),
    )


def _slices(gaps: Gaps) -> Gaps:
    """Return the tables of the slices of an input: its values, where these are few."""
    if len(gaps.ranks) <= _SLICES:
        return gaps
    return gaps.merged(np.unique((gaps.ranks * _SLICES).astype(int), return_inverse=True)[1])
