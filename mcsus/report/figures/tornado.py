"""The tornado: an output with one input at a time at both ends of its range."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import (
    BLUE,
    INK,
    SOFT,
    WIDTH,
    Sheet,
    clear_of,
    only_bottom,
    tick_text,
)
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, number, unit_label, unit_text, words

_MOST = 12
_PALE = "#8ec7ea"
_LEFT, _ROW, _KEYS, _NAMES, _FOOT, _GAP = 196.0, 28.0, 32.0, 26.0, 44.0, 10.0
_ROOM = 0.3  # of the range beside the bars, where values of the inputs stand
_HOW = (
    "Each bar runs from the output with the input at its 5th percentile (dark) to that with it at "
    "its 95th (pale), all others typical; the values of the input stand at its ends. The line is "
    "the output with all of them typical."
)


def tornado_figure(
    table: ResultTable, output: str, unit: str, cells: Sequence[ResultCell]
) -> Figure:
    """Return the swings of an output in some cells."""
    rows: list[Row] = []
    for cell in table.cells:
        names = [str(name) for name in cell.data["input"].values]
        units = [str(text) for text in cell.data["value_unit"].values]
        keys = ("low_value", "high_value", "low_output", "high_output")
        arrays = {key: cell.array(key) for key in keys}
        for k in np.argsort(cell.array("rank"), kind="stable"):
            head = {"output": output, **label_columns(cell.labels), "unit": unit}
            head |= {"rank": int(cell.array("rank")[k]), "input": names[k]}
            head |= {"typical": float(cell.data["typical"]), "value_unit": units[k]}
            rows.append(head | {key: float(array[k]) for key, array in arrays.items()})
    draw = partial(_draw, dims=table.dims, shown=table.places(cells))
    many = table.data.sizes["input"] > _MOST
    more = f"Drawn are the first {_MOST}; all are in the file." if many else ""
    return Figure(f"tornado_{output}", capital(words(output)), more, rows, draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = [
        (
            labels,
            [row for row in own if np.isfinite(row["low_output"] + row["high_output"])][:_MOST],
        )
        for labels, own in by_cell(rows, dims, shown)
    ]
    head = _NAMES if len(cells) > 1 else 0.0
    heights = [head + _ROW * len(own) + _FOOT + _GAP for _, own in cells]
    sheet = Sheet(_KEYS + sum(heights))
    sheet.key(_LEFT, 18, "5th percentile", BLUE)
    sheet.key(_LEFT + 140, 18, "95th percentile", _PALE)
    top = _KEYS
    for (labels, own), height in zip(cells, heights, strict=True):
        if head:
            sheet.name(8, top + 16, cell_name(labels), 60)
        if own:
            _panel(sheet, top + head, own)
        top += height
    first = cells[0][1][0] if cells[0][1] else rows[0]
    return sheet, (
        f"Tornado of {words(first['output'])}: {words(first['input'])} moves it most, from "
        f"{number(first['low_output'])} to {number(first['high_output'])}."
    )


def _panel(sheet: Sheet, top: float, rows: Sequence[Row]) -> None:
    ax = sheet.axes(_LEFT, top, WIDTH - _LEFT - 16, _ROW * len(rows))
    only_bottom(ax)
    typical = float(rows[0]["typical"])
    ends = [row[key] for row in rows for key in ("low_output", "high_output")] + [typical]
    low, high = min(ends), max(ends)
    room = _ROOM * ((high - low) or 1.0)
    ax.set(xlim=(low - room, high + room), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    for line, row in enumerate(rows):
        pairs = [(row["high_output"], _PALE, "high_value"), (row["low_output"], BLUE, "low_value")]
        for at, tint, _ in sorted(pairs, key=lambda own: -abs(own[0] - typical)):
            ax.barh(line, at - typical, 0.62, left=typical, color=tint)
        pairs.sort(key=lambda own: own[0])
        unit = unit_text(row["value_unit"])
        sides = [(min(pairs[0][0], typical), "right", pairs[0][2])]
        sides += [(max(pairs[1][0], typical), "left", pairs[1][2])]
        for x, side, key in sides:
            text = number(row[key]) if np.isfinite(row[key]) else ""
            text = f"{text} {unit}".strip() if side == "left" and text else text
            offset = (-4, 0) if side == "right" else (4, 0)
            ax.annotate(
                clear_of(text, 22), (x, line), offset, textcoords="offset points", ha=side,
                va="center", fontsize=10, color=INK,
            )  # fmt: skip
        name = clear_of(capital(words(row["input"])), 25)
        sheet.write(8, top + _ROW * (line + 0.5) + 4, name, color=INK)
    ax.axvline(typical, color=SOFT, linewidth=1)
    ax.xaxis.set_major_formatter(tick_text)
    ax.locator_params(axis="x", nbins=6)
    foot = top + _ROW * len(rows) + 38
    sheet.note(WIDTH - 16, foot, unit_label(rows[0]["unit"]), ends=True)
