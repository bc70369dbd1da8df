"""What would break a claim, on the page, in its CSV and in the terminal."""

import csv

import pytest

import mcsus
from mcsus.report import write_report
from mcsus.report.reading import Reading
from mcsus.report.sections import breaking
from mcsus.result.lines import breaking_line


def normal(mean, sd):
    return {"distribution": "normal", "mean": mean, "sd": sd, "unit": "kg", "source": "a test"}


TABLES = {
    "schema": "mcsus/1",
    "id": "two_inputs",
    "dims": {"place": ["near", "far"]},
    "parameters": {
        "saved": normal(2, 2),
        "cost": {"source": "a test", "unit": "kg", "by": {"place": {"near": normal(0, 1), "far": normal(-40, 1)}}},  # noqa: E501 - one law a label
        "none": normal(0, 1),
    },
    "equations": {"net": {"formula": "saved - cost + 0*none", "unit": "kg"}},
    "outputs": {"net": "kg"},
    "claims": [
        {"id": "saves", "statement": "It saves", "quantity": "net", "relation": ">", "value": 0, "unit": "kg", "confidence": 0.95},  # noqa: E501 - one claim
    ],
    "design": {"draws": 1024, "replicates": 8},
    "sensitivity": {"methods": []},
}  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return mcsus.run(mcsus.Study.from_dict(TABLES))


@pytest.mark.slow  # draws a whole page
def test_the_page_says_what_would_break_a_claim(result, tmp_path):
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "What would break it?" in page
    assert "Near: the claim would hold with 0.95 if the saved is above 1.6" in page
    assert "failures gather where" in page.lower()
    assert "to know the saved would move the probability most" in page
    assert 'id="pair-saves"' in page or "pair_saves.csv" in page
    with (tmp_path / "pair_saves.csv").open(encoding="utf-8") as file:
        both = [{k: row[k] for k in ("first", "second")} for row in csv.DictReader(file)]
    assert both == [{"first": "saved", "second": "cost [near]"}] * 17**2
    assert "Far: the claim" not in page  # where it holds in every draw, nothing breaks it
    with (tmp_path / "breaking_saves.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["input"] for row in rows[:2]] == ["saved", "cost [near]"]
    assert float(rows[0]["break_even"]) == pytest.approx(1.645, abs=0.05)
    assert rows[0]["unit"] == "kg"
    none = next(row for row in rows if row["input"] == "none")
    assert (none["break_even"], none["holds"], none["drawn"]) == ("", "", "0")


def test_a_claim_that_no_input_moves_has_no_figure(result, monkeypatch):
    monkeypatch.setattr(breaking, "_BEARING", 2.0)
    claim = breaking.ClaimBreaking(Reading(result), "saves")
    assert claim.figure() is None
    assert claim.lines() == []
    assert claim.sentences()[0].endswith("no plausible value of one input alone turns the claim.")


def test_the_terminal_says_it_in_a_line(result):
    document = result.to_dict()
    line = breaking_line(document["claims"])
    assert line.startswith("To reach the confidence asked for: saves [near] where saved")
    assert line in str(result.summary())
    assert breaking_line({"saves": {"cells": []}}) == ""


def test_the_json_says_it_by_label(result):
    rows = result.to_dict()["claims"]["saves"]["break_even"]
    assert {row["labels"]["place"] for row in rows if row["reachable"]} == {"near"}
    first = next(row for row in rows if row["reachable"])
    assert (first["input"], first["unit"], first["holds"]) == ("saved", "kg", "above")
    assert first["probability_below"] == pytest.approx(0.43, abs=0.02)  # the normal law at -.1776
    worth = result.to_dict()["claims"]["saves"]["value_of_information"]
    assert worth[0]["input"] == "saved"
    assert {row["input"] for row in worth if row.get("is_group")} == {"cost"}
    (pair,) = result.to_dict()["claims"]["saves"]["break_even_pair"]
    assert (pair["inputs"], pair["units"]) == (["saved", "cost [near]"], ["kg", "kg"])
    for saved, cost in pair["points"]:  # half of the probability of .95 lies within .3 of equality
        assert cost == pytest.approx(saved, abs=0.5)
