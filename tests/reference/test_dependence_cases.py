"""Dependent inputs against closed forms: linear Gaussian, jointly lognormal footprints, ranks."""

import itertools

import numpy as np
import pytest
from scipy import special

from mcsus.runner import run
from mcsus.study import Study

REPLICATES = 16


def law(family, **parameters):
    return {"distribution": family, "unit": "1", "source": "closed form", **parameters}


def result_of(parameters, formula, dependence, kind="sobol", draws=2**14, **more):
    document = {
        "schema": "mcsus/1",
        "id": "reference",
        "parameters": parameters,
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
        "dependence": dependence,
        "design": {"kind": kind, "draws": draws, "replicates": REPLICATES},
        "sensitivity": {"methods": []},
    }
    return run(Study.from_dict(document | more)).to_dict()


def within_five_errors(found, exact, scale):
    """Five stated errors, which themselves are small enough to tell."""
    assert found["error"] < 0.02 * scale
    assert abs(found["value"] - exact) < 5 * found["error"] + 1e-12 * scale


KINDS = pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])


@KINDS
def test_kucherenko(kind):
    """Y = X1 + X2 + X3 with sd 1, 1, 2 and r23 = 0.5 (doi:10.1016/j.cpc.2011.12.020)."""
    sds = (1.0, 1.0, 2.0)
    parameters = {f"x{k}": law("normal", mean=0, sd=s) for k, s in enumerate(sds, start=1)}
    dependence = [{"parameters": ["x2", "x3"], "copula": "gaussian", "correlation": 0.5}]
    groups = {"groups": {"x2 and x3": ["x2", "x3"]}}
    found = result_of(parameters, "x1 + x2 + x3", dependence, kind, sensitivity=groups)
    (cell,) = found["outputs"]["y"]["cells"]
    variance = 1 + 1 + 4 + 2 * 0.5 * 1 * 2
    within_five_errors(cell["mean"], 0.0, np.sqrt(variance))
    within_five_errors(cell["sd"], np.sqrt(variance), np.sqrt(variance))
    for quantile in cell["quantiles"]:
        exact = special.ndtri(quantile["p"]) * np.sqrt(variance)
        assert abs(quantile["value"] - exact) < 5 * quantile["error"] + 1e-4
    (indices,) = (c["indices"] for c in found["sensitivity"]["y"]["cells"])
    for name, exact in (("x1", 1 / variance), ("x2 and x3", (variance - 1) / variance)):
        within_five_errors(indices[name]["S1"], exact, 1.0)
        within_five_errors(indices[name]["ST"], exact, 1.0)


NAMES = ("A", "cpa", "y_", "board", "P", "life", "CI")
MEDIANS = np.array([0.5, 1.5, 0.85, 0.6, 0.05, 26280.0, 0.45])
LOG_SDS = np.log([1.2, 1.4, 1.05, 1.3, 1.5, 1.4, 1.7])
POWERS = np.array([[1, 1, -1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]])
FACTORS = np.array([1.0, 1.0, 1e-3])
FOOTPRINT = "A*cpa/y_ + board + P*life*CI/1000"


def oracle(correlation):
    """Mean and sd of a sum of products of jointly lognormal inputs, in closed form."""
    covariance = correlation * np.outer(LOG_SDS, LOG_SDS)
    logs = np.log(FACTORS) + POWERS @ np.log(MEDIANS)
    spread = np.einsum("ki,ij,lj->kl", POWERS, covariance, POWERS)
    terms = np.exp(logs + np.diag(spread) / 2)
    return terms.sum(), np.sqrt(terms @ np.expm1(spread) @ terms)


def footprint(dependence, kind="sobol", **more):
    gsds = np.exp(LOG_SDS)
    parameters = {
        name: law("lognormal", median=float(m), gsd=float(g))
        for name, m, g in zip(NAMES, MEDIANS, gsds, strict=True)
    }
    found = result_of(parameters, FOOTPRINT, dependence, kind, **more)
    return found["outputs"]["y"]["cells"][0], found


def equal(value, members=range(7)):
    matrix = np.eye(7)
    for i, j in itertools.permutations(members, 2):
        matrix[i, j] = value
    return matrix


MIXED = np.array(
    [
        [1.0, 0.6, -0.3, 0.4, 0.2, 0.0, 0.1],
        [0.6, 1.0, -0.2, 0.3, 0.1, 0.1, 0.4],
        [-0.3, -0.2, 1.0, -0.1, 0.0, 0.1, -0.2],
        [0.4, 0.3, -0.1, 1.0, 0.5, -0.2, 0.2],
        [0.2, 0.1, 0.0, 0.5, 1.0, -0.6, 0.3],
        [0.0, 0.1, 0.1, -0.2, -0.6, 1.0, -0.1],
        [0.1, 0.4, -0.2, 0.2, 0.3, -0.1, 1.0],
    ]
)


def test_the_oracle_gives_the_printed_independent_numbers():
    mean, sd = oracle(np.eye(7))
    assert mean == pytest.approx(2.35357717, abs=5e-9)
    assert sd == pytest.approx(0.79417151, abs=5e-9)


