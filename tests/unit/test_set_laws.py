"""Laws that are set for one run: by the one grammar, at labels, in scenarios, told as variant."""

import json
import re

import pytest

from mcsus import InputError, Study, distribution
from mcsus.cli import run_command
from mcsus.cli.running import _folder_name
from mcsus.runner import run
from mcsus.runner.verification import verify
from tests.unit.test_study_variants import DOCUMENT, FILE, LAW


def farm():
    return Study.from_dict(DOCUMENT)


def laws(study, name):
    return [cell.law for cell in study.parameter(name).cells]


def test_a_law_that_is_set_is_that_of_a_file_that_says_the_same():
    table = {"distribution": "lognormal", "low": 12.0, "high": 30.0, "coverage": 0.9}
    about = {"unit": "kWh", "source": "assumed", "rationale": "as they say"}
    by = {"by": {"site": {"oak": {**about, **table}, "elm (old)": LAW}}}
    parameters = {"power": by, "factor": LAW | {"unit": "kg CO2e/kWh"}}
    written = Study.from_dict({**DOCUMENT, "parameters": parameters})
    given = farm().with_changes(pins={"power[oak]": "12 to 30"})
    assert laws(given, "power") == laws(written, "power")
    assert run(given).to_dict()["digest"] == run(written).to_dict()["digest"]


def test_what_is_set_is_an_assumption_that_says_where_it_is_from():
    made = farm().with_changes(pins={"factor": "12 to 30", "low.power[oak]": "2 / 3 / 10"})
    for name, place in (("factor", 0), ("power", 1)):
        about = made.parameter(name).cells[place].provenance
        assert about.evidence == "assumed"
        assert about.rationale == "set for this run alone, on the command line or from Python"
    again = Study.from_dict(made.to_dict())
    assert again == made
    assert again.parameter("power").cells[1].law.family == "triangular"


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("12 to 30", "lognormal"),
        ("-1 to 30 kWh", "normal"),
        ("2 // 3 // 10", "pert"),
        ("12 +- 3", "normal"),
        ("p10 4, p50 7, p90 15", "quantiles"),
        ("lognormal(median=19, gsd=2)", "lognormal"),
        ("3.1 3.4 2.9 3.8", "empirical"),
        ("0.6: 2 to 4 | 0.4: 0", "mixture"),
        ("x 1.2", "normal"),
        ("12000 Wh", "constant"),
    ],
)
def test_every_form_of_the_grammar_is_set_everywhere(text, family):
    keys = ("power", "power[elm (old)]", "low.power", "low.power[oak]")
    for key in keys:
        made = farm().with_changes(pins={key: text})
        assert sum(law.family == family for law in laws(made, "power")) >= 1
        assert made.variant == {key: text}
        assert laws(made, "power") == laws(farm().with_laws({key: text}), "power")


def test_what_moves_the_law_in_force_moves_that_of_each_label():
    table = {**LAW, "mean": 20.0}
    by = {"by": {"site": {"oak": LAW, "elm (old)": table}}}
    study = Study.from_dict(
        {**DOCUMENT, "parameters": {**DOCUMENT["parameters"], "power": by}, "scenarios": []}
    )
    moved = study.with_laws(power="x 2")
    assert [law.mean() for law in laws(moved, "power")] == [20.0, 40.0]


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("power=12 ot 30", "--set power.column"),
        ("power=12 to 30 g", "a unit like kWh"),
        ("low.power[oak]=12 to 30 g", r"--set low.power\[oak\].column"),
        ("power[oka]=12 to 30", "did you mean 'oak'"),
        ("lwo.power=12 to 30", "did you mean 'low'"),
        ("power=lognormel(median=19, gsd=2)", "did you mean 'lognormal'"),
        ("power", "NAME=VALUE"),
        ("power=", "found nothing"),
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_is_written(
    setting, words, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    scenario = '[[scenarios]]\nid = "low"\nset = { factor = { value = 1, unit = "kg CO2e/kWh" } }\n'
    (tmp_path / "mine.toml").write_text(FILE + scenario, encoding="utf-8")
    assert run_command(["run", "mine.toml", "--set", setting]) == 2
    assert not (tmp_path / "runs").exists()
    assert re.search(words, capsys.readouterr().err)


def test_a_share_without_a_unit_is_not_guessed_at():
    parameters = {"a": {"distribution": "constant", "value": 90, "unit": "%", "source": "s"}}
    equations = {"y": {"formula": "2*a", "unit": "1"}}
    tables = {"schema": "mcsus/1", "id": "s", "parameters": parameters, "equations": equations}
    study = Study.from_dict({**tables, "outputs": {"y": "1"}})
    for text in ("0.9", "0.8 to 0.95"):
        with pytest.raises(InputError, match=f"found '{text}' of an input in %.*such as {text} %"):
            study.with_laws(a=text)
    assert study.with_laws(a="80 %").parameter("a").cell.law.typical() == 80
    assert study.with_laws(a="x 0.5").parameter("a").cell.law.typical() == 45


def test_laws_that_differ_have_folders_that_differ():
    texts = ("2 / 3 / 10", "2 // 3 // 10", "+ 3", "- 3", "3 kWh", "-3 kWh", "12 to 30", "12 +- 30")
    folders = {_folder_name(farm().with_changes(pins={"power": text})) for text in texts}
    assert len(folders) == len(texts)
    assert "farm+power=12-to-30" in folders
    law = distribution("uniform", minimum=1, maximum=2)
    assert farm().with_changes(pins={"power": law}).variant == {
        "power": "uniform(minimum=1, maximum=2) kWh"
    }


def test_a_run_with_a_law_is_saved_verified_reported_and_resumed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(FILE, encoding="utf-8")
    assert run_command(["run", "mine.toml", "--set", "factor=12 to 30"]) == 0
    folder = tmp_path / "runs" / "farm+factor=12-to-30"
    told = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    assert told["variant"] == {"factor": "12 to 30"}
    assert verify(folder).agrees
    assert run_command(["report", str(folder)]) == 0
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "set for this run alone" in page
    capsys.readouterr()
    assert run_command(["run", "--resume", str(folder), "--json", "--no-report"]) == 0
    assert json.loads(capsys.readouterr().out)["variant"] == {"factor": "12 to 30"}
