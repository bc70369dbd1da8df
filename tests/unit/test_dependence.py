"""Copulas in the unit cube: elementary functions, matrices, rank correlations, compiled loops."""

import runpy
import sys
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from numba import njit
from scipy import special, stats

from mcsus.dependence import Mix, gaussian_mixes, score_correlation, transform
from mcsus.dependence.copula_loops import add_score, from_normal, from_student, set_score
from mcsus.dependence.correlation import (
    distance,
    is_valid,
    nearest_correlation,
    normal_from_rank,
    rank_from_normal,
    rank_from_student,
    student_from_rank,
)
from mcsus.dependence.student import distribution_function, scale_law, table
from mcsus.engine import store
from mcsus.families import distribution
from mcsus.families.loops.normal_cdf import ndtr
from mcsus.streams import Design, points

RNG = np.random.default_rng(20230127)
LEAST = 2.0**-53
HIGHAM = [[1, 1, 0], [1, 1, 1], [0, 1, 1]]  # the example of his section 4


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(50):
        yield


@pytest.mark.parametrize(
    ("low", "high"), [(-37.4, -20), (-20, -5), (-5, -1), (-1, 1), (1, 40), (-1e-9, 1e-9)]
)
def test_ndtr(low, high):
    for z in map(float, RNG.uniform(low, high, 300)):
        assert abs(mp.mpf(ndtr(z)) / mp.ncdf(mp.mpf(z)) - 1) < 1e-15


def test_ndtr_of_special_values():
    assert ndtr(0.0) == ndtr(-0.0) == 0.5
    assert ndtr(np.inf) == ndtr(1e300) == 1.0
    assert ndtr(-np.inf) == ndtr(-1e300) == 0.0
    assert np.isnan(ndtr(np.nan))


def test_ndtr_and_the_t_loop_become_vector_code():
    @njit(nogil=True, error_model="numpy")
    def loop(row):
        for i in range(row.size):
            row[i] = ndtr(row[i])

    row, ratio = np.full(64, 0.25), np.ones(64)
    loop(row)
    from_student(row, ratio, np.array(table(4.0)))
    for function in (loop, from_student):
        (text,) = function.inspect_llvm().values()
        assert "x double> @llvm.fma.v" in text
        assert "@exp(" not in text


@pytest.mark.slow  # fits them anew
def test_coefficients_are_those_that_the_script_fits(capsys, monkeypatch):
    script = Path(__file__).parents[2] / "tools" / "fit_ndtr.py"
    monkeypatch.setattr(sys, "argv", [str(script), "--check"])
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(script), run_name="__main__")
    assert caught.value.code == 0
    assert "ndtr, type (9, 10)" in capsys.readouterr().out


@pytest.mark.parametrize("df", [1.0, 1.7, 2.0, 4.0, 30.0, 300.0, 1000.0])
def test_t_table_against_mpmath(df):
    """Relative error of either tail, from the middle to the last point."""
    sizes = [1e-8, 1e-3, 0.1, 0.6, 1.0, 2.0, 3.3, 5.0, 7.0]
    sizes += [1e3, 1e8, 1e15] if df < 3 else []
    z = np.array([*sizes, *(-np.array(sizes))])
    row = z.copy()
    from_student(row, np.ones_like(z), np.array(table(df)))
    for x, u in zip(map(float, z), map(float, row), strict=True):
        half, share = mp.mpf(df) / 2, df / (df + mp.mpf(x) ** 2)
        tail = mp.betainc(half, mp.mpf(1) / 2, 0, share, regularized=True) / 2
        exact = max(tail, LEAST) if x < 0 else 1 - max(tail, LEAST)
        assert abs(u / exact - 1) < 1e-12


@pytest.mark.parametrize("df", [1.0, 2.5, 4.0, 30.0, 1000.0])
def test_t_table_between_its_nodes(df):
    z = RNG.normal(size=20_000) * 3
    row, ratio = z.copy(), RNG.gamma(df / 2, 2 / df, z.size) + 1e-9
    from_student(row, ratio, np.array(table(df)))
    exact = np.clip(distribution_function(z / np.sqrt(ratio), df), LEAST, 1 - LEAST)
    np.testing.assert_allclose(row, exact, rtol=1e-12)


def test_points_stay_in_the_open_interval():
    for z, end in ((-50.0, LEAST), (50.0, 1 - LEAST)):
        row = np.full(4, z)
        from_normal(row)
        assert np.all(row == end)
        row = np.full(4, 1e30 * z)
        from_student(row, np.full(4, 1e-30), np.array(table(1.0)))
        assert np.all(row == end)


