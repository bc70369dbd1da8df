"""Fills inputs, evaluates the model, stores results: one block of draws at a time.

These functions are compiled once for a machine, not once for a study: laws are data, and the model
of a study is a function that is passed in. So are the points and the quantile loops, because numba
optimises again whatever a function calls directly.
"""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from numba import njit, types

from mcsus.dependence.copula_loops import add_score, from_normal, from_student, mirror, set_score
from mcsus.families.loops.codes import CONSTANT
from mcsus.streams.kernels import fill_philox, fill_sobol, sobol_offset

OWN = 0
MIRRORED = 1
GAUSSIAN = 2
STUDENT_T = 3

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

POINTS_SIGNATURE = types.void(
    *(_f8[::1], _i8, _i8),  # row, stream, draw
    *(_u8[:, ::1], _u8[:, ::1], _u8[:, ::1]),  # table, matrix, keys
)

QUANTILE_SIGNATURE = types.void(_i8, _f8[::1], _f8[::1])  # code, row, constants

RUN_SIGNATURE = types.void(
    types.FunctionType(MODEL_SIGNATURE),
    types.FunctionType(POINTS_SIGNATURE),
    types.FunctionType(QUANTILE_SIGNATURE),
    *(_f8[:, ::1], _i8, _i8, _i8),  # work, first, count, n
    *(_u8[:, ::1], _u8[:, ::1], _u8[:, ::1]),  # table, matrix, keys
    *(_i8[::1], _i8[::1], _i8[::1], _i8[::1]),  # row, stream, code, start
    *(_f8[::1], _f8[::1]),  # constant, factor
    *(_i8[:, ::1], _i8[::1], _f8[::1], _f8[::1]),  # mix, link, weight, shape
    *(_i8[:, ::1], _u1[:, ::1], _f8[::1]),  # location, active, coordinate
    *(_i8[::1], _f8[:, ::1]),  # single, individual
    *(_i8[::1], _i8[::1], _f8[::1]),  # quantity, cell, scale
    *(_f8[:, :, ::1], _i8),  # out, at
)


@njit(nogil=True, error_model="numpy", inline="always")
def sobol_points(x, s, draw, table, matrix, keys):  # type: ignore[no-untyped-def]  # noqa: ARG001
    """Fill a row with the Sobol' points of stream `s` from a draw on; see `fill_block`."""
    fill_sobol(table[s], sobol_offset(matrix[s], draw >> 10), x, draw & 1023)


@njit(nogil=True, error_model="numpy", inline="always")
def monte_carlo_points(  # type: ignore[no-untyped-def]
    x, s, draw, table, matrix, keys  # noqa: ARG001
):  # fmt: skip
    """Fill a row with the random points of stream `s` from a draw on; see `fill_block`."""
    fill_philox(keys[s, 0], keys[s, 1], draw, x)


@njit(nogil=True, error_model="numpy", inline="always")
def mix_points(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    points, quantile, x, scratch, draw, table, matrix, keys, mix, link, weight, shape
):
    """Fill a row with the points of one dependent cell, mixed from those of its streams.

    Parameters
    ----------
    x, scratch : array, shape (draw in block,)
        Filled, and used for the points of one stream at a time.
    mix : array of int64
        One row of the array of `fill_block`.
    """
    if mix[0] == MIRRORED:
        points(x, link[mix[1]], draw, table, matrix, keys)
        mirror(x)
        return
    for k in range(mix[1], mix[2]):
        points(scratch, link[k], draw, table, matrix, keys)
        if k == mix[1]:
            set_score(x, scratch, weight[k])
        else:
            add_score(x, scratch, weight[k])
    if mix[0] == STUDENT_T:
        points(scratch, mix[3], draw, table, matrix, keys)
        quantile(mix[4], scratch, shape[mix[5] : mix[6]])
        from_student(x, scratch, shape[mix[6] : mix[7]])
    else:
        from_normal(x)


@njit(nogil=True, error_model="numpy", inline="always")
def unmixed_points(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    points, quantile, x, scratch, draw, table, matrix, keys, mix, link, weight, shape
):
    """Stand for `mix_points` where no cell depends on another: it takes a second to compile."""


def fill_block(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    points, quantile, work, draw, n, table, matrix, keys, row, stream, code, start, constant,
    factor, mix, link, weight, shape, fresh,
):  # fmt: skip
    """Fill ``work[row[k], :n]`` with draws ``draw .. draw + n`` of input cell ``k``.

    Parameters
    ----------
    work : array, shape (row, draw in block)
        Filled in place, in coherent base units; its last row is scratch for dependent cells.
    draw, n : int
        First draw and number of draws; ``n`` divides 1,024 and ``draw`` is a multiple of it.
    table, matrix : array of uint64, shapes (stream, 1024) and (stream, 52)
        Sobol' points of the low ten index bits, and scrambled direction numbers.
    keys : array of uint64, shape (stream, 2)
        Philox keys.
    row, stream, code, start : array of int64, shape (cell,); ``start`` has one more
        Target row, stream, quantile kernel and offset of the constants of each cell.
    constant, factor : array of float64
        Constants of the laws, and the factor from a law's unit to base units.
    mix : array of int64, shape (cell, 8)
        For each cell: `OWN`, `MIRRORED`, `GAUSSIAN` or `STUDENT_T`; first and last link; for
        `STUDENT_T` the stream of the common scale, its quantile kernel, and the first number
        of its constants, of the t table and after it in `shape`.
    link, weight : array, shape (link,)
        Stream and coefficient of each link.
    shape : array of float64
        Constants of common scales and t tables.
    fresh : bool
        Whether `work` was never filled: constants stay as they are.
    """
    for k in range(row.shape[0]):
        if code[k] == CONSTANT and not fresh:
            continue
        x = work[row[k], :n]
        if mix[k, 0] == OWN:
            points(x, stream[k], draw, table, matrix, keys)
        else:
            scratch = work[work.shape[0] - 1, :n]
            mix_points(
                points,
                quantile,
                x,
                scratch,
                draw,
                table,
                matrix,
                keys,
                mix[k],
                link,
                weight,
                shape,
            )
        quantile(code[k], x, constant[start[k] : start[k + 1]])
        if factor[k] != 1.0:
            for j in range(n):
                x[j] *= factor[k]


def run_blocks(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    model, points, quantile, work, first, count, n, table, matrix, keys, row, stream, code,
    start, constant, factor, mix, link, weight, shape, location, active, coordinate, single,
    individual, quantity, cell, scale, out, at,
):  # fmt: skip
    """Run `count` blocks of `n` draws from draw `first` on, and store what is wanted.

    Parameters
    ----------
    model, quantile : functions of `MODEL_SIGNATURE` and `QUANTILE_SIGNATURE`
        Fill the rows of the equations from the rows of the inputs; turn points into values.
    work .. shape
        See `fill_block`.
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
        fill_block(  # type: ignore[no-untyped-call]
            points, quantile, work, draw, n, table, matrix, keys, row, stream, code, start,
            constant, factor, mix, link, weight, shape, block == 0,
        )  # fmt: skip
        left = out.shape[2] - at - block * n
        m = n if n < left else left
        for e in range(location.shape[0]):
            model(work, location[e], active[e], coordinate, single, individual, n)
            for t in range(quantity.shape[0]):
                source = location[e, quantity[t]] + cell[t]
                for j in range(m):
                    out[t, e, at + block * n + j] = work[source, j] * scale[t]
