"""The binnings of all stored rows, laid out one after the other for compiled code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mcsus.counting.binning import Binning

Integers = NDArray[np.int64]


class Layout:
    """The binnings of all stored rows in the form that the compiled code reads.

    Parameters
    ----------
    binnings : sequence of Binning or None
        One for each row; a row without is not counted.

    Examples
    --------
    >>> from mcsus.counting.binning import Binning
    >>> Layout([None, Binning.of(np.zeros(8), [0.5])]).counters.tolist()
    [0, 0, 1]
    """

    def __init__(self, binnings: Sequence[Binning | None]) -> None:
        self.binnings = tuple(binnings)
        known = [b for b in self.binnings if b is not None]
        sizes = [(b.bins, len(b.child), len(b.low), len(b.threshold)) if b else (0,) * 4
                 for b in self.binnings]  # fmt: skip
        ends = np.cumsum(np.array([(0,) * 4, *sizes], dtype=np.int64), axis=0)
        coarse, slots, nodes, thresholds = ends.T
        self.counters = coarse + slots
        self.thresholds = thresholds
        key = np.full((len(self.binnings), 9), -1, dtype=np.int64)
        for r, binning in enumerate(self.binnings):
            if binning is not None:
                key[r, :4] = binning.key
                # counts of the row, its nodes, and where the counts of slot 0 would be
                key[r, 4:7] = self.counters[r], coarse[r], coarse[r + 1]
                key[r, 7:] = thresholds[r : r + 2]
        centre = np.array([b.centre if b else 0.0 for b in self.binnings], dtype=np.float64)

        def moved(name: str, by: Integers) -> NDArray[Any]:
            rows = [r for r, b in enumerate(self.binnings) if b is not None]
            parts = [getattr(self.binnings[r], name) for r in rows]
            shifts = [by[r] for r in rows]
            return _joined([np.where(p < 0, p, p + s) for p, s in zip(parts, shifts, strict=True)])

        self.arguments = (
            centre,
            key,
            moved("node", nodes).astype(np.int32),
            _joined([b.low for b in known]),
            _joined([b.factor for b in known]),
            _joined([b.size for b in known]).astype(np.int64),
            moved("first", slots).astype(np.int64),
            moved("child", nodes).astype(np.int32),
            _joined([b.threshold for b in known]),
        )
        """Arrays in the order of the compiled functions."""


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)
