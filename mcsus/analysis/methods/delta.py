"""Borgonovo's delta: how far the whole law of an output moves if an input is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.gaps_of_classes import Gaps, class_gaps
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.replication import standard_error, student_quantile
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_LOST, _UNSURE = 2 / 3, 0.4  # of what half as many classes lose more
_CHANCE, _UNSURE_CHANCE = 1.7, 0.7  # of what half of the blocks that decide lose more
_CROSSED = 1.2  # what decides is drawn too: 1 where that is clear, root of 2 where by chance alone


@register
class Delta(FromDraws):
    """Half the mean distance of the densities of an output, with and without an input known.

    E. Borgonovo (2007), doi:10.1016/j.ress.2006.04.015.
    """

    name = "delta"
    title = "Moment-independent delta"
    words = (
        "the probability that lies elsewhere once an input is known, from 0 to 1, whatever the "
        "shape of the output; needs no run of its own"
    )
    measure = "delta"
    arrays = (
        Entry("delta", ("input",), "1", "moment-independent delta", has_error=True),
        Entry("dummy", (), "1", "the same of an input without bearing", has_error=True),
    )

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return delta of each input, and of one without bearing."""
        found = np.array([_delta(class_gaps(draws, k)) for k in range(len(draws.inputs) + 1)])
        values, errors = found.T
        if not draws.has_errors:
            errors[:] = np.nan
        known = {"delta": values[:-1], "delta_error": errors[:-1]}
        return Pooled(known | {"dummy": values[-1], "dummy_error": errors[-1]})

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by delta."""
        return means["delta"]


def _delta(gaps: Gaps) -> tuple[float, float]:
    """Return delta and its error.

    Half as many classes lose four times as much of a smooth law, twice as much at steps: what is
    added is between the two, and half of how far they are apart is an error, and some more.
    Half of the blocks that decide lose twice as much by chance, or, where a law has edges that
    are as fine as the draws tell, the root of two times: so once to 2.4 times of what they lose
    more is missing, and half of the difference is an error.
    Draws decide smoothed, or as they are where these find more: a step is not smooth.
    """
    coarser = gaps.coarser()
    smooth, plain = (
        (_total(gaps, own), _total(coarser, its))
        for own, its in ((gaps.told_by, coarser.told_by), (gaps.plain, coarser.plain))
    )
    more = plain[0].each - smooth[0].each
    found, less = plain if more.mean() > standard_error(more) else smooth
    lost = found.each - less.each
    each = found.each + _LOST * lost
    unsure = np.hypot(_UNSURE * lost.mean(), _UNSURE_CHANCE * found.by_chance)
    wide = 2 / student_quantile(len(each))  # so that bounds are twice what is unsure, at all counts
    return float(each.mean()), float(np.hypot(_CROSSED * standard_error(each), wide * unsure))


class _Total(NamedTuple):
    """The probability that is elsewhere given the input.

    Parameters
    ----------
    each : array, shape (block,)
        As each block says, with what is lost by chance.
    by_chance : float
        What half of the blocks that decide lose more.
    """

    each: Array
    by_chance: float


def _total(gaps: Gaps, tell: Callable[[Array], Array]) -> _Total:
    """Return the probability that is elsewhere; others decide where that is."""
    by_all, by_half = (
        (gaps.apart * (tell(own) > 0)).sum(axis=(1, 2)) for own in (gaps.others, gaps.half)
    )
    more = by_all - by_half
    return _Total(by_all + _CHANCE * more, float(more.mean()))
