"""Every figure is drawn from the rows of its CSV file: what the file says is what is seen."""

import csv
import functools
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import t as student

from mcsus.report.figures.style import drawing
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.report.sections.convergence import convergence_figure
from mcsus.report.sections.drivers import TOP
from tests.unit.report_results import SOURCE, claim, indices, lognormal, output, result

TWO = {"application": ["keyword_spotting", "image_classification"]}
YEARS = {"year": list(range(2020, 2026)), "scenario": ["base", "slow"]}
MANY = {"place": ["north", "south"], "stage": ["a", "b"], "scenario": ["base", "x"]}
PARTS = {"manufacture": 0.7, "transport": -0.25, "use_stage": 0.55}
FIFTEEN = {f"x{k}": [0.6 / (k + 1), 0.5 / (k + 1)] for k in range(15)}
WATCH = {"title": "A watch", "value": 34.0, "sources": [SOURCE]}


@functools.cache
def every_figure():
    """Return one figure of each kind or more, by name."""
    two = [lognormal(4.0, seed=1), lognormal(6.0, seed=2)]
    years = [lognormal(k + 1.0, seed=k) for k in range(12)]
    many = [lognormal(k + 1.0, seed=k) if k != 5 else np.full((8, 512), 3.0) for k in range(8)]
    made = result(
        {
            "footprint": output(two, TWO, parts=PARTS),
            "skewed": output([lognormal(spread=2.5)]),
            "yearly": output(years, YEARS),
            "many": output(many, MANY),
        },
        {
            "footprint": indices(FIFTEEN, FIFTEEN, TWO),
            "skewed": indices({"x0": 0.5}, {"x0": 0.6}),
            "yearly": indices({"x0": [0.5] * 12}, {"x0": [0.6] * 12}, YEARS),
            "many": indices({"x0": [0.5] * 8}, {"x0": [0.6] * 8}, MANY),
        },
        {
            "below": claim(two, 5.0, "<", dims=TWO),
            "above": claim(two, 5.0, ">", dims=TWO),
        },
        references={"footprint": [WATCH]},
    )
    return {figure.name: figure for s in sections(Reading(made)) for figure in s.figures}


KINDS = (
    "density",
    "fan",
    "intervals",
    "contributions",
    "claim",
    "drivers",
    "convergence",
    "agreement",
    "evolution",
)
NAMES = (
    "agreement_footprint", "evolution_yearly",
    "density_footprint", "density_skewed", "fan_yearly", "intervals_many",
    "contributions_footprint", "claim_above", "drivers_footprint", "convergence_footprint",
)  # fmt: skip
LOG = "density of the logarithm"
MEAN, MEDIAN, HIGH = "mean", "quantile_0.5", "quantile_0.975"


def read(figure):
    """Return the rows of a CSV file, numbers as numbers and labels of years too."""

    def number(text):
        try:
            return float(text)
        except ValueError:
            return text or None

    rows = csv.DictReader(io.StringIO(figure.csv()))
    return [{key: number(text) for key, text in row.items()} for row in rows]


def axes_of(name, rows=None):
    figure = every_figure()[name]
    with drawing():
        sheet, _ = figure.draw(figure.rows if rows is None else rows)
    return sheet.figure.axes


def line_at(ax, style):
    """Return the points of the lines of one marker or dash."""
    return [line.get_xydata() for line in ax.lines if line.get_marker() == style]


def test_every_kind_is_here():
    assert {name.split("_")[0] for name in every_figure()} == set(KINDS)
    assert {name.split("_")[0] for name in NAMES} == set(KINDS)
    assert any(row["what"] == LOG for row in every_figure()["density_skewed"].rows)


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_can_be_drawn_from_its_file_alone(name):
    figure = every_figure()[name]
    again = replace(figure, rows=read(figure)).svg
    numbers = re.compile(r"-?\d+\.?\d*")
    assert numbers.sub("#", again) == numbers.sub("#", figure.svg)
    pairs = zip(numbers.findall(again), numbers.findall(figure.svg), strict=True)
    assert max(abs(float(a) - float(b)) for a, b in pairs) < 0.05


CHANGES = [
    ("density_footprint", lambda row: row["what"] == "density" and row["low"] < 4, "density"),
    ("density_footprint", lambda row: row["what"] == "quantile 0.5", "low"),
    ("density_footprint", lambda row: row["what"] == "mean", "low"),
    ("density_footprint", lambda row: row["what"] == "product to compare with", "low"),
    ("density_skewed", lambda row: row["what"] == LOG and row["low"] < 4, "density"),
    *[("fan_yearly", lambda row: row["year"] == 2022, f"quantile_{p}") for p in (0.025, 0.5, 0.75)],
    *[("intervals_many", lambda row: row["place"] == "south", c) for c in (MEAN, MEDIAN, HIGH)],
    ("contributions_footprint", lambda row: row["part"] == "transport", "mean"),
    ("contributions_footprint", lambda row: row["part"] == "sum", "mean"),
    ("claim_below", lambda row: row["what"] == "probability", "probability"),
    ("claim_below", lambda row: row["what"] == "probability", "value"),
    ("claim_below", lambda row: row["what"] == "quantile" and row["probability"] > 0.3, "value"),
    *[("drivers_footprint", lambda row: row["input"] == "x3", c) for c in ("S1", "ST_margin_95")],
    ("drivers_footprint", lambda row: row["input"] == "x14", "ST"),
    *[
        ("convergence_footprint", lambda row: row["draws_per_replicate"] > 99, column)
        for column in ("mean", "mean_error", "quantile_0.975", "quantile_0.975_error")
    ],
]


