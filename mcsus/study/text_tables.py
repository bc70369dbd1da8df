"""Tables in CSV files beside a study: opened with care, read strictly, refused with the place."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import math
import os
import re
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import NamedTuple, NoReturn

from mcsus.declared.items import one_of
from mcsus.declared.reader import choices, close, shown
from mcsus.declared.table import Item
from mcsus.errors import Fault, InputError

MAX_BYTES = 20_000_000
MAX_ROWS = 100_000
"""Rows below the header: those of the longest list that a law may have."""
MAX_COLUMNS = 1_000
MAX_PATH = 200
MAX_TOLD = 5  # cells of one column that are wrong

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
ENCODINGS = {"utf-8": "utf-8", "latin-1": "latin-1", "cp1252": "cp1252", "utf-16": "utf-16"}

FORMAT: dict[str, Item] = {
    "delimiter": one_of(
        DELIMITERS, "what stands between the cells of the file; found in its header if left out"
    ),
    "decimal": one_of((".", ","), "decimal mark of its numbers", default="."),
    "encoding": one_of(
        ENCODINGS, "encoding of the file, with or without byte order mark", default="utf-8"
    ),
}
"""Keys that say how a file is written."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CSV = "CSV (RFC 4180)"
_LINE = re.compile(r"[^\r\n]*")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


class Format(NamedTuple):
    """How a file is written, as far as the study says so."""

    delimiter: str | None = None
    decimal: str = "."
    encoding: str = "utf-8"


class Most(NamedTuple):
    """How large a file may be."""

    bytes: int = MAX_BYTES
    rows: int = MAX_ROWS


_USUAL = Most()


@dataclass(frozen=True)
class TextTable:
    """A table as the texts of its cells.

    Parameters
    ----------
    name : str
        Path of the file, as the study writes it.
    sha256 : str
        Of the bytes of the file.
    rows : int
        Rows below the header.
    columns : mapping of str to tuple of str
        Its columns by their names, in order.
    """

    name: str
    sha256: str
    rows: int
    columns: Mapping[str, Sequence[str]] = field(repr=False)

    def texts(self, column: str) -> Sequence[str]:
        """Return the cells of a column.

        Raises
        ------
        InputError
            If there is no such column, or a cell of it is empty.
        """
        if column not in self.columns:
            named = [name for name in self.columns if name]
            near = close(column, named)
            allowed = f"a column of {self.name}: {choices(named[:30])}"
            raise InputError(Fault(f"unknown column {shown(column)}", allowed, (), near))
        cells = self.columns[column]
        for found, is_wrong in _WRONG.items():
            places = [self.place(k, column) for k, cell in enumerate(cells) if is_wrong(cell)]
            if places:
                raise InputError(*_some(found, places, "a value in every row"))
        return cells

    def numbers(self, column: str, decimal: str = ".") -> list[float]:
        """Return the cells of a column as numbers.

        Raises
        ------
        InputError
            With the row and the column of what is no finite number.
        """
        read: list[float] = []
        faults = []
        for k, cell in enumerate(self.texts(column)):
            number = number_of(cell, decimal)
            if number is None:
                found = f"{shown(cell)} in {self.place(k, column)}"
                faults.append(Fault(found, _allowed(cell, decimal)))
            else:
                read.append(number)
        if faults:
            more = len(faults) - MAX_TOLD
            rest = [Fault(f"{more} more cells of {column!r} that are none", "numbers")]
            raise InputError(*faults[:MAX_TOLD], *(rest if more > 0 else []))
        return read

    def place(self, k: int, column: str) -> str:
        """Return where a cell stands, in words; the header is row 1."""
        return f"{self.name}, row {k + 2}, column {column!r}"


_WRONG: dict[str, Callable[[str], bool]] = {
    "an empty cell": lambda cell: not cell,
    "a control character": lambda cell: not cell.isprintable(),
}
"""What no cell may be that is read."""


