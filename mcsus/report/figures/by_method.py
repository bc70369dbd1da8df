"""What one method says of the inputs: bars with errors, beside a dummy and what is comparable."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import BLUE, INK, ORANGE, WIDTH, Sheet, clear_of, only_bottom
from mcsus.report.lenses import Lens, errors_of, floors_of
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, words

Array = NDArray[np.float64]

_MOST = 12
_LEFT, _ROW, _LEGEND, _NAMES, _FOOT, _GAP = 196.0, 26.0, 32.0, 28.0, 44.0, 20.0
_WHISKERS: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 1, "capsize": 2}
_ENOUGH = 1e-12  # of a floor, to be drawn


def method_figure(
    table: ResultTable,
    output: str,
    lens: Lens,
    cells: Sequence[ResultCell],
    beside: ResultTable | None,
    t: float,
) -> Figure:
    """Return what a method says of the inputs of an output in some cells.

    Parameters
    ----------
    table : ResultTable
        Of the method.
    beside : ResultTable, optional
        Of Sobol' indices, which have the array that the lens is to be compared with.
    t : float
        Errors of a 95 % bound.
    """
    rows: list[Row] = []
    for cell in table.cells:
        names = [str(name) for name in cell.data["input"].values]
        values, errors = cell.array(lens.key), errors_of(cell, lens.key)
        floors = floors_of(cell, lens.key, len(names))
        others = _beside(beside, cell, lens.beside)
        for k in np.argsort(cell.array("rank"), kind="stable"):
            head = {"output": output, **label_columns(cell.labels), "array": lens.key}
            head |= {"rank": int(cell.array("rank")[k]), "input": names[k]}
            head |= {"value": float(values[k]), "margin_95": t * float(errors[k])}
            rows.append(head | {"dummy": float(floors[k]), **_of(others, names[k], lens.beside)})
    draw = partial(_draw, dims=table.dims, shown=table.places(cells), lens=lens)
    many = table.data.sizes["input"] > _MOST
    caption = f"Drawn are the first {_MOST}; all are in the file." if many else ""
    name = f"{lens.method}_{table.name}".replace(f"@{lens.method}", "").replace("@", "_by_")
    title = capital(words(table.name.replace(f"@{lens.method}", "")))
    return Figure(name, title, caption, rows, draw, _how(table, lens, beside, t))


def _beside(table: ResultTable | None, cell: ResultCell, key: str) -> dict[str, float]:
    """Return what is comparable at the same labels, by input."""
    own = [c for c in table.cells if c.labels == cell.labels] if table is not None and key else []
    if not own or key not in own[0].data:
        return {}
    names = map(str, own[0].data["input"].values)
    return dict(zip(names, map(float, own[0].array(key)), strict=True))


def _of(others: dict[str, float], name: str, key: str) -> dict[str, float]:
    return {f"sobol_{key}": others.get(name, float("nan"))} if others else {}


def _how(table: ResultTable, lens: Lens, beside: ResultTable | None, t: float) -> str:
    parts = ["Whiskers are 95 % bounds of the numerical error."] if np.isfinite(t) else []
    if any(floors_of(cell, lens.key, 1).any() for cell in table.cells[:1]):
        parts.append("What does not reach beyond the dashed line says no more than chance does.")
    if beside is not None and lens.beside:
        order = "total" if lens.beside == "ST" else "first"
        parts.append(f"Diamonds are Sobol\u2019 indices of {order} order.")
    return " ".join(parts)


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int], lens: Lens
) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    names = _first(cells)
    head = _LEGEND + (_NAMES if any(cell_name(labels) for labels, _ in cells) else 0.0)
    sheet = Sheet(head + _ROW * len(names) + _FOOT)
    sheet.key(_LEFT, 18, lens.title, BLUE)
    width = (WIDTH - _LEFT - 16 - _GAP * (len(cells) - 1)) / len(cells)
    known = [{str(row["input"]): row for row in own} for _, own in cells]
    low, high = _range([row for own in known for row in map(own.get, names) if row], lens)
    texts = [clear_of(capital(words(name)), 25) for name in names]
    for column, ((labels, _), own) in enumerate(zip(cells, known, strict=True)):
        x = _LEFT + column * (width + _GAP)
        ax = sheet.axes(x, head, width, _ROW * len(names))
        only_bottom(ax)
        _panel(ax, [own.get(name) for name in names], lens)
        ax.set_yticks(range(len(names)), [] if column else texts)
        ax.set(ylim=(len(names) - 0.45, -0.55), xlim=(low, high))
        ax.locator_params(axis="x", nbins=4 if len(cells) > 1 else 8)
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace("-", "\u2212"))
        if cell_name(labels):
            sheet.name(x, head - 14, cell_name(labels), round(width / 7.2))
    sheet.note(WIDTH - 16, sheet.height - 6, lens.axis, ends=True)
    most = ", ".join(words(name) for name in names[:3])
    return sheet, f"{lens.title} of {words(rows[0]['output'])}: most have {most}."


def _first(cells: Sequence[tuple[dict[str, Any], list[Row]]]) -> list[str]:
    """Return the inputs of the highest places over the cells."""
    places: dict[str, int] = {}
    for _, own in cells:
        for row in own:
            name, place = str(row["input"]), int(row["rank"]) or len(own)
            places[name] = min(places.get(name, place), place)
    return sorted(places, key=lambda name: places[name])[:_MOST]


def _range(rows: Sequence[Row], lens: Lens) -> tuple[float, float]:
    """Return the ends of the axes, which show 0, the bars and their whiskers."""
    keys = ("dummy", f"sobol_{lens.beside}")
    ends = [float(row.get(key, 0.0)) for row in rows for key in keys]
    for row in rows:
        off = float(np.nan_to_num(row["margin_95"]))
        ends += [float(row["value"]) - off if lens.is_signed else 0.0, float(row["value"]) + off]
    known = [end for end in ends if np.isfinite(end)]
    low, high = min([0.0, *known]), max([0.0, *known])
    room = 0.04 * ((high - low) or 1.0)
    return (low - room if low < 0 else 0.0), high + room


def _panel(ax: Axes, rows: Sequence[Row | None], lens: Lens) -> None:
    values = np.array([row["value"] if row else np.nan for row in rows], dtype=float)
    margins = np.array([row["margin_95"] if row else np.nan for row in rows], dtype=float)
    places = np.arange(len(values))
    drawn = values if lens.is_signed else np.maximum(values, 0.0)
    ax.barh(places, np.nan_to_num(drawn), 0.55, color=BLUE)
    known = np.isfinite(drawn) & np.isfinite(margins)
    if known.any():
        ax.errorbar(drawn[known], places[known], xerr=margins[known], **_WHISKERS)
    for place, row in zip(places, rows, strict=True):
        floor = float(row["dummy"]) if row else 0.0
        if floor > _ENOUGH:
            for side in (floor, -floor) if lens.is_signed else (floor,):
                ax.plot([side, side], [place - 0.5, place + 0.5], "--", color=INK, linewidth=1)
        other = float(row.get(f"sobol_{lens.beside}", np.nan)) if row else np.nan
        if np.isfinite(other):
            ax.plot(
                [max(other, 0.0)], [place], "D", color=ORANGE, markersize=5,
                markeredgecolor="white", markeredgewidth=0.8, clip_on=False, zorder=4,
            )  # fmt: skip
    ax.axvline(0, color=INK, linewidth=0.8)
