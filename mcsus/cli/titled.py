"""Tables whose last column is a text of any length."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from mcsus.result.columns import aligned, terminal_width

_LEAST = 30  # columns of a last text that are worth a line with others
_INDENT = 4


def titled(
    rows: Sequence[Sequence[str]], header: Sequence[str] = (), width: int | None = None
) -> str:
    """Return rows in columns, the last of which goes on in what is left of a line, or below.

    Examples
    --------
    >>> print(titled([["grid.de.2024", "344", "Germany"], ["grid.fr.2024", "44", "France"]]))
    grid.de.2024  344  Germany
    grid.fr.2024   44  France
    >>> print(titled([["grid.de.2024", "344", "Germany"]], width=20))
    grid.de.2024  344
        Germany
    """
    if not rows:
        return ""
    across = terminal_width() if width is None else width
    every = [header or [""] * len(rows[0]), *rows]
    heads = [line[2:] for line in aligned([row[:-1] for row in every]).split("\n")]
    left = across - max(map(len, heads)) - 2
    is_beside = left >= min(_LEAST, max(len(row[-1]) for row in every))
    indent = across - left if is_beside else _INDENT
    lines = []
    for row, head in zip(every, heads, strict=True):
        last = textwrap.wrap(row[-1], max(across - indent, _LEAST), break_on_hyphens=False)
        if is_beside:
            lines.append(f"{head:{indent}}{last.pop(0) if last else ''}".rstrip())
        else:
            lines.append(head)
        if is_beside or row is not header:
            lines += [" " * indent + own for own in last]
    return "\n".join(lines if header else lines[1:])
