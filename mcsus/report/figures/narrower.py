"""Intervals of an output with the spread of some of its inputs halved, and with these known."""

from collections.abc import Iterator, Sequence
from functools import partial

from mcsus.report.figures.base import Figure, Row, by_cell
from mcsus.report.figures.style import (
    BLUE,
    INK,
    PALE_BLUE,
    SOFT,
    WIDTH,
    Sheet,
    clear_of,
    only_bottom,
    tick_text,
)
from mcsus.result.wording import capital, cell_name, span, unit_label, words

_MOST = 6  # groups of a kind
_DRAWN = ("evidence", "input")
_TITLES = {"evidence": "All that rests on", "input": "Single inputs"}
_LEFT, _ROW, _KEYS, _NAMES, _FOOT, _GAP = 196.0, 25.0, 32.0, 26.0, 44.0, 10.0
_PALE = "#8ec7ea"
_HOW = (
    "The pale band behind each row is the 95 % interval as it is. The bar is where it would lie if "
    "the spread of what the row names were halved, the dark line where it would lie if that were "
    "known and at its median."
)


def narrower_figure(
    output: str, dims: Sequence[str], rows: Sequence[Row], shown: Sequence[int]
) -> Figure:
    """Return the intervals of an output in some cells."""
    draw = partial(_draw, dims=dims, shown=shown)
    return Figure(f"improve_{output}", capital(words(output)), "", rows, draw, _HOW)


def _picked(rows: Sequence[Row]) -> Iterator[tuple[str, Row | None]]:
    """Yield the lines of a panel: headings, and what stands below them."""
    for by in _DRAWN:
        own = [row for row in rows if row["by"] == by and row["halved_low"] == row["halved_low"]]
        if own:
            yield _TITLES[by], None
        for row in own[:_MOST]:
            yield capital(words(row["input"])), row


def _draw(rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int]) -> tuple[Sheet, str]:
    cells = [(labels, list(_picked(own))) for labels, own in by_cell(rows, dims, shown)]
    head = _NAMES if len(cells) > 1 else 0.0
    heights = [head + _ROW * len(lines) + _FOOT + _GAP for _, lines in cells]
    sheet = Sheet(_KEYS + sum(heights))
    for k, (text, tint) in enumerate(
        (("as it is", PALE_BLUE), ("spread halved", _PALE), ("known", BLUE))
    ):
        sheet.key(_LEFT + 140 * k, 18, text, tint)
    top = _KEYS
    for (labels, lines), height in zip(cells, heights, strict=True):
        if head:
            sheet.name(8, top + 16, cell_name(labels), 60)
        if lines:
            _panel(sheet, top + head, lines)
        top += height
    first = next((row for row in rows if row["by"] == "input"), rows[0])
    return sheet, (
        f"Intervals of {words(first['output'])}: {span(first['low'], first['high'])}, and "
        f"{span(first['halved_low'], first['halved_high'])} with the spread of "
        f"{words(first['input'])} halved."
    )


def _panel(sheet: Sheet, top: float, lines: Sequence[tuple[str, Row | None]]) -> None:
    ax = sheet.axes(_LEFT, top, WIDTH - _LEFT - 16, _ROW * len(lines))
    only_bottom(ax)
    known = [row for _, row in lines if row is not None]
    low, high = float(known[0]["low"]), float(known[0]["high"])
    ends = [low, high, *(row[key] for row in known for key in ("halved_low", "halved_high"))]
    room = 0.03 * ((max(ends) - min(ends)) or 1.0)
    ax.set(xlim=(min(ends) - room, max(ends) + room), ylim=(len(lines) - 0.5, -0.5), yticks=[])
    for line, (text, row) in enumerate(lines):
        at = top + _ROW * (line + 0.5) + 4
        if row is None:
            sheet.note(8, at, text)
            continue
        sheet.write(8, at, clear_of(text, 25), color=INK)
        ax.barh(line, high - low, 0.84, left=low, color=PALE_BLUE)
        ax.barh(
            line, row["halved_high"] - row["halved_low"], 0.56, left=row["halved_low"], color=_PALE
        )
        ax.plot([row["known_low"], row["known_high"]], [line, line], color=BLUE, linewidth=3)
    for x in (low, high):
        ax.axvline(x, color=SOFT, linewidth=0.8)
    ax.xaxis.set_major_formatter(tick_text)
    ax.locator_params(axis="x", nbins=6)
    foot = top + _ROW * len(lines) + 38
    sheet.note(WIDTH - 16, foot, unit_label(known[0]["unit"]), ends=True)
