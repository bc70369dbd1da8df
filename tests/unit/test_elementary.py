"""exp, log and ndtri against mpmath, and the shape of the code that LLVM makes of them."""

import math
import runpy
import sys
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from numba import njit

from mcsus.expressions import FUNCTIONS
from mcsus.families.loops import elementary
from mcsus.families.loops.elementary import (
    exp,
    log,
    log_normal_range,
    mean_decay,
    ndtri,
    ndtri_tails,
)

RNG = np.random.default_rng(20230127)
EPS = 2.0**-52


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(50):
        yield


def largest_error(function, exact, points):
    """Largest relative error of a function over some points."""
    return max(abs(mp.mpf(function(x)) / exact(mp.mpf(x)) - 1) for x in map(float, points))


def exact_ndtri(u, v=None):
    """Normal quantile by Newton's method on the log of the smaller tail."""
    v = 1 - u if v is None else v
    t = min(u, v)
    goal, z = mp.log(t), mp.sqrt(-2 * mp.log(t)) / 2
    for _ in range(200):
        tail = mp.erfc(z / mp.sqrt(2)) / 2
        step = (mp.log(tail) - goal) * tail / mp.npdf(z)
        z += step
        if abs(step) < mp.mpf(10) ** -40:
            return -z if u < v else z
    raise ArithmeticError(f"no convergence at {u}")


@pytest.mark.parametrize("reach", [1e-300, 1e-9, 0.34, 1.0, 50.0, 700.0])
def test_exp(reach):
    assert largest_error(exp, mp.exp, RNG.uniform(-reach, reach, 600)) < EPS


@pytest.mark.parametrize("reach", [1e-300, 1e-16, 1e-8, 1e-3, 1.0, 30.0, 700.0])
def test_mean_decay(reach):
    """(1 - exp(-x))/x loses all digits below 1e-16 when it is computed as it is written."""
    points = RNG.uniform(-reach, reach, 300)
    assert largest_error(mean_decay, lambda x: -mp.expm1(-x) / x, points) < 5e-16


def test_mean_decay_at_0_and_far_away():
    row = FUNCTIONS["mean_decay"]
    far = [0.0, -0.0, 5e-324, 1e-17, 800.0, math.inf]
    for found in (
        list(map(mean_decay, far)),
        [row.numpy(x) for x in far],
        list(row.numpy(np.array(far))),
    ):
        assert found[:4] == [1.0] * 4
        assert found[4:] == [1 / 800, 0.0]
    assert math.isnan(mean_decay(math.nan))
    assert math.isnan(row.numpy(math.nan))


def test_exp_at_the_ends_of_the_range():
    assert exp(709.782712893384) == pytest.approx(sys.float_info.max, rel=1e-12)
    assert exp(709.7827128933841) == math.inf
    assert exp(-745.13) == 5e-324
    assert exp(-745.14) == 0.0
    assert exp(-740.0) == pytest.approx(math.exp(-740.0), abs=5e-324)
    assert exp(math.inf) == math.inf
    assert exp(-math.inf) == 0.0
    assert math.isnan(exp(math.nan))
    assert exp(0.0) == exp(-0.0) == 1.0


@pytest.mark.parametrize(
    "points",
    [
        1 + RNG.uniform(-1e-9, 1e-9, 300),
        1 + RNG.uniform(-0.3, 0.42, 600),
        np.exp(RNG.uniform(-708, 709, 600)),
        np.exp(RNG.uniform(-744, -708, 200)),
        np.sqrt(0.5) * (1 + EPS * np.arange(-8, 8)),
        np.sqrt(2.0) * (1 + EPS * np.arange(-8, 8)),
        [5e-324, 2.0**-1022, sys.float_info.max, 0.5, 2.0],
    ],
    ids=["near 1", "one octave", "all", "subnormal", "root half", "root two", "ends"],
)
def test_log(points):
    points = [x for x in points if x != 1]
    assert largest_error(log, mp.log, points) < EPS


def test_log_of_special_values():
    assert log(1.0) == 0.0
    assert log(0.0) == log(-0.0) == -math.inf
    assert log(math.inf) == math.inf
    assert math.isnan(log(-1.0))
    assert math.isnan(log(-math.inf))
    assert math.isnan(log(math.nan))
    assert log_normal_range(0.3) == log(0.3)


@pytest.mark.parametrize(
    "points",
    [
        RNG.uniform(0, 1, 500),
        2.0 ** -RNG.uniform(1, 53, 400),
        1 - 2.0 ** -RNG.integers(2, 54, 100),
        0.5 + RNG.uniform(-1, 1, 200) * 1e-6,
        np.concatenate([0.2 + EPS * np.arange(-9, 9), 0.8 + EPS * np.arange(-9, 9)]),
        [2.0**-53, 1 - 2.0**-53],
    ],
    ids=["all", "lower tail", "upper tail", "middle", "split", "ends"],
)
def test_ndtri(points):
    assert largest_error(ndtri, exact_ndtri, points) < 1e-15


def test_ndtri_of_tails_far_beyond_a_point():
    for t in 10.0 ** -RNG.uniform(16, 306, 60):
        exact = exact_ndtri(mp.mpf(float(t)), mp.mpf(1))
        assert abs(ndtri_tails(t, 1.0) / exact - 1) < 1e-15
        assert ndtri_tails(1.0, t) == -ndtri_tails(t, 1.0)


def test_ndtri_of_special_values():
    assert ndtri(0.5) == 0.0
    assert ndtri(0.0) == -math.inf
    assert ndtri(1.0) == math.inf
    assert math.isnan(ndtri(-0.1))
    assert math.isnan(ndtri(1.1))
    assert math.isnan(ndtri(math.nan))


@pytest.mark.parametrize("name", ["exp", "log", "ndtri"])
def test_loop_becomes_vector_code_without_calls(name):
    function = getattr(elementary, name)

    @njit(nogil=True, error_model="numpy")
    def loop(row):
        for i in range(row.size):
            row[i] = function(row[i])

    row = np.full(64, 0.25)
    loop(row)
    assert row == pytest.approx(np.full(64, function(0.25)), rel=0)
    (text,) = loop.inspect_llvm().values()
    assert "x double> @llvm.fma.v" in text
    assert f"@{name}(" not in text


def test_value_is_the_same_in_a_loop_and_alone():
    """Fusing by name and not by flag: no context changes a bit."""

    @njit(nogil=True, error_model="numpy")
    def loop(row, out):
        for i in range(row.size):
            out[i] = exp(row[i]) * log(row[i]) + ndtri(row[i])

    row, out = RNG.uniform(0.01, 0.99, 1003), np.empty(1003)
    loop(row, out)
    assert list(out) == [exp(x) * log(x) + ndtri(x) for x in row]


@pytest.mark.slow  # fits them anew
def test_coefficients_are_those_that_the_script_fits(capsys, monkeypatch):
    script = Path(__file__).parents[2] / "tools" / "fit_ndtri.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--check"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(script), run_name="__main__")
    assert caught.value.code == 0
    assert "ndtri, central piece" in capsys.readouterr().out
