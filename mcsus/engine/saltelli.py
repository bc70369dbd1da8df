"""Sums over the points of a Sobol' index run, from which its indices follow; nothing is stored.

The evaluations of a slab are those of `Kernel.plan`: A, B, A with each group from B, and for pairs
B with each group from A. Sums are made over 1,024 base points and folded in their order with a
carry for what rounding loses, so slabs and tasks of any size give the same bits. They are of
values minus a pivot of the row: differences of evaluations and deviations are then exact enough
whatever the mean, and all sums are 0 where nothing varies.
"""
# mypy: disallow-untyped-decorators=False

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from mcsus.engine.plans import FOLD
from mcsus.numba_private import INNER

Array = NDArray[np.float64]

_BASE, _GROUP, _PAIRED = 4, 3, 2  # columns of A and B, of a group, and more of a paired group

_f8, _i8 = types.float64, types.int64

SUMS_SIGNATURE = types.void(_f8[:, :, ::1], _i8, _f8[::1], _i8, _i8, _f8[:, :, ::1])


def columns(groups: int, paired: int = 0) -> int:
    """Return how many sums `saltelli_sums` makes of a row.

    Parameters
    ----------
    groups : int
        Number of groups.
    paired : int
        How many of them, the first ones, have indices of pairs.
    """
    return _BASE + _GROUP * groups + _PAIRED * paired + paired * (paired - 1) // 2


def chosen_columns(
    groups: int, paired: int, places: Sequence[int], *, second_order: bool = False
) -> list[int]:
    """Return the columns of a run of fewer groups: those at `places`, in increasing order.

    Parameters
    ----------
    groups, paired : int
        Of the run that was made.
    second_order : bool
        Whether the pairs of `places` are wanted, which are below `paired` then.

    Examples
    --------
    >>> chosen_columns(2, 0, [1])
    [0, 1, 2, 3, 7, 8, 9]
    >>> chosen_columns(2, 2, [0, 1], second_order=True) == list(range(columns(2, 2)))
    True
    """
    chosen = list(range(_BASE))
    chosen += [_BASE + _GROUP * g + k for g in places for k in range(_GROUP)]
    if second_order:
        start = _BASE + _GROUP * groups
        chosen += [start + _PAIRED * g + k for g in places for k in range(_PAIRED)]
        start += _PAIRED * paired
        number = {pair: k for k, pair in enumerate(combinations(range(paired), 2))}
        chosen += [start + number[pair] for pair in combinations(places, 2)]
    return chosen


@njit(nogil=True, error_model="numpy", fastmath={"reassoc"}, **INNER)
def _sum_base(a, b, pivot, sums):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add up A, B and their squares."""
    s = t = u = v = 0.0
    for j in range(a.shape[0]):
        x = a[j] - pivot
        y = b[j] - pivot
        s += x
        t += y
        u += x * x
        v += y * y
    sums[0], sums[1], sums[2], sums[3] = s, t, u, v


@njit(nogil=True, error_model="numpy", fastmath={"reassoc"}, **INNER)
def _sum_group(a, b, mixed, pivot, sums):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add up the change of A when a group is from B, its product with B, and its square."""
    s = t = u = 0.0
    for j in range(a.shape[0]):
        d = mixed[j] - a[j]
        s += d
        t += (b[j] - pivot) * d
        u += d * d
    sums[0], sums[1], sums[2] = s, t, u


@njit(nogil=True, error_model="numpy", fastmath={"reassoc"}, **INNER)
def _sum_paired(a, b, mixed, pivot, sums):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add up the change of B when a group is from A, and its product with A."""
    s = t = 0.0
    for j in range(a.shape[0]):
        e = mixed[j] - b[j]
        s += e
        t += (a[j] - pivot) * e
    sums[0], sums[1] = s, t


@njit(nogil=True, error_model="numpy", fastmath={"reassoc"}, **INNER)
def _sum_pair(a, b, mixed_a, mixed_b):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Return the sum of the products of the changes of A and of B."""
    s = 0.0
    for j in range(a.shape[0]):
        s += (mixed_a[j] - a[j]) * (mixed_b[j] - b[j])
    return s


@njit(nogil=True, error_model="numpy", inline="always")
def saltelli_sums(out, n, pivot, groups, paired, sums):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Add up a slab, for every 1,024 base points.

    Reductions may be reassociated, which lets them be vectorised; nothing else is relaxed, so
    one value that is not finite leaves a sum that is not finite.

    Parameters
    ----------
    out : array, shape (row, evaluation, base point)
        From `Kernel.run` of a plan with groups.
    n : int
        How many of its base points count.
    pivot : array, shape (row,)
        Taken from every value.
    groups, paired : int
        Number of groups, and how many of them, the first ones, have indices of pairs.
    sums : array, shape (unit, row, column)
        Filled; columns: A, B, A^2, B^2 (all minus the pivot); for each group d = AB - A, B d, d^2;
        for each paired group e = BA - B, A e; for each pair i < j of these, in rows, d_j e_i.
    """
    for unit in range((n + FOLD - 1) // FOLD):
        low = unit * FOLD
        high = min(low + FOLD, n)
        for row in range(out.shape[0]):
            a = out[row, 0, low:high]
            b = out[row, 1, low:high]
            into = sums[unit, row]
            _sum_base(a, b, pivot[row], into[:_BASE])
            k = _BASE
            for g in range(groups):
                _sum_group(a, b, out[row, 2 + g, low:high], pivot[row], into[k : k + _GROUP])
                k += _GROUP
            for g in range(paired):
                mixed = out[row, 2 + groups + g, low:high]
                _sum_paired(a, b, mixed, pivot[row], into[k : k + _PAIRED])
                k += _PAIRED
            for i in range(paired):
                mixed_b = out[row, 2 + groups + i, low:high]
                for j in range(i + 1, paired):
                    into[k] = _sum_pair(a, b, out[row, 2 + j, low:high], mixed_b)
                    k += 1
