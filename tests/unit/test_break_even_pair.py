"""Break-even of two inputs: exact contours."""

import numpy as np
import pytest
from scipy import stats

from mcsus.analysis.break_even_pair import SCORES, pair_given
from mcsus.families import distribution
from tests.unit.claim_cells import claim_cell, normal


def test_a_sum_of_three():
    laws = {"x": normal(0, 2), "none": normal(), "y": normal(0, 2), "e": normal()}
    cell = claim_cell(laws, lambda x, none, y, e: x + y + e + 0 * none)
    found = pair_given(cell)
    assert set(found.places) == {0, 2}
    assert found.values == pytest.approx(np.stack([2 * SCORES, 2 * SCORES]), abs=0.02)
    exact = stats.norm.cdf(2 * SCORES[:, np.newaxis] + 2 * SCORES)
    assert np.abs(found.shares - exact).max() < 0.06  # in a corner, of some 650 draws
    assert np.abs(found.shares - exact).mean() < 0.005


def test_a_product_less_another():
    laws = {
        "a": distribution("lognormal", median=10, gsd=1.3),
        "x": distribution("uniform", minimum=1, maximum=3),
        "y": distribution("uniform", minimum=2, maximum=6),
    }
    cell = claim_cell(laws, lambda a, x, y: a - x * y, confidence=0.9)
    found = pair_given(cell)
    one, other = found.values
    assert set(found.places) == {1, 2}
    exact = stats.norm.sf(np.log(np.outer(one, other) / 10) / np.log(1.3))
    assert np.abs(found.shares - exact).max() < 0.06
    assert np.abs(found.shares - exact).mean() < 0.01


def test_no_two_inputs_decide():
    cell = claim_cell({"x": normal(), "none": normal()}, lambda x, _: x)
    assert pair_given(cell) is None
    assert pair_given(claim_cell({"x": normal(), "y": normal()}, lambda x, y: x + y + 99)) is None
    few = claim_cell({"x": normal(), "y": normal()}, np.add, draws=256, replicates=4)
    assert pair_given(few) is None
