"""Cumulative probability of what a claim is about, with its threshold and its probability."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.style import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    PALE_BLUE,
    SOFT,
    WIDTH,
    axes,
    canvas,
    clear_of,
    tick_text,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table
from mcsus.report.wording import capital, plain, probability, quantity, unit_text, words
from mcsus.vocabulary import Relation

_ACROSS, _MOST = 3, 9
_HEIGHT, _HEAD, _FOOT = 150.0, 26.0, 46.0


def condition(claim: Table) -> str:
    """Return what a claim says of its quantity, for example ``device footprint < 34 kg CO₂e``."""
    sign = Relation(claim.attrs["relation"]).symbol
    value = quantity(plain(float(claim.attrs["value"])), claim.unit)
    return f"{words(claim.attrs['quantity'])} {sign} {value}"


def claim_figure(claim: Table) -> Figure:
    """Draw a claim: one panel for each cell of the study as written, or of a few of them."""
    shown = claim.base if len(claim.base) <= _MOST else claim.picked(_MOST) or claim.base[:_MOST]
    across = min(_ACROSS, len(shown))
    lines = math.ceil(len(shown) / across)
    gap, left = 26.0, 46.0
    width = min((WIDTH - left - 12 - gap * (across - 1)) / across, 400.0)
    top = _HEAD + (18.0 if any(cell.name for cell in shown) else 0.0)
    block = top + _HEIGHT + _FOOT
    figure = canvas(block * lines)
    limits = _limits(claim, shown)
    for k, cell in enumerate(shown):
        line, column = divmod(k, across)
        x, y = left + column * (width + gap), line * block
        ax = axes(figure, x, y + top, width, _HEIGHT)
        _draw_panel(ax, claim, cell, limits, first=column == 0)
        if cell.name:
            write(figure, x, y + 15, clear_of(capital(cell.name), 26), weight="bold", color=INK)
        chance = probability(cell.value("probability") or 0.0)
        equals = "" if " " in chance else "= "
        verdict = words(cell.data["verdict"].item())
        write(figure, x, y + top - 11, f"P {equals}{chance}, {verdict}", color=BLUE)
        if column == across - 1 or k == len(shown) - 1:
            unit = unit_text(claim.unit) or "no unit"
            write(figure, x + width, y + top + _HEIGHT + 36, unit, ha="right", color=SOFT)
    name = f"claim_{claim.name}"
    side = "left" if Relation(claim.attrs["relation"]).is_below else "right"
    height = "the height of the dot" if side == "left" else "what is above the dot"
    caption = (
        f"Claim: {condition(claim)}. The curve is the probability that the quantity stays below "
        f"a value. The claim holds on the shaded side, {side} of the threshold (orange line); its "
        f"probability P is {height}. Asked for: at least {float(claim.attrs['confidence']):g}."
    )
    if len(shown) < len(claim.cells):
        caption += " The other cells are in the table of claims."
    described = "; ".join(
        f"{cell.name or 'result'}: probability {probability(cell.value('probability') or 0.0)}, "
        f"{words(cell.data['verdict'].item())}"
        for cell in shown
    )
    svg = inline_svg(figure, name.replace("_", "-"), f"{claim.attrs['statement']}. {described}.")
    return Figure(name, str(claim.attrs["statement"]), caption, svg, _rows(claim))


def _limits(claim: Table, shown: list[Cell]) -> tuple[float, float]:
    """Return an axis that holds the threshold and all but the outermost draws."""
    threshold = float(claim.attrs["value"])
    curves = [cell.array("quantile_curve") for cell in shown]
    low = min(threshold, *(float(c[2]) for c in curves))
    high = max(threshold, *(float(np.interp(0.99, claim.data["curve"], c)) for c in curves))
    width = (high - low) or abs(high) or 1.0
    return low - 0.05 * width, high + 0.07 * width


def _draw_panel(
    ax: Axes, claim: Table, cell: Cell, limits: tuple[float, float], *, first: bool
) -> None:
    threshold = float(claim.attrs["value"])
    below = Relation(claim.attrs["relation"]).is_below
    curve, at = cell.array("quantile_curve"), cell.array("curve")
    if cell.varies:
        places = np.r_[limits[0], curve[0], curve, curve[-1], limits[1]]
        heights = np.r_[0.0, 0.0, at, 1.0, 1.0]
    else:
        places = np.array([limits[0], curve[0], curve[0], limits[1]])
        heights = np.array([0.0, 0.0, 1.0, 1.0])
    chance = cell.value("probability") or 0.0
    level = chance if below else 1 - chance
    side = places <= threshold if below else places >= threshold
    x = np.r_[places[side], threshold] if below else np.r_[threshold, places[side]]
    y = np.r_[heights[side], level] if below else np.r_[level, heights[side]]
    if below:
        ax.fill_between(x, 0, y, color=PALE_BLUE, linewidth=0)
    else:
        ax.fill_between(x, y, 1, color=PALE_BLUE, linewidth=0)
    ax.plot(places, heights, color=INK, linewidth=1.6)
    ax.axvline(threshold, color=ORANGE, linewidth=1.8, zorder=4)
    ax.plot(
        [limits[0], threshold], [level, level], color=BLUE, linewidth=0.9, linestyle=(0, (3, 2))
    )
    ax.plot([threshold], [level], "o", markersize=8, color=BLUE, markeredgecolor="white", zorder=5)
    ax.set_xlim(*limits)
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"] if first else [""] * 5)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(tick_text)
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)


def _rows(claim: Table) -> list[Row]:
    rows: list[Row] = []
    for cell in claim.cells:
        base = {"claim": claim.name, **cell.labels}
        rows.append(
            {
                **base,
                "what": "probability",
                "value": float(claim.attrs["value"]),
                "unit": claim.unit,
                "probability": cell.value("probability"),
                "error": cell.value("probability_error"),
                "verdict": cell.data["verdict"].item(),
            }
        )
        rows += [
            {
                **base,
                "what": "quantile",
                "value": float(x),
                "unit": claim.unit,
                "probability": float(p),
                "error": None,
                "verdict": "",
            }
            for p, x in zip(cell.array("curve"), cell.array("quantile_curve"), strict=True)
        ]
    return rows
