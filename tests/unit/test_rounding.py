"""What rounding does is not uncertainty: nothing varies, nothing drives it, and sides are equal."""

from __future__ import annotations

import numpy as np
import pytest

from mcsus import InputError, Run
from mcsus.runner import run, sampling
from mcsus.runner.validity import check

STEEL = {"distribution": "lognormal", "median": 20, "gsd": 1.5, "unit": "kg/m"}
MASSES = {
    name: {"distribution": "lognormal", "median": median, "gsd": gsd, "unit": "kg"}
    for name, median, gsd in (("a", 20, 1.5), ("b", 3, 2.1), ("c", 0.7, 3.0))
}


def claim(quantity, relation, value, unit="kg"):
    return {
        "id": {"<=": "c0", ">=": "c1", "<": "c2", ">": "c3"}[relation],
        "statement": "s",
        "quantity": quantity,
        "relation": relation,
        "value": value,
        "unit": unit,
        "confidence": 0.9,
    }


def told(asked):
    """Return output cell, index cell and probabilities of claims, each of the first output."""
    found = run(asked).to_dict()
    cell = next(iter(found["outputs"].values()))["cells"][0]
    explained = found["sensitivity"]["y"]["cells"][0] if found["sensitivity"] else {}
    claims = {k: v["cells"][0]["probability"]["value"] for k, v in found["claims"].items()}
    return cell, explained, claims


@pytest.fixture(params=["salib", "streaming"])
def estimator(request):
    return {"estimator": request.param}


@pytest.fixture(params=["held", "counted"])
def draws(request, monkeypatch):
    if request.param == "counted":
        monkeypatch.setattr(sampling, "_HELD_DRAWS", 2048)
    return {"draws": 4096, "replicates": 2}


CONSTANT = {
    "ratio": ("(20*s)/(21*s)", "1", 20 / 21, {"s": STEEL}),
    "balance": ("a + b + c - a - b - c", "kg", 0.0, MASSES),
    "difference": ("a - a", "kg", 0.0, MASSES),
    "lots": ("0.1*(a/a) + 0.1*(a/a) + 0.1*(a/a)", "1", 0.3, MASSES),
    "logarithm": ("log(a*b/b/a) + 1", "1", 1.0, MASSES),
    "far": ("a*(b + c - b - c)", "kg**2", 0.0, MASSES),
}


@pytest.mark.parametrize("case", CONSTANT)
def test_what_is_constant_but_for_rounding(study, case, estimator, draws):
    formula, unit, value, laws = CONSTANT[case]
    claims = [claim("y", relation, value, unit) for relation in ("<=", ">=", "<", ">")]
    asked = study(laws, {"y": (formula, unit)}, design=draws, sensitivity=estimator, claims=claims)
    cell, explained, probabilities = told(asked)
    assert cell["varies"] is False
    assert cell["median"] == {"value": pytest.approx(value, rel=1e-12, abs=0), "error": 0.0}
    assert cell["mean"] == cell["median"]
    assert cell["sd"] == {"value": 0.0, "error": 0.0}
    assert cell["deterministic"] == pytest.approx(value, rel=1e-12, abs=0)
    assert all(own["low"] == own["high"] for own in cell["intervals"])
    assert explained["ranking"] == []
    assert explained["indices"] == {}
    assert "does not vary" in explained["reason"]
    assert probabilities == {"c0": 1.0, "c1": 1.0, "c2": 0.0, "c3": 0.0}


def test_small_variation_keeps_its_indices(study, estimator, draws):
    """A billionth of the magnitude on the way is variation."""
    law = {"distribution": "normal", "mean": 1, "sd": 1e-9, "unit": "kg"}
    asked = study(
        {"small": law, **MASSES},
        {"y": ("small + a - a", "kg")},
        design=draws,
        sensitivity=estimator,
        claims=[claim("y", ">", 1000, "g")],
    )
    cell, explained, probabilities = told(asked)
    assert "varies" not in cell
    assert cell["sd"]["value"] == pytest.approx(1e-9, rel=0.01)
    assert explained["ranking"][0] == "small"
    assert explained["indices"]["small"]["ST"]["value"] == pytest.approx(1, abs=0.02)
    assert explained["indices"]["a"]["ST"]["value"] < 0.01
    assert probabilities["c3"] == pytest.approx(0.5, abs=0.01)


def test_a_product_of_wide_laws_varies(study, estimator):
    laws = {f"x{k}": {"distribution": "lognormal", "median": 1, "gsd": 5} for k in range(8)}
    cell, explained, _ = told(
        study(laws, {"y": "*".join(laws)}, design={"draws": 256}, sensitivity=estimator)
    )
    assert "varies" not in cell
    assert len(explained["ranking"]) == 8


def test_a_claim_far_below_the_usual_magnitude(study):
    """Equality is judged at the usual magnitude, not at the largest."""
    law = {"distribution": "loguniform", "minimum": 1e-13, "maximum": 1, "unit": "kg"}
    _, _, probabilities = told(
        study({"x": law}, {"y": ("x", "kg")}, claims=[claim("y", "<", 1e-12)])
    )
    assert probabilities["c2"] == pytest.approx(1 / 13, abs=0.01)


@pytest.mark.parametrize("relation", ["<=", ">="])
def test_a_constant_stated_in_another_unit(study, relation):
    law = {"distribution": "constant", "value": 1001, "unit": "g"}
    _, _, probabilities = told(
        study({"x": law, **MASSES}, {"y": ("x + 0*a", "kg")}, claims=[claim("y", relation, 1.001)])
    )
    assert set(probabilities.values()) == {1.0}


