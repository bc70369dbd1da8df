"""Draws of an output against its inputs, with what is expected of it and where most of it lies."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import (
    BLUE,
    INK,
    PALE_BLUE,
    SOFT,
    WIDTH,
    Sheet,
    clear_of,
    tick_text,
)
from mcsus.result.wording import capital, cell_name, unit_label, unit_text, words

Array = NDArray[np.float64]

_POINTS = 192  # of a panel
_ACROSS = 3
_LEFT, _WIDE, _HIGH, _GAP = 62.0, 178.0, 150.0, 28.0
_KEYS, _TOP, _FOOT, _NAMES = 32.0, 24.0, 46.0, 26.0
_OUTER = (0.005, 0.995)  # quantiles between which an axis runs
_LOGS = 20.0  # ratio of them from which it is logarithmic
_TICKS, _MOST_TICKS = 3, 5
_DOT = "#8a949e"
_DOT_LENGTH = 1e-4  # of a line that is a dot: one without length is not drawn on a screen
_HOW = (
    "Each panel shows draws of the output (dots) against one input, all others drawn too. The line "
    "is the mean of the output given the input, from classes of all draws, with bars of 95 % "
    "bounds of its numerical error; nine of ten draws lie in the band. A steep line: the input "
    "matters by itself. A band that widens: it matters together with others."
)
_MEDIAN = " The line is the median here, as the mean does not settle."


class Looked(NamedTuple):
    """Draws of a cell of an output with some inputs, the one that matters most first.

    Parameters
    ----------
    inputs : mapping of str to array, shape (draw,)
    units : mapping of str to str
    classes : mapping of str to list of dict
        By input: mean of the input and ``mean``, ``error``, ``low``, ``median`` and ``high`` of
        the output in each class of all draws.
    holds : mapping of str to array of bool, shape (draw,)
        By claim.
    """

    labels: Mapping[str, Any]
    inputs: Mapping[str, Array]
    output: Array
    units: Mapping[str, str]
    classes: Mapping[str, Sequence[Mapping[str, float]]]
    holds: Mapping[str, NDArray[np.bool_]]


def scatter_figure(
    output: str, unit: str, dims: Sequence[str], cells: Sequence[Looked], t: float, *, mean: bool
) -> Figure:
    """Return draws against inputs: all of those of one cell, three of each of several.

    Parameters
    ----------
    t : float
        Errors of a 95 % bound.
    mean : bool
        Whether the line is the mean, else the median.
    """
    most = _ACROSS if len(cells) > 1 else None
    rows: list[Row] = []
    for cell in cells:
        head = {"output": output, **label_columns(cell.labels), "unit": unit}
        for name in list(cell.inputs)[:most]:
            about = head | {"input": name, "value_unit": cell.units[name]}
            rows += [
                about | {"what": "draw", "value": float(x), "drawn": float(y)}
                for x, y in zip(cell.inputs[name][:_POINTS], cell.output, strict=False)
            ]
            for own in cell.classes[name]:
                line = own["mean"] if mean else own["median"]
                margin = t * own["error"] if mean else float("nan")
                rows.append(
                    about
                    | {"what": "class", "value": own["input"], "line": line, "margin_95": margin}
                    | {"low": own["low"], "high": own["high"]}
                )
    draw = partial(_draw, dims=dims)
    caption = f"Drawn are {_POINTS} of the draws." + ("" if mean else _MEDIAN)
    title = f"{capital(words(output))}: draws against the inputs that matter most"
    return Figure(f"scatter_{output}", title, caption, rows, draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims)
    panels = [(labels, _by_input(own)) for labels, own in cells]
    each = _TOP + _HIGH + _FOOT
    named = _NAMES if len(cells) > 1 else 0.0
    heights = [named + each * -(-len(own) // _ACROSS) for _, own in panels]
    sheet = Sheet(_KEYS + sum(heights))
    sheet.key(8, 18, "nine of ten draws", PALE_BLUE)
    sheet.key(190, 18, "expected, given the input", BLUE)
    sheet.note(WIDTH - 8, 18, unit_label(rows[0]["unit"]), ends=True)
    ax = sheet.axes(0, 0, WIDTH, sheet.height)  # in points: axes for each panel are slow
    ax.axis("off")
    ax.set(xlim=(0, WIDTH), ylim=(sheet.height, 0))
    top = _KEYS
    for (labels, own), height in zip(panels, heights, strict=True):
        if named:
            sheet.name(8, top + 18, cell_name(labels), 70)
        for k, (name, drawn) in enumerate(own.items()):
            line, column = divmod(k, _ACROSS)
            place = _LEFT + column * (_WIDE + _GAP), top + named + line * each
            _panel(sheet, ax, place, name, drawn)
        top += height
    first = list(panels[0][1])
    return sheet, (
        f"Draws of {words(rows[0]['output'])} against {', '.join(map(words, first))}, with the "
        "mean and the middle nine tenths given each."
    )


def _by_input(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(str(row["input"]), []).append(row)
    return found


class _Scale(NamedTuple):
    """An axis of a panel: where its ends lie, and which values stand there."""

    low: float
    high: float
    start: float
    end: float
    is_log: bool

    @classmethod
    def of(cls, values: Array, start: float, end: float) -> "_Scale":
        """Return the axis on which nearly all values lie; logarithmic if that is over decades."""
        low, high = (float(own) for own in np.quantile(values, _OUTER))
        if low > 0 and high / low > _LOGS:
            return cls(low, high, start, end, is_log=True)
        room = 0.03 * ((high - low) or abs(high) or 1.0)
        return cls(low - room, high + room, start, end, is_log=False)

    def at(self, values: Any) -> Array:
        """Return places of values; of those beyond the ends, the ends."""
        known = np.clip(np.asarray(values, dtype=float), self.low, self.high)
        scaled, low, high = known, self.low, self.high
        if self.is_log:
            scaled, low, high = np.log(known), math.log(self.low), math.log(self.high)
        return np.asarray(self.start + (scaled - low) / (high - low) * (self.end - self.start))

    def holds(self, values: Array) -> NDArray[np.bool_]:
        """Tell which values lie between the ends."""
        return np.asarray((values >= self.low) & (values <= self.high))

    def ticks(self) -> list[float]:
        """Return round values, a few."""
        if not self.is_log:
            made = MaxNLocator(4).tick_values(self.low, self.high)
            return [float(own) for own in made if self.low <= own <= self.high]
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        for steps in ((1,), (1, 3), (1, 2, 5)):
            made = [step * 10.0**power for power in powers for step in steps]
            found = [own for own in made if self.low <= own <= self.high]
            if len(found) >= _TICKS:
                break
        return found[:: -(-len(found) // _MOST_TICKS)] if found else []


def _panel(
    sheet: Sheet, ax: Axes, place: tuple[float, float], name: str, rows: Sequence[Row]
) -> None:
    left, top = place[0], place[1] + _TOP
    foot = top + _HIGH
    draws = np.array([(r["value"], r["drawn"]) for r in rows if r["what"] == "draw"])
    draws = draws[np.isfinite(draws).all(axis=1)]
    keys = ("value", "line", "margin_95", "low", "high")
    classes = np.array([[r[key] for key in keys] for r in rows if r["what"] == "class"])
    x, line, margin, low, high = classes[np.isfinite(classes[:, 1])].T
    across = _Scale.of(draws[:, 0], left, left + _WIDE)
    up = _Scale.of(draws[:, 1], foot, top)
    ax.fill_between(across.at(x), up.at(low), up.at(high), color=PALE_BLUE, linewidth=0, zorder=1)
    shown = draws[across.holds(draws[:, 0]) & up.holds(draws[:, 1])]
    _dots(ax, np.column_stack([across.at(shown[:, 0]), up.at(shown[:, 1])]))
    ax.plot(across.at(x), up.at(line), color=BLUE, linewidth=2, zorder=3)
    off = np.nan_to_num(margin)
    ends = np.column_stack([up.at(line - off), up.at(line + off), np.full(len(x), np.nan)])
    ax.plot(np.repeat(across.at(x), 3), ends.ravel(), color=INK, linewidth=1, zorder=4)
    ax.plot([left, left, left + _WIDE], [top, foot, foot], color=SOFT, linewidth=0.8, zorder=4)
    for value, at in zip(across.ticks(), across.at(across.ticks()), strict=True):
        ax.plot([at, at], [foot, foot + 3], color=SOFT, linewidth=0.8)
        sheet.write(at, foot + 15, tick_text(value), size=10, ha="center")
    for value, at in zip(up.ticks(), up.at(up.ticks()), strict=True):
        ax.plot([left - 3, left], [at, at], color=SOFT, linewidth=0.8)
        sheet.write(left - 6, at + 4, tick_text(value), size=10, ha="right")
    sheet.name(left, place[1] + 16, words(name), 24)
    unit = unit_text(rows[0]["value_unit"])
    sheet.note(left + _WIDE, foot + 32, clear_of(unit, 24), ends=True)


def _dots(ax: Axes, places: Array) -> None:
    """Draw dots as one path of lines of hardly any length, which takes little room in a page."""
    points = np.repeat(places, 2, axis=0)
    points[1::2] += _DOT_LENGTH
    codes = np.tile([Path.MOVETO, Path.LINETO], len(places))
    patch = PathPatch(
        Path(points, codes), edgecolor=_DOT, facecolor="none", linewidth=2.6,
        capstyle="round", zorder=2,
    )  # fmt: skip
    ax.add_artist(patch)
