"""Margins of claims with the inputs at the same draws: what an input is, and its points."""

import numpy as np
import pytest

from mcsus.analysis import claim_analysis
from mcsus.engine.executors import Threads
from mcsus.runner.claim_draws import MOST_DRAWS, claim_draws
from mcsus.runner.run import Run, run
from mcsus.study import Study

SOURCE = {"unit": "kg", "source": "a test"}
NORMAL = {"distribution": "normal", "mean": 1.0, "sd": 1.0, **SOURCE}


def normal(**changes):
    return {**NORMAL, **changes}


TABLES = {
    "schema": "mcsus/1",
    "id": "every_kind_of_input",
    "dims": {"place": ["a", "b"], "year": [2020, 2030]},
    "parameters": {
        "plain": normal(unit="g", mean=900.0, sd=100.0),
        "mixed": normal(),
        "level": normal(sd=0.1),
        "follows": normal(mean="level"),
        "by_place": {**SOURCE, "by": {"place": {"a": {k: NORMAL[k] for k in ("distribution", "mean", "sd")}, "b": {"distribution": "normal", "mean": 3.0, "sd": 0.5}}}},  # noqa: E501 - one law a label
        "same_law": {**SOURCE, "shared": ["year"], "by": {"year": {"2020": {"distribution": "normal", "mean": 1.0, "sd": 1.0}, "2030": {"distribution": "normal", "mean": 2.0, "sd": 2.0}}}},  # noqa: E501 - one law a label
        "part": {"distribution": "dirichlet", "over": "place", "concentration": [2.0, 3.0], "source": "a test"},  # noqa: E501 - one law
        "held": {"distribution": "constant", "value": 2.0, **SOURCE},
    },
    "equations": {
        "whole": {
            "formula": "plain + mixed + follows + by_place*part + same_law + held",
            "unit": "kg",
        },
    },
    "dependence": [{"parameters": ["plain", "mixed"], "copula": "gaussian", "correlation": 0.6}],
    "scenarios": [
        {"id": "other", "set": {"plain": normal(mean=3.0), "mixed": {**SOURCE, "distribution": "constant", "value": 1.0}}}  # noqa: E501 - two laws
    ],
    "outputs": {"whole": "kg"},
    "claims": [
        {"id": "enough", "statement": "enough", "quantity": "whole", "relation": ">", "value": 9000, "unit": "g", "confidence": 0.5},  # noqa: E501 - one claim
    ],
    "design": {"draws": 1024, "replicates": 3},
    "sensitivity": {"methods": []},
}  # fmt: skip


@pytest.fixture(scope="module")
def drawn():
    prepared = Run(Study.from_dict(TABLES))
    with Threads(2) as executor:
        (claim,) = claim_draws(prepared.study, prepared.kernel, executor)
    return claim


def cell_at(claim, **labels):
    return next(cell for cell in claim.cells if dict(cell.labels) == labels)


def by_name(cell):
    return {own.name: own for own in cell.inputs}


