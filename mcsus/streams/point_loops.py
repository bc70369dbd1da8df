"""Compiled points: the same bits as the NumPy reference, a block at a time.

Plain ``njit`` without a cache of its own: generated kernels call these and are cached whole.
``forceinline`` lets LLVM see through the calls, which is what makes the loops over draws vector
code. Import this module only to run; it imports numba.
"""
# mypy: disallow-untyped-decorators=False

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mcsus.families.loops.intrinsics import store_left, store_right
from mcsus.numba_private import INNER
from mcsus.streams.philox import MULTIPLIERS, WEYL

_M0, _M1 = (np.uint64(word) for word in MULTIPLIERS)
_W0, _W1 = (np.uint64(word) for word in WEYL)
_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_HIGH = np.uint64(20)  # 20 + 32 bits are the 52 of a draw: all of one word,
_DROP = np.uint64(12)  # and the next without its lowest 12
_ONE = np.uint64(1)
_ZERO = np.uint64(0)
_EXPONENT = np.uint64(0x3FF0000000000000)  # of doubles from 1 to 2
_BELOW_ONE = 1.0 - 2.0**-53
_FIRST_BIT = 10  # of the draw index that the table does not cover


@njit(nogil=True, error_model="numpy", forceinline=True)
def to_uniform(integer: np.uint64) -> np.float64:
    """Return ``(integer + 1/2) * 2^-52`` of a 52-bit integer, exactly.

    The integer becomes the mantissa of a double ``1 + integer * 2^-52``; taking ``1 - 2^-53``
    away leaves a number of 53 bits, so nothing is rounded.
    """
    return np.uint64(integer | _EXPONENT).view(np.float64) - _BELOW_ONE


@njit(nogil=True, error_model="numpy", forceinline=True)
def fill_sobol(
    table_row: NDArray[np.uint64], offset: np.uint64, row: NDArray[np.float64], first: int = 0
) -> None:
    """Write Sobol' draws of one dimension into `row`, from the draw at `first` in its block on.

    Parameters
    ----------
    table_row : array of uint64, shape (1024,)
        One row of `mcsus.streams.block_table`.
    offset : uint64
        From `sobol_offset`, for the block of 1,024 draws.
    """
    low = np.int64(first)
    part = table_row[low : low + row.size]
    for i in range(row.size):
        row[i] = to_uniform(part[i] ^ offset)


@njit(nogil=True, error_model="numpy", forceinline=True)
def sobol_offset(matrix_row: NDArray[np.uint64], block_index: int) -> np.uint64:
    """Return what the draws of a block of 1,024 add, by XOR, to a row of the table.

    Parameters
    ----------
    matrix_row : array of uint64, shape (52,)
        One row of the matrix of `mcsus.streams.scrambled_directions`.
    """
    offset = _ZERO
    index = np.uint64(block_index)
    bit = _FIRST_BIT
    while index:  # few bits are set: a loop over all that could be costs more than the points
        if index & _ONE:
            offset ^= matrix_row[bit]
        index >>= _ONE
        bit += 1
    return offset


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _round(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the counter after one Philox round; only the low 32 bits of a word mean anything."""
    product0 = _M0 * (c0 & _WORD)
    product1 = _M1 * (c2 & _WORD)
    return (product1 >> _HALF) ^ c1 ^ k0, product1, (product0 >> _HALF) ^ c3 ^ k1, product0


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _two_rounds(c: tuple, d: tuple, k0: np.uint64, k1: np.uint64) -> tuple:  # type: ignore[type-arg]
    """Return two counters after one round each."""
    return _round(c[0], c[1], c[2], c[3], k0, k1), _round(d[0], d[1], d[2], d[3], k0, k1)


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _two_philox(c: tuple, d: tuple, k0: np.uint64, k1: np.uint64) -> tuple:  # type: ignore[type-arg]
    """Return two counters after Philox4x32-10; see `mcsus.streams.philox4x32`.

    The ten rounds are written out: as a loop they would keep LLVM from vectorising over draws. Two
    counters go side by side, as each round of one waits for the round before.
    """
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    k0, k1 = k0 + _W0, k1 + _W1
    c, d = _two_rounds(c, d, k0, k1)
    return c, d


@njit(nogil=True, error_model="numpy", forceinline=True)
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the four output words of Philox4x32-10."""
    c = _two_philox((c0, c1, c2, c3), (c0, c1, c2, c3), k0, k1)[0]
    return c[0] & _WORD, c[1] & _WORD, c[2] & _WORD, c[3] & _WORD


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _counter(pair: np.uint64) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Return the counter of draws ``2 * pair`` and ``2 * pair + 1``."""
    return pair & _WORD, pair >> _HALF, _ZERO, _ZERO


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _draw(high: np.uint64, low: np.uint64) -> np.float64:
    """Return the draw of two output words."""
    return to_uniform(((high & _WORD) << _HIGH) | ((low & _WORD) >> _DROP))


@njit(nogil=True, error_model="numpy", forceinline=True, **INNER)
def _pair(pair: np.uint64, k0: np.uint64, k1: np.uint64) -> tuple[np.float64, np.float64]:
    """Return draws ``2 * pair`` and ``2 * pair + 1``."""
    c0, c1 = _counter(pair)[:2]
    words = philox4x32(c0, c1, _ZERO, _ZERO, k0, k1)
    return _draw(words[0], words[1]), _draw(words[2], words[3])


@njit(nogil=True, error_model="numpy", forceinline=True)
def fill_philox(key0: int, key1: int, first_draw: int, row: NDArray[np.float64]) -> None:
    """Write Monte Carlo draws of one stream, by its Philox key, into `row`.

    An even first draw is the fast case.
    """
    k0 = np.uint64(key0) & _WORD
    k1 = np.uint64(key1) & _WORD
    odd = np.int64(first_draw) & 1
    first_pair = np.int64(first_draw) >> 1
    if odd and row.size > 0:
        row[0] = _pair(np.uint64(first_pair), k0, k1)[1]
        first_pair += 1
    rest = row[odd:]
    half = rest.size // 4  # pairs in either half
    for i in range(half):
        left, right = np.uint64(first_pair + i), np.uint64(first_pair + half + i)
        c, d = _two_philox(_counter(left), _counter(right), k0, k1)
        store_left(rest, 2 * i, _draw(c[0], c[1]))
        store_left(rest, 2 * i + 1, _draw(c[2], c[3]))
        store_right(rest, 2 * (half + i), _draw(d[0], d[1]))
        store_right(rest, 2 * (half + i) + 1, _draw(d[2], d[3]))
    for i in range(4 * half, rest.size):
        rest[i] = _pair(np.uint64(first_pair + i // 2), k0, k1)[i & 1]
