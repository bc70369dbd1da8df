"""Lines and columns of a study file that its faults are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from mcsus.errors import Fault

Path = tuple[str, ...]

_PART = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|[\w-]+')
_KEYS = rf"(?:{_PART.pattern})(?:\s*\.\s*(?:{_PART.pattern}))*"
_HEAD = re.compile(rf"\s*(\[{{1,2}})\s*({_KEYS})\s*\]")
_KEY = re.compile(rf"\s*({_KEYS})\s*=\s*(.*)")
_TOLD = re.compile(r"\(at line (\d+), column (\d+)\)")
_COLUMN = "column "  # of a formula, the innermost part of where a fault is


def line_of(text: str, where: Sequence[str], found: str = "") -> int | None:
    r"""Return the line that a fault is about, from 1; None where it is about no line.

    Parameters
    ----------
    text : str
        Of the file.
    where : sequence of str
        The file, and the keys from the outermost to the innermost.
    found : str
        What was found, which may tell the line.

    Examples
    --------
    >>> text = '[parameters.a]\nunit = "kg"\n[[claims]]\nid = "low"\nvalue = 1'
    >>> line_of(text, ("a.toml", "parameters", "a", "unit")), line_of(text, ("a.toml", "title"))
    (2, None)
    >>> line_of(text, ("a.toml", "claims", "low", "value"))
    5
    """
    if told := _TOLD.search(found):
        return int(told[1])
    own = tuple(where[1:])
    best, nearest = 0, None
    for line, path in _paths(text):
        shared = _shared(path, own)
        if shared > best:
            best, nearest = shared, line
    return nearest


def column_of(text: str, line: int, where: Sequence[str], found: str = "") -> int:
    r"""Return the column of a line that a fault is about, from 1: of its innermost key there.

    Examples
    --------
    >>> text = '[equations]\ny = { formula = "a + ", unit = "kg" }'
    >>> column_of(text, 2, ("a.toml", "equations", "y", "formula"))
    7
    >>> column_of(text, 2, ("a.toml", "equations", "y", "formula", "column 3"))
    20
    """
    if told := _TOLD.search(found):
        return int(told[2])
    shown, at = text.split("\n")[line - 1], len(text.split("\n")[line - 1]) + 1
    keys = [own for own in where[1:] if not own.startswith(_COLUMN)]
    for key in keys:
        begins = re.search(rf"(?<![\w-])[\"']?{re.escape(key)}[\"']?(?=\s*[=.\]])", shown)
        if begins is not None:
            at = begins.start() + 1
    inside = [int(own.removeprefix(_COLUMN)) for own in where[1:] if own.startswith(_COLUMN)]
    value = re.compile(r"[^=]*=\s*[\"']").match(shown, at - 1)
    if inside and value:
        return value.end() + inside[0]
    return at if at <= len(shown) else len(shown) - len(shown.lstrip()) + 1


def fault_row(fault: Fault, file: str, text: str) -> dict[str, Any]:
    """Return a fault as an editor wants it.

    Parameters
    ----------
    file, text : str
        The file, and what stands in it.

    Examples
    --------
    >>> row = fault_row(Fault("2", "a text", ("a.toml", "title")), "a.toml", "title = 2")
    >>> row["line"], row["column"], row["key"]
    (1, 1, 'title')
    """
    line = line_of(text, fault.where, fault.found)
    column = None if line is None else column_of(text, line, fault.where, fault.found)
    keys = [own for own in fault.where[1:] if not own.startswith(_COLUMN)]
    return {
        "file": file,
        "line": line,
        "column": column,
        "key": ".".join(keys),
        "found": fault.found,
        "allowed": fault.allowed,
        "nearest": fault.nearest,
    }


def _shared(path: Path, own: Path) -> int:
    """Return how many parts of a path are those of a place; none where it leads elsewhere."""
    return len(path) if own[: len(path)] == path else 0


def _paths(text: str) -> Iterator[tuple[int, Path]]:
    """Yield the keys of each line; tables of a list go by their ids."""
    section: list[tuple[int, Path]] = []
    head: Path = ()
    is_listed = False
    for line, told in enumerate(text.split("\n"), 1):
        if match := _HEAD.match(told):
            yield from section
            head, is_listed = _parts(match[2]), match[1] == "[["
            section = [(line, head)]
        elif match := _KEY.match(told):
            keys = _parts(match[1])
            if is_listed and keys == ("id",) and (name := _PART.match(match[2])):
                named = (*head, *_parts(name[0]))
                section = [(at, named + path[len(head) :]) for at, path in section]
                head, is_listed = named, False
            section.append((line, (*head, *keys)))
    yield from section


def _parts(keys: str) -> Path:
    """Return the parts of a key without quotes."""
    return tuple(part.strip("\"'") for part in _PART.findall(keys))
