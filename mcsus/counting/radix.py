"""Sorting by digits, compiled: four times as fast as by comparisons where there are many draws.

The bits of a float, seen as an integer, rise with it, once those of negative ones are turned round.
Six digits of such keys are sorted one after the other, the last first, each by counting (H. H.
Seward, 1954; D. E. Knuth, The Art of Computer Programming 3, 5.2.5).
"""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

import numpy as np
from numba import njit, types

from mcsus.numba_private import INNER

_BITS, _DIGITS = 11, 6
_VALUES = 1 << _BITS
_SIGNS = 1 << 8  # of the last digit, of nine bits: negative ones come first
_MASK = 0x7FFFFFFFFFFFFFFF  # all bits of a float but its sign
_INFINITE = 0x7FF0000000000000
_BUCKET = 1 << 14  # draws that stay near the processor while they are sorted

ROWS_SIGNATURE = types.void(types.float64[:, ::1], types.float64[:, ::1])
MERGE_SIGNATURE = types.void(types.float64[:, ::1], types.float64[::1])


@njit(nogil=True, error_model="numpy", **INNER)
def _to_keys(bits, keys):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Fill integers of the order of floats that are given by their bits; NaN is above all."""
    for j in range(bits.shape[0]):
        b = bits[j]
        keys[j] = b ^ ((b >> 63) & _MASK) if b & _MASK <= _INFINITE else _MASK


@njit(nogil=True, error_model="numpy", **INNER)
def _to_bits(keys, bits):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Fill the bits of the floats of keys."""
    for j in range(keys.shape[0]):
        k = keys[j]
        bits[j] = k ^ ((k >> 63) & _MASK)


@njit(nogil=True, error_model="numpy", **INNER)
def _count(keys, counts):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Count the values of every digit."""
    counts[:] = 0
    for j in range(keys.shape[0]):
        k = keys[j]
        for d in range(_DIGITS - 1):
            counts[d, (k >> (_BITS * d)) & (_VALUES - 1)] += 1
        counts[_DIGITS - 1, ((k >> (_BITS * (_DIGITS - 1))) + _SIGNS) & (_VALUES - 1)] += 1


@njit(nogil=True, error_model="numpy", **INNER)
def _sorted_keys(keys, other, counts):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Sort keys, by a second array of their size; return the one of the two that they are in."""
    size = keys.shape[0]
    _count(keys, counts)
    for d in range(_DIGITS):
        shift, signs = _BITS * d, _SIGNS if d == _DIGITS - 1 else 0
        places = counts[d]
        if places[((keys[0] >> shift) + signs) & (_VALUES - 1)] == size:  # the same in all
            continue
        place = 0
        for value in range(_VALUES):
            place, places[value] = place + places[value], place
        for j in range(size):
            k = keys[j]
            value = ((k >> shift) + signs) & (_VALUES - 1)
            other[places[value]] = k
            places[value] += 1
        keys, other = other, keys
    return keys


@njit(nogil=True, error_model="numpy", **INNER)
def _below(keys, key):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Return how many of keys in rising order are below a key."""
    low, high = 0, keys.shape[0]
    while low < high:
        middle = (low + high) >> 1
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@njit(nogil=True, error_model="numpy", inline="always")
def sort_rows(values, out):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Fill `out` with each row in rising order."""
    keys = np.empty(values.shape[1], dtype=np.int64)
    other = np.empty_like(keys)
    counts = np.empty((_DIGITS, _VALUES), dtype=np.int64)
    for r in range(values.shape[0]):
        _to_keys(values[r].view(np.int64), keys)
        _to_bits(_sorted_keys(keys, other, counts), out[r].view(np.int64))


@njit(nogil=True, error_model="numpy", inline="always")
def merge_rows(rows, out):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Fill `out` with the values of rows that are sorted, in rising order.

    They are cut at the same values, and what lies between two of these is sorted by itself.
    """
    count, size = rows.shape
    keys = np.empty((count, size), dtype=np.int64)
    for r in range(count):
        _to_keys(rows[r].view(np.int64), keys[r])
    counts = np.empty((_DIGITS, _VALUES), dtype=np.int64)
    held = np.empty(4 * _BUCKET, dtype=np.int64)
    other = np.empty_like(held)
    begins, ends = np.zeros(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    buckets = max(count * size // _BUCKET, 1)
    done = 0
    for b in range(1, buckets + 1):
        taken = 0
        for r in range(count):
            ends[r] = size if b == buckets else _below(keys[r], keys[0, b * size // buckets])
            taken += ends[r] - begins[r]
        if taken > held.shape[0]:
            held = np.empty(taken, dtype=np.int64)
            other = np.empty_like(held)
        at = 0
        for r in range(count):
            for j in range(begins[r], ends[r]):
                held[at] = keys[r, j]
                at += 1
            begins[r] = ends[r]
        if taken:
            found = _sorted_keys(held[:taken], other[:taken], counts)
            _to_bits(found, out[done : done + taken].view(np.int64))
        done += taken