@pytest.mark.slow  # compiles a model with every kind of input
class TestClaimDraws:
    def test_names_and_units(self, drawn):
        known = by_name(cell_at(drawn, place="a", year=2020, scenario="base"))
        names = ["plain", "mixed", "level", "follows", "by_place [a]", "by_place [b]", "same_law"]
        assert set(known) == {*names, "part [a]", "part [b]"}
        assert (drawn.unit, known["plain"].unit, known["part [a]"].unit) == ("g", "g", "1")

    def test_values_are_those_of_laws_at_the_points(self, drawn):
        for cell in drawn.cells:
            for own in filter(lambda own: own.is_law, cell.inputs):
                expected = own.cell.law.quantile(own.points) * own.factor
                assert own.values == pytest.approx(expected, rel=1e-11), own.name

    def test_margins_follow_from_the_values(self, drawn):
        for cell in drawn.cells:
            known = {name: own.values for name, own in by_name(cell).items()}
            at = cell.labels["place"]
            whole = known["plain"] / (1000 if known["plain"].mean() > 100 else 1)
            whole = whole + known.get("mixed", 1.0) + known["follows"] + 2.0
            whole = whole + known[f"by_place [{at}]"] * known[f"part [{at}]"] + known["same_law"]
            assert cell.margins == pytest.approx(1000 * whole - 9000, rel=1e-9, abs=1e-8)
            assert (cell.holds == (cell.margins > 0)).all()

    def test_scenarios_have_their_own_laws(self, drawn):
        base = by_name(cell_at(drawn, place="a", year=2020, scenario="base"))
        other = by_name(cell_at(drawn, place="a", year=2020, scenario="other"))
        assert "mixed" in base
        assert "mixed" not in other
        assert base["plain"].values.mean() == pytest.approx(900, abs=5)
        assert other["plain"].cell.law.mean() == 3.0
        assert (base["plain"].points == other["plain"].points).all()

    def test_labels_with_one_point_are_one_input_with_the_law_of_the_label(self, drawn):
        for year, mean in ((2020, 1.0), (2030, 2.0)):
            same = by_name(cell_at(drawn, place="a", year=year, scenario="base"))["same_law"]
            assert (same.labels, same.cell.law.mean()) == ({}, mean)

    def test_what_depends_on_each_other(self, drawn):
        known = by_name(cell_at(drawn, place="a", year=2020, scenario="base"))
        assert known["plain"].streams & known["mixed"].streams
        assert not known["plain"].streams & known["level"].streams
        scores = [known[name].points.ravel() for name in ("plain", "mixed")]
        ranks = [np.argsort(np.argsort(own)) for own in scores]
        rho = 6 / np.pi * np.arcsin(0.6 / 2)
        assert np.corrcoef(ranks)[0, 1] == pytest.approx(rho, abs=4 * 0.7 / np.sqrt(3072))


def test_no_more_draws_than_are_looked_at():
    tables = {
        **TABLES,
        "parameters": {"plain": normal()},
        "dims": {},
        "equations": {"whole": {"formula": "plain", "unit": "kg"}},
        "dependence": [],
        "scenarios": [],
        "design": {"draws": 1 << 16, "replicates": 4},
    }
    prepared = Run(Study.from_dict(tables))
    with Threads(2) as executor:
        (claim,) = claim_draws(prepared.study, prepared.kernel, executor)
        assert claim.cells[0].margins.shape == (4, MOST_DRAWS // 4)
        many = Run(prepared.study.with_changes(replicates=1000))
        (claim,) = claim_draws(many.study, many.kernel, executor)
        assert claim.cells[0].margins.shape == (256, 256)


@pytest.mark.slow  # two runs
def test_of_very_many_cells_some_are_analysed_which_is_told():
    tables = {
        **TABLES,
        "dims": {"year": {"first": 2001, "last": 2040}},
        "parameters": {"plain": normal()},
        "equations": {"whole": {"formula": "plain*(year - 2000)", "unit": "kg"}},
        "outputs": {"whole": "kg"},
        "dependence": [],
        "scenarios": [],
    }
    result = run(Study.from_dict(tables), draws=256, replicates=2)
    (caution,) = [own for own in result.to_dict()["cautions"] if own["kind"] == "not_analysed"]
    assert (caution["where"], "12 of its 40 cases" in caution["text"]) == ("enough", True)
    told = result.to_dict()["claims"]["enough"]["break_even"]
    years = [row["labels"]["year"] for row in told]
    assert (len(years), years[0], years[-1]) == (12, 2001, 2040)
    few = {**tables, "dims": {"year": {"first": 2001, "last": 2004}}}
    cautions = run(Study.from_dict(few), draws=256, replicates=2).to_dict()["cautions"]
    assert not [own for own in cautions if own["kind"] == "not_analysed"]


def test_the_order_of_analyses_is_not_that_of_imports(monkeypatch):
    usual = list(claim_analysis.claim_analyses())
    turned = dict(reversed(claim_analysis._ANALYSES.items()))
    monkeypatch.setattr(claim_analysis, "_ANALYSES", turned)
    assert list(claim_analysis.claim_analyses()) == usual
