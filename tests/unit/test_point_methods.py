"""Methods that choose points of their own: exact values, other tools, hard inputs."""

import numpy as np
import pytest
from SALib.analyze import dgsm as salib_dgsm
from SALib.analyze import fast as salib_fast
from SALib.analyze import morris as salib_morris
from scipy import stats

from mcsus.analysis.base import Asked, PointValues, methods
from mcsus.analysis.methods.fast import harmonics
from mcsus.analysis.replication import student_quantile
from mcsus.errors import InputError
from mcsus.runner import run
from mcsus.study import Study

ERRORS = 5
UNIFORM = {"distribution": "uniform", "minimum": 0, "maximum": 1}
WAVES = {"distribution": "uniform", "minimum": -np.pi, "maximum": np.pi}
ISHIGAMI = "sin(x1) + 7 * sin(x2)**2 + 0.1 * x3**4 * sin(x1)"


def study(laws, formula, *names, dependence=(), unit="1", **sensitivity):
    source = {"unit": "1", "source": "a test"}
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "points",
            "parameters": {name: source | law for name, law in laws.items()},
            "equations": {"y": {"formula": formula, "unit": "1"}},
            "outputs": {"y": unit},
            "dependence": list(dependence),
            "sensitivity": {"methods": list(names), **sensitivity},
            "design": {"draws": 256, "replicates": 16, "seed": 3},
        }
    )


def cell(*given, **asked):
    (found,) = run(study(*given, **asked)).to_dict()["sensitivity"]["y"]["cells"]
    return found


def within(found, key, exact):
    for name, value in exact.items():
        told = found["indices"][name][key]
        assert abs(told["value"] - value) <= ERRORS * told["error"] + 1e-12, (key, name, told)


def drawn(name, count, formula, seed=1, **options):
    """Values of a function at the points that a method wants."""
    asked = Asked(256, (count,), dict.fromkeys(methods()[name].options) | options)
    owner = np.arange(count)
    points = methods()[name].wants(asked).make(owner, np.random.default_rng(seed))
    assert (points > 0).all()
    assert (points < 1).all()
    return PointValues(points, owner, formula(points.T), owner)


def test_morris_of_a_line_and_of_a_product():
    laws = dict.fromkeys(("x1", "x2", "x3"), UNIFORM)
    found = cell(laws, "3 * x1 - x2 + 0 * x3", "morris")
    assert found["ranking"] == ["x1", "x2", "x3"]
    for key, (one, two) in {"mu": (3, -1), "mu_star": (3, 1), "sigma": (0, 0)}.items():
        told = [found["indices"][name][key]["value"] for name in laws]
        assert told == pytest.approx([one, two, 0], abs=1e-9)
    found = cell(laws, "x1 * x2 + x3", "morris", draws=256, starts=64)
    within(found, "mu", {"x1": 0.5, "x2": 0.5, "x3": 1.0})  # of the other one, spread evenly
    spread = 0.99 * np.sqrt(1 / 12)  # half a percent at each end is left out
    within(found, "sigma", {"x1": spread, "x2": spread})


def test_morris_of_ishigami_and_in_the_unit_of_the_output():
    found = cell(dict.fromkeys(("x1", "x2", "x3"), WAVES), ISHIGAMI, "morris", starts=64)
    assert found["ranking"] == ["x2", "x1", "x3"]
    within(found, "mu", {"x2": 0.0, "x3": 0.0})
    percent = cell({"x1": UNIFORM}, "x1", "morris", unit="%")
    assert percent["indices"]["x1"]["mu"]["value"] == pytest.approx(100)


def test_error_of_a_spread_is_that_of_the_farther_bound():
    """Few extreme effects make it: bounds of its square that reach 0 leave no small error."""
    spreads = (0.5, 0.6, 0.4, 3.0)
    own = [{"mu": np.ones(1), "mu_star": np.ones(1), "sigma": np.array([s])} for s in spreads]
    found = methods()["morris"].pool(own).values
    assert found["sigma"] == pytest.approx(np.sqrt(np.mean(np.square(spreads))))
    assert student_quantile(4) * found["sigma_error"] >= found["sigma"] * (1 - 1e-12)


