"""What is one input of an analysis: a stage, a source, a grade of evidence, a label, or by hand."""

import json

import pytest

from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.runner import run
from mcsus.study import Study, load_study

ASSUMED = {"source": "assumed", "evidence": "assumed", "rationale": "a guess"}
MEASURED = {"source": "a survey", "evidence": "measured"}


def law(sd):
    return {"distribution": "normal", "mean": 10, "sd": sd, "unit": "kg"}


DOCUMENT = {
    "schema": "mcsus/1",
    "id": "grouped",
    "dims": {"place": ["north", "south"]},
    "parameters": {
        "apart": {
            "unit": "kg", "stage": "use", **ASSUMED,
            "by": {"place": {"north": law(3.0), "south": law(1.0)}},
        },
        "other": {
            "unit": "kg", "stage": "use", **MEASURED,
            "by": {"place": {"north": law(0.5), "south": law(2.0)}},
        },
        "one": {**law(1.5), "stage": "production", **MEASURED},
    },
    "equations": {"y": {"formula": "sum(apart + other, over=place) + one", "unit": "kg"}},
    "outputs": {"y": "kg"},
    "design": {"draws": 256, "replicates": 4},
    "sensitivity": {"draws": 256},
}  # fmt: skip
WHOLE = 3.0**2 + 1 + 0.5**2 + 2.0**2 + 1.5**2
BY_HAND = {"south": ["other"], "rest": ["apart", "one"]}
VARIANCES = {
    "stage": {"use": WHOLE - 1.5**2, "production": 1.5**2},
    "source": {"assumed": 10.0, "a survey": WHOLE - 10},
    "evidence": {"assumed": 10.0, "measured": WHOLE - 10},
    "label": {"north": 9.25, "south": 5.0, "no label": 1.5**2},
    "by hand": {"south": 4.25, "rest": WHOLE - 4.25},
}


def shares(document):
    (cell,) = document["sensitivity"]["y"]["cells"]
    return {name: index["ST"] for name, index in cell["indices"].items()}


@pytest.mark.parametrize("by", VARIANCES)
def test_in_a_file_and_in_python(by):
    written = {"groups": BY_HAND} if by == "by hand" else {"group_by": by}
    study = Study.from_dict(DOCUMENT | {"sensitivity": {"draws": 256} | written})
    found = shares(run(study).to_dict())
    assert found.keys() == VARIANCES[by].keys()
    for name, variance in VARIANCES[by].items():
        assert abs(found[name]["value"] - variance / WHOLE) < 5 * found[name]["error"], name
    asked = BY_HAND if by == "by hand" else by
    changed = Study.from_dict(DOCUMENT).with_changes(groups=asked)
    assert changed.sensitivity == study.sensitivity
    assert Study.from_dict(changed.to_dict()).sensitivity == study.sensitivity


@pytest.mark.slow
def test_on_the_command_line(capsys, tmp_path):
    few = ["--draws", "256", "--replicates", "2", "--methods", "sobol", "--no-report", "--json"]
    text = "rest=pcb,others; use=use_stage"
    assert (
        run_command(["run", "mcu_chip", "--groups", "evidence", "--out", str(tmp_path), *few]) == 0
    )
    told = json.loads(capsys.readouterr().out)["sensitivity"]
    same = run("mcu_chip", draws=256, replicates=2, methods="sobol", groups="evidence")
    assert told == same.to_dict()["sensitivity"]
    by_hand = {"rest": ["pcb", "others"], "use": ["use_stage"]}
    table = load_study("tinyml_table")
    asked, same = (table.with_changes(groups=own).sensitivity for own in (text, by_hand))
    assert asked == same
    assert asked.groups == {name: tuple(own) for name, own in by_hand.items()}


@pytest.mark.parametrize("wrong", ["stages", "g=aparts"])
def test_what_is_no_group_is_refused_in_the_words_of_the_option(wrong):
    with pytest.raises(InputError, match=r"--groups: found .*did you mean '(stage|apart)'"):
        Study.from_dict(DOCUMENT).with_changes(groups=wrong)
