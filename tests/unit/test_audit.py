"""The claim card, its appendix and the evidence bundle."""

import copy
import csv
import datetime as dt
import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook

import mcsus
from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.report.appendix import _below_claims, appendix
from mcsus.report.audit import card_page, card_text, verify_audit, write_audit
from mcsus.report.card import claim_card
from mcsus.report.card_claims import decisive, measured, robust, turned
from mcsus.report.tables import same_workbook, workbook
from mcsus.result.bundle import DIGESTS, bundle, unpacked, zipped
from mcsus.study import Study, load_study, shipped_studies
from mcsus.study.audit import AUDIT

OFFSETS = [path for path in shipped_studies() if path.stem.startswith("offset_")]
STUDY = """
schema = "mcsus/1"
id = "heater"
title = "A sensor and the heat that it saves"
functional_unit = "one sensor over its life"
system_boundary = "making it and running it"
characterisation = "GWP100, AR6"

[parameters.made]
distribution = "triangular"
minimum = 5
mode = 10
maximum = 17
unit = "kg CO2e"
source = "a data sheet"

[parameters.saved]
distribution = "empirical"
file = "meter.csv"
column = "kilograms"
unit = "kg CO2e"
source = "assumed"
rationale = "Nine homes, taken for all."

[equations]
gross_footprint = { formula = "made", unit = "kg CO2e" }
avoided = { formula = "saved", unit = "kg CO2e" }
net_footprint = { formula = "made - saved", unit = "kg CO2e" }

[outputs]
net_footprint = "kg CO2e"
gross_footprint = "kg CO2e"
avoided = "kg CO2e"

[design]
draws = 256
replicates = 4

[[claims]]
id = "pays_back"
statement = "The sensor avoids more than it costs"
quantity = "net_footprint"
relation = "<"
value = 0
unit = "kg CO2e"
confidence = 0.95

[[credits]]
id = "issued"
quantity = "avoided"
rule = "trees"

[assessment]
baseline = "the same home without it"
additionality = "in the evidence"
rebound = "not assessed"
leakage = "not assessed"
double_counting = "not assessed: two may claim it"
permanence = "its life"
emission_factor = "average"

[audit]
author = "A. Author"
reviewer = "R. Viewer"
date = 2026-11-27
standard = "ISO 14067:2018"
status = "reviewed"
version = "1.0"
holder = "Heater Ltd"
place = "=HYPERLINK(1)"
"""
METER = "home,kilograms\n" + "".join(f"{k},{v}\n" for k, v in enumerate([0, 5, 9, 20, 31, 44]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("heater")
    (place / "heater.toml").write_text(STUDY)
    (place / "meter.csv").write_text(METER)
    return place


@pytest.fixture(scope="module")
def result(folder):
    return mcsus.run(folder / "heater.toml")


@pytest.fixture(scope="module")
def audit(result, folder, tmp_path_factory):
    target = tmp_path_factory.mktemp("audit")
    files = {name: (folder / name).read_bytes() for name in ("heater.toml", "meter.csv")}
    write_audit(result, target, files)
    return target


def test_what_decides_is_of_the_claim_where_what_it_compares_has_no_indices(folder, tmp_path):
    about = 'quantity = "net_footprint"\nrelation = "<"\nvalue = 0\nunit = "kg CO2e"'
    study = STUDY.replace(about, 'compare = ["gross_footprint", "avoided"]\nrelation = "<"')
    study = study.replace('[outputs]\nnet_footprint = "kg CO2e"', "[outputs]")
    (tmp_path / "heater.toml").write_text(study)
    (tmp_path / "meter.csv").write_bytes((folder / "meter.csv").read_bytes())
    card = claim_card(mcsus.run(tmp_path / "heater.toml"))
    first = card["decides"][0]
    assert (first["input"], first["index"] > 0.3) == ("saved", True)  # of gross: made alone
    assert card["rests_on"]["share"] > 0.5


def test_claims_are_a_table(result):
    (row,) = result.claims().to_dict("records")
    (cell,) = result.to_dict()["claims"]["pays_back"]["cells"]
    assert (row["claim"], row["verdict"], row["unit"]) == ("pays_back", "not_supported", "kg CO2e")
    assert row["probability"] == cell["probability"]["value"]
    middle = next(own["value"] for own in cell["margin"]["quantiles"] if own["p"] == 0.5)
    assert row["margin_0.5"] == middle


def test_what_decides_adds_labels_of_an_input_up():
    rows = [
        {"input": "a [x]", "first_order": {"value": 0.1, "error": 0.001}},
        {"input": "b", "first_order": {"value": 0.15, "error": 0.001}},
        {"input": "a[y]", "first_order": {"value": 0.1, "error": 0.001}},
        {"input": "noise", "first_order": {"value": 0.001, "error": 0.1}},
    ]
    found = decisive({"separation": {"cells": [{"labels": {}, "inputs": rows}]}}, None, 2.0)
    assert found == {"a": pytest.approx(0.2), "b": 0.15}
    assert decisive({}, None, 2.0) == {}


def test_the_card_tells_what_is_claimed_what_comes_of_it_and_who_signs(result):
    card = claim_card(result)
    assert card["holder"] == "Heater Ltd"
    claim = card["claim"]
    assert claim["statement"] == "The sensor avoids more than it costs"
    assert claim["verdict"] == "not_supported"
    assert claim["probability"] == pytest.approx(0.55, abs=0.05)
    assert [own["what"] for own in card["amounts"]] == ["Gross", "Avoided", "Net"]
    assert [own["input"] for own in card["decides"]] == ["saved", "made"]
    assert card["rests_on"]["counts"] == {
        "assumed": 1, "elicited": 0, "measured": 0, "reported": 1,
    }  # fmt: skip
    assert card["rests_on"]["assumed"] == ["saved"]
    assert 0.9 < card["rests_on"]["share"] < 1
    assert any("rebound, leakage and double counting" in text for text in card["limits"])
    assert [own["text"] for own in card["signed"]] == [
        "A. Author", "R. Viewer", "2026-11-27", "ISO 14067:2018", "reviewed", "1.0",
    ]  # fmt: skip
    assert "Place" in {own["what"] for own in card["scope"]}
    assert card["not_stated"] == ["left out", "period", "allocation"]
    assert card["credits"][0].startswith("Issued (TREES): ")


def test_the_card_is_the_same_as_a_page_and_on_a_terminal(result):
    card = claim_card(result)
    page, text = card_page(card), card_text(card)
    assert json.loads(json.dumps(card)) == card
    for told in ("Not supported", "Heater Ltd", "reported 1"):
        assert told in page
    assert "NOT SUPPORTED" in text
    assert "Signed: author A. Author; reviewer R. Viewer; date 2026-11-27" in text
    assert "<script" not in page
    for told in (page, text):
        assert told.count("ot stated") == told.count("Not stated: left out, period and alloc") == 1


def test_what_analyses_say_of_a_claim_stands_on_the_card_where_they_were_made():
    assert turned({}) == robust({}) == measured({}, None, 2.0) == ["not looked at in this run"]
    labels = [{"scenario": "vendor"}, {"scenario": "base"}]
    rows = [
        {"input": "works", "labels": own, "value": {"value": 0.95}, "unit": "1", "reachable": True}
        | {"holds": "above", "probability_below": 0.97}
        for own in labels
    ]
    rows.append({"input": "life", "labels": labels[1], "value": None, "reachable": False})
    assert turned({"break_even": rows}) == [
        "works above 0.950 (its 97 % quantile)",
        "one other cannot, alone",
    ]
    assert turned({"break_even": rows[2:]}) == ["no input can, alone"]
    assert turned({"break_even": rows}, labels[0]) == ["works above 0.950 (its 97 % quantile)"]
    known = {
        "breakdown_radius": {"value": 0.04, "error": 0.0},
        "perturbed": [{"probability": {"value": p}} for p in (0.4, 0.7)],
        "families": [{"probability": {"value": p}} for p in (0.52, 0.48)],
        "dependence": {"low": {"value": 0.81}, "high": {"value": 0.99}},
    }
    said = [
        "breakdown radius 0.040: one normal law moved by 0.28 sd",
        "laws moved or widened: P 0.400 to 0.700",
        "other families: P 0.480 to 0.520",
        "correlated inputs: P 0.810 to 0.990",
    ]
    assert robust({"robustness": known}) == said
    several = [{"labels": {"year": 1}, "breakdown_beyond": 0.5}, {"labels": {"year": 2}, **known}]
    assert robust({"robustness": {"cells": several}}, {"year": 2}) == said
    told = robust({"robustness": {"cells": several}}, {"year": 1})
    assert told == ["breakdown radius above 0.50"]
    worth = [
        {"input": name, "evppi": {"value": value, "error": 0.1}, "unit": "kg CO2e", **more}
        for name, value, more in (
            ("small", 1.0, {}), ("works", 31.0, {"change": {"value": 0.3}}), ("none", 0.1, {}),
            ("all", 99.0, {}), ("a group", 50.0, {"is_group": True}),
        )
    ]  # fmt: skip
    told = measured({"value_of_information": worth}, None, 2.0)
    assert told == ["works: 31.0 kg CO₂e, moves P by 0.30", "small: 1.00 kg CO₂e"]


def test_a_variant_says_so(tmp_path):
    study = Study.from_dict(_tables()).with_changes(pins={"made": "9 kg CO2e"}, draws=256)
    page = card_page(claim_card(mcsus.run(study, replicates=2)))
    assert "Not the study as written: made = 9 kg CO2e" in page


def test_no_claim_and_no_audit_still_make_a_card():
    tables = Study.from_dict(_tables(), folder=None).to_dict()
    for key in ("claims", "assessment", "audit", "credits"):
        tables.pop(key)
    card = claim_card(mcsus.run(Study.from_dict(tables), draws=256, replicates=1))
    assert card["claim"] == {}
    assert card["signed"] == []
    assert "No claim is made" in card_page(card)
    assert "Not stated: author, reviewer, date, standard, status, version, left" in card_text(card)
    assert "Not signed" in card_page(card)
    assert "What would turn it" not in card_text(card)


def test_a_card_tells_between_what_a_mean_lies_and_that_it_shows_some_credits_only():
    tables = _tables()
    tables["parameters"]["made"] = {
        "distribution": "normal", "mean": {"between": [8, 12]}, "sd": 1, "unit": "kg CO2e",
        "source": "a data sheet",
    }  # fmt: skip
    tables["credits"] = [tables["credits"][0] | {"id": f"issued_{k}"} for k in "abcd"]
    card = claim_card(mcsus.run(Study.from_dict(tables), draws=256, replicates=2))
    (gross,) = (own for own in card["amounts"] if own["what"] == "Gross")
    low, high = re.search(r"mean ([\d.]+) to ([\d.]+) kg", gross["text"]).groups()
    assert (float(low), float(high)) == pytest.approx((8, 12), abs=0.05)
    assert card["credits"][-1] == "Two other credits: see the appendix."


@pytest.mark.parametrize("path", OFFSETS, ids=lambda path: path.stem)
def test_the_card_of_a_shipped_offset_study_leaves_nothing_unstated(path):
    made = load_study(path).document["audit"]
    assert set(AUDIT) == set(made)
    assert "not reviewed" in made["status"]


def _tables():
    import tomllib

    tables = copy.deepcopy(tomllib.loads(STUDY))
    tables["parameters"]["saved"] = {
        "distribution": "uniform", "minimum": 0, "maximum": 44, "unit": "kg CO2e",
        "source": "assumed", "rationale": "a case",
    }  # fmt: skip
    return tables


def test_writing_again_changes_no_byte_and_says_nothing_of_when(audit, result, folder, tmp_path):
    files = {name: (folder / name).read_bytes() for name in ("heater.toml", "meter.csv")}
    write_audit(result, tmp_path, files)
    for name in ("card.html", "card.json", "appendix.xlsx"):
        assert (audit / name).read_bytes() == (tmp_path / name).read_bytes()


def test_the_bundle_is_verified_elsewhere(audit, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copied = shutil.copy(audit / "evidence.zip", tmp_path / "theirs.zip")
    (tmp_path / "meter.csv").write_text("another file of that name")
    outcome = verify_audit(copied)
    assert outcome.agrees, outcome.message
    with zipfile.ZipFile(copied) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "out")
    assert {
        "README.txt", "digests.txt", "card.html", "card.json", "appendix.xlsx", "result.nc",
        "result.json", "study/study.json", "study/heater.toml", "study/meter.csv",
        "appendix/inputs.csv", "appendix/claims.csv", "appendix/credits.csv",
    } <= names  # fmt: skip
    assert load_study(tmp_path / "out" / "study" / "heater.toml").id == "heater"
    assert Study.from_dict(json.loads((tmp_path / "out/study/study.json").read_text()))


def test_a_card_that_is_not_that_of_its_result_does_not_verify(audit, tmp_path):
    with zipfile.ZipFile(audit / "evidence.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist() if name != DIGESTS}
    files["card.json"] = files["card.json"].replace(b"not_supported", b"supported")
    files["appendix/claims.csv"] += b"more"
    (tmp_path / "theirs.zip").write_bytes(bundle(files))
    outcome = verify_audit(tmp_path / "theirs.zip")
    assert not outcome.agrees
    assert "Not what the result says: card.json, appendix/claims.csv." in outcome.message


def test_what_a_bundle_may_not_be(audit, tmp_path):
    with zipfile.ZipFile(audit / "evidence.zip") as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    changed = files | {"card.json": files["card.json"].replace(b"not_supported", b"supported")}
    digests = files[DIGESTS]
    escaping = b"0" * 64 + b"  ../out.txt\n"
    for content, found in (
        (zipped(changed), "card.json, which was changed since it was packed"),
        (zipped({name: own for name, own in files.items() if name != "result.nc"}), "other files"),
        (zipped({DIGESTS: digests, **files, "more.txt": b"x"}), "other files"),
        (zipped({"a.txt": b"x"}), "no digests.txt"),
        (zipped({DIGESTS: escaping, "../out.txt": b"x"}), "a file named '../out.txt'"),
        (b"PK\x03\x04 no zip", "a file that is no zip"),
    ):
        place = tmp_path / "evidence.zip"
        place.write_bytes(content)
        with pytest.raises(InputError, match=re.escape(found)):
            verify_audit(place)
    assert not (tmp_path.parent / "out.txt").exists()
    place.write_bytes(bundle({"a.txt": b"one"}))
    with unpacked(place) as folder:
        assert (folder / "a.txt").read_bytes() == b"one"


def test_the_columns_that_were_read_are_packed_where_the_file_is_gone(result, tmp_path):
    write_audit(result, tmp_path)
    with zipfile.ZipFile(tmp_path / "evidence.zip") as archive:
        rows = list(csv.reader(io.TextIOWrapper(archive.open("study/meter.csv.columns.csv"))))
    assert rows[:3] == [["kilograms"], ["0"], ["5"]]


def test_the_workbook_has_a_sheet_for_each_table_with_numbers_as_numbers(audit):
    book = load_workbook(audit / "appendix.xlsx")
    assert book.sheetnames[:5] == ["inputs", "results", "claims", "credits", "sources"]
    assert {"break_even", "value_of_information"} <= set(book.sheetnames)
    head, first, *_ = book["claims"].iter_rows(values_only=True)
    found = dict(zip(head, first, strict=True))
    assert found["confidence"] == 0.95
    assert found["statement"] == "The sensor avoids more than it costs"


def test_a_workbook_holds_any_text_and_no_formula_and_says_nothing_of_when():
    rows = [{"a": "=1+1", "b": "<&>\x00\x1b", "c": None, "d": float("nan"), "e": True, "f": 1 / 3}]
    content = workbook({"a/b[c]": rows})
    assert content == workbook({"a/b[c]": rows})
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert re.findall(rb"(\d{4})-\d\d-\d\dT", packed.read("docProps/core.xml")) == [b"1980"] * 2
        assert {own.date_time[0] for own in packed.infolist()} == {1980}
    (sheet,) = load_workbook(io.BytesIO(content))
    assert sheet.title == "a b c "
    last = [*sheet.iter_rows()][1]
    assert [cell.value for cell in last] == ["=1+1", "<&>", None, None, True, 0.333333]
    assert last[0].data_type == "s"
    assert same_workbook(content, content)
    assert not same_workbook(content, workbook({"a/b[c]": [rows[0] | {"e": False}]}))
    assert not same_workbook(b"no book", content)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"date": "27.11.2026"}, "audit.date: found '27.11.2026'; allowed: a day: 2026-11-27"),
        ({"date": 5}, "audit.date: found 5; allowed: a day: 2026-11-27"),
        (
            {"date": dt.datetime(2026, 11, 27, 10)},
            "audit.date: found '2026-11-27T10:00:00'; allowed: a day",
        ),
        ({"autor": "x"}, "audit.autor: found an unknown key"),
        ({"author": 3}, "audit.author: found 3; allowed: a text in quotes"),
    ],
)
def test_an_audit_that_cannot_be_is_refused(change, found):
    tables = _tables()
    tables["audit"].update(change)
    with pytest.raises(InputError) as refused:
        Study.from_dict(tables)
    assert found in str(refused.value)


