"""The interval of an output if one input were known: a run with it at its median."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from mcsus.analysis.base import Array, Asked, Method, Pooled, register
from mcsus.analysis.narrowed import NarrowedValues, WantsNarrowed, last_if_not_told
from mcsus.analysis.rank_bins import without_each
from mcsus.analysis.shares import jackknife_error
from mcsus.result.arrays import Entry


@register
class Known(Method):
    """The 95 % interval with one input at its median, as a part of what it is without."""

    name = "known"
    title = "If one input were known"
    words = (
        "where the 95 % interval would lie if an input were known to be at its median, with what "
        "it says of those that depend on it"
    )
    arrays = (
        Entry("narrowed", ("input",), "1", "part of the interval that goes", has_error=True),
        Entry(
            "low_position",
            ("input",),
            "1",
            "where its low end would lie: 0 at the low end of the interval, 1 at the high one",
            has_error=True,
        ),
        Entry("high_position", ("input",), "1", "where its high end would lie so", has_error=True),
    )
    least_draws = 64

    def wants(self, asked: Asked) -> WantsNarrowed:  # noqa: ARG002 - they are always the same
        """Return the interval with each input known."""
        return WantsNarrowed((math.inf,))

    def estimate(self, data: NarrowedValues) -> dict[str, Array]:
        """Return the ends in one replicate."""
        low, high = data.narrowed[0].T
        return {"ends": data.ends, "low_position": low, "high_position": high}

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return where mean ends lie between mean ends, with errors of leaving out each."""
        told = [own for own in replicates if not self.is_still(own)] or replicates[:1]
        every = {key: without_each(np.array([own[key] for own in told])) for key in told[0]}
        ends = every["ends"][:, :, np.newaxis]
        with np.errstate(invalid="ignore", divide="ignore"):  # of what does not vary
            low, high = (
                (every[key] - ends[:, 0]) / (ends[:, 1] - ends[:, 0])
                for key in ("low_position", "high_position")
            )
        found = {"narrowed": 1 - (high - low), "low_position": low, "high_position": high}
        values = {key: np.where(np.isfinite(own[0]), own[0], np.nan) for key, own in found.items()}
        with np.errstate(invalid="ignore"):
            errors = {f"{key}_error": jackknife_error(own[1:]) for key, own in found.items()}
        return Pooled(values | errors)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by how far the interval narrows; last what is not looked at."""
        return last_if_not_told(means["narrowed"])