def test_morris_is_that_of_salib():
    data = drawn("morris", 3, lambda x: np.exp(x[0]) * x[1] - x[2], starts=20)
    found = methods()["morris"].estimate(data)
    values = data.output.reshape(20, 4)
    starts, moved = data.points.reshape(20, 4, 3)[:, 0], data.points.reshape(20, 4, 3)[:, 1:]
    effects = (values[:, 1:] - values[:, :1]) / np.einsum("skk->sk", moved - starts[:, None])
    step = 2 / 3  # the one that SALib takes of four levels; it walks from each place to the next
    walks = np.cumsum(np.hstack([np.zeros((20, 1)), step * effects]), axis=1)
    places = np.tile(step * np.tri(4, 3, -1), (20, 1))
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = salib_morris.analyze(problem, places, walks.ravel(), seed=1)
    for key, array in found.items():
        assert array == pytest.approx(np.asarray(theirs[key], dtype=float), rel=1e-12)


def test_morris_of_unbounded_inputs_and_of_several_labels():
    laws = {"x1": {"distribution": "normal", "mean": 0, "sd": 1}, "x2": UNIFORM}
    found = cell(laws, "x1 + x2", "morris")  # levels of SALib's grid would put x1 at infinity
    assert np.isfinite(found["indices"]["x1"]["mu_star"]["value"])
    owner = np.array([0, 1, 1, 2])  # the second input has two columns
    wants = methods()["morris"].wants(Asked(256, (3,), {"starts": 5}))
    points = wants.make(owner, np.random.default_rng(1))
    values = PointValues(points, owner, points @ [3.0, 1.0, 2.0, 0.0], owner)
    assert methods()["morris"].estimate(values)["mu"] == pytest.approx([3, 3, 0])


@pytest.mark.parametrize("name", ["morris", "dgsm", "fast"])
def test_inputs_that_depend_on_each_other_are_refused(name):
    pair = {"parameters": ["x1", "x2"], "copula": "gaussian", "correlation": 0.5}
    laws = {"x1": UNIFORM, "x2": UNIFORM}
    with pytest.raises(InputError, match=r"'x1' and 'x2' depend on each other; .*apply: sobol"):
        run(study(laws, "x1 + x2", name, dependence=[pair]))
    found = run(study(laws, "x1 + x2", "given_data", name, dependence=[pair])).to_dict()
    assert [cell["method"] for cell in found["sensitivity"]["y"]["cells"]] == ["given_data"]
    assert f"({name}): it is for independent" in next(
        own["text"] for own in found["cautions"] if own["kind"] == "not_analysed"
    )
    if name == "fast":  # whose inputs must be one number
        return
    together = study(laws, "x1 + x2", name, dependence=[pair], groups={"both": ["x1", "x2"]})
    assert list(run(together).to_dict()["sensitivity"]["y"]["cells"][0]["indices"]) == ["both"]


@pytest.mark.parametrize(("key", "value"), [("starts", 1), ("starts", "few"), ("given_draws", -3)])
def test_counts_are_refused_that_say_nothing(key, value):
    with pytest.raises(InputError, match="allowed: a whole number of"):
        study({"x1": UNIFORM}, "x1", "morris", **{key: value})


def test_dgsm_of_a_line_of_normal_inputs_is_exact_and_bounds_the_g_function():
    normal = {"distribution": "normal", "mean": 1, "sd": 2}
    found = cell({"x1": normal, "x2": normal, "x3": normal}, "2 * x1 + x2 + 0 * x3", "dgsm")
    for key in ("bound", "ST"):
        within(found, key, {"x1": 0.8, "x2": 0.2, "x3": 0.0})
    a = dict(zip([f"x{k}" for k in range(1, 9)], (0, 1, 4.5, 9, 99, 99, 99, 99), strict=True))
    formula = " * ".join(f"(abs(4 * {name} - 2) + {own}) / {1 + own}" for name, own in a.items())
    found = cell(dict.fromkeys(a, UNIFORM), formula, "dgsm", places=256)
    total = [0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4]
    slope = 16 / (2 * np.pi * np.sqrt(3))  # mean square of 4 times the density of the score
    for (name, own), share in zip(a.items(), total, strict=True):
        told = found["indices"][name]["bound"]
        assert told["value"] > share
        alone = slope / (1 + own) ** 2 / (1 + 1 / (3 * (1 + own) ** 2))
        rest = np.prod([1 + 1 / (3 * (1 + b) ** 2) for b in a.values()])
        exact = alone * rest / (rest - 1)
        assert abs(told["value"] - exact) < ERRORS * told["error"] + 1e-3 * exact


