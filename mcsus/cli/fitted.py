"""Tables that fit the width of a terminal."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Sequence

from mcsus.result.wording import MINUS, TIMES

_WIDTH = 100  # where nothing tells how wide it is
_GAP = "  "
_LEAST = 30  # columns of a last text that are worth a line with others
_INDENT = "    "
_NUMBER = re.compile(rf"[{MINUS}-]?[0-9][0-9,.]*( {TIMES} 10\S+)?")


def width() -> int:
    """Return how many columns there are."""
    return shutil.get_terminal_size((_WIDTH, 24)).columns


def fitted(
    rows: Sequence[Sequence[str]], header: Sequence[str] = (), across: int | None = None
) -> str:
    """Return rows in columns, the last of which wraps in what is left, or below.

    Examples
    --------
    >>> print(fitted([["grid.de.2024", "344", "Germany"], ["grid.fr.2024", "44", "France"]]))
    grid.de.2024  344  Germany
    grid.fr.2024   44  France
    >>> print(fitted([["grid.de.2024", "344", "Germany"]], across=20))
    grid.de.2024  344
        Germany
    """
    if not rows:
        return ""
    across = width() if across is None else across
    every = [header, *rows] if header else rows
    columns = [*zip(*(row[:-1] for row in rows), strict=True)]
    rights = [all(map(_is_number, column)) for column in columns]
    widths = [max(len(row[k]) for row in every) for k in range(len(columns))]
    left = across - sum(own + len(_GAP) for own in widths)
    is_beside = left >= min(_LEAST, max(len(row[-1]) for row in every))
    indent = across - left if is_beside else len(_INDENT)
    lines = []
    for row in every:
        cells = [
            cell.rjust(own) if right else cell.ljust(own)
            for cell, own, right in zip(row[:-1], widths, rights, strict=True)
        ]
        head = _GAP.join([*cells, ""] if is_beside else cells)
        last = textwrap.wrap(row[-1], max(across - indent, _LEAST)) or [""]
        if is_beside:
            head += last.pop(0)
        lines.append(head.rstrip())
        if is_beside or row is not header:
            lines += [" " * indent + own for own in last if own]
    return "\n".join(lines)


def wrapped(line: str, across: int | None = None) -> str:
    """Return a line that goes on below, a little further in, where it is too long.

    Examples
    --------
    >>> print(wrapped("  alone: footprint -28 %; factor -28 %", 30))
      alone: footprint -28 %;
        factor -28 %
    """
    indent = " " * (len(line) - len(line.lstrip()) + 2)
    return textwrap.fill(
        line, across or width(), subsequent_indent=indent, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def _is_number(text: str) -> bool:
    return _NUMBER.fullmatch(text) is not None
