"""Borgonovo's delta: how far the whole law of an output moves if an input is known."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.gaps_of_classes import class_gaps, crossed_error, total
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]


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
        pairs = [_delta(draws, k) for k in range(len(draws.inputs) + 1)]
        each, added = np.moveaxis(np.array(pairs), 1, 0)
        values = each.mean(axis=1)
        errors = np.hypot(crossed_error(each.T), added.mean(axis=1) / 2)  # half is not known
        if not draws.has_errors:
            errors[:] = np.nan
        known = {"delta": values[:-1], "delta_error": errors[:-1]}
        return Pooled(known | {"dummy": values[-1], "dummy_error": errors[-1]})

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by delta."""
        return means["delta"]


def _delta(draws: GivenDraws, k: int) -> tuple[Array, Array]:
    """Return delta as each block says, and what is in it beyond the classes.

    Half as many classes lose four times as much.
    """
    gaps = class_gaps(draws, k)
    found = total(gaps)
    added = (found - total(gaps.coarser())) / 3
    return found + added, added
