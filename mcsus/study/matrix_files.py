"""Correlations of a ``[[dependence]]`` that stand in a file, of the study or of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.declared.items import raw, text
from mcsus.declared.reader import close, item_name
from mcsus.declared.table import Schema, Table
from mcsus.errors import Fault, InputError
from mcsus.study.dimensions import MAX_LABELS
from mcsus.study.files import Files, Origin, Where, format_of
from mcsus.study.from_files import named_columns, opened_row, read_at, refuse_repeated
from mcsus.study.text_tables import FORMAT, TextTable

_TEXT: Schema = {"type": "string"}

MATRIX_FILE = Table(
    "matrix_file",
    "Correlations in a CSV file beside the study: a column for each parameter, by its name, and "
    "their rows in the same order or named in a first column",
    file=text("path of the file, from the folder of the study", required=True),
    columns=raw(
        "column of each parameter that has another name there: { slope = 'b' }",
        {"type": "object", "additionalProperties": _TEXT},
        "a table of parameter = 'column'",
    ),
    **FORMAT,
)


def with_matrices(files: Files, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of a study with the matrices of its dependence, and of that of scenarios.

    Parameters
    ----------
    document : mapping
        With what other files say in the place of their names.
    """
    dims = document.get("dims")
    tables = _with_matrices(files, document, dims, ())
    if isinstance(listed := tables.get("scenarios"), list | tuple):
        tables["scenarios"] = [
            _with_matrices(files, table, dims, ("scenarios", item_name(table, k)))
            if isinstance(table, Mapping)
            else table
            for k, table in enumerate(listed)
        ]
    return tables


def _with_matrices(
    files: Files, tables: Mapping[str, Any], dims: object, above: Where
) -> dict[str, Any]:
    """Return tables with the correlations of their dependence, of a study or of a scenario."""
    if not isinstance(listed := tables.get("dependence"), list | tuple):
        return dict(tables)
    places = ((*above, "dependence", str(k + 1)) for k in range(len(listed)))
    made = [_dependence(files, each, dims, at) for each, at in zip(listed, places, strict=True)]
    return {**tables, "dependence": made}


def _dependence(files: Files, table: object, dims: object, where: Where) -> object:
    if not isinstance(table, Mapping):
        return table
    names = table.get("parameters")
    if "over" in table and isinstance(dims, Mapping):
        names = _labels_of(dims.get(table["over"]))
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        return table
    return {key: _matrix(files, of, names, (*where, key)) for key, of in table.items()}


def _labels_of(dim: object) -> list[str]:
    """Return the labels that a dim lists, or those of its range, as columns are called."""
    if isinstance(dim, list | tuple):
        return [str(label) for label in dim]
    if not isinstance(dim, Mapping):
        return []
    ends = [dim.get("first"), dim.get("last"), dim.get("step", 1)]
    whole = [end for end in ends if isinstance(end, int)]
    if len(whole) < len(ends) or whole[2] < 1:
        return []
    first, last, step = whole
    return [str(label) for label in range(first, last + 1, step)[:MAX_LABELS]]


def _matrix(files: Files, value: object, names: Sequence[str], where: Where) -> object:
    """Return what stands for correlations, with the numbers of its file in it."""
    if not isinstance(value, Mapping) or "file" not in value:
        return value

    def read() -> list[list[float]]:
        row = opened_row(files, MATRIX_FILE, value, where)
        how, renamed = format_of(row), named_columns(row, "columns", names)
        table = files.open(row["file"], how)
        columns = [renamed.get(name, name) for name in names]
        for column in table.columns:  # in their order, which says which rows are whose
            files.keep(table, column)
        numbers = [files.numbers(table, column, how) for column in columns]
        rows = _rows_of(files, table, columns)
        files.came_from(where, Origin(table.name))
        return [[column[k] for column in numbers] for k in rows]

    return read_at(files, where, read) or 0


def _rows_of(files: Files, table: TextTable, columns: Sequence[str]) -> list[int]:
    """Return the rows of a matrix that stand for these columns: by name, or in their order."""
    first, *others = table.columns
    if others and not set(table.columns[first]).isdisjoint(others):
        names = files.texts(table, first)
        refuse_repeated(table, first, names)
        missing = [column for column in columns if column not in names]
        if missing:
            found = f"no row for {missing[0]!r} in {table.name}, column {first!r}"
            raise InputError(Fault(found, "a row for each parameter", (), close(missing[0], names)))
        return [names.index(column) for column in columns]
    if table.rows != len(table.columns):
        found = f"{table.rows} rows and {len(table.columns)} columns in {table.name}"
        raise InputError(Fault(found, "as many rows as columns, or a first column that names them"))
    order = list(table.columns)
    return [order.index(column) for column in columns]
