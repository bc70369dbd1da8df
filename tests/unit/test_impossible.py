"""Values that cannot be are named with their probability: a negative duration, a share above 1."""

from __future__ import annotations

import pytest
from scipy import stats

from mcsus.runner import run, sampling

LAW = {"distribution": "normal", "unit": "kg/year", "mean": 3, "sd": 2}
LAWS = {"cost": {**LAW, "unit": "kg", "mean": 10, "sd": 1}, "rate": LAW}
NEVER = float(stats.norm.cdf(-1.5))


def told(asked):
    cautions = run(asked).to_dict()["cautions"]
    return {own["where"]: own["text"] for own in cautions if own["kind"] == "impossible"}


def claim(quantity, value, relation="<", unit="year"):
    asked = {"id": "c", "statement": "s", "quantity": quantity, "relation": relation}
    return {**asked, "value": value, "unit": unit, "confidence": 0.9}


@pytest.fixture(params=["held", "counted"])
def design(request, monkeypatch):
    if request.param == "counted":
        monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
    return {"draws": 2048, "replicates": 8}


def share_of(text):
    return float(text.split("probability of ")[1].split(" ")[0].rstrip(":,"))


def test_a_negative_duration(study, design):
    found = told(study(LAWS, {"payback": ("cost/rate", "year")}, design=design))
    assert "a duration is never negative" in found["payback"]
    assert share_of(found["payback"]) == pytest.approx(NEVER, abs=2e-3)


@pytest.mark.parametrize("relation", ["<", ">"])
def test_what_a_claim_is_about(study, design, relation):
    asked = study(
        LAWS,
        {"payback": ("cost/rate", "year"), "y": ("rate", "kg/year")},
        {"y": "kg/year"},
        design=design,
        claims=[claim("payback", 5, relation)],
    )
    assert share_of(told(asked)["payback"]) == pytest.approx(NEVER, abs=2e-3)


def test_a_share_above_one(study):
    laws = {"a": ("uniform", 0, 2)}
    found = told(study(laws, {"bad_share": "a", "ratio": "a", "share_left": "a - 1"}))
    assert list(found) == ["bad_share"]
    assert share_of(found["bad_share"]) == pytest.approx(0.5, abs=0.01)


def test_what_may_be_negative(study):
    """A net, a difference, CO2e and what a claim asks the sign of."""
    normal = {"distribution": "normal", "mean": 0, "sd": 1}
    laws = {
        "m": {**normal, "unit": "kg"},
        "c": {**normal, "unit": "kg CO2e"},
        "e": {**normal, "unit": "kWh"},
    }
    equations = {
        "net_mass": ("2*m", "kg"),
        "rest": ("m - 2*m", "kg"),
        "footprint": ("2*c", "kg CO2e"),
        "energy_saved": ("2*e", "kWh"),
        "asked": ("3*m", "kg"),
    }
    asked = study(laws, equations, claims=[claim("asked", 0, ">", "kg")])
    assert not set(told(asked)) & set(equations)


def test_rounding_is_not_outside(study):
    laws = {"a": ("uniform", 0, 1)}
    assert not told(study(laws, {"whole_share": "a/3 + a/3 + a/3 - a + 1"}))


def test_a_claim_that_is_supported_by_values_that_cannot_be(study):
    """A payback below zero is never; without such draws less than was asked for is left."""
    equations = {"payback": ("cost/rate", "year"), "y": ("rate", "kg/year")}
    asked = {**claim("payback", 30), "confidence": 0.95}
    for outputs in ({"payback": "year"}, {"y": "kg/year"}):
        design = {"draws": 2048, "replicates": 8}
        text = told(study(LAWS, equations, outputs, design=design, claims=[asked]))["c"]
        above = float(stats.norm.sf(10 / 30, 3, 2))
        assert float(text.rsplit(" ", 1)[1]) == pytest.approx(above, abs=5e-3)
    above = {**claim("payback", 1, ">"), "confidence": 0.8}
    assert "c" not in told(study(LAWS, equations, claims=[above]))
    enough = {**claim("payback", 30), "confidence": 0.5}
    assert "c" not in told(study(LAWS, equations, claims=[enough]))


def test_draws_decide_no_claim_about_constants(study):
    """A mass that is given is above or below a bound, whatever is drawn."""
    laws = {"m": {"distribution": "constant", "value": 1001, "unit": "g"}, "a": ("uniform", 0, 1)}
    claims = [{**claim("y", 1001, "<=", "g")}, {**claim("z", 2, "<", "1"), "id": "d"}]
    asked = study(laws, {"y": ("m", "kg"), "z": "a"}, claims=claims)
    cautions = run(asked).to_dict()["cautions"]
    assert [own["where"] for own in cautions if own["kind"] == "few_hits"] == ["d"]
