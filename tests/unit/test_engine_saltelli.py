"""Sums over index points: what they are, how they fold, and that nothing bad hides in them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from mcsus.counting.compiled import folding
from mcsus.engine.plans import FOLD
from mcsus.engine.saltelli import chosen_columns, columns
from mcsus.engine.store import index_sums

ROUNDING = FOLD * 2.0**-53  # of a sum of 1,024 terms, times the sum of their sizes


def slab(groups, paired, n=2500, rows=2, seed=1):
    rng = np.random.default_rng(seed)
    evaluations = 2 + groups + (groups if paired else 0)
    return rng.normal(3, 2, (rows, evaluations, n))


def summed(out, groups, paired, pivot=None, n=None):
    n = out.shape[2] if n is None else n
    pivot = out[:, 0, 0].copy() if pivot is None else pivot
    sums = np.full((-(-n // FOLD), len(out), columns(groups, paired)), np.nan)
    index_sums()(out, n, pivot, groups, paired, sums)
    return sums


def terms(out, groups, paired, pivot):
    """Return what is added up, by definition, shape (column, draw)."""
    a, b = out[0] - pivot, out[1] - pivot
    found = [a, b, a * a, b * b]
    for g in range(groups):
        d = out[2 + g] - out[0]
        found += [d, b * d, d * d]
    swapped = [out[2 + groups + g] - out[1] for g in range(paired)]
    for e in swapped:
        found += [e, a * e]
    for i, j in itertools.combinations(range(paired), 2):
        found.append((out[2 + j] - out[0]) * swapped[i])
    return np.array(found)


@pytest.mark.parametrize(("groups", "paired"), [(0, 0), (3, 0), (3, 3), (5, 2)])
def test_sums_are_those_of_the_definition(groups, paired):
    out = slab(groups, paired)
    sums = summed(out, groups, paired)
    for unit, row in itertools.product(range(3), range(2)):
        draws = slice(unit * FOLD, min(unit * FOLD + FOLD, 2500))
        wanted = terms(out[row], groups, paired, out[row, 0, 0])[:, draws]
        exact = np.array([math.fsum(t) for t in wanted])
        assert (np.abs(sums[unit, row] - exact) <= ROUNDING * np.abs(wanted).sum(axis=1)).all()


def test_points_beyond_those_that_count_are_left_out():
    out = slab(2, 2)
    wanted = summed(np.ascontiguousarray(out[:, :, :1500]), 2, 2)
    out[:, :, 1500:] = np.nan
    assert np.array_equal(summed(out, 2, 2, n=1500), wanted)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("evaluation", range(8))
def test_a_value_that_is_not_finite_is_seen(bad, evaluation):
    out = slab(3, 3)
    out[1, evaluation, 1500] = bad
    finite = np.isfinite(summed(out, 3, 3, pivot=np.zeros(2))).all(axis=2)
    assert finite.tolist() == [[True, True], [True, False], [True, True]]


def test_what_does_not_vary_has_sums_of_zero():
    assert not summed(np.full((1, 8, 3000), 0.1), 3, 3).any()


@pytest.mark.parametrize(
    ("paired", "places", "second_order"),
    [
        (0, [1, 3], False),
        (3, [0, 2], True),
        (3, [0, 1, 2], True),
        (3, [2, 3], False),
        (4, [], True),
    ],
)
def test_chosen_columns_are_those_of_a_run_of_these_groups(paired, places, second_order):
    out = slab(4, paired)
    pick = chosen_columns(4, paired, places, second_order=second_order)
    few = [0, 1, *(2 + k for k in places), *(6 + k for k in places if second_order)]
    alone = summed(
        np.ascontiguousarray(out[:, few]), len(places), len(places) if second_order else 0
    )
    assert np.array_equal(summed(out, 4, paired)[:, :, pick], alone)


class TestFolding:
    PARTS = np.random.default_rng(4).normal(0, 1, (4000, 3)) * [1.0, 1e8, 1e-8] + [1e9, 0.0, 1.0]

    def fold(self, parts, *cuts):
        total, carry = np.zeros((2, parts.shape[1]))
        for low, high in itertools.pairwise([0, *cuts, len(parts)]):
            folding()(total, carry, parts[low:high])
        return total + carry

    def test_sums_of_many_units_keep_all_their_digits(self):
        found = self.fold(self.PARTS)
        size = np.abs(self.PARTS).sum(axis=0)
        exact = [math.fsum(column) for column in self.PARTS.T]
        # Neumaier's bound: 2 eps |sum| + n^2 eps^2 sum of sizes, with eps = 2^-53
        bound = 2.0**-52 * np.abs(exact) + (len(self.PARTS) * 2.0**-53) ** 2 * size
        assert (np.abs(found - exact) <= bound).all()
        plain = np.cumsum(self.PARTS, axis=0)[-1]
        assert (np.abs(plain - exact) > bound).any()  # a plain sum does not

    @pytest.mark.parametrize(
        "cuts", [(1,), (64, 128, 3999), (1000, 2000, 3000), tuple(range(1, 99))]
    )
    def test_how_units_are_handed_over_does_not_matter(self, cuts):
        assert np.array_equal(self.fold(self.PARTS, *cuts), self.fold(self.PARTS))
