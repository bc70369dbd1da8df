"""Looks of the figures: palette, type, and axes placed to the point.

One unit of a figure is one point of its SVG, so that type has the size it is given. Text stays
text: laid out with DejaVu Sans, the widest of the fonts named, so that no other overflows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas

from mcsus.report.wording import SUPERSCRIPTS, TIMES, plain

WIDTH = 680.0
"""Width of a figure in points."""

PALETTE = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A900", "#7F7F7F")
"""Okabe and Ito's colours (2008, https://jfly.uni-koeln.de/color/), yellow darkened for white."""

STAGE_COLOURS = {
    "development": "#B8A900",
    "production": "#0072B2",
    "distribution": "#56B4E9",
    "use": "#E69F00",
    "maintenance": "#009E73",
    "end_of_life": "#CC79A7",
    "deployment": "#D55E00",
}
INK, SOFT, FAINT = "#1d2733", "#5b6673", "#d9dee4"
BLUE, PALE_BLUE, ORANGE = "#0072B2", "#cfe3f1", "#D55E00"

_RC: dict[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "mcsus",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 12,
    "axes.labelsize": 12,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": True,
    "figure.dpi": 72,
    "savefig.dpi": 72,
    "path.simplify": False,
    "axes.formatter.useoffset": False,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Draw with our settings only, whatever the settings of the machine."""
    with style.context(["default", _RC], after_reset=True):
        yield


def canvas(height: float, width: float = WIDTH) -> Canvas:
    """Return an empty figure of a size in points."""
    figure = Canvas(figsize=(width / 72, height / 72))
    figure.patch.set_visible(False)
    return figure


def axes(figure: Canvas, left: float, top: float, width: float, height: float) -> Axes:
    """Return axes at a place in points, counted from the upper left corner."""
    full_width, full_height = (72 * float(inch) for inch in figure.get_size_inches())
    made = figure.add_axes(
        (
            round(left / full_width, 9),
            round(1 - (top + height) / full_height, 9),
            round(width / full_width, 9),
            round(height / full_height, 9),
        )
    )
    made.patch.set_visible(False)
    return made


def write(figure: Canvas, left: float, top: float, text: str, **options: Any) -> None:
    """Write text at a place in points; `top` is its base line unless told otherwise."""
    full_width, full_height = (72 * float(inch) for inch in figure.get_size_inches())
    options = {"va": "baseline", "ha": "left", **options}
    figure.text(left / full_width, 1 - top / full_height, text, **options)


def only_bottom(ax: Axes, *, grid: bool = True) -> None:
    """Leave the lower axis only, with light vertical lines."""
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if grid:
        ax.grid(axis="x", color=FAINT, linewidth=0.7)
        ax.set_axisbelow(True)


def tick_text(value: float, _position: float | None = None) -> str:
    """Return the text of a tick."""
    if abs(value) < 1e6:
        return plain(float(f"{value:.4g}")).removeprefix(f"1 {TIMES} ")
    exponent = math.floor(math.log10(abs(value)))
    power = f"10{str(exponent).translate(SUPERSCRIPTS)}"
    mantissa = plain(float(f"{value / 10**exponent:.4g}"))
    return power if mantissa == "1" else f"{mantissa} {TIMES} {power}"


def colour(index: int) -> str:
    """Return one colour of the palette."""
    return PALETTE[index % len(PALETTE)]


def clear_of(text: str, limit: int) -> str:
    """Return a label cut to a length that fits."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + " …"
