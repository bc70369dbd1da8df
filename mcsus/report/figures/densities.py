"""Densities of an output with its median and the interval to quote, one row for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, LogLocator, NullFormatter
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Labels, Row, by_cell, cell_rows
from mcsus.report.figures.style import (
    FAINT,
    INK,
    WIDTH,
    Sheet,
    clear_of,
    colour,
    only_bottom,
    tick_text,
)
from mcsus.result.reading import ResultCell, ResultTable, best_level, quantile
from mcsus.result.wording import (
    capital,
    cell_name,
    is_base,
    level_text,
    number,
    plain,
    quantity,
    span,
    unit_label,
    unit_text,
    words,
)

Array = NDArray[np.float64]
Reference = dict[str, Any]

_TOP, _RIGHT, _BELOW, _STRIP_BAR = 30.0, 24.0, 0.38, 22.0
_MOST = 6  # rows of densities; scenarios beyond them go to a figure of their own
_LOGARITHMIC = 60.0  # 95 % quantile over 5 % quantile from which the axis is logarithmic
_QUANTILE, _MEAN = "quantile ", "mean"
_DOT: dict[str, Any] = {"marker": "o", "markersize": 8, "markeredgecolor": "white"}
_COLUMNS = ("what", "low", "high", "density")
_DENSITY, _LOG_DENSITY = "density", "density of the logarithm"
_PRODUCT = "product to compare with"
_HOW_TO_READ = (
    "Height is probability density; every curve is drawn to the same height, so compare positions "
    "and widths. The dot is the median, the bar the {} interval."
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
        """Tell whether the texts of marks would run into each other."""
        ends = np.array([self.low, self.high])
        at = np.array(places)
        ends, at = (np.log(ends), np.log(at)) if self.log else (ends, at)
        return bool((np.diff(at) / (ends[1] - ends[0]) * self.width).min() < 46)


@dataclass(frozen=True)
class _Curve:
    """What is drawn of one cell, read off its rows."""

    name: str
    marks: tuple[float, float, float]
    mean: float
    edges: Array
    heights: Array

    @classmethod
    def read(cls, labels: Labels, rows: Sequence[Row], what: str) -> _Curve:
        """Read the rows of one cell; `what` names those of its density."""
        single = {str(row["what"]): row["low"] for row in rows}
        low, middle, high = (at for what, at in single.items() if what.startswith(_QUANTILE))
        bins = [row for row in rows if row["what"] == what]
        edges = [row["low"] for row in bins] + [row["high"] for row in bins[-1:]]
        return cls(
            cell_name(labels),
            (low, middle, high),
            single.get(_MEAN, 0.0),
            np.array(edges, dtype=float),
            np.array([row["density"] for row in bins], dtype=float),
        )

    def outline(self, *, log: bool) -> tuple[Array, Array]:
        """Return places and heights of the curve."""
        edges = np.log(self.edges) if log else self.edges
        middles = (edges[1:] + edges[:-1]) / 2
        places = np.r_[edges[0], middles, edges[-1]]
        return np.exp(places) if log else places, np.r_[0.0, self.heights, 0.0]


def density_figure(table: ResultTable, references: Sequence[Reference] = ()) -> Figure:
    """Return the densities of an output, beside whole products (`references`) of its unit."""
    shown = table.cells if len(table.cells) <= _MOST else table.base[:_MOST]
    references = references if table.middle == "mean" else ()  # their means are known alone
    frame = frame_of(shown)
    caption = _caption(table, shown, frame, references)
    rows = _rows(table, references, shown if frame.log else ())
    draw = partial(_draw, dims=table.dims, frame=frame, level=table.level)
    how = _HOW_TO_READ.format(level_text(table.level))
    return Figure(f"density_{table.name}", capital(words(table.name)), caption, rows, draw, how)


def _draw(
    rows: Sequence[Row], dims: Sequence[str], frame: _Frame, level: float
) -> tuple[Sheet, str]:
    products = [row for row in rows if row["what"] == _PRODUCT]
    cells = by_cell((row for row in rows if row["what"] != _PRODUCT), dims)
    if len(cells) > _MOST:
        cells = [(labels, own) for labels, own in cells if is_base(labels)][:_MOST]
    curves = [_Curve.read(*cell, _LOG_DENSITY if frame.log else _DENSITY) for cell in cells]
    strip = 56 + _STRIP_BAR * (len(curves) + len(products)) if products else 0.0
    tall = frame.row * len(curves)
    sheet = Sheet(_TOP + tall + 46 + strip)
    sheet.note(8, 16, "How likely each value is")
    ax = sheet.axes(frame.left, _TOP, frame.width, tall)
    only_bottom(ax)
    _scale(ax, frame, len(curves))
    for row, curve in enumerate(curves):
        _draw_curve(ax, curve, len(curves) - 1 - row, colour(row), frame)
        base_line = _TOP + tall * (row + 1) / (len(curves) + _BELOW)
        if curve.name:
            sheet.name(8, base_line, curve.name, 20)
    unit = str(rows[0]["unit"])
    scale = unit_label(unit) + (", logarithmic axis" if frame.log else "")
    sheet.note(WIDTH - _RIGHT, _TOP + tall + 38, scale, ends=True)
    if products:
        _draw_strip(sheet, _TOP + tall + 60, curves, products, unit_text(unit))
    described = "; ".join(
        f"{curve.name or 'result'}: median {number(middle)}, {level_text(level)} interval "
        f"{number(low)} to {number(high)}"
        for curve in curves
        for low, middle, high in (curve.marks,)
    )
    return sheet, f"Densities of {words(rows[0]['output'])}. {described}."


def frame_of(shown: Sequence[ResultCell]) -> _Frame:
    """Choose an axis on which all but the outermost draws lie."""
    named = any(cell.name for cell in shown)
    left, row = (158.0, 78.0) if named else (24.0, 120.0)
    shown = [cell for cell in shown if cell.never < 1]
    if not shown:
        return _Frame(left, row, 0.0, 1.0, log=False)
    ends = [(quantile(c, 0.05), quantile(c, 0.95)) for c in shown if c.varies]
    lowest = min(c.array("quantile_curve")[0] for c in shown)
    log = bool(ends) and lowest > 0 and max(high / low for low, high in ends) > _LOGARITHMIC
    low = min(min(quantile(c, 0.005 if log else 0.001), best_level(c)[1]) for c in shown)
    high = max(max(quantile(c, 0.995), best_level(c)[2]) for c in shown)
    if log:
        return _Frame(left, row, low / 1.3, high * 1.3, log)
    if 0 <= low < 0.6 * high:
        low = 0.0
    width = (high - low) or abs(high) or 1.0
    return _Frame(left, row, low - (0.04 * width if low else 0.0), high + 0.04 * width, log)


def _caption(
    table: ResultTable, shown: Sequence[ResultCell], frame: _Frame, references: Sequence[Reference]
) -> str:
    texts = []
    if frame.log:
        texts.append("The axis is logarithmic, and the density is that of the logarithm.")
    elif any(cell.varies for cell in shown):
        texts.append("Up to 0.5 % of the draws lie to the right of the axis.")
    if any(cell.never for cell in shown):
        texts.append("It is never in a share of the draws; drawn are the others.")
    if len(shown) < len(table.cells):
        texts.append("Drawn is the study as written; the rest is in the tables and the file.")
    if references:
        texts.append("The bars below are means, beside products that people own, on one axis.")
    return " ".join(texts)


def _scale(ax: Axes, frame: _Frame, rows: int) -> None:
    ax.set_ylim(-_BELOW, rows)
    ax.yaxis.set_major_locator(FixedLocator([]))
    if frame.log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=7))
        ax.xaxis.set_minor_formatter(NullFormatter())
    ax.xaxis.set_major_formatter(tick_text)
    ax.set_xlim(frame.low, frame.high)


def log_density(cell: ResultCell) -> tuple[Array, Array]:
    """Return edges and density of the logarithm: the slope of the quantile curve, smoothed."""
    curve, at = np.log(cell.array("quantile_curve")), cell.array("curve")
    edges = np.linspace(curve[0], curve[-1], 121)
    heights = np.diff(np.interp(edges, curve, at)) / np.diff(edges)
    window = np.hanning(13)
    heights = np.convolve(np.pad(heights, 6, mode="edge"), window / window.sum(), mode="valid")
    return np.exp(edges), heights


def _draw_curve(ax: Axes, curve: _Curve, level: float, tint: str, frame: _Frame) -> None:
    low, middle, high = curve.marks
    text: dict[str, Any] = {"ha": "center", "va": "baseline", "color": INK}
    under = level - 20 / frame.row
    ax.plot([frame.low, frame.high], [level, level], color=FAINT, linewidth=0.8, zorder=1)
    if np.isnan(middle):
        ax.text(frame.low, under, "never", weight="bold", **{**text, "ha": "left"})
        return
    if not np.any(curve.heights):
        said = "one draw" if len(curve.heights) else "does not vary"
        ax.plot([middle], [level], color=tint, **_DOT)
        ax.text(middle, under, f"{number(middle)}, {said}", weight="bold", **text)
        return
    places, heights = curve.outline(log=frame.log)
    inside = (places >= frame.low) & (places <= frame.high)
    scaled = level + 0.62 * heights / heights.max()
    ax.fill_between(places[inside], level, scaled[inside], color=tint, alpha=0.25, linewidth=0)
    ax.plot(places[inside], scaled[inside], color=tint, linewidth=1.6)
    ax.plot([low, high], [level, level], color=tint, linewidth=4, solid_capstyle="butt", zorder=3)
    ax.plot([middle], [level], color=tint, zorder=4, **_DOT)
    height = level + 9 / frame.row if frame.crowded(low, middle, high) else under
    if frame.crowded(low, high):
        ax.text(middle, under, span(low, high), **text)
    else:
        ax.text(low, under, number(low), **text)
        ax.text(high, under, number(high), **text)
    ax.text(middle, height, number(middle), weight="bold", **text)


def _draw_strip(
    sheet: Sheet, top: float, curves: Sequence[_Curve], products: Sequence[Row], unit: str
) -> None:
    entries = [
        (capital(curve.name) or "This device", curve.mean, colour(k))
        for k, curve in enumerate(curves)
    ]
    known = len(entries)
    entries += [(str(row["output"]), float(row["low"]), "#9aa4af") for row in products]
    sheet.note(8, top + 14, "Means beside products that people own, on one axis")
    left = 190.0
    ax = sheet.axes(left, top + 24, WIDTH - left - 120, _STRIP_BAR * len(entries))
    places = np.arange(len(entries))[::-1]
    ax.barh(places, [value for _, value, _ in entries], 0.62, color=[tint for *_, tint in entries])
    ax.set_yticks(places, [clear_of(name, 24) for name, *_ in entries])
    for k, (place, (_, value, _)) in enumerate(zip(places, entries, strict=True)):
        text = quantity(number(value) if k < known else plain(value), unit)
        ax.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center")
    only_bottom(ax, grid=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    values = [value for _, value, _ in entries]
    ax.set_xlim(min(0.0, *values), max(0.0, *values))
    ax.set_ylim(-0.6, len(entries) - 0.4)


def _rows(
    table: ResultTable, references: Sequence[Reference], logarithmic: Sequence[ResultCell]
) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        level, low, high = best_level(cell)
        tail = (1 - level) / 2
        marks = zip((tail, 0.5, 1 - tail), (low, quantile(cell, 0.5), high), strict=True)
        single = [(f"{_QUANTILE}{p:g}", at) for p, at in marks]
        if references:
            single.append((_MEAN, cell.value("mean") or 0.0))
        entries: list[tuple[str, float, float, float | None]]
        entries = [(what, at, at, None) for what, at in single]
        curves = [(_DENSITY, cell.array("edges"), cell.array("density"))] if cell.varies else []
        if cell.varies and cell in logarithmic:
            curves.append((_LOG_DENSITY, *log_density(cell)))
        for what, edges, heights in curves:
            bins = zip(edges[:-1], edges[1:], heights, strict=True)
            entries += [(what, float(low), float(high), float(h)) for low, high, h in bins]
        rows += cell_rows(table, cell, _COLUMNS, entries)
    for entry in references:
        value = float(entry["value"])
        product = zip(_COLUMNS, (_PRODUCT, value, value, None), strict=True)
        rows.append({"output": entry["title"], "unit": table.unit, **dict(product)})
    return rows
