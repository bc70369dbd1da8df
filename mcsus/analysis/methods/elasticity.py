"""Elasticity: by what percentage an output changes if an input does by one percent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from mcsus.analysis.base import Array, Asked, register
from mcsus.analysis.one_at_a_time import INTERACTIONS, OneAtATime
from mcsus.analysis.typical import TypicalValues, WantsTypical
from mcsus.result.arrays import Entry

_STEP = 1e-4  # so that its square is small, and rounding as well
_CORNER = 1e-2  # that both sides differ at least; less is the bend of a curve


@register
class Elasticity(OneAtATime):
    """Relative change of the output for that of one input, all others typical."""

    name = "elasticity"
    title = "Elasticity"
    words = (
        "by how many percent an output changes if one input does by one percent and all others are "
        "typical; neither how uncertain an input is nor what inputs do together is seen"
    )
    arrays = (
        Entry(
            "elasticity",
            ("input",),
            "1",
            "relative change of the output for a relative change of the input, upwards and "
            "downwards on average; of an input with steps as if it had none",
        ),
        Entry(
            "corner",
            ("input",),
            "1",
            "that upwards less that downwards, where the curve has a corner; else 0",
        ),
        Entry("typical_value", ("input",), "", "of the input; none where it has several"),
        Entry("value_unit", ("input",), "", "unit of that", holds=str),
        Entry("typical", (), "{unit}", "output where all inputs are typical"),
        INTERACTIONS,
    )

    def wants(self, asked: Asked) -> WantsTypical:  # noqa: ARG002 - the steps are always the same
        """Return a small step to either side."""
        return WantsTypical(changes=(-_STEP, _STEP))

    def estimate(self, data: TypicalValues) -> dict[str, Array]:
        """Return the elasticities at the typical point; none where the output is 0 there."""
        with np.errstate(all="ignore"):
            down, up = ((data.output / data.typical - 1) / [-_STEP, _STEP]).T
        middle = (down + up) / 2
        has_corner = np.abs(up - down) > _CORNER * np.maximum(1, np.abs(middle))
        return {
            "elasticity": middle,
            "corner": np.where(has_corner, up - down, 0.0),
            "typical_value": data.inputs[:, 0],
            "value_unit": np.array(data.units, dtype=str),
            "typical": np.asarray(data.typical),
        }

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by size."""
        return np.abs(means["elasticity"])
