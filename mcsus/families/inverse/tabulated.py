"""Inverse tables: a quantile function as polynomials on cells found by bits, not by search.

The smaller tail t of u chooses the cell: its exponent says the octave, the top bits of
its mantissa the cell within. Towards both ends the cells shrink with t, so a law's ends
keep their relative precision. The table is built once per law, from its own quantile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.loops.cells import HEADER, TERMS
from mcsus.families.loops.codes import TABULATED, TABULATED_LOG, QuantileKernel

OCTAVES = 52  # from 2**-53, the smallest tail of a point, up to 1/2
GOAL = 2e-12  # error aimed at
LIMIT = 1e-10  # error above which a table is refused
FEWEST_BITS, MOST_BITS = 3, 8  # of the mantissa, to choose a cell within an octave
BETWEEN = np.array([-0.98, -0.3, 0.4, 0.98])  # where a table is compared with its law
Conditioned = Callable[[Array, Array], Array]


class Piece(NamedTuple):
    """The part of a quantile function between two points u, smooth, as if it were a law."""

    whole: Distribution
    start: float
    end: float
    low: float
    high: float

    def support(self) -> tuple[float, float]:
        """Ends of the values."""
        return self.low, self.high

    def quantile(self, u: ArrayLike) -> Array:
        """Values at shares u of the piece."""
        v = np.asarray(u, dtype=np.float64)
        return self._conditioned(v, 1 - v)

    def _conditioned(self, u: Array, v: Array) -> Array:
        mass = self.end - self.start
        x = self.whole._conditioned(self.start + mass * u, (1 - self.end) + mass * v)
        return np.clip(x, self.low, self.high)


Tabulated = Distribution | Piece


class Cells(NamedTuple):
    """Left ends and widths, in t, of the cells of one side; the last begins at 1/2."""

    start: Array
    width: Array


def cells(bits: int) -> Cells:
    """Return the cells of one side, with 2**bits in each octave."""
    octave, part = np.divmod(np.arange((OCTAVES << bits) + 1), 1 << bits)
    size = np.ldexp(1.0, octave - 53)
    return Cells(size * (1 + part / (1 << bits)), size / (1 << bits))


def at(conditioned: Conditioned, grid: Cells, s: Array) -> Array:
    """Return quantiles at local coordinates s in [-1, 1] of every cell; shape (2, cells, s)."""
    t = grid.start[:, None] + grid.width[:, None] * (s + 1) / 2
    return np.stack([conditioned(t, 1 - t), conditioned(1 - t, t)])


def chebyshev_fit(count: int) -> tuple[Array, Array]:
    """Return nodes on [-1, 1] and the matrix from values there to ascending coefficients."""
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


def variants(law: Tabulated) -> list[Variant]:
    """Return the ways to store a table of a law, cheapest first.

    Plain values serve most laws. Where a quantile function is a high power of t, the log of
    the distance from an end is smooth instead; each side may need either end.
    """
    low, high = law.support()
    up, down = (low, 1.0), (high, -1.0)
    if not np.isfinite(high - low):
        one_end = up if np.isfinite(low) else down
        return [Variant(), Variant((one_end, one_end))] if np.isfinite(one_end[0]) else [Variant()]
    return [Variant(), Variant((up, down)), Variant((up, up)), Variant((down, down))]


class Variant(NamedTuple):
    """How values are stored: plainly, or as log distances from an end on each side.

    `ends` holds, for the lower and the upper side, the end and +1 or -1 for its direction.
    """

    ends: tuple[tuple[float, float], tuple[float, float]] | None = None

    def forward(self, x: Array) -> Array:
        """Return what is stored for values x of shape (2, ...)."""
        if self.ends is None:
            return x
        floor = [max(1e-307, 1e-19 * abs(end)) for end, _ in self.ends]
        logs = [
            np.log(np.maximum(sign * (x[side] - end), floor[side]))
            for side, (end, sign) in enumerate(self.ends)
        ]
        return np.stack(logs)

    def backward(self, y: Array) -> Array:
        """Return values from what is stored."""
        if self.ends is None:
            return y
        with np.errstate(over="ignore"):
            sides = [end + sign * np.exp(y[side]) for side, (end, sign) in enumerate(self.ends)]
        return np.stack(sides)


def scale_of(law: Distribution, x: Array) -> Array:
    """Return what an error of x is relative to: x, or its distance from the nearer end.

    The ends are those of the law before truncation; the interquartile range takes the place
    of the distance where there are none.
    """
    low, high = law._whole_support()
    inner = np.minimum(x - low, high - x)
    if np.isinf(low) and np.isinf(high):
        inner = np.full_like(x, np.ptp(law.quantile([0.25, 0.75])))
    return np.maximum(np.maximum(np.abs(x), inner), 1e-290)


def worst_point(law: Tabulated, bits: int) -> float:
    """Return the point u in (0, 1) at which a table of plain values is farthest off."""
    nodes, matrix = chebyshev_fit(TERMS)
    grid = cells(bits)
    values = at(law._conditioned, grid, np.concatenate([nodes, BETWEEN]))
    error = np.abs(evaluate(values[..., :TERMS] @ matrix.T, BETWEEN) - values[..., TERMS:])
    side, cell = divmod(int(error.max(axis=-1).argmax()), len(grid.start))
    t = float(grid.start[cell] + grid.width[cell] / 2)
    return min(max(1 - t if side else t, 1e-3), 1 - 1e-3)


def rounding(law: Tabulated, grid: Cells, x: Array) -> Array:
    """Return what rounding of a tail changes values x by, beside an end inside the whole law.

    There the tail of the whole law is that of the cut plus a share of the mass between the
    cuts, and keeps its digits no better than the first; no table can be closer.
    """
    if isinstance(law, Piece):
        tails, mass = (law.start, 1 - law.end), law.end - law.start
    else:
        c = law._conditioning
        tails, mass = (c.below, c.above), c.mass
    slope = np.ptp(x, axis=-1, keepdims=True) / grid.width[:, None]
    result: Array = 2.0**-50 * slope * np.minimum(np.array(tails) / mass, 1e12)[:, None, None]
    return result


def build(law: Tabulated, bits: int) -> list[tuple[float, Variant, Array]]:
    """Return error, way of storing and coefficients of each table of 2**bits cells an octave.

    Errors are the largest seen between the nodes; the first good table ends the list.
    """
    nodes, matrix = chebyshev_fit(TERMS)
    grid = cells(bits)
    values = at(law._conditioned, grid, np.concatenate([nodes, BETWEEN]))
    x, exact = values[..., :TERMS], values[..., TERMS:]
    scale = scale_of(law.whole if isinstance(law, Piece) else law, exact)
    tables = []
    for variant in variants(law):
        table: Array = variant.forward(x) @ matrix.T
        error = np.abs(variant.backward(evaluate(table, BETWEEN)) - exact)
        error = np.maximum(error - rounding(law, grid, exact), 0.0) / scale
        tables.append((float(error.max()), variant, table))
        if error.max() <= GOAL:
            break
    return tables


class InverseTable(NamedTuple):
    """Coefficients of the cells of both sides, 2**bits in an octave, and how they are stored."""

    bits: int
    variant: Variant
    terms: Array


@np.errstate(all="ignore")  # what is not finite is refused
def best_table(law: Tabulated, most_bits: int = MOST_BITS) -> InverseTable:
    """Return the inverse table of a law with as many cells as its shape needs.

    At most 2**most_bits cells an octave; a law that needs more is refused.
    """
    best, bits = (np.inf, Variant(), np.zeros(0)), 0
    for size in range(FEWEST_BITS, most_bits + 1):
        finer = min(build(law, size), key=itemgetter(0))
        settled = finer[0] > best[0] / 4 and best[0] <= LIMIT  # rounding: finer gains nothing
        if finer[0] < best[0]:
            best, bits = finer, size
        if best[0] <= GOAL or settled:
            break
    if best[0] > LIMIT:
        raise InputError(Fault(repr(law), "shapes less extreme than these", ("distribution",)))
    return InverseTable(bits, *best[1:])


@lru_cache(maxsize=512)
def tabulate(law: Distribution) -> QuantileKernel:
    """Return the kernel of the inverse table of a law."""
    return pack(*best_table(law), law.support())


def pack(bits: int, variant: Variant, table: Array, support: tuple[float, float]) -> QuantileKernel:
    """Return the kernel of a table: its header, then the cells of both sides.

    The header holds bits, cells of a side, both ends of the support, and for both sides the
    end from which distances are stored and their direction.
    """
    ends = variant.ends or ((0.0, 0.0), (0.0, 0.0))
    header = np.array([bits, table.shape[1], *support, *ends[0], *ends[1]])
    code = TABULATED if variant.ends is None else TABULATED_LOG
    return QuantileKernel(code, tuple(np.concatenate([header, table.ravel()]).tolist()))


def move(
    kernel: QuantileKernel, origin: float, scale: float, support: tuple[float, float]
) -> QuantileKernel:
    """Return the table of ``origin + scale * x`` from the table of x; scale above 0."""
    constants = np.array(kernel.constants)
    constants[2:4] = support
    terms = constants[HEADER:].reshape(-1, TERMS)  # a view
    if kernel.code == TABULATED:
        terms *= scale
        terms[:, 0] += origin
    else:
        constants[[4, 6]] = origin + scale * constants[[4, 6]]
        terms[:, 0] += np.log(scale)
    return QuantileKernel(kernel.code, tuple(constants.tolist()))
