"""Indices of first and total order of inputs that may depend on each other, of both kinds.

What an input tells of the others is a part of its full indices, and of no independent one. The full
index of first order and the independent one of total order are those of S. Kucherenko, S. Tarantola
and P. Annoni (2012), doi:10.1016/j.cpc.2011.12.020; the other two are those of T. A. Mara,
S. Tarantola and P. Annoni, Environmental Modelling & Software 72 (2015), 173. Two evaluations for
each input give all four, by the estimators of Sobol' indices: where inputs are independent, they
are these.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, register
from mcsus.analysis.groups import GroupValues
from mcsus.analysis.methods.sobol import salib_parts
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.redraws import RedrawnValues, Redraws, WantsRedraws
from mcsus.analysis.settled import SETTLED
from mcsus.analysis.shares import Parts
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_ALONE = 10  # inputs up to which each has indices of its own, however small
_FULL = {"S1": "S1", "ST": "ST_full"}
_INDEPENDENT = {"S1": "S1_independent", "ST": "ST"}


@register
class Kucherenko(MethodOfShares):
    """Full and independent indices."""

    name = "kucherenko"
    title = "Kucherenko indices"
    words = (
        "the share of the variance that would go if an input were known, with what it tells of "
        "the inputs that depend on it, and the share that would remain if all others were"
    )
    arrays = (
        Entry("S1", ("input",), "1", "first order, full", has_error=True),
        Entry("ST_full", ("input",), "1", "total order, full", has_error=True),
        Entry("S1_independent", ("input",), "1", "first order, independent", has_error=True),
        Entry("ST", ("input",), "1", "total order, independent", has_error=True),
        *SETTLED,
    )
    is_for_dependent = True
    least_draws = 64

    def wants(self, asked: Asked) -> WantsRedraws:  # noqa: ARG002 - they are the same for all
        """Return A with each input of B and the rest given it, and A but for each input."""
        return WantsRedraws(_one_by_one, _ALONE, size=lambda groups: 2 * groups)

    def estimate(self, data: RedrawnValues) -> Parts:
        """Return the parts of the variance in one replicate."""
        groups = len(data.redraws.known) // 2
        parts = salib_parts(GroupValues(data.values, 2 * groups))
        full, independent = slice(groups), slice(groups, None)
        return parts._replace(
            amounts=_named(parts.amounts, full, independent),
            slopes=_named(parts.slopes, full, independent),
        )

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by what would go if the input were known."""
        return means["S1"]


def _one_by_one(groups: int, draws: int, random: np.random.Generator) -> Redraws:  # noqa: ARG001
    """Return each group known, as at B; then all but each, as at A."""
    alone = np.eye(groups, dtype=bool)
    known = np.concatenate([alone, ~alone])[:, np.newaxis]
    return Redraws(known, np.arange(2 * groups) < groups)


def _named(found: Mapping[str, Array], full: slice, independent: slice) -> dict[str, Array]:
    told = {name: found[key][full] for key, name in _FULL.items() if key in found}
    return told | {
        name: found[key][independent] for key, name in _INDEPENDENT.items() if key in found
    }