def test_an_interrupted_run_and_what_is_no_study_make_no_card(tmp_path, capsys):
    assert run_command(["audit", "heatr", "--to", str(tmp_path / "a")]) == 2
    assert "no study 'heatr'" in capsys.readouterr().err
    assert not (tmp_path / "a").exists()


BROWSER = "chromium"


def pages(page: Path) -> int:
    """Return how many sheets of paper a page prints on."""
    target = page.with_suffix(".pdf")
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")
    command = [BROWSER, *options, f"--print-to-pdf={target}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return len(re.findall(rb"/Type\s*/Page\b", target.read_bytes()))


KEPT = {"what", "study", "verdict", "unit", "id", "study_sha256", "digest", "mcsus", "design"}


@pytest.mark.slow
def test_a_card_full_of_long_texts_is_one_page(result, tmp_path):
    card = claim_card(result)
    long = "a text that goes on and on with words of every length " * 40

    def full(value):
        if isinstance(value, dict):
            return {key: own if key in KEPT else full(own) for key, own in value.items()}
        if isinstance(value, list):
            return [full(own) for own in value]
        return long if isinstance(value, str) else value

    stuffed = full(card) | {"would_turn_it": [long] * 5, "robust": [long] * 3}
    stuffed["to_measure"], stuffed["summary"] = [long] * 4, [long] * 2
    stuffed["limits"], stuffed["credits"] = [long] * 3, [long] * 2
    stuffed["amounts"] = [card["amounts"][0] | {"text": long}] * 4
    stuffed["decides"] = [{"words": long, "index": 0.5}] * 5
    stuffed["other_claims"] = [stuffed["claim"]] * 3
    stuffed["scope"] = [{"what": "Functional unit", "text": long}] * 8
    (tmp_path / "card.html").write_text(card_page(stuffed))
    assert pages(tmp_path / "card.html") == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "study", [file.stem for file in mcsus.study.shipped_studies() if "offset" in file.stem]
)
def test_the_card_of_each_offset_study_is_one_page(study, tmp_path):
    result = mcsus.run(study, draws=256, replicates=2)
    (tmp_path / "card.html").write_text(card_page(claim_card(result)))
    assert pages(tmp_path / "card.html") == 1


