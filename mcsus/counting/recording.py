"""Turns a slab of draws into sums, extremes and counts, after which the draws can be forgotten.

Floating sums belong to fold units of 1,024 draws, and units are folded in the order of the draws,
so that any division of a run into slabs gives the same bits. Counts and extremes are exact.
"""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

import math

import numpy as np
from numba import njit, types

from mcsus.counting.ordered import MOST, ORDINARY
from mcsus.engine.plans import FOLD
from mcsus.numba_private import INNER

_MASK = 0x7FFFFFFFFFFFFFFF  # all bits of a float but its sign

_f8, _i8 = types.float64, types.int64

RECORD_SIGNATURE = types.void(
    *(_f8[:, ::1], _i8, _f8[::1]),  # values, n, pivot
    *(_f8[::1], _i8[:, ::1], _i8[::1], _i8[::1], _f8[::1]),  # centre, key, start, drop, exact
    *(_f8[:, :, ::1], _f8[:, ::1]),  # sums, extremes
    *(types.uint32[::1], _i8[:, ::1]),  # counts, shares
)


@njit(nogil=True, error_model="numpy", fastmath={"reassoc"}, **INNER)
def unit_sums(x, pivot, scale):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Return the scaled sums of ``x - pivot`` and its square; not finite when a draw is not."""
    total, square = 0.0, 0.0
    zero = pivot * scale
    for j in range(x.shape[0]):  # the order of additions is free, so that they are vectorised
        d = x[j] * scale - zero
        total += d
        square += d * d
    return total, square


@njit(nogil=True, error_model="numpy", **INNER)
def ordered_extremes(bits):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Return least and greatest of floats given by their bits, as integers of the same order.

    Integers have a vectorised minimum without assuming that no draw is NaN; a NaN is beyond the
    infinities and so is seen here.
    """
    least, greatest = _MASK, -_MASK - 1
    for j in range(bits.shape[0]):
        b = bits[j]
        k = b ^ ((b >> 63) & _MASK)
        least = min(least, k)
        greatest = max(greatest, k)
    return least, greatest


@njit(nogil=True, error_model="numpy", inline="always")
def moments(values, n, pivot, sums, extremes):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill sums of each fold unit and widen the extremes.

    Parameters
    ----------
    values : array, shape (row, draw)
        The first `n` draws of each row are recorded.
    pivot : array, shape (row,)
        Subtracted before summing, so that a variance does not cancel.
    sums : array, shape (unit, row, 2)
        Filled with the sums of ``x - pivot`` and of its square, scaled by a power of two where
        squares might not be finite: see `mcsus.counting.ordered.exponents`.
    extremes : array, shape (row, 2)
        Least and greatest value so far.
    """
    ends = np.empty(2, dtype=np.int64)
    as_float = ends.view(np.float64)
    for r in range(values.shape[0]):
        _, exponent = math.frexp(pivot[r])
        exponent = min(max(exponent, -MOST), MOST) if abs(exponent) > ORDINARY else 0
        scale = math.ldexp(1.0, -exponent)
        for u in range((n + FOLD - 1) // FOLD):
            x = values[r, u * FOLD : min(n, (u + 1) * FOLD)]
            sums[u, r, 0], sums[u, r, 1] = unit_sums(x, pivot[r], scale)
        least, greatest = ordered_extremes(values[r, :n].view(np.int64))
        ends[0] = least ^ ((least >> 63) & _MASK)
        ends[1] = greatest ^ ((greatest >> 63) & _MASK)
        if not as_float[0] >= extremes[r, 0]:
            extremes[r, 0] = as_float[0]
        if not as_float[1] <= extremes[r, 1]:
            extremes[r, 1] = as_float[1]


@njit(nogil=True, error_model="numpy", **INNER)
def find_places(x, centre, key, y, place):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Fill `place` with the places of values, as `mcsus.counting.bins.Bins.places` has them."""
    shift, base, origin, last = key[0], key[1], key[2], key[3]
    for j in range(x.shape[0]):
        y[j] = (x[j] - centre) + 0.0  # no negative zero
    bits = y.view(np.int64)
    for j in range(x.shape[0]):
        magnitude = max(((bits[j] & _MASK) >> shift) - base, 0)
        at = origin + (magnitude ^ (bits[j] >> 63))  # origin - 1 - magnitude below the centre
        place[j] = min(max(at, 0), last)


@njit(nogil=True, error_model="numpy", inline="always")
def count_bins(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    x, centre, key, start, drop, y, place, counts
):
    """Count each value of a row in its bin.

    Parameters
    ----------
    x : array, shape (draw,)
    centre, key, start, drop
        Those of the row: see `Layout.arguments`.
    y, place : array, shape (FOLD,)
        Scratch.
    counts : array of uint32
        Counts of all rows.
    """
    width = key[4]
    for done in range(0, x.shape[0], FOLD):
        part = x[done : min(x.shape[0], done + FOLD)]
        find_places(part, centre, key, y, place)
        for j in range(part.shape[0]):
            k = place[j] >> width
            counts[start[k] + (place[j] >> drop[k])] += 1


@njit(nogil=True, error_model="numpy", inline="always")
def count_shares(x, exact, counts):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add to `counts`, shape (exact value, 2), the draws below each value, and at most it."""
    for k in range(exact.shape[0]):
        t = exact[k]
        below, most = 0, 0
        for j in range(x.shape[0]):
            below += x[j] < t
            most += x[j] <= t
        counts[k, 0] += below
        counts[k, 1] += most


@njit(nogil=True, error_model="numpy", inline="always")
def record_slab(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    values, n, pivot, centre, key, start, drop, exact, sums, extremes, counts, shares
):
    """Record the first `n` draws of every row: see `moments`, `count_bins`, `count_shares`."""
    moments(values, n, pivot, sums, extremes)
    y = np.empty(FOLD, dtype=np.float64)
    place = np.empty(FOLD, dtype=np.int64)
    for r in range(values.shape[0]):
        if key[r, 3] < 0:  # nothing is counted
            continue
        x = values[r, :n]
        table = slice(key[r, 5], key[r, 6])
        count_bins(x, centre[r], key[r], start[table], drop[table], y, place, counts)
        known = slice(key[r, 7], key[r, 8])
        count_shares(x, exact[known], shares[known])
