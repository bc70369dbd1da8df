"""Sobol' indices of an output that is one value in many draws: whether it is, and what else.

An output that is 0 in half of the draws, or never, has two questions in one: which inputs decide
whether it is, and which drive it where it is not. The same points answer both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, Method, Pooled, Wants, register
from mcsus.analysis.groups import GroupValues, WantsGroups
from mcsus.analysis.methods.sobol import salib_parts
from mcsus.analysis.pairs import Pairs, correlations
from mcsus.analysis.replication import share_error
from mcsus.analysis.shares import Parts, lopsided_error, pooled_shares, unsettled
from mcsus.result.arrays import ON, UNIT, Entry

Array = NDArray[np.float64]

_LEAST = 0.02  # of the draws, at one value
_NONE = "it takes no value in one draw of 50 or more"
_SEVERAL = "it takes several values in many draws, and replicates differ in which is the first"
_NUMBERS = ("atom", "share", "draws", "centre")
_ALIKE, _OTHERS = "alike", "others_alike"


class _Apart(NamedTuple):
    """What a replicate says.

    Parameters
    ----------
    atom : float
        Value that it takes most often; infinite for never.
    share : float
        Of the draws, at that value.
    draws : int
    indicator : Parts
        Of whether it is at that value.
    centre : float
        What was taken from every other value before it was added up.
    alike, others_alike : Pairs
        Of other values: two that share an input alone, and two that share all but it.
    """

    atom: float
    share: float
    draws: int
    indicator: Parts
    centre: float
    alike: Pairs
    others_alike: Pairs


@register
class Atom(Method):
    """Indices of whether a value is at an atom, and of the values that are not."""

    name = "atom"
    title = "Sobol\u2019 indices of a value that is taken often"
    words = (
        "of an output that is one value, as 0 or never, in many draws: which inputs decide whether "
        "it is, and which drive it where it is not"
    )
    arrays = (
        Entry("S1", ("input",), "1", "first-order index of whether it is", has_error=True),
        Entry("ST", ("input",), "1", "total-order index of whether it is", has_error=True),
        Entry("value_S1", ("input",), "1", "first-order index where it is not", has_error=True),
        Entry("value_ST", ("input",), "1", "total-order index where it is not", has_error=True),
        Entry("at_atom", (), "1", "share of the draws in which it is", has_error=True),
        Entry("atom", (), UNIT, "value that it takes most often; infinite for never"),
    )
    is_for_independent = True
    least_draws = 64

    def wants(self, asked: Asked) -> WantsGroups:  # noqa: ARG002 - the same whatever is asked
        """Return the groups, with values as they are."""
        return WantsGroups(may_be_never=True)

    def told(self, wants: Wants) -> dict[str, str]:  # noqa: ARG002 - the same whatever it wants
        """Say what the indices are of."""
        return {ON: "whether it is at the value that it takes most often, and what it is if not"}

    def estimate(self, data: GroupValues) -> _Apart:
        """Return what one replicate says."""
        values, groups = data.values, data.groups
        atom = _atom(values[:2])
        kept = values != atom
        centre = float(values[:2][kept[:2]].mean()) if kept[:2].any() else 0.0
        others = np.where(kept, values - centre, 0.0)
        indicator = salib_parts(GroupValues((~kept).astype(np.float64), groups))
        moved, moved_kept = others[2 : 2 + groups], kept[2 : 2 + groups]
        return _Apart(
            atom,
            float(1 - kept[:2].mean()),
            values[:2].size,
            indicator._replace(events=values.shape[1]),
            centre,
            Pairs.of(others[1], moved, kept[1], moved_kept),
            Pairs.of(others[0], moved, kept[0], moved_kept),
        )

    def to_arrays(self, estimates: _Apart) -> dict[str, Array]:
        """Return what one replicate says as arrays by name."""
        found = {key: np.array(float(getattr(estimates, key))) for key in _NUMBERS}
        own = estimates.indicator.to_arrays()
        found |= {f"indicator|{key}": array for key, array in own.items()}
        return found | estimates.alike.to_arrays(_ALIKE) | estimates.others_alike.to_arrays(_OTHERS)

    def from_arrays(self, arrays: Mapping[str, Array]) -> _Apart:
        """Return what one replicate says, whose `to_arrays` these are."""
        atom, share, draws, centre = (float(arrays[key]) for key in _NUMBERS)
        own = {k.partition("|")[2]: array for k, array in arrays.items() if "|" in k}
        pairs = (Pairs.from_arrays(name, arrays) for name in (_ALIKE, _OTHERS))
        return _Apart(atom, share, int(draws), Parts.from_arrays(own), centre, *pairs)

    def still(self, estimates: _Apart) -> _Apart:
        """Return what a replicate says in which only rounding varies."""
        return estimates._replace(share=1.0, indicator=estimates.indicator.still())

    def is_still(self, estimates: _Apart) -> bool:
        """Tell whether the output does not vary in a replicate."""
        return estimates.share == 1

    def of_inputs(self, estimates: _Apart, places: Sequence[int]) -> _Apart:
        """Return what a replicate says of some inputs alone."""
        amounts, slopes = (
            {key: array[list(places)] for key, array in own.items()}
            for own in (estimates.indicator.amounts, estimates.indicator.slopes)
        )
        return estimates._replace(
            indicator=estimates.indicator._replace(amounts=amounts, slopes=slopes),
            alike=estimates.alike.take(places),
            others_alike=estimates.others_alike.take(places),
        )

    def pool(self, replicates: Sequence[_Apart]) -> Pooled:
        """Return the indices of both questions; none where there is no such value."""
        shares = np.array([own.share for own in replicates])
        if self.reason(replicates) or shares.mean() == 1:
            return Pooled(self._nothing(len(replicates[0].alike.pairs)))
        told = pooled_shares([own.indicator for own in replicates])
        values = dict(told.values)
        errors = {f"{key}_error": error for key, error in told.errors.items()}
        centres = np.array([own.centre for own in replicates])
        for key, name in (("value_S1", "alike"), ("value_ST", "others_alike")):
            off = centres - centres.mean()
            sums = [
                getattr(own, name).from_centre(d) for own, d in zip(replicates, off, strict=True)
            ]
            known = correlations(sums)
            known = known if name == "alike" else 1 - known
            values[key], errors[f"{key}_error"] = known[0], lopsided_error(known[1:])
        values |= {"at_atom": shares.mean(), "atom": np.array(_first(replicates).atom)}
        errors["at_atom_error"] = share_error(shares, replicates[0].draws)
        return Pooled({**values, **errors}, unsettled(told))

    def reason(self, replicates: Sequence[_Apart]) -> str:
        """Return why there is no such value, if there is none."""
        if np.mean([own.share for own in replicates]) < _LEAST:
            return _NONE
        return _SEVERAL if len({own.atom for own in replicates if own.share < 1}) > 1 else ""

    def _nothing(self, inputs: int) -> dict[str, Array]:
        entries = [part for own in self.arrays for part in own.variables]
        return {own.name: np.full((inputs,) * len(own.dims), np.nan) for own in entries}

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by how much an input decides whether it is at that value."""
        return means["ST"]


def _first(replicates: Sequence[_Apart]) -> _Apart:
    """Return a replicate in which the output varies."""
    return next(own for own in replicates if own.share < 1)


def _atom(values: Array) -> float:
    """Return the value that is taken most often: never and 0 before any other, if often enough."""
    for known in (np.inf, 0.0):
        if (values == known).mean() >= _LEAST / 2:
            return known
    each, counts = np.unique(values, return_counts=True)
    return float(each[np.argmax(counts)])
