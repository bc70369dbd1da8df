"""Which data to improve: intervals with the spread of inputs halved, exactly and on the page."""

import numpy as np
import pytest

from mcsus.report import write_report
from mcsus.runner import narrowed_values, run
from mcsus.study import Study
from tests.coverage.index_cases import CASES, DEPENDENT

PRODUCTS = next(own for own in CASES if own.name == "products")
KEYS = [f"{key}_{end}" for key in ("halved", "known") for end in ("gain", "low", "high")]
ASSUMED = {"source": "assumed", "evidence": "assumed", "rationale": "a guess"}
MEASURED = {"source": "a survey", "evidence": "measured"}
SCORE = 1.959963984540054


def normal(sd, about=ASSUMED):
    return {"distribution": "normal", "mean": 0, "sd": sd, "unit": "1", **about}


def cells(parameters, formula, by="", folder=None, **more):
    """Return what is said of each label of y."""
    study = {
        "schema": "mcsus/1",
        "id": "improved",
        "parameters": parameters,
        "equations": {"y": {"formula": formula, "unit": "1"}},
        "outputs": {"y": "1"},
        "sensitivity": {"methods": ["improve"]},
        "design": {"draws": 512, "replicates": 8, "seed": 5},
        **more,
    }
    told = run(Study.from_dict(study, folder=folder)).to_dict()["sensitivity"]["y"]
    return (told["by"][by] if by else told)["cells"]


@pytest.mark.parametrize("case", [PRODUCTS, *DEPENDENT], ids=lambda case: case.name)
def test_a_product_of_lognormals_and_a_sum_of_dependent_normals(case):
    made = run(case.study(methods=["improve"]).with_changes(draws=512, replicates=16))
    (cell,) = made.to_dict()["sensitivity"]["y"]["cells"]
    for key in KEYS:
        for name, exact in case.exact[key].items():
            told = cell["indices"][name][key]
            assert abs(told["value"] - exact) < 5 * told["error"], (key, name)
    assert cell["ranking"] == ["x3", "x2", "x1"]
    if case is PRODUCTS:
        for name, exact in case.exact["ST"].items():
            told = cell["indices"][name]["ST"]
            assert abs(told["value"] - exact) < 5 * told["error"], name
    else:  # drawn again, those that depend on each other would not be as they are
        assert cell["indices"]["x1"]["ST"]["value"] is not None
        assert cell["indices"]["x2"]["ST"]["value"] is None


@pytest.mark.parametrize("case", [PRODUCTS, DEPENDENT[0]], ids=lambda case: case.name)
def test_groups_that_are_looked_at_together_change_nothing(case, monkeypatch):
    """All groups are evaluated in one run of the model, or each in its own, to the same bits."""
    asked = case.study(methods=["improve", "known"]).with_changes(draws=256, replicates=2)
    together = run(asked).to_dict()["sensitivity"]
    monkeypatch.setattr(narrowed_values, "_MOST_HELD", 1)
    assert run(asked).to_dict()["sensitivity"] == together


def test_groups_at_each_label_of_the_output():
    """Two inputs of three rest on assumptions; the third counts in one place alone."""
    laws = {"a": normal(3), "b": normal(1), "c": normal(2, MEASURED)}
    by_evidence = cells(laws, "a + b + c*year", "evidence", dims={"year": [0, 4]})
    for cell, own in zip(by_evidence, (0.0, 8.0), strict=True):
        width = 2 * SCORE * np.hypot(np.sqrt(10), own)
        after = 2 * SCORE * np.hypot(np.sqrt(10) / 2, own)
        told = cell["indices"]["assumed"]
        assert (
            abs(told["halved_gain"]["value"] - (width - after)) < 5 * told["halved_gain"]["error"]
        )
        assert told["ST"]["value"] == pytest.approx(10 / (10 + own**2), abs=0.02)
        assert told["evidence"] == "assumed"
    assert [cell["ranking"][0] for cell in by_evidence] == ["assumed", "measured"]


@pytest.mark.parametrize(
    "table",
    [
        {"copula": "student_t", "df": 4, "correlation": 0.5},
        {"copula": "countermonotone"},
    ],
    ids=lambda table: table["copula"],
)
def test_all_of_them_halved_is_half_whatever_they_depend_by(table):
    laws = {"a": normal(1), "b": normal(3)}
    asked = {"methods": ["improve"], "groups": {"both": ["a", "b"]}}
    tied = [{"parameters": ["a", "b"], **table}]
    (cell,) = cells(laws, "a + b", dependence=tied, sensitivity=asked)
    own = cell["indices"]["both"]
    for key, left in (("halved", 0.5), ("known", 0.0)):
        for end in ("low", "high"):
            exact = pytest.approx(left * cell[end]["value"], rel=1e-9, abs=1e-12)
            assert own[f"{key}_{end}"]["value"] == exact


def test_an_output_without_a_mean_has_intervals_and_no_shares():
    laws = {"a": normal(1), "b": normal(1), "c": normal(1)}
    (cell,) = cells(laws, "a/b + c")
    assert {own["ST"]["value"] for own in cell["indices"].values()} == {None}
    assert all(own["halved_gain"]["value"] is not None for own in cell["indices"].values())
    assert cell["indices"]["b"]["known_gain"]["value"] is None  # y would be infinite
    assert cell["ranking"][-1] == "b"  # nearer to 0 it makes y wider


def test_rows_of_a_table_have_no_half(tmp_path):
    (tmp_path / "pair.csv").write_text("p,q\n1,2\n2,1\n4,9\n")
    columns = {"p": "p", "q": "q"}
    laws = {"a": normal(1), **{key: {"unit": "1", **MEASURED} for key in columns}}
    joint = {"pair": {"file": "pair.csv", "columns": columns}}
    (cell,) = cells(laws, "a + p + q", folder=tmp_path, joint=joint)
    assert cell["indices"]["pair"]["halved_gain"]["value"] is None
    assert cell["indices"]["pair"]["ST"]["value"] > 0.5
    assert cell["ranking"] == ["a", "pair"]


def test_the_page_says_what_halving_would_do(tmp_path):
    laws = {"large": normal(3), "small": normal(1, MEASURED)}
    study = {
        "schema": "mcsus/1", "id": "paged", "parameters": laws,
        "equations": {"y": {"formula": "100 + large + small", "unit": "1"}},
        "outputs": {"y": "1"},
        "sensitivity": {"methods": ["improve"]},
        "design": {"draws": 2048, "replicates": 8},
    }  # fmt: skip
    page = write_report(run(Study.from_dict(study)), tmp_path).read_text(encoding="utf-8")
    text = page.replace("\N{NO-BREAK SPACE}", " ")
    found = "Halving the spread of what rests on assumed numbers would narrow the 95 % interval by "
    before, after = np.sqrt(10) * SCORE, np.hypot(1.5, 1) * SCORE
    assert found + f"{100 * (1 - after / before):.0f} %" in text
    assert f"from {100 - before:.1f}"[:8] in text
    assert f"to {100 + after:.0f}" in text
    assert "The assumption to replace by a measurement first is the large." in text
    assert (tmp_path / "improve_y.csv").is_file()
