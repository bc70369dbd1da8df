"""Many cells at once: intervals in grouped rows, and bands along a numeric dim such as years."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.style import (
    FAINT,
    INK,
    SOFT,
    WIDTH,
    axes,
    canvas,
    clear_of,
    colour,
    only_bottom,
    tick_text,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table, grouped, quantile
from mcsus.report.wording import capital, number, unit_text, words
from mcsus.vocabulary import BASE

_ROW, _LEFT, _TOP = 26.0, 190.0, 30.0
_MOST_ROWS, _MOST_PANELS = 36, 8


def interval_figure(table: Table) -> Figure:
    """Draw mean, median and 5 to 95 % of every cell, in groups by all dims but the last."""
    shown = table.cells[:_MOST_ROWS]
    rows = grouped(table, shown)
    height = _TOP + _ROW * len(rows) + 48
    figure = canvas(height)
    write(figure, 8, 16, "Median (dot), mean (stroke) and 5 to 95 % (bar)", color=SOFT)
    write(
        figure, WIDTH - 30, height - 8, unit_text(table.unit) or "no unit", ha="right", color=SOFT
    )
    ax = axes(figure, _LEFT, _TOP, WIDTH - _LEFT - 30, _ROW * len(rows))
    only_bottom(ax)
    order = list(dict.fromkeys(label for label, cell in rows if cell is not None))
    for row, (label, cell) in enumerate(rows):
        heading = cell is None or len(rows) == len(shown)
        write(
            figure,
            8 if heading else 22,
            _TOP + _ROW * row + 18,
            clear_of(capital(label), 24),
            weight="bold" if heading else "normal",
            color=INK,
        )
        if cell is not None:
            _draw_row(ax, cell, row, colour(order.index(label)))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.yaxis.set_major_locator(FixedLocator([]))
    _, high = ax.get_xlim()
    if 0 <= min(quantile(cell, 0.05) for cell in shown) < 0.5 * high:
        ax.set_xlim(0, high)
    ax.xaxis.set_major_formatter(tick_text)
    name = f"intervals_{table.name}"
    what = "every scenario" if table.has_scenarios else "every cell"
    caption = "A dot without a bar is a cell in which nothing varies."
    if table.has_scenarios:
        caption += " All scenarios use the same draws: what differs between them is the scenario."
    cells = "; ".join(f"{c.name or BASE}: median {number(quantile(c, 0.5))}" for c in shown[:12])
    svg = inline_svg(figure, name.replace("_", "-"), f"Intervals of {words(table.name)}. {cells}.")
    return Figure(name, f"{capital(words(table.name))} in {what}", caption, svg, _rows(table))


def _draw_row(ax: Axes, cell: Cell, row: int, tint: str) -> None:
    ends = [quantile(cell, p) for p in (0.05, 0.95)]
    if cell.varies:
        ax.plot(ends, [row, row], color=tint, linewidth=5, solid_capstyle="butt", alpha=0.75)
        ax.plot([cell.value("mean") or 0.0], [row], marker="|", markersize=13, color=INK)
    middle = quantile(cell, 0.5)
    ax.plot([middle], [row], marker="o", markersize=8, color=tint, markeredgecolor="white")


def fan_figure(table: Table) -> Figure:
    """Draw bands of quantiles along the numeric dim, one panel for each other label."""
    dim = table.axis_dim
    if dim is None:
        msg = f"{table.name} has no numeric dim"
        raise ValueError(msg)
    lines = table.lines()[:_MOST_PANELS]
    across = 1 if len(lines) == 1 else 2
    left, gap, tall = 60.0, 60.0, 190.0 if len(lines) < 3 else 150.0
    width = (WIDTH - left - 14 - gap * (across - 1)) / across
    block = 34 + tall + 42
    figure = canvas(block * math.ceil(len(lines) / across))
    top = max(quantile(cell, 0.95) for _, cells in lines for cell in cells)
    bottom = min(0.0, *(quantile(cell, 0.05) for _, cells in lines for cell in cells))
    unit = unit_text(table.unit) or "no unit"
    for k, (name, cells) in enumerate(lines):
        row, column = divmod(k, across)
        x, y = left + column * (width + gap), block * row
        ax = axes(figure, x, y + 34, width, tall)
        _draw_fan(ax, cells, dim)
        ax.set_ylim(bottom, 1.04 * top if top > bottom else bottom + 1)
        heading = capital(name) or capital(words(table.name))
        write(figure, x, y + 15, heading, weight="bold", color=INK)
        write(figure, x + width, y + 15, unit, ha="right", color=SOFT)
        write(figure, x + width, y + 34 + tall + 34, words(dim), ha="right", color=SOFT)
    figure_name = f"fan_{table.name}"
    caption = "Median (line), mean (dashed), 25 to 75 % (dark band) and 5 to 95 % (light band)."
    if len(table.lines()) > len(lines):
        caption += " The others are in the file."
    first, last = lines[0][1][0], lines[0][1][-1]
    described = (
        f"Median of {words(table.name)}: {number(quantile(first, 0.5))} in {first.name}, "
        f"{number(quantile(last, 0.5))} in {last.name}."
    )
    svg = inline_svg(figure, figure_name.replace("_", "-"), described)
    title = f"{capital(words(table.name))} by {words(dim)}"
    return Figure(figure_name, title, caption, svg, _rows(table))


def _draw_fan(ax: Axes, cells: Sequence[Cell], dim: str) -> None:
    at = np.array([float(cell.labels[dim]) for cell in cells])
    for low, high, alpha in ((0.05, 0.95, 0.22), (0.25, 0.75, 0.4)):
        ends = [[quantile(cell, p) for cell in cells] for p in (low, high)]
        ax.fill_between(at, ends[0], ends[1], color=colour(0), alpha=alpha, linewidth=0)
    means = [cell.value("mean") or 0.0 for cell in cells]
    ax.plot(at, [quantile(cell, 0.5) for cell in cells], color=colour(0), linewidth=2)
    ax.plot(at, means, color=INK, linewidth=1.3, linestyle=(0, (4, 2)))
    ax.set_xlim(at[0], at[-1])
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=bool((at == at.round()).all())))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_major_formatter(tick_text)
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)


def _rows(table: Table) -> list[Row]:
    return [
        {
            "output": table.name,
            **cell.labels,
            "unit": table.unit,
            "mean": cell.value("mean"),
            **{f"quantile_{p:g}": quantile(cell, p) for p in (0.05, 0.25, 0.5, 0.75, 0.95)},
        }
        for cell in table.cells
    ]
