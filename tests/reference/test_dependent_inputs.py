"""Shapley effects and Kucherenko indices against closed forms, through every copula there is."""

import itertools
import math

import numpy as np
import pytest
from scipy import special, stats

from mcsus.dependence.conditional import BoundCell, bound_together
from mcsus.dependence.mix import gaussian_mixes
from mcsus.report import write_report
from mcsus.result.tree import load_result
from mcsus.runner import check, run
from mcsus.runner.cautions import before_drawing
from mcsus.study import Study

REPLICATES = 16


def law(family, **parameters):
    return {"distribution": family, "unit": "1", "source": "closed form", **parameters}


def study_of(parameters, formula, dependence, asked, **more):
    document = {
        "schema": "mcsus/1",
        "id": "reference",
        "parameters": parameters,
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
        "dependence": [{"copula": "gaussian"} | table for table in dependence],
        "design": {"draws": 2**12, "replicates": REPLICATES},
        "sensitivity": asked,
    }
    return Study.from_dict(document | more)


def cells_of(*arguments, **more):
    """Return the JSON of each method, and the cautions."""
    result = run(study_of(*arguments, **more)).to_dict()
    cells = {cell["method"]: cell for cell in result["sensitivity"]["y"]["cells"]}
    return cells, result


def value(cell, name, key):
    return cell["indices"][name][key]["value"]


def within_five_errors(cell, key, exact, least=1e-4):
    for name, number in exact.items():
        found = cell["indices"][name][key]
        assert found["error"] < 0.03
        assert abs(found["value"] - number) < 5 * max(found["error"], least), (name, key)


def shapley_of(variance_of, count):
    """Return Shapley effects from the closed V_u, given the places that are known."""
    whole = variance_of(tuple(range(count)))
    effects = np.zeros(count)
    for k in range(count):
        others = [j for j in range(count) if j != k]
        for size in range(count):
            for u in itertools.combinations(others, size):
                more = variance_of(tuple(sorted((*u, k)))) - variance_of(u)
                effects[k] += more / (count * math.comb(count - 1, size))
    return effects / whole


SDS = {"x1": 1.0, "x2": 1.0, "x3": 2.0}
NORMALS = {name: law("normal", mean=0, sd=sd) for name, sd in SDS.items()}


def test_linear_gaussian_is_analysed_by_methods_for_dependent_inputs():
    """Sobol' indices are asked for; x2 and x3 have correlation .5."""
    pair = [{"parameters": ["x2", "x3"], "correlation": 0.5}]
    cells, result = cells_of(NORMALS, "x1 + x2 + x3", pair, {"methods": ["sobol"]})
    assert list(cells) == ["shapley", "kucherenko"]
    shapley, kucherenko = cells.values()
    assert shapley["ranking"] == ["x3", "x2", "x1"]
    within_five_errors(shapley, "shapley", {"x1": 0.125, "x2": 0.296875, "x3": 0.578125})
    full = {"x1": 0.125, "x2": 0.5, "x3": 0.78125}
    independent = {"x1": 0.125, "x2": 0.09375, "x3": 0.375}
    for key in ("S1", "ST_full"):
        within_five_errors(kucherenko, key, full)
    for key in ("S1_independent", "ST"):
        within_five_errors(kucherenko, key, independent)
    assert sum(value(shapley, name, "shapley") for name in SDS) == pytest.approx(1, abs=1e-12)
    (caution,) = (own for own in result["cautions"] if own["kind"] == "dependent")
    assert "'x2' and 'x3' depend on each other" in caution["text"]
    assert "Shapley effects and Kucherenko indices" in caution["text"]


NAMES = ("A", "cpa", "y_", "board", "P", "life", "CI")
MEDIANS = np.array([0.5, 1.5, 0.85, 0.6, 0.05, 26280.0, 0.45])
LOG_SDS = np.log([1.2, 1.4, 1.05, 1.3, 1.5, 1.4, 1.7])
POWERS = np.array([[1, 1, -1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]])
FOOTPRINT = {
    name: law("lognormal", median=float(m), gsd=float(np.exp(s)))
    for name, m, s in zip(NAMES, MEDIANS, LOG_SDS, strict=True)
}
FORMULA = "A*cpa/y_ + board + P*life*CI/1000"


