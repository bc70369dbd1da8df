"""What is to be evaluated at each draw, as arrays that compiled code reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FOLD = 1024
"""Draws of a fold unit: floating sums belong to one, and are folded in their order."""


@dataclass(frozen=True)
class Quantity:
    """A quantity whose values are wanted, and the factor from base units to its unit."""

    name: str
    scale: float = 1.0


class Inputs(NamedTuple):
    """How the input cells of all matrices are filled; see `mcsus.engine.blocks.fill_block`."""

    row: Integers
    stream: Integers
    code: Integers
    start: Integers
    constant: Array
    factor: Array
    mix: Integers
    link: Integers
    weight: Array
    shape: Array


@dataclass(frozen=True)
class Plan:
    """Evaluations made at each draw and the rows that are stored.

    Attributes
    ----------
    location : array of int64, shape (evaluation, quantity)
        First row of every quantity in every evaluation.
    single : array of int64, shape (cell,)
        Rows of the inputs that differ between individuals.
    active : array of uint8, shape (evaluation, step)
        Which steps are evaluated.
    matrices : int
        1 when the inputs are drawn once, 2 when a second matrix B is drawn.
    inputs : Inputs
        The inputs of A, then those of B.
    rows : int
        Rows of the work array.
    quantity, cell : array of int64, shape (stored row,)
    scale : array of float64, shape (stored row,)
        What is stored: cell of a quantity, times a scale.
    """

    location: Integers
    single: Integers
    active: NDArray[np.uint8]
    matrices: int
    inputs: Inputs
    rows: int
    quantity: Integers
    cell: Integers
    scale: Array


@dataclass(frozen=True)
class Points:
    """The streams of one replicate in the form that the compiled code reads."""

    table: NDArray[np.uint64]
    matrix: NDArray[np.uint64]
    keys: NDArray[np.uint64]
    individual: Array
