"""What an analysis of a claim is given: margins, and the inputs at the same draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.model import Rounding
from mcsus.parameters import Cell
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


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

    @cached_property
    def points(self) -> Array:
        """Points of its law, shape (replicate, draw), inside (0, 1): those that were drawn.

        Of a law whose quantile does not rise with the point (a row of a table) they choose a row.
        """
        return self.make_points()

    @cached_property
    def order(self) -> Integers:
        """Places of all draws, replicate by replicate, in rising order of the values."""
        return np.argsort(self.values, axis=None, kind="stable")


@dataclass(frozen=True, eq=False)
class ClaimCell:
    """A claim at some labels, with the inputs that it depends on.

    Parameters
    ----------
    labels : mapping of str to str or number
        Of its cell.
    confidence : float
        Probability that the claim must reach.
    unit : str
        Of the margins.
    rounding : Rounding
        Of the margins: what is not more is 0.
    margins : array, shape (replicate, draw)
        In `unit`: above 0 where the claim holds; infinite where it follows from what is never.
    holds : array of bool, shape (replicate, draw)
        Whether it does: so is the probability of the claim judged.
    inputs : tuple of InputDraws
        Some of which it need not depend on.
    """

    labels: Mapping[str, Label]
    confidence: float
    unit: str
    rounding: Rounding
    margins: Array
    holds: Flags
    inputs: tuple[InputDraws, ...]

    @property
    def probability(self) -> float:
        """Share of the draws in which the claim holds."""
        return float(self.holds.mean())

    @property
    def is_open(self) -> bool:
        """Whether the claim holds in some draws and not in others."""
        return bool(self.holds.any() and not self.holds.all())


@dataclass(frozen=True, eq=False)
class ClaimDraws:
    """A claim with margins and inputs at the same draws, by cell.

    Parameters
    ----------
    unit : str
        Of the margins.
    """

    id: str
    unit: str
    cells: tuple[ClaimCell, ...]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs of any cell."""
        return tuple(dict.fromkeys(own.name for cell in self.cells for own in cell.inputs))

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of each input, by name."""
        return {own.name: own.unit for cell in self.cells for own in cell.inputs}
