"""Sobol' indices of the inputs: bars of first and total order with their numerical errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.style import (
    BLUE,
    INK,
    SOFT,
    WIDTH,
    axes,
    canvas,
    clear_of,
    only_bottom,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table
from mcsus.report.wording import capital, listing, words

Array = NDArray[np.float64]

TOP = 12
TINY = 0.01
_PANELS = 3
_FIRST = "#56B4E9"
_ROW, _LEGEND, _NAMES = 30.0, 36.0, 28.0


@dataclass(frozen=True)
class Ranking:
    """Inputs of an output, the one that matters most first, over the cells looked at.

    Parameters
    ----------
    names : tuple of str
        All inputs, by their largest total-order index.
    cells : tuple of Cell
        Cells of the study as written whose draws vary, not more than three.
    place : mapping of str to int
        Where each input stands in the arrays of a cell.
    """

    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    place: Mapping[str, int]

    @classmethod
    def of(cls, table: Table) -> Ranking:
        """Rank the inputs of a sensitivity table."""
        names = [str(name) for name in table.data["input"].values]
        cells = tuple(table.picked(_PANELS))
        if not cells:
            return cls((), (), {})
        order = _order(names, np.max([cell.array("ST") for cell in cells], axis=0))
        return cls(tuple(names[k] for k in order), cells, {name: k for k, name in enumerate(names)})

    def index(self, cell: Cell, name: str, key: str) -> float:
        """Return an index or its error for one input; NaN where it is not known."""
        return float(cell.array(key)[self.place[name]])

    def range(self, name: str, key: str = "ST") -> tuple[float, float]:
        """Return the smallest and the largest index of an input over the cells."""
        found = [self.index(cell, name, key) for cell in self.cells]
        return min(found), max(found)

    @property
    def tiny(self) -> list[str]:
        """Inputs whose total-order index is below `TINY` in every cell looked at."""
        return [name for name in self.names if self.range(name)[1] < TINY]


def _order(names: Sequence[str], totals: Array) -> list[int]:
    """Return places by falling index; by name where indices are equal but for rounding.

    Examples
    --------
    >>> _order(["b", "a", "c"], np.array([0.1, 0.1, 0.5]))
    [2, 1, 0]
    """
    keys = np.nan_to_num(np.round(totals, 9))
    return sorted(range(len(names)), key=lambda k: (-float(keys[k]), names[k]))


def driver_figure(table: Table, t: float) -> Figure | None:
    """Draw the indices of an output; None when nothing varies.

    Parameters
    ----------
    table : Table
        Indices over ``input``.
    t : float
        Student quantile that turns a standard error into a 95 % bound; NaN for one replicate.
    """
    ranking = Ranking.of(table)
    if not ranking.cells:
        return None
    top, others = ranking.names[:TOP], ranking.names[TOP:]
    labels = [capital(words(name)) for name in top]
    if others:
        labels.append(f"All others ({len(others)})")
    panels, left, gap = len(ranking.cells), 196.0, 20.0
    width = (WIDTH - left - 16 - gap * (panels - 1)) / panels
    head = _LEGEND + (_NAMES if any(cell.name for cell in ranking.cells) else 0.0)
    height = head + _ROW * len(labels) + 44
    figure = canvas(height)
    for tint, text, x in ((BLUE, "total order", left), (_FIRST, "first order", left + 116)):
        write(figure, x, 18, "■", color=tint, size=15)
        write(figure, x + 16, 18, text, color=INK)
    highest = max(0.1, *(_upper(ranking, cell, name, t) for cell in ranking.cells for name in top))
    for column, cell in enumerate(ranking.cells):
        x = left + column * (width + gap)
        ax = axes(figure, x, head, width, _ROW * len(labels))
        _draw_panel(ax, ranking, cell, top, others, t)
        ax.set_yticks(
            range(len(labels)),
            [clear_of(text, 25) for text in labels] if not column else [""] * len(labels),
        )
        ax.set_ylim(len(labels) - 0.45, -0.55)
        ax.set_xlim(0, 1.04 * highest)
        if cell.name:
            write(
                figure,
                x,
                head - 14,
                clear_of(capital(cell.name), round(width / 7.2)),
                weight="bold",
                color=INK,
            )
    write(figure, WIDTH - 16, height - 6, "share of the variance", ha="right", color=SOFT)
    name = f"drivers_{table.name}".replace("@", "_by_")
    svg = inline_svg(figure, name.replace("_", "-"), _described(table, ranking))
    return Figure(
        name,
        capital(words(table.name)),
        _caption(table, ranking, t),
        svg,
        _rows(table, t),
    )


def _upper(ranking: Ranking, cell: Cell, name: str, t: float) -> float:
    """Return how far the bars of an input reach, with their whiskers."""
    margins = [t * ranking.index(cell, name, f"{key}_error") for key in ("ST", "S1")]
    values = [ranking.index(cell, name, key) for key in ("ST", "S1")]
    return max(v + float(np.nan_to_num(m)) for v, m in zip(values, margins, strict=True))


def _draw_panel(
    ax: Axes, ranking: Ranking, cell: Cell, top: tuple[str, ...], others: tuple[str, ...], t: float
) -> None:
    only_bottom(ax)
    for shift, key, tint in ((-0.19, "ST", BLUE), (0.19, "S1", _FIRST)):
        values = [max(ranking.index(cell, name, key), 0.0) for name in top]
        margins = [t * ranking.index(cell, name, f"{key}_error") for name in top]
        if others:
            values.append(max(sum(ranking.index(cell, name, key) for name in others), 0.0))
            margins.append(float("nan"))
        rows = np.arange(len(values)) + shift
        ax.barh(rows, values, 0.36, color=tint)
        known = np.isfinite(margins)
        if known.any():
            ax.errorbar(
                np.array(values)[known],
                rows[known],
                xerr=np.array(margins)[known],
                fmt="none",
                ecolor=INK,
                elinewidth=1,
                capsize=2,
            )
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _caption(table: Table, ranking: Ranking, t: float) -> str:
    text = (
        "Sobol\u2019 indices. First order: the share of the variance that would go if this "
        "input alone were known. "
        "Total order: the share that would remain if all but this input were known, "
        "interactions included; these "
        "can add up to more than one. "
    )
    if np.isfinite(t):
        text += "Whiskers are 95 % bounds of the numerical error. "
    if len(ranking.cells) < len(table.cells):
        drawn = listing([cell.name or "base" for cell in ranking.cells])
        text += f"Drawn: {drawn}; all cells are in the file. "
    if len(ranking.names) > TOP:
        text += f"Drawn are the {TOP} inputs with the largest total order, and sums of the others. "
    return text.strip()


def _described(table: Table, ranking: Ranking) -> str:
    parts = []
    for name in ranking.names[:5]:
        low, high = ranking.range(name)
        parts.append(
            f"{words(name)} {low:.2f}" + (f" to {high:.2f}" if high - low >= 0.005 else "")
        )
    return f"Total-order indices of {words(table.name)}: {', '.join(parts)}."


def _rows(table: Table, t: float) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        names = [str(name) for name in cell.data["input"].values]
        found = {key: cell.array(key) for key in ("S1", "S1_error", "ST", "ST_error")}
        order = _order(names, found["ST"])
        for rank, k in enumerate(order, 1):
            row: dict[str, object] = {"output": table.name, **cell.labels, "rank": rank}
            row["input"] = names[k]
            for key in ("S1", "ST"):
                error = float(found[f"{key}_error"][k])
                row[key] = round(float(found[key][k]), 6) + 0.0
                row[f"{key}_error"] = round(error, 6)
                row[f"{key}_margin_95"] = round(t * error, 6)
            rows.append(row)
    return rows
