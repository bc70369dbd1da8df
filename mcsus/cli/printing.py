"""What reaches a terminal: no control characters, and no more lines than a person reads."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from mcsus.errors import is_control

MOST_LINES = 40


def say(text: str, *, err: bool = False) -> None:
    """Print a text, its control characters written out."""
    typer.echo(printable(text), err=err)


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
