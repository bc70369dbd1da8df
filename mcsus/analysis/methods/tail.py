"""Sobol' indices of whether an output lies in its upper part: what drives its highest values.

The indicator of a value above a quantile has indices of its own, which need no moments of the
output; see Raguet and Marrel (2018), https://arxiv.org/abs/1801.10047, target sensitivity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, Wants, register
from mcsus.analysis.groups import GroupValues, WantsGroups
from mcsus.analysis.methods.sobol import salib_parts
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.shares import Parts
from mcsus.declared.items import probability
from mcsus.result.arrays import ON, Entry

Array = NDArray[np.float64]

_BELOW = 0.9


@register
class Tail(MethodOfShares):
    """Indices of the indicator that a value is above a quantile of its output."""

    name = "tail"
    title = "Sobol\u2019 indices of the upper tail"
    words = "which inputs decide whether an output lies in its upper part"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index of the upper tail", has_error=True),
        Entry("ST", ("input",), "1", "total-order index of the upper tail", has_error=True),
    )
    options: ClassVar = {
        "tail_above": probability(
            "of method tail: probability of the quantile above which the upper part lies",
            default=_BELOW,
        ),
    }
    is_for_independent = True
    least_draws = 64

    def wants(self, asked: Asked) -> WantsGroups:
        """Return the groups, with whether a value is above the quantile in place of values."""
        return WantsGroups(above=float(asked.options.get("tail_above") or _BELOW))

    def told(self, wants: Wants) -> dict[str, str]:
        """Say of which part of the output the indices are."""
        above = wants.above if isinstance(wants, WantsGroups) else _BELOW
        return {ON: f"whether it is above its quantile of {above:g}"}

    def estimate(self, data: GroupValues) -> Parts:
        """Return the parts of the variance of the indicator in one replicate."""
        return salib_parts(data)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]
