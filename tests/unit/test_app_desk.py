"""What the page is told of studies before it draws anything."""

import subprocess
import sys

from mcsus.app.desk import Desk


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


def test_a_study_that_was_not_named_is_no_file_of_this_machine():
    told = Desk().questions["open"]({"id": "/etc/passwd"})
    assert told["faults"][0]["found"] == "'/etc/passwd'"


def test_questions_of_a_study_that_is_not_open_any_more_are_refused():
    desk = Desk()
    opened = desk.questions["open"]({"id": "tinyml_table"})["opened"]
    desk.questions["open"]({"id": "tinyml_table"})
    told = desk.questions["evaluate"]({"opened": opened, "changes": []})
    assert "another study is open" in told["faults"][0]["message"]


def test_a_desk_needs_no_server():
    loads = "import sys, mcsus.app.desk; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", loads], text=True).split()
    assert {"starlette", "uvicorn", "anywidget", "numba"}.isdisjoint(loaded)
