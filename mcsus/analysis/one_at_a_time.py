"""What methods have in common that move one input at a time, and what they cannot see.

Where all others are typical, nothing is told of what inputs do together. How much that is say
Sobol' indices: the share of the variance that no input has alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mcsus.analysis.base import Array, Explained, Method, Pooled
from mcsus.result.arrays import ON, Entry

INTERACTIONS = Entry(
    "interactions",
    (),
    "1",
    "share of the variance that is due to interactions, which moving one input at a time cannot "
    "see: 1 less the sum of the first-order indices; its error is that of the indices at most",
    has_error=True,
    is_optional=True,
)


class OneAtATime(Method):
    """A method that moves one input at a time: its numbers are exact, and have no errors."""

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return what the only replicate says."""
        return Pooled(dict(replicates[0]))

    def still(self, estimates: Mapping[str, Array]) -> dict[str, Array]:
        """Return what is told where the output does not move: no numbers."""
        return {
            name: array if array.dtype.kind == "U" else np.full(array.shape, np.nan)
            for name, array in estimates.items()
        }

    def is_still(self, estimates: Mapping[str, Array]) -> bool:
        """Tell whether the output does not move."""
        numbers = (array for array in estimates.values() if array.dtype.kind == "f")
        return not any(bool(np.isfinite(array).any()) for array in numbers)


def with_interactions(tables: Mapping[str, Explained]) -> dict[str, Explained]:
    """Return what methods say, with interactions beside those that cannot see any, where known.

    Parameters
    ----------
    tables : mapping of str to Explained
        By name of the output; of other methods than Sobol' indices with a mark behind it.
    """
    return {name: _beside(own, tables.get(name.partition("@")[0])) for name, own in tables.items()}


def _beside(own: Explained, indices: Explained | None) -> Explained:
    if not isinstance(own.method, OneAtATime) or indices is None or ON in indices.told:
        return own
    if "S1" not in indices.values:
        return own
    share = 1 - indices.values["S1"].sum(axis=1)
    error = indices.values["S1_error"].sum(axis=1)
    known = {INTERACTIONS.name: share, INTERACTIONS.error: error}
    return own._replace(values={**own.values, **known})
