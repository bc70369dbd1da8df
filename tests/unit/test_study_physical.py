"""Cautions on values that cannot be; pages of the families."""

import pytest

from mcsus.cli.listing import describe, rows
from mcsus.families import FAMILIES, distribution
from mcsus.library.records import read_parameter
from mcsus.parameters import Source
from mcsus.study import Study


def cautions(name="m", **table):
    document = {
        "schema": "mcsus/1",
        "id": "s",
        "parameters": {name: {"source": "a scale", **table}},
        "equations": {"twice": {"formula": f"2*{name}", "unit": table["unit"]}},
        "outputs": {"twice": table["unit"]},
    }
    return [one.text for one in Study.from_dict(document).cautions if one.kind == "impossible"]


NORMAL = {"distribution": "normal", "mean": 1, "sd": 1}


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        ("kg", "mass"),
        ("kWh", "energy"),
        ("mm**2", "area"),
        ("mW", "power"),
        ("device", "count"),
        ("year", "duration"),
        ("km", "length"),
        ("K", "temperature"),
    ],
)
def test_negative_quantities_give_a_caution_with_their_probability(unit, kind):
    (text,) = cautions(**NORMAL, unit=unit)
    assert text == (
        f"parameter 'm' is below 0 {unit} with probability 0.16: {kind} is never negative"
    )


@pytest.mark.parametrize("unit", ["kg CO2e", "1", "kg CO2e/kWh", "1/year"])
def test_other_quantities_may_be_negative(unit):
    assert cautions(**NORMAL, unit=unit) == []


def test_a_truncated_law_gives_none():
    assert cautions(**NORMAL, truncate={"low": 0}, unit="kg") == []
    assert cautions(distribution="uniform", minimum=0, maximum=2, unit="kg") == []


@pytest.mark.parametrize(("unit", "bound"), [("1", "1"), ("%", "100 %")])
def test_a_share_lies_between_zero_and_one(unit, bound):
    scale = 100 if unit == "%" else 1
    law = {"distribution": "uniform", "minimum": 0.5 * scale, "maximum": 1.5 * scale}
    (text,) = cautions("fab_yield", **law, unit=unit)
    assert f"above {bound} with probability 0.5" in text
    assert cautions("field_yields", **law, unit=unit) == []
    assert cautions("road_share_weight", **law, unit=unit) == []  # as of shares that add up to 1


def test_a_declared_range_comes_before_the_rules():
    law = {"distribution": "uniform", "minimum": -1, "maximum": 3, "unit": "kg"}
    assert cautions(**law, physical={"low": -1}) == []
    (text,) = cautions(**law, physical={"low": -2, "high": 1})
    assert "above 1 kg with probability 0.5: outside its declared physical range" in text


def test_a_single_value_on_the_bound_is_inside():
    law = {"distribution": "discrete", "values": [0, 1], "weights": [1, 1], "unit": "kg"}
    assert cautions(**law) == []
    (text,) = cautions(**{**law, "values": [-1, 1]})
    assert "probability 0.5" in text


def test_a_record_of_the_library_keeps_its_range():
    record = {
        "name": "Mass",
        "unit": "kg",
        "derivation": "as read",
        "stage": "use",
        "kind": "uncertainty",
        "evidence": "reported",
        "sources": [{"id": "s", "locator": "table 1"}],
        "physical": {"low": 0, "high": 5},
        **NORMAL,
    }
    source = Source("s", "t", "a", 2020, "u", "l")
    found = read_parameter("mass", record, lambda key: source)
    assert found.cell.provenance.physical.to_dict() == {"low": 0.0, "high": 5.0}


@pytest.mark.parametrize("family", FAMILIES)
def test_page_of_a_family(family):
    page = describe(family)
    assert page.startswith(f"{family}(")
    for parameter in FAMILIES[family].parameters:
        assert f"\n{parameter}: " in page
    assert "Use: " in page
    law = distribution({"distribution": family, **FAMILIES[family].example})
    assert ("█" in page) == (law.sd() > 0)


def test_every_family_is_listed():
    listed = rows("families")
    assert [row["id"] for row in listed] == [*FAMILIES, "dirichlet", "logistic_normal"]
    assert all(row["domain"] and row["use"] and row["signature"] for row in listed)


def test_a_share_that_may_be_a_percentage(study):
    """A spread of 3,000 % of the mean is most likely 30 % without its sign."""
    law = {"distribution": "normal", "mean": 10, "unit": "kg CO2e"}
    laws = {
        "a": {**law, "relative_sd": 30},
        "b": {**law, "relative_sd": "30 %"},
        "c": {**law, "distribution": "lognormal", "cv": 15},
        "d": {**law, "distribution": "lognormal", "cv": 1.5},
    }
    told = study(laws, {"y": ("a + b + c + d", "kg CO2e")}).cautions
    assert {own.where: own.text for own in told if own.kind == "wide"} == {
        "a": "parameter 'a' has relative_sd = 30, which is 3,000 % of its mean; "
        '30 % is written "30 %"',
        "c": "parameter 'c' has cv = 15, which is 1,500 % of its mean; 15 % is written \"15 %\"",
    }
