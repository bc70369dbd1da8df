"""The files that a study reads: opened once, and kept with what was read, by column.

What was read stands in the table ``[files]`` of `Study.document`, so that a saved run can be
reported, resumed and verified wherever it is; a file that is read beside the study must still be
the one of that table, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from mcsus.declared.items import raw, text, whole
from mcsus.declared.reader import TableReader, shown
from mcsus.declared.table import Schema, Table
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.study.text_tables import FORMAT, Format, TextTable, read_table

KEY = "files"
MAX_FILES = 50

_COLUMNS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}

KEPT = Table(
    "file",
    "What was read of a file, as a saved run keeps it",
    sha256=text("hash of its bytes", required=True),
    rows=whole("rows below its header", 1),
    columns=raw("the cells of the columns that were read, as texts", _COLUMNS, required=True),
)

Where = tuple[str, ...]


class Origin(NamedTuple):
    """Where the numbers of a law were read, to be told beside what is wrong with them.

    Parameters
    ----------
    columns : mapping
        Key of the law -> column, or the columns of its list.
    row : int, optional
        The row, where all stand in one; the header is row 1.
    """

    file: str
    columns: Mapping[str, str | Sequence[str]] = {}
    row: int | None = None

    def words(self, below: Where) -> str:
        """Return the place of what stands at a key of the law, or at an entry of its list."""
        key, entry = [*below, "", ""][:2]
        column = self.columns.get(key, "")
        place = int(entry.strip("[]")) if entry.strip("[]").isdigit() else None
        told = [self.file]
        if self.row is not None or (place is not None and isinstance(column, str)):
            told.append(f"row {self.row or (place or 0) + 1}")
        if isinstance(column, str):
            column = [column] if column else []
        elif place is not None:
            column = column[place - 1 : place]
        told += (
            [f"column{'s' * (len(column) > 1)} {', '.join(map(repr, column))}"] if column else []
        )
        return ", ".join(told)


class Files:
    """The files of one study.

    Parameters
    ----------
    document : mapping
        The tables of the study.
    place : str
        Where the study is from, for messages.
    folder : path, optional
        Folder of the study; without it, only what the study keeps itself is there.
    """

    def __init__(
        self, document: Mapping[str, Any], place: str = "study", folder: str | Path | None = None
    ) -> None:
        self.place = place
        self.folder = None if folder is None else Path(folder)
        self.faults = FaultCollector(place)
        self.broken: list[Where] = []
        self.origins: dict[Where, Origin] = {}
        self._open: dict[tuple[str, Format], TextTable] = {}
        self._read: dict[str, TextTable] = {}
        self._kept = self._read_kept(document.get(KEY, {}))

    def _read_kept(self, tables: object) -> dict[str, TextTable]:
        kept = {}
        for name, table in TableReader(tables, self.faults, (KEY,)).table.items():
            row = KEPT.read(table, self.faults, (KEY, name))
            columns = row["columns"]
            if not row.is_sound:
                continue
            if not isinstance(columns, Mapping) or not all(map(_is_column, columns.values())):
                row.fault("columns", shown(columns), "a table of columns, each a list of texts")
                continue
            if any(len(cells) != row["rows"] for cells in columns.values()):
                allowed = f"{shown(row['rows'])} rows, as rows says"
                row.fault("columns", "columns of another length", allowed)
                continue
            kept[name] = TextTable(name, row["sha256"], row["rows"], dict(columns))
        return kept

    @contextmanager
    def reading(self, *where: str) -> Iterator[None]:
        """Note what is wrong in the block at a place, of which nothing more is said then."""
        before = len(self.faults.faults)
        with self.faults.at(*where):
            yield
        if len(self.faults.faults) > before:
            self.broken.append((self.place, *where))

    def came_from(self, where: Where, origin: Origin) -> None:
        """Note where the numbers of a law are from."""
        self.origins[self.place, *where] = origin

    def open(self, name: object, how: Format) -> TextTable:
        """Return a table; columns that are asked for by `texts` or `numbers` are kept.

        Raises
        ------
        InputError
            If there is no folder, or the file cannot be read or has changed.
        """
        if not isinstance(name, str):
            raise InputError(Fault(shown(name), "the path of a file in quotes"))
        asked = (name, how._replace(decimal="."))
        if asked not in self._open:
            self._open[asked] = self._opened(name, how)
        return self._open[asked]

    def _opened(self, name: str, how: Format) -> TextTable:
        kept = self._kept.get(name)
        if self.folder is None or (kept and not (self.folder / name).exists()):
            if kept is None:
                allowed = "a study that is read from its file, or Study.from_dict(.., folder=..)"
                raise InputError(Fault(f"the file {name!r}, and no folder to find it in", allowed))
            return kept
        if len({asked for asked, _ in self._open} | {name}) > MAX_FILES:
            raise InputError(Fault("one more file", f"at most {MAX_FILES} files"))
        table = read_table(self.folder, name, how)
        if kept and kept.sha256 != table.sha256:
            found = f"{name}, which is not the file that [{KEY}] keeps"
            allowed = f"the same file, or a study without [{KEY}] to read it as it is now"
            raise InputError(Fault(found, allowed))
        return table

    def texts(self, table: TextTable, column: str) -> Sequence[str]:
        """Return the cells of a column, which is kept."""
        cells = table.texts(column)
        self._keep(table, column, cells)
        return cells

    def numbers(self, table: TextTable, column: str, how: Format) -> list[float]:
        """Return the numbers of a column, which is kept."""
        numbers = table.numbers(column, how.decimal)
        self._keep(table, column, table.columns[column])
        return numbers

    def keep(self, table: TextTable, column: str) -> None:
        """Keep a column, empty cells or not."""
        self._keep(table, column, table.columns[column])

    def _keep(self, table: TextTable, column: str, cells: Sequence[str]) -> None:
        known = self._read.get(table.name, replace(table, columns={}))
        self._read[table.name] = replace(known, columns={**known.columns, column: cells})

    def with_kept(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the tables of a study with what was read of its files."""
        tables = {key: value for key, value in document.items() if key != KEY}
        if not self._read:
            return tables
        kept = {
            name: {
                "sha256": table.sha256,
                "rows": table.rows,
                "columns": {column: [*cells] for column, cells in table.columns.items()},
            }
            for name, table in sorted(self._read.items())
        }
        return {**tables, KEY: kept}

    def told(self, faults: Sequence[Fault]) -> list[Fault]:
        """Return faults of the whole study, with the place in a file where one is of its numbers.

        What could not be read from a file is not complained of twice.
        """
        heard = [f for f in faults if not any(f.where[: len(w)] == w for w in self.broken)]
        return [*self.faults.faults, *map(self._placed, heard)]

    def _placed(self, fault: Fault) -> Fault:
        for length in range(len(fault.where), 1, -1):
            origin = self.origins.get(fault.where[:length])
            if origin is not None:
                words = origin.words(fault.where[length:])
                return replace(fault, found=f"{fault.found} ({words})")
        return fault


def _is_column(cells: object) -> bool:
    return isinstance(cells, list | tuple) and all(isinstance(cell, str) for cell in cells)


def format_of(reader: TableReader) -> Format:
    """Return how a file is written, as the keys beside it say."""
    return Format(**{key: reader.values.get(key) or FORMAT[key].default for key in FORMAT})
