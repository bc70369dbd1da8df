"""What a claim can be about, against closed forms: the same draws on both sides of every claim."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from mcsus import InputError
from mcsus.expressions.functions import ratio
from mcsus.report import write_report
from mcsus.runner import check, run
from mcsus.study import Study

BY_DEFAULT = {"statement": "s", "confidence": 0.5}
NEVER = float(stats.norm.cdf(-1 / math.sqrt(1.04)))
ERRORS = 5  # standard errors that an estimate may be off


def law(distribution, unit="kg", **keys):
    return {"distribution": distribution, "unit": unit, "source": "a test", **keys}


def study(claims, parameters=None, equations=None, **tables):
    claims = [{"id": id_, **BY_DEFAULT, **claim} for id_, claim in claims.items()]
    equations = equations or {"x": ("a", "kg"), "y": ("b", "kg")}
    document = {
        "schema": "mcsus/1",
        "id": "kinds",
        "parameters": parameters
        or {"a": law("uniform", minimum=0, maximum=2), "b": law("uniform", minimum=1, maximum=3)},
        "equations": {name: {"formula": f, "unit": u} for name, (f, u) in equations.items()},
        "outputs": dict([(name, unit) for name, (_, unit) in equations.items()][:1]),
        "claims": claims,
        "design": {"draws": 4096, "replicates": 8},
        "sensitivity": {"methods": []},
    }
    return Study.from_dict(document | tables)


def cells_of(result, id_):
    return result.to_dict()["claims"][id_]["cells"]


def holds(result, id_, expected, labels=None):
    """Compare a probability with an exact one, within its errors."""
    known = next(cell for cell in cells_of(result, id_) if cell["labels"] == (labels or {}))
    off = abs(known["probability"]["value"] - expected)
    assert off <= ERRORS * known["probability"]["error"] + 1e-9, (id_, known["probability"])
    return known


@pytest.fixture(scope="module")
def plain():
    """A on [0, 2], B on [1, 3], one material in two amounts, and costs that may never be paid."""
    parameters = {
        "a": law("uniform", minimum=0, maximum=2),
        "b": law("uniform", minimum=1, maximum=3),
        "material": law("lognormal", "kg CO2e/kg", median=3, gsd=1.5),
        "few": law("constant", value=20),
        "more": law("constant", value=21),
        "paid": law("normal", mean=5, sd=0.5),
        "gain": law("normal", "kg/year", mean=2, sd=1),
        "loss": law("normal", "kg/year", mean=1, sd=0.2),
        "life": law("uniform", "year", minimum=5, maximum=5.0001),
        "one": law("constant", value=1),
        "balance": law("uniform", minimum=-1, maximum=3),
    }
    equations = {
        "x": ("a", "kg"),
        "y": ("b", "kg"),
        "light": ("few*material", "kg CO2e"),
        "heavy": ("more*material", "kg CO2e"),
        "rate": ("gain - loss", "kg/year"),
        "nothing": ("y - y", "kg"),
        "saved": ("one", "kg"),
    }
    same = {"quantity": "light", "relative_to": "heavy", "value": 20 / 21}
    claims = {
        "b_above_a": {"compare": ["y", "x"], "relation": ">"},
        "tenth_lower": {"compare": ["x", "y"], "relation": "<", "margin": 0.9},
        "least": same | {"relation": ">=", "confidence": 0.9},
        "most": same | {"relation": "<=", "confidence": 0.9},
        "once": {"quantity": "saved", "relative_to": "balance", "relation": ">", "value": 1},
        "below": {"quantity": "saved", "relative_to": "balance", "relation": "<", "value": 1},
        "no_more": {"compare": ["nothing", "x"], "relation": "<=", "margin": 1e-9},
        "between": {"quantity": "x", "between": [500, 1500], "unit": "g"},
        "both": {"all_of": ["b_above_a", "between"], "confidence": 0.4},
        "either": {"any_of": ["b_above_a", "between"]},
        "in_time": {"cost": "paid", "rate": "rate", "value": 5, "unit": "year", "confidence": 0.4},
        "in_life": {"cost": "paid", "rate": "rate", "within": "life", "confidence": 0.4},
    }
    return run(study(claims, parameters, equations))


@pytest.mark.slow
def test_a_comparison_of_outputs(plain):
    holds(plain, "b_above_a", 7 / 8)


def test_a_margin_of_a_tenth(plain):
    """P(a < 0.9 b) for b uniform on [1, 3]: a is at most 2, reached from b = 20/9 on."""
    top = 2 / 0.9
    inside = 0.9 * (top**2 - 1) / 2 / 4  # integral of 0.9 b / 2, density 1/2
    holds(plain, "tenth_lower", inside + (3 - top) / 2)


def test_a_ratio_of_the_same_material_is_exact(plain):
    for id_ in ("least", "most"):
        cell = holds(plain, id_, 1.0)
        assert cell["verdict"] == "supported"
        assert {q["value"] for q in cell["quantity"]["quantiles"]} == {20 / 21}
        assert {q["error"] for q in cell["margin"]["quantiles"]} == {0.0}


def test_a_ratio_to_what_may_be_nothing_is_without_bound(plain):
    """One over U(-1, 3) is above 1 where the divisor is below 1: also where it is negative."""
    cell = holds(plain, "once", 0.5)
    assert cell["quantity"]["quantiles"][-1]["value"] is None
    holds(plain, "below", 0.5)
    told = {own["where"]: own["text"] for own in plain.provenance["cautions"]}
    assert "in about 25 % of the draws, where the divisor is not above 0" in told["once"]
    assert "does not hold there" in told["below"]


def test_between_two_values(plain):
    holds(plain, "between", 0.5)


def test_joint_claims_are_of_the_same_draws(plain):
    """P(b > a, 0.5 <= a <= 1.5): b is surely above while a is below 1."""
    both = 0.5 * (0.5 + (1 - 0.25 / 2) * 0.5)
    inside = (1 + 0.75) / 2 * 0.5 / 2 + 0.5 / 2
    assert both == pytest.approx(inside)
    holds(plain, "both", both)
    holds(plain, "either", 7 / 8 + 0.5 - both)


def test_a_payback_within_a_time_and_a_life(plain):
    """Rate N(1, 1.04): 5 rate - cost is N(0, 25 x 1.04 + .25)."""
    holds(plain, "in_time", 0.5)
    cell = holds(plain, "in_life", 0.5)
    never = cell["quantity"]["never"]
    assert never["value"] == pytest.approx(NEVER, abs=ERRORS * never["error"])
    assert pytest.approx(0.163400, abs=1e-6) == NEVER
    assert cell["margin"]["quantiles"][0]["value"] is None  # never
    assert all(q["value"] > 0 for q in cell["quantity"]["quantiles"])  # of those that pay
    assert cell["quantity"]["unit"] == "year"


@pytest.mark.slow
def test_the_page_tells_them(plain, tmp_path):
    write_report(plain, tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert "claim:" not in page


def test_paired_comparison():
    """P(g a > g b), g shared: .648230; drawn apart it would be .520671."""
    parameters = {
        "g": law("lognormal", "1", median=1, gsd=2),
        "a": law("lognormal", median=1, gsd=1.1),
        "b": law("lognormal", median=0.95, gsd=1.1),
    }
    equations = {"one": ("g*a", "kg"), "other": ("g*b", "kg")}
    claims = {"paired": {"compare": ["one", "other"], "relation": ">"}}
    exact = stats.norm.cdf(math.log(1 / 0.95) / math.hypot(math.log(1.1), math.log(1.1)))
    assert exact == pytest.approx(0.648230, abs=1e-6)
    holds(run(study(claims, parameters, equations)), "paired", exact)


@pytest.fixture(scope="module")
def labelled():
    """A footprint by design, year and scenario: coin cells of 2, solar of half of it by 2030."""
    parameters = {
        "noise": law("normal", "1", mean=0, sd=1),
        "water": law("lognormal", "L", median=1, gsd=2),
        "size": {
            "unit": "kg",
            "source": "a test",
            "by": {
                "design": {
                    "coin": {"distribution": "normal", "mean": 2, "sd": 0.1},
                    "solar": {"distribution": "normal", "mean": 1, "sd": 0.1},
                }
            },
        },
        "drift": law("constant", value=0.5),
        "weight": {
            "unit": "1",
            "source": "a test",
            "by": {
                "design": {
                    "coin": {"distribution": "constant", "value": 1},
                    "solar": {"distribution": "constant", "value": 3},
                }
            },
        },
    }
    equations = {
        "footprint": ("size + drift*noise*(year - 2028)/2", "kg"),
        "water_use": ("water", "L"),
    }
    lower = {"quantity": "footprint", "relation": "<", "compare": {"design": ["solar", "coin"]}}
    claims = {
        "lower": lower,
        "at_year": lower | {"at": {"year": 2030}},
        "by_label": lower | {"compare": ["solar", "coin"], "at": {"year": 2030}},
        "calm": {
            "quantity": "footprint",
            "relation": "<",
            "compare": {"scenario": ["calm", "base"]},
            "at": {"design": "coin", "year": 2030},
        },
        "unchanged": {
            "quantity": "water_use",
            "relation": "<=",
            "value": 1,
            "unit": "L",
        },
        "every_year": {
            "quantity": "footprint",
            "relation": "<",
            "value": 2.2,
            "unit": "kg",
            "over": "year",
            "at": {"design": "coin", "scenario": "base"},
        },
        "most_designs": {
            "quantity": "footprint",
            "relation": "<",
            "value": 1500,
            "unit": "g",
            "over": "design",
            "share": 0.7,
            "weights": "weight",
            "at": {"year": 2028, "scenario": "base"},
        },
        "both": {"all_of": ["at_year", "unchanged"], "at": {"scenario": "base"}},
    }
    return run(
        study(
            claims,
            parameters,
            equations,
            dims={"design": ["coin", "solar"], "year": [2028, 2030]},
            scenarios=[{"id": "calm", "set": {"drift": {"value": 0.1, "unit": "kg"}}}],
        )
    )


@pytest.mark.slow
def test_a_comparison_of_labels(labelled):
    """Solar less coin is N(-1, .02), whatever the year adds to both."""
    exact = stats.norm.cdf(1 / math.sqrt(0.02))
    assert len(cells_of(labelled, "lower")) == 4  # year and scenario are left
    for cell in cells_of(labelled, "lower"):
        assert cell["probability"]["value"] == pytest.approx(exact, abs=1e-4)
    same = [cells_of(labelled, id_) for id_ in ("at_year", "by_label")]
    assert same[0] == same[1]
    assert [cell["labels"] for cell in same[0]] == [{"scenario": "base"}, {"scenario": "calm"}]


def test_a_comparison_of_scenarios_is_on_the_same_draws(labelled):
    """Calm less base is -0.4 times the noise of one parameter, so below 0 in half of the draws."""
    cell = holds(labelled, "calm", 0.5)
    low = cell["quantity"]["quantiles"][0]
    assert low["value"] == pytest.approx(0.4 * stats.norm.ppf(0.025), abs=5 * low["error"])
    assert cell["quantity"]["name"] == "footprint [calm] less footprint [base]"


def test_every_year_at_once(labelled):
    """2028 is N(2, .1) alone, 2030 adds noise of 0.5."""
    above = integrate.quad(lambda z: stats.norm.pdf(z) * stats.norm.cdf(2 - 5 * z), 0, 8)[0]
    holds(labelled, "every_year", 0.5 * stats.norm.cdf(2) + above)


def test_a_part_of_a_population_that_is_weighted(labelled):
    """Three of four devices are solar, surely below 1.5 kg; of the coin cells none is."""
    cell = holds(labelled, "most_designs", 1.0)
    assert cell["quantity"]["quantiles"][3]["value"] == 0.75


def test_joint_claims_at_a_scenario(labelled):
    holds(labelled, "both", 0.5)


def test_a_share_of_individuals_apart_from_confidence():
    """Individuals N(m, 1), m N(0, 1) unknown: 0.9 of them are above -1 where m > .2816."""
    parameters = {
        "m": law("normal", mean=0, sd=1),
        "own": law("normal", mean=0, sd=1, kind="variability"),
    }
    claims = {"most": {"quantity": "x", "relation": ">", "value": -1, "unit": "kg", "share": 0.9}}
    asked = study(
        claims,
        parameters,
        {"x": ("m + own", "kg"), "y": ("mean(x, over=individual)", "kg")},
        dims={"individual": {"draws": 256}},
        outputs={"y": "kg"},
    )
    exact = stats.norm.cdf(1 - stats.norm.ppf(0.9))
    cell = cells_of(run(asked), "most")[0]
    off = abs(cell["probability"]["value"] - exact)
    assert off <= ERRORS * cell["probability"]["error"] + 0.01  # the noise of 256 individuals
    assert cell["quantity"]["name"] == "share of individual with x > -1 kg"


def test_equality_in_joint_claims():
    """Water that does not change is no more; carbon that does not change is not lower."""
    claims = {
        "no_more": {"compare": ["one", "other"], "relation": "<="},
        "lower": {"compare": ["one", "other"], "relation": "<"},
        "below": {"quantity": "one", "relation": "<", "value": 2, "unit": "kg"},
        "no_more_and_below": {"all_of": ["no_more", "below"], "confidence": 0.4},
        "lower_and_below": {"all_of": ["below", "lower"]},
        "lower_or_no_more": {"any_of": ["lower", "no_more"]},
        "no_more_twice": {"all_of": ["no_more", "lower_or_no_more"]},
        "lower_or_below": {"any_of": ["lower", "below"]},
    }
    equations = {"one": ("b", "kg"), "other": ("b*1", "kg")}
    result = run(study(claims, equations=equations))
    known = {id_: cells_of(result, id_)[0]["probability"]["value"] for id_ in claims}
    assert known["no_more"] == 1
    assert known["lower"] == 0
    assert known["no_more_and_below"] == known["below"] == known["lower_or_below"]
    assert known["lower_and_below"] == 0
    assert known["lower_or_no_more"] == known["no_more_twice"] == 1


def test_margins_in_unlike_units_are_not_compared(tmp_path):
    """Of kg and kg^2 none is the least: the margin of both is a sign, the probability as ever."""
    light = {"quantity": "one", "relation": "<", "value": 2, "unit": "kg"}
    small = {"quantity": "square", "relation": "<", "value": 6.25, "unit": "kg**2"}
    claims = {"light": light, "small": small, "both": {"all_of": ["light", "small"]}}
    result = run(study(claims, equations={"one": ("b", "kg"), "square": ("b*b", "kg**2")}))
    both, least = cells_of(result, "both")[0], cells_of(result, "light")[0]
    assert both["probability"]["value"] == least["probability"]["value"]  # b < 2 implies b < 2.5
    assert {q["value"] for q in both["margin"]["quantiles"]} == {None}
    assert both["quantity"]["name"] == "light and small"
    told = result.to_dict()["claims"]["both"]["value_of_information"]
    assert {row["evppi"]["value"] for row in told} == {None}  # what has no size is worth nothing
    assert any(row["change"]["value"] for row in told)
    assert write_report(result, tmp_path).read_text().count("none: light and small, in unlike") == 1


def test_ratio_in_formulas():
    assert ratio(3.0, 2.0) == 1.5
    assert ratio(-3.0, 2.0) == -1.5
    assert ratio(3.0, 0.0) == ratio(3.0, -1.0) == np.inf
    assert ratio(0.0, 0.0) == ratio(-3.0, -1.0) == 0.0
    assert np.isnan(ratio(np.nan, 1.0))
    assert np.isnan(ratio(1.0, np.nan))


GOOD = {"quantity": "x", "relation": "<", "value": 1, "unit": "kg"}
DIMS = {"dims": {"design": ["coin", "solar"], "year": [2028, 2030], "old": ["coin", "solar"]}}


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"c": GOOD | {"quantity": "z"}}, "claims.c.quantity: found unknown equation 'z'"),
        ({"c": GOOD | {"unit": "L"}}, "claims.c.unit: found 'L'; allowed: a unit like kg"),
        ({"c": GOOD | {"confidence": 1.5}}, "claims.c.confidence: found 1.5"),
        ({"c": GOOD | {"at": {"yaer": 2030}}}, "claims.c.at.yaer: found unknown dim 'yaer'.*year"),
        ({"c": GOOD | {"at": {"year": 2031}}}, "claims.c.at.year: found unknown label 2031"),
        ({"c": GOOD | {"at": {"design": "coim"}}}, "claims.c.at.design: .*did you mean 'coin'"),
        ({"c": GOOD | {"at": {"year": 2030}}}, "claims.c.at.year: found 'year', along which noth"),
        ({"c": GOOD | {"over": "year"}}, "claims.c.over: found 'year', along which nothing"),
        ({"c": GOOD | {"at": {}}}, "claims.c.at: found an empty table"),
        ({"c": GOOD | {"share": 0.9}}, "claims.c.share: found a share of no population"),
        ({"c": GOOD | {"share": 2, "over": "year"}}, "claims.c.share: found 2"),
        ({"c": GOOD | {"weights": "y"}}, "claims.c.weights: found weights without a share"),
        ({"c": {"all_of": ["d"]}}, "claims.c.all_of: found unknown claim 'd'"),
        ({"c": {"all_of": ["c"]}}, "claims.c.all_of: found 'c', which is this claim"),
        (
            {"c": {"all_of": ["d"]}, "d": {"any_of": ["c"]}},
            "claims.c.all_of: found a joint claim over itself: c -> d -> c",
        ),
        ({"c": {"all_of": []}}, "claims.c.all_of: found an empty list"),
        (
            {"c": GOOD | {"relation": "<"}, "d": {"all_of": ["c"]}},
            "claims.d.all_of: found a joint claim of 'c' alone; allowed: .*two or more",
        ),
        (
            {"c": GOOD | {"relation": "<"}, "d": {"any_of": ["c"], "over": "year"}},
            "claims.d.any_of: found a joint claim of 'c' alone",
        ),
        ({"c": GOOD | {"relation": "<"}, "d": {"all_of": ["c"], "any_of": ["c"]}}, "found both"),
        ({"c": {"compare": ["x", "x"], "relation": "<"}}, "claims.c.compare: found 'x' twice"),
        ({"c": {"compare": ["x", "z"], "relation": "<"}}, "compare: found unknown quantity 'z'"),
        (
            {"c": {"compare": ["x", "per_year"], "relation": "<"}},
            "claims.c.compare: found 'per_year', which is kg/year; .*functional units",
        ),
        (
            {"c": {"quantity": "x", "compare": {"design": ["coin", "coin"]}, "relation": "<"}},
            "claims.c.compare.design: found 'coin' twice",
        ),
        (
            {"c": {"quantity": "x", "compare": {"design": ["coin", "solar"]}, "relation": "<"}},
            "claims.c.compare.design: found 'design', along which nothing",
        ),
        (
            {"c": {"quantity": "x", "compare": ["coin", "solar"], "relation": "<"}},
            "claims.c.compare: found labels of 'design' and of 'old'",
        ),
        (
            {"c": {"compare": {"design": ["coin", "solar"]}, "relation": "<"}},
            "claims.c.quantity: found nothing",
        ),
        ({"c": {"compare": ["x", "y"], "relation": "<", "margin": 0}}, "claims.c.margin: found 0"),
        (
            {"c": {"quantity": "x", "relative_to": "per_year", "relation": ">", "value": 1}},
            "claims.c.relative_to: found 'per_year'",
        ),
        ({"c": {"quantity": "x", "between": [3, 1], "unit": "kg"}}, r"claims.c.between: found \[3"),
        ({"c": {"cost": "x", "rate": "per_year"}}, "claims.c.within: found neither"),
        (
            {"c": {"cost": "x", "rate": "y", "value": 1, "unit": "year"}},
            "claims.c.rate: found 'y', w",
        ),
        (
            {"c": {"cost": "x", "rate": "per_year", "value": 1, "unit": "kg"}},
            "claims.c.unit: found 'kg'",
        ),
        (
            {"c": {"cost": "x", "rate": "per_year", "value": -1, "unit": "year"}},
            "claims.c.value: found -1; allowed: a time above 0",
        ),
        (
            {"c": {"quantity": "x", "relative_to": "x", "relation": ">", "value": 1}},
            "claims.c.relative_to: found 'x' itself",
        ),
        ({"c": {"cost": "x", "rate": "per_year", "within": "y"}}, "claims.c.within: found 'kg'"),
    ],
)
def test_what_cannot_be_is_refused(claims, message):
    equations = {"x": ("a", "kg"), "y": ("b", "kg"), "per_year": ("a/day", "kg/year")}
    parameters = {
        "a": law("constant", value=1),
        "b": law("constant", value=1),
        "day": law("constant", "day", value=1),
    }
    with pytest.raises(InputError, match=message):
        check(study(claims, parameters, equations, **DIMS))


@pytest.mark.parametrize(
    ("claim", "key"),
    [
        (GOOD | {"at": {"scenario": "other"}}, "at.scenario"),
        ({"quantity": "x", "compare": ["other", "base"], "relation": "<"}, "compare.scenario"),
    ],
)
def test_a_scenario_that_changes_nothing_of_a_claim_is_refused(claim, key):
    """The scenario sets b, of which x knows nothing."""
    scenario = {"id": "other", "set": {"b": {"value": 1, "unit": "kg"}}}
    with pytest.raises(InputError, match=f"claims.c.{key}: found 'scenario', along which nothing"):
        check(study({"c": claim}, scenarios=[scenario]))
    check(study({"c": claim | {"quantity": "y"}}, scenarios=[scenario]))


def test_every_kind_is_written_back():
    claims = {
        "value": GOOD | {"at": {"year": 2030}, "over": "design"},
        "pair": {"compare": ["x", "y"], "relation": "<", "margin": 0.9},
        "labels": {"quantity": "x", "compare": {"design": ["coin", "solar"]}, "relation": "<="},
        "ratio": {"quantity": "x", "relative_to": "y", "relation": ">", "value": 10},
        "ends": {"quantity": "x", "between": [1, 2], "unit": "g", "over": "year", "share": 0.9},
        "paid": {"cost": "x", "rate": "rate", "value": 5, "unit": "year"},
        "both": {"all_of": ["pair", "ratio"], "required": True},
        "any": {"any_of": ["both", "ends"], "weights": "y", "share": 0.5, "over": "year"},
    }
    equations = {"x": ("a", "kg"), "y": ("b", "kg"), "rate": ("a/day", "kg/year")}
    parameters = {
        "a": law("constant", value=1),
        "b": law("constant", value=1),
        "day": law("constant", "day", value=1),
    }
    asked = study(claims, parameters, equations, **DIMS)
    turned = replace(asked, claims=asked.claims[::-1])
    written = {table["id"]: table for table in turned.to_dict()["claims"]}
    assert written == {id_: {"id": id_, **BY_DEFAULT, **claim} for id_, claim in claims.items()}
    assert Study.from_dict(turned.to_dict()).claims == turned.claims
