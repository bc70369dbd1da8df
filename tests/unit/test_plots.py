"""Figures of the report as axes of matplotlib."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.report.figures.placed import placed
from mcsus.report.figures.scatter import Looked, scatter_figure
from mcsus.report.plots import Plots, plot_law
from mcsus.report.sections import sections
from mcsus.report.sections.drivers import driver_figure
from mcsus.result.wording import words
from mcsus.runner import run
from tests.unit.report_results import claim, indices, lognormal, output, result

APPLICATIONS = {"application": ["one", "two"]}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def plots():
    cells = [lognormal(4.0), lognormal(6.0, seed=2)]
    total = {"a": [0.7, 0.2], "b": [0.3, 0.8]}
    made = result(
        {"footprint": output(cells, APPLICATIONS, parts={"make": 0.75, "use": 0.25})},
        {"footprint": indices(total, total, APPLICATIONS)},
        {"low": claim(cells, 8.0, dims=APPLICATIONS, quantity="footprint")},
    )
    return Plots(made)


@pytest.mark.parametrize(
    ("kind", "panels"),
    [("density", 1), ("drivers", 2), ("made_of", 1), ("claims", 2), ("convergence", 4)],
)
def test_each_figure_is_drawn_on_its_own_and_inside_axes(plots, kind, panels):
    made = np.atleast_1d(getattr(plots, kind)())
    assert len(made) == panels
    assert made[0].figure.number in plt.get_fignums()
    figure, axes = plt.subplots(1, 2, figsize=(12, 5))
    room = axes[1].get_position()
    inside = np.atleast_1d(getattr(plots, kind)(ax=axes[1]))
    assert inside[0] is axes[1]
    assert len(inside) == panels
    figure.draw_without_rendering()
    for panel in inside:
        assert room.x0 <= panel.get_position().x0 < panel.get_position().x1 <= room.x1 + 1e-9
        assert room.y0 <= panel.get_position().y0 < panel.get_position().y1 <= room.y1 + 1e-9
        for text in panel.get_xticklabels():
            assert text.get_fontsize() <= 12 * room.width * 12 * 72 / 680 + 1e-9
    assert axes[0].get_position().x1 < room.x0, "other axes of the figure stay"


def test_drivers_are_bars_of_the_indices_at_the_labels_asked_for(plots):
    axes = plots.drivers(application="two")
    total = axes.containers[0]
    assert [round(bar.get_width(), 6) for bar in total] == [0.8, 0.2]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["b", "a"]


def test_parts_add_up_to_the_mean(plots):
    axes = plots.made_of(application=["one"])
    widths = [bar.get_width() for bar in axes.patches]
    mean = float(plots._reading.outputs["footprint"].cells[0].value("mean"))
    assert sum(widths) == pytest.approx(mean, rel=1e-12)


def test_it_is_the_figure_of_the_report(plots):
    """Same rows through the same code: no drawing of its own."""
    (section,) = [own for own in sections(plots._reading) if own.name == "drivers"]
    (figure,) = section.figures
    axes = np.atleast_1d(plots.drivers())
    drawn = [bar.get_width() for bar in axes[0].containers[0]]
    assert sorted(drawn) == sorted(row["ST"] for row in figure.rows[:2])
    assert driver_figure.__module__ == type(section).__module__


def test_draws_are_dots_that_are_seen_on_a_screen():
    """A line without length is a dot on a page, and nothing on a screen."""
    made = np.random.default_rng(1).normal(size=(2, 192))
    middles = np.linspace(-1, 1, 5)
    classes = [
        {"input": x, "mean": x, "error": 0.1, "low": x - 1, "median": x, "high": x + 1}
        for x in middles
    ]
    cell = Looked({}, {"x": made[0]}, made[1], {"x": "kg"}, {"x": classes}, {})
    figure = placed(scatter_figure("y", "kg", [], [cell], 2.0, mean=True)).figure
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3)
    assert (pixels == [0x8A, 0x94, 0x9E]).all(axis=1).sum() > 100


@pytest.mark.slow
def test_draws_are_drawn_against_the_inputs_asked_for():
    made = run("mcu_chip", draws=256, replicates=2, methods=["sobol"])
    (data,) = made.datasets("few_draws").values()
    first = str(data["input"].values[0])
    axes = made.plot.scatter(inputs=first, scenario="base")
    texts = {text.get_text().lower() for text in axes.figure.texts}
    assert words(first).lower() in texts
    with pytest.raises(InputError, match="found 'batery'"):
        made.plot.scatter(inputs=["batery"])


def test_a_law_is_drawn_with_its_median_and_interval():
    law = distribution("normal", mean=10, sd=1)
    axes = plot_law(law, "kg")
    texts = {text.get_text() for text in axes.texts}
    assert {"10.0", "8.04", "12.0"} <= texts
    assert "kg" in {text.get_text() for text in axes.figure.texts}


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda p: p.density("fotprint"), "found 'fotprint'; allowed: .*footprint"),
        (lambda p: p.density(year=2030), "found 'year'; allowed: dims of footprint: application"),
        (
            lambda p: p.density(application="too"),
            "plot.application: found 'too'",
        ),
        (lambda p: p.claims("high"), "found 'high'; allowed: a claim: low"),
        (lambda p: p.scatter(), "no kept draws"),
        (lambda p: p.drivers(by="stage"), "found 'footprint@stage'"),
    ],
)
def test_what_is_not_there_is_refused(plots, ask, message):
    with pytest.raises(InputError, match=message):
        ask(plots)


def test_a_result_without_parts_indices_or_claims_says_what_is_missing():
    bare = Plots(result({"footprint": output([lognormal()])}))
    for kind, message in (
        ("made_of", "breakdown"),
        ("drivers", "methods sobol, shapley"),
        ("claims", "claims something"),
    ):
        with pytest.raises(InputError, match=message):
            getattr(bare, kind)()
