"""A law of the library that a study changes: ``like``."""

import pytest

from mcsus import InputError, Study, load_study
from mcsus.library import library
from mcsus.runner import run
from mcsus.study import schema

ID = "battery.alkaline.defra"
WHY = {"rationale": "other makers differ"}


def study_of(**table):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "cells",
            "parameters": {"cell": table},
            "equations": {"y": {"formula": "2*cell", "unit": "kg CO2e/kg"}},
            "outputs": {"y": "kg CO2e/kg"},
            "design": {"draws": 256, "replicates": 2},
        }
    )


def law(**table):
    return study_of(**table).parameter("cell").cell.law.to_dict()


def test_a_changed_law_is_that_of_a_file_that_says_all_of_it():
    value = library().get(ID).cells[0].law.typical()
    changed = study_of(like=ID, gsd=1.3, **WHY)
    about = {"unit": "kg CO2e/kg", "source": "s"}
    written = study_of(distribution="lognormal", median=value, gsd=1.3, **about)
    assert run(changed).to_dict()["digest"] == run(written).to_dict()["digest"]


def test_evidence_and_sources_follow_and_the_note_says_what_was_changed():
    about = study_of(like=ID, gsd=1.3, **WHY).parameter("cell").cell.provenance
    known = library().get(ID).cells[0].provenance
    assert (about.evidence, about.sources) == (known.evidence, known.sources)
    assert about.rationale == WHY["rationale"]
    assert about.note == f"as {ID}, with gsd = 1.3" + (f". {known.note}" if known.note else "")
    assert about.stage == known.stage


def test_units_are_converted():
    value = library().get(ID).cells[0].law.typical()
    assert law(like=ID, unit="g CO2e/kg")["value"] == pytest.approx(1000 * value)
    told = law(like=ID, unit="g CO2e/kg", sd=500, **WHY)
    assert told == {"distribution": "normal", "mean": pytest.approx(1000 * value), "sd": 500}


def test_other_forms_and_families():
    factor = library().get("battery.alkaline.factor").cells[0].law
    told = law(like="battery.alkaline.factor", gsd=2, **WHY)
    assert told == {
        "distribution": "lognormal",
        "median": pytest.approx(float(factor.quantile(0.5)), rel=1e-11),
        "gsd": 2,
    }
    told = law(like="battery.alkaline.factor", distribution="normal", sd=0.1, **WHY)
    assert told == {"distribution": "normal", "mean": pytest.approx(factor.mean()), "sd": 0.1}
    cut = law(like="battery.alkaline.factor", truncate={"low": 0.5}, **WHY)
    assert cut["truncate"] == {"low": 0.5}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"like": ID, "gsd": 1.3}, "cell.rationale: found nothing; allowed: why the law of"),
        ({"like": "battery.alkalin.defra"}, f"cell.like: .*did you mean '{ID}'"),
        ({"like": 3}, "cell.like: found 3"),
        ({"like": ID, "gsd": -1, **WHY}, "cell.gsd"),
        ({"like": ID, "gds": 1.3, **WHY}, "unknown key.*did you mean 'gsd'|gds"),
        ({"like": ID, "unit": "kg", **WHY}, "a unit like"),
        ({"like": ID, "minimum": 2, **WHY}, "minimum"),
        ({"like": ID, "distribution": "lognormel", "gsd": 1.3, **WHY}, "lognormal"),
    ],
)
def test_each_changed_key_is_checked_like_a_file(table, words):
    with pytest.raises(InputError, match=words):
        study_of(**table)


def test_it_is_written_back_as_it_was_and_stands_in_scenarios_labels_and_the_schema():
    changed = study_of(like=ID, gsd=1.3, **WHY)
    assert changed.to_dict()["parameters"]["cell"]["like"] == ID
    assert Study.from_dict(changed.with_changes(draws=512).to_dict()).parameters == (
        changed.parameters
    )
    tables = changed.to_dict()
    tables["dims"] = {"kind": ["a", "b"]}
    own = tables["parameters"]["cell"]
    tables["parameters"]["cell"] = {"by": {"kind": {"a": ID, "b": own}}}
    tables["scenarios"] = [{"id": "s", "set": {"cell": {**own, "gsd": 2}}}]
    laws = [cell.law.to_dict() for cell in Study.from_dict(tables).parameter("cell").cells]
    assert [table.get("gsd") for table in laws] == [None, 2, 1.3, 2]
    assert '"like"' in str(schema()).replace("'", '"')
    moved = load_study("tinyml_device").with_laws(battery_factor={"like": ID, "gsd": 1.3, **WHY})
    assert moved.parameter("battery_factor").cell.provenance.evidence == "reported"