def test_dgsm_is_that_of_salib():
    data = drawn("dgsm", 3, lambda u: np.sin(u[0]) + u[1] * u[2])
    scores = stats.norm.ppf(data.points).reshape(-1, 7, 3)[:, :4]
    values = data.output.reshape(-1, 7)[:, :4]
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, np.pi]] * 3}
    theirs = salib_dgsm.analyze(problem, scores.reshape(-1, 3), values.ravel(), seed=1)
    parts = methods()["dgsm"].estimate(data)
    theirs = theirs["dgsm"] * values[:, 0].var()
    assert parts.amounts["bound"] == pytest.approx(theirs, rel=1e-8)


def test_dgsm_of_several_columns_and_of_jumps():
    owner = np.array([0, 0, 1])
    points = methods()["dgsm"].wants(Asked(1 << 16, (2,), {"places": None}))
    points = points.make(owner, np.random.default_rng(1))
    values = PointValues(points, owner, stats.norm.ppf(points) @ [2.0, -1.0, 3.0], owner)
    parts = methods()["dgsm"].estimate(values)
    assert parts.amounts["bound"] == pytest.approx([5, 9], rel=0.05)
    laws = {"x1": {"distribution": "bernoulli", "probability": 0.3}, "x2": UNIFORM}
    found = cell(laws, "x1 + x2", "dgsm")
    assert found["ranking"] == ["x1", "x2"]
    assert found["indices"]["x1"]["bound"]["value"] is None  # it would be 0, of a share of .7
    within(found, "ST", {"x1": 0.21 / (0.21 + 1 / 12)})


def test_all_methods_that_apply_the_others_with_the_reason_and_what_each_costs():
    laws = {"x1": UNIFORM, "x2": UNIFORM}
    source = study(laws, "x1 + 2 * x2")
    tables = source.to_dict()
    tables["sensitivity"] = {"methods": "all", "draws": 256}
    whole = Study.from_dict(tables)
    assert Study.from_dict(whole.to_dict()).sensitivity.is_all
    document = run(whole).to_dict()
    cells = document["sensitivity"]["y"]["cells"]
    used = [own["method"] for own in cells]
    told = {own["text"].partition("(")[2].partition(")")[0]: own["text"]
            for own in document["cautions"] if own["kind"] == "not_analysed"}  # fmt: skip
    assert sorted([*used, *told]) == sorted(methods())
    assert "inputs are independent" in told["kucherenko"]
    assert all(own["ranking"] == ["x2", "x1"] for own in cells if "reason" not in own)
    costs = document["sensitivity_design"]["evaluations"]
    assert list(costs) == used
    assert (costs["sobol"], costs["morris"]) == (256 * 16 * 4, 64 * 16 * 3)
    assert costs["tornado"] == 5


def test_all_methods_of_dependent_inputs_and_of_what_may_be_never():
    laws = {"x1": UNIFORM, "x2": UNIFORM}
    pair = {"parameters": ["x1", "x2"], "copula": "gaussian", "correlation": 0.5}
    tables = study(laws, "x1 + x2", dependence=[pair]).to_dict()
    tables["sensitivity"] = {"methods": "all", "draws": 256}
    document = run(Study.from_dict(tables)).to_dict()
    used = {own["method"] for own in document["sensitivity"]["y"]["cells"]}
    assert {"shapley", "kucherenko", "delta"} <= used
    assert used.isdisjoint({"sobol", "morris", "dgsm", "rbd_fast"})
    reasons = [own["text"] for own in document["cautions"] if own["kind"] == "not_analysed"]
    assert any("(morris)" in text and "depend on each other" in text for text in reasons)
    never = run(study(laws, "payback(x1 + 1, x2 - 0.5)", "sobol", "morris")).to_dict()
    assert [own["method"] for own in never["sensitivity"]["y"]["cells"]] == ["sobol"]
    assert any("not analysed by Elementary effects" in own["text"] for own in never["cautions"])


