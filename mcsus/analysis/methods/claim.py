"""Sobol' indices of whether a claim holds: which inputs decide it.

What a claim says of a draw, 1 where it holds and 0 where it does not, has indices of its own, as
any output has; see Raguet and Marrel (2018), https://arxiv.org/abs/1801.10047, target sensitivity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, Wants, register
from mcsus.analysis.groups import GroupValues, WantsGroups
from mcsus.analysis.methods.sobol import Sobol, salib_parts
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.settled import SETTLED
from mcsus.analysis.shares import Parts
from mcsus.result.arrays import ON, Entry

Array = NDArray[np.float64]

_SURE = "the claim holds at all points of the analysis, or at none"


@register
class OfClaim(MethodOfShares):
    """Indices of the indicator that a claim holds."""

    name = "claim"
    title = "Decisive inputs"
    words = "which inputs decide whether a claim holds, each by itself and together with others"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index of whether it holds", has_error=True),
        Entry("ST", ("input",), "1", "total-order index of whether it holds", has_error=True),
        Entry(
            "S2",
            ("input", "other_input"),
            "1",
            "second-order index of whether it holds",
            has_error=True,
            is_optional=True,
        ),
        *SETTLED,
    )
    options: ClassVar = {key: Sobol.options[key] for key in ("second_order",)}
    is_for_claims = True
    least_draws = 64

    def wants(self, asked: Asked) -> WantsGroups:
        """Return the groups, with whether a claim holds in place of values."""
        return WantsGroups(bool(asked.options.get("second_order")), of_claims=True)

    def told(self, wants: Wants) -> dict[str, str]:  # noqa: ARG002 - the same whatever it wants
        """Say what the indices are of."""
        return {ON: "whether the claim holds"}

    def estimate(self, data: GroupValues) -> Parts:
        """Return the parts of the variance of the indicator in one replicate."""
        return salib_parts(data)._replace(events=data.values.shape[1])

    def reason(self, replicates: Sequence[Parts]) -> str:
        """Return why no input decides, if none does."""
        return _SURE if all(map(self.is_still, replicates)) else ""

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]
