"""What the mean of an output is made of: bars on a linear axis, which add up, and their table."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mcsus.report.figures.base import Figure, Row, by_cell, cell_rows, grouped, settled
from mcsus.report.figures.style import PALETTE, STAGE_COLOURS, WIDTH, Sheet, line_axes
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, number, unit_label, words

_BAR, _LEFT, _RIGHT, _KEY = 32.0, 170.0, 74.0, 22.0
_HOW_TO_READ = (
    "Means, on a linear axis. They add up to the mean of the total, at the end of each bar."
)
_MOST = 16  # bars in one figure
_COLUMNS = 6  # cells in the table below


@register
class Contributions(Section):
    """The parts of the outputs that have a breakdown."""

    name, order, title, link = "parts", 20, "What it is made of", "Made of"
    template = "contributions.html.j2"

    @property
    def applies(self) -> bool:
        """Whether an output has parts."""
        return bool(self._made_of)

    @property
    def _tables(self) -> list[ResultTable]:
        return [table for table in self._made_of if table.middle == "mean"]

    @property
    def _made_of(self) -> list[ResultTable]:
        return [table for table in self.reading.featured if "part" in table.data.coords]

    def make_figures(self) -> list[Figure]:
        """Return a figure for each output that has parts."""
        return [contribution_figure(table, self.reading.stages(table)) for table in self._tables]

    def context(self) -> dict[str, Any]:
        """Return each figure with the rows of a few cells; their shares are rounded one by one."""
        parts = [_table(*both) for both in zip(self.figures, self._tables, strict=True)]
        unsettled = [words(table.name) for table in self._made_of if table.middle != "mean"]
        return {"parts": parts, "unsettled": unsettled}


def _table(figure: Figure, table: ResultTable) -> dict[str, Any]:
    cells = by_cell(figure.rows, table.dims, table.places(_shown(table, _COLUMNS)))
    return {
        "figure": figure,
        "left_out": len(cells) < len(table.cells),
        "mixed": any(rows[-1]["share"] is None for _, rows in cells),
        "unit": table.unit,
        "labels": [_label(str(part), table.name) for part in table.data["part"].values],
        "cells": [(cell_name(labels), rows) for labels, rows in cells],
    }


def contribution_figure(table: ResultTable, stages: Sequence[str]) -> Figure:
    """Return the contributions to the mean of an output; `stages` of its parts, or empty texts."""
    shown = _shown(table, _MOST)
    caption = "" if len(shown) == len(table.cells) else "The others are in the file."
    draw = partial(_draw, dims=table.dims, shown=table.places(shown))
    name, title = f"contributions_{table.name}", capital(words(table.name))
    return Figure(name, title, caption, _rows(table, stages), draw, _HOW_TO_READ)


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    parts = cells[0][1][:-1]
    output = str(rows[0]["output"])
    names = [_label(str(row["part"]), output) for row in parts]
    tints = _tints([row["stage"] for row in parts])
    lines = grouped(dims, [labels for labels, _ in cells])
    keys = _legend_places(names)
    top = 8.0 + _KEY * (keys[-1][0] + 1)
    height = top + _BAR * len(lines) + 46
    sheet = Sheet(height)
    for name, (line, left), tint in zip(names, keys, tints, strict=True):
        sheet.key(left, 16 + _KEY * line, name, tint)
    ax = line_axes(sheet, lines, (_LEFT, top, WIDTH - _RIGHT, _BAR))
    ends = [_ends(own) for _, own in cells]
    low, high = min(0.0, *(end[0] for end in ends)), max(0.0, *(end[1] for end in ends))
    ax.set_xlim(low, high if high > low else low + 1.0)
    for line, (_, k) in enumerate(lines):
        if k is not None:
            _draw_bar(ax, cells[k][1], line, tints)
    unit = unit_label(rows[0]["unit"])
    sheet.note(WIDTH - _RIGHT, height - 8, f"mean, {unit}", ends=True)
    described = []
    for labels, own in cells[:4]:
        values = zip(names, _values(own), strict=True)
        text = ", ".join(f"{name} {number(value)}" for name, value in values)
        described.append(f"{cell_name(labels) or 'mean'}: {text}")
    return sheet, f"Contributions to {words(output)}. {'; '.join(described)}."


def _shown(table: ResultTable, most: int) -> list[ResultCell]:
    return table.cells if len(table.cells) <= most else table.spread(most)


def _label(part: str, total: str) -> str:
    """Return the name of a part without the word it shares with its total."""
    first = total.split("_", maxsplit=1)[0] + "_"
    return words(part.removeprefix(first) if len(part) > len(first) else part)


def _settled(cell: ResultCell) -> list[float]:
    values = cell.array("contribution")
    scale = float(np.abs(values).sum())
    return [settled(float(value), scale) or 0.0 for value in values]


def _values(rows: Sequence[Row]) -> list[float]:
    """Return the means of the parts of a cell, whose last row is their sum."""
    return [row["mean"] for row in rows[:-1]]


def _tints(stages: Sequence[str]) -> list[str]:
    """Return a colour for each part: that of its stage, unless another part has it already."""
    chosen: list[str] = []
    reserved = {STAGE_COLOURS[stage] for stage in stages if stage in STAGE_COLOURS}
    for k, stage in enumerate(stages):
        own = STAGE_COLOURS.get(stage)
        free = [tint for tint in PALETTE if tint not in chosen and tint not in reserved]
        free += [tint for tint in PALETTE if tint not in chosen] or [PALETTE[k % len(PALETTE)]]
        chosen.append(own if own and own not in chosen else free[0])
    return chosen


def _legend_places(labels: Sequence[str]) -> list[tuple[int, float]]:
    """Return line and place of each legend entry, broken where the width ends."""
    places, line, left = [], 0, 8.0
    for label in labels:
        width = 34 + 7.0 * len(label)
        if left + width > WIDTH and left > 8:
            line, left = line + 1, 8.0
        places.append((line, left))
        left += width
    return places


def _ends(rows: Sequence[Row]) -> tuple[float, float]:
    values = _values(rows)
    return sum(v for v in values if v < 0), sum(v for v in values if v > 0)


def _draw_bar(ax: Axes, rows: Sequence[Row], line: int, tints: Sequence[str]) -> None:
    """Draw the parts of one cell one after the other, negative ones to the left of zero."""
    low, high = ax.get_xlim()
    points = (WIDTH - _LEFT - _RIGHT) / (high - low)
    below = above = 0.0
    for value, tint in zip(_values(rows), tints, strict=True):
        start = above if value >= 0 else below
        ax.barh(line, value, 0.66, left=start, color=tint, edgecolor="white", linewidth=0.6)
        text = number(value)
        if abs(value) * points > 7.6 * len(text) + 6:
            style: dict[str, Any] = {"ha": "center", "va": "center", "weight": "bold", "size": 11}
            ax.text(start + value / 2, line, text, color="white", **style)
        above, below = above + max(value, 0.0), below + min(value, 0.0)
    beside: dict[str, Any] = {"textcoords": "offset points", "va": "center", "weight": "bold"}
    ax.annotate(number(rows[-1]["mean"]), (above, line), (6, 0), **beside)


def _shares(values: Sequence[float], total: float | None) -> list[float | None]:
    """Return parts over their total; None where parts of both signs cancel each other."""
    if not total or min(values) < 0 < max(values):
        return [None] * len(values)
    return [value / total for value in values]


def _rows(table: ResultTable, stages: Sequence[str]) -> list[Row]:
    parts = [str(part) for part in table.data["part"].values]
    columns = ("part", "stage", "mean", "error", "share")
    rows: list[Row] = []
    for cell in table.cells:
        errors, values, total = cell.array("contribution_error"), _settled(cell), cell.value("mean")
        shares = _shares(values, total)
        settled_errors = [settled(float(bound), total or 0.0) for bound in errors]
        entries = zip(parts, stages, values, settled_errors, shares, strict=True)
        whole = ("sum", "", total, cell.value("mean_error"), None if None in shares else 1.0)
        rows += cell_rows(table, cell, columns, [*entries, whole])
    return rows
