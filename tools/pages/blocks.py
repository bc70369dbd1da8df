"""The fenced blocks of a page in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from markdown_it import MarkdownIt

_DIRECTIVE = re.compile(r"^\{(\w[\w-]*)\}\s*(.*)$")
_OPTION = re.compile(r"^:([\w-]+):\s*(.*)$")


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Parameters
    ----------
    kind : str
        Name of the directive, or the language of a plain block.
    is_directive : bool
        Whether it is written ``{kind}``.
    argument : str
        What stands behind the name.
    options : dict of str to str
    body : str
        The lines below the options.
    first : int
        Place of the first line of the body in the page.
    lines : int
        Number of lines of the body.
    """

    kind: str
    is_directive: bool
    argument: str
    body: str
    first: int
    lines: int
    options: dict[str, str] = field(default_factory=dict)


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, also those within others, in order."""
    return list(_blocks(page.read_text(encoding="utf-8"), 0))


def _blocks(text: str, start: int) -> Iterator[Block]:
    for token in MarkdownIt("commonmark").parse(text):
        if token.type != "fence" or token.map is None:
            continue
        first = start + token.map[0] + 1
        named = _DIRECTIVE.match(token.info.strip())
        if named is None:
            kind, _, argument = token.info.strip().partition(" ")
            lines = token.content.count("\n")
            yield Block(kind, False, argument, token.content, first, lines)
            continue
        options, body, taken = _options(token.content)
        block = Block(named[1], True, named[2], body, first + taken, body.count("\n"), options)
        yield block
        if "```" in body:
            yield from _blocks(body, block.first)


def _options(content: str) -> tuple[dict[str, str], str, int]:
    """Return the options of a directive, what is below them and how many lines they take."""
    lines = content.splitlines(keepends=True)
    options: dict[str, str] = {}
    taken = 0
    for line in lines:
        option = _OPTION.match(line.strip())
        if option is None:
            break
        options[option[1]] = option[2]
        taken += 1
    if options and taken < len(lines) and not lines[taken].strip():
        taken += 1
    return options, "".join(lines[taken:]), taken
