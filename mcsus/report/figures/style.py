"""Looks of the figures: palette, type, and axes placed to the point.

One unit of a figure is one point of its SVG, so that type has the size it is given. Text stays
text: laid out with DejaVu Sans, the widest of the fonts named, so that no other overflows.
"""

import itertools
import math
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from mcsus.result.wording import SUPERSCRIPTS, TIMES, capital, plain

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
    "text.parse_math": False,
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


class Ground(NamedTuple):
    """What a sheet lies on.

    Parameters
    ----------
    box : tuple of float
        Left, bottom, width and height of the sheet, as shares of the figure.
    first : Axes, optional
        The axes that the sheet has already, which become its first.
    scale : float
        Size of a point of the sheet.
    """

    figure: Canvas
    box: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    first: Axes | None = None
    scale: float = 1.0


Lay = Callable[[float, float], Ground]
"""Returns what a sheet of some width and height, in points, lies on."""


def _bare(width: float, height: float) -> Ground:
    """Return a figure as large as a sheet, without a ground of its own."""
    figure = Canvas(figsize=(width / 72, height / 72))
    figure.patch.set_visible(False)
    return Ground(figure)


_LAY: ContextVar[Lay] = ContextVar("lay", default=_bare)


@contextmanager
def drawing(lay: Lay = _bare) -> Iterator[None]:
    """Draw with our settings only, whatever the settings of the machine.

    Parameters
    ----------
    lay : callable, optional
        What sheets lie on; a figure of its own by default.
    """
    token = _LAY.set(lay)
    try:
        with style.context(["default", _RC], after_reset=True):
            yield
    finally:
        _LAY.reset(token)


class Sheet:
    """An empty figure on which places are in points, counted from its upper left corner.

    Parameters
    ----------
    height, width : float

    Attributes
    ----------
    panels : list of Axes
        The axes that it has, in the order in which they were asked for.
    texts : list of Text
        What is written beside them.
    scale : float
        By how much smaller it is to be than its numbers say.
    """

    def __init__(self, height: float, width: float = WIDTH) -> None:
        self.figure, self._box, self._first, self.scale = _LAY.get()(width, height)
        self.height, self.width = height, width
        self.panels: list[Axes] = []
        self.texts: list[Text] = []

    def _at(self, x: float, y: float) -> tuple[float, float]:
        """Return a place on the figure from one on the sheet, both as shares."""
        left, bottom, width, height = self._box
        return left + width * x, bottom + height * y

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Return axes at a place."""
        bottom = self.height - top - height
        whole = (self.width, self.height, self.width, self.height)
        box = [round(a / b, 9) for a, b in zip((left, bottom, width, height), whole, strict=True)]
        place = (*self._at(box[0], box[1]), self._box[2] * box[2], self._box[3] * box[3])
        if self._first is None:
            made = self.figure.add_axes(place)
        else:
            made, self._first = self._first, None
            made.set_position(place)
        made.patch.set_visible(False)
        self.panels.append(made)
        return made

    def write(self, left: float, top: float, text: str, **options: Any) -> None:
        """Write text; `top` is its base line."""
        options = {"va": "baseline", "ha": "left", **options}
        place = self._at(left / self.width, 1 - top / self.height)
        self.texts.append(self.figure.text(*place, text, **options))

    def name(self, left: float, top: float, text: str, most: int, *, bold: bool = True) -> None:
        """Write what something is called, cut to a length that fits."""
        text = clear_of(capital(text), most)
        self.write(left, top, text, weight="bold" if bold else "normal", color=INK)

    def note(self, left: float, top: float, text: str, *, ends: bool = False) -> None:
        """Write a unit or a remark, which begins or `ends` at a place."""
        self.write(left, top, text, ha="right" if ends else "left", color=SOFT)

    def key(self, left: float, top: float, text: str, tint: str) -> None:
        """Write an entry of the legend."""
        self.write(left, top, "■", color=tint, size=15)
        self.write(left + 16, top, text, color=INK)


def line_axes(
    sheet: Sheet, lines: Sequence[tuple[str, int | None]], box: tuple[float, float, float, float]
) -> Axes:
    """Return axes with one row for each line of `grouped`, and write their names before them.

    Parameters
    ----------
    sheet : Sheet
    lines : sequence of tuple
        Label, and None for a heading.
    box : tuple of float
        Left, top and right end of the axes, and the height of a row.
    """
    left, top, right, height = box
    ax = sheet.axes(left, top, right - left, height * len(lines))
    only_bottom(ax)
    ax.set_ylim(len(lines) - 0.5, -0.5)
    ax.yaxis.set_major_locator(FixedLocator([]))
    ax.xaxis.set_major_formatter(tick_text)
    flat = all(k is not None for _, k in lines)
    for line, (label, k) in enumerate(lines):
        bold = flat or k is None
        base_line = top + height * line + round(height / 3 + 9.3)
        sheet.name(8 if bold else 20, base_line, label, int((left - 8) / 7.3), bold=bold)
    return ax


def only_bottom(ax: Axes, *, grid: bool = True) -> None:
    """Leave the lower axis only, with light vertical lines."""
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.tick_params(axis="y", length=0)
    if grid:
        ax.grid(axis="x", color=FAINT, linewidth=0.7)
        ax.set_axisbelow(True)


def tick_text(value: float, _position: float | None = None, digits: int = 4) -> str:
    """Return the text of a tick."""
    if abs(value) < 1e6:
        return plain(float(f"{value:.{digits}g}")).removeprefix(f"1 {TIMES} ")
    exponent = math.floor(math.log10(abs(value)))
    power = f"10{str(exponent).translate(SUPERSCRIPTS)}"
    mantissa = plain(float(f"{value / 10**exponent:.{digits}g}"))
    return power if mantissa == "1" else f"{mantissa} {TIMES} {power}"


def room_for_ticks(values: Sequence[float], digits: int = 4) -> float:
    """Return the width that the ticks of an axis along some values need beside it."""
    longest = max(len(tick_text(value, digits=digits)) for value in (min(values), max(values)))
    return max(64.0, 7.8 * longest + 14)


def colour(index: int) -> str:
    """Return one colour of the palette."""
    return PALETTE[index % len(PALETTE)]


def clear_of(text: str, limit: int) -> str:
    """Return a label cut to a length that fits; wide signs, as of Chinese, count twice.

    Examples
    --------
    >>> clear_of("electricity, high voltage", 12), clear_of("鋼鐵和鋁的生產", 12)
    ('electricity …', '鋼鐵和鋁的 …')
    """
    room = list(itertools.accumulate(1 + (east_asian_width(sign) in "WF") for sign in text))
    kept = bisect_right(room, limit - 1)
    return text if not room or room[-1] <= limit else text[:kept].rstrip() + " …"
