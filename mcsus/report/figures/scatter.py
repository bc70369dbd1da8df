"""Draws of an output against its inputs, with what is expected of it and where most of it lies."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import NullFormatter
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
from mcsus.report.wording import capital, cell_name, unit_label, unit_text, words

Array = NDArray[np.float64]

_POINTS = 192  # of a panel
_ACROSS = 3
_LEFT, _WIDE, _HIGH, _GAP = 62.0, 178.0, 150.0, 28.0
_KEYS, _TOP, _FOOT, _NAMES = 32.0, 24.0, 46.0, 26.0
_OUTER = (0.005, 0.995)  # quantiles between which an axis runs
_LOGS = 20.0  # ratio of them from which it is logarithmic
_DOT = "#8a949e"
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
    top = _KEYS
    for (labels, own), height in zip(panels, heights, strict=True):
        if named:
            sheet.name(8, top + 18, cell_name(labels), 70)
        for k, (name, drawn) in enumerate(own.items()):
            line, column = divmod(k, _ACROSS)
            _panel(sheet, _LEFT + column * (_WIDE + _GAP), top + named + line * each, name, drawn)
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


def _panel(sheet: Sheet, left: float, top: float, name: str, rows: Sequence[Row]) -> None:
    ax = sheet.axes(left, top + _TOP, _WIDE, _HIGH)
    draws = np.array([(r["value"], r["drawn"]) for r in rows if r["what"] == "draw"])
    keys = ("value", "line", "margin_95", "low", "high")
    classes = np.array([[r[key] for key in keys] for r in rows if r["what"] == "class"])
    x, line, margin, low, high = classes.T
    draws = draws[np.isfinite(draws).all(axis=1)]
    _span(ax, "x", draws[:, 0])
    _span(ax, "y", draws[:, 1])
    ax.fill_between(x, low, high, color=PALE_BLUE, linewidth=0, zorder=1)
    _dots(ax, draws)
    ax.errorbar(
        x, line, np.nan_to_num(margin), color=BLUE, linewidth=2, elinewidth=1, ecolor=INK,
        zorder=3,
    )  # fmt: skip
    sheet.name(left, top + 16, name_of(name), 24)
    unit = unit_text(rows[0]["value_unit"])
    sheet.note(left + _WIDE, top + _TOP + _HIGH + 34, clear_of(unit, 24), ends=True)


def name_of(name: str) -> str:
    """Return an input in words."""
    return capital(words(name))


def _span(ax: Axes, axis: Literal["x", "y"], values: Array) -> None:
    """Let an axis run where nearly all draws lie; logarithmic where that is over decades."""
    low, high = np.quantile(values, _OUTER)
    own = ax.xaxis if axis == "x" else ax.yaxis
    if low > 0 and high / low > _LOGS:
        getattr(ax, f"set_{axis}scale")("log")
        limits = low, high
        own.set_minor_formatter(NullFormatter())
    else:
        room = 0.03 * ((high - low) or abs(high) or 1.0)
        limits = low - room, high + room
        ax.locator_params(axis=axis, nbins=4)
    own.set_major_formatter(tick_text)
    getattr(ax, f"set_{axis}lim")(*limits)
    own.set_tick_params(labelsize=10, color=SOFT)


def _dots(ax: Axes, draws: Array) -> None:
    """Draw dots as one path of lines without length, which takes little room in a page."""
    points = np.repeat(draws, 2, axis=0)
    codes = np.tile([Path.MOVETO, Path.LINETO], len(draws))
    patch = PathPatch(
        Path(points, codes), edgecolor=_DOT, facecolor="none", linewidth=2.6,
        capstyle="round", zorder=2,
    )  # fmt: skip
    ax.add_patch(patch)
