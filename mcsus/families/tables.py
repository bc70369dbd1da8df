"""Inverse tables: a quantile function as polynomials on cells found by bits, not by search.

The smaller tail t of u chooses the cell: its exponent says the octave, the top bits of
its mantissa the cell within. Towards both ends the cells shrink with t, so a law's ends
keep their relative precision. The table is built once per law, from its own quantile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.codes import TABULATED, TABULATED_LOG, QuantileKernel

OCTAVES = 52  # from 2**-53, the smallest tail of a point, up to 1/2
TERMS = 8  # coefficients in a cell: one line of cache
HEADER = 8  # numbers before the first cell
GOAL = 2e-12  # error aimed at
LIMIT = 1e-10  # error above which a table is refused
Conditioned = Callable[[Array, Array], Array]


class Cells(NamedTuple):
    """Left ends and widths, in t, of the cells of one side; the last begins at 1/2."""

    start: Array
    width: Array


def cells(bits: int) -> Cells:
    """Return the cells of one side, with 2**bits in each octave.

    Examples
    --------
    >>> print(cells(1).start[-3:])
    [0.25  0.375 0.5  ]
    """
    octave, part = np.divmod(np.arange((OCTAVES << bits) + 1), 1 << bits)
    size = np.ldexp(1.0, octave - 53)
    return Cells(size * (1 + part / (1 << bits)), size / (1 << bits))


def at(conditioned: Conditioned, grid: Cells, s: Array) -> Array:
    """Return quantiles at local coordinates s in [-1, 1] of every cell; shape (2, cells, s)."""
    t = grid.start[:, None] + grid.width[:, None] * (s + 1) / 2
    return np.stack([conditioned(t, 1 - t), conditioned(1 - t, t)])


def chebyshev_fit(count: int) -> tuple[Array, Array]:
    """Return nodes on [-1, 1] and the matrix from values there to ascending coefficients.

    Examples
    --------
    >>> nodes, matrix = chebyshev_fit(4)
    >>> print((matrix @ nodes**2).round(12) + 0.0)
    [0. 0. 1. 0.]
    """
    nodes = np.cos(np.pi * (2 * np.arange(count) + 1) / (2 * count))
    degrees = np.arange(count)
    values = np.cos(degrees[:, None] * np.arccos(nodes)) * np.where(degrees, 2, 1)[:, None] / count
    powers = np.zeros((count, count))
    for k in degrees:
        powers[: k + 1, k] = np.polynomial.chebyshev.cheb2poly(np.eye(count)[k])[: k + 1]
    return nodes, powers @ values


def evaluate(coefficients: Array, s: Array) -> Array:
    """Return the polynomials of all cells at local coordinates s."""
    total = coefficients[..., -1:] * np.ones_like(s)
    for k in range(TERMS - 2, -1, -1):
        total = total * s + coefficients[..., k : k + 1]
    return total


def build(law: Distribution, bits: int, logarithmic: bool) -> tuple[Array, float]:
    """Return the coefficients of one table and its largest error between the nodes.

    The error is relative to the value or to its distance from the nearer end, whichever
    is larger; to the interquartile range for a law without ends.
    """
    conditioned, grid = law._conditioned, cells(bits)
    low, high = law.support()
    nodes, matrix = chebyshev_fit(TERMS)

    def forward(x: Array) -> Array:
        if not logarithmic:
            return x
        return np.log(np.maximum(np.stack([x[0] - low, high - x[1]]), 1e-320))

    def backward(y: Array) -> Array:
        return np.stack([low + np.exp(y[0]), high - np.exp(y[1])]) if logarithmic else y

    table = forward(at(conditioned, grid, nodes)) @ matrix.T
    between = np.array([-0.98, -0.3, 0.4, 0.98])
    exact = at(conditioned, grid, between)
    inner = np.minimum(exact - low, high - exact)
    if not np.isfinite(high - low):
        inner = np.ptp(law.quantile([0.25, 0.75]))
    scale = np.maximum(np.maximum(np.abs(exact), inner), 1e-290)
    error = np.abs(backward(evaluate(table, between)) - exact) / scale
    return table, float(error.max())


@lru_cache(maxsize=512)
def tabulate(law: Distribution) -> QuantileKernel:
    """Return the inverse table of a law, with as many cells as its shape needs.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> tabulate(distribution("beta", alpha=2, beta=3)).code
    6
    """
    low, high = law.support()
    bounded = bool(np.isfinite(high - low))
    best = None
    for bits in range(3, 9):
        for logarithmic in (False, True) if bounded else (False,):
            table, error = build(law, bits, logarithmic)
            if best is None or error < best[0]:
                best = (error, bits, logarithmic, table)
            if error <= GOAL:
                return pack(*best[1:], low, high)
    if best is None or best[0] > LIMIT:
        raise InputError(Fault(repr(law), "shapes less extreme than these", ("distribution",)))
    return pack(*best[1:], low, high)


def pack(bits: int, logarithmic: bool, table: Array, low: float, high: float) -> QuantileKernel:
    """Return the kernel of a table: a header (bits, cells of a side, ends), then the cells."""
    header = np.zeros(HEADER)
    header[:4] = bits, table.shape[1], low, high
    code = TABULATED_LOG if logarithmic else TABULATED
    return QuantileKernel(code, tuple(np.concatenate([header, table.ravel()]).tolist()))
