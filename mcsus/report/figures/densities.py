"""Densities of an output with its 5 %, 50 % and 95 % quantiles, one row for each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
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
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table, quantile
from mcsus.report.wording import capital, number, quantity, unit_text, words

Array = NDArray[np.float64]

_ROW, _LEFT, _TOP = 74.0, 150.0, 30.0
_MOST = 6  # rows of densities; scenarios beyond them go to a figure of their own
_LOGARITHMIC = 60.0  # 95 % quantile over 5 % quantile from which the axis is logarithmic
_FINE = 200_000  # draws from which every bin is drawn


def density_figure(table: Table, draws: int, references: Sequence[dict[str, Any]] = ()) -> Figure:
    """Draw the densities of an output.

    Parameters
    ----------
    table : Table
        The output.
    draws : int
        Draws in all, which tell how finely the histogram may be drawn.
    references : sequence of mapping
        Whole products to compare with, in the unit of the output.
    """
    shown = table.cells if len(table.cells) <= _MOST else table.base[:_MOST]
    strip = _strip_height(shown, references)
    log = _is_logarithmic(shown)
    height = _TOP + _ROW * len(shown) + 48 + strip
    figure = canvas(height)
    ax = axes(figure, _LEFT, _TOP, WIDTH - _LEFT - 24, _ROW * len(shown))
    only_bottom(ax)
    low, high = _limits(shown, log=log)
    for row, cell in enumerate(shown):
        _draw_cell(ax, cell, len(shown) - 1 - row, colour(row), (low, high), draws, log=log)
        label = clear_of(capital(cell.name), 20) if cell.name else ""
        write(figure, 8, _TOP + _ROW * (row + 1) - 20, label, weight="bold", color=INK)
    ax.set_ylim(-0.28, len(shown))
    ax.set_yticks([])
    _scale(ax, low, high, log=log)
    unit = unit_text(table.unit)
    write(
        figure,
        WIDTH - 24,
        _TOP + _ROW * len(shown) + 40,
        f"{unit or 'no unit'}{', logarithmic axis' if log else ''}",
        ha="right",
        color=SOFT,
    )
    write(figure, 8, 16, f"{capital(words(table.name))}: how likely each value is", color=SOFT)
    if strip:
        _draw_strip(figure, height - strip + 6, strip, shown, references, unit)
    name = f"density_{table.name}"
    caption = (
        "Height is probability density; every curve is drawn to the same height, so compare "
        "positions and widths. The dot is the median, the bar runs from the 5 % to the 95 % quantile."
    )
    if log:
        caption += " The axis is logarithmic, and the density is that of the logarithm."
    else:
        caption += " The highest 0.5 % of the draws may lie to the right of the axis."
    if len(shown) < len(table.cells):
        caption += " Cells of the base are drawn; all are in the table of results."
    if references:
        caption += (
            " The strip below sets the same devices beside products that people own, on one linear axis: "
            "bars are means."
        )
    described = "; ".join(
        f"{cell.name or words(table.name)}: median {number(quantile(cell, 0.5))}, 5 to 95 % "
        f"{number(quantile(cell, 0.05))} to {number(quantile(cell, 0.95))}"
        for cell in shown
    )
    svg = inline_svg(
        figure, name.replace("_", "-"), f"Densities of {words(table.name)}. {described}."
    )
    title = f"How large is the {words(table.name)}?"
    return Figure(name, title, caption, svg, _rows(table, references))


def _is_logarithmic(shown: Sequence[Cell]) -> bool:
    ends = [(quantile(c, 0.05), quantile(c, 0.95)) for c in shown if c.varies]
    curves = [c.array("quantile_curve")[0] for c in shown]
    return bool(ends) and min(curves) > 0 and max(h / low for low, h in ends) > _LOGARITHMIC


def _limits(shown: Sequence[Cell], *, log: bool) -> tuple[float, float]:
    low = min(quantile(c, 0.005 if log else 0.001) for c in shown)
    high = max(quantile(c, 0.995) for c in shown)
    if log:
        return low / 1.3, high * 1.3
    if low >= 0 and low < 0.6 * high:
        low = 0.0
    width = (high - low) or abs(high) or 1.0
    return low - (0.0 if low == 0 else 0.04 * width), high + 0.04 * width


def _scale(ax: Axes, low: float, high: float, *, log: bool) -> None:
    if log:
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(numticks=7))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, 1)))
    else:
        ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}".replace("-", "−")))
    ax.set_xlim(low, high)


def outline(cell: Cell, draws: int, *, log: bool) -> tuple[Array, Array]:
    """Return places and heights of the density of a cell, for drawing."""
    if log:
        curve, at = np.log(cell.array("quantile_curve")), cell.array("curve")
        places = np.linspace(curve[0], curve[-1], 121)
        heights = np.diff(np.interp(places, curve, at)) / np.diff(places)
        window = np.hanning(13)
        smooth = np.convolve(np.pad(heights, 6, mode="edge"), window / window.sum(), mode="valid")
        middles = (places[1:] + places[:-1]) / 2
        return np.exp(np.r_[places[0], middles, places[-1]]), np.r_[0.0, smooth, 0.0]
    edges, heights = cell.array("edges"), cell.array("density")
    count = len(heights)
    wanted = min(count, round(3.2 * draws ** (1 / 3))) if draws < _FINE else count
    group = next(g for g in (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, count) if count / g <= wanted)
    if count % group:
        group = 1
    heights = heights.reshape(-1, group).mean(axis=1)
    edges = edges[::group]
    middles = (edges[1:] + edges[:-1]) / 2
    return np.r_[edges[0], middles, edges[-1]], np.r_[0.0, heights, 0.0]


def _draw_cell(
    ax: Axes,
    cell: Cell,
    level: float,
    tint: str,
    limits: tuple[float, float],
    draws: int,
    *,
    log: bool,
) -> None:
    low, middle, high = (quantile(cell, p) for p in (0.05, 0.5, 0.95))
    ax.plot(limits, [level, level], color=FAINT, linewidth=0.8, zorder=1)
    if cell.varies:
        places, heights = outline(cell, draws, log=log)
        scaled = level + 0.66 * heights / heights.max()
        inside = (places >= limits[0]) & (places <= limits[1])
        ax.fill_between(places[inside], level, scaled[inside], color=tint, alpha=0.25, linewidth=0)
        ax.plot(places[inside], scaled[inside], color=tint, linewidth=1.6)
        ax.plot(
            [low, high], [level, level], color=tint, linewidth=4, solid_capstyle="butt", zorder=3
        )
        _mark(ax, low, level, number(low))
        _mark(ax, high, level, number(high))
    ax.plot(
        [middle], [level], marker="o", markersize=8, color=tint, markeredgecolor="white", zorder=4
    )
    text = number(middle) + ("" if cell.varies else " (does not vary)")
    crowded = cell.varies and _close(limits, (low, middle, high), log=log)
    height = 0.14 if crowded else -0.25
    ax.text(middle, level + height, text, ha="center", va="baseline", weight="bold", color=INK)


def _mark(ax: Axes, place: float, level: float, text: str) -> None:
    ax.text(place, level - 0.25, text, ha="center", va="baseline", color=INK)


def _close(limits: tuple[float, float], marks: tuple[float, ...], *, log: bool) -> bool:
    """Tell whether marks would run into each other, at about 7.5 points a character."""
    ends = np.log(limits) if log else np.array(limits)
    places = np.log(marks) if log else np.array(marks)
    gaps = np.diff(places) / (ends[1] - ends[0]) * (WIDTH - _LEFT - 24)
    return bool(gaps.min() < 44)


def _strip_height(shown: Sequence[Cell], references: Sequence[dict[str, Any]]) -> float:
    return 62 + 22.0 * (len(shown) + len(references)) if references else 0.0


def _draw_strip(
    figure: Any,
    top: float,
    height: float,
    shown: Sequence[Cell],
    references: Sequence[dict[str, Any]],
    unit: str,
) -> None:
    entries = [
        (capital(c.name) or "This device", float(c.value("mean") or 0), colour(k))
        for k, c in enumerate(shown)
    ]
    entries += [(str(r["title"]), float(r["value"]), "#9aa4af") for r in references]
    write(
        figure,
        8,
        top + 14,
        "Beside products that people own: means, on one linear axis",
        color=SOFT,
    )
    ax = axes(figure, _LEFT + 40, top + 24, WIDTH - _LEFT - 64 - 100, 22.0 * len(entries))
    places = np.arange(len(entries))[::-1]
    ax.barh(places, [value for _, value, _ in entries], 0.62, color=[tint for *_, tint in entries])
    ax.set_yticks(places, [clear_of(name, 26) for name, *_ in entries])
    for place, (_, value, _) in zip(places, entries, strict=True):
        text = quantity(number(value), unit)
        ax.annotate(text, (value, place), (5, 0), textcoords="offset points", va="center")
    only_bottom(ax, grid=False)
    ax.spines["bottom"].set_visible(False)
    ax.set_xticks([])
    ax.set_xlim(0, max(value for _, value, _ in entries))
    ax.set_ylim(-0.6, len(entries) - 0.4)


def _rows(table: Table, references: Sequence[dict[str, Any]]) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        base = {"output": table.name, **cell.labels, "unit": table.unit}
        edges, heights = cell.array("edges"), cell.array("density")
        for p in (0.05, 0.5, 0.95):
            rows.append(
                {
                    **base,
                    "what": f"quantile {p:g}",
                    "low": quantile(cell, p),
                    "high": quantile(cell, p),
                    "density": None,
                }
            )
        if cell.varies:
            rows += [
                {**base, "what": "density", "low": float(a), "high": float(b), "density": float(h)}
                for a, b, h in zip(edges[:-1], edges[1:], heights, strict=True)
            ]
    for found in references:
        value = float(found["value"])
        rows.append(
            {
                "output": found["title"],
                "unit": table.unit,
                "what": "product to compare with",
                "low": value,
                "high": value,
                "density": None,
            }
        )
    return rows
