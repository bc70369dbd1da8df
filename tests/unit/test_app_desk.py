"""What the page is told of studies before it draws anything."""

import subprocess
import sys

import pytest

from mcsus.app.desk import Desk
from mcsus.runner import run
from mcsus.runner.explorer import Explorer
from mcsus.runner.run import Run
from mcsus.runner.settings import Settings
from mcsus.study import load_study


def test_a_study_that_was_opened_before_it_is_asked_for_is_told_alike():
    begun, other = Desk(["tinyml_table"]), Desk(["tinyml_table"])
    begun.begin()
    asked = {"id": "tinyml_table"}
    assert begun.questions["open"](asked) == other.questions["open"](asked)
    assert begun.questions["open"](asked)["opened"] == 2


def test_faults_of_the_first_study_are_told_when_it_is_asked_for(tmp_path):
    (tmp_path / "broken.toml").write_text('schema = "mcsus/1"\nid = "broken"\n')
    desk = Desk([tmp_path / "broken.toml"])
    desk.begin()
    told = desk.questions["open"]({"id": "broken"})
    assert any("outputs" in fault["message"] for fault in told["faults"])
    assert told["text"].startswith("schema")
    (tmp_path / "broken.toml").write_text('schema = "mcsus/1"\nid = \n')
    assert [fault["line"] for fault in desk.questions["open"]({"id": "broken"})["faults"]] == [2]


def test_a_study_that_was_not_named_is_no_file_of_this_machine():
    told = Desk().questions["open"]({"id": "/etc/passwd"})
    assert told["faults"][0]["found"] == "'/etc/passwd'"


def test_questions_of_a_study_that_is_not_open_any_more_are_refused():
    desk = Desk()
    opened = desk.questions["open"]({"id": "tinyml_table"})["opened"]
    desk.questions["open"]({"id": "tinyml_table"})
    told = desk.questions["evaluate"]({"opened": opened, "changes": []})
    assert told["faults"][0]["elsewhere"]


def test_a_desk_needs_no_server():
    loads = "import sys, mcsus.app.desk; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", loads], text=True).split()
    assert {"starlette", "uvicorn", "anywidget", "numba"}.isdisjoint(loaded)


_SMALL = """
schema = "mcsus/1"
id = "small"
title = "Small"
[dims]
place = ["here", "there"]
[parameters.a]
distribution = "uniform"
unit = "kg"
source = "assumed"
rationale = "to test with"
[parameters.a.by.place]
here = { minimum = 1, maximum = 2 }
there = { minimum = 0, maximum = 2 }
[equations]
y = { formula = "2*a", unit = "kg" }
[outputs]
y = "kg"
[design]
kind = "sobol"
draws = 256
replicates = 4
seed = 1
[sensitivity]
methods = []
"""


def test_a_saved_run_is_opened_with_the_numbers_it_has(tmp_path):
    file, folder = tmp_path / "small.toml", tmp_path / "runs" / "tinyml_table"
    file.write_text(_SMALL)
    [result] = Run(load_study(file), Settings(folder=folder)).results()
    ask = Desk([folder]).questions
    told = ask["studies"]({})
    assert told["first"] == "tinyml_table, saved run"
    assert "tinyml_table" in [own["id"] for own in told["studies"]]
    opened = ask["open"]({"id": told["first"]})
    assert opened["saved"]
    asked = {"opened": opened["opened"], "changes": [], "visible": None}
    settled = ask["settled"](asked)["settled"]
    document = result.to_dict()
    assert settled["digest"] == document["digest"]
    means = [own["mean"]["value"] for own in settled["outputs"]["y"]]
    cells = document["outputs"]["y"]["cells"]
    assert means == pytest.approx([own["mean"]["value"] for own in cells], rel=1e-8)
    changed = [{"input": "a", "scale": 2}]
    assert "settle first" in ask["settled"](asked | {"changes": changed})["faults"][0]["message"]
    assert ask["other"]({"id": told["first"]})["other"]["study"]["id"] == "small"


def test_a_folder_without_a_run_is_told(tmp_path):
    told = Desk([tmp_path]).questions["open"]({"id": f"{tmp_path.name}, saved run"})
    assert "no result.nc" in told["faults"][0]["message"]


def test_a_run_goes_on_until_a_goal_that_is_told():
    ask = Desk().questions
    opened = ask["open"]({"id": "tinyml_table"})["opened"]
    wrong = {"opened": opened, "until": "ranked"}
    assert "did you mean 'ranking'" in list(ask["settle"](wrong).lines)[-1]["faults"][0]["message"]


@pytest.mark.slow
def test_a_whole_run_until_the_range_is_known_is_that_of_the_command():
    explorer = Explorer(load_study("tinyml_table").with_changes(draws=256, replicates=4))
    settled = explorer.settle(until="2%")
    [line] = settled.snapshot.until
    assert "the 95 % range is known to" in line
    assert settled.command.endswith("--until 0.02 --max-draws 4194304")
    again = run(explorer.study, until=0.02, max_draws=4194304)
    assert settled.digest == again.to_dict()["digest"]


def test_the_template_of_a_study_is_one_that_is_run(tmp_path):
    ask = Desk().questions
    [template] = [own["id"] for own in ask["studies"]({})["studies"] if own["template"]]
    opened = ask["open"]({"id": template})["opened"]
    change = {"input": "battery_mass", "law": "12 g", "rationale": "the data sheet"}
    text = ask["study_file"]({"opened": opened, "changes": [change]})["text"]
    file = tmp_path / "mine.toml"
    file.write_text(text)
    study = load_study(file)
    assert study.parameter("battery_mass").is_constant
    assert [own.id for own in study.claims] == ["below_10"]


_ODD = (1, None, "x", True, ["x"], [[]], [{}], [{"input": 1}], {"x": 1}, {"labels": 3}, {"of": 3})


@pytest.mark.slow
def test_whatever_is_asked_is_answered_or_refused_in_words(tmp_path):
    """Parts of a question that are of another kind end in faults, not in a fault of the program."""
    law = 'distribution = "uniform", minimum = 0, maximum = 1, unit = "1"'
    own = tmp_path / "own.toml"
    own.write_text(
        'schema = "mcsus/1"\nid = "own"\n[parameters]\n'
        f'a = {{ {law}, source = "assumed", rationale = "t" }}\n'
        '[equations]\ny = { formula = "2 * a", unit = "1" }\n[outputs]\ny = "1"\n'
    )
    desk = Desk([own])
    opened = desk.questions["open"]({"id": "own"})["opened"]
    known = {"opened": opened, "changes": [], "output": "y", "input": "a", "labels": {}}
    known |= {"a": {"of": "before"}, "b": {"of": "now"}, "inputs": ["a"], "ratio": 0.5}
    known |= {"visible": {"outputs": ["y"], "labels": {}}, "ends": [0, 1], "what": "report"}
    questions = {name: ask for name, ask in desk.questions.items() if name not in {"open", "other"}}
    for name, ask in questions.items():
        for key in known.keys() - {"opened"}:
            for odd in _ODD:
                assert ask(known | {key: odd}) is not None, (name, key, odd)
    assert desk.questions["scatter"](known | {"labels": []})["faults"][0]["where"] == ["labels"]