def compiled(mix, points):
    """What the blocks do with one row."""
    row = np.empty_like(next(iter(points.values())))
    for k, (key, coefficient) in enumerate(zip(mix.streams, mix.coefficients, strict=True)):
        (add_score if k else set_score)(row, points[key], coefficient)
    if mix.df is None:
        from_normal(row)
    else:
        ratio = points[mix.scale].copy()
        code, constants = scale_law(mix.df).kernel()
        store.shared("quantile")(code, ratio, np.array(constants))
        from_student(row, ratio, np.array(table(mix.df)))
    return row


@pytest.mark.parametrize("df", [None, 1.0, 4.0, 50.0])
def test_loops_equal_the_plain_path(df):
    """To 1e-11 of the smaller tail: the scale is good to 1e-12, its power df is not below 1."""
    points = {key: RNG.uniform(size=5000) for key in "abcw"}
    points["a"][:2] = LEAST, 1 - LEAST
    points["w"][2:4] = LEAST, 1 - LEAST
    mix = Mix(("a", "b", "c"), (0.6, -0.48, 0.64), df, None if df is None else "w")
    one, other = compiled(mix, points), transform(mix, points)
    np.testing.assert_allclose(one, other, rtol=1e-11, atol=0)
    np.testing.assert_allclose(1 - one, 1 - other, rtol=1e-11, atol=2**-52)


@pytest.mark.parametrize("df", [None, 1.0, 4.0])
def test_marginals_stay_uniform_and_pairs_have_the_copula(df):
    """Kendall's tau of every elliptical copula is 2 / pi * asin(r) (Lindskog et al. 2003).

    Pairs are compared in disjoint couples: half the couples that agree, less half those that do
    not, has the standard error sqrt((1 - tau**2) / couples).
    """
    n = 2**15
    u = RNG.uniform(size=(4, n))
    points = dict(zip("abcw", u, strict=True))
    matrix = np.array([[1, 0.7, -0.2], [0.7, 1, 0.3], [-0.2, 0.3, 1]])
    mixes = gaussian_mixes("abc", matrix, df, None if df is None else "w")
    drawn = {key: transform(mixes[key], points) if key in mixes else points[key] for key in "abc"}
    for x in drawn.values():
        assert stats.kstest(x, "uniform").pvalue > 1e-4
    for i, j in ((0, 1), (0, 2), (1, 2)):
        x, y = drawn["abc"[i]], drawn["abc"[j]]
        agree = np.sign((x[::2] - x[1::2]) * (y[::2] - y[1::2]))
        tau = 2 / np.pi * np.arcsin(matrix[i, j])
        assert abs(agree.mean() - tau) < 5 * np.sqrt((1 - tau**2) / agree.size)


def test_tail_dependence_tells_the_copulas_apart():
    """Joint tails of a t copula are heavier; both exact by the bivariate laws of SciPy."""
    n, q, r, df = 2**17, 0.01, 0.5, 3.0
    matrix = np.array([[1, r], [r, 1]])
    points = dict(zip("abw", RNG.uniform(size=(3, n)), strict=True))
    laws = (stats.multivariate_normal([0, 0], matrix), stats.multivariate_t([0, 0], matrix, df))
    ends = (special.ndtri(q), special.stdtrit(df, q))
    for law, end, scale in zip(laws, ends, (None, "w"), strict=True):
        mixes = gaussian_mixes("ab", matrix, df if scale else None, scale)
        x = transform(mixes["a"], points) if scale else points["a"]
        y = transform(mixes["b"], points)
        exact = float(law.cdf([end, end]))
        both = np.mean((x < q) & (y < q))
        assert abs(both - exact) < 5 * np.sqrt(exact / n) + 1e-5


def test_mixes_of_the_first_and_of_the_uncorrelated_are_left_out():
    matrix = np.eye(3)
    matrix[1, 2] = matrix[2, 1] = 0.5
    mixes = gaussian_mixes("abc", matrix)
    assert set(mixes) == {"c"}
    assert mixes["c"].streams == ("b", "c")
    assert score_correlation(mixes["c"], Mix(("b",), (1.0,))) == 0.5
    assert score_correlation(mixes["c"], Mix(("a",), (1.0,))) == 0.0
    assert set(gaussian_mixes("abc", matrix, 4.0, "w")) == set("abc")


def test_mirrored_points_are_exact():
    u = np.array([LEAST, 0.25, 1 - LEAST])
    mix = Mix(("a",), (-1.0,))
    assert mix.is_mirrored
    assert list(transform(mix, {"a": u})) == [1 - LEAST, 0.75, LEAST]


def test_nearest_matrix_of_higham():
    """His example, to the four digits printed; ours holds the least eigenvalue at 1e-4."""
    near = nearest_correlation(HIGHAM)
    exact = [[1, 0.7607, 0.1573], [0.7607, 1, 0.7607], [0.1573, 0.7607, 1]]
    np.testing.assert_allclose(near, exact, atol=3e-4)
    assert is_valid(near)
    assert distance(HIGHAM, near) == pytest.approx(0.5278, abs=5e-4)


