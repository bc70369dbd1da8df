"""Cumulative probability of an output within bounds: a p-box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mcsus.report.figures.base import Figure, Row, by_cell, cell_rows
from mcsus.report.figures.style import BLUE, FAINT, INK, PALE_BLUE, WIDTH, Sheet, tick_text
from mcsus.result.reading import ResultTable
from mcsus.result.wording import capital, cell_name, number, unit_label, words

_MOST, _ACROSS, _HEIGHT, _FOOT = 6, 2, 190.0, 50.0
_LEFT, _GAP = 46.0, 30.0
_SHOWN = 0.01, 0.99  # probabilities between which the axis runs
_COLUMNS = ("probability", "low", "middle", "high")
_HOW = (
    "The band holds the curve of the probability to stay below a value wherever the numbers of "
    "the intervals lie: its left edge is the highest probability at each value, its right edge the "
    "lowest. The line within is the study with every number half way. A steep band is little "
    "chance, a wide one much ignorance."
)


def bounds_figure(table: ResultTable) -> Figure:
    """Return the bounds on the distribution of an output, one panel for each cell."""
    shown = table.spread(_MOST)
    rows = [
        row
        for cell in table.cells
        for row in cell_rows(
            table,
            cell,
            _COLUMNS,
            zip(
                cell.array("curve"),
                cell.array("curve_bounds")[:, 0],
                cell.array("quantile_curve"),
                cell.array("curve_bounds")[:, 1],
                strict=True,
            ),
        )
    ]
    caption = "The others are in the file." if len(shown) < len(table.cells) else ""
    draw = partial(_draw, dims=table.dims, shown=table.places(shown))
    title = f"{capital(words(table.name))}: between what bounds?"
    return Figure(f"bounds_{table.name}", title, caption, rows, draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    across = min(_ACROSS, len(cells))
    width = min((WIDTH - _LEFT - 14 - _GAP * (across - 1)) / across, 520.0)
    head = 40.0 if any(cell_name(labels) for labels, _ in cells) else 26.0
    block = head + _HEIGHT + _FOOT
    sheet = Sheet(block * math.ceil(len(cells) / across))
    described = []
    for k, (labels, own) in enumerate(cells):
        line, column = divmod(k, across)
        x, y = _LEFT + column * (width + _GAP), line * block
        name = cell_name(labels)
        if k == 0:
            sheet.note(8, 16, "Probability to stay below a value")
        if name:
            sheet.name(x, y + 32, name, int(width / 8))
        low, high = _panel(sheet.axes(x, y + head, width, _HEIGHT), own, first=column == 0)
        if column == across - 1 or k == len(cells) - 1:
            sheet.note(
                x + width, y + head + _HEIGHT + 38, unit_label(str(own[0]["unit"])), ends=True
            )
        described.append(f"{name or 'median'}: median between {number(low)} and {number(high)}")
    return sheet, f"Bounds of {words(str(rows[0]['output']))}. {'; '.join(described)}."


def _panel(ax: Axes, rows: Sequence[Row], *, first: bool) -> tuple[float, float]:
    """Draw a band, and return the bounds of the median."""
    at, low, middle, high = (np.array([row[key] for row in rows], dtype=float) for key in _COLUMNS)
    ends = np.interp(_SHOWN[0], at, low), np.interp(_SHOWN[1], at, high)
    known = np.isfinite(low) & np.isfinite(high)
    if known.any() and np.isfinite(ends).all():
        ax.fill_betweenx(at[known], low[known], high[known], color=PALE_BLUE, linewidth=0)
        for edge in (low, high):
            ax.plot(edge[known], at[known], color=BLUE, linewidth=1.6)
        ax.plot(middle[known], at[known], color=INK, linewidth=1.2, linestyle=(0, (4, 2)))
        room = 0.02 * (ends[1] - ends[0]) or abs(ends[0]) or 1.0
        ax.set_xlim(ends[0] - room, ends[1] + room)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"] if first else [""] * 5)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(tick_text)
    ax.grid(color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)
    return float(np.interp(0.5, at, low)), float(np.interp(0.5, at, high))