def number_of(cell: str, decimal: str = ".") -> float | None:
    """Return a finite number from the text of a cell, None from anything else.

    Examples
    --------
    >>> number_of("3.50"), number_of("3,5"), number_of("3,5", decimal=","), number_of("nan")
    (3.5, None, 3.5, None)
    """
    if decimal != ".":
        cell = cell.replace(".", "?").replace(decimal, ".")
    if not _NUMBER.fullmatch(cell):
        return None
    number = float(cell)
    return number if math.isfinite(number) else None


def _allowed(cell: str, decimal: str) -> str:
    allowed = f"a finite number, such as 3{decimal}5"
    other = "," if decimal == "." else "."
    if number_of(cell, other) is not None:
        allowed += f"; or decimal = {other!r} beside the file, if that is its decimal mark"
    return allowed


def _some(found: str, places: Sequence[str], allowed: str) -> list[Fault]:
    faults = [Fault(f"{found} in {place}", allowed) for place in places[:MAX_TOLD]]
    more = len(places) - MAX_TOLD
    return [*faults, Fault(f"{more} more of them", allowed)] if more > 0 else faults


def read_table(folder: Path, name: str, how: Format, most: Most = _USUAL) -> TextTable:
    """Return the table of a file.

    Parameters
    ----------
    folder : Path
        That of the study; no file outside it is opened.
    name : str
        Path of the file from there.
    most : Most
        How large it may be.

    Raises
    ------
    InputError
        If the path leads out of the folder, or the file is none that can be read without doubt.
    """
    data = file_bytes(folder, name, most.bytes)
    columns = parse_table(_text(data, name, how.encoding), name, how.delimiter, most.rows)
    rows = len(next(iter(columns.values())))
    return TextTable(name, hashlib.sha256(data).hexdigest(), rows, columns)


def file_hash(folder: Path, name: str) -> str | None:
    """Return the sha256 of a file as it is now, None where it cannot be read."""
    try:
        return hashlib.sha256(file_bytes(folder, name)).hexdigest()
    except InputError:
        return None


