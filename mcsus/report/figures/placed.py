"""Figures of the report as axes of matplotlib: new ones, or inside axes that are given."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, cast

import numpy as np
from matplotlib import pyplot as plt
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation, Text
from numpy.typing import NDArray

from mcsus.report.figures.base import Figure
from mcsus.report.figures.style import INK, SOFT, Ground, Sheet, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

Panels = Axes | NDArray[np.object_]
"""The axes of a figure: one, or an array where it has several panels."""

_TICK, _PAD, _LINE = 3.5, 3.5, 0.8  # of an axis, in points


def placed(figure: Figure, ax: Axes | None = None) -> Panels:
    """Draw a figure and return its axes.

    Parameters
    ----------
    ax : Axes, optional
        Where it is drawn: the whole figure takes the room of these axes, which become its first
        panel, and its type and lines are as much smaller as it is. By default it is a new figure.
    """
    lay = partial(_new, dpi=rcParams["figure.dpi"]) if ax is None else partial(_inside, ax=ax)
    with drawing(lay):
        sheet, _ = figure.draw(figure.rows)
        for panel in sheet.panels:  # their ticks are made now, as they are to look
            for axis in (panel.xaxis, panel.yaxis):
                axis.get_ticklabels()
    if ax is not None:
        _resize(sheet)
    return sheet.panels[0] if len(sheet.panels) == 1 else np.array(sheet.panels, dtype=object)


def _new(width: float, height: float, dpi: float) -> Ground:
    """Return a white figure that a notebook shows."""
    return Ground(plt.figure(figsize=(width / 72, height / 72), dpi=dpi, facecolor="white"))


def _inside(width: float, height: float, ax: Axes) -> Ground:
    """Return the room of some axes, with type as small as the tighter of its sides asks for."""
    room, points = ax.get_position(), 72 / ax.figure.dpi
    scale = min(1.0, ax.bbox.width * points / width, ax.bbox.height * points / height)
    ax.clear()
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(color=SOFT, linewidth=_LINE)
    ax.tick_params(color=SOFT, labelcolor=INK, length=_TICK, pad=_PAD, width=_LINE, labelsize=12)
    whole = cast("Canvas", ax.figure)  # or a part of one, which is drawn on alike
    return Ground(whole, room.bounds, ax, scale)


def _resize(sheet: Sheet) -> None:
    """Make type, lines and marks as small as the sheet is."""
    scale, inside = sheet.scale, (panel.findobj() for panel in sheet.panels)
    for panel in sheet.panels:
        for axis in (panel.xaxis, panel.yaxis):
            told = axis.get_tick_params()
            length, pad = float(told.get("length", _TICK)), float(told.get("pad", _PAD))
            axis.set_tick_params(length=scale * length, pad=scale * pad, width=scale * _LINE)
    for own in dict.fromkeys(chain(*inside, sheet.texts)):
        if isinstance(own, Text):
            own.set_fontsize(scale * float(own.get_fontsize()))
            if isinstance(own, Annotation):
                across, up = own.xyann
                own.xyann = (scale * across, scale * up)
        elif isinstance(own, Line2D):
            own.set(linewidth=scale * own.get_linewidth(), markersize=scale * own.get_markersize())
            own.set_markeredgewidth(scale * own.get_markeredgewidth())
        elif isinstance(own, Collection):
            own.set_linewidth([scale * width for width in np.atleast_1d(own.get_linewidth())])
        elif isinstance(own, Patch):
            own.set_linewidth(scale * own.get_linewidth())
