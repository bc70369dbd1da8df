"""The tables ``[joint.<name>]``: parameters that are columns of one file, a row of it at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from mcsus.declared.items import raw, text
from mcsus.declared.reader import TableReader, close, shown
from mcsus.declared.table import Schema, Table
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.families import Distribution
from mcsus.families.laws.empirical import Empirical
from mcsus.families.rows import RowValues
from mcsus.parameters import Parameter
from mcsus.study.dimensions import name_is_free
from mcsus.study.files import Files, Origin, Where, format_of
from mcsus.study.laws import META
from mcsus.study.text_tables import FORMAT, Format, TextTable

KEY = "joint"
MAX_VALUES = 2_000_000  # of one joint: the kernel holds some five numbers for each

_COLUMN: Schema = {
    "oneOf": [
        {"type": "string"},
        {"type": "object", "properties": {"by": {"type": "object"}}, "required": ["by"]},
    ]
}

JOINT = Table(
    "joint",
    "Parameters that are columns of one CSV file beside the study, drawn together a row at a time: "
    "a bootstrap, a posterior",
    file=text("path of the file, from the folder of the study", required=True),
    columns=raw(
        "the column of each parameter, { slope = 'b' }; by labels slope = { by = { site = "
        "{ north = 'b1', south = 'b2' } } }. A parameter has its unit and source in [parameters]",
        {"type": "object", "additionalProperties": _COLUMN, "minProperties": 1},
        "a table of parameter = 'column'",
        required=True,
    ),
    weights=text("column of the weights of the rows; equal if left out"),
    apart=raw(
        "parameters of these columns that have a law of their own, and are drawn apart",
        {"type": "array", "items": {"type": "string"}},
        "a list of parameters",
    ),
    **FORMAT,
)


class Joint(NamedTuple):
    """Parameters that are drawn together, a row at a time."""

    id: str
    parameters: tuple[str, ...]
    apart: tuple[str, ...] = ()

    @property
    def stream(self) -> str:
        """Key of the stream that chooses the row."""
        return f"{KEY}:{self.id}"


def read_joints(
    files: Files, document: Mapping[str, Any]
) -> tuple[tuple[Joint, ...], dict[str, Any]]:
    """Return the joints, and the parameters of a study with the columns of theirs."""
    parameters = document.get("parameters", {})
    if KEY not in document:
        return (), parameters
    tables = TableReader(document[KEY], files.faults, (KEY,)).table
    if not isinstance(parameters, Mapping):
        return (), parameters
    joints: list[Joint] = []
    owner: dict[str, str] = {}
    for id_, table in tables.items():
        with files.reading(KEY, id_):
            if not name_is_free(id_, files.faults, KEY):
                continue
            joint, laws = _read(files, id_, table, parameters, owner)
            joints.append(joint)
            parameters = {**parameters, **laws}
            continue
        columns = table.get("columns") if isinstance(table, Mapping) else None
        names = columns if isinstance(columns, Mapping) else parameters
        files.broken += [(files.place, "parameters", name) for name in names]
    return tuple(joints), parameters


def _read(
    files: Files,
    id_: str,
    table: object,
    parameters: Mapping[str, Any],
    owner: dict[str, str],
) -> tuple[Joint, dict[str, Any]]:
    """Return a joint, and the laws of its parameters, each a list of all rows."""
    row = JOINT.read(table, files.faults, (KEY, id_))
    if not row.is_sound:
        raise InputError
    columns = row["columns"]
    if not isinstance(columns, Mapping) or not columns:
        raise InputError(Fault(shown(columns), JOINT.items["columns"].allowed, ("columns",)))
    apart = row.names("apart", tuple(columns), "parameters of columns")
    how = format_of(row)
    opened = files.open(row["file"], how)
    weights = _weights(files, opened, row["weights"], how) if row["weights"] else None
    read_in = {
        name: _by_columns(files, opened, how, column, ("columns", name))
        for name, column in columns.items()
    }
    count = opened.rows * sum(1 for read in read_in.values() for _ in _lists(read))
    if count > MAX_VALUES:
        found = f"{count:,} values in {len(read_in)} parameters of {opened.rows:,} rows"
        raise InputError(Fault(found, f"at most {MAX_VALUES:,}: fewer rows", ("columns",)))
    order = _order([values for read in read_in.values() for values in _lists(read)], weights)
    laws, members = {}, []
    for name, values in read_in.items():
        if name in apart:
            continue
        other = owner.setdefault(name, id_)
        if other != id_:
            found = f"{name!r}, which is a column of joint {other!r}"
            raise InputError(Fault(found, "a parameter of one joint", ("columns", name)))
        read = _law(values, weights, order)
        about = _about(name, parameters)
        laws[name] = {**about, **({"shared": list(_dims(read))} if "by" in read else {}), **read}
        members.append(name)
        files.came_from(("parameters", name), Origin(f"{opened.name}, joint {id_!r}"))
    return Joint(id_, tuple(members), apart), laws


def _about(name: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands around a parameter; its law is that of the rows."""
    about, allowed = parameters.get(name), f"a table [parameters.{name}] with its unit and source"
    if name not in parameters:
        near = close(name, parameters)
        raise InputError(Fault(f"unknown parameter {shown(name)}", allowed, ("columns",), near))
    around = ("typical", *(key for key in META if key != "distribution"))
    if not isinstance(about, Mapping):
        raise InputError(Fault(f"{shown(about)} for {name!r}", allowed, ("columns", name)))
    strange = [key for key in about if key not in around]
    if strange:
        found = f"{strange[0]!r} of parameter {name!r}, whose law is that of its rows"
        words = f"unit, source and what else stands around a law; or apart = [{name!r}]"
        raise InputError(Fault(found, words, ("columns", name), close(strange[0], around)))
    return about


