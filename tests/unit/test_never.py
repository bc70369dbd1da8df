"""Never is a value: a payback that never comes is counted, and no cap stands in for it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import integrate, stats

from mcsus import InputError, NotFiniteError, Run, Settings
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.expressions import dimension, parse
from mcsus.expressions.functions import payback
from mcsus.model import evaluate
from mcsus.report import write_report
from mcsus.runner import Limits, run, sampling
from mcsus.runner.validity import check
from mcsus.runner.verification import verify
from mcsus.streams import Design
from mcsus.units import unit

COST = {"distribution": "normal", "unit": "kg", "mean": 10, "sd": 1}
RATE = {"distribution": "normal", "unit": "kg/year", "mean": 3, "sd": 2}
LAWS = {"cost": COST, "rate": RATE}
TIME = ("payback(cost, rate)", "year")
NEVER = float(stats.norm.cdf(-1.5))


def claim(relation, value, quantity="time"):
    return {
        "id": f"c{'<>'.index(relation[0])}{value:g}",
        "statement": "s",
        "quantity": quantity,
        "relation": relation,
        "value": value,
        "unit": "year",
        "confidence": 0.9,
    }


def cdf(years):
    """P(cost / rate <= years, rate > 0)."""
    inside = integrate.quad(
        lambda r: stats.norm.pdf(r, 3, 2) * stats.norm.cdf(years * r, 10, 1), 0, 20, limit=200
    )
    return inside[0]


def test_value_and_unit():
    assert payback(10.0, 2.0) == 5.0
    assert payback(10.0, 0.0) == np.inf
    assert payback(10.0, -2.0) == np.inf
    assert payback(-10.0, -2.0) == np.inf  # gained at once, lost in the end
    assert payback(-10.0, 2.0) == payback(-10.0, 0.0) == 0.0
    assert payback(0.0, 0.0) == 0.0
    assert np.isnan(payback(10.0, np.nan))
    units = {"a": unit("kg").dimension, "b": unit("kg/year").dimension}
    assert dimension(parse("payback(a, b)"), units) == unit("year").dimension


def test_a_quantity_may_be_called_payback(study):
    made = study(LAWS, {"payback": ("payback(cost, rate)", "year"), "late": ("2*payback", "year")})
    cells = {k: v["cells"][0] for k, v in run(made).to_dict()["outputs"].items()}
    assert cells["late"]["median"]["value"] == pytest.approx(
        2 * cells["payback"]["median"]["value"]
    )


def test_kernel_and_reference_agree(study):
    asked = study(LAWS, {"time": TIME, "twice": ("2*time", "year")})
    _, model = check(asked)
    kernel = Kernel(model, stream_positions({p.name: p for p in asked.parameters}))
    plan = kernel.plan(list(map(Quantity, ("cost", "rate", "twice"))))
    cost, rate, twice = kernel.run(plan, Design("sobol", 1024, 1, 0), replicate=0)[:, 0]
    assert 0 < np.isinf(twice).mean() < 0.1
    np.testing.assert_array_equal(evaluate(model, {"cost": cost, "rate": rate})["twice"], twice)


@pytest.fixture(params=["held", "counted"])
def design(request, monkeypatch):
    if request.param == "counted":
        monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
    return {"draws": 4096, "replicates": 8}


@pytest.mark.slow
def test_those_that_pay_back(study, design, tmp_path):
    claims = [claim("<", 5), claim(">", 5)]
    asked = study(
        LAWS,
        {"time": TIME},
        design=design,
        claims=claims,
        sensitivity={"methods": ["sobol"], "outputs": ["time"]},
    )
    result = run(asked)
    document = result.to_dict()
    cell = document["outputs"]["time"]["cells"][0]
    assert cell["mean"] is None
    assert cell["sd"] is None
    assert cell["given"] == "not never"
    assert cell["never"]["value"] == pytest.approx(NEVER, abs=5e-4)
    assert 0 < cell["never"]["error"] < 5e-4
    middle, upper = cell["median"]["value"], cell["quantiles"][-1]["value"]
    assert cdf(middle) / (1 - NEVER) == pytest.approx(0.5, abs=2e-3)
    assert cdf(upper) / (1 - NEVER) == pytest.approx(0.975, abs=2e-3)
    told = document["claims"].items()
    chances = {key: own["cells"][0]["probability"]["value"] for key, own in told}
    assert chances["c05"] == pytest.approx(cdf(5), abs=1e-3)
    assert chances["c15"] == pytest.approx(1 - cdf(5), abs=1e-3)
    explained = document["sensitivity"]["time"]["cells"][0]
    assert explained["on"] == "ranks"
    assert explained["ranking"][0] == "rate"
    assert document["cautions"][0]["kind"] == "never"
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)).replace("\xa0", " ")
    assert "is never in 6.7 % of the draws; the median of the others is" in text
    assert "median and intervals of such a row are of the other draws" in text
    assert "never: 6.7 %" in str(result.summary())
    assert ", if ever" in str(result.summary())


def test_of_a_difference_of_rates(study):
    """Cost N(5, .5), rate N(2, 1) - N(1, .2): P(never) and P(< 5) by the normal distribution."""
    saving = {"distribution": "normal", "unit": "kg/year", "mean": 2, "sd": 1}
    laws = {"cost": {**COST, "mean": 5, "sd": 0.5}, "saving": saving}
    laws["use"] = {**saving, "mean": 1, "sd": 0.2}
    asked = study(
        laws,
        {"time": ("payback(cost, saving - use)", "year")},
        design={"draws": 4096, "replicates": 8},
        claims=[claim("<", 5)],
    )
    document = run(asked).to_dict()
    never = document["outputs"]["time"]["cells"][0]["never"]["value"]
    assert never == pytest.approx(stats.norm.cdf(-1 / np.sqrt(1.04)), abs=5e-4)
    soon = document["claims"]["c05"]["cells"][0]["probability"]["value"]
    assert soon == pytest.approx(0.5, abs=1e-3)


def test_a_payback_that_always_comes_has_its_mean(study):
    rate = {"distribution": "uniform", "minimum": 2, "maximum": 4, "unit": "kg/year"}
    cell = run(study({"cost": COST, "rate": rate}, {"time": TIME})).to_dict()["outputs"]["time"][
        "cells"
    ][0]
    assert cell["never"]["value"] == 0.0
    assert cell["mean"]["value"] == pytest.approx(10 * np.log(2) / 2, rel=0.01)


def test_a_payback_that_never_comes(study, tmp_path):
    rate = {"distribution": "uniform", "minimum": -4, "maximum": -2, "unit": "kg/year"}
    asked = study({"cost": COST, "rate": rate}, {"time": TIME}, claims=[claim("<", 5)])
    result = run(asked)
    document = result.to_dict()
    cell = document["outputs"]["time"]["cells"][0]
    assert cell["never"]["value"] == 1.0
    assert cell["median"] is None
    assert document["claims"]["c05"]["cells"][0]["probability"]["value"] == 0.0
    assert "never: 100 %" in str(result.summary())
    write_report(result, tmp_path)


YEARS = {f"y{k}": {"distribution": "constant", "value": k, "unit": "year"} for k in (2, 5, 20)}


def test_never_in_formulas(study):
    equations = {
        "time": TIME,
        "late": ("time + y2", "year"),
        "soon": ("where(time < y5, 1, 0)", "1"),
        "capped": ("min(time, y20)", "year"),
        "each_year": ("1/time", "1/year"),
    }
    found = run(study(LAWS | YEARS, equations, design={"draws": 1024, "replicates": 4})).to_dict()
    cells = {name: own["cells"][0] for name, own in found["outputs"].items()}
    assert cells["late"]["never"] == cells["time"]["never"]
    assert cells["soon"]["mean"]["value"] == pytest.approx(cdf(5), abs=3e-3)
    assert cells["capped"]["never"]["value"] == 0
    assert "never" not in cells["each_year"]


def test_individuals_few_draws_and_a_wanted_precision(study):
    """A payback of the mean of individuals; previews; as many draws as a range needs."""
    laws = {"cost": {**COST, "kind": "variability"}, "rate": RATE}
    asked = study(
        laws,
        {"all": ("mean(cost, over=individual)", "kg"), "time": ("payback(all, rate)", "year")},
        {"time": "year"},
        dims={"individual": {"draws": 64}},
        sensitivity={"methods": ["sobol"], "outputs": ["time"]},
    )
    limits = Limits(0.05, ("time",), None, None)
    [result] = Run(asked, Settings(limits=limits)).results()
    cell = result.to_dict()["outputs"]["time"]["cells"][0]
    assert cell["never"]["value"] == pytest.approx(NEVER, abs=2e-3)
    assert result.provenance["until"]["known_to"] < 0.05
    made = Run(asked)
    told = made.evaluate().outputs["time"]
    assert np.isnan(told.mean[0])
    assert np.isinf(told.quantiles[0, -1])
    assert made.ranking()["time"].inputs == ["rate"]


@pytest.mark.parametrize("formula", ["-time", "y5 - time"])
def test_less_than_any_number_is_no_value(study, formula):
    with pytest.raises(NotFiniteError, match="not finite"):
        run(study(LAWS | YEARS, {"time": TIME, "y": (formula, "year")}, {"y": "year"}))


def test_nothing_else_may_be_infinite(study):
    with pytest.raises(NotFiniteError):
        run(study(LAWS, {"y": ("cost/(rate - rate)", "year")}))
    with pytest.raises(InputError, match="payback"):
        study(LAWS, {"y": ("payback(cost)", "year")})


def test_interrupted_and_taken_up_again(study, design, tmp_path):
    asked = study(LAWS, {"time": TIME}, design=design, claims=[claim("<", 5)])
    whole = run(asked).to_dict()["digest"]
    done = Run(asked, Settings(folder=tmp_path / "a", keep_draws=tmp_path / "a" / "draws.nc"))
    results = done.results(every_round=True)
    next(results)
    results.close()
    [again] = Run.resume(tmp_path / "a", Settings()).results()
    assert again.to_dict()["digest"] == whole
    assert verify(tmp_path / "a").agrees