def footprint(pairs):
    """Return the closed V_u of the footprint, and its mean and sd."""
    correlation = np.eye(7)
    for (one, other), number in pairs.items():
        i, j = NAMES.index(one), NAMES.index(other)
        correlation[i, j] = correlation[j, i] = number
    covariance = correlation * np.outer(LOG_SDS, LOG_SDS)
    logs = np.log([1.0, 1.0, 1e-3]) + POWERS @ np.log(MEDIANS)
    terms = np.exp(logs + np.einsum("ki,ij,kj->k", POWERS, covariance, POWERS) / 2)

    def variance_of(u):
        if not u:
            return 0.0
        u = list(u)
        w = [k for k in range(7) if k not in u]
        inside = covariance[np.ix_(u, u)]
        moved = np.linalg.solve(inside, covariance[np.ix_(u, w)]) @ POWERS[:, w].T
        g = POWERS[:, u] + moved.T
        return terms @ np.expm1(g @ inside @ g.T) @ terms

    return variance_of, terms.sum(), np.sqrt(variance_of(tuple(range(7))))


def test_footprint_whose_inputs_are_correlated():
    pairs = {("A", "board"): 0.5, ("P", "life"): -0.4}
    variance_of, mean, sd = footprint(pairs)
    assert (mean, sd) == pytest.approx((2.31204359, 0.71604810), abs=5e-9)
    dependence = [{"parameters": list(p), "correlation": r} for p, r in pairs.items()]
    cells, _ = cells_of(FOOTPRINT, FORMULA, dependence, {"methods": ["sobol"]})
    effects = dict(zip(NAMES, shapley_of(variance_of, 7), strict=True))
    assert cells["shapley"]["estimator"] == "random orders"
    within_five_errors(cells["shapley"], "shapley", effects)
    assert sum(value(cells["shapley"], n, "shapley") for n in NAMES) == pytest.approx(1, abs=1e-12)
    whole, every = sd**2, set(range(7))
    first = {name: variance_of((k,)) / whole for k, name in enumerate(NAMES)}
    total = {name: 1 - variance_of(tuple(every - {k})) / whole for k, name in enumerate(NAMES)}
    within_five_errors(cells["kucherenko"], "S1", first)
    within_five_errors(cells["kucherenko"], "ST", total)


@pytest.mark.parametrize("copula", ["comonotone", "countermonotone"])
def test_inputs_that_are_one_value(copula):
    """Each of the pair says all of the other: their effects are equal, and none has its own."""
    pair = [{"parameters": ["x2", "x3"], "copula": copula}]
    cells, _ = cells_of(NORMALS, "x1 + x2 + x3", pair, {"methods": ["shapley", "kucherenko"]})
    both = 3.0 if copula == "comonotone" else 1.0
    share = both**2 / (1 + both**2)
    exact = {"x1": 1 - share, "x2": share / 2, "x3": share / 2}
    within_five_errors(cells["shapley"], "shapley", exact)
    within_five_errors(cells["kucherenko"], "S1", {"x1": 1 - share, "x2": share, "x3": share})
    within_five_errors(cells["kucherenko"], "ST", {"x1": 1 - share, "x2": 0, "x3": 0})
    assert value(cells["kucherenko"], "x2", "ST") == 0  # not what rounding leaves


DF, R = 6.0, 0.5


@pytest.mark.slow
def test_student_t():
    """A sum of t variables: the conditional mean is linear, and the variance R x that of x."""
    laws = {name: law("student_t", df=DF, location=0, scale=1) for name in ("a", "b")}
    pair = [{"parameters": ["a", "b"], "copula": "student_t", "df": DF, "correlation": R}]
    cells, _ = cells_of(laws, "a + 2*b", pair, {"methods": ["sobol"]})
    whole = 1 + 4 + 4 * R
    first = {"a": (1 + 2 * R) ** 2 / whole, "b": (2 + R) ** 2 / whole}
    total = {"a": 1 - first["b"], "b": 1 - first["a"]}
    effects = {name: (first[name] + total[name]) / 2 for name in laws}
    within_five_errors(cells["kucherenko"], "S1", first)
    within_five_errors(cells["kucherenko"], "ST", total)
    within_five_errors(cells["shapley"], "shapley", effects)