def test_some_cells_vary(study):
    by = {"one": {"distribution": "constant", "value": 2, "unit": "kg"}, "other": MASSES["a"]}
    asked = study(
        {"x": {"unit": "kg", "by": {"lot": by}}},
        {"y": ("x*x/x", "kg")},
        dims={"lot": ["one", "other"]},
        sensitivity={},
    )
    found = run(asked)
    cells = found.to_dict()["outputs"]["y"]["cells"]
    assert [cell.get("varies", True) for cell in cells] == [False, True]
    assert "does not vary" in str(found.summary())
    ranked = found.to_dict()["sensitivity"]["y"]["cells"]
    assert [len(cell["ranking"]) for cell in ranked] == [0, 1]


def test_a_wanted_precision_of_what_does_not_vary_is_there(study):
    asked = study(MASSES, {"y": ("a + b + c - a - b - c", "kg")}, design={"draws": 4096})
    until = run(asked, until=0.001).to_dict()["until"]
    assert (until["reached"], until["draws"], until["known_to"]) == (True, 4096, 0.0)


def test_quick_answers_agree(study):
    claims = [claim("y", relation, 0) for relation in ("<=", ">=")]
    asked = study(MASSES, {"y": ("a + b + c - a - b - c", "kg")}, claims=claims)
    quick = Run(asked)
    assert {one.probability for own in quick.evaluate().claims.values() for one in own} == {1.0}
    assert not quick.ranking()["y"].values["rank"].any()


def test_other_laws_have_their_own_rounding(study):
    _, model = check(study(MASSES, {"y": ("a", "kg")}))
    changed = Run(study(MASSES, {"y": ("a", "kg")})).with_laws(a="2e6 kg").model
    assert changed.rounding["y"].most == pytest.approx(2e-6, rel=1e-6)
    assert 0 < model.rounding["y"].most < 1e-9


def test_steps_and_conditions_do_not_hide_what_varies(study):
    asked = study(
        {"n": ("discrete", [1.0, 2.0, 3.0], [1, 1, 1]), "x": ("uniform", 0, 1)},
        {"y": "floor(n) + where(n > 2, x, 0) + 0*ceil(x)"},
        sensitivity={},
    )
    cell, explained, _ = told(asked)
    assert "varies" not in cell
    assert len(explained["ranking"]) == 2


@pytest.mark.parametrize("size", [1e300, 1e-170, 1e150])
def test_indices_at_any_magnitude(study, estimator, size, recwarn):
    laws = {"a": ("uniform", 1, 2), "b": ("uniform", 1, 2)}
    options = {"design": {"draws": 1024}, "sensitivity": {**estimator, "second_order": True}}
    found = [
        run(study(laws, {"y": f"(a + 2*b + a*b)*{factor!r}"}, **options)).to_dict()
        for factor in (size, 1.0)
    ]
    shown = [each["outputs"]["y"]["cells"][0] for each in found]
    one, other = (each["sensitivity"]["y"]["cells"][0] for each in found)
    assert shown[0]["sd"]["value"] == pytest.approx(size * shown[1]["sd"]["value"], rel=1e-9)
    assert shown[0]["mean"]["error"] == pytest.approx(size * shown[1]["mean"]["error"], rel=1e-6)
    for name in laws:
        for key in ("S1", "ST"):
            assert one["indices"][name][key] == pytest.approx(other["indices"][name][key], rel=1e-9)
    assert not [str(w.message) for w in recwarn if issubclass(w.category, RuntimeWarning)]


def test_a_replicate_that_does_not_vary_has_no_part_and_says_so(study, estimator):
    """An event so rare that some replicates miss it."""
    asked = study(
        {"x": ("uniform", 0, 1), "z": ("uniform", 1, 2)},
        {"y": "where(x > 0.997, 5*z, 0)"},
        design={"kind": "monte_carlo", "draws": 256, "replicates": 8},
        sensitivity={**estimator, "draws": 256},
    )
    found = run(asked)
    (cell,) = found.to_dict()["sensitivity"]["y"]["cells"]
    count, of = map(int, cell["constant_replicates"].split(" of "))
    assert 0 < count < of == 8
    assert cell["ranking"] == ["x", "z"]
    assert np.isfinite(cell["indices"]["x"]["ST"]["value"])
    assert cell["indices"]["x"]["ST"]["value"] > 0.5
    (told,) = [c for c in found.provenance["cautions"] if c["kind"] == "constant_replicates"]
    assert told["where"] == "y"
    assert f"{count} of 8 replicates" in told["text"]


@pytest.mark.parametrize("draws", [1, 2, 63])
def test_indices_of_a_few_points_are_refused(study, draws):
    laws = {"a": ("uniform", 1, 2), "b": ("uniform", 1, 2)}
    design = {"kind": "monte_carlo", "draws": draws}
    with pytest.raises(
        InputError, match=r"base points in a replicate are too few; allowed: 64 or more"
    ):
        check(study(laws, {"y": "a*b"}, design=design, sensitivity={}))
    check(study(laws, {"y": "a*b"}, design=design))
    few = {**design, "draws": 64}
    check(study(laws, {"y": "a*b"}, design=few, sensitivity={}))
    with pytest.raises(InputError, match="allowed: 64 or more"):
        Run(study(laws, {"y": "a*b"}, design=few)).ranking(base_points=draws)