@pytest.mark.slow
def test_an_auditor_goes_from_study_file_to_signed_card_in_five_commands(
    folder, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    for name in ("heater.toml", "meter.csv"):
        shutil.copy(folder / name, tmp_path)
    for command in (
        "check heater.toml",
        "run heater.toml --no-report",
        "verify runs/heater",
        "audit runs/heater --to card",
        "verify card/evidence.zip",
    ):
        assert run_command(command.split()) == 0, command
        told = capsys.readouterr()
        assert "Traceback" not in told.err
    assert "The same bits" in told.out
    card = json.loads((tmp_path / "card" / "card.json").read_text())
    known = json.loads((tmp_path / "runs" / "heater" / "result.json").read_text())
    assert card["reproduce"]["digest"] == known["digest"]
    signed = {row["what"]: row["text"] for row in card["signed"]}
    assert (signed["Author"], signed["Reviewer"]) == ("A. Author", "R. Viewer")


def test_what_analyses_say_of_claims_are_tables_whatever_their_shape():
    told = {
        "cells": [],
        "break_even": [
            {"input": "works", "value": {"value": 1.0, "error": 0.1}, "names": ["a", "b"]}
        ],
        "robustness": {
            "curve": [{"radius": 0.1}],
            "cells": [
                {"labels": {"year": k}, "dependence": {"looked_at": [{"correlation": 0.5}]}}
                for k in (1, 2)
            ],
        },
    }
    tables = _below_claims({"pays": told})
    assert tables["break_even"] == [
        {"claim": "pays", "input": "works", "value": 1.0, "value, error": 0.1, "names": "a; b"}
    ]
    nested = [{"input": "works", "worst": [{"radius": 0.1, "probability": p} for p in (0.8, 0.7)]}]
    pairs = [{"inputs": ["a", "b"], "points": [[1.0, 2.0], [3.0, 4.0]]}]
    flat = _below_claims({"pays": {"one_input": nested, "pairs": pairs}})
    assert [row["probability"] for row in flat["one_input_worst"]] == [0.8, 0.7]
    assert flat["one_input"] == [{"claim": "pays", "input": "works"}]
    assert flat["pairs_points"][1] == {"claim": "pays", "inputs": "a; b", "1": 3.0, "2": 4.0}
    assert tables["robustness_dependence_looked_at"] == [
        {"claim": "pays", "labels": str(k), "correlation": 0.5} for k in (1, 2)
    ]


def test_the_card_of_a_claim_at_a_label_is_of_that_label():
    """Amounts and drivers are those there, and page, JSON and appendix say what is tested."""
    plain = {"unit": "kg CO2e", "source": "a scale"}
    known = {"distribution": "uniform", "minimum": 0.9, "maximum": 1.1}
    doubted = {"distribution": "uniform", "minimum": 1, "maximum": 3}
    tables = {
        "schema": "mcsus/1",
        "id": "at",
        "dims": {"design": ["coin", "solar"], "year": [2020, 2030]},
        "parameters": {
            "base": plain | {"by": {"design": {"coin": known, "solar": doubted}}},
            "grown": plain | {"shared": [], "by": {"year": {"2020": known, "2030": known}}},
        },
        "equations": {"foot": {"formula": "base + grown", "unit": "kg CO2e"}},
        "outputs": {"foot": "kg CO2e"},
        "claims": [
            {"id": "low", "statement": "The footprint stays low", "quantity": "foot",
             "relation": "<", "value": 3, "unit": "kg CO2e", "confidence": 0.9,
             "at": {"design": "solar", "year": 2030}},
            {"id": "lower", "statement": "Solar is lower", "quantity": "foot", "relation": "<",
             "compare": {"design": ["solar", "coin"]}, "margin": 0.5, "confidence": 0.9},
            {"id": "both", "statement": "Both", "all_of": ["low", "lower"], "confidence": 0.9},
        ],
        "design": {"draws": 512, "replicates": 4},
    }  # fmt: skip
    result = mcsus.run(Study.from_dict(tables))
    card, claims = claim_card(result), result.to_dict()["claims"]
    assert claims["low"]["tested"] == "foot < 3 kg CO2e, at design solar, year 2030"
    assert claims["lower"]["tested"] == "foot [solar] < 0.5 times foot [coin]"
    assert claims["both"]["tested"] == "low and lower hold at once"
    assert claims["low"]["at"] == {"design": "solar", "year": 2030}
    assert "at" not in claims["both"]
    assert card["amounts"][0]["mean"] == pytest.approx(3, abs=0.01)
    assert card["amounts"][0]["text"].endswith(", solar, year 2030")
    assert {own["input"] for own in card["decides"]} == {"base"}
    assert card["decides_by"] == "first-order index of whether the claim holds"
    for told in (card_page(card), card_text(card)):
        assert "Tested: foot &lt; 3" in told or "Tested: foot < 3 kg CO₂e, at design solar" in told
    assert "low at solar, 2030" in str(result.summary())
    assert appendix(result)["claims"][0]["tested"] == claims["low"]["tested"]
