"""Differences of pairs, with their intervals around a line at zero."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import BLUE, INK, ORANGE, SOFT, WIDTH, Sheet, clear_of, line_axes
from mcsus.result.compared import PARTS, pairs_of
from mcsus.result.document import cell_dims
from mcsus.result.wording import (
    MINUS,
    capital,
    cell_name,
    label_name,
    level_text,
    number,
    probability,
    unit_label,
    words,
)
from mcsus.vocabulary import Apart

_ROW, _LEFT, _TOP, _RIGHT = 26.0, 214.0, 34.0, 118.0
_MOST_ROWS = 36
_TINTS = {Apart.LOWER: BLUE, Apart.HIGHER: ORANGE}
_HOW = (
    "Each row is a difference, made draw by draw on the same draws: what enters both alike "
    "cancels. Right of the line at zero the first is higher. Blue: lower in more than {share:g} % "
    "of the draws; orange: higher in as many; grey: not told apart."
)


def level_of(data: xr.Dataset) -> tuple[int, float]:
    """Return place and level of the interval to quote: 95 % if there, else the widest."""
    levels = data["level"].values
    k = max(range(len(levels)), key=lambda i: (abs(levels[i] - 0.95) < 1e-9, levels[i]))
    return k, float(levels[k])


def difference_rows(data: xr.Dataset) -> list[Row]:
    """Return a row for each pair of cells: difference and ratio, and which is lower."""
    level, _ = level_of(data)
    rows: list[Row] = []
    for labels, place, (of, against) in pairs_of(data):
        cell = data.sel(labels).isel(compared_pair=place)
        head = {"output": str(data.attrs["output"]), **label_columns(labels)}
        row: dict[str, Any] = head | {"of": of, "against": against, "unit": data.attrs["units"]}
        for kind in PARTS:
            low, high = cell[f"{kind}_symmetric"].values[level]
            told = (float(cell[f"{kind}_median"]), float(low), float(high))
            row |= dict(zip(columns_of(kind), told, strict=True))
            row[f"{kind}_mean"] = float(cell[f"{kind}_mean"])
            never = f"{kind}_never"
            row[never] = float(cell[never]) if never in cell else 0.0
        for key in ("probability_less", "overlap", "effect_size"):
            row |= {key: float(cell[key]), f"{key}_error": float(cell[f"{key}_error"])}
        rows.append(row | {"apart": str(cell["apart"].item())})
    return rows


def columns_of(kind: str) -> tuple[str, str, str]:
    """Return the columns of the median and of the ends of the interval."""
    return f"{kind}_median", f"{kind}_low", f"{kind}_high"


def difference_figure(data: xr.Dataset) -> Figure:
    """Return the differences of an output between the labels of a dim."""
    output, dim = str(data.attrs["output"]), str(data.attrs["dim"])
    rows, (_, level) = difference_rows(data), level_of(data)
    caption = ""
    if len(rows) > _MOST_ROWS:
        caption = f"Drawn are {_MOST_ROWS} rows of {len(rows)}; all are in the file."
    how = _HOW.format(share=100 * data.attrs["confidence"])
    draw = partial(_draw, dims=cell_dims(data), level=level)
    title = f"{capital(words(output))}: differences by {words(dim)}"
    return Figure(f"differences_{output}_{dim}", title, caption, rows, draw, how)


def pair_name(row: Row) -> str:
    """Return what is compared with what, as a difference."""
    return f"{label_name(row['of'])} {MINUS} {label_name(row['against'])}"


def _draw(rows: Sequence[Row], dims: Sequence[str], level: float) -> tuple[Sheet, str]:
    lines = _lines(rows[:_MOST_ROWS], dims)
    height = _TOP + _ROW * len(lines) + 48
    sheet = Sheet(height)
    right = WIDTH - _RIGHT
    pairs = {pair_name(row) for row in rows}
    of = clear_of(pairs.pop(), 40) if len(pairs) == 1 else "the difference"
    sheet.note(8, 16, f"Median (dot) and {level_text(level)} interval (bar) of {of}")
    sheet.note(WIDTH - 8, 16, "P(first is lower)", ends=True)
    sheet.note(right, height - 8, unit_label(rows[0]["unit"]), ends=True)
    known = [(name, None if row is None else k) for k, (name, row) in enumerate(lines)]
    ax = line_axes(sheet, known, (_LEFT, _TOP, right, _ROW))
    ax.axvline(0.0, color=INK, linewidth=1.6, zorder=1)
    for line, (_, row) in enumerate(lines):
        if row is not None:
            _draw_row(ax, row, line)
            base_line = _TOP + _ROW * line + round(_ROW / 3 + 9.3)
            tint = _TINTS.get(Apart(row["apart"]), SOFT)
            chance = probability(row["probability_less"])
            sheet.write(WIDTH - 8, base_line, chance, ha="right", color=tint)
    low, high = ax.get_xlim()
    room = 0.04 * (high - low)
    ax.set_xlim(min(low, -room), max(high, room))
    return sheet, _described(rows)


def _lines(rows: Sequence[Row], dims: Sequence[str]) -> list[tuple[str, Row | None]]:
    """Return the rows with their names, under a heading for each cell of the other dims."""
    lines: list[tuple[str, Row | None]] = []
    for labels, own in by_cell(rows, dims):
        heading = cell_name(labels)
        if heading and len(own) == 1:
            lines.append((heading, own[0]))
            continue
        lines += [(heading, None)] if heading else []
        lines += [(pair_name(row), row) for row in own]
    return lines


def _draw_row(ax: Axes, row: Row, line: int) -> None:
    middle, low, high = (row[key] for key in columns_of("difference"))
    tint = _TINTS.get(Apart(row["apart"]), SOFT)
    if not np.isfinite([middle, low, high]).all():
        return
    if high - low > 1e-12 * max(abs(low), abs(high)):
        ax.plot(
            [low, high], [line, line], color=tint, linewidth=5, solid_capstyle="butt", alpha=0.75
        )
    ax.plot([middle], [line], marker="o", markersize=8, color=tint, markeredgecolor="white")


def _described(rows: Sequence[Row]) -> str:
    told = "; ".join(
        f"{pair_name(row)}: median {number(row['difference_median'])}, "
        f"lower in {probability(row['probability_less'])} of the draws"
        for row in rows[:12]
    )
    return f"Differences of {words(rows[0]['output'])}. {told}."
