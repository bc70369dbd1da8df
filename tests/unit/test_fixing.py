"""Fixing of inputs: exact shares of a sum, labels, dependent inputs and heavy tails."""

import numpy as np
import pytest
from scipy import stats

from mcsus.analysis.base import methods
from mcsus.report import write_report
from mcsus.runner import run
from mcsus.study import Study

ABOUT = {"unit": "1", "source": "a test"}
SPREADS = [3.0, 2.0, 1.5, *[0.1] * 17]


def normal(sd):
    return {"distribution": "normal", "mean": 0, "sd": sd, **ABOUT}


def study(parameters, formula, methods=("fixing",), draws=256, **more):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "fixed",
            "parameters": parameters,
            "equations": {"y": {"formula": formula, "unit": "1"}},
            "outputs": {"y": "1"},
            "sensitivity": {"methods": list(methods), "draws": draws},
            "design": {"draws": 256, "replicates": 8, "seed": 3},
            **more,
        }
    )


def cells(made):
    return run(made).to_dict()["sensitivity"]["y"]["cells"]


@pytest.mark.slow
def test_three_of_twenty_inputs_are_enough(tmp_path):
    laws = {f"x{k:02d}": normal(sd) for k, sd in enumerate(SPREADS)}
    claim = {
        "id": "low",
        "statement": "low",
        "quantity": "y",
        "relation": "<",
        "value": 4,
        "unit": "1",
        "confidence": 0.5,
    }
    result = run(study(laws, " + ".join(laws), claims=[claim]))
    (cell,) = result.to_dict()["sensitivity"]["y"]["cells"]
    assert cell["enough"]["value"] == 3
    assert cell["ranking"][:3] == ["x00", "x01", "x02"]
    counts = [int(cell["indices"][name]["let_vary"]["value"]) for name in cell["ranking"]]
    assert counts == [1, 2, 3, *[20] * 17]  # the rest has 1.1 % of the variance
    variances = np.square(SPREADS).cumsum()[np.array(counts) - 1]
    shares = variances / variances[-1]
    sds = np.sqrt(variances)
    change = stats.norm.cdf(4 / sds) - stats.norm.cdf(4 / sds[-1])
    exact = {
        "variance_kept": shares,
        "interval_kept": np.sqrt(shares),
        "high": stats.norm.ppf(0.975) * sds,
        "mean": 0 * sds,
        "claim_change": change,
    }
    for key, wanted in exact.items():
        for name, value in zip(cell["ranking"], wanted, strict=True):
            told = cell["indices"][name][key]
            # ends of 256 draws lie inside by a part of their spacing, which no replicate tells
            slack = 0.02 * abs(value) if key in {"interval_kept", "high"} else 0.002
            assert told["value"] == pytest.approx(value, abs=5 * told["error"] + slack), (key, name)
    page = write_report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "3 of 20 inputs, x00, x01 and x02, keep 99 % of the variance" in page


