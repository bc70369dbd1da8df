"""Draws that a result keeps, of inputs, an output and claims, and what all say given an input."""

import csv
import functools
import io
import json

import numpy as np
import pytest

from mcsus import load_result, run
from mcsus.analysis.given_classes import classes_of, in_classes, quantiles_in_classes
from mcsus.analysis.rank_bins import rising
from mcsus.report.figures.cobweb import cobweb_figure
from mcsus.report.figures.scatter import Looked
from mcsus.report.reading import Reading
from mcsus.report.sections.draws import Draws
from mcsus.result.chosen import chosen_cells
from mcsus.study import Study

SOURCE = {"unit": "1", "source": "a test"}
UNIFORM = {"distribution": "uniform", "minimum": 0.0}
LABELS = {"a": {**UNIFORM, "maximum": 0.5}, "b": {**UNIFORM, "maximum": 0.4}}
STUDY = {
    "schema": "mcsus/1",
    "id": "kept",
    "dims": {"place": ["a", "b"]},
    "parameters": {
        "slope": {**SOURCE, **UNIFORM, "maximum": 1.0},
        "small": {**SOURCE, **UNIFORM, "maximum": 0.01},
        "steps": {**SOURCE, "distribution": "discrete", "values": [1, 2, 5], "weights": [5, 3, 2]},
        "shift": {**SOURCE, "by": {"place": LABELS}},
    },
    "equations": {"y": {"formula": "3 * slope + steps + small + shift", "unit": "1"}},
    "outputs": {"y": "1"},
    "design": {"kind": "sobol", "draws": 1024, "replicates": 8, "seed": 1},
    "sensitivity": {"methods": ["sobol"], "draws": 256},
    "claims": [
        {"id": "large", "statement": "It is large", "quantity": "y", "relation": ">", "value": 4, "unit": "1", "confidence": 0.9},  # noqa: E501 - one claim
    ],
}  # fmt: skip


@functools.cache
def result():
    return run(Study.from_dict(STUDY))


def kept():
    return result().datasets("few_draws")["y"]


def test_draws_are_those_of_the_run_with_claims_beside():
    data = kept().isel(drawn_cell=0)
    inputs = dict(zip(data["input"].values, data["input_draws"].values, strict=True))
    own = [name for name in inputs if not np.isnan(inputs[name]).any()]
    total = 3 * inputs["slope"] + inputs["steps"] + inputs["small"] + inputs["shift [a]"]
    assert {"slope", "steps", "shift [a]"} <= set(own)
    assert data["output_draws"].values == pytest.approx(total, rel=1e-12)
    assert data.sizes["drawn_row"] == 2048
    holds = data["claim_draws"].values[0]
    assert (holds == (data["output_draws"].values > 4)).all()
    assert data["margin_draws"].values[0] == pytest.approx(data["output_draws"].values - 4)


def test_means_of_classes_are_those_of_all_draws_with_errors():
    data = kept().isel(drawn_cell=0)
    for name, slope in {"slope": 3.0, "steps": 1.0}.items():
        own = data.sel(input=name)
        x, mean, error = (own[k].values for k in ("class_input", "class_mean", "class_mean_error"))
        known = np.isfinite(x)
        rest = {"slope": 2.1 + 0.255, "steps": 1.5 + 0.255}[name]  # means of the others
        assert np.sum(known) == {"slope": 24, "steps": 3}[name]
        assert np.all(abs(mean - slope * x - rest)[known] < 5 * error[known] + 1e-9)
        low, middle, high = own["class_quantiles"].values[known].T
        assert ((low < middle) & (middle < high)).all()


def test_classes_against_sorting_by_hand():
    random = np.random.default_rng(3)
    inputs, output = random.random((2, 4, 600))
    classes = classes_of(inputs, 6)
    means, errors = in_classes(output, classes)
    found = quantiles_in_classes(rising(output), output, classes, (0.0, 0.5, 1.0))
    for k in range(6):
        own = output[classes.bins == k]
        assert means[k] == pytest.approx(own.mean())
        assert found[k, [0, 2]].tolist() == [own.min(), own.max()]
        assert errors[k] == pytest.approx(own.std() / np.sqrt(own.size), rel=1)


def test_figures_are_drawn_again_from_what_was_saved(tmp_path):
    result().save(tmp_path)
    drawn, again = (Draws(Reading(own)).figures for own in (result(), load_result(tmp_path)))
    assert [own.name for own in drawn] == ["scatter_y", "cobweb_y"]
    for one, other in zip(drawn, again, strict=True):
        assert one.csv() == other.csv()
    rows = list(csv.DictReader(io.StringIO(drawn[1].csv())))
    assert {row["kind"] for row in rows} == {"first", "second"}
    assert all((float(row["y (1)"]) > 4) == (row["kind"] == "second") for row in rows)
    assert drawn[1].title == "Which draws fail? It is large"
    assert ">Slope<" in drawn[0].svg
    assert "furthest apart in steps" in drawn[1].svg


def test_inputs_stand_in_the_order_in_which_they_matter():
    data = kept()
    assert json.loads(data.attrs["drawn_cells"]) == [{"place": "a"}, {"place": "b"}]
    places = data["input_place"].values[0]
    order = [str(data["input"].values[k]) for k in np.argsort(places) if np.isfinite(places[k])]
    assert order[:3] == ["steps", "slope", "shift [a]"]


def test_first_and_last_of_years_and_the_largest_of_labels():
    years = [{"year": float(year)} for year in (2020, 2030, 2040, 2050)]
    assert chosen_cells(years, [0.0] * 4, 3) == [0, 2, 3]
    assert chosen_cells([{"at": name} for name in "abcd"], [1.0, np.inf, 3.0, -9.0], 2) == [2, 3]


def test_cases_in_which_a_claim_fails_in_every_draw_are_left_out():
    open_, closed = (
        Looked({"place": name}, {"x": np.arange(4.0)}, np.arange(4.0), {"x": "g"}, {}, {"c": holds})
        for name, holds in (("a", np.arange(4) > 1), ("b", np.zeros(4, bool)))
    )
    figure = cobweb_figure("y", "kg", ["place"], [open_, closed], {"c": "It holds"})
    assert {row["place"] for row in figure.rows} == {"a"}
    assert "Left out: cases" in figure.caption
