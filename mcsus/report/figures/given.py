"""What several methods say of the inputs of an output, side by side, with errors and places."""

from collections.abc import Mapping, Sequence

import numpy as np

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
from mcsus.report.reading import ResultCell
from mcsus.report.wording import words

METHODS = {
    "given_data": "First order",
    "delta": "Delta",
    "pawn": "PAWN",
    "rbd_fast": "RBD-FAST",
    "correlation": "Ranks",
    "polynomial_chaos": "Polynomial",
}
"""What methods are called above their panels."""

_MOST = 20
_ROW, _LEFT, _TOP, _GAP, _PLACE = 26.0, 150.0, 40.0, 12.0, 22.0
_BLOCKS = 16
_HOW = (
    "Dots are what a method says of an input, strokes their 95 % bounds, numbers the place that it "
    "gives the input. The grey band is what it says of an input without bearing; a dash stands "
    "where it says nothing, as of categories. Ranks are Spearman's correlations."
)

Told = Mapping[str, tuple[str, Sequence[str], ResultCell]]
"""By method: the array that is shown, the inputs, and the arrays."""


def given_figure(output: str, told: Told) -> Figure:
    """Return what each method says of the inputs of an output."""
    rows: list[Row] = []
    for method, (measure, inputs, cell) in told.items():
        values, errors = cell.array(measure), cell.array(f"{measure}_error")
        entries = zip(inputs, values, errors, cell.array("rank").astype(int), strict=True)
        head = {"output": output, "method": method, "measure": measure}
        rows += [
            head | {"input": name, "value": value, "error": error, "place": place}
            for name, value, error, place in entries
        ]
        dummy = next((k for k in ("dummy", f"dummy_{measure}") if k in cell.data), "")
        if dummy:
            own = cell.value(dummy), cell.value(f"{dummy}_error")
            rows.append(head | {"input": "", "value": own[0], "error": own[1], "place": 0})
    names = _order(rows)
    caption = ""
    if len(names) > _MOST:
        caption = f"Drawn are {_MOST} of {len(names)} inputs; all are in the file."
    return Figure(f"given_{output}", output, caption, rows, _draw, _HOW)


def _order(rows: Sequence[Row]) -> list[str]:
    """Return the inputs by their mean place."""
    places: dict[str, list[int]] = {}
    for row in rows:
        if row["input"]:
            places.setdefault(str(row["input"]), []).append(int(row["place"]))
    return sorted(places, key=lambda name: (float(np.mean(places[name])), name))


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
        sheet.name(left, 16, METHODS.get(method, words(method)), int(width / 7.4))
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
        sheet.note(left + width, _TOP + _ROW * (line + 0.5) + 4, str(row["place"]), ends=True)
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
    return next(str(r["input"]) for r in rows if r["method"] == method and r["place"] == 1)
