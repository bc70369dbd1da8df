"""Values held on the command line: what they reach, and how a run tells of them."""

import json

import pytest
from typer.testing import CliRunner

from mcsus.cli.commands import app
from mcsus.errors import InputError
from mcsus.report import write_report
from mcsus.runner import run
from mcsus.runner.verification import verify
from mcsus.study import Study, load_study, parse_setting

LAW = {"distribution": "normal", "mean": 10.0, "sd": 1.0, "unit": "kWh", "source": "our lab"}
DOCUMENT = {
    "schema": "mcsus/1",
    "id": "farm",
    "title": "A farm",
    "dims": {"site": ["oak", "elm (old)"]},
    "parameters": {
        "power": {"by": {"site": {"oak": LAW, "elm (old)": LAW}}},
        "factor": {**LAW, "unit": "kg CO2e/kWh"},
    },
    "equations": {"total": {"formula": "power*factor", "unit": "kg CO2e"}},
    "outputs": {"total": "kg CO2e"},
    "scenarios": [{"id": "low", "set": {"factor": {"value": 1, "unit": "kg CO2e/kWh"}}}],
    "design": {"draws": 256, "replicates": 2},
}
FILE = """
schema = "mcsus/1"
id = "farm"
title = "A farm"
[dims]
site = ["oak", "elm"]
[parameters.power]
unit = "kWh"
source = "our lab"
[parameters.power.by.site]
oak = { distribution = "normal", mean = 10, sd = 1 }
elm = { distribution = "normal", mean = 12, sd = 1 }
[parameters.factor]
distribution = "normal"
mean = 10
sd = 1
unit = "kg CO2e/kWh"
source = "our lab"
[equations]
total = { formula = "power*factor", unit = "kg CO2e" }
[outputs]
total = "kg CO2e"
[design]
draws = 256
replicates = 2
"""


def farm(**pins):
    return Study.from_dict(DOCUMENT).with_changes(pins=pins)


def typical(study, name):
    return [cell.law.typical() for cell in study.parameter(name).cells]


def test_one_label_is_held_and_the_others_are_drawn_as_before():
    made = farm(**{"power[oak]": "3 kWh"})
    families = [cell.law.family for cell in made.parameter("power").cells]
    assert families == ["constant", "normal"]
    assert made.parameter("power").cells[1] == farm().parameter("power").cells[1]


def test_a_label_of_several_words_is_one_label():
    assert typical(farm(**{"power[elm (old)]": "3 kWh"}), "power") == [10.0, 3.0]


def test_a_scenario_takes_a_value_of_its_own():
    made = farm(**{"low.factor": "2 kg CO2e/kWh", "low.power[oak]": "4 kWh"})
    assert typical(made, "factor") == [10.0, 2.0]
    assert typical(made, "power") == [10.0, 4.0, 10.0, 10.0]
    assert Study.from_dict(made.to_dict()).parameters == made.parameters


def test_values_that_are_held_are_told():
    made = farm(**{"power[oak]": "3 kWh", "low.factor": (0.25, "kg CO2e/kWh")})
    assert made.variant == {"power[oak]": "3 kWh", "low.factor": "0.25 kg CO2e/kWh"}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("power[ok]", "unknown label 'ok'; allowed: one of 'oak', 'elm (old)'; did you mean"),
        ("lw.factor", "unknown scenario 'lw'; allowed: 'low'; did you mean 'low'"),
        ("low.factor[oak]", "allowed: no label: it has one value"),
        ("power[]", "allowed: a name, scenario.name"),
        (".power", "allowed: a name, scenario.name"),
        ("low.pwer", "did you mean 'power'"),
    ],
)
def test_places_that_are_not_there(key, words):
    with pytest.raises(InputError) as error:
        farm(**{key: "3 kg CO2e/kWh" if "factor" in key else "3 kWh"})
    assert words in str(error.value)


def test_a_scenario_that_sets_all_labels_together_keeps_them_so():
    scenario = {"id": "low", "set": {"power": {"value": 1, "unit": "kWh"}}}
    document = {**DOCUMENT, "scenarios": [scenario]}
    with pytest.raises(InputError, match=r"low\.power=VALUE, for all of them"):
        Study.from_dict(document).with_changes(pins={"low.power[oak]": "3 kWh"})


def test_the_caution_on_a_scenario_says_what_to_type():
    made = farm(factor="3 kg CO2e/kWh")
    assert any("--set low.factor=VALUE changes that one" in one.text for one in made.cautions)


def test_settings_with_labels_and_scenarios_are_read():
    assert parse_setting("low.power[a=b] = 3 kWh") == ("low.power[a=b]", "3 kWh")


