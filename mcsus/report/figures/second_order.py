"""What pairs of inputs add together: second-order indices as a heat map."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from matplotlib.patches import Rectangle

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import INK, SOFT, WIDTH, Sheet, clear_of
from mcsus.result.ranking import Ranking
from mcsus.result.reading import ResultTable
from mcsus.result.wording import capital, cell_name, fixed, words

_MOST = 8
_LEFT, _ROW, _HEAD, _NAMES, _GAP = 214.0, 30.0, 120.0, 22.0, 16.0
_SHADES = ("#dfecf7", "#b5d4ea", "#7db5dc", "#3182bd", "#084a80")
_LIGHT = 3  # shades from which figures are white
_HOW = (
    "The share of the variance that two inputs add together, beyond what each adds alone: the "
    "darker the field, the more. A dot stands where it cannot be told from none."
)


def has_pairs(table: ResultTable) -> bool:
    """Tell whether any second-order index is known of what is looked at."""
    if "S2" not in table.data:
        return False
    return any(bool(np.isfinite(own.array("S2")).any()) for own in Ranking.of(table).cells)


def second_order_figure(table: ResultTable, ranking: Ranking, bound: float) -> Figure:
    """Return the second-order indices of an output, of the inputs that matter most.

    Parameters
    ----------
    bound : float
        Errors from which an index is told from none.
    """
    rows: list[Row] = []
    for cell in table.cells:
        names = [str(name) for name in cell.data["input"].values]
        values, errors = cell.array("S2"), cell.array("S2_error")
        for j, k in zip(*np.nonzero(np.isfinite(values)), strict=True):
            head = {"output": table.name, **label_columns(cell.labels)}
            head |= {"first": names[j], "second": names[k], "S2": float(values[j, k])}
            rows.append(head | {"S2_error": float(errors[j, k])})
    top = ranking.names[:_MOST]
    shown = [
        at
        for at, cell in enumerate(c for c in table.cells if np.isfinite(c.array("S2")).any())
        if cell in ranking.cells
    ]
    draw = partial(_draw, dims=table.dims, shown=shown, names=top, bound=bound)
    more = (
        f"Drawn are the first {_MOST}; all are in the file." if len(ranking.names) > _MOST else ""
    )
    title = f"{capital(words(table.name))}: pairs of inputs"
    name = f"pairs_{table.name}".replace("@", "_by_")
    return Figure(name, title, more, rows, draw, _HOW)


def _draw(
    rows: Sequence[Row],
    dims: Sequence[str],
    shown: Sequence[int],
    names: Sequence[str],
    bound: float,
) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    head = _HEAD + (_NAMES if len(cells) > 1 else 0.0)
    each = head + _ROW * (len(names) - 1) + _GAP
    sheet = Sheet(each * len(cells))
    highest = max(0.01, *(float(row["S2"]) for _, own in cells for row in own))
    for k, (labels, own) in enumerate(cells):
        if len(cells) > 1:
            sheet.name(8, k * each + 16, cell_name(labels), 60)
        _grid(sheet, k * each + head, own, names, highest, bound)
    most = max(cells[0][1], key=lambda row: float(row["S2"]))
    return sheet, (
        f"Second-order indices of {words(rows[0]['output'])}: the largest is that of "
        f"{words(most['first'])} and {words(most['second'])}, {fixed(float(most['S2']), 3)}."
    )


def _grid(
    sheet: Sheet,
    top: float,
    rows: Sequence[Row],
    names: Sequence[str],
    highest: float,
    bound: float,
) -> None:
    known = {frozenset((str(row["first"]), str(row["second"]))): row for row in rows}
    count = len(names) - 1
    width = min((WIDTH - _LEFT - 90) / count, 64.0)
    ax = sheet.axes(_LEFT, top, width * count, _ROW * count)
    ax.set(xlim=(0, count), ylim=(count, 0))
    ax.axis("off")
    for column, name in enumerate(names[:-1]):
        left = _LEFT + width * (column + 0.5)
        text = clear_of(capital(words(name)), 24)
        base = top + _ROW * column - 8
        sheet.write(left - 4, base, text, color=INK, rotation=35, rotation_mode="anchor")
    for line, second in enumerate(names[1:]):
        base = top + _ROW * (line + 0.5) + 4
        sheet.write(8, base, clear_of(capital(words(second)), 27), color=INK)
        for column, first in enumerate(names[: line + 1]):
            row = known.get(frozenset((first, second)))
            sure = row is not None and abs(float(row["S2"])) > bound * float(row["S2_error"])
            value = float(row["S2"]) if row is not None and sure else 0.0
            shade = min(int(len(_SHADES) * max(value, 0.0) / highest), len(_SHADES) - 1)
            tint = _SHADES[shade] if value > 0 else "white"
            box = Rectangle((column + 0.04, line + 0.06), 0.92, 0.88, facecolor=tint)
            ax.add_patch(box)
            left = _LEFT + width * (column + 0.5)
            ink = SOFT if not sure else "white" if shade >= _LIGHT else INK
            text = fixed(value, 3) if sure else "\u2022"
            sheet.write(left, base, text, ha="center", color=ink)
