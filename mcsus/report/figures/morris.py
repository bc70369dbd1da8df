"""Morris's plane: how much an output moves with an input, against how unevenly it does."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.spread_labels import apart
from mcsus.report.figures.style import BLUE, INK, SOFT, WIDTH, Sheet, clear_of, tick_text
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, unit_label, words

_NAMED = 8
_LEFT, _HEIGHT, _TOP, _FOOT = 76.0, 280.0, 34.0, 50.0
_HOW = (
    "To the right lie inputs that move the output most; high up lie those that do so unevenly, as "
    "the output is curved in them or they act together with others. Above the line an input may "
    "move it either way. What lies in the corner at the lower left can be forgotten."
)


def morris_figure(
    table: ResultTable, output: str, unit: str, cells: Sequence[ResultCell]
) -> Figure:
    """Return the mean absolute effects and spreads of an output in some cells."""
    rows: list[Row] = []
    keys = ("mu_star", "mu_star_error", "sigma", "sigma_error")
    for cell in table.cells:
        arrays = {key: cell.array(key) for key in keys}
        names = [str(name) for name in cell.data["input"].values]
        for k in np.argsort(cell.array("rank"), kind="stable"):
            head = {"output": output, **label_columns(cell.labels), "unit": unit}
            head |= {"rank": int(cell.array("rank")[k]), "input": names[k]}
            rows.append(head | {key: float(array[k]) for key, array in arrays.items()})
    draw = partial(_draw, dims=table.dims, shown=table.places(cells))
    return Figure(f"morris_{output}", capital(words(output)), "", rows, draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    each = _TOP + _HEIGHT + _FOOT
    sheet = Sheet(each * len(cells))
    for k, (labels, own) in enumerate(cells):
        unit = unit_label(own[0]["unit"])
        where = f"{cell_name(labels)}: " if len(cells) > 1 else ""
        sheet.note(8, k * each + 16, capital(f"{where}spread of the effects, {unit}"))
        _panel(sheet, k * each + _TOP, own)
        foot = k * each + _TOP + _HEIGHT + 40
        sheet.note(WIDTH - 180, foot, f"mean absolute effect, {unit}", ends=True)
    names = [words(row["input"]) for row in cells[0][1][:3]]
    return (
        sheet,
        f"Morris's plane of {words(rows[0]['output'])}: furthest right {', '.join(names)}.",
    )


def _panel(sheet: Sheet, top: float, rows: Sequence[Row]) -> None:
    width = WIDTH - _LEFT - 180
    ax = sheet.axes(_LEFT, top, width, _HEIGHT)
    x, y = (np.array([row[key] for row in rows]) for key in ("mu_star", "sigma"))
    off = [np.nan_to_num([row[f"{key}_error"] for row in rows]) for key in ("mu_star", "sigma")]
    right = 1.08 * float(max((x + 2 * off[0]).max(), 1e-300))
    high = 1.12 * float(max((y + 2 * off[1]).max(), 1e-3 * right))
    ax.set(xlim=(0, right), ylim=(0, high))
    ax.plot([0, min(right, high)], [0, min(right, high)], "--", color=SOFT, linewidth=1)
    ax.errorbar(x, y, 2 * off[1], 2 * off[0], fmt="none", ecolor=SOFT, elinewidth=1)
    ax.plot(x, y, "o", color=BLUE, markersize=7, markeredgecolor="white")
    named = rows[:_NAMED]
    levels = apart([_HEIGHT * (1 - row["sigma"] / high) for row in named], 17.0, _HEIGHT)
    for row, level in zip(named, levels, strict=True):
        base = top + level
        text = clear_of(capital(words(row["input"])), 22)
        sheet.write(WIDTH - 168, base + 4, text, color=INK)
        ax.plot(
            [row["mu_star"], right], [row["sigma"], high * (1 - level / _HEIGHT)],
            color=SOFT, linewidth=0.6, clip_on=False,
        )  # fmt: skip
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(tick_text)
    ax.locator_params(nbins=5)
