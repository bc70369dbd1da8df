"""What is kept of the draws of one replicate: sums, extremes and counts of all stored rows."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.compiled import folding, recorder
from mcsus.counting.layout import Layout
from mcsus.counting.ordered import exponents
from mcsus.engine.plans import FOLD

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Counts = NDArray[np.uint32]

MOST_DRAWS = (1 << 32) - 1
"""Draws of a replicate: what a count can hold."""


class Part:
    """What consecutive draws leave behind: sums by fold unit, extremes and counts.

    Plain arrays, so that it can be computed elsewhere and sent back.

    Parameters
    ----------
    layout : Layout
        How the rows are counted.

    Attributes
    ----------
    draws : int
    sums : list of array, shape (unit, row, 2)
        Of values minus the pivot of their row, and of the square of that.
    extremes : array, shape (row, 2)
    counts : array of uint32, shape (bin of any row,)
    shares : array of int64, shape (exact value of any row, 2)
    """

    def __init__(self, layout: Layout) -> None:
        rows = len(layout.bins)
        self.draws = 0
        self.sums: list[Array] = []
        self.extremes = np.tile([np.inf, -np.inf], (rows, 1))
        self.counts = np.zeros(layout.counters[-1], dtype=np.uint32)
        self.shares = np.zeros((layout.exact[-1], 2), dtype=np.int64)

    def record(self, layout: Layout, pivot: Array, values: Array, count: int | None = None) -> None:
        """Record the next draws; only the last slab of a replicate may end within a fold unit.

        Parameters
        ----------
        pivot : array, shape (row,)
            The same for all draws of all replicates.
        values : array, shape (row, draw)
            C-contiguous.
        count : int, optional
            How many of the draws in `values`; by default all.
        """
        _refuse_after_the_last(self.draws)
        count = values.shape[1] if count is None else count
        sums = np.empty((-(-count // FOLD), len(values), 2))
        recorder()(
            values,
            count,
            pivot,
            *layout.arguments,
            sums,
            self.extremes,
            self.counts,
            self.shares,
        )
        self.sums.append(sums)
        self.draws += count

    def not_finite(self, infinite: NDArray[np.bool_] | None = None) -> Integers:
        """Return the rows that are not finite among the draws recorded last.

        A sum that overflows counts as such.

        Parameters
        ----------
        infinite : array of bool, shape (row, 2), optional
            Whether values of a row may be infinite, below and above; none by default.
        """
        finite = np.isfinite(self.extremes).all(axis=1)
        finite &= np.isfinite(self.sums[-1][..., 0]).all(axis=0)
        if infinite is not None:
            known = ~np.isnan(self.extremes).any(axis=1) & infinite.any(axis=1)
            known &= (self.extremes[:, 0] > -np.inf) | infinite[:, 0]
            known &= (self.extremes[:, 1] < np.inf) | infinite[:, 1]
            finite |= known
        return np.flatnonzero(~finite)


class Tally:
    """Accumulators of one replicate.

    Parameters
    ----------
    layout : Layout
    pivot : array, shape (row,)

    Examples
    --------
    >>> layout, pivot = Layout([None]), np.array([1.0])
    >>> part = Part(layout)
    >>> part.record(layout, pivot, np.array([[1.0, 2.0, 6.0]]))
    >>> tally = Tally(layout, pivot)
    >>> tally.add(part)
    >>> tally.means(), tally.sds() ** 2
    (array([3.]), array([4.6666...]))
    """

    def __init__(self, layout: Layout, pivot: Array) -> None:
        self.layout = layout
        self.pivot = np.array(pivot, dtype=np.float64)
        self.draws = 0
        empty = Part(layout)
        self._total = np.zeros(2 * len(self.pivot))
        self._carry = np.zeros(2 * len(self.pivot))
        self.extremes = empty.extremes
        self.counts = empty.counts
        self.shares = empty.shares

    def add(self, part: Part) -> None:
        """Fold the draws that follow those added before."""
        _refuse_after_the_last(self.draws)
        for sums in part.sums:
            folding()(self._total, self._carry, sums.reshape(len(sums), -1))
        self.extremes[:, 0] = np.minimum(self.extremes[:, 0], part.extremes[:, 0])
        self.extremes[:, 1] = np.maximum(self.extremes[:, 1], part.extremes[:, 1])
        self.counts += part.counts
        self.shares += part.shares
        self.draws += part.draws

    def sums(self) -> Array:
        """Return the sums of ``x - pivot``, over two to the `exponents`, and of its square.

        Shape (row, 2).
        """
        return (self._total + self._carry).reshape(-1, 2)

    @property
    def exponents(self) -> Integers:
        """Exponents of two of the scales of the sums of every row."""
        return exponents(self.pivot).astype(np.int64)

    def means(self) -> Array:
        """Return the mean of every row."""
        return np.asarray(self.pivot + np.ldexp(self.sums()[:, 0] / self.draws, self.exponents))

    def sds(self) -> Array:
        """Return the standard deviation of every row, divided by the number of draws."""
        first, second = self.sums().T / self.draws
        spread = np.sqrt(np.maximum(second - first**2, 0.0))
        return np.asarray(np.ldexp(spread, self.exponents))

    def counts_of(self, row: int) -> Counts:
        """Return the counts of the bins of a row."""
        return self.counts[self.layout.counters[row] : self.layout.counters[row + 1]]

    def shares_of(self, row: int) -> Integers:
        """Return the draws below, and at most equal to, each exact value of a row."""
        return self.shares[self.layout.exact[row] : self.layout.exact[row + 1]]

    def counted(self, layout: Layout, part: Part) -> Tally:
        """Return the tally with other counts of the same draws.

        Parameters
        ----------
        layout : Layout
            Of the counts.
        part : Part
            Counts of all draws so far; given away.
        """
        tally = copy.copy(self)
        tally.layout, tally.counts, tally.shares = layout, part.counts, part.shares
        return tally

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the accumulators by name, as `numpy.savez` takes them."""
        return {
            "draws": np.array(self.draws),
            "pivot": self.pivot,
            "total": self._total,
            "carry": self._carry,
            "extremes": self.extremes,
            "counts": self.counts,
            "shares": self.shares,
        }

    @classmethod
    def from_arrays(cls, layout: Layout, arrays: Mapping[str, NDArray[Any]]) -> Tally:
        """Return the tally whose `to_arrays` these are; `layout` is that of its bins."""
        tally = cls(layout, arrays["pivot"])
        tally.draws = int(arrays["draws"])
        tally._total, tally._carry = arrays["total"].copy(), arrays["carry"].copy()
        tally.extremes = arrays["extremes"].copy()
        tally.counts, tally.shares = arrays["counts"].copy(), arrays["shares"].copy()
        return tally


def _refuse_after_the_last(draws: int) -> None:
    if draws % FOLD:
        msg = f"found {draws} draws recorded before; allowed: a multiple of {FOLD}"
        raise ValueError(msg)