@pytest.mark.parametrize(("name", "wanted", "column"), CHANGES)
def test_a_number_that_changes_changes_the_picture(name, wanted, column):
    figure = every_figure()[name]
    changed = [{**row, column: 0.9 * row[column]} if wanted(row) else row for row in figure.rows]
    assert changed != figure.rows
    assert replace(figure, rows=changed).svg != figure.svg


@pytest.mark.parametrize("relation", ["below", "above"])
def test_the_dot_of_a_claim_stands_where_its_probability_says(relation):
    name = f"claim_{relation}"
    said = [row for row in read(every_figure()[name]) if row["what"] == "probability"]
    assert 0.1 < said[0]["probability"] < 0.9
    for ax, row in zip(axes_of(name), said, strict=True):
        (dot,) = line_at(ax, "o")
        height = row["probability"] if relation == "below" else 1 - row["probability"]
        assert dot[0] == pytest.approx([row["value"], height], abs=1e-5)
        shaded = ax.collections[0].get_paths()[0].vertices
        held = shaded[:, 0] <= row["value"] + 1e-9
        assert held.all() if relation == "below" else (shaded[:, 0] >= row["value"] - 1e-9).all()


def test_bars_of_indices_and_their_whiskers_are_those_of_the_file():
    rows = read(every_figure()["drivers_footprint"])
    margin = student.ppf(0.975, 7) * 0.002
    assert [row["ST_margin_95"] for row in rows] == pytest.approx([margin] * len(rows), rel=1e-3)
    assert "Whiskers are 95 % bounds" in every_figure()["drivers_footprint"].how
    for ax, label in zip(axes_of("drivers_footprint"), TWO["application"], strict=True):
        own = sorted((r for r in rows if r["application"] == label), key=lambda r: -r["ST"])
        for key, bars, whiskers in zip(("ST", "S1"), *drawn_bars(ax), strict=True):
            values = [row[key] for row in own]
            assert bars[:TOP] == pytest.approx(values[:TOP], abs=1e-5)
            assert whiskers == pytest.approx([row[f"{key}_margin_95"] for row in own][:TOP])
            assert bars[TOP:] == pytest.approx([sum(values[TOP:])], abs=1e-4)
            assert bars[TOP] > 0.05


def drawn_bars(ax):
    bars = [[bar.get_width() for bar in c] for c in ax.containers if hasattr(c, "datavalues")]
    whiskers = [
        [(segment[1, 0] - segment[0, 0]) / 2 for segment in lines.get_segments()]
        for lines in ax.collections
    ]
    return bars, whiskers


def test_the_band_of_convergence_is_the_one_its_caption_names():
    figure = every_figure()["convergence_footprint"]
    level = float(re.search(r"Bands are (\S+) % bounds", figure.caption)[1]) / 100
    t = student.ppf((1 + level) / 2, 7)
    rows = [row for row in read(figure) if row["application"] == "keyword_spotting"]
    for ax, column in zip(axes_of(figure.name), ("mean", "quantile_0.975"), strict=False):
        values, errors = ([row[c] for row in rows] for c in (column, f"{column}_error"))
        assert line_at(ax, "o")[0][:, 1] == pytest.approx(values, rel=1e-5)
        band = ax.collections[0].get_paths()[0].vertices[:, 1]
        for value, bound in zip(values, errors, strict=True):
            for end in (value - t * bound, value + t * bound):
                assert np.isclose(band, end, rtol=1e-5).any()


def test_the_bands_of_a_fan_are_those_its_caption_names():
    figure = every_figure()["fan_yearly"]
    assert "25 to 75 % (dark band), 95 % interval (light band)" in figure.how
    rows = [row for row in read(figure) if row["scenario"] == "base"]
    ax = axes_of(figure.name)[0]
    for band, ends in zip(ax.collections, ((0.025, 0.975), (0.25, 0.75)), strict=True):
        heights = band.get_paths()[0].vertices[:, 1]
        for end in ends:
            column = [row[f"quantile_{end:g}"] for row in rows]
            assert all(np.isclose(heights, value, rtol=1e-5).any() for value in column)
    middle, mean = (line.get_ydata() for line in ax.lines)
    assert middle == pytest.approx([row[MEDIAN] for row in rows], rel=1e-5)
    assert mean == pytest.approx([row[MEAN] for row in rows], rel=1e-5)


