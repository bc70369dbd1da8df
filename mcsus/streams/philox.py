"""Philox4x32-10 in NumPy: the reference that the compiled kernel must match bit for bit.

Source: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy
as 1, 2, 3", SC'11 (2011), doi:10.1145/2063384.2063405.

One call turns a counter of four 32-bit words and a key of two into four random words, so any
draw can be had alone. Draws ``2*n`` and ``2*n + 1`` of a stream are the two halves of the
output for counter ``(n mod 2^32, n div 2^32, 0, 0)``: words (0, 1) and (2, 3), the first word of
each pair being the more significant. The top 52 of the 64 bits are the integer of the draw.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words: TypeAlias = NDArray[np.uint64]
"""32-bit words, each in the lower half of a 64-bit integer."""

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
"""Round multipliers of Philox4x32 (Salmon et al. 2011, table 2 and Random123)."""

WEYL = (0x9E3779B9, 0xBB67AE85)
"""What the key gains from round to round: golden ratio and sqrt(3) - 1, in 32 bits."""

ROUNDS = 10

_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def philox4x32(counter: tuple[Any, Any, Any, Any], key: tuple[Any, Any]) -> tuple[Words, ...]:
    """Return the four output words of Philox4x32-10.

    Parameters
    ----------
    counter : tuple of four integers or arrays
        32-bit words of the counter; arrays broadcast.
    key : tuple of two integers or arrays
        32-bit words of the key; arrays broadcast.
    """
    c0, c1, c2, c3 = (np.asarray(word, dtype=np.uint64) for word in counter)
    k0, k1 = (np.asarray(word, dtype=np.uint64) for word in key)
    for _ in range(ROUNDS):
        product0 = np.uint64(MULTIPLIERS[0]) * c0
        product1 = np.uint64(MULTIPLIERS[1]) * c2
        c0 = (product1 >> _HALF) ^ c1 ^ k0
        c1 = product1 & _WORD
        c2 = (product0 >> _HALF) ^ c3 ^ k1
        c3 = product0 & _WORD
        k0 = (k0 + np.uint64(WEYL[0])) & _WORD
        k1 = (k1 + np.uint64(WEYL[1])) & _WORD
    return c0, c1, c2, c3


def random_words(key0: Any, key1: Any, start: int, count: int) -> Words:
    """Return 64-bit words `start` to ``start + count - 1`` of one or more streams.

    Parameters
    ----------
    key0, key1 : int or array of shape (k,)
        Philox keys of the streams.
    start, count : int
        Index of the first word, and how many.

    Returns
    -------
    array of uint64, shape (count, k)
    """
    pairs = np.arange(start >> 1, (start + count + 1) >> 1, dtype=np.uint64)[:, None]
    zero = np.uint64(0)
    keys = (np.atleast_1d(key0), np.atleast_1d(key1))
    c0, c1, c2, c3 = philox4x32((pairs & _WORD, pairs >> _HALF, zero, zero), keys)
    both = np.stack([(c0 << _HALF) | c1, (c2 << _HALF) | c3], axis=1)
    words = both.reshape(2 * len(pairs), both.shape[-1])
    return words[start & 1 : (start & 1) + count]


def uniforms(key: tuple[Any, Any], start: int, count: int) -> NDArray[np.float64]:
    """Return draws `start` to ``start + count - 1`` of one or more streams.

    Parameters
    ----------
    key : tuple of two integers, or of two arrays of shape (k,)
        From `mcsus.streams.stream_keys`.
    start, count : int
        Index of the first draw, and how many.

    Returns
    -------
    array of float64, shape (count,) for one stream or (count, k)
        Uniform numbers in the open interval, dimensionless.
    """
    u = to_uniform(random_words(*key, start, count) >> np.uint64(12))
    return u[:, 0] if np.ndim(key[0]) == 0 else u


def to_uniform(integers: Words) -> NDArray[np.float64]:
    """Return ``(integer + 1/2) * 2^-52`` of 52-bit integers: exact, and never 0 or 1."""
    exact: NDArray[np.float64] = (integers.astype(np.float64) + 0.5) * 2.0**-52
    return exact
