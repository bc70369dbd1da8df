"""The model behind an explorer, as a page explains it."""

import math
import tomllib

import pytest

from mcsus.errors import InputError
from mcsus.runner.explained_goal import told_goal
from mcsus.runner.explained_model import told_means, told_model, told_moves
from mcsus.runner.explained_turns import told_turns
from mcsus.runner.explorer import Explorer
from mcsus.study import Study

AT = {"application": "keyword_spotting"}


@pytest.fixture(scope="module")
def device():
    return Explorer("tinyml_device")


def test_an_equation_comes_to_what_the_answer_says(device):
    told = told_means(device, [], AT)
    visible = {"outputs": ["device_footprint"], "labels": AT}
    answer = device.evaluate([], visible, ranking=0).to_dict()["outputs"]["device_footprint"][0]
    own = told["means"]["device_footprint"]
    assert own["mean"] == answer["mean"]
    assert told["level"] == 0.95
    assert [own["low"], own["high"]] == [answer["intervals"][-1][key] for key in ("low", "high")]


def test_equations_lead_down_to_inputs(device):
    told = told_model(device)
    terms = {own["name"]: own["terms"] for own in told["equations"]} | told["inputs"]
    reached, stack = set(), ["device_footprint"]
    while stack:
        name = stack.pop()
        if name not in reached:
            reached.add(name)
            stack += terms.get(name, ())
    visible = {"outputs": ["device_footprint"], "labels": AT}
    ranking = device.evaluate([], visible).to_dict()["ranking"]["device_footprint"][0]
    matter = {name for name, total in zip(ranking["inputs"], ranking["ST"], strict=True) if total}
    assert {own for name in matter for own in told["groups"][name]} <= reached


def test_a_formula_is_checked_before_it_is_taken(device):
    change = {"name": "twice", "unit": "kg CO2e", "formula": "2*manufacture"}
    told = told_model(device, [change])
    assert [own["id"] for own in told["added"]["outputs"]] == ["twice"]
    means = told_means(device, [change], AT)["means"]
    assert math.isclose(
        means["twice"]["mean"]["value"], 2 * means["manufacture"]["mean"]["value"], rel_tol=1e-8
    )
    with pytest.raises(InputError, match="did you mean 'manufacture'"):
        device.study_of([change | {"formula": "2*manufactur"}])
    with pytest.raises(InputError, match="kg"):
        device.study_of([change | {"unit": "kWh"}])


def test_one_input_is_moved_at_a_time(device):
    told = told_moves(device, [], "device_footprint", AT)
    moved = {own["input"]: own for own in told["moves"]}
    table = next(iter(device.study.parameter("battery_mass").cells)).law
    own = moved["battery_mass"]
    assert [own["low_value"], own["high_value"]] == pytest.approx(table.quantile([0.05, 0.95]))
    assert own["low_output"] < told["typical"] < own["high_output"]
    assert 0 < own["elasticity"] < 1


@pytest.mark.slow
def test_what_differs_between_individuals_is_told_of_some_of_them():
    fleet = Explorer("tinyml_fleet")
    labels = fleet.describe()["visible"]["labels"]
    means = told_means(fleet, [], labels)["means"]
    assert means["service_life"]["low"] < means["service_life"]["median"]
    assert means["service_life"]["individuals"] == 16


_LAWS = """
[parameters.{name}]
distribution = "normal"
mean = {mean}
sd = {sd}
unit = "kg"
source = "assumed"
rationale = "a number to test with"
"""


def _explorer(formulas, laws):
    equations = "\n".join(f'[equations.{name}]\nunit = "{unit}"\nformula = "{text}"'
                          for name, (unit, text) in formulas.items())  # fmt: skip
    head = (
        'schema = "mcsus/1"\nid = "own"\ntitle = "own"\n[outputs]\n' + f'y = "{formulas["y"][0]}"\n'
    )
    text = head + equations + "".join(
        _LAWS.format(name=name, mean=mean, sd=sd) for name, (mean, sd) in laws.items()
    )  # fmt: skip
    return Explorer(Study.from_dict(tomllib.loads(text)))


def _shares(formulas, laws):
    told = told_means(_explorer(formulas, laws), [], {}, "y")["of_output"]
    return told["shares"], told["terms"], told["t"]


