"""What reaches a terminal: no control characters, and no more lines than a person reads."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from mcsus.errors import is_control

MOST_LINES = 40


_RAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"
_POWER = re.compile(f"[{_RAISED}]+")
_LEVEL = str.maketrans(_RAISED, "-0123456789")
_SIMPLER: dict[str, str | int | None] = {
    "\u2212": "-",
    "\u00d7": "x",
    "\u2082": "2",
    "\u2019": "'",
    "\u2026": "...",
}
_LINK = "\x1b]8;;{address}\x1b\\{named}\x1b]8;;\x1b\\"  # OSC 8, which terminals know


def say(text: str, *, err: bool = False, link: Path | None = None) -> None:
    """Print a text, its control characters written out.

    Parameters
    ----------
    link : Path, optional
        A file that the text names, and that a terminal opens where it is clicked.
    """
    told = encodable(printable(text), sys.stderr if err else sys.stdout)
    if link is not None and is_steered():
        named = encodable(str(link), sys.stdout)
        told = told.replace(named, _LINK.format(address=link.resolve().as_uri(), named=named))
    typer.echo(told, err=err)


def is_steered() -> bool:
    """Tell whether what is printed reaches a terminal that knows links and can be cleared."""
    is_old = os.name == "nt" and "WT_SESSION" not in os.environ
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    return is_terminal and os.environ.get("TERM") != "dumb" and not is_old


def clear() -> None:
    """Begin at the top of an empty terminal; nothing where nobody watches."""
    if is_steered():
        typer.echo("\x1b[2J\x1b[H", nl=False)


def encodable(text: str, stream: object) -> str:
    """Return a text as its stream can print it: with simpler signs where that has no others."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        simple = _POWER.sub(lambda own: f"^{own[0].translate(_LEVEL)}", text).translate(
            str.maketrans(_SIMPLER)
        )
        return simple.encode(encoding, "replace").decode(encoding)
    return text


def prints_blocks() -> bool:
    """Tell whether the block characters of a density can be printed."""
    return encodable("\u2581\u2588", sys.stdout) == "\u2581\u2588"


def printable(text: str) -> str:
    r"""Return a text with its control characters written out, but for new lines and tabs.

    Examples
    --------
    >>> printable("\x1b[31mred")
    '\\x1b[31mred'
    """
    return "".join(repr(sign)[1:-1] if is_control(sign) else sign for sign in text)


def shortened(lines: Sequence[str], rest: str) -> list[str]:
    """Return the first lines, and how many more there are.

    Parameters
    ----------
    rest : str
        What those left out are, and where they stand.

    Examples
    --------
    >>> shortened(["a"] * 50, "more cautions")[-1]
    '... and 11 more cautions'
    """
    if len(lines) <= MOST_LINES:
        return list(lines)
    kept = list(lines[: MOST_LINES - 1])
    return [*kept, f"... and {len(lines) - len(kept):,} {rest}"]
