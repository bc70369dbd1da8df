"""Tables and texts that fit a width."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from mcsus.result.wording import MINUS, TIMES, tidy

Row = Sequence[str]

NARROWEST = 60
"""Columns that a terminal has at least."""

_PIPED = 100  # columns where nobody's terminal tells
_READABLE = 100  # columns of a text that a person reads without losing the line
_LEAST = 14  # columns that are left to names
_WORD = 10  # letters of a word of the head, at least
_GAP = 2


def terminal_width() -> int:
    """Return the columns of the terminal, or a width that suits a file."""
    return max(NARROWEST, shutil.get_terminal_size((_PIPED, 24)).columns)


def wrapped(text: str, width: int, indent: str = "", first: str | None = None) -> str:
    """Return a text in lines of a width, but of no more than a person reads.

    Parameters
    ----------
    indent, first : str
        What stands before each line, and before the first if that is something else.

    Examples
    --------
    >>> print(wrapped("one two three", 8, "  ", "- "))
    - one
      two
      three
    """
    return textwrap.fill(
        tidy(text), min(width, _READABLE), initial_indent=indent if first is None else first,
        subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
    ).replace("\N{NO-BREAK SPACE}", " ")  # fmt: skip


def aligned(rows: Sequence[Row]) -> str:
    """Return rows in columns: text to the left, numbers to the right; the first row is the head.

    Examples
    --------
    >>> print(aligned([("name", "value"), ("a", "1"), ("of all",), ("b", "10")]))
      name  value
      a         1
      of all
      b        10
    """
    return _joined(rows[:1], rows[1:])


def fitted(
    rows: Sequence[Row], width: int, drop: Sequence[str] = (), last: Sequence[str] = ()
) -> str:
    """Return rows in columns of not more than a width.

    A row of one cell stands across the columns. What does not fit is won by breaking the head, then
    by leaving out columns, then by shortening words of the head, and names.

    Parameters
    ----------
    drop : sequence of str
        Heads of the columns that may be left out, the first one first.
    last : sequence of str
        Those that are left out only where short names are not enough.

    Examples
    --------
    >>> print(fitted([("what", "value", "error"), ("something long", "1.5", "0.1")], 24, ["error"]))
      what            value
      something long    1.5
    """
    kept = list(range(len(rows[0])))
    for name in (None, *drop):
        if name in rows[0]:
            kept.remove(rows[0].index(name))
        shown = [_only(row, kept) if len(row) > 1 else row for row in rows]
        heads = _broken(shown)
        text = _joined(heads, shown[1:])
        over = max(map(len, text.split("\n"))) - width
        if over <= 0:
            return text
    if not drop:
        cut = [" ".join(_short(word, _WORD, end=True) for word in own.split()) for own in shown[0]]
        shown[0] = [shown[0][0], *cut[1:]]
    over = max(map(len, _joined(_broken(shown), shown[1:]).split("\n"))) - width
    longest = max(len(row[0]) for row in shown if len(row) > 1)
    most = max(_LEAST, longest - over)
    short = [(_short(row[0], most if len(row) > 1 else width - _GAP), *row[1:]) for row in shown]
    text = _joined(_broken(short), short[1:])
    if last and max(map(len, text.split("\n"))) > width:
        return fitted(rows, width, [*drop, last[0]], last[1:])
    return text


def _only(row: Row, kept: Sequence[int]) -> Row:
    return [row[k] for k in kept]


def _broken(rows: Sequence[Row]) -> list[Row]:
    """Return the head in as many lines as keep it no wider than what stands below it."""
    below = [row for row in rows[1:] if len(row) == len(rows[0])]
    columns = []
    for k, head in enumerate(rows[0]):
        size = max([*(len(row[k]) for row in below), *map(len, head.split(" "))], default=1)
        columns.append(textwrap.wrap(head, max(size, 1)) or [""])
    tall = max(map(len, columns))
    padded = [[""] * (tall - len(own)) + own for own in columns]
    return [list(line) for line in zip_longest(*padded, fillvalue="")]


def _joined(heads: Sequence[Row], rows: Sequence[Row]) -> str:
    """Return the table; where numbers stand to the right, so do the lines of the head."""
    count = len(heads[0])
    body = [row for row in rows if len(row) == count]
    numeric = [all(_is_number(row[k]) for row in body) for k in range(count)]
    widths = [max(len(row[k]) for row in [*heads, *body]) for k in range(count)]
    lines = [
        " " * _GAP
        + (" " * _GAP).join(
            cell.rjust(size) if right else cell.ljust(size)
            for cell, size, right in zip(row, widths, numeric, strict=True)
        )
        if len(row) == count
        else " " * _GAP + row[0]
        for row in [*heads, *rows]
    ]
    return "\n".join(line.rstrip() for line in lines)


def _short(text: str, most: int, *, end: bool = False) -> str:
    """Return a text with its middle, or its end, left out where it is too long."""
    if len(text) <= most:
        return text
    head = most - 1 if end else (most - 1) // 2
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").replace(MINUS, "-") or "0")
    except ValueError:
        return text.strip("-") == "" or TIMES in text
    return True
