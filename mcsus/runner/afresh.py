"""A claim of a study at points that are given, and points of a design of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity
from mcsus.streams import Design
from mcsus.streams import points as reference_points

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Points:
    """One cell of a claim at points: see `mcsus.analysis.rare.Afresh`.

    Parameters
    ----------
    quantity : Quantity
        The margin of the claim.
    cell : int
        Which of its cells.
    holds : callable
        Tells whether the claim does, from margins.
    streams : collection of str
        Those that the cell depends on.
    places : mapping of str to int
        Dimension of each stream.
    """

    def __init__(
        self,
        kernel: Kernel,
        quantity: Quantity,
        cell: int,
        holds: Callable[[Array], Flags],
        streams: Collection[str],
        places: Mapping[str, int],
        design: Design,
    ) -> None:
        self._kernel, self._plan = kernel, kernel.plan([quantity])
        self._cell, self._holds, self._design = cell, holds, design
        self._places = [places[key] for key in kernel.streams]
        self.columns = [k for k, key in enumerate(kernel.streams) if key in streams]
        self.replicates = design.replicates

    def points(self, mark: str, replicate: int, count: int) -> Array:
        """Return points of a design of its own, shape (draw, stream)."""
        keys = [f"{key}|rare={mark}" for key in self._kernel.streams]
        return np.array(reference_points(self._design, self._places, keys, replicate, 0, count))

    def margins(self, points: Array, replicate: int) -> tuple[Array, Flags]:
        """Return the margins of the claim, and whether it holds, shape (draw,) each."""
        kernel, plan = self._kernel, self._plan
        found = kernel.run_at(plan, points, self._design, replicate)[self._cell, 0]
        return found, self._holds(found[np.newaxis])[0]
