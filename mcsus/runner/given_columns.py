"""Columns of a table that somebody else's model has made: inputs and outputs, draw by draw."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.declared.reader import choices, close, shown
from mcsus.errors import Fault, InputError
from mcsus.study.text_tables import (
    DELIMITERS,
    ENCODINGS,
    MAX_TOLD,
    Format,
    Most,
    TextTable,
    number_of,
    read_table,
)

Array = NDArray[np.float64]

LEAST_ROWS = 100
"""Fewer say nothing of shares."""

MOST_LABELS = 32
"""Different texts up to which a column of texts has categories."""

_MOST = Most(100_000_000, 500_000)
_SHOWN = 30


class Column(NamedTuple):
    """The values of one column.

    Attributes
    ----------
    values : array, shape (row,)
        Numbers; of texts, the places of the labels.
    labels : tuple of str
        Texts that it has, in order of the alphabet; none of numbers.
    """

    values: Array
    labels: tuple[str, ...] = ()


class Columns(NamedTuple):
    """A table of draws.

    Attributes
    ----------
    name : str
    sha256 : str
        Of the file, or of the values.
    """

    name: str
    sha256: str
    columns: Mapping[str, Column]

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())).values)


def columns_of(
    table: Any, outputs: Sequence[str], inputs: Sequence[str] | None, how: Format
) -> tuple[Columns, list[str]]:
    """Return the columns that are asked for, and the names of the inputs.

    Parameters
    ----------
    table : path, or mapping of str to values
        A CSV file, a DataFrame, or arrays by name.
    inputs : sequence of str, optional
        By default all columns that are no outputs; one without a name counts the rows.

    Raises
    ------
    InputError
        With all that is wrong, by row and column.
    """
    _check(how)
    if isinstance(table, str | os.PathLike):
        path = Path(table)
        read: _Texts | _Values = _Texts(read_table(path.parent, path.name, how, _MOST), how.decimal)
    elif hasattr(table, "keys") and hasattr(table, "__getitem__"):
        read = _Values(table)
    else:
        allowed = "the path of a CSV file, a DataFrame, or arrays by name"
        raise InputError(Fault(type(table).__name__, allowed, ("table",)))
    faults = [fault for name in [*outputs, *(inputs or ())] for fault in _unknown(name, read)]
    named = [*outputs, *(inputs or ())]
    faults += [
        Fault(f"column {name!r} twice", "each column once", (read.name,))
        for name in dict.fromkeys(named)
        if named.count(name) > 1
    ]
    if not outputs:
        faults.append(Fault("no output", f"one or more of {_listed(read)}", ("outputs",)))
    if faults:
        raise InputError(*faults)
    rest = [name for name in read.names if name and name not in outputs]
    chosen = list(rest if inputs is None else inputs)
    if not chosen:
        allowed = "at least one column beside the outputs"
        raise InputError(Fault("no column of an input", allowed, (read.name,)))
    if read.rows < LEAST_ROWS:
        allowed = f"at least {LEAST_ROWS}, as fewer say nothing of shares"
        raise InputError(Fault(f"{read.rows} rows", allowed, (read.name,)))
    found: dict[str, Column] = {}
    for name in [*outputs, *chosen]:
        try:
            found[name] = read.column(name, is_output=name in outputs)
        except _OtherMarkError:
            raise
        except InputError as error:
            faults += [
                fault.within(read.name) if not fault.where else fault for fault in error.faults
            ]
    if faults:
        raise InputError(*faults)
    return Columns(read.name, read.sha256(found), found), chosen


def _check(how: Format) -> None:
    """Refuse ways in which no file is written."""
    allowed = {"delimiter": list(DELIMITERS), "decimal": [".", ","], "encoding": list(ENCODINGS)}
    faults = [
        Fault(shown(own), choices(allowed[key]), (key,))
        for key, own in how._asdict().items()
        if own is not None and own not in allowed[key]
    ]
    if faults:
        raise InputError(*faults)


def _unknown(name: str, read: _Texts | _Values) -> Iterator[Fault]:
    if name not in read.names:
        found, allowed = f"unknown column {shown(name)}", f"a column: {_listed(read)}"
        yield Fault(found, allowed, (read.name,), close(name, [own for own in read.names if own]))


def _listed(read: _Texts | _Values) -> str:
    return choices([name for name in read.names if name][:_SHOWN])


class _OtherMarkError(InputError):
    """All numbers of a file have the other decimal mark."""


class _Texts:
    """A CSV file."""

    def __init__(self, table: TextTable, decimal: str) -> None:
        self.table, self.decimal = table, decimal
        self.name, self.names, self.rows = table.name, list(table.columns), table.rows

    def sha256(self, found: Mapping[str, Column]) -> str:
        """Return the hash of the file."""
        del found
        return self.table.sha256

    def column(self, name: str, *, is_output: bool) -> Column:
        """Return a column of numbers, or of texts none of which is a number."""
        cells = self.table.columns[name]
        if not is_output and all(map(_is_text, cells)):
            return _categories(self.table.texts(name), name)
        try:
            return Column(np.array(self.table.numbers(name, self.decimal)))
        except InputError:
            self._refuse_other_mark(cells)
            raise

    def _refuse_other_mark(self, cells: Sequence[str]) -> None:
        """Refuse numbers that all have the other decimal mark: once for the whole file."""
        other = "," if self.decimal == "." else "."
        if all(number_of(cell, other) is not None for cell in cells):
            first = next(cell for cell in cells if other in cell)
            allowed = (
                f"3{self.decimal}5; or --decimal {other} on the command line, "
                f"decimal={other!r} in Python"
            )
            raise _OtherMarkError(Fault(f"numbers such as {shown(first)}", allowed, (self.name,)))


class _Values:
    """Arrays by name."""

    name = "table"

    def __init__(self, table: Any) -> None:
        self.table, self.names = table, list(table.keys())
        odd = [name for name in self.names if not isinstance(name, str)]
        if odd:
            raise InputError(
                Fault(f"a column called {odd[0]!r}", "names that are texts", ("table",))
            )
        twice = [name for name in dict.fromkeys(self.names) if self.names.count(name) > 1]
        if twice:
            allowed = "a name of its own for each column"
            raise InputError(Fault(f"column {twice[0]!r} twice", allowed, ("table",)))
        self.arrays = {name: _array(table[name]) for name in self.names}
        sizes = {name: own.shape for name, own in self.arrays.items()}
        faults = [
            Fault(
                f"values of shape {size} in column {name!r}", "one value for each row", ("table",)
            )
            for name, size in sizes.items()
            if len(size) != 1
        ]
        lengths = {len(own) for own in self.arrays.values() if own.ndim == 1}
        if len(lengths) > 1:
            found = ", ".join(f"{size[0]:,} of {name!r}" for name, size in list(sizes.items())[:4])
            faults.append(Fault(f"{found} ...", "as many rows in each column", ("table",)))
        if not self.names:
            faults.append(Fault("no columns", "inputs and outputs", ("table",)))
        if faults:
            raise InputError(*faults)
        self.rows = lengths.pop()

    def sha256(self, found: Mapping[str, Column]) -> str:
        """Return the hash of the columns that are looked at."""
        text = hashlib.sha256()
        for name, own in found.items():
            text.update(name.encode() + repr(own.labels).encode() + own.values.tobytes())
        return text.hexdigest()

    def column(self, name: str, *, is_output: bool) -> Column:
        """Return a column of numbers, or of texts none of which is a number."""
        values = self.arrays[name]
        if values.dtype.kind not in "biuf":
            cells = values.tolist()
            texts = [own for own in cells if isinstance(own, str)]
            if not is_output and len(texts) == len(cells) and all(map(_is_text, texts)):
                return _categories(texts, name)
            values = np.array([_plain(own) for own in cells])
        numbers = values.astype(np.float64)
        odd = np.flatnonzero(~np.isfinite(numbers))
        faults = [
            Fault(f"{shown(self.arrays[name][k])} in row {k}, column {name!r}", "a finite number")
            for k in odd[:MAX_TOLD].tolist()
        ]
        if len(odd) > MAX_TOLD:
            more = f"{len(odd) - MAX_TOLD} more values of {name!r} that are none"
            faults.append(Fault(more, "finite numbers"))
        if faults:
            raise InputError(*faults)
        return Column(numbers)


def _array(values: Any) -> NDArray[Any]:
    """Return values as an array; of a list with texts, as they are."""
    array = np.asarray(values)
    if array.dtype.kind in "US":
        return np.asarray(
            values.tolist() if isinstance(values, np.ndarray) else values, dtype=object
        )
    return array


def _is_text(cell: str) -> bool:
    """Tell whether a cell is no number, with whatever decimal mark."""
    return bool(cell) and number_of(cell) is None and number_of(cell, ",") is None


def _plain(value: Any) -> float:
    """Return a number; NaN of anything else."""
    return float(value) if isinstance(value, int | float) else float("nan")


def _categories(cells: Sequence[str], name: str) -> Column:
    labels = sorted(set(cells))
    if len(labels) > MOST_LABELS:
        allowed = (
            f"numbers, or at most {MOST_LABELS} texts as categories; or leave it out of inputs"
        )
        raise InputError(Fault(f"{len(labels)} different texts in column {name!r}", allowed))
    places = {label: k for k, label in enumerate(labels)}
    return Column(np.array([places[cell] for cell in cells], dtype=np.float64), tuple(labels))
