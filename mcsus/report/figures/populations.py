"""A population with its doubt: how individuals differ, drawn again for each draw of the rest."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mcsus.report.figures.base import Figure, Row, by_cell, cell_rows
from mcsus.report.figures.style import BLUE, FAINT, INK, PALE_BLUE, WIDTH, Sheet, tick_text
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, number, unit_label, words

_MOST, _ACROSS, _HEIGHT, _FOOT = 4, 2, 200.0, 50.0
_LEFT, _GAP = 46.0, 30.0
_QUANTILE, _DRAW = "quantile over doubt", "single draw"
_COLUMNS = ("what", "share", "at", "value")
_SHOWN = 0.025, 0.975  # shares of the population between which the axis runs
_HOW = (
    "Each thin line is a whole population: the share of it that is below a value, at one draw of "
    "what is uncertain. How slowly a line rises is how much individuals differ; how far the lines "
    "lie apart is how little is known. The band holds each share with 95 % probability; the dark "
    "line is its median."
)


def population_figure(table: ResultTable) -> Figure:
    """Return the populations of a quantity, one panel for each cell."""
    shown = table.spread(_MOST)
    rows = [row for cell in table.cells for row in cell_rows(table, cell, _COLUMNS, _told(cell))]
    caption = "The others are in the file." if len(shown) < len(table.cells) else ""
    draw = partial(_draw, dims=table.dims, shown=table.places(shown))
    title = f"{capital(words(table.name))}: how individuals differ, and how sure that is"
    return Figure(f"population_{table.name}", title, caption, rows, draw, _HOW)


def _told(cell: ResultCell) -> list[tuple[Any, ...]]:
    shares, quantiles = cell.array("population_share"), cell.array("population_quantiles")
    entries: list[tuple[Any, ...]] = [
        (_QUANTILE, float(share), float(p), float(quantiles[k, j]))
        for j, p in enumerate(cell.array("quantile"))
        for k, share in enumerate(shares)
    ]
    curves = cell.array("population_curves")
    return entries + [
        (_DRAW, float(share), draw, float(curves[draw, k]))
        for draw in range(len(curves))
        for k, share in enumerate(shares)
    ]


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    across = min(_ACROSS, len(cells))
    width = min((WIDTH - _LEFT - 14 - _GAP * (across - 1)) / across, 520.0)
    head = 44.0 if any(cell_name(labels) for labels, _ in cells) else 26.0
    block = head + _HEIGHT + _FOOT
    sheet = Sheet(block * math.ceil(len(cells) / across))
    sheet.note(8, 16, "Share of the population that is below a value")
    described = []
    for k, (labels, own) in enumerate(cells):
        line, column = divmod(k, across)
        x, y = _LEFT + column * (width + _GAP), line * block
        if name := cell_name(labels):
            sheet.name(x, y + 36, name, int(width / 8))
        low, middle, high = _panel(sheet.axes(x, y + head, width, _HEIGHT), own, first=column == 0)
        if column == across - 1 or k == len(cells) - 1:
            unit = unit_label(str(own[0]["unit"]))
            sheet.note(x + width, y + head + _HEIGHT + 38, unit, ends=True)
        described.append(
            f"{name or 'half of the population'}: below {number(middle)}, known to be between "
            f"{number(low)} and {number(high)}"
        )
    return sheet, f"Population of {words(str(rows[0]['output']))}. {'; '.join(described)}."


def _panel(ax: Axes, rows: Sequence[Row], *, first: bool) -> tuple[float, float, float]:
    """Draw a population, and return the bounds and the middle of its median."""
    lines: dict[tuple[str, float], list[tuple[float, float]]] = {}
    for row in rows:
        key = str(row["what"]), float(row["at"])
        lines.setdefault(key, []).append((float(row["share"]), float(row["value"])))
    curves = {key: np.array(own) for key, own in lines.items()}
    over = [at for what, at in curves if what == _QUANTILE]
    low, middle, high = (
        curves[_QUANTILE, at] for at in (min(over), sorted(over)[len(over) // 2], max(over))
    )
    shares = middle[:, 0]
    ends = np.interp(_SHOWN[0], shares, low[:, 1]), np.interp(_SHOWN[1], shares, high[:, 1])
    if np.isfinite(np.concatenate([low, high])).all():
        ax.fill_betweenx(shares, low[:, 1], high[:, 1], color=PALE_BLUE, linewidth=0)
        for (what, _), own in curves.items():
            if what == _DRAW and np.isfinite(own).all():
                ax.plot(own[:, 1], own[:, 0], color=BLUE, linewidth=0.7, alpha=0.55)
        ax.plot(middle[:, 1], shares, color=INK, linewidth=1.8)
        room = 0.02 * (ends[1] - ends[0]) or abs(ends[0]) or 1.0
        ax.set_xlim(ends[0] - room, ends[1] + room)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"] if first else [""] * 5)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(tick_text)
    ax.grid(color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)
    half = [float(np.interp(0.5, shares, own[:, 1])) for own in (low, middle, high)]
    return half[0], half[1], half[2]
