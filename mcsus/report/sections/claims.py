"""Claims: cumulative probability with threshold and probability, their table, their verdicts."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import BLUE, FAINT, INK, ORANGE, PALE_BLUE, WIDTH, Sheet, tick_text
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.verdicts import verdict_of, verdicts
from mcsus.result.wording import (
    cell_name,
    number,
    percent,
    probability,
    quantity,
    span,
    unit_label,
    words,
)
from mcsus.vocabulary import (
    LIKELIHOOD_SOURCE,
    Relation,
    Verdict,
    likelihood,
    likelihood_between,
)

_ACROSS, _MOST = 3, 9
_HEIGHT, _HEAD, _FOOT = 150.0, 26.0, 46.0
_HOW_TO_READ = (
    "The curve is the probability that the quantity stays below a value. The claim holds on the "
    "shaded side of the threshold (orange line)."
)


@register
class Claims(Section):
    """What was claimed, and whether it holds."""

    name, order, title, link = "claims", 30, "Do the claims hold?", "Claims"
    template, summary = "claims.html.j2", "verdicts.html.j2"

    @property
    def applies(self) -> bool:
        """Whether the study makes claims."""
        return bool(self.reading.claims)

    def make_figures(self) -> list[Figure]:
        """Return a figure for each claim."""
        claims = self.reading.claims.values()
        return [claim_figure(claim) for claim in claims if not claim.attrs["is_sign"]]

    def context(self) -> dict[str, Any]:
        """Return a sentence on each claim, and who reads the verdict of a cell."""
        return {
            "verdicts": verdicts(self.reading),
            "verdict_of": verdict_of,
            "likelihood": likelihood,
            "likelihood_between": likelihood_between,
            "likelihood_source": LIKELIHOOD_SOURCE,
            "margin": _margin,
            "bounded": any(
                cell.bounds for claim in self.reading.claims.values() for cell in claim.cells
            ),
            "drawn_on": self.reading.about.get("drawn_on"),
            "level": _level(next(iter(self.reading.claims.values()))),
        }


def claim_figure(claim: ResultTable) -> Figure:
    """Return a claim: one panel for each cell of the study as written, or of a few of them."""
    shown = claim.base if len(claim.base) <= _MOST else claim.picked(_MOST) or claim.base[:_MOST]
    relation = Relation(claim.attrs["relation"])
    statement = str(claim.attrs["statement"])
    side = "left" if relation.is_below else "right"
    height = "the height of the dot" if relation.is_below else "what is above the dot"
    caption = (
        f"Claim: {tested(claim)}. Its probability P is {height}, {side} of the threshold. Asked "
        f"for: at least "
        f"{float(claim.attrs['confidence']):g}."
    )
    if len(shown) < len(claim.cells):
        caption += " The others are in the table of claims."
    at, below = claim.places(shown), relation.is_below
    draw = partial(_draw, dims=claim.dims, shown=at, below=below, statement=statement)
    return Figure(f"claim_{claim.name}", statement, caption, _rows(claim), draw, _HOW_TO_READ)


def tested(claim: ResultTable) -> str:
    """Return what a claim is judged by, and where it is to hold, in the words of the study."""
    return words(claim.attrs["tested"]).replace("CO2e", "CO₂e")


class _Panel:
    """What is drawn of one cell, read off its rows: the claim first, then its curve."""

    def __init__(self, name: str, rows: Sequence[Row]) -> None:
        first, *curve = rows
        self.name = name
        self.threshold = float(first["value"])
        self.probability = float(first["probability"] or 0.0)
        self.verdict = Verdict(first["verdict"])
        values = np.array([row["value"] for row in curve], dtype=float)
        at = np.array([row["probability"] for row in curve], dtype=float)
        known = np.isfinite(values)  # what is never lies beyond
        self.top = 1.0 if known[-1] else float(at[known].max(initial=0.0))
        if known.sum() < 3:
            known, values = np.ones(3, dtype=bool), np.full(3, self.threshold)
            at = np.zeros(3)
        self.values, self.at = values[known], at[known]

    @property
    def varies(self) -> bool:
        low, high = self.values[0], self.values[-1]
        return bool(high - low > 1e-12 * max(abs(low), abs(high)))


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int], below: bool, statement: str
) -> tuple[Sheet, str]:
    panels = [_Panel(cell_name(labels), own) for labels, own in by_cell(rows, dims, shown)]
    across = min(_ACROSS, len(panels))
    gap, left = 26.0, 46.0
    width = min((WIDTH - left - 12 - gap * (across - 1)) / across, 400.0)
    top = _HEAD + (18.0 if any(panel.name for panel in panels) else 0.0)
    block = top + _HEIGHT + _FOOT
    sheet = Sheet(block * math.ceil(len(panels) / across))
    limits = _limits(panels)
    unit = unit_label(rows[0]["unit"])
    for k, panel in enumerate(panels):
        line, column = divmod(k, across)
        x, y = left + column * (width + gap), line * block
        ax = sheet.axes(x, y + top, width, _HEIGHT)
        _draw_panel(ax, panel, limits, below=below, first=column == 0)
        if panel.name:
            sheet.name(x, y + 15, panel.name, 26)
        chance = probability(panel.probability)
        equals = "" if " " in chance else "= "
        sheet.write(x, y + top - 11, f"P {equals}{chance}, {panel.verdict.words}", color=BLUE)
        if column == across - 1 or k == len(panels) - 1:
            sheet.note(x + width, y + top + _HEIGHT + 36, unit, ends=True)
    described = "; ".join(
        f"{panel.name or 'result'}: probability {probability(panel.probability)}, "
        f"{panel.verdict.words}"
        for panel in panels
    )
    return sheet, f"{statement}. {described}."


def _limits(panels: Sequence[_Panel]) -> tuple[float, float]:
    """Return an axis that holds the threshold and all but the outermost draws."""
    threshold = panels[0].threshold
    low = min(threshold, *(float(panel.values[2]) for panel in panels))
    high = max(threshold, *(float(np.interp(0.99, p.at, p.values)) for p in panels))
    width = (high - low) or abs(high) or 1.0
    return low - 0.05 * width, high + 0.07 * width


def _draw_panel(
    ax: Axes, panel: _Panel, limits: tuple[float, float], *, below: bool, first: bool
) -> None:
    threshold, curve = panel.threshold, panel.values
    if panel.varies:
        places = np.r_[limits[0], curve[0], curve, curve[-1], limits[1]]
        heights = np.r_[0.0, 0.0, panel.at, panel.top, panel.top]
    else:
        places = np.array([limits[0], curve[0], curve[0], limits[1]])
        heights = np.array([0.0, 0.0, panel.top, panel.top])
    level = panel.probability if below else 1 - panel.probability
    side = places <= threshold if below else places >= threshold
    x = np.r_[places[side], threshold] if below else np.r_[threshold, places[side]]
    y = np.r_[heights[side], level] if below else np.r_[level, heights[side]]
    ends = (0, y) if below else (y, 1)
    ax.fill_between(x, *ends, color=PALE_BLUE, linewidth=0)
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


def _rows(claim: ResultTable) -> list[Row]:
    columns = ("what", "value", "unit", "probability", "error", "verdict")
    rows: list[Row] = []
    for cell in claim.cells:
        known = cell.value("probability"), cell.value("probability_error")
        verdict, at = cell.data["verdict"].item(), float(claim.attrs["value"])
        entries = [("probability", at, claim.unit, *known, verdict)]
        curve = zip(cell.array("quantile_curve"), cell.array("curve"), strict=True)
        entries += [("quantile", float(x), claim.unit, float(p), None, "") for x, p in curve]
        base = {"claim": claim.name, **label_columns(cell.labels)}
        rows += [base | dict(zip(columns, entry, strict=True)) for entry in entries]
    return rows


def _level(claim: ResultTable) -> str:
    """Return the level of the range of the margin that is told."""
    return percent(1 - 2 * float(claim.data["quantile"].values[0]))


def _margin(claim: ResultTable, cell: ResultCell) -> str:
    """Return median and widest told range of the margin of a cell; what is joined of signs."""
    if claim.attrs["is_sign"]:
        return f"none: {words(claim.attrs['quantity'])}, in unlike units"
    values = cell.array("margin_quantiles")
    middle, low, high = (float(values[k]) for k in (len(values) // 2, 0, -1))
    if low == high:
        text = _told(middle)
    elif math.isfinite(high - low):
        text = f"{_told(middle)} ({span(low, high)})"
    else:
        text = f"{_told(middle)} ({_told(low)} to {_told(high)})"
    return quantity(text, claim.unit)


def _told(value: float) -> str:
    """Return a number, or the words for what is infinite."""
    return {-math.inf: "without bound below", math.inf: "without bound"}.get(value) or number(value)
