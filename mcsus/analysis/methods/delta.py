"""Borgonovo's delta: how far the whole law of an output moves if an input is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.gaps_of_classes import Gaps, class_gaps, crossed_error
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.replication import standard_error
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_LOST, _UNSURE = 2 / 3, 1 / 3  # of what half as many classes lose more


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
    Draws decide smoothed, or as they are where these find more: a step is not smooth.
    """
    coarser = gaps.coarser()
    smooth, plain = (
        (_total(gaps, own), _total(coarser, its))
        for own, its in ((gaps.told_by, coarser.told_by), (gaps.plain, coarser.plain))
    )
    more = plain[0] - smooth[0]
    found, less = plain if more.mean() > standard_error(more) else smooth
    lost = found - less
    each = found + _LOST * lost
    return float(each.mean()), float(np.hypot(crossed_error(each), _UNSURE * lost.mean()))


def _total(gaps: Gaps, tell: Callable[[Array], Array]) -> Array:
    """Return the probability that is elsewhere given the input, as each block says.

    Others decide where it is; what half of them lose more is added once again.
    """
    by_all, by_half = (
        (gaps.apart * (tell(own) > 0)).sum(axis=(1, 2)) for own in (gaps.others, gaps.half)
    )
    return np.asarray(2 * by_all - by_half)