def test_terms_of_a_sum_have_their_covariance_with_it_though_inputs_are_shared():
    formulas = {"big": ("kg", "3*a"), "small": ("kg", "0.01*a"), "y": ("kg", "big + small + b")}
    shares, terms, t = _shares(formulas, {"a": (10, 1), "b": (5, 4)})
    variance = 3.01**2 + 16
    exact = {"big": 3 * 3.01, "small": 0.01 * 3.01, "b": 16, "a": 3.01**2, "y": variance}
    for name, covariance in exact.items():
        error = t * shares[name]["error"] + 1e-9
        assert shares[name]["value"] == pytest.approx(covariance / variance, abs=error)
    assert sum(own["value"] for own in terms["y"].values()) == pytest.approx(1)
    assert terms["y"]["small"] == shares["small"]
    assert terms["small"]["a"]["value"] == pytest.approx(shares["small"]["value"])


def test_factors_of_a_product_have_each_what_they_do_together():
    formulas = {"p": ("kg", "a + b"), "y": ("kg**2", "p*c")}
    shares, terms, t = _shares(formulas, {"a": (2, 1), "b": (1, 0.5), "c": (4, 2)})
    of_p, of_c = 1.25, 4.0
    variance = of_p * of_c + 9 * of_c + 16 * of_p
    for name, total in {"p": of_p * (16 + of_c), "c": of_c * (9 + of_p)}.items():
        own = shares[name]
        assert own["value"] == pytest.approx(total / variance, abs=t * own["error"])
        assert 0 < own["error"] < 0.02
    assert sum(own["value"] for own in terms["p"].values()) == pytest.approx(shares["p"]["value"])


def test_a_small_term_on_the_inputs_of_a_large_one_has_a_small_share(device):
    shares = told_means(device, [], AT, "device_footprint")["of_output"]["shares"]
    assert shares["end_of_life"]["value"] < 0.02 < 0.3 < shares["manufacture"]["value"]


@pytest.mark.parametrize(
    ("formula", "parts"),
    [("manufacture + transport + end_of_life", 3), ("2*manufacture", 0)],
)
def test_what_an_output_is_made_of_follows_its_formula(device, formula, parts):
    change = {"name": "device_footprint", "unit": "kg CO2e", "formula": formula}
    seen = device.evaluate([change], {"outputs": ["device_footprint"], "labels": AT}, ranking=0)
    [cell] = seen.outputs["device_footprint"]
    assert len(cell.breakdown) == parts
    assert sum(mean for _, mean, _ in cell.breakdown) == pytest.approx(cell.mean if parts else 0)


def test_what_an_input_has_to_be_for_a_goal_is_told_or_how_near_it_comes():
    laws = {"a": (10, 1), "b": (5, 4)}
    explorer = _explorer({"y": ("kg", "3*a + b")}, laws)
    a, b = told_goal(explorer, [], "y", {}, ["a", "b"], 0.5)
    assert a["factor"] == pytest.approx((35 / 2 - 5) / 30, abs=2e-3)
    assert b["factor"] is None
    assert b["nearest"] == pytest.approx((30 + 5 / 16) / 35, abs=1e-3)
    change = {"input": "b", "scale": b["at"]}
    [then] = told_goal(explorer, [change], "y", {}, ["a"], 0.5 * 35 / (30 + 5 / 16))
    assert then["factor"] == pytest.approx((35 / 2 - 5 / 16) / 30, abs=2e-3)


def test_from_which_value_on_a_claim_holds_is_told():
    claim = {"id": "low", "statement": "y is low", "quantity": "y", "relation": "<",
             "value": 40, "unit": "kg", "confidence": 0.95}  # fmt: skip
    study = _explorer({"y": ("kg", "3*a + b")}, {"a": (10, 1), "b": (5, 4)}).study
    explorer = Explorer(Study.from_dict({**study.to_dict(), "claims": [claim]}))
    [told] = told_turns(explorer, [], "a", (7, 13), "y", {})
    [turn] = told["turns"]
    assert turn["holds"] == "below"
    exact = (40 - 5 - 1.6448536 * 4) / 3  # P(b < 40 - 3 a) = .95
    assert turn["value"] == pytest.approx(exact, rel=5e-3)
