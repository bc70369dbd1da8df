"""Where the draws of one cell are counted: one level of bins, placed by the draws held first.

The upper bits of a float grow with it and are linear in each octave, so the place of a value is the
upper bits of its distance to a centre. How many of these tell bins apart is chosen for each range
of places by how close the held draws lie there, and whether a told quantile may lie there.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_COARSE = 1e-4  # probability that a bin may hold where no told quantile lies
_DEVIATIONS = 4.0  # of the rank of a held quantile: how far off the final one may lie
_MOST_RANGES, _MOST_BINS = 1 << 12, 1 << 17
_WIDTH = 16  # further bits that may divide a range
_WINDOW = 256  # held draws from which a density is read
_SEEN = 1 << 14  # held draws from which a centre is chosen
_TAIL = 1 / 8192  # probability beyond which magnitudes share a range
_OCTAVES = 9 << 52  # below the least of these magnitudes, so that no bin about the centre is full
_EXACT = 64  # values that are counted exactly
_MASK = np.int64(0x7FFFFFFFFFFFFFFF)  # all bits of a float but its sign


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins of one cell, and values counted exactly.

    With y = x - centre and k = max((bits of abs(y) >> shift) - base, 0), the place of x is
    origin + k for y >= 0 and origin - 1 - k below, cut off at 0 and `last`. Places that agree in
    all but their lower `width` bits are a range, which is divided into bins of equally many places.

    Attributes
    ----------
    centre : array, shape ()
    key : array of int64, shape (5,)
        Shift, base, origin, last, width.
    drop : array of int64, shape (range,)
        How many lower bits of a place a bin of a range leaves out.
    exact : array
        Values of which the draws below and at most equal are counted.
    alone : array
        Other values that most held draws of their bin have.

    Examples
    --------
    >>> bins = Bins.of(np.linspace(0, 1, 5000), [0.5], 1e-6)
    >>> low, high = bins.edges[bins.locate(np.array([0.5]))[0] :][:2]
    >>> bool(low <= 0.5 < high < 0.5001)
    True
    """

    centre: Array
    key: Integers
    drop: Integers
    exact: Array
    alone: Array

    @classmethod
    def of(
        cls,
        held: Array,
        probabilities: Sequence[float] | Array,
        fine: float,
        exact: Sequence[float] | Array = (),
        *,
        by_replicate: bool = False,
    ) -> Bins:
        """Return the bins that held draws suggest.

        Parameters
        ----------
        held : array, shape (replicate, draw)
            Finite.
        probabilities : sequence of float
            Of the quantiles that are told.
        fine : float
            Probability that a bin may hold where these quantiles may lie.
        exact : sequence of float
            Values of which draws below and at most equal are counted.
        by_replicate : bool
            Whether quantiles of each replicate are told, or those of all draws.
        """
        ordered, wanted = np.sort(held, axis=None), np.asarray(probabilities, dtype=float)
        centre, key = _key_for(ordered)
        told = _windows(np.sort(held, axis=1) if by_replicate else ordered[np.newaxis], wanted)
        values, counts = _distinct(ordered)
        often = np.flatnonzero(counts >= max(3.0, 4 * fine * ordered.size))
        often = often[_within(values[often], *told)]
        often = often[np.argsort(-counts[often], kind="stable")[:_EXACT]]
        known = np.unique(np.concatenate([np.asarray(exact, dtype=float), values[often]]))
        others = np.ones(len(values), dtype=bool)
        others[np.searchsorted(values, known[np.isin(known, values)])] = False
        whole = cls(np.array(centre), key, np.zeros(1, dtype=np.int64), known, np.zeros(0))
        places = whole.places(values[others])
        drop = _drop(places, counts[others], whole.places(told), key, fine, ordered.size)
        alone = replace(whole, drop=drop)._alone(values[others], counts[others])
        return replace(whole, drop=drop, alone=alone)

    @functools.cached_property
    def first(self) -> Integers:
        """Number of the first bin of each range, and the number of all bins."""
        return np.concatenate([[0], np.cumsum(1 << (self.key[4] - self.drop))])

    @functools.cached_property
    def start(self) -> Integers:
        """What to add to the upper bits of a place in each range to have the number of its bin."""
        return np.asarray(
            self.first[:-1] - ((np.arange(len(self.drop)) << self.key[4]) >> self.drop)
        )

    def places(self, values: Array) -> Integers:
        """Return the place of each value."""
        shift, base, origin, last, _ = self.key
        bits = ((values - self.centre) + 0.0).view(np.int64)  # no negative zero
        magnitude = np.maximum(((bits & _MASK) >> shift) - base, 0)
        return np.asarray(np.clip(origin + (magnitude ^ (bits >> 63)), 0, last))

    def locate(self, values: Array) -> Integers:
        """Return the number of the bin of each value."""
        places = self.places(values)
        ranges = places >> self.key[4]
        return np.asarray(self.start[ranges] + (places >> self.drop[ranges]))

    @functools.cached_property
    def edges(self) -> Array:
        """Ends of the bins, infinite at both ends."""
        shift, base, origin, _, _ = self.key
        ranges = np.repeat(np.arange(len(self.drop)), np.diff(self.first))
        inner = ((np.arange(self.first[-1]) - self.start[ranges]) << self.drop[ranges]) - origin
        y = np.where(inner == 0, 0.0, ((np.abs(inner) + base) << shift).view(np.float64))
        return np.concatenate([[-np.inf], (self.centre + np.sign(inner) * y)[1:], [np.inf]])

    def pieces(self) -> tuple[Array, Array]:
        """Return lower and upper ends of what values counted exactly divide the bins into.

        A value in a bin makes three pieces of it: below it, the value, above it. Where held draws
        of a bin have one value, its ends are that value.
        """
        edges, at = self.edges.copy(), self._exact_at
        np.minimum.at(edges, at, self.exact)  # edges are rounded
        np.maximum.at(edges, at + 1, self.exact)
        ends = np.insert(edges, np.repeat(at + 1, 2), np.repeat(self.exact, 2))
        low, high = ends[:-1].copy(), ends[1:].copy()
        alone = self.locate(self.alone)
        alone += 2 * np.searchsorted(at, alone)
        low[alone] = high[alone] = self.alone
        return low, high

    @property
    def exact_pieces(self) -> Integers:
        """The pieces that are one value."""
        return self._exact_at + 2 * np.arange(len(self.exact)) + 1

    def cumulative(self, counts: NDArray[Any], shares: Integers) -> Integers:
        """Return draws below the end of each piece, with a 0 before.

        Parameters
        ----------
        counts : array, shape (bin,)
        shares : array, shape (exact value, 2)
        """
        whole = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        return np.insert(whole, np.repeat(self._exact_at + 1, 2), shares.ravel())

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as `numpy.savez` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Bins:
        """Return the bins whose `to_arrays` these are.

        Raises
        ------
        KeyError, ValueError
            If no bins have such arrays.
        """
        found = cls(**{field.name: arrays[field.name] for field in fields(cls)})
        if not found._are_sound():
            raise ValueError("bins")
        return found

    def _are_sound(self) -> bool:
        """Tell whether every value has a place in them."""
        numbers, reals = (self.key, self.drop), (self.centre, self.exact, self.alone)
        if [array.ndim for array in (*numbers, *reals)] != [1, 1, 0, 1, 1] or len(self.key) != 5:
            return False
        if any(a.dtype != np.int64 for a in numbers) or any(a.dtype != float for a in reals):
            return False
        if not all(np.isfinite(array).all() for array in (self.centre, self.alone)):
            return False
        if not (np.diff(self.exact) > 0).all() or np.isnan(self.exact).any():
            return False
        shift, base, origin, last, width = self.key.tolist()
        if not (0 <= shift < 64 and 0 <= width <= _WIDTH and base >= 0 and 0 <= origin <= last + 1):
            return False
        if not 0 <= last >> width < len(self.drop) <= 2 * _MOST_RANGES:
            return False
        if not ((self.drop >= 0) & (self.drop <= width)).all():
            return False
        return int((1 << (width - self.drop)).sum()) <= 2 * _MOST_BINS

    @functools.cached_property
    def _exact_at(self) -> Integers:
        return self.locate(self.exact)

    def _alone(self, values: Array, counts: Integers) -> Array:
        """Return the distinct held values that most draws of their bins have."""
        at = self.locate(values)
        most = (counts >= 3) & (2 * counts > np.bincount(at, counts)[at])
        return values[most & ~np.isin(at, self._exact_at)]


