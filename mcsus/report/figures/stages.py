"""What the mean of an output is made of: bars on a linear axis, which add up."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mcsus.report.figures.base import Figure, Row, settled
from mcsus.report.figures.style import (
    INK,
    PALETTE,
    SOFT,
    STAGE_COLOURS,
    WIDTH,
    axes,
    canvas,
    clear_of,
    only_bottom,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table
from mcsus.report.wording import capital, number, percent, unit_text, words

_BAR, _LEFT = 34.0, 190.0
_MOST = 16  # bars in one figure
_READABLE = 0.085  # share of the axis from which a bar has room for its number


def stage_figure(table: Table, stages: list[str]) -> Figure:
    """Draw the contributions to the mean of an output.

    Parameters
    ----------
    table : Table
        The output, with ``contribution`` over ``part``.
    stages : list of str
        Life-cycle stage of each part; empty where there is none.
    """
    shown = _shown(table)
    parts = [str(part) for part in table.data["part"].values]
    tints = _tints(parts, stages)
    keys = _legend_lines([_label(p, table.name) for p in parts])
    top = 26.0 + 22 * (max(line for line, _ in keys) + 1)
    height = top + _BAR * len(shown) + 46
    figure = canvas(height)
    for part, (line, left), tint in zip(parts, keys, tints, strict=True):
        write(figure, left, 20 + 22 * line, "■", color=tint, size=15)
        write(figure, left + 16, 20 + 22 * line, _label(part, table.name), color=INK)
    ax = axes(figure, _LEFT, top, WIDTH - _LEFT - 74, _BAR * len(shown))
    only_bottom(ax)
    ends = [_draw_bar(ax, cell, row, tints) for row, cell in enumerate(reversed(shown))]
    low, high = min(0.0, *(e[0] for e in ends)), max(0.0, *(e[1] for e in ends))
    ax.set_xlim(low, high or 1.0)
    for row, cell in enumerate(reversed(shown)):
        _label_bar(ax, cell, row, high - low)
    ax.set_ylim(-0.6, len(shown) - 0.4)
    ax.set_yticks(range(len(shown)), [clear_of(capital(c.name), 26) for c in reversed(shown)])
    ax.xaxis.set_major_formatter(lambda x, _: f"{x:g}".replace("-", "−"))
    unit = unit_text(table.unit) or "no unit"
    write(figure, WIDTH - 74, height - 8, f"mean, {unit}", ha="right", color=SOFT)
    name = f"contributions_{table.name}"
    caption = (
        "Means, which add up to the mean of the total (printed at the end of each bar); a linear axis, "
        "so that lengths can be compared."
    )
    if len(shown) < len(table.cells):
        caption += " The other cells are in the CSV file."
    described = "; ".join(_described(cell, parts, table.name) for cell in shown[:4])
    svg = inline_svg(
        figure, name.replace("_", "-"), f"Contributions to {words(table.name)}. {described}."
    )
    return Figure(
        name, f"What the {words(table.name)} is made of", caption, svg, _rows(table, parts, stages)
    )


def contribution_table(table: Table) -> dict[str, Any]:
    """Return the contributions as rows of text: one for each part, and their sum.

    The shares of a cell are rounded one by one.
    """
    shown = _shown(table)
    parts = [str(part) for part in table.data["part"].values]
    rows = []
    for k, part in enumerate(parts):
        row = [_label(part, table.name)]
        for cell in shown:
            value, total = _settled(cell)[k], cell.value("mean") or 0.0
            row.append(f"{number(value)} ({percent(value / total)})" if total else number(value))
        rows.append(row)
    sums = ["Sum, the mean of the total", *(number(cell.value("mean")) for cell in shown)]
    header = ["Part", *(capital(cell.name) or "Mean (share)" for cell in shown)]
    return {"header": header, "rows": rows, "total": sums, "unit": unit_text(table.unit)}


def _shown(table: Table) -> list[Cell]:
    return table.cells if len(table.cells) <= _MOST else table.picked(_MOST) or table.base[:_MOST]


def _label(part: str, total: str) -> str:
    """Return the name of a part without the word it shares with its total.

    Examples
    --------
    >>> _label("global_production", "global_footprint"), _label("transport", "device_footprint")
    ('production', 'transport')
    """
    first = total.split("_")[0] + "_"
    return words(part.removeprefix(first) if len(part) > len(first) else part)


def _settled(cell: Cell) -> list[float]:
    values = cell.array("contribution")
    scale = float(np.abs(values).sum())
    return [settled(float(v), scale) or 0.0 for v in values]


def _tints(parts: list[str], stages: list[str]) -> list[str]:
    """Return a colour for each part: that of its stage, if no other part has it."""
    found: list[str] = []
    for part, stage in zip(parts, stages, strict=True):
        own = STAGE_COLOURS.get(stage, "")
        free = [
            tint for tint in PALETTE if tint not in found and tint not in STAGE_COLOURS.values()
        ]
        free += [tint for tint in PALETTE if tint not in found] + [
            PALETTE[len(found) % len(PALETTE)]
        ]
        found.append(own if own and own not in found else free[0])
        del part
    return found


def _legend_lines(labels: list[str]) -> list[tuple[int, float]]:
    """Return line and place of each legend entry, broken where the width ends."""
    found, line, left = [], 0, 8.0
    for label in labels:
        width = 38 + 7.6 * len(label)
        if left + width > WIDTH and left > 8:
            line, left = line + 1, 8.0
        found.append((line, left))
        left += width
    return found


def _draw_bar(ax: Axes, cell: Cell, row: int, tints: list[str]) -> tuple[float, float]:
    below = above = 0.0
    for value, tint in zip(_settled(cell), tints, strict=True):
        start = above if value >= 0 else below
        ax.barh(row, value, 0.66, left=start, color=tint, edgecolor="white", linewidth=0.6)
        above, below = above + max(value, 0.0), below + min(value, 0.0)
    return below, above


def _label_bar(ax: Axes, cell: Cell, row: int, width: float) -> None:
    below = above = 0.0
    for value in _settled(cell):
        start = above if value >= 0 else below
        if abs(value) > _READABLE * width:
            ax.text(
                start + value / 2,
                row,
                number(value),
                ha="center",
                va="center",
                color="white",
                weight="bold",
                size=11,
            )
        above, below = above + max(value, 0.0), below + min(value, 0.0)
    total = number(cell.value("mean"))
    ax.annotate(total, (above, row), (6, 0), textcoords="offset points", va="center", weight="bold")


def _described(cell: Cell, parts: list[str], total: str) -> str:
    values = zip(parts, _settled(cell), strict=True)
    text = ", ".join(f"{_label(part, total)} {number(value)}" for part, value in values)
    return f"{cell.name or 'mean'}: {text}"


def _rows(table: Table, parts: list[str], stages: list[str]) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        errors = cell.array("contribution_error")
        values = _settled(cell)
        total = cell.value("mean")
        base = {"output": table.name, **cell.labels, "unit": table.unit}
        for k, (part, stage) in enumerate(zip(parts, stages, strict=True)):
            share = values[k] / total if total else None
            rows.append(
                {
                    **base,
                    "part": part,
                    "stage": stage,
                    "mean": values[k],
                    "error": settled(float(errors[k]), total or 0.0),
                    "share": share,
                }
            )
        rows.append(
            {
                **base,
                "part": "sum",
                "stage": "",
                "mean": total,
                "error": cell.value("mean_error"),
                "share": 1.0 if total else None,
            }
        )
    return rows
