"""Files that know whether they were changed: a line at their end with the checksum of the rest.

A saved file may come from anywhere. It is read if it is a regular file and its checksum is right:
nothing else reaches the libraries that read it. The checksum is no signature; it finds damage and
edits, and `mcsus.result.schema` looks at what is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from mcsus.errors import Fault, InputError

_MARK = b"\nmcsus sha256 "
_LENGTH = len(_MARK) + 64 + 1
_CHUNK = 1 << 20
_OPTIONS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_MOST_TEXT = 1 << 28  # bytes of a JSON file
_DEPTH = 64  # of tables in tables


def seal(path: Path, belongs_to: str = "") -> None:
    """Add to a file the checksum of what it holds.

    Parameters
    ----------
    belongs_to : str
        What else the checksum is of: a file that belongs to something else is not taken for it.
    """
    with path.open("rb+") as file:
        digest = _digest(file, os.fstat(file.fileno()).st_size, belongs_to)
        file.seek(0, os.SEEK_END)
        file.write(_MARK + digest + b"\n")


@contextmanager
def unsealed(path: Path, allowed: str, belongs_to: str = "") -> Iterator[BinaryIO]:
    """Open a file that holds what it was sealed with, at its beginning.

    Parameters
    ----------
    allowed : str
        What a reader is told to use instead.

    Raises
    ------
    InputError
        If it was changed since, or cannot be read.
    """
    with regular(path, allowed) as file:
        size = os.fstat(file.fileno()).st_size - _LENGTH
        file.seek(max(size, 0))
        line = file.read()
        if size < 0 or not line.startswith(_MARK):
            found = (
                "a file without its checksum, changed since it was written or of a version before"
            )
            raise InputError(Fault(found, allowed, (str(path),)))
        if line != _MARK + _digest(file, size, belongs_to) + b"\n":
            found = "a file that was changed since it was written"
            raise InputError(Fault(found, allowed, (str(path),)))
        file.seek(0)
        yield file


@contextmanager
def regular(path: Path, allowed: str) -> Iterator[BinaryIO]:
    """Open a file to read, if it is one; pipes and devices would wait for ever.

    Raises
    ------
    InputError
    """
    try:
        file = os.fdopen(os.open(path, _OPTIONS), "rb")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        found = f"a file that cannot be read ({reason})"
        raise InputError(Fault(found, allowed, (str(path),))) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InputError(Fault("no regular file", allowed, (str(path),)))
        yield file


def read_json(path: Path, allowed: str) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    InputError
        If it is no regular file or holds no JSON.
    """
    with regular(path, allowed) as file:
        text = file.read(_MOST_TEXT)
    try:
        return plain_json(text)
    except ValueError as error:
        raise InputError(Fault("a file that is no JSON", allowed, (str(path),))) from error


def plain_json(text: str | bytes) -> Any:
    """Return what a JSON text holds; a number is finite, and tables are not too deep.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> plain_json('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    >>> plain_json("[NaN]")
    Traceback (most recent call last):
    ValueError: NaN
    """
    try:
        found = json.loads(text, parse_constant=_refused)
    except RecursionError as error:
        raise ValueError("too deep") from error
    json.dumps(found, ensure_ascii=False).encode()  # fails where half a character stands alone
    level = [found]
    for _ in range(_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return found
    raise ValueError("too deep")


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _refused(text: str) -> Any:
    raise ValueError(text)


def _digest(file: BinaryIO, size: int, belongs_to: str) -> bytes:
    """Return the checksum of the first bytes of a file, in hexadecimal."""
    name = belongs_to.encode(errors="surrogatepass")
    digest = hashlib.sha256(len(name).to_bytes(8, "big") + name)
    file.seek(0)
    while size > 0:
        chunk = file.read(min(_CHUNK, size))
        if not chunk:
            break
        digest.update(chunk)
        size -= len(chunk)
    return digest.hexdigest().encode()
