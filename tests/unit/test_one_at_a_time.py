"""Tornado and elasticity: exact values, labels, laws of quantities, and what they cannot see."""

import json

import numpy as np
import pytest

from mcsus.cli import run_command
from mcsus.families import distribution
from mcsus.report import write_report
from mcsus.result.tree import load_result
from mcsus.runner import run
from mcsus.study import Study

ABOUT = {"unit": "kg", "source": "a test"}
A = {"distribution": "lognormal", "median": 2, "gsd": 2, **ABOUT}
B = {"distribution": "uniform", "minimum": 1, "maximum": 3, **ABOUT}
STEPPED = {"distribution": "discrete", "values": [1, 2, 3], "weights": [1, 8, 1], **ABOUT}


def study(methods, **more):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "moved",
            "dims": {"kind": ["coin", "solar"]},
            "parameters": {
                "a": A,
                "b": {**ABOUT, "by": {"kind": {"coin": B, "solar": B | {"maximum": 5}}}},
                "stepped": STEPPED,
                "site": {**A, "median": "a", "gsd": 1.5},
                "two": {"distribution": "constant", "value": 2, **ABOUT},
            },
            "equations": {
                "product": {"formula": "a**2*b/(stepped + 1*two)", "unit": "kg**2"},
                "sites": {"formula": "site + a", "unit": "kg"},
                "bent": {"formula": "max(a, two)", "unit": "kg"},
            },
            "outputs": {"product": "kg**2", "sites": "g", "bent": "kg"},
            "sensitivity": {"methods": list(methods), "draws": 1024, **more},
            "design": {"draws": 256, "replicates": 2, "seed": 3},
        }
    )


@pytest.fixture(scope="module")
def document():
    return run(study(["tornado", "elasticity"])).to_dict()["sensitivity"]


def of(document, output, method, place=0):
    return [c for c in document[output]["cells"] if c["method"] == method][place]


def told(cell, name, key):
    return cell["indices"][name][key]["value"]


def test_the_output_at_the_ends_of_an_input(document):
    a, b = (distribution({k: v for k, v in law.items() if k not in ABOUT}) for law in (A, B))
    cell = of(document, "product", "tornado")
    assert cell["labels"] == {"kind": "coin"}
    for key, p in (("low", 0.05), ("high", 0.95)):
        assert told(cell, "a", f"{key}_value") == pytest.approx(a.quantile(p), rel=1e-12)
        assert told(cell, "a", f"{key}_output") == pytest.approx(a.quantile(p) ** 2 / 2, rel=1e-12)
        assert told(cell, "b", f"{key}_value") == pytest.approx(b.quantile(p), rel=1e-12)
        assert told(cell, "b", f"{key}_output") == pytest.approx(b.quantile(p), rel=1e-12)
    assert (cell["typical"]["value"], cell["indices"]["b"]["value_unit"]) == (2, "kg")
    assert cell["ranking"] == ["a", "b", "stepped"]
    solar = of(document, "product", "tornado", 1)
    assert told(solar, "b", "high_value") == pytest.approx(1 + 0.95 * 4)  # the law of its label
    assert "interactions" not in cell  # nothing tells them


def test_a_law_that_takes_the_moved_input_moves_with_it(document):
    cell = of(document, "sites", "tornado")
    high = 2 * 2 ** (np.log(told(cell, "a", "high_value") / 2) / np.log(2))
    assert told(cell, "a", "high_output") == pytest.approx(2000 * high, rel=1e-9)
    site = 2 * 1.5**1.6448536269514722
    assert told(cell, "site", "high_value") == pytest.approx(site, rel=1e-9)
    assert told(cell, "site", "high_output") == pytest.approx(1000 * (site + 2), rel=1e-9)
    moved = of(document, "sites", "elasticity")
    assert told(moved, "site", "elasticity") == pytest.approx(0.5, abs=1e-6)
    assert told(moved, "a", "elasticity") == pytest.approx(1, abs=1e-6)