def test_a_variant_says_so_and_verifies(tmp_path):
    made = run(Study.from_dict(DOCUMENT), pins={"power[oak]": "3 kWh"})
    assert made.to_dict()["variant"] == {"power[oak]": "3 kWh"}
    assert "variant: power[oak] = 3 kWh" in str(made.summary())
    assert verify(made.save(tmp_path)).agrees
    assert "variant" not in run(Study.from_dict(DOCUMENT)).to_dict()


@pytest.mark.slow
def test_a_run_with_set_has_a_folder_a_title_and_a_command_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(FILE, encoding="utf-8")
    command = CliRunner()
    assert command.invoke(app, ["run", "mine.toml"]).exit_code == 0
    before = (tmp_path / "runs/farm/result.json").read_bytes()
    asked = ["run", "mine.toml", "--set", "factor=5 kg CO2e/kWh", "--set", "power[oak]=3 kWh"]
    assert command.invoke(app, asked).exit_code == 0
    assert (tmp_path / "runs/farm/result.json").read_bytes() == before
    folder = tmp_path / "runs/farm+factor=5-kg-CO2e-kWh+power-oak=3-kWh"
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert "<title>A farm (variant: factor = 5 kg CO2e/kWh, power[oak] = 3 kWh)" in page
    told = "mcsus run mine.toml --draws 256 --replicates 2 --seed 20230127 --set"
    assert told in page
    assert "power[oak]=3 kWh" in page
    again = command.invoke(app, ["run", "mine.toml", *asked[2:], "--out", "runs/farm"])
    assert "replacing the result of farm in runs/farm" in again.output
    after = (folder / "result.json").read_bytes()
    assert json.loads(before)["digest"] != json.loads(after)["digest"]


def test_a_shipped_study_is_run_by_its_id():
    made = run(load_study("tinyml_table"), draws=256, replicates=2)
    assert made.provenance["command"][:3] == ["mcsus", "run", "tinyml_table"]


def test_a_study_changed_from_python_has_no_command():
    study = load_study("tinyml_table").with_laws(ml_training="2 kg CO2e")
    assert run(study, draws=256, replicates=2).provenance["command"] == []


def sourced(**changes):
    own = {**LAW, **changes}
    document = {**DOCUMENT, "dims": {}, "scenarios": []}
    document["parameters"] = {"power": own, "factor": {**LAW, "unit": "kg CO2e/kWh"}}
    return Study.from_dict(document)


def test_evidence_is_told_as_the_study_says_it(tmp_path):
    made = sourced(evidence="measured")
    assert made.parameter("power").cell.provenance.evidence == "measured"
    page = write_report(run(made), tmp_path).read_text(encoding="utf-8")
    assert '<span class="tag measured">measured</span>' in page
    assert ">our lab</span>" in page
    assert "n.d." not in page
    assert "not verified" not in page


def test_an_address_as_source_is_a_link(tmp_path):
    made = sourced(source="https://example.org/lab")
    page = write_report(run(made), tmp_path).read_text(encoding="utf-8")
    assert '<a href="https://example.org/lab"' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"evidence": "guessed"}, "'measured'"),
        ({"evidence": "assumed"}, "power.rationale"),
        ({"evidence": "measured", "source": "assumed", "rationale": "r"}, "of an assumption"),
    ],
)
def test_evidence_that_cannot_be(changes, words):
    with pytest.raises(InputError, match=words):
        sourced(**changes)


def test_other_methods_are_those_of_a_file_that_names_them():
    """Told in Python or on the command line, or written: one study, which writes itself back."""
    study = load_study("tinyml_table")
    asked = study.with_changes(draws=512, methods="sobol, pawn")
    written = study.to_dict()
    written.setdefault("sensitivity", {})["methods"] = ["sobol", "pawn"]
    read = Study.from_dict(written).with_changes(draws=512)
    assert asked.sensitivity.methods == ("sobol", "pawn")
    assert asked.sensitivity == read.sensitivity
    assert Study.from_dict(asked.to_dict()).sensitivity == asked.sensitivity
    assert study.with_changes(methods=[]).sensitivity.methods == ()
    with pytest.raises(InputError, match=r"--methods: found 'sobl'.*did you mean 'sobol'"):
        study.with_changes(methods="sobl")
    with pytest.raises(InputError, match=r"--methods: found 'FAST'.*did you mean 'fast'"):
        study.with_changes(methods="FAST")
    with pytest.raises(
        InputError, match=r"--methods: found 'all' beside others; allowed: 'all' by"
    ):
        study.with_changes(methods="all,sobol")
    with pytest.raises(InputError, match=r"--methods: found no name; allowed: names of methods"):
        study.with_changes(methods="")