def test_student_t_that_is_drawn_again_has_its_conditional_law():
    """Given a, b is t with df + 1 about R a; and a is what it was."""
    mixes = gaussian_mixes(["a", "b"], np.array([[1, R], [R, 1]]), DF, "w")
    (bound,) = bound_together([BoundCell(mixes["a"], 0), BoundCell(mixes["b"], 1)])
    random = np.random.default_rng(5)
    given, new = random.random((2, 3, 4096))

    def values(points):
        scores, scale = special.ndtri(points[:2]), special.gammaincinv(DF / 2, points[2]) * 2 / DF
        return bound.weights @ scores / np.sqrt(scale)

    before, after = values(given), values(bound.redrawn({0}, given, new))
    np.testing.assert_allclose(after[0], before[0], rtol=1e-8, atol=1e-12)
    spread = np.sqrt((DF + before[0] ** 2) / (DF + 1) * (1 - R**2))
    surprise = (after[1] - R * before[0]) / spread
    assert stats.kstest(surprise, stats.t(DF + 1).cdf).pvalue > 1e-3
    assert abs(np.corrcoef(np.abs(surprise), np.abs(before[0]))[0, 1]) < 5 / 64
    same = values(bound.redrawn({0}, given, given))
    np.testing.assert_allclose(same, before, rtol=1e-8, atol=1e-12)


ISHIGAMI = {name: law("uniform", minimum=-math.pi, maximum=math.pi) for name in ("x1", "x2", "x3")}


@pytest.mark.slow
def test_independent_inputs_lie_between_first_and_total_order():
    """Ishigami: both methods give Sobol' indices, and Shapley lies between them."""
    methods = ["sobol", "shapley", "kucherenko"]
    formula = "sin(x1) + 7*sin(x2)**2 + 0.1*x3**4*sin(x1)"
    cells, result = cells_of(ISHIGAMI, formula, [], {"methods": methods})
    assert not [own for own in result["cautions"] if own["kind"] == "dependent"]
    exact = {"x1": 0.435747023, "x2": 0.442411145, "x3": 0.121841832}
    within_five_errors(cells["shapley"], "shapley", exact)
    for name in exact:
        for key, same in (("S1", "S1_independent"), ("ST", "ST_full")):
            told = value(cells["sobol"], name, key)
            assert value(cells["kucherenko"], name, key) == pytest.approx(told, abs=1e-3)
            assert value(cells["kucherenko"], name, same) == pytest.approx(told, abs=1e-3)
        error = cells["shapley"]["indices"][name]["shapley"]["error"]
        effect = value(cells["shapley"], name, "shapley")
        assert value(cells["sobol"], name, "S1") < effect + 5 * error
        assert effect < value(cells["sobol"], name, "ST") + 5 * error


@pytest.mark.slow
def test_a_page_of_dependent_inputs(tmp_path):
    """The answer names what drives the doubt by Shapley effects, and the page says why."""
    pair = [{"parameters": ["x2", "x3"], "correlation": 0.5}]
    study = study_of(NORMALS, "x1 + x2 + x3", pair, {"methods": ["sobol"], "draws": 1024})
    result = run(study)
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "x3 drives most of the doubt (58" in page
    assert "with an equal part of what inputs have in common" in page
    assert ">What drives the doubt?</h2>" in page
    assert "depend on each other" in page
    assert ">Kucherenko indices</h2>" in page
    assert "What drives the doubt (Shapley effect)" in str(result.summary())
    rows = (tmp_path / "shapley_y.csv").read_text().splitlines()
    assert rows[0] == "output,rank,input,shapley,shapley_error,shapley_margin_95,S1,ST"
    assert rows[1].startswith("y,1,x3,0.57")


def test_inputs_that_hardly_matter_are_one():
    """Twelve normal inputs, two of them correlated; nine that matter little are one by name."""
    sds = {f"z{k}": 0.1 for k in range(9)} | {"a": 1.0, "b": 1.0, "c": 2.0}
    laws = {name: law("normal", mean=0, sd=sd) for name, sd in sds.items()}
    pair = [{"parameters": ["b", "c"], "correlation": 0.5}]
    cells, _ = cells_of(laws, " + ".join(sds), pair, {"methods": ["sobol"], "draws": 1024})
    whole = 8 + 9 * 0.01
    alone = {"a": 1 / whole, "b": 2.375 / whole, "c": 4.625 / whole, "all others": 0.09 / whole}
    for cell in cells.values():
        assert set(cell["indices"]) == set(alone)
        assert cell["others"] == "; ".join(f"z{k}" for k in range(9))
    within_five_errors(cells["shapley"], "shapley", alone)
    assert cells["shapley"]["estimator"] == "all sets of inputs"


