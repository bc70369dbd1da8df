"""Densities of an output with its 5 %, 50 % and 95 % quantiles, one row for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.style import (
    FAINT,
    INK,
    SOFT,
    WIDTH,
    axes,
    canvas,
    clear_of,
    colour,
    only_bottom,
    tick_text,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table, quantile
from mcsus.report.wording import capital, number, plain, quantity, unit_text, words

Array = NDArray[np.float64]
Reference = dict[str, Any]

_TOP, _RIGHT, _BELOW, _STRIP_BAR = 30.0, 24.0, 0.38, 22.0
_MOST = 6  # rows of densities; scenarios beyond them go to a figure of their own
_LOGARITHMIC = 60.0  # 95 % quantile over 5 % quantile from which the axis is logarithmic
_HOW_TO_READ = (
    "Height is probability density; every curve is drawn to the same height, so compare positions "
    "and widths. The dot is the median, the bar runs from the 5 % to the 95 % quantile."
)


@dataclass(frozen=True)
class _Frame:
    """Where the rows of a figure stand and how their axis runs."""

    left: float
    row: float
    low: float
    high: float
    log: bool

    @property
    def width(self) -> float:
        return WIDTH - self.left - _RIGHT

    def crowded(self, *places: float) -> bool:
        """Tell whether the texts of three marks would run into each other."""
        ends = np.array([self.low, self.high])
        at = np.array(places)
        ends, at = (np.log(ends), np.log(at)) if self.log else (ends, at)
        return bool((np.diff(at) / (ends[1] - ends[0]) * self.width).min() < 46)


def density_figure(table: Table, references: Sequence[Reference] = ()) -> Figure:
    """Draw the densities of an output.

    Parameters
    ----------
    table : Table
        The output.
    references : sequence of mapping
        Whole products to compare with, in the unit of the output.
    """
    shown = table.cells if len(table.cells) <= _MOST else table.base[:_MOST]
    frame = _frame(shown)
    strip = 56 + _STRIP_BAR * (len(shown) + len(references)) if references else 0.0
    tall = frame.row * len(shown)
    figure = canvas(_TOP + tall + 46 + strip)
    write(figure, 8, 16, "How likely each value is", color=SOFT)
    ax = axes(figure, frame.left, _TOP, frame.width, tall)
    only_bottom(ax)
    _scale(ax, frame, len(shown))
    for row, cell in enumerate(shown):
        _draw_cell(ax, cell, len(shown) - 1 - row, colour(row), frame)
        base_line = _TOP + tall * (row + 1) / (len(shown) + _BELOW)
        if cell.name:
            write(figure, 8, base_line, clear_of(capital(cell.name), 20), weight="bold", color=INK)
    unit = unit_text(table.unit) or "no unit"
    unit += ", logarithmic axis" if frame.log else ""
    write(figure, WIDTH - _RIGHT, _TOP + tall + 38, unit, ha="right", color=SOFT)
    if references:
        _draw_strip(figure, _TOP + tall + 60, shown, references, unit_text(table.unit))
    name = f"density_{table.name}"
    svg = inline_svg(figure, name.replace("_", "-"), _described(table, shown))
    caption = _caption(table, shown, frame, references)
    return Figure(name, capital(words(table.name)), caption, svg, _rows(table, references))


def _frame(shown: Sequence[Cell]) -> _Frame:
    """Choose an axis on which all but the outermost draws lie."""
    named = any(cell.name for cell in shown)
    left, row = (158.0, 78.0) if named else (24.0, 120.0)
    ends = [(quantile(c, 0.05), quantile(c, 0.95)) for c in shown if c.varies]
    lowest = min(c.array("quantile_curve")[0] for c in shown)
    log = bool(ends) and lowest > 0 and max(high / low for low, high in ends) > _LOGARITHMIC
    low = min(quantile(c, 0.005 if log else 0.001) for c in shown)
    high = max(quantile(c, 0.995) for c in shown)
    if log:
        return _Frame(left, row, low / 1.3, high * 1.3, log)
    if 0 <= low < 0.6 * high:
        low = 0.0
    width = (high - low) or abs(high) or 1.0
    return _Frame(left, row, low - (0.04 * width if low else 0.0), high + 0.04 * width, log)


def _caption(
    table: Table, shown: Sequence[Cell], frame: _Frame, references: Sequence[Reference]
) -> str:
    texts = [_HOW_TO_READ]
    if frame.log:
        texts.append("The axis is logarithmic, and the density is that of the logarithm.")
    elif any(cell.varies for cell in shown):
        texts.append("Up to 0.5 % of the draws lie to the right of the axis.")
    if len(shown) < len(table.cells):
        texts.append("Drawn is the study as written; all cells are in the tables and the file.")
    if references:
        texts.append("The bars below are means, beside products that people own, on one axis.")
    return " ".join(texts)


def _described(table: Table, shown: Sequence[Cell]) -> str:
    cells = "; ".join(
        f"{cell.name or 'result'}: median {number(quantile(cell, 0.5))}, 5 to 95 % "
        f"{number(quantile(cell, 0.05))} to {number(quantile(cell, 0.95))}"
        for cell in shown
    )
    return f"Densities of {words(table.name)}. {cells}."


def _scale(ax: Axes, frame: _Frame, rows: int) -> None:
    ax.set_ylim(-_BELOW, rows)
    ax.yaxis.set_major_locator(FixedLocator([]))
    if frame.log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=7))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(tick_text)
    ax.set_xlim(frame.low, frame.high)


def outline(cell: Cell, *, log: bool) -> tuple[Array, Array]:
    """Return places and heights of the density of a cell, for drawing.

    On a linear axis the bins of the result; on a logarithmic one the slope of the quantile curve,
    smoothed.
    """
    if log:
        curve, at = np.log(cell.array("quantile_curve")), cell.array("curve")
        edges = np.linspace(curve[0], curve[-1], 121)
        heights = np.diff(np.interp(edges, curve, at)) / np.diff(edges)
        window = np.hanning(13)
        heights = np.convolve(np.pad(heights, 6, mode="edge"), window / window.sum(), mode="valid")
    else:
        edges, heights = cell.array("edges"), cell.array("density")
    middles = (edges[1:] + edges[:-1]) / 2
    places = np.r_[edges[0], middles, edges[-1]]
    return np.exp(places) if log else places, np.r_[0.0, heights, 0.0]


def _draw_cell(ax: Axes, cell: Cell, level: float, tint: str, frame: _Frame) -> None:
    low, middle, high = (quantile(cell, p) for p in (0.05, 0.5, 0.95))
    text: dict[str, Any] = {"ha": "center", "va": "baseline", "color": INK}
    under = level - 20 / frame.row
    ax.plot([frame.low, frame.high], [level, level], color=FAINT, linewidth=0.8, zorder=1)
    if not cell.varies:
        ax.plot([middle], [level], marker="o", markersize=8, color=tint, markeredgecolor="white")
        ax.text(middle, under, f"{number(middle)}, does not vary", weight="bold", **text)
        return
    places, heights = outline(cell, log=frame.log)
    inside = (places >= frame.low) & (places <= frame.high)
    scaled = level + 0.62 * heights / heights.max()
    ax.fill_between(places[inside], level, scaled[inside], color=tint, alpha=0.25, linewidth=0)
    ax.plot(places[inside], scaled[inside], color=tint, linewidth=1.6)
    ax.plot([low, high], [level, level], color=tint, linewidth=4, solid_capstyle="butt", zorder=3)
    ax.plot(
        [middle], [level], marker="o", markersize=8, color=tint, markeredgecolor="white", zorder=4
    )
    above = level + 9 / frame.row
    ax.text(low, under, number(low), **text)
    ax.text(high, under, number(high), **text)
    ax.text(
        middle,
        above if frame.crowded(low, middle, high) else under,
        number(middle),
        weight="bold",
        **text,
    )


def _draw_strip(
    figure: Canvas, top: float, shown: Sequence[Cell], references: Sequence[Reference], unit: str
) -> None:
    entries = [
        (capital(cell.name) or "This device", cell.value("mean") or 0.0, colour(k))
        for k, cell in enumerate(shown)
    ]
    known = len(entries)
    entries += [(str(found["title"]), float(found["value"]), "#9aa4af") for found in references]
    write(figure, 8, top + 14, "Means beside products that people own, on one axis", color=SOFT)
    left = 190.0
    ax = axes(figure, left, top + 24, WIDTH - left - 120, _STRIP_BAR * len(entries))
    places = np.arange(len(entries))[::-1]
    ax.barh(places, [value for _, value, _ in entries], 0.62, color=[tint for *_, tint in entries])
    ax.set_yticks(places, [clear_of(name, 24) for name, *_ in entries])
    for k, (place, (_, value, _)) in enumerate(zip(places, entries, strict=True)):
        text = quantity(number(value) if k < known else plain(value), unit)
        ax.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center")
    only_bottom(ax, grid=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.set_xlim(0, max(value for _, value, _ in entries))
    ax.set_ylim(-0.6, len(entries) - 0.4)


def _rows(table: Table, references: Sequence[Reference]) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        base = {"output": table.name, **cell.labels, "unit": table.unit}
        marks = [(p, quantile(cell, p)) for p in (0.05, 0.5, 0.95)]
        rows += [
            {**base, "what": f"quantile {p:g}", "low": at, "high": at, "density": None}
            for p, at in marks
        ]
        if cell.varies:
            edges, heights = cell.array("edges"), cell.array("density")
            rows += [
                {**base, "what": "density", "low": float(a), "high": float(b), "density": float(h)}
                for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)
            ]
    rows += [
        {
            "output": found["title"],
            "unit": table.unit,
            "what": "product to compare with",
            "low": float(found["value"]),
            "high": float(found["value"]),
            "density": None,
        }
        for found in references
    ]
    return rows
