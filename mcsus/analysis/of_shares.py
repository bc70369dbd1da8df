"""What methods have in common that say which share of the variance each input has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Method, Pooled
from mcsus.analysis.settled import SETTLED, Compared, compared, orders
from mcsus.analysis.shares import Parts, Shares, pooled_shares, unsettled

Array = NDArray[np.float64]


class MethodOfShares(Method):
    """A method whose replicates say parts of a variance, and all of them shares of it."""

    def to_arrays(self, estimates: Parts) -> dict[str, Array]:
        """Return the parts as arrays by name."""
        return estimates.to_arrays()

    def from_arrays(self, arrays: Mapping[str, Array]) -> Parts:
        """Return the parts whose `to_arrays` these are."""
        return Parts.from_arrays(arrays)

    def still(self, estimates: Parts) -> Parts:
        """Return the parts of a replicate in which only rounding varies."""
        return estimates.still()

    def is_still(self, estimates: Parts) -> bool:
        """Tell whether the output does not vary in a replicate."""
        return estimates.is_still

    def of_inputs(self, estimates: Parts, places: Sequence[int]) -> Parts:
        """Return the parts of some inputs alone."""
        amounts, slopes = (
            super(MethodOfShares, self).of_inputs(own, places)
            for own in (estimates.amounts, estimates.slopes)
        )
        return estimates._replace(amounts=amounts, slopes=slopes)

    def pool(self, replicates: Sequence[Parts]) -> Pooled:
        """Return the shares of all replicates, with their errors."""
        shares = pooled_shares(replicates)
        errors = {f"{key}_error": error for key, error in shares.errors.items()}
        told = {}
        if SETTLED[0] in self.arrays:
            told = orders(self.ranking(shares.values), self.ranking(shares.each))
        return Pooled({**shares.values, **errors, **told}, self.doubt(shares))

    def compared(self, replicates: Sequence[Parts], places: int) -> Compared:
        """Return the pairs of inputs that decide the first places of the ranking."""
        shares = pooled_shares(replicates)
        return compared(self.ranking(shares.values), self.ranking(shares.each), places)

    def doubt(self, shares: Shares) -> str:
        """Say why shares are not known, if so; empty where there are none, or no errors."""
        return unsettled(shares)