@pytest.mark.slow
def test_each_scenario_has_its_own_dependence():
    """x2 and x3 are correlated by .5, in one scenario by -.5, and in one by nothing."""
    table = {"parameters": ["x2", "x3"], "copula": "gaussian"}
    numbers = {"base": 0.5, "against": -0.5, "apart": 0.0}
    scenarios = [
        {"id": name, "dependence": [table | {"correlation": number}]}
        for name, number in numbers.items()
        if name != "base"
    ]
    study = study_of(
        NORMALS, "x1 + x2 + x3", [table | {"correlation": 0.5}], {"methods": ["sobol"]},
        scenarios=scenarios, dims={},
    )  # fmt: skip
    cells = run(study).to_dict()["sensitivity"]["y"]["cells"]
    told = {(cell["method"], cell["labels"]["scenario"]): cell for cell in cells}
    for name, r in numbers.items():
        whole = 6 + 4 * r
        first = {"x1": 1 / whole, "x2": (1 + 2 * r) ** 2 / whole, "x3": (2 + r) ** 2 / whole}
        total = {"x1": 1 / whole, "x2": (1 - r**2) / whole, "x3": 4 * (1 - r**2) / whole}
        within_five_errors(told["kucherenko", name], "S1", first)
        within_five_errors(told["kucherenko", name], "ST", total)
        effects = {key: (first[key] + total[key]) / 2 for key in first}
        within_five_errors(told["shapley", name], "shapley", effects)


@pytest.mark.slow
def test_a_repeated_run_says_the_same(tmp_path):
    """Saved, loaded and made again by a cluster's way of passing work on: the same numbers."""
    pair = [{"parameters": ["x2", "x3"], "copula": "student_t", "df": 4, "correlation": 0.5}]
    study = study_of(NORMALS, "x1 * x2 + x3", pair, {"methods": ["shapley"], "draws": 256})
    one = run(study)
    assert load_result(one.save(tmp_path)).to_dict()["digest"] == one.to_dict()["digest"]
    assert run(study, threads=1).to_dict()["digest"] == one.to_dict()["digest"]


def test_inputs_with_steps_are_told_of():
    laws = NORMALS | {"x3": law("bernoulli", probability=0.3)}
    pair = [{"parameters": ["x2", "x3"], "copula": "student_t", "df": 4, "correlation": 0.5}]
    study, model = check(study_of(laws, "x1 + x2 + x3", pair, {"methods": ["shapley"]}))
    (caution,) = (own for own in before_drawing(study, model) if own.kind == "dependent")
    assert "of 'x3', whose values have probabilities of their own" in caution.text
    assert "in their place" not in caution.text


def test_a_value_with_steps_is_known_and_not_its_score():
    """A normal and a yes-or-no input: what "yes" tells of the other is less than its score does."""
    p, r = 0.3, 0.8
    laws = {"x": law("bernoulli", probability=p), "z": law("normal", mean=0, sd=1)}
    pair = [{"parameters": ["x", "z"], "correlation": r}]
    cells, _ = cells_of(laws, "x + z", pair, {"methods": ["sobol"]})
    at = special.ndtri(1 - p)
    density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
    whole = p * (1 - p) + 1 + 2 * r * density
    of_x = p * (1 - p) * (1 + r * density / (p * (1 - p))) ** 2
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    given = special.ndtr((r * nodes - at) / np.sqrt(1 - r**2)) + nodes
    weights = weights / weights.sum()
    of_z = weights @ given**2 - (weights @ given) ** 2
    first = {"x": of_x / whole, "z": of_z / whole}
    total = {"x": 1 - first["z"], "z": 1 - first["x"]}
    within_five_errors(cells["kucherenko"], "S1", first)
    within_five_errors(cells["kucherenko"], "ST", total)
    effects = {name: (first[name] + total[name]) / 2 for name in laws}
    within_five_errors(cells["shapley"], "shapley", effects)
    by_score = (p * (1 - p) + r**2 + 2 * r * density) / whole
    assert first["x"] < 0.82 * by_score