@KINDS
@pytest.mark.parametrize(
    ("matrix", "tables"),
    [
        (equal(0.5), [{"parameters": list(NAMES), "correlation": 0.5}]),
        (MIXED, [{"parameters": list(NAMES), "correlation": MIXED.tolist()}]),
        (
            MIXED,
            [
                {
                    "parameters": list(NAMES),
                    "rank_correlation": (6 / np.pi * np.arcsin(MIXED / 2)).tolist(),
                }
            ],
        ),
        (
            equal(0.7, [0, 3]) + equal(-0.5, [4, 5]) - np.eye(7),
            [
                {"parameters": ["A", "board"], "correlation": 0.7},
                {"parameters": ["P", "life"], "correlation": -0.5},
            ],
        ),
        (
            equal(1.0, [0, 1]) + equal(-1.0, [4, 6]) - np.eye(7),
            [
                {"parameters": ["cpa", "A"], "copula": "comonotone"},
                {"parameters": ["P", "CI"], "copula": "countermonotone"},
            ],
        ),
    ],
    ids=["equal", "matrix", "ranks", "pairs", "perfect"],
)
def test_footprint_with_correlations(matrix, tables, kind):
    dependence = [{"copula": "gaussian"} | table for table in tables]
    mean, sd = oracle(matrix)
    cell, _ = footprint(dependence, kind)
    within_five_errors(cell["mean"], mean, sd)
    within_five_errors(cell["sd"], sd, sd)
    independent = oracle(np.eye(7))[1]
    assert abs(cell["sd"]["value"] - independent) > 20 * cell["sd"]["error"]  # it matters


def test_group_index_of_the_footprint():
    """V(E[F | u]) for a group that is independent of the rest, from the oracle."""
    dependence = [{"parameters": ["P", "life"], "copula": "gaussian", "correlation": -0.5}]
    matrix = equal(-0.5, [4, 5])
    groups = {"use": ["P", "life"]}
    _, found = footprint(dependence, sensitivity={"groups": groups, "draws": 2**13})
    (cell,) = found["sensitivity"]["y"]["cells"]
    covariance = matrix * np.outer(LOG_SDS, LOG_SDS)
    logs = np.log(FACTORS) + POWERS @ np.log(MEDIANS)
    inside = np.isin(np.arange(7), [4, 5])
    own = np.where(inside[:, None] & inside, covariance, 0)

    def spread(c):
        return np.einsum("ki,ij,lj->kl", POWERS, c, POWERS)

    terms = np.exp(logs + np.diag(spread(covariance)) / 2)
    variance = terms @ np.expm1(spread(covariance)) @ terms
    first = terms @ np.expm1(spread(own)) @ terms / variance
    total = 1 - terms @ np.expm1(spread(covariance - own)) @ terms / variance
    within_five_errors(cell["indices"]["use"]["S1"], first, 1.0)
    within_five_errors(cell["indices"]["use"]["ST"], total, 1.0)


@KINDS
@pytest.mark.parametrize(
    "table",
    [
        {"copula": "gaussian", "rank_correlation": 0.6},
        {"copula": "student_t", "df": 3, "rank_correlation": -0.35},
    ],
)
def test_asked_rank_correlation_of_a_run(table, kind):
    """12 E[U V] - 3 with U and V the ranks of a lognormal and a triangular input.

    Ranks are taken by equations: the inverse laws of U and V, which a formula can write.
    """
    parameters = {
        "a": law("loguniform", minimum=1.0, maximum=float(np.e)),
        "b": law("triangular", minimum=0, mode=1, maximum=1),
    }
    formula = "12*log(a)*b**2 - 3"
    dependence = [{"parameters": ["a", "b"], **table}]
    found = result_of(parameters, formula, dependence, kind)
    (cell,) = found["outputs"]["y"]["cells"]
    mean = cell["mean"]
    assert mean["error"] < 0.01
    assert abs(mean["value"] - table["rank_correlation"]) < 5 * mean["error"]


@KINDS
@pytest.mark.parametrize(
    "table",
    [
        {"copula": "gaussian", "correlation": 0.9},
        {"copula": "student_t", "df": 2, "correlation": 0.9},
        {"copula": "countermonotone"},
    ],
)
def test_marginal_laws_are_unchanged(table, kind):
    """Quantiles of the second, and a truncated, member of a group are those of their laws."""
    laws = {
        "a": law("lognormal", median=2, gsd=3),
        "b": law("normal", mean=0, sd=1, truncate={"low": 0.5}),
    }
    dependence = [{"parameters": ["a", "b"], **table}]
    for name, other in (("a", "b"), ("b", "a")):
        found = result_of(laws, f"{name} + 0*{other}", dependence, kind)
        from_law = Study.from_dict(
            {
                "schema": "mcsus/1",
                "id": "law",
                "parameters": laws,
                "equations": {"y": {"formula": name, "unit": "1"}},
                "outputs": {"y": "1"},
            }
        ).parameter(name).cell.law  # fmt: skip
        (cell,) = found["outputs"]["y"]["cells"]
        for quantile in cell["quantiles"]:
            exact = float(from_law.quantile(quantile["p"]))
            tolerance = 5 * quantile["error"] + 1e-3 * abs(exact)  # of a quantile between draws
            assert abs(quantile["value"] - exact) < tolerance
        assert cell["mean"]["value"] == pytest.approx(
            from_law.mean(), abs=5 * cell["mean"]["error"] + 1e-9
        )
