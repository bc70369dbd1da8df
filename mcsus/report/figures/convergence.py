"""How the mean and an upper quantile settle as draws are added."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from mcsus.report.figures.base import Figure, Row, settled
from mcsus.report.figures.style import (
    BLUE,
    FAINT,
    INK,
    PALE_BLUE,
    SOFT,
    WIDTH,
    axes,
    canvas,
    clear_of,
    write,
)
from mcsus.report.figures.svg import inline_svg
from mcsus.report.reading import Cell, Table
from mcsus.report.wording import MINUS, capital, number, unit_text, words

_PANELS = 3
_HEIGHT, _HEAD, _BETWEEN = 112.0, 24.0, 44.0


def convergence_figure(table: Table, t: float) -> Figure | None:
    """Draw convergence for an output; None when nothing varies.

    Parameters
    ----------
    table : Table
        The output, with ``path_...`` over ``size``.
    t : float
        Student quantile that turns a standard error into a 95 % bound; NaN for one replicate.
    """
    shown = table.picked(_PANELS)
    if not shown:
        return None
    probability = float(table.attrs["path_probability"])
    left, gap = 64.0, 62.0
    width = min((WIDTH - left - 14 - gap * (len(shown) - 1)) / len(shown), 420.0)
    top = _HEAD + (22.0 if any(cell.name for cell in shown) else 0.0)
    height = top + 2 * _HEIGHT + _BETWEEN + 48
    figure = canvas(height)
    unit = unit_text(table.unit) or "no unit"
    for column, cell in enumerate(shown):
        x = left + column * (width + gap)
        if cell.name:
            write(figure, x, 15, clear_of(capital(cell.name), 26), weight="bold", color=INK)
        for row, (key, what) in enumerate(
            (("mean", "Mean"), ("quantile", f"{100 * probability:g} % quantile"))
        ):
            y = top + row * (_HEIGHT + _BETWEEN)
            ax = axes(figure, x, y, width, _HEIGHT)
            _draw(ax, cell, key, t)
            write(
                figure,
                x,
                y - 8,
                f"{what}, {unit}" if len(f"{what}, {unit}") * 7.2 < width + 30 else what,
                color=SOFT,
            )
    write(
        figure,
        left + len(shown) * (width + gap) - gap,
        height - 6,
        "draws in each replicate, logarithmic axis",
        ha="right",
        color=SOFT,
    )
    name = f"convergence_{table.name}"
    caption = (
        "Estimates from the first draws of every replicate, averaged over the replicates. This "
        "is numerical error only: "
        "it shrinks as draws are added, the uncertainty of the output does not. "
    )
    if np.isfinite(t):
        caption += "Bands are 95 % bounds, from the spread between the replicates. "
    else:
        caption += "One replicate tells nothing about the error, so there are no bands. "
    last = shown[0]
    described = (
        f"Mean of {words(table.name)} {last.name}: {number(last.array('path_mean')[0])} after "
        f"{last.array('path_draws')[0]:.0f} draws, {number(last.array('path_mean')[-1])} after all."
    )
    svg = inline_svg(figure, name.replace("_", "-"), described)
    return Figure(
        name,
        "Were there enough draws?",
        caption.strip(),
        svg,
        _rows(table, probability),
    )


def _draw(ax: Axes, cell: Cell, key: str, t: float) -> None:
    draws, values = cell.array("path_draws"), cell.array(f"path_{key}")
    margins = t * cell.array(f"path_{key}_error")
    if np.isfinite(margins).all():
        ax.fill_between(draws, values - margins, values + margins, color=PALE_BLUE, linewidth=0)
    ax.axhline(values[-1], color=FAINT, linewidth=1)
    ax.plot(draws, values, color=BLUE, linewidth=1.6, marker="o", markersize=3.5)
    ax.set_xscale("log")
    powers = [n for n in draws if n in (draws[0], draws[len(draws) // 2], draws[-1])]
    ax.set_xticks(powers, [_short(n) for n in powers])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:.6g}".replace("-", MINUS))
    ax.set_xlim(draws[0] / 1.15, draws[-1] * 1.15)


def _short(count: float) -> str:
    """Return a number of draws in little room.

    Examples
    --------
    >>> _short(64.0), _short(65536.0)
    ('64', '65,536')
    """
    return f"{count:,.0f}"


def _rows(table: Table, probability: float) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        for k, draws in enumerate(cell.array("path_draws")):
            row: dict[str, object] = {
                "output": table.name,
                **cell.labels,
                "unit": table.unit,
                "draws_per_replicate": int(draws),
            }
            for key, column in (("mean", "mean"), ("quantile", f"quantile_{probability:g}")):
                value = float(cell.array(f"path_{key}")[k])
                row[column] = value
                row[f"{column}_error"] = settled(float(cell.array(f"path_{key}_error")[k]), value)
            rows.append(row)
    return rows
