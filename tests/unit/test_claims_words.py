"""The words of a verdict: one scale everywhere, and none that a public claim may not have."""

from __future__ import annotations

import re

import pytest

from mcsus.report import write_report
from mcsus.runner import run
from mcsus.study import Study, load_study, shipped_studies
from mcsus.study.greenwash import KIND, forbidden
from mcsus.vocabulary import LIKELIHOOD_SOURCE, likelihood


def study(**changes):
    claim = {
        "id": "saves",
        "statement": "It saves more than it costs",
        "quantity": "net",
        "relation": "<",
        "value": 0,
        "unit": "kg CO2e",
        "confidence": 0.9,
    }
    document = {
        "schema": "mcsus/1",
        "id": "words",
        "title": "A sensor",
        "parameters": {
            "saving": {
                "distribution": "normal",
                "mean": 1.7,
                "sd": 1,
                "unit": "kg CO2e",
                "source": "a test",
            }
        },
        "equations": {"net": {"formula": "-saving", "unit": "kg CO2e"}},
        "outputs": {"net": "kg CO2e"},
        "claims": [claim | changes.pop("claim", {})],
        "design": {"draws": 1024, "replicates": 4},
        "sensitivity": {"methods": []},
    }
    return Study.from_dict(document | changes)


def test_the_scale_holds_at_its_ends():
    """At an end the stronger word holds: 90 to 100 % is very likely, 0 to 10 % very unlikely."""
    ends = {
        1: "virtually certain",
        0.99: "virtually certain",
        0.95: "extremely likely",
        0.9: "very likely",
        0.66: "likely",
        0.5: "about as likely as not",
        0.33: "about as likely as not",
        0.32: "unlikely",
        0.1: "very unlikely",
        0.05: "extremely unlikely",
        0.01: "exceptionally unlikely",
        0: "exceptionally unlikely",
    }
    assert {p: likelihood(p) for p in ends} == ends


def test_one_word_in_terminal_json_and_page(tmp_path):
    """P(N(1.7, 1) > 0) = .955."""
    result = run(study())
    [cell] = result.to_dict()["claims"]["saves"]["cells"]
    assert cell["likelihood"] == "extremely likely"
    assert "extremely likely" in str(result.summary())
    write_report(result, tmp_path)
    page = (tmp_path / "index.html").read_text()
    assert re.search(r"probability.0\.95[56], extremely likely", page)
    assert LIKELIHOOD_SOURCE in page
    told = re.sub("<[^>]*>", " ", page + str(result.summary())).lower()
    for never in ("carbon neutral", "climate neutral", "p-value", "significan"):
        assert never not in told


def test_the_margin_is_told(tmp_path):
    """Quantiles of a net saving: 1.7 +- 1.96."""
    [cell] = run(study()).to_dict()["claims"]["saves"]["cells"]
    margin = {q["p"]: q for q in cell["margin"]["quantiles"]}
    assert cell["margin"]["unit"] == "kg CO2e"
    assert margin[0.5]["value"] == pytest.approx(1.7, abs=5 * margin[0.5]["error"])
    assert margin[0.025]["value"] == pytest.approx(-0.26, abs=0.01)
    shown = {q["p"]: q["value"] for q in cell["quantity"]["quantiles"]}
    assert shown[0.975] == -margin[0.025]["value"]
    assert cell["quantity"]["name"] == "net"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A carbon-neutral thermostat", "carbon-neutral"),
        ("It is CO2 neutral", "CO2 neutral"),
        ("Climate neutrality by 2030", "Climate neutrality"),
        ("a climate positive product", "climate positive"),
        ("CO₂ compensated", "CO₂ compensated"),
        ("net-zero sensing", "net-zero"),
        ("an emission-free home", "emission-free"),
        ("CO2 emissions compensated for", "CO2 emissions compensated for"),
        ("ecofriendly", "ecofriendly"),
        ("environmentally conscious", "environmentally conscious"),
        ("an eco-friendly sensor", "eco-friendly"),
        ("environmentally friendly and cheap", "environmentally friendly"),
        ("Green sensing", "Green"),
        ("the sustainable choice", "sustainable"),
        ("Sensors in a greenhouse: greenhouse gases avoided", None),
        ("The Green Deal", None),
        ("It saves more than it costs", None),
    ],
)
def test_words_that_public_claims_may_not_have(text, words):
    found = forbidden(text)
    assert (found and found[0]) == words


def test_they_raise_a_caution():
    told = study(title="A carbon neutral sensor", claim={"statement": "It is eco-friendly"})
    found = {c.where: c.text for c in told.cautions if c.kind == KIND}
    assert set(found) == {"", "saves"}
    assert "'carbon neutral', which Directive (EU) 2024/825 forbids" in found[""]
    assert "statement of the claim 'saves' says 'eco-friendly'" in found["saves"]


@pytest.mark.slow
def test_no_shipped_study_has_them():
    for file in shipped_studies():
        assert not [c for c in load_study(file).cautions if c.kind == KIND], file
