"""Expected value of information: exact cases, an input without bearing, groups."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from mcsus.analysis import information
from mcsus.families import distribution
from tests.unit.claim_cells import claim_cell, normal

LAWS = {name: normal() for name in ("x1", "x2", "x3", "none")}
BINNING = 3e-5  # of the gain where 256 draws with the input near its turning point are one bin


def linear(x1, x2, x3, _):
    return 1 + 2 * x1 + x2 + 0.5 * x3


@pytest.fixture(scope="module")
def cell():
    return claim_cell(LAWS, linear)


def told(replicates):
    values = np.reshape(replicates, (-1, 1))
    return float(information.known(values)[0]), float(information.error(values)[0])


def test_perfect_information(cell):
    value, error = told(information.perfect(cell.margins))
    assert value == pytest.approx(0.499792, abs=4 * error)
    assert 0 < error < 2e-4


@pytest.mark.parametrize(("k", "exact"), list(enumerate([0.395593, 0.083315, 0.004245, 0.0])))
def test_information_on_one_input(cell, k, exact):
    value, error = told(information.gain(cell.of_margin, (k,)))
    assert value == pytest.approx(exact, abs=4 * error + BINNING)
    assert error < 2e-4


@pytest.mark.parametrize("seed", range(6))
def test_an_input_without_bearing_is_worth_nothing_where_the_mean_is_0(seed):
    cell = claim_cell(LAWS, lambda *x: linear(*x) - 1, seed=seed, draws=1024)
    values = information.gain(cell.of_margin, (3,))
    assert abs(values.mean()) <= 4 * information.error(values[:, np.newaxis])[0] + 1e-12
    changes = information.change(cell.of_success, (3,))
    assert abs(changes.mean()) <= 4 * information.error(changes[:, np.newaxis])[0] + 1e-12


@pytest.mark.parametrize(("k", "slope"), list(enumerate([2.0, 1.0, 0.5])))
def test_change_of_the_probability(cell, k, slope):
    rest, p = np.sqrt(5.25 - slope**2), stats.norm.cdf(1 / np.sqrt(5.25))

    def apart(x):
        return abs(stats.norm.cdf((1 + slope * x) / rest) - p) * stats.norm.pdf(x)

    exact = integrate.quad(apart, -9, 9, points=[0.0], limit=200)[0]
    value, error = told(information.change(cell.of_success, (k,)))
    assert value == pytest.approx(exact, abs=4 * error + 1e-3)


def test_a_group_is_worth_more_than_its_inputs(cell):
    # 1 + x1 + x2 of standard deviation sqrt(5), as the exact case of one input of that spread
    sd = np.sqrt(5)
    exact = sd * stats.norm.pdf(1 / sd) + stats.norm.cdf(1 / sd) - 1
    value, error = told(information.gain(cell.of_margin, (0, 1)))
    assert value == pytest.approx(exact, abs=4 * error + 10 * BINNING)


def test_half_the_spread(cell):
    value, error = information.halved_spread(cell, 0)
    assert value == pytest.approx(stats.norm.cdf(1 / 1.5), abs=4 * error + 1e-3)
    value, error = information.halved_spread(cell, 3)
    assert value == pytest.approx(stats.norm.cdf(1 / np.sqrt(5.25)), abs=4 * error + 1e-3)


def test_half_the_spread_of_a_lognormal_law_is_that_of_its_logarithm():
    laws = {"x1": distribution("lognormal", median=1, gsd=np.e**2), "x2": normal()}
    cell = claim_cell(laws, lambda x1, x2: 1 + np.log(x1) + x2)
    value, error = information.halved_spread(cell, 0)
    assert value == pytest.approx(stats.norm.cdf(1 / np.sqrt(2)), abs=4 * error + 1e-3)


def test_inputs_that_depend_on_each_other():
    def margin(x1, x2):
        return 1 + 2 * x1 + (0.8 * x1 + 0.6 * x2)

    plain = claim_cell({"x1": normal(), "x2": normal()}, margin)
    one, other = plain.inputs
    mixed = replace(other, values=0.8 * one.values + 0.6 * other.values, streams=frozenset("ab"))
    cell = replace(plain, inputs=(replace(one, streams=frozenset("a")), mixed))
    for k, slope in ((0, 2.8), (1, 1 + 2 * 0.8)):  # the mean of 2 x1 + x2 given either
        exact = slope * stats.norm.pdf(1 / slope) + stats.norm.cdf(1 / slope) - 1
        value, error = told(information.gain(cell.of_margin, (k,)))
        assert value == pytest.approx(exact, abs=4 * error + 10 * BINNING)
