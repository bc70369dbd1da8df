"""Labels of a parameter as inputs of their own."""

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.runner import check, run
from mcsus.study import Study

SDS = {"a": 3.0, "b": 1.0, "c": 0.5}
ABOUT = {"unit": "kg", "source": "a test", "distribution": "normal", "mean": 10}
ONE = 1.5  # sd of what has no labels


def study(asked, **more):
    by = {label: {"distribution": "normal", "mean": 10, "sd": sd} for label, sd in SDS.items()}
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "projects",
            "dims": {"project": list(SDS)},
            "parameters": {
                "removal": {"unit": "kg", "source": "a test", "by": {"project": by}},
                "one": ABOUT | {"sd": ONE},
            },
            "equations": {"total": {"formula": "sum(removal, over=project) + one", "unit": "kg"}},
            "outputs": {"total": "kg"},
            "design": {"draws": 512, "replicates": 8},
            "sensitivity": {"draws": 512} | asked,
        }
        | more
    )


def cells_of(asked, **more):
    return {
        cell["method"]: cell
        for cell in run(study(asked, **more)).to_dict()["sensitivity"]["total"]["cells"]
    }


WHOLE = sum(sd**2 for sd in SDS.values()) + ONE**2
EXACT = {f"removal [{label}]": sd**2 / WHOLE for label, sd in SDS.items()} | {"one": ONE**2 / WHOLE}


@pytest.mark.parametrize(
    ("by_label", "estimator"),
    [(["removal"], "salib"), pytest.param(True, "streaming", marks=pytest.mark.slow)],
)
def test_each_label_is_an_input(by_label, estimator):
    cell = cells_of({"by_label": by_label, "estimator": estimator, "second_order": True})["sobol"]
    assert cell["ranking"] == ["removal [a]", "one", "removal [b]", "removal [c]"]
    for name, exact in EXACT.items():
        for key in ("S1", "ST"):
            found = cell["indices"][name][key]
            assert found["error"] < 0.01
            assert abs(found["value"] - exact) < 5 * found["error"] + 1e-6
    assert len(cell["second_order"]) == 6
    for pair in cell["second_order"]:
        assert abs(pair["S2"]["value"]) < 5 * pair["S2"]["error"] + 1e-6


def test_true_splits_what_matters():
    """A parameter with a small share stays one input over its labels."""
    by = {label: {"distribution": "normal", "mean": 10, "sd": 0.2} for label in SDS}
    tables = study({"by_label": True}).to_dict()
    tables["parameters"]["small"] = {"unit": "kg", "source": "a test", "by": {"project": by}}
    tables["equations"]["total"]["formula"] += " + sum(small, over=project)"
    (cell,) = run(Study.from_dict(tables)).to_dict()["sensitivity"]["total"]["cells"]
    assert set(cell["indices"]) == {*EXACT, "small"}


def test_by_default_they_are_one_input():
    cell = cells_of({})["sobol"]
    assert set(cell["indices"]) == {"removal", "one"}
    exact = 1 - EXACT["one"]
    assert cell["indices"]["removal"]["ST"]["value"] == pytest.approx(exact, abs=0.02)


def test_labels_that_depend_on_each_other():
    """Along the labels, correlation .6 between neighbours: Shapley effects by the closed V_u."""
    over = {"parameters": ["removal"], "over": "project", "copula": "gaussian"}
    asked = {"by_label": ["removal"], "methods": ["sobol"]}
    cells = cells_of(asked, dependence=[over | {"autocorrelation": 0.6}])
    sds = np.array(list(SDS.values()))
    places = np.arange(3)
    covariance = 0.6 ** np.abs(places[:, None] - places) * np.outer(sds, sds)
    whole = covariance.sum() + ONE**2
    kucherenko = cells["kucherenko"]["indices"]
    for k, label in enumerate(SDS):
        rest = [j for j in range(3) if j != k]
        first = covariance[k].sum() ** 2 / covariance[k, k] / whole
        g = covariance[rest].sum(axis=1)
        left = g @ np.linalg.solve(covariance[np.ix_(rest, rest)], g)
        total = (covariance.sum() - left) / whole
        for key, exact in (("S1", first), ("ST", total)):
            found = kucherenko[f"removal [{label}]"][key]
            assert abs(found["value"] - exact) < 5 * found["error"] + 1e-4
    assert cells["shapley"]["ranking"][0] == "removal [a]"
    alone = cells_of({"methods": ["sobol"]}, dependence=[over | {"autocorrelation": 0.6}])
    assert set(alone) == {"sobol"}


def test_what_has_one_value_is_not_split():
    with pytest.raises(InputError, match="by_label: found 'one', which is one value"):
        check(study({"by_label": ["one"]}))
    with pytest.raises(InputError, match="did you mean 'removal'"):
        study({"by_label": ["removall"]})
    with pytest.raises(InputError, match="'removal', which is in one of groups"):
        study({"by_label": ["removal"], "groups": {"g": ["removal"]}})


def test_written_back():
    for asked in (True, ["removal"]):
        made = study({"by_label": asked})
        assert Study.from_dict(made.to_dict()).sensitivity == made.sensitivity
