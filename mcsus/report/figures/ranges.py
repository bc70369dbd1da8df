"""Many cells at once: intervals in grouped rows, and bands along a numeric dim such as years."""

import math
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from mcsus.report.figures.base import Figure, Row, by_cell, cell_rows, grouped
from mcsus.report.figures.style import (
    FAINT,
    INK,
    WIDTH,
    Sheet,
    colour,
    line_axes,
    room_for_ticks,
    tick_text,
)
from mcsus.result.reading import ResultTable, best_level, quantile
from mcsus.result.wording import capital, cell_name, level_text, listing, number, unit_label, words
from mcsus.vocabulary import BASE

_ROW, _LEFT, _TOP = 26.0, 190.0, 30.0
_MOST_ROWS, _MOST_PANELS = 36, 8
_INNER = ("quantile_0.25", "quantile_0.75")  # a band inside the interval
_MIDDLE = "quantile_0.5"
_OPACITIES = (0.22, 0.4)

_LOGARITHMIC = 100.0  # highest end of a band over the lowest from which the axis is logarithmic

Ends = tuple[str, str]


class _Limits(NamedTuple):
    """The axis of all panels of a figure."""

    low: float
    high: float
    log: bool


def _ends(table: ResultTable) -> Ends:
    """Return the columns that hold the ends of the interval to quote."""
    tail = (1 - table.level) / 2
    return f"quantile_{tail:g}", f"quantile_{1 - tail:g}"


def interval_figure(table: ResultTable) -> Figure:
    """Return mean, median and interval of every cell, in groups by all dims but the last."""
    what = "every scenario" if table.has_scenarios else f"every {table.kind}"
    caption, how = "", "A dot without a bar does not vary."
    if table.has_scenarios:
        how += " All scenarios use the same draws: what differs between them is the scenario."
    title = f"{capital(words(table.name))} in {what}"
    if len(table.cells) > _MOST_ROWS:
        caption = f"Drawn are {_MOST_ROWS} rows of {len(table.cells)}; all are in the file."
    draw = partial(_draw_intervals, dims=table.dims, ends=_ends(table), level=table.level)
    return Figure(f"intervals_{table.name}", title, caption, _rows(table), draw, how)


def _draw_intervals(
    rows: Sequence[Row], dims: Sequence[str], ends: Ends, level: float
) -> tuple[Sheet, str]:
    cells = [(labels, own[0]) for labels, own in by_cell(rows[:_MOST_ROWS], dims)]
    lines = grouped(dims, [labels for labels, _ in cells])
    height = _TOP + _ROW * len(lines) + 48
    sheet = Sheet(height)
    means = ", mean (stroke)" if any(row["mean"] is not None for _, row in cells) else ""
    sheet.note(8, 16, f"Median (dot){means} and {level_text(level)} interval (bar)")
    unit = unit_label(rows[0]["unit"])
    sheet.note(WIDTH - 30, height - 8, unit, ends=True)
    ax = line_axes(sheet, lines, (_LEFT, _TOP, WIDTH - 30, _ROW))
    order = list(dict.fromkeys(label for label, cell in lines if cell is not None))
    for line, (label, k) in enumerate(lines):
        if k is not None:
            _draw_interval(ax, cells[k][1], ends, line, colour(order.index(label)))
    _, high = ax.get_xlim()
    if 0 <= min(row[ends[0]] for _, row in cells) < 0.5 * high:
        ax.set_xlim(0, high)
    described = "; ".join(
        f"{cell_name(labels) or BASE}: median {number(row[_MIDDLE])}" for labels, row in cells[:12]
    )
    return sheet, f"Intervals of {words(rows[0]['output'])}. {described}."


def _draw_interval(ax: Axes, row: Row, ends: Ends, line: int, tint: str) -> None:
    low, middle, high, mean = row[ends[0]], row[_MIDDLE], row[ends[1]], row["mean"]
    known = [low, high] if mean is None else [low, high, mean]
    if max(known) - min(known) > 1e-12 * max(abs(low), abs(high)):
        ax.plot(
            [low, high], [line, line], color=tint, linewidth=5, solid_capstyle="butt", alpha=0.75
        )
        ax.plot(known[2:], [line] * len(known[2:]), marker="|", markersize=13, color=INK)
    ax.plot([middle], [line], marker="o", markersize=8, color=tint, markeredgecolor="white")


