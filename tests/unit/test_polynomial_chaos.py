"""Indices of a polynomial chaos, from draws alone: exact values, hard inputs, and its limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

import mcsus
from mcsus.analysis.base import DrawnValues, methods
from mcsus.runner import run

METHOD = "polynomial_chaos"


def told(inputs, output, count=16):
    parts = zip(np.split(inputs, count, axis=1), np.split(output, count), strict=True)
    return methods()[METHOD].pool([DrawnValues(*own) for own in parts])


def uniform(inputs, draws=8192, seed=1):
    return np.random.default_rng(seed).random((inputs, draws))


def assert_near(values, exact, within):
    for key, wanted in exact.items():
        off = np.abs(values[key] - wanted)
        assert (off <= 5 * values[f"{key}_error"] + 1e-9).all(), (key, values[key], wanted)
        assert (off < within).all()


def test_ishigami():
    """Independent draws: the error is that of the draws, as the fit is as good as exact."""
    x = math.pi * (2 * uniform(3) - 1)
    values = told(x, np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0])).values
    exact = {
        "S1": [0.313905191, 0.442411145, 0.0],
        "ST": [0.557588855, 0.442411145, 0.243683664],
    }
    assert_near(values, exact, within=0.02)
    assert values["explained"] > 0.999
    pairs = values["S2"]
    assert pairs[0, 2] == pytest.approx(0.243683664, abs=5 * values["S2_error"][0, 2])
    assert np.isnan(pairs[2, 0])  # told once
    assert np.isnan(pairs[0, 1])  # no term has both


def test_g_function_has_kinks():
    output, exact = g_function(uniform(6))
    found = told(uniform(6), output)
    assert_near(found.values, exact, within=0.02)
    assert 0.98 < found.values["explained"] < 1
    assert found.doubt == ""


def g_function(points):
    a = np.array([0, 1, 4.5, 9, 99, 99])
    own = 1 / 3 / (1 + a) ** 2
    whole = np.prod(1 + own) - 1
    exact = {"S1": own / whole, "ST": own * np.prod(1 + own) / (1 + own) / whole}
    return ((np.abs(4 * points - 2) + a[:, np.newaxis]) / (1 + a[:, np.newaxis])).prod(
        axis=0
    ), exact


def test_what_a_fit_leaves_is_told_in_classes():
    """Kinks that no polynomial has, by points of which the draws have hardly any error."""
    parts = [stats.qmc.Sobol(6, seed=k).random(1024) for k in range(16)]
    output, exact = g_function(np.concatenate(parts).T)
    found = told(np.concatenate(parts).T, output).values
    assert found["explained"] < 0.997
    assert_near(found, exact, within=0.001)
    assert found["S1_error"].max() < 5e-4
    assert found["S1_error"][4:].max() < 5e-5  # of inputs that the fit has hardly anything of


def test_what_several_inputs_do_together_is_shared_out():
    """A sum of three and their product: a fit without the product would miss it in ST."""
    parts = [2 * stats.qmc.Sobol(3, seed=k).random(256).T - 1 for k in range(4)]
    x = np.concatenate(parts, axis=1)
    squares = x**2 - 1 / 3
    found = told(x, x.sum(axis=0) + 6 * np.sign(x).prod(axis=0) * np.abs(squares.prod(axis=0)), 4)
    alone = 1 / 3
    joint = 36 * (4 / 45) ** 3
    whole = 3 * alone + joint
    exact = {"S1": np.full(3, alone / whole), "ST": np.full(3, (alone + joint) / whole)}
    assert_near(found.values, exact, within=0.04)


def test_a_rare_step_is_in_the_errors():
    """What is finer than the classes is told by what half as many lose."""
    u = np.concatenate([stats.qmc.Sobol(2, seed=k).random(1024) for k in range(16)]).T
    found = told(u, u[0] + 3 * (u[1] > 0.99)).values
    first, step = 1 / 12, 9 * 0.01 * 0.99
    shares = np.array([first, step]) / (first + step)
    assert_near(found, {"S1": shares, "ST": shares}, within=0.06)
    assert found["S1_error"][1] > 0.005


def test_product_of_lognormals_is_a_chaos_of_its_logarithm():
    s = np.array([0.3, 0.6, 1.0])
    scores = np.random.default_rng(1).standard_normal((3, 8192))
    inputs = np.exp(s[:, np.newaxis] * scores)
    found = told(inputs, inputs.prod(axis=0))
    whole = np.sum(s**2)
    exact = {
        "S1": np.expm1(s**2) / np.expm1(whole),
        "ST": np.expm1(-(s**2)) / np.expm1(-whole),
    }
    assert_near(found.values, exact, within=0.03)


def test_inputs_of_few_values():
    """A number of 0 or 1 has one polynomial, and their product is a pair of them."""
    u = uniform(2)
    inputs = (u < [[0.3], [0.5]]).astype(float)
    found = told(inputs, inputs[0] * inputs[1])
    p, q = 0.3, 0.5
    whole = p * q * (1 - p * q)
    first = np.array([q**2 * p * (1 - p), p**2 * q * (1 - q)]) / whole
    assert_near(found.values, {"S1": first, "ST": 1 - first[::-1]}, within=0.03)
    assert found.values["explained"] == pytest.approx(1.0)


def test_what_no_polynomial_explains_is_told_and_in_every_error():
    u = uniform(2)
    output = np.where((np.floor(40 * u[0]) + np.floor(40 * u[1])) % 2 == 0, 1.0, -1.0)
    found = told(u, output)
    assert "explains" in found.doubt
    assert found.values["explained"] < 0.1
    assert (np.abs(found.values["ST"] - 1) <= 2.2 * found.values["ST_error"]).all()


def test_of_many_more_draws_some_weigh(monkeypatch):
    monkeypatch.setattr("mcsus.analysis.chaos._MOST_WEIGHING", 4096)
    x = uniform(2)
    found = told(x, x[0] + 2 * x[1])
    assert_near(found.values, {"S1": [0.2, 0.8], "ST": [0.2, 0.8]}, within=0.03)


def test_from_a_study_and_from_a_table(study):
    laws = {"a": ("lognormal", 1, 1.3), "b": ("normal", 0, 1)}
    asked = study(
        laws, {"y": "a * b"}, design={"draws": 1024, "replicates": 16},
        sensitivity={"methods": [METHOD]},
    )  # fmt: skip
    (cell,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    ratio = math.expm1(math.log(1.3) ** 2)
    exact = {"a": 0.0, "b": 1 / (1 + ratio)}
    for name, wanted in exact.items():
        own = cell["indices"][name]["S1"]
        assert own["value"] == pytest.approx(wanted, abs=5 * own["error"])
    (pair,) = cell["second_order"]
    assert pair["S2"]["value"] == pytest.approx(1 - exact["b"], abs=5 * pair["S2"]["error"])
    assert cell["explained"]["value"] > 0.99
    x = uniform(2)
    table = {"a": x[0], "b": x[1], "y": x[0] * x[1]}
    (cell,) = mcsus.sensitivity(table, "y", methods=[METHOD]).to_dict()["sensitivity"]["y"]["cells"]
    assert cell["indices"]["a"]["ST"]["value"] == pytest.approx(4 / 7, abs=0.03)


def test_inputs_of_a_table_that_depend_on_each_other_are_refused():
    x = uniform(2)
    table = {"a": x[0], "b": x[0] + x[1], "y": x[1]}
    with pytest.raises(mcsus.InputError, match="polynomial_chaos of inputs that are not"):
        mcsus.sensitivity(table, "y", methods=[METHOD])
    assert f"y@{METHOD}" not in mcsus.sensitivity(table, "y").explained


@pytest.mark.parametrize("seed", range(4))
def test_a_product_of_which_no_factor_is_found(seed):
    """Classes of words decide nearly all of it, so that no term of the other input is found."""
    random = np.random.default_rng(seed)
    words = random.integers(3, size=500)
    x = random.random(500)
    table = {"a": np.array(["p", "q", "r"])[words], "b": x, "y": np.array([0, 1, 5])[words] + x}
    (cell,) = mcsus.sensitivity(table, "y", methods=[METHOD]).to_dict()["sensitivity"]["y"]["cells"]
    own = cell["indices"]["b"]["ST"]
    variance = 14 / 3 + 1 / 12  # of 0, 1 and 5, and of a uniform law
    assert own["value"] == pytest.approx(1 / 12 / variance, abs=5 * own["error"])


@pytest.mark.parametrize("level", [0.0, 3.0])
@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_found_in_fast_waves(level, seed):
    """A fit without a term says nothing, and its errors hold all."""
    u = uniform(2, 256, seed)
    found = told(u, level + np.sin(100 * np.pi * u[0]) * np.cos(74 * np.pi * u[1]), count=4)
    assert (np.abs(found.values["ST"] - 1) <= 4 * found.values["ST_error"]).all()
