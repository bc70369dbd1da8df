"""Fills inputs, evaluates the model, stores results: one block of draws at a time.

These functions are compiled once for a machine, not once for a study: laws are data, and the model
of a study is a function that is passed in.
"""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from numba import njit, types

from mcsus.families.kernels import apply_quantile
from mcsus.streams.kernels import fill_philox, fill_sobol, sobol_offset

SOBOL = 0
MONTE_CARLO = 1

_f8, _i8, _u1, _u8 = types.float64, types.int64, types.uint8, types.uint64

MODEL_SIGNATURE = types.void(
    _f8[:, ::1],  # work
    _i8[::1],  # location
    _u1[::1],  # active
    _f8[::1],  # coordinate
    _i8[::1],  # single
    _f8[:, ::1],  # individual
    _i8,  # n
)

RUN_SIGNATURE = types.void(
    types.FunctionType(MODEL_SIGNATURE),
    *(_f8[:, ::1], _i8, _i8, _i8, _u1),  # work, first, count, n, kind
    *(_u8[:, ::1], _u8[:, ::1], _u8[:, ::1]),  # table, matrix, keys
    *(_i8[::1], _i8[::1], _i8[::1], _i8[::1]),  # row, stream, code, start
    *(_f8[::1], _f8[::1]),  # constant, factor
    *(_i8[:, ::1], _u1[:, ::1], _f8[::1]),  # location, active, coordinate
    *(_i8[::1], _f8[:, ::1]),  # single, individual
    *(_i8[::1], _i8[::1], _f8[::1]),  # quantity, cell, scale
    *(_f8[:, :, ::1], _i8),  # out, at
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


@njit(nogil=True, error_model="numpy")
def run_blocks(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    model, work, first, count, n, kind, table, matrix, keys, row, stream, code, start, constant,
    factor, location, active, coordinate, single, individual, quantity, cell, scale, out, at,
):  # fmt: skip
    """Run `count` blocks of `n` draws from draw `first` on, and store what is wanted.

    Parameters
    ----------
    model : function of `MODEL_SIGNATURE`
        Fills the rows of the equations from the rows of the inputs.
    location, active : arrays, shapes (evaluation, quantity) and (evaluation, step)
        Rows of every quantity and steps to evaluate, in each evaluation of the plan.
    coordinate : array of float64
        Labels of numeric dims.
    single, individual : arrays, shapes (cell,) and (individual, cell)
        Rows and values of the inputs that differ between individuals.
    quantity, cell, scale : arrays, shape (stored row,)
        What to store.
    out : array, shape (stored row, evaluation, draw)
        Filled from draw `at` on; a last block that does not fit is cut.
    """
    for block in range(count):
        draw = first + block * n
        fill_block(
            work, draw, n, kind, table, matrix, keys, row, stream, code, start, constant, factor
        )
        left = out.shape[2] - at - block * n
        m = n if n < left else left
        for e in range(location.shape[0]):
            model(work, location[e], active[e], coordinate, single, individual, n)
            for t in range(quantity.shape[0]):
                source = location[e, quantity[t]] + cell[t]
                for j in range(m):
                    out[t, e, at + block * n + j] = work[source, j] * scale[t]