def test_typical_values_and_dependent_inputs():
    laws = {
        "a": {"distribution": "triangular", "minimum": 0, "mode": 4, "maximum": 5, **ABOUT},
        "b": {"distribution": "lognormal", "median": 3, "gsd": 1.01, **ABOUT},
    }
    tied = {"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.9}
    (cell,) = cells(study(laws, "a*b", dependence=[tied]))
    assert cell["ranking"] == ["a", "b"]
    first = cell["indices"]["a"]  # b stays at its median, a has its law
    assert first["mean"]["value"] == pytest.approx(3 * 3, abs=5 * first["mean"]["error"])
    assert cell["indices"]["b"]["variance_kept"]["value"] == 1
    assert cell["enough"]["value"] == 1


def test_without_a_variance_there_is_a_reason_and_no_number():
    cauchy = {"distribution": "student_t", "df": 1, "location": 0, "scale": 1, **ABOUT}
    (cell,) = cells(study({"a": cauchy, "b": normal(1)}, "a + b"))
    assert cell["indices"] == {}
    assert cell["reason"] == "the variance of the output does not settle"


def test_a_dim_of_years_beside_a_claim():
    """Both are arrays: of the output in each year, and of the margin in each year."""
    claim = {
        "id": "low", "statement": "low", "quantity": "y", "relation": "<", "value": 4,
        "unit": "1", "confidence": 0.5,
    }  # fmt: skip
    made = study(
        {"a": normal(1), "g": normal(0.1)}, "a + g*(year - 2020)", draws=256,
        dims={"year": [2020, 2050]}, claims=[claim],
    )  # fmt: skip
    assert [cell["enough"]["value"] for cell in cells(made)] == [1, 2]


def test_each_case_has_an_order_of_its_own():
    """`a` is a sum of six equal inputs and of a hundredth of `z`, and `b` is `z`."""
    source = study(dict.fromkeys(("x1", "x2", "x3", "x4", "x5", "x6"), normal(2)), "x1").to_dict()
    by = {name: {"distribution": "constant", "value": k} for name, k in (("a", 1), ("b", 0))}
    source["dims"] = {"place": ["a", "b"]}
    source["parameters"] |= {"z": normal(1), "summed": {**ABOUT, "by": {"place": by}}}
    formula = "summed * (x1 + x2 + x3 + x4 + x5 + x6) + (1 - summed + 0.01) * z"
    source["equations"]["y"]["formula"] = formula
    claim = {
        "id": "low", "statement": "low", "quantity": "y", "relation": "<", "value": 1,
        "unit": "1", "confidence": 0.5,
    }  # fmt: skip
    first, second = cells(Study.from_dict(source | {"claims": [claim]}))
    assert [first["enough"]["value"], second["enough"]["value"]] == [6, 1]
    assert first["ranking"][-1] == "z"
    assert second["ranking"][0] == "z"
    kept = [first["indices"][name]["variance_kept"]["value"] for name in first["ranking"]]
    assert kept == pytest.approx([*np.arange(1, 7) / 6, 1], abs=0.02)
    change = {name: own["claim_change"]["value"] for name, own in second["indices"].items()}
    assert change == dict.fromkeys(change, 0)  # all that matters to the case varies, whatever else
    others = [second["indices"][name] for name in ("x1", "x6")]
    assert [own["let_vary"]["value"] for own in others] == [7, 7]  # together, with the rest


def test_what_matters_together_is_let_vary_one_at_a_time():
    """Ten inputs that move together: 1.4 % of the variance by themselves, 14 % together."""
    laws = {f"x{k}": normal(0.04) for k in range(10)}
    tied = {"parameters": list(laws), "copula": "gaussian", "correlation": 0.999}
    (cell,) = cells(study({**laws, "z": normal(1)}, " + ".join(["z", *laws]), dependence=[tied]))
    assert [cell["indices"][name]["let_vary"]["value"] for name in cell["ranking"]] == [
        *range(1, 12)
    ]
    kept = (1 + 0.04 * np.arange(11) ** 2 * 0.04) / 1.16
    told = [cell["indices"][name]["variance_kept"]["value"] for name in cell["ranking"]]
    assert told == pytest.approx(kept, abs=0.02)
    enough = int(cell["enough"]["value"])
    assert told[enough - 2] < 0.95 <= told[enough - 1]


@pytest.mark.parametrize("draws", [256, 4096])
def test_what_changes_if_one_input_alone_is_typical_has_an_error_that_follows_the_draws(draws):
    """Ishigami's function, whose inputs are typical at 0."""
    laws = {
        f"x{k}": {"distribution": "uniform", "minimum": -np.pi, "maximum": np.pi, **ABOUT}
        for k in (1, 2, 3)
    }
    made = study(laws, "sin(x1) + 7 * sin(x2)**2 + 0.1 * x3**4 * sin(x1)", draws=draws)
    (cell,) = cells(made)
    fourth, eighth = 0.1 * np.pi**4 / 5, 0.01 * np.pi**8 / 9
    whole = 49 / 8 + (1 + 2 * fourth + eighth) / 2
    exact = {"x1": (1 + 2 * fourth + eighth) / 2, "x2": 49 / 8, "x3": eighth / 2}
    for name, value in exact.items():
        told = cell["indices"][name]["alone"]
        assert abs(told["value"] - value / whole) < 5 * told["error"]
        assert 0 < told["error"] < 0.6 / np.sqrt(draws)
    assert [cell["indices"][name]["let_vary"]["value"] for name in laws] == [1, 2, 3]


def test_what_a_replicate_says_is_written_down_as_numbers_by_input():
    method = methods()["fixing"]
    by_input = dict.fromkeys(("let_vary", "changes", "mean", "variance", "low", "high"), np.ones(3))
    for count in (0, 2):
        own = {**by_input, "holds": np.arange(3.0 * count).reshape(count, 3)}
        arrays = method.to_arrays(own)
        assert {array.shape for array in arrays.values()} == {(3,)}
        np.testing.assert_array_equal(method.from_arrays(arrays)["holds"], own["holds"])
