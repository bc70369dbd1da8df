"""What compiled code is given, as three records: what is drawn, what is filled, what is evaluated.

A field is declared here and nowhere else: compiled signatures are made of the annotations.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.model import Model
from mcsus.parameters import Cell

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.uint8]
Words = NDArray[np.uint64]

_NO_WORDS = np.zeros((0, 2), dtype=np.uint64)
_NO_NUMBERS = np.zeros((0, 0))

FOLD = 1024
"""Draws of a fold unit: floating sums belong to one, and are folded in their order."""


@dataclass(frozen=True)
class Quantity:
    """A quantity whose values are wanted, and the factor from base units to its unit."""

    name: str
    scale: float = 1.0


class Part(NamedTuple):
    """Some cells of a parameter that vary by themselves.

    Parameters
    ----------
    cells : tuple of int
        Their places among its cells.
    """

    parameter: str
    cells: tuple[int, ...]


Member = str | Part
"""Of a group of inputs: the name of a parameter, or some of its cells."""


def parameter_of(member: Member) -> str:
    """Return the name of the parameter of a member of a group."""
    return member if isinstance(member, str) else member.parameter


def cells_of(model: Model, member: Member) -> tuple[Cell, ...]:
    """Return the cells of a member of a group."""
    cells = model.parameters[parameter_of(member)].cells
    return cells if isinstance(member, str) else tuple(cells[k] for k in member.cells)


def among(members: Iterable[Member], names: Container[str]) -> set[Member]:
    """Return the members of a group that are of some parameters."""
    return {member for member in members if parameter_of(member) in names}


class Points(NamedTuple):
    """The points of one replicate: of each stream those of its design, or points that are given.

    Attributes
    ----------
    table, matrix : shapes (stream, 1024) and (stream, 52)
        Sobol' points of the low ten index bits, and scrambled direction numbers.
    keys : shape (stream, 2)
        Philox keys.
    given : shape (stream, draw)
        Points that are no design; draws fill whole blocks.
    individual : shape (individual, cell)
        Inputs of every individual, in base units.
    """

    table: Annotated[Words, 2] = _NO_WORDS
    matrix: Annotated[Words, 2] = _NO_WORDS
    keys: Annotated[Words, 2] = _NO_WORDS
    given: Annotated[Array, 2] = _NO_NUMBERS
    individual: Annotated[Array, 2] = _NO_NUMBERS


class InputArrays(NamedTuple):
    """The input cells of A and, where it is drawn, of B: the only record that laws are in.

    Attributes
    ----------
    row, stream, code, start : shape (cell,); ``start`` has one more
        Target row, stream, quantile loop and offset of the constants of each cell.
    constant, factor
        Constants of the laws, and the factor from a law's unit to base units.
    mix : shape (cell, 8)
        For each cell: `OWN`, `MIRRORED`, `GAUSSIAN` or `STUDENT_T`; first and last link; for
        `STUDENT_T` the stream of the common scale, its quantile loop, and the first number
        of its constants, of the t table and after it in `shape`.
    link, weight : shape (link,)
        Stream and coefficient of each link.
    shape
        Constants of common scales and t tables.
    """

    row: Annotated[Integers, 1]
    stream: Annotated[Integers, 1]
    code: Annotated[Integers, 1]
    start: Annotated[Integers, 1]
    constant: Annotated[Array, 1]
    factor: Annotated[Array, 1]
    mix: Annotated[Integers, 2]
    link: Annotated[Integers, 1]
    weight: Annotated[Array, 1]
    shape: Annotated[Array, 1]


class Plan(NamedTuple):
    """Evaluations made at each draw and the rows that are stored; laws have no part in it.

    Attributes
    ----------
    location : shape (evaluation, quantity)
        First row of every quantity in every evaluation.
    active : shape (evaluation, step)
        Which steps are evaluated.
    patch : shape (row to fill, 2)
        Rows that are copied before an evaluation, from and to: of a parameter that is of A in
        some of its cells and of B in others.
    patches : shape (evaluation + 1,)
        Where those of each evaluation begin, and end.
    coordinate
        Labels of numeric dims.
    single : shape (cell,)
        Rows of the inputs that differ between individuals.
    quantity, cell, scale : shape (stored row,)
        What is stored: cell of a quantity, times a scale.
    matrices : int
        1 when the inputs are drawn once, 2 when a second matrix B is drawn.
    rows : int
        Rows of the work array, beside one for points that are mixed.
    """

    location: Annotated[Integers, 2]
    active: Annotated[Flags, 2]
    patch: Annotated[Integers, 2]
    patches: Annotated[Integers, 1]
    coordinate: Annotated[Array, 1]
    single: Annotated[Integers, 1]
    quantity: Annotated[Integers, 1]
    cell: Annotated[Integers, 1]
    scale: Annotated[Array, 1]
    matrices: int
    rows: int