def test_fast_of_waves_and_of_a_line():
    found = cell(dict.fromkeys(("x1", "x2", "x3"), WAVES), ISHIGAMI, "fast", draws=256)
    assert found["ranking"] == ["x2", "x1", "x3"]
    within(found, "S1", {"x1": 0.313905191, "x2": 0.442411145, "x3": 0.0})
    assert all(own["S1"]["error"] < 1e-3 for own in found["indices"].values())
    laws = {"x1": {"distribution": "normal", "mean": 0, "sd": 2}, "x2": UNIFORM}
    found = cell(laws, "x1 + 0 * x2", "fast")  # SALib's curves may meet the ends of the cube
    within(found, "S1", {"x1": 1.0, "x2": 0.0})  # of which four harmonics tell .97
    assert found["indices"]["x2"]["S1"]["value"] <= 2 * found["indices"]["x2"]["S1"]["error"]


def test_fast_of_steps_and_of_wide_laws():
    laws = {"x1": {"distribution": "bernoulli", "probability": 0.25}, "x2": UNIFORM}
    found = cell(laws, "2 * x1 + x2", "fast", draws=256)
    within(found, "S1", {"x1": 0.9, "x2": 0.1})
    normal = {"distribution": "normal", "mean": 0, "sd": 1}
    found = cell({"x1": normal, "x2": normal}, "exp(x1 / 2) * x2", "fast", draws=256)
    within(found, "S1", {"x1": 0.0, "x2": np.exp(-0.25)})


def test_fast_is_that_of_salib():
    data = drawn("fast", 3, lambda u: np.exp(u[0]) + u[1] ** 2 + u[1] * u[2])
    curve, values = data.points.reshape(3, -1, 3), data.output.reshape(3, -1)
    places = np.array([curve[k, :, k] for k in range(3)])
    ours = harmonics(places, values - values.mean())
    for k, own in enumerate(values):
        theirs = salib_fast.compute_orders(own - own.mean(), len(own), 6, 61)[0] * own.var()
        assert (ours[k, :6] ** 2).sum() == pytest.approx(theirs, rel=1e-4)
    points = drawn("fast", 5, lambda u: u[0], seed=2).points.reshape(5, -1, 5)
    for k, curve in enumerate(points):  # the input of a curve swings fastest
        turns = (np.diff(np.sign(np.diff(curve, axis=0)), axis=0) != 0).sum(axis=0)
        assert turns.argmax() == k
        assert np.sort(curve[:, k]) == pytest.approx((np.arange(2043) + 0.5) / 2043, abs=0.02)


def test_fast_of_a_case_that_sees_one_of_the_labels_of_an_input():
    source = labelled()
    source["parameters"] |= {"x2": {"unit": "1", "source": "a test"} | UNIFORM}
    source["equations"]["y"]["formula"] = "x1 + x2"
    for found, own in zip(fast_of(source), (1, 4), strict=True):  # variances of x1, times 12
        within(found, "S1", {"x1": own / (own + 1), "x2": 1 / (own + 1)})


def test_fast_says_why_it_tells_nothing_of_inputs_of_several_numbers():
    source = labelled()
    source["equations"]["z"] = {"formula": "sum(x1, over=place)", "unit": "1"}
    source["outputs"]["z"] = "1"
    document = run(Study.from_dict(source)).to_dict()["sensitivity"]
    assert all(own["indices"] for own in document["y"]["cells"])
    (none,) = document["z"]["cells"]
    assert none["indices"] == {}
    assert "'x1' is several numbers in one case, drawn apart" in none["reason"]


def fast_of(source):
    return run(Study.from_dict(source)).to_dict()["sensitivity"]["y"]["cells"]


def test_fixing_beside_a_claim_on_several_labels():
    claim = {"id": "c", "statement": "More", "quantity": "y", "relation": ">", "value": 0.1}
    source = labelled() | {"claims": [claim | {"unit": "1", "confidence": 0.5}]}
    source["sensitivity"] = {"methods": ["fixing"]}
    assert len(run(Study.from_dict(source)).to_dict()["sensitivity"]["y"]["cells"]) == 2


def labelled():
    source = study({"x1": UNIFORM}, "x1", "morris").to_dict()
    source["dims"] = {"place": ["here", "there"]}
    labels = {"here": {"maximum": 1}, "there": {"maximum": 2}}
    each = {label: {"distribution": "uniform", "minimum": 0} | own for label, own in labels.items()}
    source["parameters"]["x1"] = {"unit": "1", "source": "a test", "by": {"place": each}}
    source["sensitivity"] = {"methods": ["fast"]}
    return source