def file_bytes(folder: Path, name: str, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a file in a folder; one outside it is refused."""
    path = _inside(folder, name)
    try:
        if path.is_dir():
            _refuse(name, "a folder", "a file")
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(number, "rb") as file:
            about = os.fstat(file.fileno())
            if not stat.S_ISREG(about.st_mode):
                _refuse(name, "something that is no plain file", "a file")
            if about.st_size > most:
                _refuse(name, f"{about.st_size:,} bytes", f"at most {most:,} bytes")
            return file.read(most + 1)
    except FileNotFoundError:
        beside = [p.name for p in path.parent.glob("*") if p.suffix in {".csv", ".tsv", ".txt"}]
        near = close(path.name, beside)
        raise InputError(
            Fault(f"no file {name!r}", "a file in the folder of the study", (), near)
        ) from None
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        _refuse(name, f"a file that cannot be read ({reason})", "a readable file")


def _inside(folder: Path, name: str) -> Path:
    """Return the path of a file that lies in the folder, links followed."""
    allowed = "a path inside the folder of the study, with '/' between folders and without '..'"
    windows, parts = PureWindowsPath(name), PurePosixPath(name).parts
    outside = windows.drive or windows.root or PurePosixPath(name).is_absolute() or ".." in parts
    if not name.strip() or len(name) > MAX_PATH or not name.isprintable() or "\\" in name:
        raise InputError(Fault(f"the path {shown(name)}", allowed))
    if outside:
        raise InputError(Fault(f"the path {shown(name)}", allowed))
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        found = f"{name!r}, a link that leads out of the folder of the study"
        raise InputError(Fault(found, allowed))
    return path


def _text(data: bytes, name: str, encoding: str) -> str:
    if encoding == "utf-8":
        if data.startswith(_WIDE):
            _refuse(name, "a file in UTF-16", "UTF-8, or encoding = 'utf-16' beside the file")
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        allowed = f"{encoding.removesuffix('-sig').upper()}, or what the file is in: encoding = "
        allowed += choices(ENCODINGS)
        _refuse(name, f"bytes of another encoding (row {row})", allowed)
    if "\0" in text:
        _refuse(name, "a NUL character", "a text file")
    return text


def parse_table(
    text: str, name: str, delimiter: str | None = None, most: int = MAX_ROWS
) -> dict[str, tuple[str, ...]]:
    """Return the columns of a table by their names.

    Examples
    --------
    >>> parse_table(chr(10).join(["site;watts", "A;3", "B;4"]), "meter.csv")
    {'site': ('A', 'B'), 'watts': ('3', '4')}
    """
    first = _LINE.match(text)
    if first is None or not first[0].strip():
        _refuse(name, "no header in its first row", "the names of its columns")
    mark = delimiter or _delimiter(first[0], name)
    rows = _rows(text, name, mark, most)
    header = [cell.strip() for cell in rows[0]]
    _check_header(header, name)
    while len(rows) > 1 and not rows[-1]:
        rows.pop()
    if len(rows) < 2:
        _refuse(name, "no rows below the header", "at least one")
    if len(rows) - 1 > most:
        _refuse(name, f"{len(rows) - 1:,} rows", f"at most {most:,} rows below the header")
    for k, row in enumerate(rows[1:], start=2):
        if len(row) != len(header):
            _refuse(name, *_uneven(k, row, header, mark))
    columns = zip(*([cell.strip() for cell in row] for row in rows[1:]), strict=True)
    return dict(zip(header, columns, strict=True))


def _delimiter(header: str, name: str) -> str:
    """Return what stands between the names of a header: the only one that is there, if any."""
    try:
        seen = [mark for mark in DELIMITERS if len(next(csv.reader([header], delimiter=mark))) > 1]
    except csv.Error as error:
        _refuse(name, f"row 1, which cannot be read ({error})", _CSV)
    if len(seen) > 1:
        found = f"a header with {' and '.join(DELIMITERS[mark] for mark in seen)}: {shown(header)}"
        allowed = f"delimiter = {choices(seen)} beside the file, to say which separates its cells"
        _refuse(name, found, allowed)
    return seen[0] if seen else ","


def _rows(text: str, name: str, mark: str, most: int) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(row)
            if reader.line_num != len(rows):
                allowed = "one line for each row, and a second quote where there is a first"
                _refuse(name, f"a line break between quotes in row {len(rows)}", allowed)
            if len(rows) > most + 2:
                _refuse(name, f"more than {most:,} rows", f"at most {most:,} below the header")
    except csv.Error as error:
        reason = str(error).replace("\t", "tab")
        _refuse(name, f"row {len(rows) + 1}, which cannot be read ({reason})", _CSV)
    return rows


def _check_header(header: Sequence[str], name: str) -> None:
    if len(header) > MAX_COLUMNS:
        _refuse(name, f"{len(header):,} columns", f"at most {MAX_COLUMNS:,}")
    for k, column in enumerate(header):
        if not column.isprintable():
            _refuse(name, f"{shown(column)} in its header", "names of visible characters")
        if column in header[:k]:
            found = f"column {column!r} twice" if column else "two columns without a name"
            _refuse(name, found, "a name of its own for each column")
    if all(number_of(column) is not None for column in header):
        _refuse(name, f"a header of numbers: {shown(header[0])} ..", "the names of its columns")


def _uneven(k: int, row: Sequence[str], header: Sequence[str], mark: str) -> tuple[str, str]:
    if not row:
        return f"row {k}, which is empty", "rows without a gap"
    allowed = f"{len(header)}, as the header has"
    if len(header) == 1 and mark == "," and len(row) == 2:
        allowed += "; for decimal commas write delimiter = ';' and decimal = ','"
    return f"row {k} with {len(row)} cells", allowed


def _refuse(name: str, found: str, allowed: str) -> NoReturn:
    raise InputError(Fault(f"{name}: {found}", allowed))
