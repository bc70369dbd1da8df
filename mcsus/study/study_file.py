"""From a path or an id to the tables of a TOML file."""

from __future__ import annotations

import codecs
import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn

from mcsus.declared.reader import MAX_ID, close, shown
from mcsus.errors import Fault, InputError

MAX_BYTES = 1_000_000
"""Largest study file; the largest that ships has a few thousand bytes."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_SHIPPED = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")


def find_study(path_or_id: str | Path) -> Path:
    """Return the file of a study: a path, or the id of one that ships."""
    path = Path(path_or_id)
    text = str(path_or_id)
    if "\0" in text:
        _refuse(repr(text), "a path without a NUL character", "study")
    if isinstance(path_or_id, Path) or not _SHIPPED.match(text):
        return path
    if len(text) <= MAX_ID and path.is_file():
        return path
    shipped = {file.stem: file for file in shipped_studies()}
    if text in shipped:
        return shipped[text]
    allowed = "a path to a .toml file, or the id of a shipped study: " + ", ".join(shipped)
    raise InputError(Fault(f"no study {text[:100]!r}", allowed, ("study",), close(text, shipped)))


def shipped_studies() -> list[Path]:
    """Return the files of the studies that ship, by name."""
    from mcsus.library import data_root  # noqa: PLC0415  (a study by its path needs no data)

    return sorted((Path(data_root()) / "studies").glob("*.toml"))


def read_toml(path: Path, name: str | None = None) -> dict[str, Any]:
    """Return the tables of a TOML file.

    Parameters
    ----------
    path : Path
        The file: UTF-8 without byte order mark, at most 1 MB.

    Raises
    ------
    InputError
        If it cannot be read, is empty, too large or no TOML; the message gives the line.
    """
    where = name or str(path)
    return read_toml_text(read_text(path, where), where)


def read_text(path: Path, name: str | None = None) -> str:
    """Return the text of a file: UTF-8, at most 1 MB.

    Raises
    ------
    InputError
        If it cannot be read as such.
    """
    where = name or str(path)
    return _text(_bytes(path, where), where)


def read_toml_text(text: str, where: str) -> dict[str, Any]:
    """Return the tables of a text in TOML, which is told of as `where`.

    Raises
    ------
    InputError
        If it is empty, too large or no TOML; the message gives the line.
    """
    if len(text) > MAX_BYTES:
        _refuse(f"{len(text)} characters", f"at most {MAX_BYTES}", where)
    if not text.strip():
        _refuse("an empty file", "a study: schema, id, parameters or model, outputs", where)
    if _DEEP.search(text):
        _refuse("a key of more than 40 parts", "a flatter file", where)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(_in_words(str(error), text), "TOML (https://toml.io)", where)
    except RecursionError:
        _refuse("tables or lists nested too deeply", "a flatter file", where)
    except ValueError:  # a number of thousands of digits
        _refuse("a number that cannot be read", "numbers of at most 19 digits", where)


def _in_words(message: str, text: str) -> str:
    """Turn the parser's message into ours, with the line that it is about."""
    place = _PLACE.search(message)
    said = message[:1].lower() + message[1:]
    for given, kind in _SYNTAX.items():
        if given in message:
            said = f"{kind} {place[0]}" if place else kind
    if place is None:
        return said
    line = text.splitlines()[int(place[1]) - 1 : int(place[1])]
    return f"{said}: {shown(line[0].strip())}" if line else said


_PLACE = re.compile(r"\(at line (\d+), column \d+\)")

# Deep keys cost tomllib time that grows with the square of their parts.
_DEEP = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){40}""")

_SYNTAX = {
    "Cannot overwrite a value": "a key that is there already",
    "Cannot declare": "a table that is there already",
    "Cannot mutate immutable": "a key added to an inline table that is closed",
    "Cannot redefine": "a key that is there already",
}


def _bytes(path: Path, where: str) -> bytes:
    try:
        if path.is_dir():
            _refuse("a folder", "a file", where)
        if not path.exists():
            _refuse("no such file", "the path of a study file", where)
        if not path.is_file():
            _refuse("something that is no plain file", "a file", where)
        size = path.stat().st_size
        if size > MAX_BYTES:
            _refuse(f"{size} bytes", f"at most {MAX_BYTES} bytes", where)
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        _refuse(f"a file that cannot be read ({reason})", "a readable file", where)
    return data


def _text(data: bytes, where: str) -> str:
    if data.startswith(_WIDE):
        _refuse("a file in UTF-16 or UTF-32", "a file saved as UTF-8", where)
    if data.startswith(codecs.BOM_UTF8):
        allowed = "UTF-8 without byte order mark (editors call it 'UTF-8', not 'UTF-8 with BOM')"
        _refuse("a byte order mark (BOM) at the start", allowed, where)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        _refuse(f"bytes that are not UTF-8 (at line {line})", "a file saved as UTF-8", where)


def _refuse(found: str, allowed: str, where: str) -> NoReturn:
    raise InputError(Fault(found, allowed, (where,)))
