"""Claims for continuous integration, and a study that is looked at again at each save."""

import itertools
import json
import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from mcsus.cli import run_command, watching
from mcsus.cli.judging import FORMATS
from tests.walk.test_check import STUDY

CLAIMS = """[sensitivity]
methods = []
[[claims]]
id = "low"
statement = "A kettle takes less, 70 Wh"
quantity = "energy"
relation = "<"
value = 70
unit = "Wh"
confidence = 0.9
required = true
[[claims]]
id = "high"
statement = "It takes more than 90 Wh"
quantity = "energy"
relation = ">"
value = 90
unit = "Wh"
confidence = 0.9
"""


@pytest.fixture
def study(tmp_path, monkeypatch):
    """P(U(50, 100) < 70) = .4, and P(> 90) = .2: neither claim holds, and one of them must."""
    monkeypatch.chdir(tmp_path)
    path = Path("kettle.toml")
    path.write_text(STUDY + CLAIMS)
    return path


def test_verdicts_junit_and_annotations(study, capsys):
    code = run_command(
        ["run", str(study), "--claims-only", "--junit", "claims.xml", "--annotate", "github"]
    )
    out = capsys.readouterr().out
    line = study.read_text().splitlines().index("[[claims]]") + 1
    assert code == 1
    assert "A kettle takes less, 70 Wh (required): Not supported: probability 0.400" in out
    assert f"::error file=kettle.toml,line={line}::low: A kettle takes less, 70 Wh: not" in out
    assert out.count("::error") == 1
    (suite,) = ElementTree.parse("claims.xml").getroot()
    assert {key: suite.get(key) for key in ("tests", "failures", "skipped")} == {
        "tests": "2", "failures": "1", "skipped": "1",
    }  # fmt: skip
    assert [test.get("name") for test in suite] == ["low", "high"]
    assert [test[0].tag for test in suite] == ["failure", "skipped"]
    assert suite[0].get("line") == str(line)
    assert not Path("runs").exists()


def test_the_numbers_are_those_of_a_whole_run(study, capsys):
    run_command(["run", str(study), "--claims-only", "--json", "--annotate", "gcc"])
    judged = capsys.readouterr()
    run_command(["run", str(study), "--no-report", "--json"])
    whole = json.loads(capsys.readouterr().out)["claims"]["low"]["cells"]
    assert json.loads(judged.out)["claims"]["low"]["cells"] == whole
    assert "kettle.toml:" in judged.err


def test_signs_that_end_a_command_are_escaped():
    assert FORMATS["github"]("50 %\nmore", "a,b.toml", 3) == (
        "::error file=a%2Cb.toml,line=3::50 %25%0Amore"
    )
    assert FORMATS["azure"]("no", "a.toml", 3) == (
        "##vso[task.logissue type=error;sourcepath=a.toml;linenumber=3;]no"
    )
    assert FORMATS["github"]("no", None, None) == "::error::no"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--claims-only", "--out", "x"], "--out beside --claims-only"),
        (["--watch", "--json"], "--json beside --watch"),
        (["--claims-only", "--annotate", "gitlap"], "'gitlap'; allowed: github, azure, gcc"),
        (["--claims-only", "--set", "nothing=1 W"], "nothing"),
    ],
)
def test_options_that_are_refused(study, capsys, options, told):
    assert run_command(["run", str(study), *options]) == 2
    assert told in capsys.readouterr().err


def test_a_study_without_claims_is_refused(study, capsys):
    study.write_text(STUDY)
    assert run_command(["run", str(study), "--claims-only"]) == 2
    assert "[[claims]]" in capsys.readouterr().err


def save(path, text, at):
    path.write_text(text)
    os.utime(path, ns=(at, at))


def test_each_save_is_seen_once_and_a_table_counts_once_it_is_read(tmp_path):
    path, table, beside = tmp_path / "a.toml", tmp_path / "t.csv", []
    waits = iter([
        lambda: None,
        lambda: save(path, "two", 2),
        lambda: beside.append(table),
        lambda: save(table, "more", 3),
        path.unlink,
        lambda: save(path, "three", 4),
    ])  # fmt: skip
    save(path, "one", 1)
    save(table, "rows", 1)

    def wait(seconds):
        assert seconds == 0.1
        next(waits)()

    turns = watching.saves(path, beside, wait)
    seen = [(path.read_text(), table.read_text()) for _ in itertools.islice(turns, 4)]
    assert seen == [("one", "rows"), ("two", "rows"), ("two", "more"), ("three", "more")]


def test_a_fault_is_shown_and_it_goes_on_watching(study, capsys, monkeypatch):
    def saves(path, beside):
        yield
        good = study.read_text()
        study.write_text(good.replace("maximum = 2", "maximum = 0"))
        yield
        study.write_text(good.replace("maximum = 2", "maximum = 4"))
        yield
        raise KeyboardInterrupt

    monkeypatch.setattr(watching, "saves", saves)
    assert run_command(["run", str(study), "--watch"]) == 130
    told = capsys.readouterr()
    assert "energy is on average 0.0750 kWh" in told.out
    assert "energy is on average 0.125 kWh" in told.out
    assert "A quick look on 1,024 draws in each of 8 replicates; nothing is saved" in told.out
    assert "kettle.toml does not run" in told.err
    assert "parameters.power.maximum: found 0.0" in told.err
    assert told.err.endswith("interrupted\n")
    assert not Path("runs").exists()


def test_what_is_no_file_cannot_be_watched(capsys):
    assert run_command(["run", "tinyml_device", "--watch"]) == 2
    assert "a .toml file to watch" in capsys.readouterr().err
