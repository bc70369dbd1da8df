"""A study file to begin with."""

from __future__ import annotations

import tomllib
from pathlib import Path

import jsonschema
import pytest

from mcsus.app.desk import Desk
from mcsus.cli import run_command
from mcsus.study import load_study, schema
from mcsus.study.beginning import TEMPLATE, begun
from mcsus.study.study_file import shipped_studies


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder and return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        code = run_command(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return command


def test_it_passes_check_and_is_named_after_its_file(call):
    code, out, _ = call("new", "my node.toml")
    assert code == 0
    assert "mcsus check 'my node.toml'" in out
    text = Path("my node.toml").read_text(encoding="utf-8")
    assert text.startswith("#:schema mcsus.schema.json\n")
    assert text.count("\n# ") > 5
    assert load_study("my node.toml").id == "my_node"
    assert call("check", "my node.toml")[:2] == (0, call("check", "my node.toml")[1])


def test_it_is_that_of_the_page():
    rows = Desk().questions["studies"]({})["studies"]
    assert [row["id"] for row in rows if row["template"]] == [TEMPLATE.stem]


@pytest.mark.parametrize("file", shipped_studies(), ids=lambda file: file.stem)
def test_every_shipped_study_may_be_begun_with(file):
    document = tomllib.loads(begun("own", file.stem))
    assert document == tomllib.loads(file.read_text(encoding="utf-8")) | {"id": "own"}


@pytest.mark.slow  # the schema is long
def test_it_is_valid_by_the_schema_that_its_first_line_names():
    jsonschema.validate(tomllib.loads(begun("own")), schema())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("small.toml",), "small.toml, which is there already; allowed: a new file"),
        (("other",), "did you mean 'other.toml'?"),
        (("no/other.toml",), "found no folder no"),
        (("other.toml", "--from", "tinyml_devic"), "did you mean 'tinyml_device'?"),
        (("other.toml", "--from", "small.toml"), "small.toml: found"),
    ],
)
def test_nothing_is_overwritten_and_nothing_is_written_where_it_is_refused(call, arguments, told):
    Path("small.toml").write_text("mine", encoding="utf-8")
    code, out, err = call("new", *arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert [path.name for path in Path().iterdir()] == ["small.toml"]
    assert Path("small.toml").read_text(encoding="utf-8") == "mine"
