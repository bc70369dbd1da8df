"""The table ``[assessment]``: asked for by claims and credits on avoided emissions, and shown."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

import mcsus
from mcsus.cli.commands import app
from mcsus.errors import InputError
from mcsus.families.conditional import Conditional
from mcsus.report import write_report
from mcsus.report.sections import SECTIONS
from mcsus.runner import check
from mcsus.study import Study, load_study, shipped_studies
from mcsus.study.assessment import ASSESSMENT, REQUIRED, answers
from mcsus.study.schema import schema
from mcsus.vocabulary import IN_EVIDENCE, NOT_ASSESSED
from tests.unit.report_results import lognormal, output, result

ANSWERS = {
    "baseline": "the same home without it",
    "additionality": IN_EVIDENCE,
    "rebound": "a tenth",
    "leakage": NOT_ASSESSED,
    "double_counting": "Not assessed: the utility claims it too",
    "permanence": "ten years",
    "emission_factor": "marginal, short-run",
}
LAW = {"distribution": "uniform", "minimum": 1, "maximum": 2, "unit": "kg CO2e", "source": "plate"}


def document(quantity="net", **changes):
    claim = {
        "id": "pays", "statement": "It pays", "quantity": quantity, "relation": "<", "value": 0,
        "unit": "kg CO2e", "confidence": 0.9,
    }  # fmt: skip
    base = {
        "schema": "mcsus/1",
        "id": "saver",
        "characterisation": "GWP100, AR6",
        "parameters": {"own": LAW, "saving": LAW},
        "equations": {
            "footprint": {"formula": "2*own", "unit": "kg CO2e"},
            "avoided": {"formula": "3*saving", "unit": "kg CO2e"},
            "balance": {"formula": "footprint - avoided", "unit": "kg CO2e"},
            "net": {"formula": "balance/2", "unit": "kg CO2e"},
        },
        "outputs": {"net": "kg CO2e"},
        "claims": [claim],
        "design": {"draws": 256, "replicates": 2},
    }
    return base | changes


def fault(tables):
    with pytest.raises(InputError) as caught:
        Study.from_dict(tables)
    (only,) = caught.value.faults
    return only


def test_a_claim_on_avoided_emissions_asks_for_every_answer():
    missing = fault(document())
    assert missing.where[-1] == "assessment"
    assert all(repr(key) in missing.found for key in REQUIRED)
    assert "'pays' is about avoided emissions (avoided)" in missing.allowed


@pytest.mark.parametrize("key", REQUIRED)
def test_one_missing_answer_is_named(key):
    assert fault(document(assessment={**ANSWERS, key: ""})).where[1:] == ("assessment", key)
    left = {name: answer for name, answer in ANSWERS.items() if name != key}
    assert fault(document(assessment=left)).found == f"nothing for {key!r}"


def test_a_credit_on_avoided_emissions_asks_for_them_too():
    credit = {"id": "issued", "quantity": "net", "rule": "trees"}
    tables = document(claims=[], credits=[credit])
    assert "credit 'issued' is about avoided emissions (avoided)" in fault(tables).allowed
    assert Study.from_dict(tables | {"assessment": ANSWERS}).assessment == ANSWERS
    own = credit | {"quantity": "footprint"}
    assert Study.from_dict(document(claims=[], credits=[own])).assessment == {}
    issued = fault(document(claims=[], credits=[own | {"issued": "avoided"}]))
    assert "(avoided)" in issued.allowed


def test_a_claim_in_a_scenario_counts_too():
    equations = document()["equations"]
    whole = {**equations, "net": {"formula": "footprint", "unit": "kg CO2e"}}
    changed = {"net": {"formula": "footprint - avoided", "unit": "kg CO2e"}}
    plain = document(equations=whole)
    assert Study.from_dict(plain).assessment == {}
    scenarios = [{"id": "credited", "equations": changed}]
    assert "(avoided)" in fault(plain | {"scenarios": scenarios}).allowed


@pytest.mark.parametrize("name", ["unavoided", "avoidable", "saved"])
def test_other_claims_ask_for_nothing(name):
    assert Study.from_dict(document("footprint")).assessment == {}
    equations = {
        name: {"formula": "3*saving", "unit": "kg CO2e"},
        "net": {"formula": f"own - {name}", "unit": "kg CO2e"},
    }
    assert Study.from_dict(document(equations=equations)).assessment == {}


EMITTED = {
    "saved": {"formula": "3*saving", "unit": "kg CO2e"},
    "net": {"formula": "own - saved", "unit": "kg CO2e"},
    "life": {"formula": "span", "unit": "year"},
}
SPAN = {**LAW, "unit": "year"}


@pytest.mark.parametrize("says", ["It avoids more than it costs", "All of it is offset"])
def test_a_claim_that_says_so_is_about_avoided_emissions_whatever_they_are_called(says):
    tables = document(equations=EMITTED, parameters={"own": LAW, "saving": LAW, "span": SPAN})
    tables["claims"][0]["statement"] = says
    assert "claim 'pays' is about avoided emissions (it says" in fault(tables).allowed
    tables["claims"][0] |= {"quantity": "life", "value": 1, "unit": "year"}
    assert Study.from_dict(tables).assessment == {}


def test_energy_avoided_is_asked_for_where_emissions_are_counted():
    equations = {
        "avoided_energy": {"formula": "kept", "unit": "kWh"},
        "net": {"formula": "own - avoided_energy*grid", "unit": "kg CO2e"},
        "left": {"formula": "10*kept - avoided_energy", "unit": "kWh"},
    }
    parameters = {
        "own": LAW,
        "kept": {**LAW, "unit": "kWh"},
        "grid": {**LAW, "unit": "kg CO2e/kWh"},
    }
    tables = document(equations=equations, parameters=parameters)
    assert "(avoided_energy)" in fault(tables).allowed
    tables["claims"][0] |= {"quantity": "left", "unit": "kWh"}
    assert Study.from_dict(tables).assessment == {}


def test_water_avoided_is_no_emission():
    water = {**LAW, "unit": "m**3"}
    equations = {
        "water_avoided": {"formula": "saving", "unit": "m**3"},
        "net": {"formula": "own*water_avoided/tank", "unit": "kg CO2e"},
    }
    parameters = {"own": LAW, "saving": water, "tank": water}
    assert Study.from_dict(document(equations=equations, parameters=parameters)).assessment == {}


def test_an_unknown_row_is_refused_with_the_nearest():
    wrong = fault(document(assessment={**ANSWERS, "leakages": "none"}))
    assert wrong.nearest == "leakage"
    assert fault(document(assessment=["no"])).allowed == "a table"


def test_it_is_written_back_and_in_the_schema():
    study = Study.from_dict(document(assessment=ANSWERS))
    assert Study.from_dict(study.to_dict()).assessment == ANSWERS
    assert study.with_changes(draws=512).to_dict()["assessment"] == ANSWERS
    assert tuple(schema()["$defs"]["assessment"]["properties"]) == tuple(ASSESSMENT)


def test_answers_reach_the_document_and_the_terminal():
    made = mcsus.run(Study.from_dict(document(assessment=ANSWERS)))
    told = json.loads(made.to_json())["assessment"]
    assert told == ANSWERS | {"boundary": NOT_ASSESSED, "gwp": "GWP100, AR6"}
    shown = made.summary().text(100)
    assert "leakage, double counting, boundary (3 of 9 questions)" in " ".join(shown.split())


def test_the_page_has_a_row_for_each_answer_under_the_verdict(tmp_path):
    made_up = result({"y": output([lognormal()])})
    made_up.tree["provenance"].attrs["assessment"] = json.dumps(answers(ANSWERS, {}))
    page = write_report(made_up, tmp_path).read_text(encoding="utf-8")
    start = page.index('<table class="assessment">')
    rows = page[start : page.index("</table>", start)]
    assert start < page.index("<nav")
    assert SECTIONS["claims"].order < SECTIONS["assessment"].order < SECTIONS["scenarios"].order
    assert rows.count("<tr>") == 9
    assert rows.count(f">{NOT_ASSESSED}</span>") == 4
    assert "</span> the utility claims it too" in rows


def test_a_result_without_it_says_nothing_of_it():
    made = mcsus.run(Study.from_dict(document("footprint")))
    assert "assessment" not in made.to_dict()
    assert "Not assessed" not in str(made.summary())


OFFSETS = [path for path in shipped_studies() if Path(path).stem.startswith("offset_")]


@pytest.mark.parametrize("path", OFFSETS, ids=lambda path: Path(path).stem)
def test_every_offset_study_answers(path):
    assert set(REQUIRED) <= set(load_study(path).assessment)


@pytest.mark.parametrize("path", OFFSETS, ids=lambda path: Path(path).stem)
def test_ranges_that_an_answer_quotes_are_those_of_the_laws(path):
    study = load_study(path)
    laws = [cell.law for p in study.parameters for cell in p.cells if numbers(cell.law)]
    known = [ends for law in laws for ends in (law.support(), law.quantile([0.025, 0.975]))]
    for answer in study.assessment.values():
        for low, high in re.findall(r"([0-9][0-9.]*) to ([0-9][0-9.]*[0-9]|[0-9])", answer):
            quoted = pytest.approx((float(low), float(high)), rel=1e-3, abs=1e-9)
            assert any(quoted == tuple(map(float, ends)) for ends in known), (low, high)


@pytest.mark.parametrize("path", OFFSETS, ids=lambda path: Path(path).stem)
def test_what_is_not_known_is_no_coin(path):
    """A coin of known probability averages out over a programme; the probability is a law."""
    laws = [cell.law for p in load_study(path).parameters for cell in p.cells]
    assert not [law for law in laws if not isinstance(law, Conditional) and not_a_share(law)]


def not_a_share(law):
    return law.family == "bernoulli" and 0 < law.mean() < 1


@pytest.mark.parametrize("path", OFFSETS, ids=lambda path: Path(path).stem)
def test_a_claim_is_a_scenario_and_its_input_is_changed_by_none(path):
    study = load_study(path)
    known = {parameter.name: parameter for parameter in study.parameters}
    if "claimed_saving" not in known:
        return
    assert "scenario" not in known["claimed_saving"].dims
    first, *others = study.scenarios
    assert first.id == ("vendor" if study.id in SAID_BY_A_VENDOR else "claimed")
    assert not [one.id for one in others if one.id.startswith("vendor") or "field" in one.id]
    assert study.to_dict()["as_written"]


SAID_BY_A_VENDOR = {"offset_thermostat", "offset_food_waste"}


def numbers(law):
    return not isinstance(law, Conditional) and law.is_continuous


def test_check_names_what_is_missing(tmp_path):
    path = next(path for path in OFFSETS if Path(path).stem == "offset_thermostat")
    text = Path(path).read_text(encoding="utf-8")
    file = tmp_path / "study.toml"
    file.write_text(text.replace("\nleakage =", "\n# leakage ="), encoding="utf-8")
    assert "leakage" not in tomllib.loads(file.read_text(encoding="utf-8"))["assessment"]
    with pytest.raises(InputError, match="assessment: found nothing for 'leakage'; allowed"):
        check(file)
    shown = CliRunner().invoke(app, ["show", "offset_thermostat"]).output
    assert "Assessment, double counting: not assessed" in shown
    assert "As written: The evidence: three evaluations with controls" in shown
    assert "Scenario vendor: The vendor's claim" in shown
