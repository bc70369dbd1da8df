"""Statistics of draws that were counted and forgotten."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.bins import Bins
from mcsus.counting.draws import SIDES, Draws
from mcsus.counting.ordered import about_all, between
from mcsus.counting.prefixes import Convergence
from mcsus.counting.tally import Tally

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


class CountedDraws:
    """Draws of which sums, extremes and counts are kept.

    Quantiles lie in the bin that holds the wanted rank; `rank_error` says how many draws are in
    it. Within a bin, draws are taken to be spread evenly.

    Parameters
    ----------
    tallies : sequence of Tally
        One for each replicate, of equally many draws.
    row : int
        Stored row of the cell; it is counted.
    convergence : Convergence, optional
        Estimates over the first draws, in the unit of the draws.

    Attributes
    ----------
    last : int, optional
        Pieces that are looked at: those before the draws that are infinite.

    Examples
    --------
    >>> from mcsus.counting.layout import Layout
    >>> from mcsus.counting.tally import Part
    >>> values = np.linspace(0, 1, 2048).reshape(1, -1)
    >>> layout = Layout([Bins.of(values, [0.5], 1e-6)])
    >>> part, tally = Part(layout), Tally(layout, values[:, 0])
    >>> part.record(layout, tally.pivot, values)
    >>> tally.add(part)
    >>> CountedDraws([tally], 0).quantiles(np.array([0.5])).round(6)
    array([0.5])
    """

    def __init__(
        self, tallies: Sequence[Tally], row: int, convergence: Convergence | None = None
    ) -> None:
        bins = tallies[0].layout.bins[row]
        if bins is None:
            msg = f"row {row}: found no bins; allowed: a row that is counted"
            raise ValueError(msg)
        self._bins: Bins = bins
        self.replicates, self.draws = len(tallies), tallies[0].draws
        self.tallies, self.row, self.followed = tuple(tallies), row, convergence
        self.scale = 1.0
        self.last: int | None = None

    def times(self, scale: float) -> CountedDraws:
        """Return the draws multiplied by a positive factor."""
        scaled = copy.copy(self)
        scaled.scale *= scale
        return scaled

    def each(self) -> list[Draws]:
        """Return the draws of each replicate."""
        return [CountedDraws([own], self.row).times(self.scale) for own in self.tallies]

    def means(self) -> Array:
        """Return the mean of each replicate."""
        return self._shown(np.array([tally.means()[self.row] for tally in self.tallies]))

    def sds(self) -> Array:
        """Return the standard deviation of each replicate, divided by the number of draws."""
        return self._shown(np.array([tally.sds()[self.row] for tally in self.tallies]))

    def sd(self) -> float:
        """Return the standard deviation of all draws."""
        sums = np.array([tally.sums()[self.row] for tally in self.tallies])
        first, second = sums.mean(axis=0) / self.draws
        spread = np.ldexp(np.sqrt(max(second - first**2, 0.0)), self.tallies[0].exponents[self.row])
        return float(self._shown(spread))

    def spreads(self) -> Array:
        """Return the spread of each replicate about the mean of all."""
        return about_all(self.means(), self.sds())

    def quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of all draws, by Hazen's rule."""
        return self._quantiles(self._cumulative, probabilities)

    def replicate_quantiles(self, probabilities: Array) -> Array:
        """Return quantiles of each replicate, shape (replicate, probability)."""
        return np.array([self._quantiles(own, probabilities) for own in self._cumulatives()])

    def rank_error(self, probabilities: Array) -> Array:
        """Return bounds of the errors of the ranks of quantiles of all draws, as shares of these.

        It is the share of the draws in the bin that holds the quantile, in the fuller one where the
        quantile lies between the draws of two; 0 when these are one value.
        """
        pieces, _ = _pieces_at(self._cumulative, np.asarray(probabilities, dtype=float))
        held = np.diff(self._cumulative)[pieces] / self._cumulative[-1]
        known = np.isin(pieces, self._bins.exact_pieces) | (self._extremes[0] == self._extremes[1])
        return np.asarray(np.where(known, 0.0, held).max(axis=-1))

    def shortest(self, level: float) -> tuple[float, float]:
        """Return the shortest interval that holds a share `level` of all draws."""
        cumulative = self._cumulative
        count = float(cumulative[-1])
        if not count:
            return np.nan, np.nan
        held = min(max(np.ceil(level * count), 1.0), count)
        starts = np.concatenate([cumulative, cumulative - held])
        starts = np.unique(starts[(starts >= 0) & (starts <= count - held)])
        low, high = self._value_at(starts, "right"), self._value_at(starts + held, "left")
        best = int(np.argmin(high - low))
        return float(self._shown(low[best])), float(self._shown(high[best]))

    def below(self, values: Array) -> Array:
        """Return how many of all draws are at most equal to each value."""
        return self._count_at(self._cumulative, values, "right")

    def shares_at(self, values: Array) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate below values, and at most equal."""
        shares = np.array(
            [
                [self._count_at(own, values, side) / max(own[-1], 1) for side in SIDES]
                for own in self._cumulatives()
            ]
        )
        return shares[:, 0], shares[:, 1]

    def _count_at(
        self, cumulative: Integers, values: Array, side: Literal["left", "right"]
    ) -> Array:
        """Return how many draws lie below values; on the right side, those at them as well."""
        if not cumulative[-1]:
            return np.zeros(np.shape(values))
        low, high = self._pieces
        full = np.flatnonzero(np.diff(cumulative))
        ends = self._shown(np.stack([low[full], high[full]], axis=1).ravel())
        counts = np.stack([cumulative[full], cumulative[full + 1]], axis=1).ravel()
        after = np.searchsorted(ends, values, side=side)
        k = np.clip(after, 1, len(ends) - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = (values - ends[k - 1]) / (ends[k] - ends[k - 1])
            inside = counts[k - 1] + weight * (counts[k] - counts[k - 1])
        beyond = np.where(after == 0, 0.0, float(counts[-1]))
        return np.asarray(np.where((after == 0) | (after == len(ends)), beyond, inside))

    def sign_shares(self, zero: float = 0.0) -> tuple[Array, Array]:
        """Return the shares of the draws of each replicate that are above 0, and that are 0.

        Raises
        ------
        ValueError
            If draws were not counted at the ends of what is 0.
        """
        ends, exact = np.array([-zero, zero]), self._bins.exact
        if not np.isin(ends, exact).all():
            msg = f"sign of row {self.row}: found no counts; allowed: a row that is counted at 0"
            raise ValueError(msg)
        low, high = np.searchsorted(exact, ends)
        shares = np.array([tally.shares_of(self.row) for tally in self.tallies])
        below, most = shares[:, low, 0], shares[:, high, 1]
        return (self.draws - most) / self.draws, (most - below) / self.draws

    def piece_of(self, value: float) -> int:
        """Return the number of the piece that is a value counted exactly."""
        return int(self._bins.exact_pieces[np.searchsorted(self._bins.exact, value)])

    def below_each(self, value: float) -> Array:
        """Return how many draws of each replicate are below a value counted exactly."""
        place = int(np.searchsorted(self._bins.exact, value))
        return np.array([tally.shares_of(self.row)[place, 0] for tally in self.tallies])

    def extremes(self) -> tuple[float, float]:
        """Return the smallest and the largest of all draws."""
        low, high = self._shown(self._extremes)
        return float(low), float(high)

    def convergence(self, probability: float) -> Convergence:
        """Return means and one quantile of each replicate over its first draws."""
        if self.followed is None or self.followed.probability != probability:
            msg = f"convergence of {probability}: found none; allowed: one that was followed"
            raise ValueError(msg)
        return self.followed.mapped(self._shown)

    def _shown(self, values: Array) -> Array:
        """Return values in the unit they are shown in."""
        return np.asarray(values * self.scale)

    @functools.cached_property
    def _cumulative(self) -> Integers:
        """Draws of all replicates below the end of each piece, with a 0 before."""
        return functools.reduce(np.add, self._cumulatives())

    def _cumulatives(self) -> Iterator[Integers]:
        """Yield the draws of each replicate below the end of each piece, with a 0 before."""
        end = None if self.last is None else self.last + 1
        for tally in self.tallies:
            counts, shares = tally.counts_of(self.row), tally.shares_of(self.row)
            yield self._bins.cumulative(counts, shares)[:end]

    @functools.cached_property
    def _extremes(self) -> Array:
        each = np.array([tally.extremes[self.row] for tally in self.tallies])
        return np.array([each[:, 0].min(), each[:, 1].max()])

    @functools.cached_property
    def _pieces(self) -> tuple[Array, Array]:
        """Ends of the pieces, none beyond the extremes."""
        ends = np.stack(self._bins.pieces(), axis=1).ravel()
        low, high = np.maximum.accumulate(np.clip(ends, *self._extremes)).reshape(-1, 2).T
        low = np.where(np.isneginf(low), high, low)  # where values may be infinite
        high = np.where(np.isposinf(high), low, high)
        return low[: self.last], high[: self.last]

    def _quantiles(self, cumulative: Integers, probabilities: Array) -> Array:
        """Return quantiles by Hazen's rule from the draws below the end of each piece."""
        if not cumulative[-1]:
            return np.full(np.shape(probabilities), np.nan)
        pieces, position = _pieces_at(cumulative, probabilities)
        ranks = np.stack([np.floor(position), np.ceil(position)], axis=-1)
        start, inside = cumulative[pieces], np.diff(cumulative)[pieces]
        low, high = (ends[pieces] for ends in self._pieces)
        values = between(low, high, (ranks - start + 0.5) / inside)
        weight = position - np.floor(position)
        return self._shown(between(values[..., 0], values[..., 1], weight))

    def _value_at(self, counts: Array, side: str) -> Array:
        """Return the values that so many draws lie below; at a gap, its end on one side."""
        cumulative = self._cumulative
        full = np.flatnonzero(np.diff(cumulative))
        edges = np.append(cumulative[full], cumulative[-1])
        k = np.searchsorted(edges, counts, side="right" if side == "right" else "left") - 1
        k = np.clip(k, 0, len(full) - 1)
        low, high = (ends[full[k]] for ends in self._pieces)
        return np.asarray(low + (counts - edges[k]) / (edges[k + 1] - edges[k]) * (high - low))


def _pieces_at(cumulative: Integers, probabilities: Array) -> tuple[Integers, Array]:
    """Return the pieces of the two draws between which quantiles lie, last axis 2, and where."""
    count = int(cumulative[-1])
    position = np.clip(count * np.asarray(probabilities) - 0.5, 0, count - 1)
    ranks = np.stack([np.floor(position), np.ceil(position)], axis=-1).astype(np.int64)
    return np.searchsorted(cumulative, ranks, side="right") - 1, position
