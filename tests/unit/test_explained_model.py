"""The model behind an explorer, as a page explains it."""

import math

import pytest

from mcsus.errors import InputError
from mcsus.runner.explained_model import told_means, told_model, told_moves
from mcsus.runner.explorer import Explorer

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