def test_elasticities(document):
    cell = of(document, "product", "elasticity")
    exact = {"a": 2, "b": 1, "stepped": -0.5}
    for name, value in exact.items():  # the bend of the curve times the square of the step
        assert told(cell, name, "elasticity") == pytest.approx(value, abs=1e-6)
        assert cell["indices"][name]["shape"] == "smooth"
    bent = of(document, "bent", "elasticity")
    assert told(bent, "a", "elasticity") == pytest.approx(0.5, abs=1e-6)
    assert bent["indices"]["a"]["shape"] == "corner"
    assert told(bent, "a", "upwards") == pytest.approx(1, abs=1e-3)
    assert told(bent, "a", "downwards") == pytest.approx(0, abs=1e-3)


def test_groups_are_moved_together_and_have_no_value_of_their_own():
    made = run(study(["tornado"], groups={"both": ["a", "b"]})).to_dict()["sensitivity"]
    cell = of(made, "product", "tornado")
    a, b = 2 * 2**1.6448536269514722, 1 + 0.95 * 2
    assert told(cell, "both", "high_output") == pytest.approx(a**2 * b / 4, rel=1e-9)
    assert told(cell, "both", "high_value") is None
    assert cell["indices"]["both"]["value_unit"] == ""


@pytest.mark.slow
def test_interactions_stand_beside_and_the_page_says_so(tmp_path, capsys):
    log_sd = {"a": 0.3, "b": 0.5}
    laws = {k: {**A, "median": 1, "gsd": float(np.exp(s))} for k, s in log_sd.items()}
    document = study(["tornado", "elasticity", "sobol"]).to_dict() | {
        "parameters": laws,
        "equations": {"product": {"formula": "a*b", "unit": "kg**2"}},
        "outputs": {"product": "kg**2"},
    }
    path = tmp_path / "study.json"
    path.write_text(json.dumps(document))
    result = run(Study.from_dict(document))
    s2 = np.array(list(log_sd.values())) ** 2
    exact = 1 - np.expm1(s2).sum() / np.expm1(s2.sum())
    for method in ("tornado", "elasticity"):
        beside = of(result.to_dict()["sensitivity"], "product", method)["interactions"]
        assert beside["value"] == pytest.approx(exact, abs=5 * beside["error"])
        assert 0 < beside["error"] < 0.1
    result.save(tmp_path / "out")
    assert run_command(["verify", str(tmp_path / "out")]) == 0
    assert run_command(["report", str(tmp_path / "out")]) == 0
    page = (tmp_path / "out" / "report" / "index.html").read_text(encoding="utf-8")
    assert "What does one input at a time do?" in page
    assert page.count("Not seen here: what inputs do together") == 2
    capsys.readouterr()


def test_an_output_that_jumps_at_the_typical_value_has_no_elasticity(tmp_path):
    """Neither does what it jumps by become one, however steep or bent the rest of it is."""
    laws = {"x": B, "z": A, "w": B | {"minimum": 1.99, "maximum": 2.01}}
    made = Study.from_dict(
        {
            "schema": "mcsus/1", "id": "jumps", "parameters": laws,
            "equations": {
                "y": {"formula": "where(x < 2 * one, 1, 2) * z * steep", "unit": "kg"},
                "steep": {"formula": "exp(200 * (w / one - 2))", "unit": "1"},
                "one": {"formula": "0 * w + unit_mass", "unit": "kg"},
            },
            "outputs": {"y": "kg"},
            "sensitivity": {"methods": ["elasticity"]},
            "design": {"draws": 256, "replicates": 2},
        } | {"parameters": laws | {"unit_mass": {"distribution": "constant", "value": 1, **ABOUT}}}
    )  # fmt: skip
    result = run(made)
    (cell,) = result.to_dict()["sensitivity"]["y"]["cells"]
    assert cell["indices"]["x"]["elasticity"]["value"] is None
    assert cell["indices"]["x"]["shape"] == "jump"
    assert told(cell, "z", "elasticity") == pytest.approx(1, abs=1e-6)
    assert told(cell, "w", "elasticity") == pytest.approx(400, rel=1e-3)
    assert cell["indices"]["w"]["shape"] == "smooth"
    assert cell["ranking"] == ["x", "w", "z"]
    again = load_result(result.save(tmp_path / "saved"))
    page = write_report(again, tmp_path / "page").read_text(encoding="utf-8")
    assert "none: the output jumps there" in page
