"""What the contract of a law does not say: vector code, tables, far ends."""

import re

import numba
import numpy as np
import pytest
from numba.core.errors import TypingError
from scipy import special

from mcsus.engine import store
from mcsus.errors import InputError
from mcsus.families import (
    QuantileKernel,
    distribution,
)
from mcsus.families.inverse import pieces, tabulated
from mcsus.families.laws.beta import Beta, unit_quantile
from mcsus.families.loops import cells, codes, middle, quantile_loops, ratios

LAWS = {
    "constant": {"value": 3},
    "uniform": {"minimum": 2, "maximum": 5},
    "loguniform": {"minimum": 2, "maximum": 5},
    "triangular": {"minimum": 2, "mode": 3, "maximum": 5},
    "normal": {"mean": 2, "sd": 5},
    "lognormal": {"median": 2, "gsd": 5},
    "exponential": {"mean": 2},
    "weibull": {"shape": 2, "scale": 5},
    "gumbel": {"mode": 2, "scale": 5},
}


def run(kernel: QuantileKernel, u):
    row = np.array(u, dtype=float)
    store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
    return row


@pytest.mark.parametrize("family", LAWS)
def test_closed_form_loop_is_vector_code_without_calls(family):
    kernel = distribution(family, **LAWS[family]).kernel()
    loop = {"normal": middle.normal_block, "lognormal": middle.lognormal_block}.get(family)
    assert_vector_code(loop or getattr(quantile_loops, codes.LOOPS[kernel.code]))


@pytest.mark.parametrize("kernel", ["lognormal_wide", "triangular"])
def test_careful_loop_is_vector_code_too(kernel):
    law = {
        "lognormal_wide": {"distribution": "lognormal", "median": 2, "gsd": 1e4},
        "triangular": {"distribution": "triangular", "minimum": -2, "mode": 0.001, "maximum": 5},
    }[kernel]
    made = distribution(law).kernel()
    assert codes.LOOPS[made.code] == kernel
    assert_vector_code(getattr(quantile_loops, kernel))


@pytest.mark.parametrize("log_sd", [1e-6, 0.01, 0.2, 0.7, 1.3, 2.0, 3.0, 30.0, 700.0])
def test_ratio_of_polynomials_keeps_its_accuracy(log_sd):
    ratio = ratios.lognormal_ratio(log_sd)
    y = np.linspace(-0.5, 0.5, 40_001)
    y = y[y**2 <= ratios.REACH]
    r = ratios.REACH - y**2
    if ratio is None:
        assert log_sd > 1.5
        return
    a, b = (np.polynomial.polynomial.polyval(r, c) for c in ratio[:2])
    exact = np.exp(log_sd * special.ndtri(0.5 + y))
    assert np.abs((a + y * b) / (a - y * b) / exact - 1).max() < 5e-13


def test_rows_longer_than_a_block_are_mapped_whole():
    kernel = distribution("lognormal", median=2, gsd=3).kernel()
    u = (np.random.default_rng(1).permutation(5000) + 0.5) / 5000
    pieces = [run(kernel, u[k : k + 100]) for k in range(0, 5000, 100)]
    assert list(run(kernel, u)) == list(np.concatenate(pieces))


def test_loop_over_log_table_is_vector_code():
    kernel = distribution("beta", alpha=0.05, beta=3).kernel()
    assert kernel.code == codes.TABULATED_LOG
    assert_vector_code(quantile_loops.tabulated_log)


def assert_vector_code(loop):
    row = numba.float64[::1]
    loop.compile((row, row))  # not called: only compiled code can call it
    text = "".join(loop.inspect_llvm().values())
    assert re.search(r"store <\d+ x double>", text)
    called = set(re.findall(r"call[^\n]*double[^\n@]*@([\w.]+)\(", text))
    assert {name for name in called if not name.startswith("llvm.")} == set()


def test_rows_with_gaps_are_refused():
    kernel = distribution("beta", alpha=2, beta=3).kernel()
    with pytest.raises(TypingError, match="must be contiguous"):
        quantile_loops.tabulated(np.full(4, 0.5), np.repeat(kernel.constants, 2)[::2])


def test_each_code_has_its_own_loop():
    by_name = {name.lower(): code for name, code in vars(codes).items() if isinstance(code, int)}
    assert by_name == {name: code for code, name in enumerate(codes.LOOPS)}
    assert all(hasattr(quantile_loops, name) for name in codes.LOOPS)


def test_unknown_code_leaves_the_row_alone():
    assert list(run(QuantileKernel(99, (1.0,)), [0.25, 0.5])) == [0.25, 0.5]


def test_point_of_a_row_does_not_depend_on_its_length():
    u = (np.arange(1003) + 0.5) / 1003
    for family, parameters in LAWS.items():
        kernel = distribution(family, **parameters).kernel()
        whole = run(kernel, u)
        assert list(whole[:5]) == list(run(kernel, u[:5])), family


@pytest.mark.parametrize(
    ("alpha", "beta"), [(0.02, 0.5), (0.05, 3), (0.1, 0.1), (0.5, 40), (2, 2), (1e3, 5), (1e6, 1e6)]
)
def test_table_of_extreme_shapes(alpha, beta):
    law = distribution("beta", alpha=alpha, beta=beta)
    u = np.concatenate([np.geomspace(2**-53, 0.5, 999), 1 - np.geomspace(2**-53, 0.5, 999)])
    x, row = law.quantile(u), run(law.kernel(), u)
    shown = x > 1e-290
    assert row[shown] == pytest.approx(x[shown], rel=1e-10)
    assert row[~shown] == pytest.approx(0, abs=1e-290)


def test_table_of_shapes_too_extreme_is_refused():
    with pytest.raises(InputError, match=r"distribution: found beta\(.*less extreme"):
        tabulated.tabulate(distribution("beta", alpha=1e-4, beta=1e-4))


def test_table_reaches_its_goal_and_says_so():
    error, variant, table = tabulated.build(Beta(2.0, 4.0), 3)[0]
    assert error < tabulated.GOAL
    assert variant.ends is None
    assert table.shape == (2, (tabulated.OCTAVES << 3) + 1, cells.TERMS)


def test_laws_of_one_shape_share_the_table():
    pieces.table_of.cache_clear()
    tabulated.tabulate.cache_clear()
    for minimum in (0.0, 1.0, 2.0):
        distribution("pert", minimum=minimum, mode=minimum + 1, maximum=minimum + 4).kernel()
    assert tabulated.tabulate.cache_info().misses == 1


def test_stretched_table_of_logs():
    u = np.geomspace(1e-3, 0.5, 50)
    whole = distribution("beta", alpha=0.05, beta=3, minimum=0, maximum=4)
    assert run(whole.kernel(), u) == pytest.approx(whole.quantile(u), rel=1e-10)


def test_beta_quantile_continues_as_a_power_where_scipy_stops():
    p = np.array([1e-110, 1e-130, 1e-200, 0.0])
    y = unit_quantile(2.0, 5.0, p, 1 - p)
    assert y == pytest.approx(np.sqrt(p / 15), rel=1e-10)  # p = y**2 / (2 B(2, 5)), B = 1/30


def test_points_beyond_the_smallest_count_as_the_smallest():
    kernel = distribution("pert", minimum=1, mode=2, maximum=5).kernel()
    ends = run(kernel, [2.0**-53, 1 - 2.0**-53])
    assert list(run(kernel, [0.0, 1e-300, 1.0])) == [ends[0], ends[0], ends[1]]
