"""Quantile loops that take the middle of a law from a ratio of polynomials.

All points of a row go through the ratio; the few in the tails are copied out before, go through the
logarithm that tails need, and are put back. One in 32 points is in a tail, so that most of the
cost is two polynomials and a division. The module imports numba; import it late.
"""
# mypy: disallow-untyped-decorators=False

from typing import Any

import numpy as np
from numba import carray, njit  # type: ignore[attr-defined]

from mcsus.families.base import Array
from mcsus.families.loops.elementary import exp, ndtri_tail
from mcsus.families.loops.intrinsics import fma, lowest_bit, outside, room
from mcsus.families.loops.ratios import REACH, TAIL
from mcsus.numba_private import INNER

compiled: Any = njit(nogil=True, error_model="numpy", fastmath={"contract"}, **INNER)
BLOCK = 1024  # points mapped at a time
_ONE = np.uint64(1)


@compiled
def tails(row: Array, below: float, mass: float, places: Any) -> int:
    """Write the places of the points that fall into a tail; return how many there are."""
    low, high = (TAIL - below) / mass, (1.0 - TAIL - below) / mass
    count = 0
    whole = row.size - row.size % 64
    for first in range(0, whole, 64):
        mask: Any = outside(row, first, low, high)
        while mask:
            places[count] = first + lowest_bit(mask)
            count += 1
            mask = mask & (mask - _ONE)
    for i in range(whole, row.size):
        if row[i] < low or row[i] > high:
            places[count] = i
            count += 1
    return count


@compiled
def tail_scores(
    row: Array, places: Any, values: Array, below: float, mass: float, above: float
) -> None:
    """Write the normal scores of the points at some places."""
    for k in range(values.size):
        values[k] = row[places[k]]
    for k in range(values.size):
        u = values[k]
        values[k] = ndtri_tail(fma(mass, u, below), fma(mass, 1.0 - u, above))


@compiled
def normal(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, mean, sd), then A and B."""
    for first in range(0, row.size, BLOCK):
        normal_block(row[first : first + BLOCK], c)


@compiled
def lognormal(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, median, sd of the log), then A and B."""
    for first in range(0, row.size, BLOCK):
        lognormal_block(row[first : first + BLOCK], c)


@compiled
def normal_block(row: Array, c: Array) -> None:
    """Map at most `BLOCK` points; the constants are those of `normal`."""
    below, mass, above, low, high, mean, sd = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15]
    b0, b1, b2, b3, b4 = c[16], c[17], c[18], c[19], c[20]
    b5, b6, b7, b8 = c[21], c[22], c[23], c[24]
    places, scores = carray(room(BLOCK, np.int64), BLOCK), carray(room(BLOCK, np.float64), BLOCK)
    values = scores[: tails(row, below, mass, places)]
    tail_scores(row, places, values, below, mass, above)
    start = below - 0.5
    for i in range(row.size):
        y = fma(mass, row[i], start)
        r = fma(-y, y, REACH)
        a = fma(fma(fma(fma(a8, r, a7), r, a6), r, a5), r, a4)
        a = fma(fma(fma(fma(a, r, a3), r, a2), r, a1), r, a0)
        b = fma(fma(fma(fma(b8, r, b7), r, b6), r, b5), r, b4)
        b = fma(fma(fma(fma(b, r, b3), r, b2), r, b1), r, b0)
        row[i] = min(max(fma(sd, y * b / a, mean), low), high)
    for k in range(values.size):
        row[places[k]] = min(max(fma(sd, values[k], mean), low), high)


@compiled
def lognormal_block(row: Array, c: Array) -> None:
    """Map at most `BLOCK` points; the constants are those of `lognormal`."""
    below, mass, above, low, high, median, log_sd = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    a0, a1, a2, a3, a4, a5, a6, a7, a8 = c[7], c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15]
    b0, b1, b2, b3, b4 = c[16], c[17], c[18], c[19], c[20]
    b5, b6, b7, b8 = c[21], c[22], c[23], c[24]
    places, scores = carray(room(BLOCK, np.int64), BLOCK), carray(room(BLOCK, np.float64), BLOCK)
    values = scores[: tails(row, below, mass, places)]
    tail_scores(row, places, values, below, mass, above)
    for k in range(values.size):
        values[k] = median * exp(log_sd * values[k])
    start = below - 0.5
    for i in range(row.size):
        y = fma(mass, row[i], start)
        r = fma(-y, y, REACH)
        a = fma(fma(fma(fma(a8, r, a7), r, a6), r, a5), r, a4)
        a = fma(fma(fma(fma(a, r, a3), r, a2), r, a1), r, a0)
        b = fma(fma(fma(fma(b8, r, b7), r, b6), r, b5), r, b4)
        b = y * fma(fma(fma(fma(b, r, b3), r, b2), r, b1), r, b0)
        row[i] = min(max(median * ((a + b) / (a - b)), low), high)
    for k in range(values.size):
        row[places[k]] = min(max(values[k], low), high)
