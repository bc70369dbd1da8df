"""One change of a study, as a page or a program asks for it: a table with its own faults.

A change takes the place of a law, moves the law in force, holds an input at a value, or adds a
parameter or an equation. Changes are applied one after the other; each acts on what those before
it made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.declared.items import number, raw, text
from mcsus.declared.reader import TableReader, choices, close, finite, read_unit, shown
from mcsus.declared.table import Table
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.expressions import nodes, parse
from mcsus.families import Distribution, distribution
from mcsus.families.conditional import Conditional
from mcsus.families.reshaped import narrowed, scaled, shifted, with_ends
from mcsus.parameters import Cell, Parameter
from mcsus.study.changes import read_law
from mcsus.study.laws import ASSUMED, Leaf
from mcsus.study.quantities import Target
from mcsus.study.relaid import in_scenario, relaid
from mcsus.study.typed import is_of_law_in_force, typed_law
from mcsus.units import Unit
from mcsus.vocabulary import SCENARIO, Label

if TYPE_CHECKING:
    from mcsus.study.definition import Study

_TWO = "a list of two numbers, the lower one first"
_HELD = "'typical', 'mean', 'median' or a number"
_ADDED = "a law as it is typed, or a table as a study file has it"


def _ends(reader: TableReader, key: str) -> tuple[float, float] | None:
    ends = reader.raw(key)
    known = [finite(end) for end in ends] if isinstance(ends, list | tuple) else []
    match known:
        case [float(low), float(high)] if low < high:
            return low, high
    reader.fault(key, shown(ends), _TWO)
    return None


def _table(reader: TableReader, key: str) -> Mapping[str, Any] | None:
    value = reader.raw(key)
    if isinstance(value, Mapping):
        return value
    reader.fault(key, shown(value), "a table")
    return None


def _added_law(reader: TableReader, key: str) -> str | Mapping[str, Any] | None:
    value = reader.raw(key)
    if isinstance(value, str | Mapping):
        return value
    reader.fault(key, shown(value), _ADDED)
    return None


def _held(reader: TableReader, key: str) -> str | float | None:
    value = reader.raw(key)
    if value in ("typical", "mean", "median"):
        return str(value)
    if finite(value) is None:
        reader.fault(key, shown(value), _HELD, close(value, ("typical", "mean", "median")))
    return finite(value)


CHANGE = Table(
    "change",
    "A change of a study: of the law of an input, or a parameter or an equation more",
    input=text("name of the parameter"),
    labels=raw("dim -> label: at these labels alone", {"type": "object"}, "a table", read=_table),
    scenario=text("in this scenario alone"),
    rationale=text("why it is reasonable"),
    law=text("a law as it is typed: 5 to 20 kg"),
    table=raw("a law as a study file has it", {"type": "object"}, "a table", read=_table),
    library=text("id of a record of the library"),
    scale=number("the law in force times this"),
    shift=number("the law in force plus this, in its unit"),
    spread=number("the law in force with its spread times this"),
    ends=raw("where 5 % and 95 % of the law in force are to lie", {}, _TWO, read=_ends),
    lock=raw("a value at which it is held, in its unit", {}, _HELD, read=_held),
    formula=text("of an equation that is added or replaced"),
    add=raw("the law of a parameter that is added", {}, _ADDED, read=_added_law),
    name=text("of what is added"),
    unit=text("of what is added: of the equation, or of numbers that are typed without one"),
)

_WAYS = ("law", "table", "library", "scale", "shift", "spread", "ends", "lock")
MORE = ("formula", "add")
"""Ways that change or add an equation, or add an input."""
_MOVED = ("scale", "shift", "spread", "ends", "lock")


class Change(NamedTuple):
    """A change that was read.

    Attributes
    ----------
    way : str
        The key that says what is changed.
    """

    way: str
    values: Mapping[str, Any]

    @property
    def input(self) -> str:
        """Name of the input that is changed; empty where something is added."""
        return str(self.values["input"])

    @property
    def told(self) -> str:
        """The change as it is told where nothing says why."""
        value = self.values[self.way]
        said = "" if isinstance(value, Mapping) else f": {self.way} {value}"
        return f"changed by hand{said}; nothing says why"


def read_change(table: object) -> Change:
    """Return a change from its table.

    Raises
    ------
    InputError
        With every fault.

    Examples
    --------
    >>> read_change({"input": "pue", "law": "1.1 to 1.3"}).way
    'law'
    >>> read_change({"input": "pue", "scael": 2})
    Traceback (most recent call last):
    mcsus.errors.InputError: scael: found an unknown key; allowed: ...; did you mean 'scale'?
    """
    faults = FaultCollector()
    reader = CHANGE.read(table, faults)
    ways = [key for key in (*_WAYS, *MORE) if key in reader]
    if len(ways) != 1 and reader.is_sound:
        found = " and ".join(map(repr, ways)) or "nothing that is changed"
        faults.add(found, f"one of {', '.join((*_WAYS, *MORE))}", "change")
    elif ways and ways[0] in _WAYS and not reader["input"]:
        reader.missing("input", "the name of a parameter")
    elif ways and ways[0] in MORE and not reader["name"]:
        reader.missing("name", "the name of what is added")
    faults.raise_any()
    return Change(ways[0], reader.values)


def altered(study: Study, change: Change, written: Study) -> Study:
    """Return a study with a change.

    Parameters
    ----------
    study : Study
        As those before it left it.
    written : Study
        As it was opened: its units are those of numbers that are typed without one.

    Raises
    ------
    InputError
        If it cannot be made; the fault names the key of the change.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> study = load_study("tinyml_device")
    >>> changed = altered(study, read_change({"input": "pue", "scale": 1.1}), study)
    >>> changed.parameter("pue").cell.law
    triangular(minimum=1.199, mode=1.32, maximum=1.738)
    """
    with study.units.in_use():
        if change.way in MORE:
            return _added(study, change)
        parameter = _parameter(study, change.input)
        known = {own.name: own for own in written.parameters}
        unit = known.get(change.input, parameter).unit
        at = _labels(change, parameter, study)
        if change.values["scenario"]:
            labels = ", ".join(map(str, at.values()))
            target = Target(parameter.name, change.values["scenario"], labels)
            return in_scenario(study, target, at, lambda cell: _placed(change, cell, unit), "")
        value = change.values[change.way]
        is_move = change.way in _MOVED or (change.way == "law" and is_of_law_in_force(value))
        made = relaid(
            parameter,
            study.dims,
            at,
            lambda cell: _leaf(study, change, parameter, cell, unit),
            is_move=is_move,
        )
        return study.with_parameters(made)


def _parameter(study: Study, name: str) -> Parameter:
    try:
        return study.parameter(name)
    except InputError as error:
        faults = (replace(fault, where=("input",)) for fault in error.faults)
        raise InputError(*faults) from None


def law_of(change: Change, cell: Cell, unit: Unit) -> str | dict[str, Any]:
    """Return what stands in a study file for the law of a cell after a change.

    Parameters
    ----------
    unit : Unit
        Of numbers that are typed without one.
    """
    value = change.values[change.way]
    if change.way == "library":
        return str(value)
    if change.way == "table":
        return dict(value)
    before = None if isinstance(cell.law, Conditional) else (cell.law, cell.unit)
    if change.way == "law":
        return typed_law(value, unit, before).table
    if change.way == "lock" and not isinstance(value, str):
        return {"value": value, "unit": cell.unit.text}
    if before is None:
        raise InputError(Fault(f"{change.way} of a law of other quantities", "another law"))
    return {**_moved(change.way, value, cell).to_dict(), "unit": cell.unit.text}


def _moved(way: str, value: Any, cell: Cell) -> Distribution:
    """Return the law in force, moved or held."""
    if way == "lock":
        known: dict[str, Callable[[], float]] = {
            "typical": lambda: cell.deterministic,
            "mean": cell.law.mean,
            "median": lambda: float(cell.law.quantile(0.5)),
        }
        held = known[value]() if isinstance(value, str) else value
        if not math.isfinite(held):
            raise InputError(Fault(f"{value} of {cell.law!r}, which has none", _HELD))
        return distribution("constant", value=held)
    if way == "ends":
        return with_ends(cell.law, *value)
    moves = {"scale": scaled, "shift": shifted, "spread": narrowed}
    return moves[way](cell.law, value)


def _leaf(study: Study, change: Change, parameter: Parameter, cell: Cell, unit: Unit) -> Leaf:
    """Return the law of a change for one cell; faults stand at its key."""
    why = change.values["rationale"] or change.told
    return read_law(study, _placed(change, cell, unit), parameter, change.way, why)


def _placed(change: Change, cell: Cell, unit: Unit) -> str | dict[str, Any]:
    """Return what stands for the law of a change; faults stand at its key."""
    faults = FaultCollector()
    with faults.at(change.way):
        return law_of(change, cell, unit)
    raise InputError(*faults.faults)


def _labels(change: Change, parameter: Parameter, study: Study) -> dict[str, Label]:
    """Return the labels that a change is for."""
    asked = change.values["labels"] or {}
    faults = FaultCollector("labels")
    dims = [dim for dim in parameter.dims if dim != SCENARIO]
    for dim, label in asked.items():
        if dim not in dims:
            allowed = f"a dim of {parameter.name!r}: {choices(dims)}"
            faults.add(shown(dim), allowed, nearest=close(dim, dims))
        elif label not in study.dims[dim]:
            known = list(map(str, study.dims[dim]))
            faults.add(shown(label), choices(known), dim, nearest=close(label, known))
    faults.raise_any()
    return dict(asked)


def _added(study: Study, change: Change) -> Study:
    """Return a study with a parameter or an equation more, read again."""
    tables, name = study.to_dict(), str(change.values["name"])
    if change.way == "formula":
        known = {equation.name for equation in study.equations}
        table = {"formula": change.values["formula"], "unit": change.values["unit"] or "1"}
        tables.setdefault("equations", {})[name] = table
        if name not in known:
            tables["outputs"] = {**tables["outputs"], name: table["unit"]}
        if name in tables.get("breakdown", {}):
            own = {name: parts} if (parts := _summed(table["formula"])) else {}
            rest = {key: old for key, old in tables["breakdown"].items() if key != name}
            tables["breakdown"] = rest | own
        return type(study).from_dict(tables, study.place)
    known = {own.name for own in study.parameters} | {own.name for own in study.equations}
    if name in known:
        raise InputError(Fault(f"{name!r}, which is there already", "another name", ("name",)))
    law = _law_added(change)
    why = {"source": ASSUMED, "rationale": change.values["rationale"] or change.told}
    added = law if isinstance(law, str) else why | law
    tables.setdefault("parameters", {})[name] = added
    return type(study).from_dict(tables, study.place)


def _law_added(change: Change) -> str | dict[str, Any]:
    """Return the law of a parameter that is added, as a study file has it: a table, or an id."""
    value = change.values["add"]
    if not isinstance(value, str):
        return dict(value)
    unit = read_unit(change.values["unit"] or "1")
    faults = FaultCollector()
    with faults.at("add"):
        return typed_law(value, unit).table
    raise InputError(*faults.faults)


def _summed(formula: str) -> list[str]:
    """Return the quantities that a formula is the sum of; none where it is no sum of quantities.

    Examples
    --------
    >>> _summed("use + making + waste"), _summed("use + 2*making"), _summed("use")
    (['use', 'making', 'waste'], [], [])
    """
    try:
        stack, found = [parse(formula)], []
    except InputError:  # told where the study is read
        return []
    while stack:
        match stack.pop():
            case nodes.Binary("+", left, right):
                stack += [right, left]
            case nodes.Name(name):
                found.append(name)
            case _:
                return []
    return found if 1 < len(found) == len(set(found)) else []
