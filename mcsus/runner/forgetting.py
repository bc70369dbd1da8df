"""How draws are counted once there are more than can be held, by those that are held."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.bins import Bins
from mcsus.counting.drawing import Drawing
from mcsus.counting.layout import Layout
from mcsus.runner.memory import fits, refuse_if_too_large

Array = NDArray[np.float64]

_COARSER = (1.0, 10.0, 100.0)  # tried in turn, until the counts fit in memory
_OF_DERIVED = 10.0, 100.0  # the same of the many differences and ratios, and by replicate
_COARSEST = 1e-4


class Wanted(NamedTuple):
    """What is to be told of the rows that are kept.

    Parameters
    ----------
    probabilities : array
        Of the quantiles that are told.
    fine : float
        Probability that a bin may hold where one of these may lie.
    exact : list of list of float
        Values at which the draws of each row are counted exactly.
    meets : list of bool
        Whether each row depends on individuals.
    """

    probabilities: Array
    fine: float
    exact: list[list[float]]
    meets: list[bool]


def layout_for(
    drawing: Drawing, held: Array, wanted: Wanted, copies: int, pool: Executor
) -> Layout:
    """Return how all rows are counted, more coarsely where the counts would not fit in memory.

    Parameters
    ----------
    held : array, shape (kept row, replicate, draw)
    copies : int
        Of all counts that there are at a time.

    Raises
    ------
    RefusedError
        If not even coarse counts fit.
    """
    rows = [row for row in drawing.derived.rows if row.is_counted]
    exact = [*wanted.exact, *(row.exact for row in rows)]
    meets = [*wanted.meets, *(row.meets_individuals for row in rows)]
    numbers = 0
    for coarser in _COARSER:

        def bins(
            row: int, exact: list[float], meets: bool, fine: float = coarser * wanted.fine
        ) -> Bins:
            more = 1.0 if row < drawing.kept else _OF_DERIVED[meets]
            known = _finite(values := drawing.held(row, held))
            most = max(_COARSEST, wanted.fine)
            return Bins.of(
                known,
                wanted.probabilities,
                min(fine * more, most),
                exact,
                by_replicate=meets and known is values,
            )

        layout = drawing.laid_out(list(pool.map(bins, drawing.counted, exact, meets)))
        numbers = int(layout.counters[-1]) * copies // 2
        if fits(numbers):
            return layout
    refuse_if_too_large(numbers, "design")
    return layout


def _finite(values: Array) -> Array:
    """Return the values that are finite, of which bins can be made; 0 where there are none."""
    known = np.isfinite(values)
    if known.all():
        return values
    return values[known] if known.any() else np.zeros(1)
