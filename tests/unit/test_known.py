"""The interval if one input were known: a run with it at its median, and what it says of others."""

import numpy as np
import pytest

from mcsus.result.tree import load_result
from mcsus.runner import run
from mcsus.study import Study

ERRORS = 5


def tables(parameters, formula, **more):
    return {
        "schema": "mcsus/1",
        "id": "known",
        "parameters": {
            name: {"unit": "1", "source": "assumed", "rationale": "a test", **law}
            for name, law in parameters.items()
        },
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
        "sensitivity": {"methods": ["known"]},
        "design": {"draws": 1024, "replicates": 8, "seed": 5},
        **more,
    }


def cell(*study, **more):
    return run(Study.from_dict(tables(*study, **more))).to_dict()["sensitivity"]["y"]["cells"][0]


def normal(sd):
    return {"distribution": "normal", "mean": 0, "sd": sd}


def test_a_sum_of_normals_is_as_narrow_as_the_rest_of_it():
    told = cell({"a": normal(3), "b": normal(2), "c": normal(1)}, "a + b + c")
    for name, variance in (("a", 9), ("b", 4), ("c", 1)):
        own = told["indices"][name]
        exact = 1 - np.sqrt(1 - variance / 14)
        assert abs(own["narrowed"]["value"] - exact) < ERRORS * own["narrowed"]["error"]
        assert own["narrowed"]["error"] < 0.02
        middle = (own["low_position"]["value"] + own["high_position"]["value"]) / 2
        assert middle == pytest.approx(0.5, abs=0.02)
    assert told["ranking"] == ["a", "b", "c"]


def test_an_input_with_two_values_is_at_that_of_its_median():
    laws = {"which": {"distribution": "bernoulli", "probability": 0.3}, "other": normal(1)}
    own = cell(laws, "10*which + other")["indices"]["which"]
    assert own["high_position"]["value"] < 0.5  # at 0 nearly all of what 0 and 10 span is gone
    assert own["narrowed"]["value"] == pytest.approx(0.7, abs=0.03)


def test_what_depends_on_it_is_as_it_is_given_it():
    """Of two normal inputs of correlation r, the one has the variance 1 - r^2 given the other."""
    pair = [{"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.6}]
    own = cell({"a": normal(1), "b": normal(1)}, "a + b", dependence=pair)["indices"]["a"]
    exact = 1 - np.sqrt((1 - 0.36) / (2 + 1.2))
    assert abs(own["narrowed"]["value"] - exact) < ERRORS * own["narrowed"]["error"]


def test_an_input_that_hardly_matters_is_not_looked_at(tmp_path):
    study = Study.from_dict(tables({"a": normal(3), "b": normal(0.01)}, "a + b"))
    run(study).save(tmp_path)
    told = load_result(tmp_path).to_dict()["sensitivity"]["y"]["cells"][0]
    assert told["indices"]["b"]["narrowed"] == {"value": None, "error": None}
    assert told["ranking"] == ["a", "b"]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_what_a_scenario_mixes_otherwise_is_known_as_it_is_there(study, order):
    """Of a sum of normals, what is left of the spread is that of the rest, less what it says."""
    law = {"a": ("normal", 0, 1), "b": ("normal", 0, 2), "c": ("normal", 0, 1)}
    joined = {"parameters": list(order), "copula": "gaussian"}
    asked = study(
        law, {"y": "a + b + c"}, dependence=[{**joined, "correlation": 0.5}],
        scenarios=[{"id": "other", "dependence": [{**joined, "correlation": 0.2}]}],
        sensitivity={"methods": ["known"], "draws": 1024, "replicates": 16},
    )  # fmt: skip
    cells = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    for cell, r in zip(cells, (0.5, 0.2), strict=True):
        whole = 1 + 4 + 1 + 2 * 2 * r
        left = {"a": 4 * (1 - r**2) + 1, "b": 1 - r**2 + 1, "c": whole - 1}
        for name, variance in left.items():
            own = cell["indices"][name]["narrowed"]
            wanted = 1 - np.sqrt(variance / whole)
            assert own["value"] == pytest.approx(wanted, abs=5 * own["error"]), (cell, name)