def fan_figure(table: ResultTable, dim: str) -> Figure:
    """Return bands of quantiles along a numeric dim, one panel for each other label."""
    told = level_text(table.level)
    means = ", mean (dashed)" if any(cell.has_mean for cell in table.cells) else ""
    how = f"Median (line){means}, 25 to 75 % (dark band), {told} interval (light band)."
    caption = ""
    if len(table.lines()) > _MOST_PANELS:
        left_out = listing([name for name, _ in table.lines()[_MOST_PANELS:]])
        caption = f"Not drawn, and in the file: {left_out}."
    title, rows = f"{capital(words(table.name))} by {words(dim)}", _rows(table)
    if _limits(rows, _ends(table)).log:
        caption = f"The axis is logarithmic. {caption}".strip()
    draw = partial(_draw_fans, dims=table.dims, axis=dim, ends=_ends(table))
    return Figure(f"fan_{table.name}", title, caption, rows, draw, how)


def _draw_fans(
    rows: Sequence[Row], dims: Sequence[str], axis: str, ends: Ends
) -> tuple[Sheet, str]:
    others = [dim for dim in dims if dim != axis]
    lines = [(cell_name(labels), own) for labels, own in by_cell(rows, others)][:_MOST_PANELS]
    across = 1 if len(lines) == 1 else 2
    shown = [float(row[end]) for _, own in lines for row in own for end in ends]
    left, tall = room_for_ticks(shown), 190.0 if len(lines) < 3 else 150.0
    gap = left
    width = (WIDTH - left - 14 - gap * (across - 1)) / across
    block = 34 + tall + 42
    sheet = Sheet(block * math.ceil(len(lines) / across))
    limits = _limits([row for _, own in lines for row in own], ends)
    unit = unit_label(rows[0]["unit"])
    for k, (name, own) in enumerate(lines):
        line, column = divmod(k, across)
        x, y = left + column * (width + gap), block * line
        ax = sheet.axes(x, y + 34, width, tall)
        _draw_fan(ax, [labels[axis] for labels, _ in by_cell(own, dims)], own, ends)
        if limits.log:
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(LogLocator(numticks=6))
            ax.yaxis.set_minor_formatter(NullFormatter())
            ax.yaxis.set_major_formatter(tick_text)
        ax.set_ylim(limits.low, limits.high)
        sheet.name(x, y + 15, name or words(rows[0]["output"]), 60)
        sheet.note(x + width, y + 15, unit, ends=True)
        sheet.note(x + width, y + 34 + tall + 34, words(axis), ends=True)
    (first, start), *_, (last, end) = [
        (cell_name(labels), cell[0]) for labels, cell in by_cell(lines[0][1], dims)
    ]
    described = f"{number(start[_MIDDLE])} in {first}, {number(end[_MIDDLE])} in {last}."
    return sheet, f"Median of {words(rows[0]['output'])}: {described}"


def _limits(rows: Sequence[Row], ends: Ends) -> _Limits:
    """Return an axis that holds all bands: logarithmic where they span orders of magnitude."""
    shown = [float(row[end]) for row in rows for end in ends]
    known = [value for value in shown if np.isfinite(value)]
    top, bottom = max(known, default=1.0), min(known, default=0.0)
    if bottom > 0 and top > _LOGARITHMIC * bottom:
        return _Limits(bottom / 1.3, top * 1.3, log=True)
    bottom = min(0.0, bottom)
    margin = 0.04 * (top - bottom)
    high = top + margin if top > bottom else bottom + 1
    return _Limits(bottom - (margin if bottom else 0.0), high, log=False)


def _draw_fan(ax: Axes, places: Sequence[float], rows: Sequence[Row], ends: Ends) -> None:
    at = np.array(places, dtype=float)
    for (low, high), alpha in zip((ends, _INNER), _OPACITIES, strict=True):
        band = [row[low] for row in rows], [row[high] for row in rows]
        ax.fill_between(at, *band, color=colour(0), alpha=alpha, linewidth=0)
    ax.plot(at, [row[_MIDDLE] for row in rows], color=colour(0), linewidth=2)
    means = [np.nan if row["mean"] is None else row["mean"] for row in rows]
    ax.plot(at, means, color=INK, linewidth=1.3, linestyle=(0, (4, 2)))
    ax.set_xlim(at[0], at[-1])
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=bool((at == at.round()).all())))
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.yaxis.set_major_formatter(tick_text)
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)


def _rows(table: ResultTable) -> list[Row]:
    low, high = _ends(table)
    columns = ("mean", low, _INNER[0], _MIDDLE, _INNER[1], high)
    rows: list[Row] = []
    for cell in table.cells:
        _, least, most = best_level(cell)
        inside = (quantile(cell, p) for p in (0.25, 0.5, 0.75))
        entry = (cell.value("mean"), least, *inside, most)
        rows += cell_rows(table, cell, columns, [entry])
    return rows