@pytest.mark.parametrize("size", [2, 3, 6, 20])
def test_nearest_matrix_is_valid_and_no_random_one_is_nearer(size):
    wrong = RNG.uniform(-1, 1, (size, size))
    wrong = (wrong + wrong.T) / 2
    np.fill_diagonal(wrong, 1)
    near = nearest_correlation(wrong)
    assert np.all(np.diag(near) == 1)
    assert np.all(near == near.T)
    assert np.linalg.eigvalsh(np.round(near, 6))[0] > 0  # as it is printed
    for _ in range(50):
        other = near + 0.05 * (np.corrcoef(RNG.normal(size=(size, 3 * size))) - near)
        assert distance(wrong, other) > distance(wrong, near) - 2e-4 * size


def test_nearest_matrix_of_a_valid_one_is_itself():
    valid = [[1, 0.3, 0.2], [0.3, 1, -0.4], [0.2, -0.4, 1]]
    np.testing.assert_allclose(nearest_correlation(valid), valid, atol=1e-12)


def test_validity_at_the_ends():
    assert not is_valid(HIGHAM)
    assert not is_valid([[1, 1], [1, 1]])
    assert is_valid([[1, 0.999], [0.999, 1]])
    assert is_valid(np.full((4, 4), -0.33) + 1.33 * np.eye(4))
    assert not is_valid(np.full((4, 4), -0.34) + 1.34 * np.eye(4))


def test_rank_correlation_of_the_gaussian_copula():
    assert float(normal_from_rank(1.0)) == pytest.approx(1.0)
    assert float(normal_from_rank(-0.5)) == pytest.approx(-2 * np.sin(np.pi / 12))
    assert float(rank_from_normal(normal_from_rank(0.37))) == pytest.approx(0.37, abs=1e-15)


def achieved_rank(mixes, seed, count=2**14):
    """Rank correlation of two columns by scrambled Sobol' points."""
    keys = ["a", "b", "w"]
    u = points(Design(seed=seed), [0, 1, 2], keys, 0, 0, count)
    known = dict(zip(keys, u.T, strict=True))
    x, y = (transform(mixes[k], known) if k in mixes else known[k] for k in "ab")
    return 12 * np.mean((x - 0.5) * (y - 0.5))


@pytest.mark.slow  # solves for each by quadrature
@pytest.mark.parametrize("rank", [-0.8, 0.3, 0.95])
@pytest.mark.parametrize("df", [None, 1.0, 4.0, 40.0])
def test_asked_rank_correlation_is_achieved(rank, df):
    """Within five standard errors of eight independent scrambles."""
    score = float(normal_from_rank(rank)) if df is None else student_from_rank(rank, df)
    matrix = np.array([[1, score], [score, 1]])
    mixes = gaussian_mixes("ab", matrix, df, None if df is None else "w")
    found = np.array([achieved_rank(mixes, seed) for seed in range(8)])
    error = found.std(ddof=1) / np.sqrt(8)
    assert abs(found.mean() - rank) < 5 * error + 1e-6
    assert error < 1e-3


def test_rank_correlation_of_the_t_copula():
    assert rank_from_student(1.0, 4.0) == pytest.approx(1.0, abs=1e-9)
    assert rank_from_student(-0.5, 4.0) == -rank_from_student(0.5, 4.0)
    far = float(rank_from_normal(0.5))
    near = [rank_from_student(0.5, df) for df in (1.0, 4.0, 30.0, 1000.0)]
    assert np.all(np.diff(near) > 0)
    assert near[-1] == pytest.approx(far, abs=1e-4)
    assert student_from_rank(0.0, 4.0) == 0.0
    assert student_from_rank(1.0, 4.0) == 1.0


@pytest.mark.parametrize("family", ["lognormal", "uniform"])
def test_marginal_quantiles_are_unchanged(family):
    """Quantiles of a mixed row are those of the law, within five errors of its order statistics."""
    law = {
        "lognormal": distribution("lognormal", median=2, gsd=3),
        "uniform": distribution("uniform", minimum=2, maximum=5),
    }[family]
    n = 2**16
    points = dict(zip("abw", RNG.uniform(size=(3, n)), strict=True))
    for df, scale in ((None, None), (2.0, "w")):
        u = transform(Mix(("a", "b"), (0.8, 0.6), df, scale), points)
        x = law.quantile(u)
        for p in (0.001, 0.1, 0.5, 0.9, 0.999):
            below = np.mean(x <= law.quantile(p))
            assert abs(below - p) < 5 * np.sqrt(p * (1 - p) / n)