def test_intervals_are_those_of_the_words():
    figure = every_figure()["intervals_many"]
    (ax,) = axes_of(figure.name)
    dots, strokes = line_at(ax, "o"), line_at(ax, "|")
    bars = [line.get_xdata() for line in ax.lines if len(line.get_xdata()) == 2]
    rows = read(figure)
    assert [dot[0, 0] for dot in dots] == pytest.approx([r[MEDIAN] for r in rows], rel=1e-5)
    varying = [row for row in rows if row["quantile_0.025"] != row[HIGH]]
    assert len(varying) == len(rows) - 1
    assert [s[0, 0] for s in strokes] == pytest.approx([r[MEAN] for r in varying], rel=1e-5)
    ends = np.array([[row["quantile_0.025"], row[HIGH]] for row in varying])
    assert np.array(bars) == pytest.approx(ends, rel=1e-5)


@pytest.mark.parametrize("name", ["density_footprint", "density_skewed"])
def test_densities_have_the_shape_and_marks_of_the_file(name):
    figure = every_figure()[name]
    ax, rows = axes_of(name)[0], read(figure)
    medians = [row["low"] for row in rows if row["what"] == "quantile 0.5"]
    assert [dot[0, 0] for dot in line_at(ax, "o")] == pytest.approx(medians, rel=1e-5)
    bars = [line.get_xdata() for line in ax.lines if line.get_linewidth() == 4]
    for bar, low, high in zip(
        bars,
        [row["low"] for row in rows if row["what"] == "quantile 0.025"],
        [row["low"] for row in rows if row["what"] == "quantile 0.975"],
        strict=True,
    ):
        assert list(bar) == pytest.approx([low, high], rel=1e-5)
    what = LOG if name == "density_skewed" else "density"
    curves = [line.get_xydata() for line in ax.lines if len(line.get_xdata()) > 9]
    bins = [row for row in rows if row["what"] == what][: len(curves[0]) - 1]
    heights = np.array([row["density"] for row in bins])
    drawn = curves[0][:, 1] - round(curves[0][-1, 1])
    at = np.sqrt(bins[9]["low"] * bins[9]["high"])
    at = at if name == "density_skewed" else (bins[9]["low"] + bins[9]["high"]) / 2
    place = int(np.argmin(abs(curves[0][:, 0] - at)))
    assert curves[0][place, 0] == pytest.approx(at, rel=1e-4)
    assert drawn[place] == pytest.approx(0.62 * heights[9] / heights.max(), abs=1e-4)


def test_parts_add_up_to_the_total_at_the_end_of_each_bar():
    figure = every_figure()["contributions_footprint"]
    (ax,), rows = axes_of(figure.name), read(figure)
    widths = [bar.get_width() for c in ax.containers for bar in c]
    parts = [row["mean"] for row in rows if row["part"] != "sum"]
    assert widths == pytest.approx(parts, rel=1e-5)
    negative = [bar for c in ax.containers for bar in c if bar.get_width() < 0]
    assert [bar.get_x() for bar in negative] == [0, 0]
    starts = [bar.get_x() for c in ax.containers for bar in c if bar.get_width() > 0]
    assert starts == pytest.approx([0, parts[0], 0, parts[3]], rel=1e-5)
    totals = [row["mean"] for row in rows if row["part"] == "sum"]
    written = [
        float(text.get_text().replace("\N{MINUS SIGN}", "-"))
        for text in ax.texts
        if text.get_weight() == "bold"
    ]
    assert all(any(abs(w - total) < 0.01 for w in written) for total in totals)


def test_the_ratio_of_widths_is_that_of_first_order_over_monte_carlo():
    data = output([lognormal()])
    low, high = data["symmetric"].values[-1]
    middle, half = (low + high) / 2, high - low
    data["first_order_interval"] = (("bound",), [middle - half, middle + half])
    first_order = next(s for s in sections(Reading(result({"y": data}))) if s.name == "first_order")
    (row,) = first_order.context()["rows"]
    assert row["ratio"] == "2.0"


def test_a_dim_may_be_called_as_a_column_is():
    rows = read(every_figure()["intervals_many"])
    assert [row["stage (dim)"] for row in rows[:4]] == ["a", "a", "b", "b"]


def test_long_ticks_have_room():
    cells = [lognormal(9.0553e6, 0.001)]
    figure = convergence_figure(Reading(result({"y": output(cells)})).headline, 2.4)
    sheet, _ = figure.draw(figure.rows)
    sheet.figure.canvas.draw()
    for ax in sheet.figure.axes:
        ticks = [tick for tick in ax.get_yticklabels() if tick.get_text()]
        assert any("10\N{SUPERSCRIPT SIX}" in tick.get_text() for tick in ticks)
        assert all(tick.get_window_extent().x0 >= 0 for tick in ticks)
