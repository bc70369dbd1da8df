"""Numbers, units, names and labels as a reader wants them, one line for each way of writing."""

import json

import numpy as np
import pytest

from mcsus.report.figures.base import by_cell, grouped, label_columns, settled
from mcsus.report.figures.style import STAGE_COLOURS, clear_of, tick_text
from mcsus.report.figures.svg import _emptied, _rounded
from mcsus.report.gallery import write_gallery
from mcsus.report.sections.contributions import _label, _tints
from mcsus.report.sections.inputs import _first_author, input_title
from mcsus.report.sections.scenarios import _change
from mcsus.result import wording as w
from mcsus.result.ranking import order_of
from tests.unit.report_results import lognormal, output, result

MINUS = "\N{MINUS SIGN}"
VARYING = {"distribution": "uniform"}
TITLES = [{"title": "Energy, kws", "law": VARYING}, {"title": "Energy, ad", "law": VARYING}]


@pytest.mark.parametrize(
    ("function", "given", "wanted"),
    [
        (w.number, 1234.56, "1,235"),
        (w.number, 0.0123456, "0.0123"),
        (w.number, 4.9996, "5.00"),
        (w.number, 2.5e-7, "2.50 \N{MULTIPLICATION SIGN} 10⁻⁷"),
        (w.number, -3.0, f"{MINUS}3.00"),
        (w.plain, 34.0, "34"),
        (w.plain, 3.0000000000000004, "3"),
        (w.plain, 2.5e9, "2.5 \N{MULTIPLICATION SIGN} 10⁹"),
        (w.error, 0.01234, "0.012"),
        (w.error, None, "not known"),
        (w.error, 0.0, "0"),
        (w.percent, 0.567, "57 %"),
        (w.percent, 0.0042, "0.4 %"),
        (w.percent, 0.00001, "less than 0.1 %"),
        (w.percent, -0.00001, "0 %"),
        (w.probability, 0.5697, "0.570"),
        (w.probability, 0.99996, "above 0.999"),
        (w.probability, 0.00002, "below 0.001"),
        (w.probability, 1.0, "1"),
        (w.unit_text, "kg CO2e/cm**2", "kg CO₂e/cm²"),
        (w.unit_text, "1", ""),
        (w.unit_text, "s**-1", "s⁻¹"),
        (w.unit_prose, "Mt CO2e/year", "Mt CO₂e per year"),
        (w.words, "ml_training", "ML training"),
        (w.words, 2030.0, "2030"),
        (w.words, "device_footprint@stage", "device footprint, by stage"),
        (w.cell_name, {"year": 2030, "scenario": "base"}, "2030"),
        (w.cell_name, {"scenario": "base"}, "base"),
        (w.cell_name, {}, ""),
        (w.listing, ["a", "b", "c"], "a, b and c"),
        (w.listing, ["a"], "a"),
        (w.verb, "device mass", "is"),
        (w.verb, "yearly emissions", "are"),
        (w.capital, "the device", "The device"),
        (w.capital, "x3 drives most of it", "x3 drives most of it"),
        (w.capital, "x", "x"),
        (w.tidy, "57 %", "57\N{NO-BREAK SPACE}%"),
        (tick_text, -1.0, f"{MINUS}1"),
        (tick_text, 1e7, "10⁷"),
        (tick_text, 20000.0, "20,000"),
        (_rounded, "M 1.23456 -0.0001 L 3.0 7", "M 1.23 0 L 3 7"),
        (_emptied, "<g><g></g></g><path/>", "<path/>"),
        (label_columns, {"year": 2024, "stage": "use"}, {"year": 2024, "stage (dim)": "use"}),
        (_first_author, "Pirson T., Bol D.", "Pirson T. et al."),
        (_first_author, "ADEME (Base Empreinte)", "ADEME (Base Empreinte)"),
        (input_title, TITLES, "Energy"),
    ],
)
def test_words(function, given, wanted):
    assert function(given) == wanted


@pytest.mark.parametrize(
    ("function", "given", "wanted"),
    [
        (w.span, (2.11, 12.8), "2.11 to 12.8"),
        (w.span, (0.4, 0.4), "0.400"),
        (w.quantity, ("34", "kg CO2e"), "34 kg CO₂e"),
        (w.quantity, ("0.93", "1"), "0.93"),
        (w.count, (1, "input"), "one input"),
        (w.count, (12, "input"), "12 inputs"),
        (w.count, (0, "entry", "entries"), "no entries"),
        (clear_of, ("a very long label", 8), "a very …"),
        (settled, (1e-17, 2.0), 0.0),
        (settled, (0.5, 2.0), 0.5),
        (settled, (None, 2.0), None),
        (order_of, (["b", "a", "c"], np.array([0.1, 0.1, 0.5])), [2, 1, 0]),
        (_label, ("global_production", "global_footprint"), "production"),
        (_label, ("transport", "device_footprint"), "transport"),
        (_change, ("mean", 4.0, 5.0), "mean 5.00 instead of 4.00 (+25 %)"),
        (_change, ("mean", 4.0, 4.0), "no change"),
    ],
)
def test_words_of_two(function, given, wanted):
    assert function(*given) == wanted


def test_cells_of_rows_and_their_headings():
    rows = [{"year": 2024, "x": 1}, {"year": 2025, "x": 2}, {"year": 2024, "x": 3}]
    assert [(labels["year"], len(own)) for labels, own in by_cell(rows, ["year"])] == [
        (2024, 2),
        (2025, 1),
    ]
    assert grouped(["a", "b"], [{"a": "x", "b": "y"}, {"a": "x", "b": "z"}]) == [
        ("x, y", 0),
        ("x, z", 1),
    ]
    four = [{"a": a, "b": b} for a in "xy" for b in (1, 2)]
    assert grouped(["a", "b"], four) == [
        ("x", None), ("1", 0), ("2", 1), ("y", None), ("1", 2), ("2", 3),
    ]  # fmt: skip


def test_two_parts_of_one_stage_have_two_colours():
    first, second = _tints(["use", "use"])
    assert first == STAGE_COLOURS["use"] != second


def test_the_gallery_has_an_answer_and_the_numbers_of_each_study(tmp_path):
    page = write_gallery([result({"y": output([lognormal()])})], tmp_path)
    assert "For one device, y is on average" in page.read_text(encoding="utf-8")
    numbers = json.loads((tmp_path / "numbers.json").read_text())
    (cell,) = numbers["made_up"]["y"]
    assert list(cell) == ["labels", "mean", "mean_error", "median", "median_error"]
