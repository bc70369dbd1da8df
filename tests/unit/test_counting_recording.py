"""Sums, extremes and counts of draws: the same bits however a run is divided."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from mcsus.counting.binning import Binning
from mcsus.counting.compiled import folding
from mcsus.counting.float_keys import key_for
from mcsus.counting.layout import Layout
from mcsus.counting.tally import Part, Tally
from mcsus.engine.plans import FOLD

RNG = np.random.default_rng(20230127)
COUNT = 8 * FOLD + 100
NORMAL = RNG.normal(size=COUNT)
ROWS = np.stack([NORMAL, 1e6 + NORMAL, np.exp(3 * NORMAL), np.full(COUNT, 0.1)])
LAYOUT = Layout([None if r == 1 else Binning.of(row, [0.25, 0.5]) for r, row in enumerate(ROWS)])


def recorded(layout, rows, sizes, pivot=None):
    """Return the part that slabs of these sizes leave."""
    part, at = Part(layout), 0
    for size in sizes:
        slab = np.full((len(rows), size + 5), np.nan)  # a slab may be longer than what is in it
        slab[:, :size] = rows[:, at : at + size]
        part.record(layout, rows[:, 0].copy() if pivot is None else pivot, slab, size)
        at += size
    return part


def tallied(layout, rows, tasks):
    """Return the arrays of a tally of tasks, each a list of slab sizes."""
    tally, at = Tally(layout, rows[:, 0]), 0
    for sizes in tasks:
        end = at + sum(sizes)
        tally.add(recorded(layout, rows[:, at:end], sizes, rows[:, 0].copy()))
        at = end
    return tally


class TestSums:
    def test_against_exact_sums(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        for r, row in enumerate(ROWS):
            mean = math.fsum(row) / COUNT
            sd = math.sqrt(math.fsum((row - mean) ** 2) / COUNT)
            # one rounding of the result, and of each unit relative to the spread
            assert abs(tally.means()[r] - mean) <= 1e-15 * abs(mean) + 1e-15 * sd
            assert tally.sds()[r] == pytest.approx(sd, rel=1e-13)
        assert tally.sds()[3] == 0
        assert tally.means()[3] == 0.1

    @pytest.mark.parametrize(
        "tasks",
        [
            [[FOLD] * 8 + [100]],
            [[3 * FOLD], [FOLD, 4 * FOLD + 100]],
            [[FOLD], [2 * FOLD], [5 * FOLD, 100]],
        ],
    )
    def test_any_division_gives_the_same_bits(self, tasks):
        whole = tallied(LAYOUT, ROWS, [[COUNT]]).to_arrays()
        for name, found in tallied(LAYOUT, ROWS, tasks).to_arrays().items():
            assert found.tobytes() == whole[name].tobytes(), name

    def test_folding_keeps_what_rounding_loses(self):
        total, carry = np.zeros(1), np.zeros(1)
        folding()(total, carry, np.array([[1.0], [1e100], [1.0], [-1e100]]))
        assert total + carry == 2  # Neumaier's example; plain addition gives 0

    def test_nothing_follows_a_broken_unit(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        with pytest.raises(ValueError, match="found 8292 draws recorded before; allowed: a mult"):
            tally.add(Part(LAYOUT))


class TestExtremes:
    def test_they_are_exact(self):
        part = recorded(LAYOUT, ROWS, [2 * FOLD, COUNT - 2 * FOLD])
        assert (part.extremes == np.stack([ROWS.min(axis=1), ROWS.max(axis=1)], axis=1)).all()
        assert part.not_finite().size == 0

    @pytest.mark.parametrize("bad", [np.nan, -np.nan, np.inf, -np.inf])
    def test_a_draw_that_is_not_finite_is_seen(self, bad):
        rows = ROWS.copy()
        rows[2, 5000] = bad
        assert recorded(LAYOUT, rows, [2 * FOLD, COUNT - 2 * FOLD]).not_finite().tolist() == [2]


class TestCounts:
    def test_every_draw_is_in_one_coarse_bin_and_the_fine_ones_divide_them(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        for r in (0, 2, 3):
            binning, counts = LAYOUT.binnings[r], tally.counts_of(r)
            assert counts[: binning.bins].sum() == COUNT
            assert counts[binning.leaves[0]].sum() == COUNT
            leaf = binning.locate(ROWS[r])
            expected = np.bincount(leaf, minlength=binning.counters)
            divided = binning.leaves[0]
            assert (counts[divided] == expected[divided]).all()
        assert tally.counts_of(1).size == 0

    def test_thresholds(self):
        binning = Binning.of(NORMAL, [], [NORMAL[7], 0.0])
        tally = tallied(Layout([binning]), NORMAL[None], [[COUNT]])
        for t, (below, most) in zip(binning.threshold, tally.shares_of(0), strict=True):
            assert (below, most) == ((t > NORMAL).sum(), (t >= NORMAL).sum())

    def test_checkpoints_and_pickles(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        for again in (
            Tally.from_arrays(LAYOUT, tally.to_arrays()),
            pickle.loads(pickle.dumps(tally)),
        ):
            for name, array in again.to_arrays().items():
                assert array.tobytes() == tally.to_arrays()[name].tobytes()
        binning = LAYOUT.binnings[2]
        again = Binning.from_arrays(binning.to_arrays())
        assert (again.locate(ROWS[2]) == binning.locate(ROWS[2])).all()


LAWS = {
    "normal": NORMAL,
    "far": 1e6 + NORMAL,
    "negative": -np.exp(3 * NORMAL),
    "signs": np.exp(2 * NORMAL) - np.exp(2 * RNG.normal(size=COUNT)),
    "atom": np.where(NORMAL < 0, 0.0, NORMAL),
    "constant": np.full(COUNT, 3.0),
    "tiny": 1e-300 * NORMAL,
    "huge": 1e300 * NORMAL,
}


class TestBinning:
    @pytest.mark.parametrize("law", LAWS)
    def test_the_order_of_leaves_is_that_of_values(self, law):
        binning = Binning.of(LAWS[law], [0.025, 0.5, 0.975], [1.0])
        odd = [0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308, np.inf, -np.inf]
        values = np.sort(np.concatenate([LAWS[law], 3 * NORMAL, odd]))
        assert (np.diff(binning.positions[binning.locate(values)]) >= 0).all()
        assert len(set(binning.locate(np.array([0.0, -0.0])))) == 1

    @pytest.mark.parametrize("law", LAWS)
    def test_the_compiled_key_is_that_of_numpy(self, law):
        key = key_for(np.sort(LAWS[law]))
        assert key.last < 4096
        bare = Binning.of(LAWS[law], [])
        assert (bare.locate(LAWS[law]) == key.bins(LAWS[law])).all()

    @pytest.mark.parametrize("law", ["normal", "signs", "negative", "atom"])
    def test_ends_of_pieces_are_exact(self, law):
        binning = Binning.of(LAWS[law], [0.5, 0.9], [1.0])
        pieces = np.arange(0, len(binning.pieces()[0]), 97)
        low, high = binning.ends(pieces)
        alone = np.isin(low, binning.threshold) & (low == high)
        place = binning.positions
        inside = (low > -1e300) & (high < 1e300) & ~alone & (low <= high)  # not what is empty
        at_low, at_high = (place[binning.locate(ends[inside])] for ends in (low, high))
        assert inside.sum() > 50
        assert (at_low == at_high).all()
        below = np.nextafter(low[inside], -np.inf)
        apart = ~np.isin(below, binning.threshold)
        assert (place[binning.locate(below)] < at_low)[apart].all()
