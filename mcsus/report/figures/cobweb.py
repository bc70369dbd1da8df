"""Draws as lines across their inputs: which of them make a claim fail, or an output large."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.scatter import Looked
from mcsus.report.figures.style import BLUE, SOFT, WIDTH, Sheet, clear_of
from mcsus.result.wording import capital, cell_name, number, unit_text, words

Array = NDArray[np.float64]

_ROWS = 256  # in the file
_LINES = 40  # of each kind that are drawn
_RARE = 0.02  # share of the draws from which a claim parts them
_TENTH = 0.1
_LEFT, _RIGHT, _HIGH, _KEYS, _HEAD, _FOOT, _NAMES = 62.0, 62.0, 220.0, 34.0, 52.0, 48.0, 26.0
_ENDS = (0.05, 0.95)
_HOW = (
    "Each line is one draw, and crosses every axis at its rank there: at the bottom lies the "
    "lowest of all draws, at the top the highest; the numbers are the 5th and the 95th percentile. "
    "Where the two thick lines, the medians of either kind, lie apart, that input decides."
)


class _Kind(NamedTuple):
    """One of two kinds of draws: in print without colours they differ by dash and mark."""

    name: str
    thin: str
    thick: str
    dash: str
    mark: str


_FIRST = _Kind("first", "#d98a57", "#8a3300", "-", "o")
_SECOND = _Kind("second", "#bcd3e2", BLUE, "--", "s")


def cobweb_figure(
    output: str, unit: str, dims: Sequence[str], cells: Sequence[Looked], claims: Mapping[str, str]
) -> Figure:
    """Return draws of some cells as lines of two kinds.

    Parameters
    ----------
    claims : mapping of str to str
        Statements by name. The first that holds in some draws and not in others parts them; without
        one, these are the upper and the lower tenth of the output.
    """
    claim = next((name for name in claims if any(_parts(own, name) for own in cells)), "")
    parted = [own for own in cells if not claim or _parts(own, claim)]
    rows: list[Row] = []
    for cell in parted:
        kinds = _kinds(cell, claim)
        axes = {f"{name} ({cell.units[name]})": own for name, own in cell.inputs.items()}
        axes[f"{output} ({unit})"] = cell.output
        head = {"output": output, **label_columns(cell.labels)}
        rows += [
            head | {"kind": kinds[k]} | {name: float(own[k]) for name, own in axes.items()}
            for k in range(min(_ROWS, len(cell.output)))
        ]
    names = ("the claim fails", "it holds") if claim else ("highest tenth", "lowest tenth")
    title = f"{capital(words(output))}: what makes it high or low?"
    if claim:
        title = f"Which draws fail? {claims[claim]}"
    draw = partial(_draw, dims=dims, names=names)
    caption = f"Drawn are up to {_LINES} draws of each kind."
    if len(parted) < len(cells):
        caption += " Left out: cases in which hardly any draw parts from the rest."
    return Figure(f"cobweb_{output}", title, caption, rows, draw, _HOW)


def _parts(cell: Looked, claim: str) -> bool:
    return bool(claim in cell.holds and _RARE <= cell.holds[claim].mean() <= 1 - _RARE)


def _kinds(cell: Looked, claim: str) -> list[str]:
    """Return the kind of each draw; empty for one that is of neither."""
    if claim:
        return [(_SECOND if own else _FIRST).name for own in cell.holds[claim]]
    low, high = np.quantile(cell.output, [_TENTH, 1 - _TENTH], method="nearest")
    return [
        _FIRST.name if own >= high else _SECOND.name if own <= low else "" for own in cell.output
    ]


def _draw(rows: Sequence[Row], dims: Sequence[str], names: Sequence[str]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims)
    named = _NAMES if len(cells) > 1 else 0.0
    each = named + _HEAD + _HIGH + _FOOT
    sheet = Sheet(_KEYS + each * len(cells))
    ax = sheet.axes(0, 0, WIDTH, sheet.height)  # in points, since one is as fast as one can be
    ax.axis("off")
    ax.set(xlim=(0, WIDTH), ylim=(sheet.height, 0))
    for k, (kind, name) in enumerate(zip((_FIRST, _SECOND), names, strict=True)):
        left = 12 + 180 * k
        _middle(ax, np.array([left, left + 16, left + 32]), np.full(3, 14.0), kind)
        sheet.write(left + 42, 18, name)
    told = []
    for k, (labels, own) in enumerate(cells):
        top = _KEYS + k * each
        if named:
            sheet.name(8, top + 18, cell_name(labels), 70)
        told.append(_web(sheet, ax, top + named, own))
    return sheet, (
        f"Draws of {words(rows[0]['output'])} as lines across their inputs: where {names[0]} and "
        f"where {names[1]} lie furthest apart in {words(told[0])}."
    )


def _web(sheet: Sheet, ax: Axes, top: float, rows: Sequence[Row]) -> str:
    """Draw the lines of one cell; return the input that tells the kinds apart most."""
    names = list(rows[0])[list(rows[0]).index("kind") + 1 :]
    values = np.array([[row[name] for name in names] for row in rows], dtype=float)
    ranks = np.apply_along_axis(_ranks, 0, values)
    kinds = np.array([row["kind"] for row in rows])
    x = np.linspace(_LEFT, WIDTH - _RIGHT, len(names))
    low = top + _HEAD + _HIGH
    middles = []
    for kind in (_SECOND, _FIRST):
        own = ranks[kinds == kind.name]
        if len(own):
            gaps = np.full((min(len(own), _LINES), 1), np.nan)
            lines = np.hstack([low - _HIGH * own[:_LINES], gaps])
            places = np.tile(np.append(x, np.nan), len(lines))
            ax.plot(places, lines.ravel(), color=kind.thin, linewidth=0.8, zorder=1)
            middles.append(np.median(own, axis=0))
            _middle(ax, x, low - _HIGH * middles[-1], kind)
    upright = np.array([[low, top + _HEAD, np.nan]] * len(names)).ravel()
    ax.plot(np.repeat(x, 3), upright, color=SOFT, linewidth=1, zorder=2)
    for k, name in enumerate(names):
        _axis(sheet, x[k], top, name, values[:, k], high=k % 2 == 0)
    apart = np.abs(middles[0] - middles[-1])[:-1]
    return names[int(apart.argmax())].rpartition(" (")[0] if apart.size else names[0]


def _ranks(values: Array) -> Array:
    """Return ranks from 0 to 1; equal values have that of their middle."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(((np.cumsum(counts) - counts / 2) / len(values))[places.ravel()])


def _middle(ax: Axes, x: Array, y: Array, kind: _Kind) -> None:
    ax.plot(x, y, kind.dash, marker=kind.mark, color=kind.thick, linewidth=2.4, zorder=3)


def _axis(sheet: Sheet, x: float, top: float, name: str, values: Array, *, high: bool) -> None:
    """Write the name of an axis, at one of two heights, and two values."""
    text, _, unit = name.rpartition(" (")
    finite = values[np.isfinite(values)]
    low, most = np.quantile(finite, _ENDS) if finite.size else (np.nan, np.nan)
    foot = top + _HEAD + _HIGH + 14
    shown = clear_of(unit_text(unit.removesuffix(")")), 14)
    sheet.write(
        x, top + (14 if high else 30), clear_of(capital(words(text)), 24), weight="bold", size=10,
        ha="center",
    )  # fmt: skip
    for place, own in ((top + _HEAD - 5, number(most)), (foot, number(low)), (foot + 14, shown)):
        sheet.write(x, place, own, size=10, color=SOFT, ha="center")
