"""What several methods say of the inputs of an output, side by side, with errors and places."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.places import places
from mcsus.analysis.replication import student_quantile
from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.style import (
    BLUE,
    FAINT,
    INK,
    SOFT,
    WIDTH,
    Sheet,
    clear_of,
    only_bottom,
    tick_text,
)
from mcsus.result.given_text import are_told_apart
from mcsus.result.reading import ResultCell
from mcsus.result.wording import words

METHODS = {
    "given_data": "First order",
    "delta": "Delta",
    "pawn": "PAWN",
    "rbd_fast": "RBD-FAST",
    "correlation": "Ranks",
    "polynomial_chaos": "Polynomial",
    "SRC": "Slopes",
}
"""What methods are called above their panels."""

Integers = NDArray[np.int64]

_MOST = 20
_ROW, _LEFT, _TOP, _GAP, _PLACE = 26.0, 150.0, 40.0, 12.0, 22.0
_BLOCKS = 16
_HOW = (
    "Dots are what a method says of an input, strokes their 95 % bounds, numbers the place that it "
    "gives the input, and points stand where it does not tell it from one without bearing. The "
    "grey band is what it says of such an input; a dash stands where it says nothing, as of "
    "categories. Ranks are Spearman's correlations, slopes those of a line in all inputs."
)

Told = Mapping[str, tuple[str, Sequence[str], ResultCell]]
"""By method: the array that is shown, the inputs, and the arrays."""


def given_figure(output: str, told: Told) -> Figure:
    """Return what each method says of the inputs of an output."""
    rows: list[Row] = []
    for method, (measure, inputs, cell) in told.items():
        values, errors = cell.array(measure), cell.array(f"{measure}_error")
        entries = zip(inputs, values, errors, sure_places(cell, measure), strict=True)
        head: dict[str, Any] = {"output": output, "method": method, "measure": measure}
        rows += [
            head | {"input": name, "value": value, "error": error, "place": int(place)}
            for name, value, error, place in entries
        ]
        if dummy := _dummy(cell, measure):
            own = cell.value(dummy), cell.value(f"{dummy}_error")
            rows.append(head | {"input": "", "value": own[0], "error": own[1], "place": 0})
    names = _order(rows)
    caption = ""
    if len(names) > _MOST:
        caption = f"Drawn are {_MOST} of {len(names)} inputs; all are in the file."
    return Figure(f"given_{output}", output, caption, rows, _draw, _HOW)


def _order(rows: Sequence[Row]) -> list[str]:
    """Return the inputs by the best place that a method gives them, then by their mean place."""
    given: dict[str, list[int]] = {}
    for row in rows:
        if row["input"]:
            given.setdefault(str(row["input"]), []).append(int(row["place"]) or len(rows))
    return sorted(given, key=lambda name: (min(given[name]), float(np.mean(given[name])), name))


def sure_places(cell: ResultCell, key: str) -> Integers:
    """Return the place of each input among those that are told from one without bearing, or 0."""
    dummy = _dummy(cell, key)
    floor = (cell.value(dummy) if dummy else None) or 0.0
    values = cell.array(key)
    apart = are_told_apart(values, cell.array(f"{key}_error"), floor)
    found = np.zeros(len(values), dtype=np.int64)
    found[apart] = places(np.abs(values[apart]))
    return found


def _dummy(cell: ResultCell, key: str) -> str:
    return next((own for own in ("dummy", f"dummy_{key}") if own in cell.data), "")


def _draw(rows: Sequence[Row]) -> tuple[Sheet, str]:
    names = _order(rows)[:_MOST]
    shown = list(dict.fromkeys(str(row["method"]) for row in rows))
    width = (WIDTH - _LEFT - 8 - _GAP * (len(shown) - 1)) / len(shown)
    height = _TOP + _ROW * len(names) + 36
    sheet = Sheet(height)
    for line, name in enumerate(names):
        text = clear_of(name, 19)
        sheet.write(8, _TOP + _ROW * (line + 0.5) + 4, text, color=INK)
    for column, method in enumerate(shown):
        own = [row for row in rows if row["method"] == method]
        left = _LEFT + column * (width + _GAP)
        sheet.name(left, 16, METHODS.get(method, words(method)), int((width + _GAP / 2) / 7))
        _panel(sheet, own, names, left, width)
    first = {method: _first(rows, method) for method in shown}
    parts = [f"{METHODS.get(m, words(m))} puts {name} first" for m, name in first.items()]
    return sheet, f"Inputs of {rows[0]['output']} by each method: {'; '.join(parts)}."


def _panel(
    sheet: Sheet, rows: Sequence[Row], names: Sequence[str], left: float, width: float
) -> None:
    """Draw what one method says."""
    ax = sheet.axes(left, _TOP, width - _PLACE, _ROW * len(names))
    t = student_quantile(_BLOCKS)
    known = {str(row["input"]): row for row in rows}
    for line, name in enumerate(names):
        row = known.get(name)
        if row is None:
            ax.plot([0], [line], marker="_", color=SOFT)
            continue
        off = t * float(row["error"])
        value = float(row["value"])
        ax.plot([value - off, value + off], [line, line], color=INK, linewidth=1.2)
        ax.plot([value], [line], marker="o", markersize=6, color=BLUE, markeredgecolor="white")
        sheet.note(
            left + width,
            _TOP + _ROW * (line + 0.5) + 4,
            str(row["place"] or "\u2022"),
            ends=True,
        )
    if "" in known:
        low, off = float(known[""]["value"]), t * float(known[""]["error"])
        ax.axvspan(low - off, low + off, color=FAINT, linewidth=0, zorder=0)
    lowest, highest = ax.get_xlim()
    ax.set_xlim(min(lowest, 0.0), max(highest, 0.05))
    ax.axvline(0, color=SOFT, linewidth=0.8)
    ax.set_ylim(len(names) - 0.5, -0.5)
    only_bottom(ax)
    ax.set_yticks([])
    ax.locator_params(axis="x", nbins=3)
    ax.xaxis.set_major_formatter(tick_text)


def _first(rows: Sequence[Row], method: str) -> str:
    firsts = (str(r["input"]) for r in rows if r["method"] == method and r["place"] == 1)
    return next(firsts, "none")
