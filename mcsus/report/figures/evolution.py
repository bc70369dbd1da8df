"""Which input drives the doubt when: total-order indices along a numeric dim, such as years."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.spread_labels import apart
from mcsus.report.figures.style import PALETTE, WIDTH, Sheet, clear_of
from mcsus.result.reading import ResultTable
from mcsus.result.wording import capital, label_words, words

_MOST = 6
_LEFT, _TOP, _HEIGHT, _RIGHT, _FOOT = 48.0, 34.0, 260.0, 210.0, 40.0
_MARKS = ("o", "s", "^", "D", "v", "P")
_DASHES = ("-", "--", "-.", ":", "-", "--")
_HOW = (
    "Total-order indices: the share of the variance that would remain if all but this input were "
    "known. Bars are 95 % bounds of the numerical error."
)


def evolution_figure(table: ResultTable, t: float) -> Figure | None:
    """Return the indices of an output along its numeric dim, if it has one."""
    dim = table.axis_dim
    told = [cell for cell in table.cells if np.isfinite(cell.array("ST")).all()]
    shown = [cell for cell in told if cell.is_base]
    if dim is None or len(shown) < 2:
        return None
    rest = {k: v for k, v in shown[0].labels.items() if k != dim}
    line = [c for c in shown if {k: v for k, v in c.labels.items() if k != dim} == rest]
    rows: list[Row] = []
    for cell in told:
        names = [str(name) for name in cell.data["input"].values]
        values, errors = cell.array("ST"), cell.array("ST_error")
        for k, name in enumerate(names):
            head = {"output": table.name, **label_columns(cell.labels), "input": name}
            margin = round(t * float(errors[k]), 6)
            rows.append(head | {"ST": round(float(values[k]), 6) + 0.0, "ST_margin_95": margin})
    places = [k for k, cell in enumerate(told) if cell in line]
    draw = partial(_draw, dims=table.dims, dim=dim, shown=places)
    caption = f"Drawn are the {_MOST} inputs with the largest index; all are in the file."
    if len(line) < len(told):
        where = label_words({k: v for k, v in rest.items() if k != "scenario"})
        caption += f" Drawn: {where}." if where else ""
    title = f"{capital(words(table.name))}: which input drives the doubt when?"
    name = f"evolution_{table.name}".replace("@", "_by_")
    return Figure(name, title, caption, rows, draw, _HOW)


def _draw(
    rows: Sequence[Row], dims: Sequence[str], dim: str, shown: Sequence[int]
) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    at = [float(labels[dim]) for labels, _ in cells]
    lines: dict[str, list[Row]] = {}
    for _, own in cells:
        for row in own:
            lines.setdefault(str(row["input"]), []).append(row)
    top = sorted(lines, key=lambda name: -max(float(row["ST"]) for row in lines[name]))[:_MOST]
    sheet = Sheet(_TOP + _HEIGHT + _FOOT)
    sheet.note(8, 18, "share of the variance")
    ax = sheet.axes(_LEFT, _TOP, WIDTH - _LEFT - _RIGHT, _HEIGHT)
    high = 1.03 * max(0.1, *(_reach(row) for name in top for row in lines[name]))
    ax.set(ylim=(0, high), xlim=(min(at), max(at)))
    ends = [_HEIGHT * (1 - float(lines[name][-1]["ST"]) / high) for name in top]
    levels = apart(ends, 18.0, _HEIGHT)
    for k, (name, level) in enumerate(zip(top, levels, strict=True)):
        values = np.array([float(row["ST"]) for row in lines[name]])
        margins = np.nan_to_num([float(row["ST_margin_95"]) for row in lines[name]])
        ax.errorbar(
            at, values, margins, color=PALETTE[k], linestyle=_DASHES[k], marker=_MARKS[k],
            markersize=5, elinewidth=0.8, linewidth=1.8, clip_on=False,
        )  # fmt: skip
        key = sheet.axes(WIDTH - _RIGHT + 10, _TOP + level - 8, 30, 16)
        key.axis("off")
        key.plot(
            [0, 1, 2], [0, 0, 0], color=PALETTE[k], linestyle=_DASHES[k], marker=_MARKS[k],
            markevery=[1], markersize=5, linewidth=1.8,
        )  # fmt: skip
        text = clear_of(capital(words(name)), 21)
        sheet.write(WIDTH - _RIGHT + 46, _TOP + level + 4, text)
    ax.locator_params(axis="x", nbins=6, integer=True)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    sheet.note(WIDTH - _RIGHT, _TOP + _HEIGHT + 36, words(dim), ends=True)
    return sheet, _described(lines, at, dim)


def _reach(row: Row) -> float:
    return float(row["ST"]) + float(np.nan_to_num(row["ST_margin_95"]))


def _described(lines: dict[str, list[Row]], at: Sequence[float], dim: str) -> str:
    leaders = [max(lines, key=lambda n: float(lines[n][k]["ST"])) for k in (0, -1)]
    first, last = (words(name) for name in leaders)
    return f"In {words(dim)} {at[0]:g} {first} drives the doubt most, in {at[-1]:g} {last} does."
