"""Probabilities that step from level to level as an input moves: levels, steps, what they turn."""

from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis import information
from mcsus.analysis.break_even import break_even
from mcsus.analysis.given_input import given_input
from mcsus.analysis.held import verified
from mcsus.analysis.of_claims.robustness import Robustness
from mcsus.families import distribution
from tests.unit.claim_cells import claim_cell, normal

FOUR = {name: normal() for name in "abcd"}
INSIDE = 0.682689  # the probability of a normal input to be within 1 standard deviation
INNER = INSIDE**3 + 3 * INSIDE**2 * (1 - INSIDE)  # of two of three others at least: .7640


def three_of_four_within(*x):
    """Return the margin of a claim that at least three of four lie between -1 and 1."""
    return (np.abs(x) <= 1).mean(axis=0) - 0.7499


def half_above(*x):
    """Return the margin of a claim that at least two of four are above 0."""
    return (np.array(x) > 0).mean(axis=0) - 0.4999


@pytest.mark.parametrize("held", [0, 100])
def test_inputs_of_one_law_get_both_ends_and_the_same(held):
    cell = claim_cell(FOUR, three_of_four_within, confidence=0.5, held=held)
    found = verified(cell, [break_even(cell, k) for k in range(4)])
    for own in found:
        ends = sorted([(own.value, own.error), (own.until, own.until_error)])
        for (value, error), exact in zip(ends, (-1, 1), strict=True):
            assert value == pytest.approx(exact, abs=4 * error)
            assert error < (0.002 if held else 0.02)
        assert own.side == np.sign(own.until - own.value)
        assert (own.low, own.high) == pytest.approx((INSIDE**3, INNER), abs=0.012)
        if held:
            assert own.held == pytest.approx(INNER, abs=4 * own.held_error)


def test_a_level_at_what_is_asked_turns_nothing():
    cell = claim_cell(FOUR, half_above, confidence=0.5, held=100)  # .5 below 0, .875 above
    for own in verified(cell, [break_even(cell, k) for k in range(4)]):
        assert np.isnan(own.value)
        assert (own.low, own.high) == pytest.approx((0.5, 0.875), abs=0.012)


def test_what_steps_is_not_overshot():
    cell = claim_cell(FOUR, half_above, confidence=0.5)
    told = given_input(cell, 0)
    assert told.levels is not None
    assert told.levels.whole == pytest.approx([1 << 15, 1 << 15], rel=0.01)
    assert told.probability.min() == pytest.approx(0.5, abs=0.01)
    assert told.probability.max() == pytest.approx(0.875, abs=0.01)


def test_what_turns_smoothly_has_no_levels():
    cell = claim_cell({"x": normal(0, 2), "e": normal()}, lambda x, e: x + e)
    assert given_input(cell, 0).levels is None


def test_an_input_without_bearing_moves_nothing():
    for seed in range(4):
        cell = claim_cell(
            {"x": normal(), "none": normal()},
            lambda x, _: x - 1,
            draws=256,
            seed=seed,
            kind="monte_carlo",
        )
        told = given_input(cell, 1).probability
        assert (told == cell.probability).all()
        found = break_even(cell, 1)
        assert (found.low, found.high) == (cell.probability, cell.probability)
        said = Robustness().estimate(cell)
        assert (said["perturbed"][1] == cell.probability).all()
        assert not np.isfinite(said["family"][1]).any()


def test_an_input_with_one_value_at_which_a_claim_holds():
    laws = {"yes": distribution("bernoulli", probability=0.3), "u": normal(5, 0.1)}
    found = break_even(claim_cell(laws, lambda yes, u: yes * u, confidence=0.2), 0)
    assert (found.value, found.until, found.included, found.side) == (1.0, 1.0, 1.0, 1.0)
    assert (found.rank, found.until_rank) == pytest.approx((0.7, 1.0), abs=0.001)
    law = distribution("discrete", values=[1, 2, 3, 4], weights=[1, 1, 1, 1])
    between = claim_cell({"n": law, "u": normal()}, lambda n, u: 1 - abs(n - 2.5) + u / 100)
    found = break_even(between, 0)
    assert (found.value, found.until, found.included) == (2.0, 3.0, 1.0)


def test_a_group_of_all_inputs_knows_whether_a_claim_holds():
    cell = replace(claim_cell(FOUR, half_above), groups=((0, 1, 2, 3), (0, 1)))
    p = 11 / 16
    assert information.is_everything(cell, cell.groups[0])
    assert not information.is_everything(cell, cell.groups[1])
    assert information.settled(cell).mean() == pytest.approx(2 * p * (1 - p), abs=0.001)


def test_an_input_with_many_single_values_turns_at_one_of_them():
    law = distribution("discrete", values=list(range(60)), weights=[1] * 60)
    for side, exact in ((1, 31), (-1, 30)):
        cell = claim_cell(
            {"n": law, "u": normal()}, lambda n, u, side=side: side * (n - 30.5) + u / 9, held=100
        )
        found = verified(cell, [break_even(cell, k) for k in range(2)])[0]
        assert (found.value, found.side, found.included) == (exact, side, 1.0)
