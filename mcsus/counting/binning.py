"""Where the draws of one cell are counted, so that the quantiles asked for are known to 1e-6.

Some draws are held first, and fix the bins. A key that is quick to compute and grows with the
value gives one of at most 4,096 coarse bins; those in which a wanted quantile may still lie are
divided into fine ones. Values that occur again and again around a wanted rank are counted exactly.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.brackets import (
    ATOMS,
    DEVIATIONS,
    MOST_SLOTS,
    Segment,
    atoms,
    brackets,
    segments,
)
from mcsus.counting.compiled import recorders
from mcsus.counting.float_keys import FloatKey, as_floats, as_ordered, key_for
from mcsus.counting.layout import Layout

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Leaves = tuple[Integers, Array, Array]

RESOLUTION = 2.5e-7
"""Probability that a fine bin around a wanted quantile may hold."""

_ENOUGH = 16  # held draws in less than half of a coarse bin: this is where its draws lie
_LEAST_SLOTS = 4096  # when dividing again, so that few passes reach a single value


@dataclass(frozen=True, eq=False)
class Binning:
    """Coarse bins of one cell, nodes that divide them, and values counted exactly.

    A node divides its range into slots of equal width, and has one slot below and one above. A slot
    may be divided by a node again. A *leaf* is what is not divided; it is named by the number of
    its coarse bin, or by the number of coarse bins plus that of its slot.

    Attributes
    ----------
    centre : array, shape ()
    key : array of int64, shape (4,)
        Shift, base, origin and last bin of the coarse key: see `mcsus.counting.float_keys`.
    node : array of int32, shape (coarse bin,)
        Node that divides a bin, or -1.
    low, factor, size, first : arrays, shape (node,)
        Start of the range, slots per unit, slots, and number of the first slot.
    child : array of int32, shape (slot,)
        Node that divides a slot, or -1.
    threshold : array, shape (threshold,)
        Values of which the draws below and at most equal are counted.
    held : array, shape (coarse bin, 2)
        Ends of a bin, or of the small part of it in which held draws lie.
    often : array
        Held values around the wanted ranks that may be worth counting exactly.

    Examples
    --------
    >>> binning = Binning.of(np.linspace(0, 1, 5000), [0.5])
    >>> bool(binning.locate(np.array([0.5]))[0] >= binning.bins)  # counted finely
    True
    """

    centre: Array
    key: Integers
    node: NDArray[np.int32]
    low: Array
    factor: Array
    size: Integers
    first: Integers
    child: NDArray[np.int32]
    threshold: Array
    held: Array
    often: Array

    @classmethod
    def of(
        cls,
        held: Array,
        probabilities: Sequence[float] | Array,
        thresholds: Sequence[float] | Array = (),
        resolution: float = RESOLUTION,
        deviations: float = DEVIATIONS,
    ) -> Binning:
        """Return the binning that held draws suggest.

        Parameters
        ----------
        held : array
            Draws of all replicates, finite.
        probabilities : sequence of float
            Of the quantiles that are wanted.
        thresholds : sequence of float
            Further values of which draws below and at most equal are counted.
        resolution : float
            Probability that a fine bin may hold.
        deviations : float
            See `mcsus.counting.brackets.DEVIATIONS`; fewer do for Sobol' points.
        """
        ordered = np.sort(held, axis=None)
        key = key_for(ordered)
        edges = key.edges()
        empty = np.zeros(0)
        bare = cls(
            np.array(key.centre),
            np.array([key.shift, key.base, key.origin, key.last], dtype=np.int64),
            np.full(key.last + 1, -1, dtype=np.int32),
            *(empty, empty, empty.astype(np.int64), empty.astype(np.int64)),
            *(empty.astype(np.int32), empty, np.stack([edges[:-1], edges[1:]], axis=1), empty),
        )
        place = bare.locate(ordered)
        starts = np.searchsorted(place, np.arange(bare.bins + 1))
        full = np.flatnonzero(np.diff(starts) >= _ENOUGH)
        seen = np.stack([ordered[starts[full]], ordered[starts[full + 1] - 1]], axis=1)
        span, width = seen[:, 1] - seen[:, 0], edges[full + 1] - edges[full]
        crowded = np.where(np.isfinite(width), span < width / 2, span == 0)
        bare.held[full[crowded]] = seen[crowded]
        ranks = brackets(len(ordered), np.asarray(probabilities, dtype=float), deviations)
        often = [atoms(ordered[a : b + 1], len(ordered), resolution) for a, b in ranks]
        first = [np.asarray(thresholds, dtype=float), *(values[:ATOMS] for values in often)]
        exact = bare.counting(np.concatenate(first))._with(often=np.concatenate([*often, empty]))
        return exact.divided(segments(ordered, starts, edges, ranks, exact.threshold, resolution))

    @property
    def bins(self) -> int:
        """Number of coarse bins."""
        return len(self.node)

    @property
    def counters(self) -> int:
        """Number of coarse bins and slots."""
        return len(self.node) + len(self.child)

    def counting(self, thresholds: Array) -> Binning:
        """Return a binning with these thresholds and those it had."""
        merged = np.unique(np.concatenate([self.threshold, thresholds]))
        return self._with(threshold=merged)

    def divided(self, ranges: Sequence[Segment]) -> Binning:
        """Return a binning with nodes for ranges: (leaf, low, high, slots) in increasing order.

        A further range of the same leaf divides what lies above the one before it.
        """
        node, child = self.node.copy(), list(self.child)
        low, factor = list(self.low), list(self.factor)
        size, first = list(self.size), list(self.first)
        above: dict[int, int] = {}
        for leaf, start, stop, slots in ranges:
            per_unit = slots / (stop - start) if stop > start else np.inf
            if not np.isfinite(per_unit):
                continue
            number, place = len(low), above.get(leaf, leaf)
            if place < self.bins:
                node[place] = number
            else:
                child[place - self.bins] = np.int32(number)
            low.append(start)
            factor.append(per_unit)
            size.append(slots)
            first.append(len(child))
            child += [np.int32(-1)] * (slots + 2)
            above[leaf] = self.bins + len(child) - 1
        return self._with(
            node=node,
            low=np.array(low),
            factor=np.array(factor),
            size=np.array(size, dtype=np.int64),
            first=np.array(first, dtype=np.int64),
            child=np.array(child, dtype=np.int32),
        )

    def locate(self, values: Array) -> Integers:
        """Return the leaf of each value."""
        found = np.empty(len(values), dtype=np.int64)
        recorders().locate(np.ascontiguousarray(values), 0, *self._layout.arguments[:-1], found)
        return found

    @functools.cached_property
    def leaves(self) -> tuple[Integers, Array, Array]:
        """Leaves in increasing order of value, with their lower and upper ends."""
        edges = FloatKey(float(self.centre), *self.key.tolist()).edges()
        whole = np.flatnonzero(self.node < 0)
        found = [(whole, self.held[whole, 0], self.held[whole, 1])]
        order = [whole.astype(float)]
        divided = np.flatnonzero(self.node >= 0)
        nodes = self.node.astype(np.int64)
        deep = self._has_children[nodes[divided]]
        plain = divided[~deep]
        found.append(self._plain_slots(nodes[plain], edges[plain], edges[plain + 1]))
        order.append(np.repeat(plain, self.size[nodes[plain]] + 2).astype(float))
        for c in divided[deep]:
            parts = self._slots(int(self.node[c]), edges[c], edges[c + 1])
            found.append(parts)
            order.append(np.full(len(parts[0]), float(c)))
        along = np.argsort(np.concatenate(order), kind="stable")
        leaf, low, high = (np.concatenate(x)[along] for x in zip(*found, strict=True))
        return leaf, low, high

    @functools.cached_property
    def positions(self) -> Integers:
        """Position of each leaf in the order of value; -1 for what is divided."""
        found = np.full(self.counters, -1, dtype=np.int64)
        leaf = self.leaves[0]
        found[leaf] = np.arange(len(leaf))
        return found

    def pieces(self) -> tuple[Array, Array]:
        """Return lower and upper ends of leaves that thresholds divide further, in order.

        A threshold t in a leaf makes three pieces of it: below t, t alone, above t.
        """
        _, low, high = self.leaves
        at, twice = self._threshold_at, np.repeat(self.threshold, 2)
        low, high = np.insert(low, at + 1, twice), np.insert(high, at, twice)
        _, least, most = self._between(np.arange(len(low)))  # ends of slots are rounded
        return np.clip(low, least, most), np.clip(high, least, most)

    def cumulative(self, counts: NDArray[Any], shares: Integers) -> Integers:
        """Return draws below the end of each piece, with a 0 before, along the last axis.

        Parameters
        ----------
        counts : array, shape (..., counter)
        shares : array, shape (..., threshold, 2)
        """
        leaves = np.cumsum(counts[..., self.leaves[0]], axis=-1, dtype=np.int64)
        start = np.zeros((*leaves.shape[:-1], 1), dtype=np.int64)
        whole = np.concatenate([start, leaves], axis=-1)
        exact = shares.reshape(*shares.shape[:-2], -1)
        return np.insert(whole, self._threshold_at + 1, exact, axis=-1)

    def ends(self, pieces: Integers) -> tuple[Array, Array]:
        """Return the least and greatest float of pieces, exactly, as the compiled code sees them.

        An end that nothing bounds is infinite.
        """
        position, least, most = self._between(pieces)
        low = self._least_of(position)
        with np.errstate(over="ignore"):
            high = np.nextafter(self._least_of(position + 1), -np.inf)
        divided = least < most
        low = np.where(divided, np.maximum(low, np.nextafter(least, np.inf)), least)
        high = np.where(divided, np.minimum(high, np.nextafter(most, -np.inf)), most)
        return low, high

    def zoomed(self, cumulative: Integers, extremes: Array, probabilities: Array) -> Binning:
        """Return a binning that divides the leaves in which wanted ranks lie.

        For a second pass over the same draws, where the held ones were not representative.

        Parameters
        ----------
        cumulative : array of int64, shape (piece + 1,)
            Of all draws.
        extremes : array, shape (2,)
            Least and greatest draw.
        probabilities : array
            Of the quantiles that are not known well enough.
        """
        pieces = np.unique(pieces_at(cumulative, probabilities))
        leaves = self.leaves[0][self._between(pieces)[0]]
        low, high = self.ends(pieces)
        low, high = np.maximum(low, extremes[0]), np.minimum(high, extremes[1])
        share = np.diff(cumulative)[pieces] / cumulative[-1]
        ranges, exact = [], []
        for leaf, a, b, part in zip(leaves, low, high, share, strict=True):
            apart = int(as_ordered(b)[0]) - int(as_ordered(a)[0])
            slots = int(min(max(4 * part / RESOLUTION, _LEAST_SLOTS), 2 * apart + 2, MOST_SLOTS))
            ranges.append((int(leaf), float(a), float(b), slots))
            exact.append(self.often[(self.often >= a) & (self.often <= b)][:ATOMS])
        return self.counting(np.concatenate(exact)).divided(ranges)

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the arrays by name, as `numpy.savez` takes them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Binning:
        """Return the binning whose `to_arrays` these are."""
        return cls(**{field.name: arrays[field.name] for field in fields(cls)})

    def _with(self, **changes: Any) -> Binning:
        return Binning(**(self.to_arrays() | changes))

    @functools.cached_property
    def _layout(self) -> Layout:
        return Layout([self])

    @functools.cached_property
    def _threshold_at(self) -> Integers:
        """Position of the leaf of each threshold, twice over."""
        return np.repeat(self.positions[self.locate(self.threshold)], 2)

    def _between(self, pieces: Integers) -> tuple[Integers, Array, Array]:
        """Return position of the leaf of each piece, and the thresholds on either side of it.

        Both are the threshold itself where the piece is that.
        """
        at = self._threshold_at[::2]
        alone = at + 2 * np.arange(len(at)) + 1  # the pieces of one value
        before = np.searchsorted(alone, pieces)
        exact = np.isin(pieces, alone)
        bounded = np.concatenate([[-np.inf], self.threshold, [np.inf]])
        return pieces - 2 * before - exact, bounded[before + exact], bounded[before + 1]

    def _least_of(self, positions: Integers) -> Array:
        """Return the least float whose leaf has at least a position, by bisection."""
        low = np.full(len(positions), as_ordered(np.array([-np.inf]))[0])
        high = np.full(len(positions), as_ordered(np.array([np.inf]))[0])
        for _ in range(64):
            middle = (low & high) + ((low ^ high) >> 1)
            reached = self.positions[self.locate(as_floats(middle))] >= positions
            low, high = np.where(reached, low, middle + 1), np.where(reached, middle, high)
            low = np.minimum(low, high)
        return as_floats(high)

    @functools.cached_property
    def _has_children(self) -> NDArray[np.bool_]:
        """Tell of each node whether a slot of it is divided further."""
        if not len(self.first):
            return np.zeros(0, dtype=bool)
        return np.asarray(np.add.reduceat(self.child >= 0, self.first) > 0)

    def _plain_slots(self, nodes: Integers, low: Array, high: Array) -> Leaves:
        """Return the leaves of nodes without children, each of which divides `low` to `high`."""
        sizes = self.size[nodes] + 2
        last = np.cumsum(sizes)
        each = np.repeat(np.arange(len(nodes)), sizes)
        slot = np.arange(len(each)) - (last - sizes)[each]
        node, least, most = nodes[each], low[each], high[each]
        inner = self.low[node] + slot / self.factor[node]
        ends = np.clip(inner, least, most)
        ends[last - 1] = most[last - 1]
        starts = np.where(slot == 0, least, np.roll(ends, 1))
        leaf: Integers = self.bins + self.first[node] + slot
        return leaf, starts, ends

    def _slots(self, node: int, low: float, high: float) -> Leaves:
        """Return the leaves below a node that divides the values from `low` to `high`."""
        slots = np.arange(self.size[node] + 2) + self.first[node]
        inner = self.low[node] + np.arange(self.size[node] + 1) / self.factor[node]
        ends = np.concatenate([[low], np.clip(inner, low, high), [high]])
        leaf = self.bins + slots
        found, start = [], 0
        for s in np.flatnonzero(self.child[slots] >= 0).tolist():
            found.append((leaf[start:s], ends[start:s], ends[start + 1 : s + 1]))
            found.append(self._slots(int(self.child[slots[s]]), ends[s], ends[s + 1]))
            start = s + 1
        found.append((leaf[start:], ends[start:-1], ends[start + 1 :]))
        leaf, low_ends, high_ends = (np.concatenate(x) for x in zip(*found, strict=True))
        return leaf, low_ends, high_ends


def pieces_at(cumulative: Integers, probabilities: Array) -> Integers:
    """Return the pieces that hold the two draws between which each quantile lies, last axis 2.

    Examples
    --------
    >>> pieces_at(np.array([0, 1, 4]), np.array([0.5]))
    array([[1, 1]])
    """
    count = int(cumulative[-1])
    position = np.clip(count * np.asarray(probabilities) - 0.5, 0, count - 1)
    ranks = np.stack([np.floor(position), np.ceil(position)], axis=-1).astype(np.int64)
    return np.asarray(np.searchsorted(cumulative, ranks, side="right") - 1)
