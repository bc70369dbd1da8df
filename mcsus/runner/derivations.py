"""What is known of the rows that follow from those of the outputs of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.counted import CountedDraws
from mcsus.counting.derived import Derived
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.tally import Tally

Array = NDArray[np.float64]


class Derivations:
    """The draws of derived rows, made again where the rows are held that they follow from.

    Parameters
    ----------
    derived : Derived
    kept : array, shape (row, replicate, draw), or None
        The draws of the rows of the outputs, if they are held.
    tallies : sequence of Tally
        Of each replicate.
    first : int
        Row of the first derived row in these.
    met : mapping of int to HeldDraws
        Row -> the same points with the individuals of every replicate.
    """

    def __init__(
        self,
        derived: Derived,
        kept: Array | None,
        tallies: Sequence[Tally],
        first: int,
        met: Mapping[int, HeldDraws],
    ) -> None:
        self._derived, self._kept, self._tallies = derived, kept, tallies
        self._first, self._met = first, met

    def draws(self, k: int) -> Draws:
        """Return the draws of the k-th, those that stand for no number among them."""
        if self._kept is not None:
            return HeldDraws(self._derived.rows[k].values(self._kept))
        return CountedDraws(self._tallies, self._first + k)

    def means(self, k: int) -> Array:
        """Return the mean of the k-th in each replicate."""
        return np.array([tally.means()[self._first + k] for tally in self._tallies])

    def met(self, k: int) -> HeldDraws | None:
        """Return the k-th at the same points in all replicates, where it depends on individuals."""
        row = self._derived.rows[k]
        if row.of not in self._met:
            return None
        rows: Any = {at: self._met[at].values for at in (row.of, *row.others)}
        return HeldDraws(row.values(rows))

    def averaged(self, k: int, draws: Draws) -> Draws:
        """Return draws as means over replicates, where each met individuals of its own."""
        apart = self._derived.rows[k].meets_individuals and draws.draws > 1
        return AveragedDraws(draws) if apart else draws
