"""The bins of all stored rows, laid out one after the other for compiled code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.bins import Bins


class Layout:
    """The bins of all stored rows in the form that the compiled code reads.

    Parameters
    ----------
    bins : sequence of Bins or None
        One for each row; a row without is not counted.

    Attributes
    ----------
    counters, exact : array of int64, shape (row + 1,)
        Where the bins and the exact values of each row begin, and the number of all.
    arguments : tuple of array
        Centres, keys, starts, drops and exact values in the order of the compiled functions. A key
        has the numbers of `Bins`, then where starts and exact values of the row begin and end.
    """

    def __init__(self, bins: Sequence[Bins | None]) -> None:
        self.bins = tuple(bins)
        sizes = [(b.first[-1], len(b.drop), len(b.exact)) if b else (0, 0, 0) for b in self.bins]
        ends = np.cumsum(np.array([(0, 0, 0), *sizes], dtype=np.int64), axis=0)
        self.counters, tables, self.exact = ends.T
        key = np.full((len(self.bins), 9), -1, dtype=np.int64)
        starts, drops, exact = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)], []
        for r, known in enumerate(self.bins):
            if known is not None:
                key[r] = [*known.key, *tables[r : r + 2], *self.exact[r : r + 2]]
                starts.append(known.start + self.counters[r])
                drops.append(known.drop)
                exact.append(known.exact)
        self.arguments: tuple[NDArray[np.float64] | NDArray[np.int64], ...] = (
            np.array([b.centre if b else 0.0 for b in self.bins], dtype=np.float64),
            key,
            np.concatenate(starts),
            np.concatenate(drops),
            np.concatenate([np.zeros(0), *exact]),
        )