def _weights(files: Files, table: TextTable, column: str, how: Format) -> list[float]:
    weights = files.numbers(table, column, how)
    for k, weight in enumerate(weights):
        if weight < 0:
            found = f"{weight!r} in {table.place(k, column)}"
            raise InputError(Fault(found, "a number of at least 0", ("weights",)))
    if not any(weights):
        raise InputError(Fault("weights of 0 alone", "one above 0", ("weights",)))
    return weights


Columns = list[float] | dict[str, dict[str, Any]]
"""The numbers of a column; or of several, dim -> label -> those of each label."""


def _by_columns(
    files: Files, table: TextTable, how: Format, column: object, where: Where
) -> Columns:
    """Return the numbers of a column, or of one for each label."""
    if isinstance(column, str):
        return files.numbers(table, column, how)
    by = column.get("by") if isinstance(column, Mapping) and len(column) == 1 else None
    if not isinstance(by, Mapping) or not all(isinstance(each, Mapping) for each in by.values()):
        allowed = "the name of a column, or { by = { dim = { label = 'column' } } }"
        raise InputError(Fault(shown(column), allowed, where))
    return {
        dim: {
            label: _by_columns(files, table, how, below, (*where, "by", dim, label))
            for label, below in labels.items()
        }
        for dim, labels in by.items()
    }


def _lists(columns: Columns) -> Iterator[list[float]]:
    if isinstance(columns, list):
        yield columns
        return
    for labels in columns.values():
        for below in labels.values():
            yield from _lists(below)


def _order(columns: Sequence[list[float]], weights: list[float] | None) -> list[int]:
    """Return the rows in the order of their values, column by column.

    So a change of the point that chooses a row is a small change of the row as far as may be; the
    order of a file says nothing.
    """
    keys = [*reversed(columns)] if weights is None else [weights, *reversed(columns)]
    order: list[int] = np.lexsort(keys).tolist()  # the last counts first
    return order


def _law(columns: Columns, weights: list[float] | None, order: list[int]) -> dict[str, Any]:
    """Return the law of a column with its rows in order, or those of the labels."""
    if isinstance(columns, list):
        law: dict[str, Any] = {"distribution": "empirical", "values": [columns[k] for k in order]}
        return law if weights is None else {**law, "weights": [weights[k] for k in order]}
    return {
        "by": {
            dim: {label: _law(below, weights, order) for label, below in labels.items()}
            for dim, labels in columns.items()
        }
    }


def _dims(law: Mapping[str, Any]) -> Iterable[str]:
    """Return the dims of nested tables of labels."""
    for dim, labels in law.get("by", {}).items():
        yield dim
        yield from _dims(next(iter(labels.values()), {}))


def check_names(
    joints: Sequence[Joint], taken: Mapping[str, Iterable[str]], faults: FaultCollector
) -> None:
    """Note joints that have the name of something else: results know them by it."""
    for joint in joints:
        for what, names in taken.items():
            if joint.id in names:
                faults.add(f"{joint.id!r}, also {what}", "a name of its own", KEY, joint.id)


def drawn_together(
    joints: Sequence[Joint],
    parameters: Mapping[str, Parameter],
    inner: str | None,
    faults: FaultCollector,
) -> dict[str, Parameter]:
    """Return the parameters with those of each joint drawn by one stream, which chooses a row."""
    made = dict(parameters)
    for joint in joints:
        members = [parameters[name] for name in joint.parameters if name in parameters]
        if inner is not None and len({member.kind for member in members}) > 1:
            found = "parameters that differ between individuals beside others that do not"
            faults.add(found, "parameters of one kind", KEY, joint.id)
            continue
        for member in members:
            cells = (
                replace(cell, law=_row(cell.law, joint.id), stream=joint.stream)
                for cell in member.cells
            )
            made[member.name] = replace(member, cells=tuple(cells))
    return made


def _row(law: Distribution, joint: str) -> Distribution:
    """Return the law of a column whose rows are in order."""
    if not isinstance(law, Empirical):
        return law
    return RowValues(law.values, law.weights, joint=joint)


def joint_of(parameter: Parameter) -> str:
    """Return the name of the joint that a parameter is a column of; empty if of none."""
    laws = (cell.law for cell in parameter.cells)
    return next((law.joint for law in laws if isinstance(law, RowValues)), "")


def joints_of(parameters: Iterable[Parameter]) -> dict[str, tuple[str, ...]]:
    """Return the joints of some parameters: name -> those that are drawn together."""
    joints: dict[str, list[str]] = {}
    for parameter in parameters:
        if id_ := joint_of(parameter):
            joints.setdefault(id_, []).append(parameter.name)
    return {id_: tuple(names) for id_, names in joints.items()}


def refuse_law(parameter: Parameter, what: str) -> None:
    """Refuse another law in the place of a part of a column."""
    if id_ := joint_of(parameter):
        found = f"another law {what} for {parameter.name!r}, which is drawn by joint {id_!r}"
        raise InputError(Fault(found, "a law or a value at all labels", (parameter.name,)))


def written_apart(document: Mapping[str, Any], parameters: Iterable[Parameter]) -> dict[str, Any]:
    """Return the tables ``[joint]`` of a study in which some columns have a law of their own."""
    now = joints_of(parameters)
    tables = {}
    for id_, table in document.get(KEY, {}).items():
        apart = [name for name in table["columns"] if name not in now.get(id_, ())]
        tables[id_] = table if apart == table.get("apart", []) else {**table, "apart": apart}
    return tables
