"""Sums, extremes and counts of draws: the same bits however a run is divided."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest

from mcsus.counting.bins import Bins
from mcsus.counting.compiled import folding
from mcsus.counting.layout import Layout
from mcsus.counting.tally import Part, Tally
from mcsus.engine.plans import FOLD

RNG = np.random.default_rng(20230127)
COUNT = 8 * FOLD + 100
NORMAL = RNG.normal(size=COUNT)
ROWS = np.stack([NORMAL, 1e6 + NORMAL, np.exp(3 * NORMAL), np.full(COUNT, 0.1)])
LAYOUT = Layout([None if r == 1 else Bins.of(row, [0.25, 0.5], 1e-6) for r, row in enumerate(ROWS)])


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
    def test_every_draw_is_in_the_bin_that_numpy_finds(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        for r in (0, 2, 3):
            bins, counts = LAYOUT.bins[r], tally.counts_of(r)
            assert (counts == np.bincount(bins.locate(ROWS[r]), minlength=len(counts))).all()
        assert tally.counts_of(1).size == 0

    def test_exact_values(self):
        bins = Bins.of(NORMAL, [], 1e-6, [NORMAL[7], 0.0])
        tally = tallied(Layout([bins]), NORMAL[None], [[COUNT]])
        for t, (below, most) in zip(bins.exact, tally.shares_of(0), strict=True):
            assert (below, most) == ((t > NORMAL).sum(), (t >= NORMAL).sum())

    def test_checkpoints_and_pickles(self):
        tally = tallied(LAYOUT, ROWS, [[COUNT]])
        for again in (
            Tally.from_arrays(LAYOUT, tally.to_arrays()),
            pickle.loads(pickle.dumps(tally)),
        ):
            for name, array in again.to_arrays().items():
                assert array.tobytes() == tally.to_arrays()[name].tobytes()
        bins = LAYOUT.bins[2]
        again = Bins.from_arrays(bins.to_arrays())
        assert (again.locate(ROWS[2]) == bins.locate(ROWS[2])).all()


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


@pytest.mark.parametrize("law", LAWS)
def test_the_order_of_bins_is_that_of_values(law):
    bins = Bins.of(LAWS[law], [0.025, 0.5, 0.975], 1e-6, [1.0])
    odd = [0.0, -0.0, 5e-324, -5e-324, 1.7e308, -1.7e308, np.inf, -np.inf]
    values = np.sort(np.concatenate([LAWS[law], 3 * NORMAL, odd]))
    at = bins.locate(values)
    assert (np.diff(at) >= 0).all()
    assert at[-1] < bins.first[-1] < 1 << 18
    assert len(set(bins.locate(np.array([0.0, -0.0])))) == 1
    slack = np.spacing(np.abs(values) + np.abs(bins.centre))  # edges are rounded
    inner = np.isfinite(values)
    assert (bins.edges[at] - slack <= values)[inner].all()
    assert (values <= bins.edges[at + 1] + slack)[inner].all()