def _windows(ordered: Array, wanted: Array) -> Array:
    """Return ends between which quantiles of sorted rows may lie, shape (2, any quantile)."""
    count = ordered.shape[1]
    half = _DEVIATIONS * np.sqrt(count * wanted * (1 - wanted)) + 3
    ranks = np.clip(count * wanted + np.stack([-half, half]), 0, count - 1).astype(int)
    return np.swapaxes(ordered[:, ranks], 0, 1).reshape(2, -1)


def _distinct(ordered: Array) -> tuple[Array, Integers]:
    """Return sorted values once each, and how often they occur."""
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    return ordered[first], np.diff(first, append=len(ordered))


def _within(values: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """Tell of each value whether it lies in any of some ranges."""
    return np.asarray(((values >= low[:, None]) & (values <= high[:, None])).any(axis=0))


def _drop(
    places: Integers, counts: Integers, told: Integers, key: Integers, fine: float, total: int
) -> Integers:
    """Return how many bits of the places of each range to leave out.

    Parameters
    ----------
    places, counts : array of int64
        Of the distinct held values that are not counted exactly, in order.
    told : array of int64, shape (2, quantile)
        Between which told quantiles may lie.
    total : int
        Number of all held draws.
    """
    width, ranges, of = int(key[4]), (int(key[3]) >> int(key[4])) + 1, places >> key[4]
    goal = np.full(ranges, _COARSE)
    for low, high in told.T >> width:
        goal[low : high + 1] = fine
    density = (np.bincount(of, counts, ranges) + 1) / 2.0**width  # held draws in a place
    inside = np.flatnonzero(of[_WINDOW:] == of[:-_WINDOW])
    span = places[_WINDOW:][inside] - places[inside] + 1
    np.maximum.at(density, of[inside], _WINDOW / span)
    drop = np.clip(np.floor(np.log2(goal * total / density)), 0, width).astype(np.int64)
    while (1 << (width - drop)).sum() > _MOST_BINS and drop.min() < width:
        drop = np.minimum(drop + 1, width)
    return drop


def _key_for(ordered: Array) -> tuple[float, Integers]:
    """Return the centre and the key that spread sorted values best over the ranges.

    About 0 they suit laws of one sign and differences of such, about the median narrow laws with
    long tails.
    """
    seen = ordered[:: max(len(ordered) // _SEEN, 1)]
    best = (np.inf, 0.0, np.zeros(5, dtype=np.int64))
    for centre in (0.0, float(seen[len(seen) // 2])):
        key = _key_about(centre, seen)
        bare = Bins(np.array(centre), key, np.zeros(0, dtype=np.int64), seen[:0], seen[:0])
        crowd = float((np.bincount(bare.places(seen) >> key[4]).astype(float) ** 2).sum())
        best = min(best, (crowd, centre, key), key=lambda known: known[0])
    return best[1:]


def _key_about(centre: float, ordered: Array) -> Integers:
    """Return a key about a centre, over the range of all but the outermost values."""
    y = (ordered - centre) + 0.0
    cut = int(len(y) * _TAIL)
    low, high = float(y[cut]), float(y[-1 - cut])
    magnitudes = np.sort(np.abs(y[y != 0]))
    if not len(magnitudes) or low == high == 0:
        return np.zeros(5, dtype=np.int64)
    floor = magnitudes[int(len(magnitudes) * _TAIL)]
    least, top, bottom = np.array([floor, max(high, 0.0), max(-low, 0.0)]).view(np.int64).tolist()
    least = max(least - _OCTAVES, 0)
    shift = _WIDTH - 1
    above = below = _MOST_RANGES
    while above + below > _MOST_RANGES:
        shift += 1
        above = max((top >> shift) - (least >> shift), 0) + 1 if high > 0 else 0
        below = max((bottom >> shift) - (least >> shift), 0) + 1 if low < 0 else 0
    base, last = (least >> shift) << _WIDTH, ((above + below) << _WIDTH) - 1
    return np.array([shift - _WIDTH, base, below << _WIDTH, last, _WIDTH], dtype=np.int64)
