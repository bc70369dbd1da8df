"""The inputs of an output, the one that matters most first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.result.reading import ResultCell, ResultReading, ResultTable

Array = NDArray[np.float64]

METHOD = "sobol"
"""The analysis whose total-order index says how much an input matters."""

LEADING = {METHOD: "ST", "shapley": "shapley"}
"""The analyses that say how much an input matters, the first that was made, and by which array."""

TINY = 0.01
"""Index below which an input hardly matters."""

_MOST_CELLS = 3


@dataclass(frozen=True)
class Ranking:
    """Inputs of an output, the one that matters most first, over the cells looked at.

    Parameters
    ----------
    names : tuple of str
        All inputs, by their largest index.
    cells : tuple of ResultCell
        Cells of the study as written whose draws vary, not more than three.
    place : mapping of str to int
        Where each input stands in the arrays of a cell.
    """

    names: tuple[str, ...]
    cells: tuple[ResultCell, ...]
    place: Mapping[str, int]
    key: str = "ST"

    @classmethod
    def of(cls, table: ResultTable) -> Ranking:
        """Rank the inputs of a table of one of the `LEADING` analyses, or of total orders."""
        key = LEADING.get(str(table.attrs["method"]), "ST")
        names = [str(name) for name in table.data["input"].values]
        cells = tuple(table.picked(_MOST_CELLS))
        if not cells:
            return cls((), (), {}, key)
        order = order_of(names, np.max([cell.array(key) for cell in cells], axis=0))
        place = {name: k for k, name in enumerate(names)}
        return cls(tuple(names[k] for k in order), cells, place, key)

    def index(self, cell: ResultCell, name: str, key: str) -> float:
        """Return an index or its error for one input; NaN where it is not known."""
        return float(cell.array(key)[self.place[name]])

    def range(self, name: str) -> tuple[float, float]:
        """Return the smallest and the largest index of an input over the cells."""
        values = [self.index(cell, name, self.key) for cell in self.cells]
        return min(values), max(values)

    @property
    def tiny(self) -> list[str]:
        """Inputs whose index is below `TINY` in every cell looked at."""
        return [name for name in self.names if self.range(name)[1] < TINY]


def leading(reading: ResultReading) -> Mapping[str, ResultTable]:
    """Return the tables of the analysis that says how much inputs matter; none without one."""
    made = (reading.analyses[method] for method in LEADING if method in reading.analyses)
    return next(made, {})


def order_of(names: Sequence[str], totals: Array) -> list[int]:
    """Return places by falling index; by name where indices are equal but for rounding."""
    keys = np.nan_to_num(np.round(totals, 9))
    return sorted(range(len(names)), key=lambda k: (-float(keys[k]), names[k]))
