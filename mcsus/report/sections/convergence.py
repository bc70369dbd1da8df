"""How the mean and an upper quantile settle as draws are added."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from mcsus.report.figures.base import Figure, Row, by_cell, cell_rows, settled
from mcsus.report.figures.style import (
    BLUE,
    FAINT,
    PALE_BLUE,
    WIDTH,
    Sheet,
    room_for_ticks,
    tick_text,
)
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultTable
from mcsus.result.wording import cell_name, number, unit_label, words

_PANELS = 3
_HEIGHT, _HEAD, _BETWEEN = 112.0, 24.0, 44.0


@register
class ConvergenceSection(Section):
    """Whether the headline output was drawn often enough."""

    name, order, title, link = "numerics", 50, "Is it the method?", "Numerical error"
    template = "convergence.html.j2"

    def make_figures(self) -> list[Figure]:
        """Return the path of the headline output; nothing when it does not vary."""
        figure = convergence_figure(self.reading.headline, self.reading.student)
        return [figure] if figure is not None else []


def convergence_figure(table: ResultTable, t: float) -> Figure | None:
    """Return convergence for an output, with bounds of `t` errors; None when nothing varies."""
    shown = table.picked(_PANELS)
    if not shown:
        return None
    caption = (
        "Estimates from the first draws of every replicate, averaged over the replicates. This "
        "is numerical error only: it shrinks as draws are added, the uncertainty of the output "
        "does not. "
    )
    bands = "Bands are 95 % bounds, from the spread between the replicates."
    none = "One replicate tells nothing about the error, so there are no bands."
    caption += bands if np.isfinite(t) else none
    probability = float(table.attrs["path_probability"])
    columns = {f"quantile_{probability:g}": f"{100 * probability:g} % quantile"}
    if not all(np.isfinite(cell.array("path_quantile")).all() for cell in shown):
        return None  # of what is never in some draws
    if all(cell.has_mean for cell in shown):
        columns = {"mean": "Mean", **columns}
    else:
        caption += " The mean does not settle and is not drawn."
    draw = partial(_draw, dims=table.dims, shown=table.places(shown), columns=columns, t=t)
    rows = _rows(table, f"quantile_{probability:g}")
    return Figure(f"convergence_{table.name}", "Were there enough draws?", caption, rows, draw)


def _draw(
    rows: Sequence[Row],
    dims: Sequence[str],
    shown: Sequence[int],
    columns: dict[str, str],
    t: float,
) -> tuple[Sheet, str]:
    cells = [(cell_name(labels), own) for labels, own in by_cell(rows, dims, shown)]
    values = [float(row[column]) for _, own in cells for row in own for column in columns]
    left = room_for_ticks(values, digits=6)
    gap = left - 2.0
    width = min((WIDTH - left - 14 - gap * (len(cells) - 1)) / len(cells), 420.0)
    top = _HEAD + (22.0 if any(name for name, _ in cells) else 0.0)
    height = top + len(columns) * (_HEIGHT + _BETWEEN) + 4
    sheet = Sheet(height)
    unit = unit_label(rows[0]["unit"])
    for place, (name, own) in enumerate(cells):
        x = left + place * (width + gap)
        if name:
            sheet.name(x, 15, name, 26)
        for line, (column, what) in enumerate(columns.items()):
            y = top + line * (_HEIGHT + _BETWEEN)
            _draw_path(sheet.axes(x, y, width, _HEIGHT), own, column, t)
            heading = f"{what}, {unit}"
            sheet.note(x, y - 8, heading if len(heading) * 7.2 < width + 30 else what)
    right = left + len(cells) * (width + gap) - gap
    sheet.note(right, height - 6, "draws in each replicate, logarithmic axis", ends=True)
    (name, own), (column, what) = cells[0], next(iter(columns.items()))
    described = (
        f"{what} of {words(rows[0]['output'])} {name}: {number(own[0][column])} after "
        f"{own[0]['draws_per_replicate']:.0f} draws, {number(own[-1][column])} after all."
    )
    return sheet, described


def _draw_path(ax: Axes, rows: Sequence[Row], column: str, t: float) -> None:
    draws = np.array([row["draws_per_replicate"] for row in rows], dtype=float)
    values = np.array([row[column] for row in rows], dtype=float)
    margins = t * np.array([row[f"{column}_error"] for row in rows], dtype=float)
    if np.isfinite(margins).all():
        ax.fill_between(draws, values - margins, values + margins, color=PALE_BLUE, linewidth=0)
    ax.axhline(values[-1], color=FAINT, linewidth=1)
    ax.plot(draws, values, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
    ax.set_xscale("log")
    powers = [n for n in draws if n in (draws[0], draws[len(draws) // 2], draws[-1])]
    ax.set_xticks(powers, [f"{n:,.0f}" for n in powers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(partial(tick_text, digits=6))
    ax.set_xlim(draws[0] / 1.15, draws[-1] * 1.15)


def _rows(table: ResultTable, quantile_column: str) -> list[Row]:
    columns = ["draws_per_replicate"]
    for column in ("mean", quantile_column):
        columns += [column, f"{column}_error"]
    rows: list[Row] = []
    for cell in table.cells:
        entries: list[list[float | None]] = [[int(draws)] for draws in cell.array("path_draws")]
        for key in ("path_mean", "path_quantile"):
            pairs = zip(cell.array(key), cell.array(f"{key}_error"), strict=True)
            for entry, (value, error) in zip(entries, pairs, strict=True):
                entry += [float(value), settled(float(error), float(value))]
        rows += cell_rows(table, cell, columns, entries)
    return rows
