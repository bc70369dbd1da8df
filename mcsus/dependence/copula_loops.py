"""Compiled loops that turn points of streams into points of dependent cells, a row at a time.

They have no branch and call nothing, so LLVM makes vector code of them. Import late: numba.
"""
# mypy: disallow-untyped-decorators=False

from typing import Any

from numba import njit

from mcsus.dependence.mix import LEAST
from mcsus.dependence.student import CELLS, START
from mcsus.families.base import Array
from mcsus.families.loops.cells import TERMS
from mcsus.families.loops.elementary import ROUNDER, exp, log, ndtri_tails
from mcsus.families.loops.intrinsics import (
    bits_of,
    fma,
    load_beside_table,
    load_table,
    sqrt,
    store_beside_table,
)
from mcsus.families.loops.normal_cdf import ndtr

compiled: Any = njit(nogil=True, error_model="numpy")

LOW_BITS = (1 << 51) - 1
MOST = 1.0 - LEAST


@compiled
def mirror(row: Array) -> None:
    """Replace each u by 1 - u."""
    for i in range(row.size):
        row[i] = 1.0 - row[i]


@compiled
def set_score(row: Array, points: Array, coefficient: float) -> None:
    """Write the normal scores of some points times a coefficient into a row."""
    for i in range(row.size):
        u = points[i]
        row[i] = coefficient * ndtri_tails(u, 1.0 - u)


@compiled
def add_score(row: Array, points: Array, coefficient: float) -> None:
    """Add the normal scores of some points times a coefficient to a row."""
    for i in range(row.size):
        u = points[i]
        row[i] = fma(coefficient, ndtri_tails(u, 1.0 - u), row[i])


@compiled
def from_normal(row: Array) -> None:
    """Replace each score by a point of the open unit interval."""
    for i in range(row.size):
        row[i] = min(max(ndtr(row[i]), LEAST), MOST)


@compiled
def from_student(row: Array, ratio: Array, c: Array) -> None:
    """Replace each score over the root of its ratio by a point, by `mcsus.dependence.student`.

    Parameters
    ----------
    row : array
        Scores on entry, points on return.
    ratio : array
        Values of the law of the common scale.
    c : array
        From `mcsus.dependence.student.table`.
    """
    per_root, end, per_width = c[0], c[1], c[2]
    for i in range(row.size):
        z = load_beside_table(row, i)
        size = (z if z > 0.0 else -z) * per_root / sqrt(load_beside_table(ratio, i))
        far = log(size + sqrt(fma(size, size, 1.0)))
        place = min(far, end) * per_width
        cell = bits_of((place - 0.5) + ROUNDER) & LOW_BITS  # the integer below, by rounding
        cell = min(cell, CELLS - 1)
        s = 2.0 * (place - cell) - 1.0
        k = START + TERMS * cell
        x = fma(load_table(c, k + 7), s, load_table(c, k + 6))
        x = fma(fma(x, s, load_table(c, k + 5)), s, load_table(c, k + 4))
        x = fma(fma(x, s, load_table(c, k + 3)), s, load_table(c, k + 2))
        tail = exp(fma(fma(x, s, load_table(c, k + 1)), s, load_table(c, k)))
        u = tail if z < 0.0 else 1.0 - tail
        store_beside_table(row, i, min(max(u, LEAST), MOST))
