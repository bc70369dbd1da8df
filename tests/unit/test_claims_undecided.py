"""A claim that draws leave undecided makes more of them, up to a limit, and says so."""

from __future__ import annotations

import pytest
from scipy import stats

from mcsus import InputError, Run, Settings, load_result
from mcsus.cli import run_command
from mcsus.runner import run
from mcsus.runner.deciding import planned
from mcsus.runner.settings import Limits
from mcsus.runner.verification import verify
from mcsus.streams import Design
from mcsus.study import Study

P = float(stats.norm.cdf(0.4))  # the claim x < 0.4 holds


def study(confidence=P - 0.004, **tables):
    document = {
        "schema": "mcsus/1",
        "id": "near",
        "parameters": {
            "x": {"distribution": "normal", "mean": 0, "sd": 1, "unit": "kg", "source": "a test"}
        },
        "equations": {"y": {"formula": "x", "unit": "kg"}},
        "outputs": {"y": "kg"},
        "claims": [
            {
                "id": "c",
                "statement": "s",
                "quantity": "y",
                "relation": "<",
                "value": 0.4,
                "unit": "kg",
                "confidence": confidence,
                "required": True,
            }
        ],
        "design": {"kind": "monte_carlo", "draws": 1024, "replicates": 8},
        "sensitivity": {"methods": []},
    }
    return Study.from_dict(document | tables)


def told(result):
    return result.to_dict()["claims"]["c"]["cells"][0], result.provenance


MORE = {"kind": "monte_carlo", "draws": 1024, "replicates": 8, "most_draws": 2**16}


def test_more_is_drawn_until_it_is_decided():
    """8,192 draws know P to .005 at best; a difference of .004 needs ten times as many."""
    result = run(study(design=MORE))
    cell, about = told(result)
    assert cell["verdict"] == "supported"
    robust = result.to_dict()["claims"]["c"]["robustness"]  # one claim has one probability
    assert robust["probability"]["value"] == pytest.approx(cell["probability"]["value"], rel=1e-12)
    assert about["design"]["draws"] > 1024
    assert about["drawn_on"] == {
        "asked": 1024,
        "draws": about["design"]["draws"],
        "undecided": [],
    }
    again = run(study(design=MORE))
    assert again.to_dict()["digest"] == result.to_dict()["digest"]


def test_no_more_is_drawn_than_the_limit():
    cell, about = told(run(study(confidence=P)))
    assert cell["verdict"] == "undecided"
    assert about["design"]["draws"] == Design.MORE * 1024
    assert about["drawn_on"]["undecided"] == ["c"]
    [caution] = [own for own in about["cautions"] if own["kind"] == "undecided"]
    assert caution["where"] == "c"
    assert "after 8192 draws" in caution["text"]


@pytest.mark.parametrize(
    ("asked", "draws"),
    [
        (study(confidence=0.5), 1024),  # decided
        (study(confidence=P).with_changes(draws=2048), 2048),  # so many and no more
        (study(confidence=P, design=MORE | {"most_draws": 1024}), 1024),
        (study(confidence=P, design=MORE | {"replicates": 1}), 1024),  # nothing is known of errors
    ],
)
def test_when_no_more_is_drawn(asked, draws):
    assert told(run(asked))[1]["design"]["draws"] == draws


def test_a_saved_run_is_verified_and_complete(tmp_path):
    """The study of the result asks for the draws that were made."""
    asked = study(design=MORE)
    [result] = Run(asked, Settings(folder=tmp_path)).results()
    assert result.provenance["design"]["draws"] > 1024
    assert verify(tmp_path).agrees
    assert Run.resume(tmp_path, study=asked).finished is not None
    with pytest.raises(InputError, match="another study"):
        Run.resume(tmp_path, study=study(confidence=0.3))


@pytest.mark.parametrize("settings", ["limits", "file"])
def test_other_limits_hold(tmp_path, settings):
    """A file of draws is laid out for those of the design; what is verified makes no more."""
    known = {
        "limits": Settings(folder=tmp_path, limits=Limits(max_draws=2048)),
        "file": Settings(folder=tmp_path, keep_draws=tmp_path / "draws.nc"),
    }
    [result] = Run(study(confidence=P), known[settings]).results()
    assert told(result)[1]["design"]["draws"] == {"limits": 2048, "file": 1024}[settings]
    assert verify(tmp_path).agrees


def test_it_is_taken_up_again_to_the_same_bits(tmp_path):
    """Interrupted while it draws on, it goes on to the draws that were planned."""
    asked = study(design=MORE)
    whole = run(asked)

    def stop(_doing, done, total):
        if total > 1024 * 8 and done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(Run(asked, Settings(folder=tmp_path, progress=stop)).results())
    [result] = Run.resume(tmp_path).results()
    assert result.to_dict()["digest"] == whole.to_dict()["digest"]
    assert load_result(tmp_path).provenance["drawn_on"] == whole.provenance["drawn_on"]


def test_a_required_claim_says_why_it_fails(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    text = """
schema = "mcsus/1"
id = "near"
[parameters.x]
distribution = "uniform"
minimum = 0
maximum = 1
unit = "kg"
source = "a test"
[equations]
y = { formula = "x", unit = "kg" }
[outputs]
y = "kg"
[design]
kind = "monte_carlo"
draws = 256
replicates = 4
[sensitivity]
methods = []
[[claims]]
id = "c"
statement = "s"
quantity = "y"
relation = "<"
value = 0.5
unit = "kg"
confidence = 0.5
required = true
"""
    (tmp_path / "near.toml").write_text(text)
    assert run_command(["run", "near.toml", "--no-report"]) == 1
    errors = capsys.readouterr().err
    assert "drew on from 256 to 2048 draws" in errors
    assert "the required claim 'c' is undecided after 2048 draws of each replicate" in errors


def test_a_limit_below_the_draws_is_refused():
    with pytest.raises(
        InputError, match=r"design.most_draws: found 512; allowed: at least the 1024"
    ):
        study(design={"draws": 1024, "most_draws": 512})
    with pytest.raises(InputError, match=r"design.most_draws: found 3000; .*power of two"):
        study(design={"draws": 1024, "most_draws": 3000})


def test_what_is_planned():
    assert planned({"a": 1.01, "b": 5.0}, 100, 10**6) == 512
    assert planned({"a": float("inf")}, 256, 4096) == 4096
