"""Laws, labels and correlations whose numbers stand in files: read into the tables of a study.

What names a file is replaced by what it says, so that nothing else of the reader knows of files:
a law gets the lists of its columns, a table of rows becomes one law for each label, the labels of
a dim become a list, and correlations a matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcsus.declared.items import raw, text
from mcsus.declared.reader import TableReader, choices, close, item_name, shown
from mcsus.declared.table import Schema, Table
from mcsus.errors import Fault, InputError
from mcsus.families import FAMILIES, Family
from mcsus.study.files import Files, Origin, Where, format_of
from mcsus.study.joints import Joint, read_joints
from mcsus.study.laws import META, OWN
from mcsus.study.text_tables import FORMAT, TextTable

_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT, "minItems": 1}
_ALL_OF: Schema = {"not": {"required": ["column", "columns"]}}

LAW_FILE = Table(
    "law_file",
    "A law whose lists stand in the columns of a CSV file beside the study",
    _ALL_OF,
    file=text("path of the file, from the folder of the study", required=True),
    column=text("the column of its values"),
    columns=raw(
        "column of each list: { values = 'watts', weights = 'hours' }",
        {"type": "object", "additionalProperties": _TEXT},
        "a table of key = 'column'",
    ),
    **FORMAT,
)

TEXT_KEYS = ("source", "title", "note", "rationale")
"""What may differ from row to row beside the numbers of a law."""

LABEL_TABLE = Table(
    "label_table",
    "A law for each label of a dim, one row each of a CSV file beside the study",
    table=text("path of the file, from the folder of the study", required=True),
    label=raw(
        "the column that names the label; or a list of columns, one for each dim",
        {"oneOf": [_TEXT, _TEXTS]},
        "the name of a column",
        required=True,
    ),
    over=raw(
        "the dim, where it is not called as the column; a list for several",
        {"oneOf": [_TEXT, _TEXTS]},
        "a dim",
    ),
    columns=raw(
        "column of each parameter of the law: { minimum = 'low', mode = 'best', maximum = 'high' };"
        " or the columns of its values: ['p5', 'p50', 'p95']",
        {"oneOf": [_TEXTS, {"type": "object", "additionalProperties": {"oneOf": [_TEXT, _TEXTS]}}]},
        "a table of key = 'column', or a list of columns",
        required=True,
    ),
    **FORMAT,
)

DIM_TABLE = Table(
    "dim_table",
    "The labels of a dim, one in each row of a CSV file beside the study",
    table=text("path of the file, from the folder of the study", required=True),
    column=text("the column of the labels", required=True),
    **FORMAT,
)


def read_files(
    files: Files, document: Mapping[str, Any]
) -> tuple[dict[str, Any], tuple[Joint, ...]]:
    """Return the tables of a study with what its files say in the place of their names.

    Also the joints, of which the parameters are lists of all rows so far.
    """
    tables = dict(document)
    if isinstance(dims := tables.get("dims"), Mapping):
        tables["dims"] = {k: read_labels(files, v, ("dims", k)) for k, v in dims.items()}
    joints, parameters = read_joints(files, tables)
    if isinstance(parameters, Mapping) and (parameters or "parameters" in document):
        where = "parameters"
        tables[where] = {k: read_laws(files, v, (where, k)) for k, v in parameters.items()}
    if isinstance(listed := tables.get("scenarios"), list | tuple):
        tables["scenarios"] = [_scenario(files, each, k) for k, each in enumerate(listed)]
    return tables, joints


def _scenario(files: Files, table: object, index: int) -> object:
    if not isinstance(table, Mapping) or not isinstance(table.get("set"), Mapping):
        return table
    where = ("scenarios", item_name(table, index), "set")
    return {**table, "set": _each(files, table["set"], where)}


def read_laws(files: Files, value: object, where: Where) -> object:
    """Return what stands for a parameter, with the numbers of its files in it."""
    if not isinstance(value, Mapping):
        return value
    if "by" in value and {"file", "table"} & {*value}:
        return read_at(files, where, _refuse_above)
    if "table" in value:
        return read_at(files, where, lambda: _by_label(files, value, where))
    if "file" in value:
        return read_at(files, where, lambda: _law(files, value, where))
    if alone := [key for key in ("column", "columns", "label", *FORMAT) if key in value]:
        return read_at(files, where, lambda: _refuse_alone(value, alone[0]))
    if isinstance(parts := value.get("components"), list | tuple):
        read = [read_laws(files, part, (*where, "components")) for part in parts]
        return {**value, "components": read}
    by = value.get("by")
    if not isinstance(by, Mapping):
        return value
    return {**value, "by": {dim: _each(files, by[dim], (*where, "by", dim)) for dim in by}}


def _refuse_above() -> None:
    raise InputError(Fault("a file beside by", "the file in the law of each label", ("by",)))


def _refuse_alone(value: Mapping[str, Any], key: str) -> None:
    """Refuse a key that says how a file is read, where none is named."""
    near = next((name for name in value if close(name, ("file", "table"))), None)
    found = f"{key} beside no file" if near is None else f"{key} beside {near!r}, and no file"
    raise InputError(Fault(found, "file or table, the path of one, beside it", (key,)))


def _each(files: Files, table: object, where: Where) -> object:
    if not isinstance(table, Mapping):
        return table
    return {label: read_laws(files, law, (*where, label)) for label, law in table.items()}


def read_at(files: Files, where: Where, read: Callable[[], object]) -> object:
    """Return what is read, or an empty table where that fails, which is noted."""
    with files.reading(*where):
        return read()
    return {}


def read_labels(files: Files, value: object, where: Where) -> object:
    """Return what stands for a dim, with the labels of its file in it."""
    if not isinstance(value, Mapping) or "table" not in value:
        return value

    def read() -> list[str]:
        row = opened_row(files, DIM_TABLE, value, where)
        table = files.open(row["table"], format_of(row))
        labels = files.texts(table, row["column"])
        refuse_repeated(table, row["column"], labels)
        files.came_from(where, Origin(f"{table.name}, column {row['column']!r}"))
        return list(labels)

    return read_at(files, where, read) or []


def opened_row(files: Files, declared: Table, value: object, where: Where) -> TableReader:
    """Return the keys of a table of the file; raise if anything is wrong with them."""
    row = declared.read(value, files.faults, where)
    if not row.is_sound:
        raise InputError
    return row


def _own_row(files: Files, declared: Table, value: Mapping[str, Any], where: Where) -> TableReader:
    """Return the keys that say where the numbers are, of those that stand in one table."""
    return opened_row(files, declared, {k: v for k, v in value.items() if k in declared}, where)


def _family(value: Mapping[str, Any]) -> Family:
    """Return the family of a law, of which the keys must be known."""
    name = value.get("distribution")
    if not isinstance(name, str) or name not in FAMILIES:
        found = "nothing" if name is None else shown(name)
        raise InputError(Fault(found, choices(FAMILIES), ("distribution",), close(name, FAMILIES)))
    return FAMILIES[name]


def named_columns(row: TableReader, key: str, known: Sequence[str]) -> dict[str, Any]:
    """Return a table of key = column, of known keys."""
    given = row[key]
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InputError(Fault(shown(given), "a table of key = 'column'", (key,)))
    for name in given:
        if name not in known:
            fault = Fault("an unknown key", choices(known), (key, str(name)), close(name, known))
            raise InputError(fault)
    return dict(given)


def _law(files: Files, value: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """Return a law with the lists of its file."""
    row = _own_row(files, LAW_FILE, value, where)
    family, how = _family(value), format_of(row)
    lists = [key.name for key in family.law.keys if key.kind == "numbers"]
    if not lists:
        allowed = "a law of lists: " + ", ".join(
            name for name, f in FAMILIES.items() if any(k.kind == "numbers" for k in f.law.keys)
        )
        found = f"a file for a {family.name} law, which has no lists"
        raise InputError(Fault(found, allowed, ("file",)))
    columns = named_columns(row, "columns", lists)
    if row["column"]:
        if columns or "values" not in lists:
            raise InputError(Fault("column beside columns", "one of them", ("column",)))
        columns = {"values": row["column"]}
    if not columns:
        raise InputError(Fault("nothing", "the column of its values", ("column",)))
    kept = {key: item for key, item in value.items() if key not in LAW_FILE}
    _refuse_beside(kept, columns)
    table = files.open(row["file"], how)
    read = {key: _numbers(files, table, column, how) for key, column in columns.items()}
    files.came_from(where, Origin(table.name, columns))
    return {**kept, **read}


def _numbers(files: Files, table: TextTable, column: object, how: Any) -> list[float]:
    if not isinstance(column, str):
        raise InputError(Fault(shown(column), "the name of a column in quotes", ("columns",)))
    return files.numbers(table, column, how)


def _refuse_beside(kept: Mapping[str, Any], columns: Mapping[str, Any]) -> None:
    for key in columns:
        if key in kept:
            raise InputError(Fault(f"{key} beside a column for it", "one of them", (key,)))


def _by_label(files: Files, value: Mapping[str, Any], where: Where) -> dict[str, Any]:
    """Return the laws of the rows of a file, by their labels."""
    row = _own_row(files, LABEL_TABLE, value, where)
    family, how = _family(value), format_of(row)
    labels, dims = _names(row, "label"), _names(row, "over") or _names(row, "label")
    if len(labels) != len(dims):
        found = f"{len(labels)} columns for {len(dims)} dims"
        raise InputError(Fault(found, "a column for each dim", ("over",)))
    columns = _law_columns(row, family)
    kept = {key: item for key, item in value.items() if key not in LABEL_TABLE}
    _refuse_beside(kept, columns)
    table = files.open(row["table"], how)
    keys = [files.texts(table, column) for column in labels]
    told = ", ".join(map(repr, labels))
    refuse_repeated(table, told, list(zip(*keys, strict=True)))
    values = {key: _cells(files, table, key, of, how) for key, of in columns.items()}
    about = {key: item for key, item in kept.items() if key in (*META, "shared")}
    own = {key: item for key, item in kept.items() if key not in about}
    by: dict[str, Any] = {}
    files.came_from(where, Origin(f"{table.name}, column {told}"))
    for k, names in enumerate(zip(*keys, strict=True)):
        place, at = by, where
        for dim, label in zip(dims[:-1], names[:-1], strict=True):
            place = place.setdefault(dim, {}).setdefault(label, {}).setdefault("by", {})
            at = (*at, "by", dim, label)
        law = {**own, **{key: cells[k] for key, cells in values.items()}}
        place.setdefault(dims[-1], {})[names[-1]] = law
        files.came_from((*at, "by", dims[-1], names[-1]), Origin(table.name, columns, k + 2))
    return {**about, "by": by}


def _names(row: TableReader, key: str) -> list[str]:
    value = row[key]
    if value is None:
        return []
    names = list(value) if isinstance(value, list | tuple) else [value]
    if not all(isinstance(name, str) and name for name in names):
        raise InputError(Fault(shown(value), "a name in quotes, or a list of names", (key,)))
    return names


def _law_columns(row: TableReader, family: Family) -> dict[str, Any]:
    """Return the columns of each key of a law."""
    given = row["columns"]
    if not given:
        raise InputError(Fault("no column", LABEL_TABLE.items["columns"].allowed, ("columns",)))
    if isinstance(given, list | tuple):
        if "values" not in family.parameters:
            allowed = f"a table of key = 'column' for a {family.name} law"
            raise InputError(Fault("a list of columns", allowed, ("columns",)))
        return {"values": given}
    return named_columns(row, "columns", [*family.parameters, *TEXT_KEYS, *OWN])


def _cells(files: Files, table: TextTable, key: str, of: object, how: Any) -> Sequence[Any]:
    """Return what a key of the law is in each row: a number, a list of numbers, or a text."""
    if key in (*TEXT_KEYS, "stream"):
        if not isinstance(of, str):
            raise InputError(Fault(shown(of), "the name of a column in quotes", ("columns", key)))
        return files.texts(table, of)
    if isinstance(of, list | tuple) and of:
        return list(map(list, zip(*(_numbers(files, table, c, how) for c in of), strict=True)))
    return _numbers(files, table, of, how)


def refuse_repeated(table: TextTable, column: str, labels: Sequence[Any]) -> None:
    """Refuse a label that stands twice in a column."""
    seen: dict[Any, int] = {}
    for k, label in enumerate(labels):
        first = seen.setdefault(label, k)
        if first != k:
            text = ", ".join(label) if isinstance(label, tuple) else label
            found = f"label {shown(text)} in rows {first + 2} and {k + 2} of {table.name}"
            raise InputError(Fault(found, f"one row for each label of column {column}"))
