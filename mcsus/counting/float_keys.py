"""The coarse key of a value: upper bits of the distance to a centre, with its sign.

The bits of a float, read as an integer, grow with it, and are linear in each octave; so they serve
laws of one sign over many magnitudes as well as narrow ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_BINS = 4096

_MASK = np.int64(0x7FFFFFFFFFFFFFFF)
_TAIL = 1 / 8192  # probability beyond which magnitudes share a bin
_SEEN = 1 << 14  # held draws from which a key is chosen


def as_ordered(values: Array) -> Integers:
    """Return integers in the order of floats.

    Examples
    --------
    >>> np.diff(as_ordered(np.array([-1.0, 0.0, 5e-324, 1.0]))) > 0
    array([ True,  True,  True])
    """
    bits = np.ascontiguousarray(values, dtype=np.float64).view(np.int64)
    return np.asarray(bits ^ ((bits >> 63) & _MASK))


def as_floats(ordered: Integers) -> Array:
    """Return the floats of `as_ordered`.

    Examples
    --------
    >>> as_floats(as_ordered(np.array([-1.5, 0.0, 2.0])))
    array([-1.5,  0. ,  2. ])
    """
    return np.asarray((ordered ^ ((ordered >> 63) & _MASK)).view(np.float64))


@dataclass(frozen=True)
class FloatKey:
    """A monotone map of floats to the bins ``0 .. last``.

    With y = x - centre and k = max((bits of abs(y) >> shift) - base, 0), the bin is origin + k
    for y >= 0 and origin - 1 - k below, cut off at 0 and `last`.
    """

    centre: float
    shift: int
    base: int
    origin: int
    last: int

    def bins(self, values: Array) -> Integers:
        """Return the bin of each value.

        Examples
        --------
        >>> key_for(np.linspace(1, 2, 100)).bins(np.array([-1.0, 1.0, 2.0, 9.0]))
        array([   0,    0, 2048, 2048])
        """
        bits = ((values - self.centre) + 0.0).view(np.int64)
        magnitude = np.maximum(((bits & _MASK) >> self.shift) - self.base, 0)
        return np.asarray(np.clip(self.origin + (magnitude ^ (bits >> 63)), 0, self.last))

    def edges(self) -> Array:
        """Return the ends of the bins, infinite at both ends.

        Examples
        --------
        >>> edges = key_for(np.linspace(1, 2, 100)).edges()
        >>> bool((np.diff(edges) > 0).all())
        True
        """
        inner = np.arange(1, self.last + 1) - self.origin  # signed magnitude at the lower end
        magnitude = np.abs(inner)
        bits = (magnitude + self.base) << self.shift
        y = np.where(magnitude == 0, 0.0, bits.view(np.float64))
        return np.concatenate([[-np.inf], self.centre + np.sign(inner) * y, [np.inf]])


def key_for(ordered: Array) -> FloatKey:
    """Return the key of at most 4,096 bins that spreads sorted values best.

    About 0 it suits laws of one sign and differences of such, about the median narrow laws with
    long tails.

    Examples
    --------
    >>> key_for(np.zeros(10)).last
    0
    """
    seen = ordered[:: max(len(ordered) // _SEEN, 1)]
    keys = [_key_about(centre, seen) for centre in (0.0, float(seen[len(seen) // 2]))]
    crowds = [(np.bincount(key.bins(seen)).astype(float) ** 2).sum() for key in keys]
    return keys[int(np.argmin(crowds))]


def _key_about(centre: float, ordered: Array) -> FloatKey:
    """Return a key about a centre, over the range of all but the outermost values."""
    y = (ordered - centre) + 0.0
    cut = int(len(y) * _TAIL)
    low, high = float(y[cut]), float(y[-1 - cut])
    magnitudes = np.sort(np.abs(y[y != 0]))
    if not len(magnitudes) or low == high == 0:
        return FloatKey(centre, 0, 0, 0, 0)
    floor = magnitudes[int(len(magnitudes) * _TAIL)]
    ends = np.array([floor, max(high, 0.0), max(-low, 0.0)])
    base, top, bottom = (int(b) for b in ends.view(np.int64))
    shift = 0
    while True:
        start = base >> shift
        above = max((top >> shift) - start, 0) + 1 if high > 0 else 0
        below = max((bottom >> shift) - start, 0) + 1 if low < 0 else 0
        if above + below <= MOST_BINS:
            return FloatKey(centre, shift, start, below, above + below - 1)
        shift += 1
