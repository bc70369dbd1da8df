"""Fills the rows of the inputs, one block of draws at a time.

The function is compiled once for a machine, not once for a study: laws and their constants are
data. It is kept apart from the generated kernels, which call it.
"""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from numba import njit

from mcsus.families.kernels import apply_quantile
from mcsus.streams.kernels import fill_philox, fill_sobol, sobol_offset

SOBOL = 0
MONTE_CARLO = 1

SIGNATURE = (
    "void(float64[:,::1], int64, int64, uint8, uint64[:,::1], uint64[:,::1], uint64[:,::1],"
    " int64[::1], int64[::1], int64[::1], int64[::1], float64[::1], float64[::1])"
)


@njit(nogil=True, error_model="numpy")
def fill_block(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    work, draw, n, kind, table, matrix, keys, row, stream, code, start, constant, factor
):
    """Fill ``work[row[k], :n]`` with draws ``draw .. draw + n`` of input cell ``k``.

    Parameters
    ----------
    work : array, shape (row, draw in block)
        Filled in place, in coherent base units.
    draw, n : int
        First draw and number of draws; ``n`` divides 1,024 and ``draw`` is a multiple of it.
    kind : int
        `SOBOL` or `MONTE_CARLO`.
    table, matrix : array of uint64, shapes (stream, 1024) and (stream, 52)
        Sobol' points of the low ten index bits, and scrambled direction numbers.
    keys : array of uint64, shape (stream, 2)
        Philox keys.
    row, stream, code, start : array of int64, shape (cell,); ``start`` has one more
        Target row, stream, quantile kernel and offset of the constants of each cell.
    constant, factor : array of float64
        Constants of the laws, and the factor from a law's unit to base units.
    """
    low = draw & 1023
    high = draw >> 10
    for k in range(row.shape[0]):
        x = work[row[k], :n]
        s = stream[k]
        if kind == SOBOL:
            offset = sobol_offset(matrix[s], high)
            fill_sobol(table[s], offset, x, low)
        else:
            fill_philox(keys[s, 0], keys[s, 1], draw, x)
        apply_quantile(code[k], x, constant[start[k] : start[k + 1]])
        if factor[k] != 1.0:
            for j in range(n):
                x[j] *= factor[k]
