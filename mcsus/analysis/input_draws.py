"""One input of a claim: its values and points at the draws of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.rank_bins import RankBins, rising
from mcsus.analysis.strata import Strata, moved
from mcsus.dependence import Mix
from mcsus.parameters import Cell
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class InputDraws:
    """One input that is drawn by itself: its values, and its points in the unit cube.

    Parameters
    ----------
    name : str
        For people: the parameter, with the labels that tell it apart.
    parameter : str
        As the study writes it; what `pinning` it takes.
    labels : mapping of str to str or number
        Those that tell it from other inputs of the parameter.
    unit : str
        Of the values.
    cell : Cell
        What is drawn: law and unit.
    factor : float
        What a value of the law, in the unit of its cell, is multiplied with to be in `unit`.
    is_law : bool
        Whether the values are those of the law. A value that follows from a law and other
        quantities (a law that takes a quantity, a share of a whole) is not; its points are those of
        the law that is behind it.
    streams : frozenset of str
        What its points are made of: inputs depend on each other where they have one in common.
    values : array, shape (replicate, draw)
    make_points : callable
        Makes `points` when they are first asked for.
    mix : Mix, optional
        How its points are made of streams.
    """

    name: str
    parameter: str
    labels: Mapping[str, Label]
    unit: str
    cell: Cell
    factor: float
    is_law: bool
    streams: frozenset[str]
    values: Array
    make_points: Callable[[], Array]
    mix: Mix | None = None

    @cached_property
    def points(self) -> Array:
        """Points of its law, shape (replicate, draw), inside (0, 1): those that were drawn.

        Of a law whose quantile does not rise with the point (a row of a table) they choose a row.
        """
        return self.make_points()

    @cached_property
    def order(self) -> Integers:
        """Places of all draws, replicate by replicate, in rising order of the values."""
        return rising(self.values)

    @cached_property
    def bins(self) -> RankBins:
        """The draws by bins of the ranks of the values."""
        return RankBins.of(self.values, self.order)

    @cached_property
    def strata(self) -> Strata:
        """The draws in narrow bins of the values, to be counted as under another law."""
        return Strata.of(self.values, self.order)

    @cached_property
    def halved(self) -> Array:
        """Draws in each bin if all were half as far from the median, in normal scores."""
        size, bins = self.values.size, self.bins.bins.ravel()[self.order]
        ranks = moved((np.arange(size) + 0.5) / size, stretch=2.0)
        counts = np.bincount(bins[(ranks * size).astype(int)], minlength=len(self.bins.ranks))
        return counts.astype(np.float64)
