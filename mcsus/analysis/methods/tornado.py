"""The tornado diagram: each input at the ends of its range, all others typical."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcsus.analysis.base import Array, Asked, register
from mcsus.analysis.one_at_a_time import INTERACTIONS, OneAtATime
from mcsus.analysis.typical import TypicalValues, WantsTypical
from mcsus.result.arrays import Entry

_ENDS = (0.05, 0.95)


@register
class Tornado(OneAtATime):
    """The output with one input at a time at its 5th and at its 95th percentile."""

    name = "tornado"
    title = "Tornado"
    words = (
        "where an output goes if one input is at its 5th or at its 95th percentile and all others "
        "are typical; what inputs do together is not seen"
    )
    arrays = (
        Entry("low_output", ("input",), "{unit}", "output with the input at its 5th percentile"),
        Entry("high_output", ("input",), "{unit}", "output with the input at its 95th percentile"),
        Entry("swing", ("input",), "{unit}", "range of the output: at both, and where typical"),
        Entry("low_value", ("input",), "", "5th percentile of the input; none of several"),
        Entry("typical_value", ("input",), "", "its typical value"),
        Entry("high_value", ("input",), "", "its 95th percentile"),
        Entry("value_unit", ("input",), "", "unit of these", holds=str),
        Entry("typical", (), "{unit}", "output where all inputs are typical"),
        INTERACTIONS,
    )

    def wants(self, asked: Asked) -> WantsTypical:  # noqa: ARG002 - the ends are always the same
        """Return both ends."""
        return WantsTypical(probabilities=_ENDS)

    def estimate(self, data: TypicalValues) -> dict[str, Array]:
        """Return the output at the ends of each input, and these."""
        low, high = data.output.T
        with np.errstate(invalid="ignore"):  # of what is never
            ends = [np.minimum(low, high), np.maximum(low, high)]
            swing = np.maximum(ends[1], data.typical) - np.minimum(ends[0], data.typical)
        keys = ("typical_value", "low_value", "high_value")
        return {
            "low_output": low,
            "high_output": high,
            "swing": swing,
            **dict(zip(keys, data.inputs.T, strict=True)),
            "value_unit": np.array(data.units, dtype=str),
            "typical": np.asarray(data.typical),
        }

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by how far the output swings; where it may be never, before all others."""
        swings = means["swing"]
        if np.isnan(swings).all():
            return swings
        return np.nan_to_num(swings, nan=-1.0)
