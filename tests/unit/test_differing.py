"""What differs between two studies, and what each difference does by itself."""

from __future__ import annotations

import copy
import json
import tomllib

import pytest

from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.runner.differing import differing
from mcsus.runner.sides import Side, side_of
from mcsus.study import Study

TEXT = """
schema = "mcsus/1"
id = "one"
design = { draws = 256, replicates = 4 }
outputs = { y = "kg", z = "1" }
[dims]
place = ["north", "south"]
[parameters]
a = { distribution = "uniform", minimum = 1, maximum = 2, unit = "kg", source = "a test" }
b = { distribution = "lognormal", median = 5, gsd = 2, unit = "kg", source = "a test" }
[parameters.c]
unit = "kg"
source = "a test"
[parameters.c.by.place]
north = { distribution = "uniform", minimum = 1, maximum = 2 }
south = { distribution = "uniform", minimum = 1, maximum = 2 }
[equations]
y = { formula = "a + b + c", unit = "kg" }
z = { formula = "b/b", unit = "1" }
[[scenarios]]
id = "more"
set = { a = { value = 10, unit = "kg" } }
[[claims]]
id = "low"
statement = "It is low"
quantity = "y"
relation = "<"
value = 20
unit = "kg"
confidence = 0.95
"""
ONE = tomllib.loads(TEXT)


def found(change, **options):
    """Return what differs after a change of the tables of the study."""
    other = copy.deepcopy(ONE) | {"id": "other"}
    change(other)
    return differing(Side(Study.from_dict(ONE)), Side(Study.from_dict(other)), **options)


def effects(row, output="y"):
    return [own["value"] for own in row["effect"] if own["output"] == output]


def moved(tables):
    tables["parameters"]["a"] |= {"minimum": 2, "maximum": 3}
    south = tables["parameters"]["c"]["by"]["place"]["south"]
    south |= {"minimum": 1000, "maximum": 2000}
    south["unit"] = "g"
    south |= {"minimum": 3000, "maximum": 4000}


def test_laws_that_differ_move_the_mean_by_as_much_as_they_are_moved():
    told = found(moved)
    a, c = told["inputs"]
    assert (a["name"], c["name"], c["labels"]) == ("a", "c", {"place": "south"})
    assert effects(a) == pytest.approx([1, 1], abs=1e-9)
    assert effects(c) == pytest.approx([0, 2], abs=1e-9)
    assert effects(a, "z") == [0]
    assert all(own["error"] < 1e-9 for row in (a, c) for own in row["effect"])  # on the same draws
    whole = [row["difference"]["value"] for row in told["outputs"] if row["output"] == "y"]
    assert whole == pytest.approx([1, 3], abs=1e-9)
    assert a["a"]["typical"] == 1.5
    assert c["b"]["unit"] == "g"


def rewired(tables):
    tables["parameters"]["d"] = {
        "distribution": "constant",
        "value": 7,
        "unit": "kg",
        "source": "t",
    }
    tables["equations"]["y"] = {"formula": "a + b + c + d", "unit": "kg"}


def test_an_equation_brings_what_only_the_other_has():
    told = found(rewired)
    (row,) = told["equations"]
    assert row["with"] == ["d"]
    assert effects(row) == pytest.approx([7, 7], abs=1e-9)
    assert (row["a"], row["b"]) == ("a + b + c [kg]", "a + b + c + d [kg]")
    assert effects(told["inputs"][0]) == [0, 0]  # nothing of the first has use for it


def test_the_same_is_nothing_whatever_it_is_called():
    told = found(lambda _: None)
    assert not any(told[key] for key in ("inputs", "equations", "dependence", "claims", "others"))
    assert all(row["difference"]["value"] == 0 for row in told["outputs"])


def test_scenarios_claims_and_other_tables():
    def change(tables):
        tables["scenarios"] = []
        tables["claims"][0]["value"] = 30
        tables["design"] = {"draws": 512, "replicates": 4}

    told = found(change)
    assert told["scenarios"] == [{"id": "more", "only_in": "a", "keys": []}]
    assert told["claims"][0]["keys"] == [{"key": "value", "a": 20, "b": 30}]
    assert told["others"] == [{"key": "design.draws", "a": 256, "b": 512}]


def test_another_dependence_and_what_cannot_be_taken_over_alone():
    def change(tables):
        pair = {"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.9}
        tables["dependence"] = [pair]
        tables["dims"] = {"place": ["north", "south", "west"]}
        tables["parameters"]["c"]["by"]["place"]["west"] = {"distribution": "constant", "value": 1}

    told = found(change)
    assert effects(told["dependence"][0]) == pytest.approx([0, 0], abs=0.3)
    assert "place" in told["inputs"][0]["why_not"]
    assert told["inputs"][0]["effect"] is None


def test_a_scenario_against_the_study_as_written():
    study = Study.from_dict(ONE)
    told = differing(Side(study), Side(study, "more"))
    (row,) = told["inputs"]
    assert (row["name"], row["b"]["typical"]) == ("a", 10)
    assert effects(row) == pytest.approx([8.5, 8.5], abs=0.01)  # less the mean of a


@pytest.mark.slow  # compiles
def test_a_claimed_saving_that_reads_other_scenarios():
    told = differing(side_of("offset_lighting"), side_of("offset_lighting:claimed"), draws=256)
    names = [row["name"] for row in told["equations"]]
    assert names == ["avoided_first_year", "effective_life"]


def test_other_functional_units_are_refused():
    with pytest.raises(InputError, match="functional_unit"):
        differing(side_of("tinyml_table"), side_of("tinyml_device"))


@pytest.mark.parametrize("columns", [80, 120])
def test_what_is_printed(tmp_path, monkeypatch, capsys, columns):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(columns))
    (tmp_path / "a.toml").write_text(TEXT)
    other = TEXT.replace("median = 5, gsd = 2", "median = 6, gsd = 1.5").replace("< 20", "< 30")
    (tmp_path / "b.toml").write_text(other)
    assert run_command(["diff", "a.toml", "b.toml"]) == 0
    out = capsys.readouterr().out
    law = "B  6.00 kg (3.08 to 11.7), lognormal: median 6, geometric standard deviation 1.5"
    assert law in " ".join(out.split()).replace("B 6", "B  6")
    assert max(map(len, out.splitlines())) <= columns
    assert run_command(["diff", "a.toml", "b.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["inputs"][0]["name"] == "b"
    assert run_command(["diff", "a.toml", "a.toml"]) == 0
    assert "Nothing differs." in capsys.readouterr().out
    assert run_command(["diff", "a.toml", "a.toml:mor"]) == 2
    assert "did you mean 'more'?" in capsys.readouterr().err
