"""Two sides of a page beside each other, and what is taken away of a whole run."""

import base64
import io
import json
import tomllib
import zipfile

import numpy as np
import pytest

from mcsus import compare
from mcsus.app.desk import Desk
from mcsus.errors import InputError
from mcsus.runner.explored_pair import told_pair
from mcsus.runner.explorer import DRAWS, REPLICATES, Explorer
from mcsus.runner.parties import Party
from mcsus.study import Study

STUDY = """
schema = "mcsus/1"
id = "kettle"
title = "A kettle"
functional_unit = "one cup"
system_boundary = "all"
characterisation = "GWP100"
[parameters.energy]
distribution = "lognormal"
median = 2
gsd = 1.5
unit = "kWh"
source = "assumed"
rationale = "a guess"
[parameters.intensity]
distribution = "uniform"
minimum = 0.2
maximum = 0.6
unit = "kg CO2e/kWh"
source = "assumed"
rationale = "a guess"
[parameters.making]
distribution = "normal"
mean = 3
sd = 0.2
unit = "kg CO2e"
source = "assumed"
rationale = "a guess"
[equations]
use = { formula = "energy * intensity", unit = "kg CO2e" }
total = { formula = "use + making", unit = "kg CO2e" }
[outputs]
total = "kg CO2e"
[design]
draws = 256
replicates = 4
[[scenarios]]
id = "clean"
[scenarios.set]
intensity = { value = 0.05, unit = "kg CO2e/kWh" }
making = { distribution = "normal", mean = 4, sd = 0.2, unit = "kg CO2e" }
[[claims]]
id = "low"
statement = "It is low"
quantity = "total"
relation = "<"
value = 4
unit = "kg CO2e"
confidence = 0.9
"""
CHANGES = [{"input": "energy", "scale": 1.5}, {"input": "intensity", "scale": 0.5}]


def kettle(text=STUDY):
    return Study.from_dict(tomllib.loads(text))


@pytest.fixture(scope="module")
def explorer():
    return Explorer(kettle())


def pair(a, b):
    return told_pair(a, b, "total", {})


def test_steps_and_stages_sum_up_to_the_difference(explorer):
    told = pair(Party(explorer), Party(explorer, CHANGES))
    why, apart = told["why"], told["difference"]["mean"]["value"]
    steps = sum(own["value"] for own in why["steps"])
    assert why["by"] == "change"
    assert steps + why["rest"]["value"] == pytest.approx(apart, rel=1e-8)
    assert sum(own["apart"]["value"] for own in told["stages"]) == pytest.approx(apart, rel=1e-8)
    # what the changes do together is the product of both: E[xy] (1.5 * .5 - 1.5 - .5 + 1)
    middle = told["stages"][0]["a"]
    assert why["rest"]["value"] == pytest.approx(-0.25 * middle, rel=1e-8)


def test_sides_the_other_way_round_differ_the_other_way(explorer):
    one = pair(Party(explorer), Party(explorer, CHANGES))
    other = pair(Party(explorer, CHANGES), Party(explorer))
    assert other["difference"]["mean"]["value"] == -one["difference"]["mean"]["value"]
    assert other["why"]["rest"]["value"] == -one["why"]["rest"]["value"]
    assert other["less"]["value"] == pytest.approx(1 - one["less"]["value"])


def test_a_scenario_is_told_apart_by_the_laws_that_it_sets(explorer):
    told = pair(Party(explorer), Party(explorer, (), "clean"))
    apart = {own["id"]: own["effect"]["value"] for own in told["inputs"]}
    assert apart.keys() == {"intensity", "making"}
    assert apart["making"] == pytest.approx(1, rel=1e-6)
    assert sum(apart.values()) == pytest.approx(told["difference"]["mean"]["value"], rel=1e-8)
    assert told["claims"][0]["a"]["probability"] > told["claims"][0]["b"]["probability"]
    assert told["only_a"] == ["intensity"]


def test_another_study_is_drawn_as_compare_draws_it(explorer):
    text = STUDY.replace('id = "kettle"', 'id = "pot"').replace("median = 2", "median = 3")
    pot = kettle(text)
    told = pair(Party(explorer), Party(Explorer(pot)))
    known = compare(pot, explorer.study, draws=DRAWS, replicates=REPLICATES).to_dict()
    mean = known["comparisons"]["total"][0]["difference"]["mean"]["value"]
    assert told["difference"]["mean"]["value"] == pytest.approx(mean, rel=0.02)
    assert {own["of"] for own in told["shared"]} == {"intensity", "making"}
    assert [own["of"] for own in told["drawn_apart"]] == ["energy"]


def test_what_serves_something_else_is_refused(explorer):
    pot = kettle(STUDY.replace("one cup", "one pot"))
    with pytest.raises(InputError, match="one pot"):
        pair(Party(explorer), Party(Explorer(pot)))


def test_the_table_of_the_ratio_gives_how_often_it_is_lower(explorer):
    told = pair(Party(explorer), Party(explorer, (), "clean"))
    ratios = told["ratio"]["quantiles"]
    below = np.interp(1.0, ratios, np.linspace(0, 1, len(ratios)))
    assert below == pytest.approx(told["less"]["value"], abs=1 / 512)


def test_what_is_taken_away_is_that_of_the_run():
    desk = Desk()
    ask = desk.questions
    opened = ask["open"]({"text": STUDY, "name": "kettle.toml"})["opened"]
    about = {"opened": opened, "changes": []}
    assert "settle first" in ask["take"]({**about, "what": "json"})["faults"][0]["message"]
    *_, last = ask["settle"](about).lines
    text = ask["take"]({**about, "what": "json"})["text"]
    assert json.loads(text)["digest"] == last["settled"]["digest"]
    assert ask["card"]({**about, "claim": "low"})["card"]["claim"]["id"] == "low"
    packed = base64.b64decode(ask["take"]({**about, "what": "evidence"})["base64"])
    assert "card.html" in zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert "nearest" in ask["take"]({**about, "what": "pdf"})["faults"][0]
