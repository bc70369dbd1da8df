"""A claim beside the evidence: an interval for each scenario, on one axis with break-even."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, MaxNLocator

from mcsus.report.figures.base import Figure, Row, cell_rows
from mcsus.report.figures.style import (
    BLUE,
    INK,
    ORANGE,
    SOFT,
    WIDTH,
    Sheet,
    clear_of,
    only_bottom,
    tick_text,
)
from mcsus.result.reading import ResultCell, ResultTable, best_level
from mcsus.result.wording import capital, level_text, number, span, unit_label, words

_TOP, _BLOCK, _SIDE, _FOOT = 26.0, 62.0, 14.0, 46.0
_LETTER = 7.3  # points that a letter takes, on average
_MOST_LETTERS = 86
_PALE = 0.45  # opacity of what is a variant of evidence or claim
_COLUMNS = ("title", "claimed", "mean", "median", "low", "high")
_HOW_TO_READ = (
    "Mean (stroke), median (dot) and {} interval (bar) of each, on one axis and the same draws."
)


def claimed_figure(
    table: ResultTable, named: Sequence[tuple[ResultCell, str, bool]], what: str
) -> Figure:
    """Return the cells of an output that is below zero where more is avoided than spent.

    Parameters
    ----------
    table : ResultTable
    what : str
        What stands beside what.
    named : sequence of tuple
        Cell, its name, and whether it takes the claim at its word.
    """
    rows: list[Row] = []
    for cell, title, claimed in named:
        _, low, high = best_level(cell)
        middle = cell.value("mean"), cell.value("median")
        rows += cell_rows(
            table, cell, _COLUMNS, [(title, "yes" if claimed else "", *middle, low, high)]
        )
    draw = partial(_draw, level=table.level)
    title = f"{capital(words(table.name))}: {what}"
    how = _HOW_TO_READ.format(level_text(table.level))
    return Figure(f"claimed_{table.name}", title, "", rows, draw, how)


def _draw(rows: Sequence[Row], level: float) -> tuple[Sheet, str]:
    tall = _BLOCK * len(rows)
    sheet = Sheet(_TOP + tall + _FOOT)
    ax = sheet.axes(_SIDE, _TOP, WIDTH - 2 * _SIDE, tall)
    low, high = _limits(rows)
    ax.set_xlim(low, high)
    ax.set_ylim(tall, 0)
    only_bottom(ax)
    ax.yaxis.set_major_locator(FixedLocator([]))
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(tick_text)
    ax.axvline(0, color=INK, linewidth=1.2, zorder=2)
    place = _SIDE + (WIDTH - 2 * _SIDE) * (0 - low) / (high - low)
    before = "avoids more than it costs ◂"
    sheet.write(place - 6, _TOP - 8, before, color=SOFT, ha="right")
    if WIDTH - place > _LETTER * 14:
        sheet.write(place + 6, _TOP - 8, "▸ costs more", color=SOFT)
    met = set[str]()
    for k, row in enumerate(rows):
        tint = ORANGE if row["claimed"] else BLUE
        opacity = _PALE if row["claimed"] in met else 1.0
        met.add(row["claimed"])
        at = _BLOCK * k
        sheet.write(_SIDE, _TOP + at + 16, "■", color=tint, size=15, alpha=opacity)
        title = clear_of(str(row["title"]), _MOST_LETTERS)
        sheet.write(_SIDE + 16, _TOP + at + 16, title, color=INK)
        _draw_row(ax, row, at + 30, tint, opacity)
        _write_numbers(sheet, row, _TOP + at + 50, (low, high))
    sheet.note(WIDTH - _SIDE, _TOP + tall + 38, unit_label(rows[0]["unit"]), ends=True)
    described = "; ".join(f"{row['title']}: {_numbers(row)}" for row in rows)
    about = f"{capital(words(rows[0]['output']))}, means and {level_text(level)} intervals."
    return sheet, f"{about} {described}."


def _limits(rows: Sequence[Row]) -> tuple[float, float]:
    """Return an axis that holds all intervals, their means and zero."""
    known = [float(row[key]) for row in rows for key in ("low", "high", "mean", "median")]
    low, high = min(0.0, *known), max(0.0, *known)
    margin = 0.03 * ((high - low) or 1.0)
    return low - margin, high + margin


def _draw_row(ax: Axes, row: Row, at: float, tint: str, opacity: float) -> None:
    ends = [row["low"], row["high"]]
    bar: dict[str, Any] = {
        "color": tint,
        "linewidth": 7,
        "solid_capstyle": "butt",
        "alpha": 0.75 * opacity,
    }
    ax.plot(ends, [at, at], zorder=3, **bar)
    ax.plot([row["mean"]], [at], marker="|", markersize=15, markeredgewidth=2, color=INK, zorder=4)
    dot: dict[str, Any] = {"marker": "o", "markersize": 8, "markeredgecolor": "white", "zorder": 5}
    ax.plot([row["median"]], [at], color=tint, **dot)


def _numbers(row: Row) -> str:
    return f"{number(row['mean'])} ({span(row['low'], row['high'])})"


def _write_numbers(sheet: Sheet, row: Row, top: float, limits: tuple[float, float]) -> None:
    """Write mean and interval under their bar, from its left end, or to its right one."""
    text, (low, high) = _numbers(row), limits
    start, end = (
        _SIDE + (WIDTH - 2 * _SIDE) * (row[key] - low) / (high - low) for key in ("low", "high")
    )
    if start + _LETTER * len(text) < WIDTH - _SIDE:
        sheet.write(start, top, text, color=INK)
    else:
        sheet.write(end, top, text, color=INK, ha="right")
