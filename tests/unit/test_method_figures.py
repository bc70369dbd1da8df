"""Figures of single methods: tornado, Morris's plane, pairs, and which input drives when."""

import functools
from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.report.figures.style import drawing
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.result.labelling import labelled
from tests.unit.report_results import indices, lognormal, output, result
from tests.unit.test_report_figures import read

INPUTS = ("life", "mass", "energy_factor")
YEARS = {"year": list(range(2020, 2026))}
TOTALS = {"life": np.linspace(0.9, 0.1, 6), "mass": np.linspace(0.05, 0.8, 6)}
S2 = [[np.nan, 0.2, 0.001], [np.nan, np.nan, 0.05], [np.nan] * 3]
SWINGS = {
    "low_output": [2.0, 3.0, 4.5],
    "high_output": [8.0, 3.5, 3.8],
    "swing": [6.0, 1.0, 0.7],
    "low_value": [1.0, 20.0, 0.1],
    "high_value": [9.0, 30.0, 0.2],
    "typical_value": [3.0, 25.0, 0.15],
    "value_unit": ["year", "g", "kg"],
    "typical": 4.0,
    "rank": [1, 2, 3],
}
EFFECTS = {"mu_star": [3.0, 1.0, 0.1], "sigma": [0.5, 2.0, 0.0], "rank": [1, 2, 3]}
EFFECTS |= {f"{key}_error": [0.1, 0.1, 0.0] for key in ("mu_star", "sigma")}


DISTANCES = {"median": [0.4, 0.03, 0.2], "maximum": [0.5, 0.1, 0.3], "rank": [1, 3, 2]}
DISTANCES |= {f"{key}_error": [0.01, 0.01, 0.02] for key in ("median", "maximum")}
DISTANCES |= {"dummy_median": 0.04, "dummy_median_error": 0.002}
NOTHING = {"elasticity": [np.nan] * 3, "upwards": [np.nan] * 3, "typical_value": [1.0, 2.0, 3.0]}
NOTHING |= {"value_unit": ["year", "g", "kg"], "typical": np.nan, "rank": [0, 0, 0]}
BOUNDS = {"bound": [0.6, 0.5, 0.3], "ST": [0.5, 0.4, 0.2], "rank": [1, 2, 3]}
BOUNDS |= {f"{key}_error": [0.01] * 3 for key in ("bound", "ST")}


def table(method, arrays):
    found = {key: np.asarray([own]) for key, own in arrays.items()}
    known = [e for own in methods()[method].entries for e in own.variables if e.name in found]
    other = {"other_input": list(INPUTS)} if "S2" in arrays else {}
    made = labelled(known, found, {}, {"input": list(INPUTS), **other}, "kg CO2e")
    return made.assign_attrs(method=method)


@functools.cache
def page():
    both = {"S1": [0.4, 0.3, 0.1], "ST": [0.5, 0.4, 0.2], "S2": S2}
    both |= {f"{k}_error": np.full_like(np.asarray(v), 0.002) for k, v in both.items()}
    both["rank"] = [1, 2, 3]
    years = [lognormal(k + 1.0, seed=k) for k in range(6)]
    made = result(
        {"footprint": output([lognormal()]), "yearly": output(years, YEARS)},
        {
            "footprint": table("sobol", both),
            "yearly": indices(TOTALS, TOTALS, YEARS),
            "footprint@tornado": table("tornado", SWINGS),
            "footprint@morris": table("morris", EFFECTS),
            "footprint@pawn": table("pawn", DISTANCES),
            "footprint@dgsm": table("dgsm", BOUNDS),
            "footprint@elasticity": table("elasticity", NOTHING),
        },
    )
    return sections(Reading(made))


def figures():
    return {figure.name: figure for section in page() for figure in section.figures}


@pytest.mark.parametrize(
    "name",
    [
        "tornado_footprint",
        "morris_footprint",
        "pairs_footprint",
        "evolution_yearly",
        "pawn_footprint",
    ],
)
def test_a_figure_can_be_drawn_from_its_file_alone(name):
    figure = figures()[name]
    assert replace(figure, rows=read(figure)).svg == figure.svg


def drawn(name):
    with drawing():
        return figures()[name].draw(figures()[name].rows)


def test_tornado_has_bars_between_both_outputs_and_the_values_of_the_inputs_at_their_ends():
    ax = drawn("tornado_footprint")[0].figure.axes[0]
    ends = {round(bar.get_x() + bar.get_width(), 6) for bar in ax.patches}
    assert ends == {2.0, 8.0, 3.0, 3.5, 4.5, 3.8}
    told = [text.get_text() for text in ax.texts]
    assert told == ["1.00", "9.00 year", "20.0", "30.0 g", "0.200", "0.100 kg"]


def test_plane_of_morris_has_a_point_for_each_input():
    ax = drawn("morris_footprint")[0].figure.axes[0]
    (points,) = [line.get_xydata() for line in ax.lines if line.get_marker() == "o"]
    assert points.tolist() == [[3.0, 0.5], [1.0, 2.0], [0.1, 0.0]]


def test_pairs_that_cannot_be_told_from_none_are_dots():
    sheet, text = drawn("pairs_footprint")
    told = {own.get_text() for own in sheet.figure.texts}
    assert {"0.200", "0.050", "\u2022"} <= told
    assert "0.001" not in told
    assert "largest is that of life and mass, 0.200" in text


def test_evolution_tells_which_input_drives_the_doubt_when():
    sheet, text = drawn("evolution_yearly")
    lines = {len(line.get_xdata()): line.get_ydata() for line in sheet.figure.axes[0].lines}
    assert text == "In year 2020 life drives the doubt most, in 2025 mass does."
    assert len(lines[6]) == 6


def test_any_method_has_bars_beside_a_dummy_and_what_is_comparable():
    ax = drawn("pawn_footprint")[0].figure.axes[0]
    assert [bar.get_width() for bar in ax.patches] == [0.4, 0.2, 0.03]
    dashed = [line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
    assert dashed == [0.04] * 3
    ax = drawn("dgsm_footprint")[0].figure.axes[0]
    diamonds = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "D"]
    assert diamonds == pytest.approx([0.5, 0.4, 0.2])
    assert "Diamonds are Sobol\u2019 indices of total order" in figures()["dgsm_footprint"].how
    assert figures()["pawn_footprint"].rows[1]["margin_95"] == pytest.approx(2.36 * 0.02, rel=0.01)


def test_methods_without_a_room_of_their_own_share_one():
    rooms = {own.name: own.title for own in page() if own.title}
    assert rooms["methods"] == "What does each method say?"
    inside = [own.name for own in page() if own.within == "methods"]
    assert inside == ["morris", "pawn", "dgsm"]
    assert not set(inside) & set(rooms)


def test_a_reason_where_nothing_can_be_told_in_percent():
    own = next(section for section in page() if section.name == "elasticity")
    assert own.context()["zeros"] == ["Footprint"]
    assert own.context()["left_out"] == 0
