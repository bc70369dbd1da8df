"""Rows that follow from other rows, draw by draw: differences, ratios, places among several.

They are recorded and counted as the rows are that a kernel stores, and never held: where the rows
are held that they follow from, they are made again.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class DerivedRow(NamedTuple):
    """A row that follows from others.

    Parameters
    ----------
    kind : str
        A key of `KINDS`.
    of : int
        The row that it is about.
    others : tuple of int
        Rows that this is compared with: one, or all of several with itself among them.
    zero : float
        Size up to which two of them are equal.
    meets_individuals : bool
        Whether they depend on individuals.
    """

    kind: str
    of: int
    others: tuple[int, ...]
    zero: float = 0.0
    meets_individuals: bool = False

    def values(self, rows: Array) -> Array:
        """Return its values from those of all rows, along the first axis."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return KINDS[self.kind].make(self, rows)

    @property
    def is_counted(self) -> bool:
        """Whether quantiles of it are told, and not its mean alone."""
        return KINDS[self.kind].is_counted

    @property
    def exact(self) -> list[float]:
        """Values at which its draws are counted exactly."""
        ends = KINDS[self.kind].ends
        signs = [] if self.kind == RATIO else [-self.zero, 0.0, self.zero]
        return sorted({*signs, *ends}) if self.is_counted else []


class _Kind(NamedTuple):
    """How a row is made, and what is told of it.

    Parameters
    ----------
    ends : tuple of float
        Infinite values that stand for what is no number.
    """

    make: Callable[[DerivedRow, Array], Array]
    ends: tuple[float, ...] = ()
    is_counted: bool = True


def _difference(row: DerivedRow, rows: Array) -> Array:
    """Return how much more the one is, infinite where either is."""
    return _known(rows[row.of] - rows[row.others[0]])


def _ratio(row: DerivedRow, rows: Array) -> Array:
    """Return how many times the other the one is, infinite where there is none."""
    other = rows[row.others[0]]
    found = _known(rows[row.of] / other)
    found[np.isinf(other)] = np.inf
    return found


def _order(row: DerivedRow, rows: Array) -> Array:
    """Return the difference where one at least is a number, and 0 where neither is."""
    found = rows[row.of] - rows[row.others[0]]
    found[np.isnan(found)] = 0.0
    return np.asarray(found)


def _known(values: Array) -> Array:
    values = np.asarray(values)
    values[~np.isfinite(values)] = np.inf
    return values


class Standing(NamedTuple):
    """How each of several rows stands among them, draw by draw, shape (row, draw).

    Parameters
    ----------
    below : array of int16
        How many of the others are lower.
    beside : array of int16
        How many of the others are equal.
    """

    below: NDArray[np.int16]
    beside: NDArray[np.int16]

    @classmethod
    def of(cls, row: DerivedRow, rows: Array) -> Standing:
        """Return how those stand that a row is compared with, itself among them."""
        count, zero = len(row.others), row.zero
        shape = (count, *rows[row.of].shape)
        made = cls(np.zeros(shape, dtype=np.int16), np.zeros(shape, dtype=np.int16))
        for a, b in itertools.combinations(range(count), 2):
            one, other = rows[row.others[a]], rows[row.others[b]]
            above, under = one > other + zero, other > one + zero
            made.below[a] += above
            made.below[b] += under
            equal = ~(above | under)
            made.beside[a] += equal
            made.beside[b] += equal
        return made

    def values(self, row: DerivedRow) -> Array:
        """Return how often the row is the lowest, equal ones sharing it, or its place."""
        at = row.others.index(row.of)
        below, beside = self.below[at], self.beside[at]
        if row.kind == RANK:
            return np.asarray(1.0 + below + 0.5 * beside)
        return np.where(below == 0, 1.0 / (1.0 + beside), 0.0)


def _placed(row: DerivedRow, rows: Array) -> Array:
    return Standing.of(row, rows).values(row)


DIFFERENCE, RATIO, ORDER, LOWEST, RANK = "difference", "ratio", "order", "lowest", "rank"

KINDS = {
    DIFFERENCE: _Kind(_difference, (np.inf,)),
    RATIO: _Kind(_ratio, (np.inf,)),
    ORDER: _Kind(_order, (-np.inf, np.inf)),
    LOWEST: _Kind(_placed, is_counted=False),
    RANK: _Kind(_placed, is_counted=False),
}
"""Kinds of derived rows."""


@dataclass(frozen=True)
class Derived:
    """All rows that follow from those of a run, in their order.

    Examples
    --------
    >>> rows = np.array([[1.0, 2.0, 3.0], [1.0, 4.0, 0.0]])
    >>> made = Derived((DerivedRow("difference", 0, (1,)), DerivedRow("ratio", 0, (1,))))
    >>> made.values(rows).tolist()
    [[0.0, -2.0, 3.0], [1.0, 0.5, inf]]
    >>> DerivedRow("rank", 0, (0, 1)).values(rows).tolist()
    [1.5, 1.0, 2.0]
    """

    rows: Sequence[DerivedRow] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def values(self, rows: Array) -> Array:
        """Return the values of all, from those of the rows that they follow from."""
        made = np.empty((len(self.rows), *rows.shape[1:]))
        among: tuple[tuple[int, ...], Standing] | None = None
        for k, row in enumerate(self.rows):
            if row.is_counted:
                made[k] = row.values(rows)
                continue
            if among is None or among[0] != row.others:  # those of one dim follow each other
                among = row.others, Standing.of(row, rows)
            made[k] = among[1].values(row)
        return made


NOTHING_DERIVED = Derived()
