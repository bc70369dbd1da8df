"""Fills inputs, evaluates the model, stores results: one block of draws at a time.

These functions are compiled once for a machine, not once for a study: laws are data, and the model
of a study is a function that is passed in. So are the points and the quantile loops, because numba
optimises again whatever a function calls directly.
"""
# mypy: disallow-untyped-decorators=False

from typing import Any, NamedTuple, get_args, get_type_hints

import numpy as np
from numba import from_dtype, njit, types

from mcsus.dependence.copula_loops import add_score, from_normal, from_student, mirror, set_score
from mcsus.engine.plans import InputArrays, Plan, Points
from mcsus.families.loops.codes import CONSTANT
from mcsus.streams.point_loops import fill_philox, fill_sobol, sobol_offset

OWN = 0
MIRRORED = 1
GAUSSIAN = 2
STUDENT_T = 3

_f8, _i8, _u1 = types.float64, types.int64, types.uint8


def record_type(record: type[NamedTuple]) -> Any:
    """Return numba's type of a record of arrays and whole numbers, from its annotations."""
    kinds: list[Any] = []
    for hint in get_type_hints(record, include_extras=True).values():
        if hint is int:
            kinds.append(_i8)
        else:
            number, axes = get_args(hint)
            while get_args(number):  # NumPy writes the alias NDArray out, or not, by its version
                number = get_args(number)[-1]
            kinds.append(types.Array(from_dtype(np.dtype(number)), axes, "C"))
    named: Any = types.NamedTuple
    return named(kinds, record)


MODEL_SIGNATURE = types.void(
    _f8[:, ::1],  # work
    _i8[::1],  # location
    _u1[::1],  # active
    _f8[::1],  # coordinate
    _i8[::1],  # single
    _f8[:, ::1],  # individual
    _i8,  # n
)

POINTS_SIGNATURE = types.void(_f8[::1], _i8, _i8, record_type(Points))  # row, stream, draw

QUANTILE_SIGNATURE = types.void(_i8, _f8[::1], _f8[::1])  # code, row, constants

RUN_SIGNATURE = types.void(
    types.FunctionType(MODEL_SIGNATURE),
    types.FunctionType(POINTS_SIGNATURE),
    types.FunctionType(QUANTILE_SIGNATURE),
    record_type(Points),
    record_type(InputArrays),
    record_type(Plan),
    *(_f8[:, ::1], _i8, _i8, _i8),  # work, first, count, n
    *(_f8[:, :, ::1], _i8),  # out, at
)


@njit(nogil=True, error_model="numpy", inline="always")
def sobol_points(x, s, draw, points):  # type: ignore[no-untyped-def]
    """Fill a row with the Sobol' points of stream `s` from a draw on; see `fill_block`."""
    fill_sobol(points.table[s], sobol_offset(points.matrix[s], draw >> 10), x, draw & 1023)


@njit(nogil=True, error_model="numpy", inline="always")
def monte_carlo_points(x, s, draw, points):  # type: ignore[no-untyped-def]
    """Fill a row with the random points of stream `s` from a draw on; see `fill_block`."""
    fill_philox(points.keys[s, 0], points.keys[s, 1], draw, x)


@njit(nogil=True, error_model="numpy", inline="always")
def given_points(x, s, draw, points):  # type: ignore[no-untyped-def]
    """Fill a row with the given points of stream `s` from a draw on; see `fill_block`."""
    for j in range(x.size):
        x[j] = points.given[s, draw + j]


@njit(nogil=True, error_model="numpy", inline="always")
def mix_points(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    fill, quantile, x, scratch, draw, points, mix, inputs
):
    """Fill a row with the points of one dependent cell, mixed from those of its streams.

    Parameters
    ----------
    x, scratch : array, shape (draw in block,)
        Filled, and used for the points of one stream at a time.
    mix : array of int64
        One row of the array of `inputs`.
    """
    if mix[0] == MIRRORED:
        fill(x, inputs.link[mix[1]], draw, points)
        mirror(x)
        return
    for k in range(mix[1], mix[2]):
        fill(scratch, inputs.link[k], draw, points)
        if k == mix[1]:
            set_score(x, scratch, inputs.weight[k])
        else:
            add_score(x, scratch, inputs.weight[k])
    if mix[0] == STUDENT_T:
        fill(scratch, mix[3], draw, points)
        quantile(mix[4], scratch, inputs.shape[mix[5] : mix[6]])
        from_student(x, scratch, inputs.shape[mix[6] : mix[7]])
    else:
        from_normal(x)


@njit(nogil=True, error_model="numpy", inline="always")
def unmixed_points(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    fill, quantile, x, scratch, draw, points, mix, inputs
):
    """Stand for `mix_points` where no cell depends on another: it takes a second to compile."""


def fill_block(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    fill, quantile, points, inputs, work, draw, n, fresh
):
    """Fill ``work[row[k], :n]`` with draws ``draw .. draw + n`` of input cell ``k``.

    Parameters
    ----------
    fill, quantile : functions of `POINTS_SIGNATURE` and `QUANTILE_SIGNATURE`
        Fill a row with points of a stream; turn points into values.
    points, inputs : records
    work : array, shape (row, draw in block)
        Filled in place, in coherent base units; its last row is scratch for dependent cells.
    draw, n : int
        First draw and number of draws; ``n`` divides 1,024 and ``draw`` is a multiple of it.
    fresh : bool
        Whether `work` was never filled: constants stay as they are.
    """
    for k in range(inputs.row.shape[0]):
        if inputs.code[k] == CONSTANT and not fresh:
            continue
        x = work[inputs.row[k], :n]
        if inputs.mix[k, 0] == OWN:
            fill(x, inputs.stream[k], draw, points)
        else:
            scratch = work[work.shape[0] - 1, :n]
            mix_points(fill, quantile, x, scratch, draw, points, inputs.mix[k], inputs)
        quantile(inputs.code[k], x, inputs.constant[inputs.start[k] : inputs.start[k + 1]])
        if inputs.factor[k] != 1.0:
            for j in range(n):
                x[j] *= inputs.factor[k]


def run_blocks(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    model, fill, quantile, points, inputs, plan, work, first, count, n, out, at
):
    """Run `count` blocks of `n` draws from draw `first` on, and store what is wanted.

    Parameters
    ----------
    model : function of `MODEL_SIGNATURE`
        Fills the rows of the equations from the rows of the inputs.
    fill .. work
        See `fill_block`.
    out : array, shape (stored row, evaluation, draw)
        Filled from draw `at` on; a last block that does not fit is cut.
    """
    for block in range(count):
        draw = first + block * n
        fill_block(fill, quantile, points, inputs, work, draw, n, block == 0)  # type: ignore[no-untyped-call]
        left = out.shape[2] - at - block * n
        m = n if n < left else left
        for e in range(plan.location.shape[0]):
            for k in range(plan.patches[e], plan.patches[e + 1]):
                for j in range(n):
                    work[plan.patch[k, 1], j] = work[plan.patch[k, 0], j]
            model(
                work, plan.location[e], plan.active[e], plan.coordinate, plan.single,
                points.individual, n,
            )  # fmt: skip
            for t in range(plan.quantity.shape[0]):
                source = plan.location[e, plan.quantity[t]] + plan.cell[t]
                for j in range(m):
                    out[t, e, at + block * n + j] = work[source, j] * plan.scale[t]
