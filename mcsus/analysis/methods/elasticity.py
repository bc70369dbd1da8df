"""Elasticity: by what percentage an output changes if an input does by one percent."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Array, Asked, register
from mcsus.analysis.one_at_a_time import INTERACTIONS, OneAtATime
from mcsus.analysis.typical import TypicalValues, WantsTypical
from mcsus.result.arrays import Entry

Flags = NDArray[np.bool_]

_STEP = 1e-4  # so that its square is small, and rounding as well
_NEAR = 1 / 16  # of a step, where a slope is the same and a jump is all of it
_CORNER = 1e-2  # that both sides differ at least; less is the bend of a curve
_SMOOTH = 2.0  # times: both sides differ as much nearby at a corner, and at a bend that much less
_JUMP = 0.5  # of a slope, by which that of a part of the step differs where the output jumps
_STEPS = np.array([-_STEP, -_NEAR * _STEP, _NEAR * _STEP, _STEP])


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
        Entry("upwards", ("input",), "1", "the same for an input that is larger"),
        Entry("downwards", ("input",), "1", "the same for an input that is smaller"),
        Entry(
            "shape",
            ("input",),
            "",
            "of the curve at the typical value: smooth; corner, where upwards and downwards "
            "differ; or jump, where there is no elasticity",
            holds=str,
        ),
        Entry("typical_value", ("input",), "", "of the input; none where it has several"),
        Entry("value_unit", ("input",), "", "unit of that", holds=str),
        Entry("typical", (), "{unit}", "output where all inputs are typical"),
        INTERACTIONS,
    )

    def wants(self, asked: Asked) -> WantsTypical:  # noqa: ARG002 - the steps are always the same
        """Return a small step to either side, and a part of it."""
        return WantsTypical(changes=tuple(_STEPS.tolist()))

    def estimate(self, data: TypicalValues) -> dict[str, Array]:
        """Return the elasticities at the typical point; none where the output is 0 there."""
        with np.errstate(all="ignore"):
            slopes = (data.output / data.typical - 1) / _STEPS
            down, near_down, near_up, up = slopes.T
            jumps = np.logical_or(_is_jump(down, near_down), _is_jump(up, near_up))
        middle, up, down = (np.where(jumps, np.nan, own) for own in ((down + up) / 2, up, down))
        apart = np.minimum(np.abs(up - down), _SMOOTH * np.abs(near_up - near_down))
        has_corner = apart > _CORNER * np.maximum(1, np.abs(middle))
        shape = np.where(has_corner, "corner", "smooth")
        return {
            "elasticity": middle,
            "upwards": up,
            "downwards": down,
            "shape": np.where(jumps, "jump", np.where(np.isfinite(middle), shape, "")),
            "typical_value": data.inputs[:, 0],
            "value_unit": np.array(data.units, dtype=str),
            "typical": np.asarray(data.typical),
        }

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by size; first where the output jumps."""
        size = np.abs(means["elasticity"])
        return np.where(means["shape"] == "jump", np.nanmax(size, initial=0.0) + 1, size)


def _is_jump(slope: Array, near: Array) -> Flags:
    """Tell where the slope of a part of a step is another one, as it is of no curve."""
    apart = np.abs(near - slope)
    largest = np.maximum(np.abs(near), np.abs(slope))
    return np.asarray((apart > _JUMP * largest) & (apart > _CORNER))
