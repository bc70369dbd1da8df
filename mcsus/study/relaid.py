"""Other laws for some parameters of a study: at all labels or some, in all of it or in a scenario.

Laws are given as `Study.with_laws` and ``--set`` take them, by the one grammar of
`mcsus.study.typed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.declared.reader import shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.families import Distribution
from mcsus.families.conditional import Conditional
from mcsus.parameters import Cell, Parameter
from mcsus.study.changes import (
    IS_ID,
    Law,
    as_written,
    labels_at,
    read_law,
    set_in_scenario,
    with_law,
    with_law_at,
)
from mcsus.study.grids import Dims, labelled
from mcsus.study.laws import Leaf
from mcsus.study.quantities import Target, parse_target, quantity_text
from mcsus.study.typed import is_of_law_in_force, typed_law
from mcsus.study.typed_text import typed_text
from mcsus.units import DIMENSIONLESS, Unit, unit
from mcsus.vocabulary import SCENARIO, Label

if TYPE_CHECKING:
    from mcsus.study.definition import Study

Written = str | dict[str, Any]
"""What stands for a law in a study file: an id of the library, or a table."""


Pin = Distribution | str | tuple[float, str]
"""A law that can be told in one line."""


class _Set(NamedTuple):
    """A law that is given for a parameter, and where."""

    target: Target
    value: Law
    parameter: Parameter
    at: Mapping[str, Label]
    where: str

    @property
    def is_move(self) -> bool:
        """Whether it changes the law in force, which may differ from label to label."""
        return isinstance(self.value, str) and is_of_law_in_force(self.value)

    def written(self, cell: Cell) -> Written | Distribution:
        """Return what stands for the law in a file, or a law that is in the parameter's unit."""
        value, own = self.value, self.parameter.unit
        if isinstance(value, str):
            return value if IS_ID.match(value) else _typed(value, cell, own, self.where)
        if isinstance(value, tuple | list) and len(value) == 2:
            return {"value": value[0], "unit": value[1]}
        if isinstance(value, Mapping | Distribution):
            return dict(value) if isinstance(value, Mapping) else value
        raise InputError(Fault(shown(value), "a law, or a value with its unit", (self.where,)))

    def leaf(self, study: Study, why: str, cell: Cell) -> Leaf:
        """Return the law that takes the place of that of a cell."""
        return read_law(study, self.written(cell), self.parameter, self.where, why)

    def told(self) -> str:
        """Return it as it is typed."""
        value = self.value
        if isinstance(value, str):
            return " ".join(value.split())
        if isinstance(value, Distribution):
            return typed_text(value, self.parameter.unit)
        if isinstance(value, tuple | list):
            return quantity_text(*value)
        raise InputError(Fault(shown(value), "a law as it is typed", (self.where,)))


def with_set(study: Study, given: Mapping[str, Law], why: str, option: str = "") -> Study:
    """Return a study with other laws for some parameters, each read as a file is.

    Parameters
    ----------
    given : mapping
        ``name``, ``name[label]``, ``scenario.name`` or both -> a law.
    why : str
        Rationale of a law that names no source.
    option : str
        What stands before the name in a fault.

    Raises
    ------
    InputError
        If a name, a label, a law or a unit is wrong.
    """
    asked = [_asked(study, key, value, option) for key, value in given.items()]
    made: dict[str, Parameter] = {}
    for own in asked:
        if own.target.scenario:
            continue
        name = own.target.name
        made[name] = relaid(
            made.get(name, own.parameter),
            study.dims,
            own.at,
            partial(own.leaf, study, why),
            is_move=own.is_move,
        )
    study = study.with_parameters(*made.values()) if made else study
    for own in asked:
        if own.target.scenario:
            study = in_scenario(study, own.target, own.at, own.written, why, option)
    return study


def told_laws(study: Study, given: Mapping[str, Pin], option: str) -> dict[str, str]:
    """Return laws as they are typed, by what they are set for.

    Raises
    ------
    InputError
        If there is nothing that they could be set for, or one is no law.
    """
    return {key: _asked(study, key, value, option).told() for key, value in given.items()}


def _asked(study: Study, key: str, value: Law, option: str) -> _Set:
    target = parse_target(key)
    where, parameter = f"{option}{target}", study.parameter(target.name)
    at = labels_at(target.labels, parameter, study.dims, where) if target.labels else {}
    return _Set(target, value, parameter, at, where)


def _typed(text: str, cell: Cell, own: Unit, where: str) -> Written:
    """Return what stands for a law that is typed in one line."""
    before = None if isinstance(cell.law, Conditional) else (cell.law, cell.unit)
    faults = FaultCollector()
    with faults.at(where):
        table = typed_law(text, own, before).table
        plain = unit("1")
        if own.dimension == DIMENSIONLESS and own.factor != plain.factor:
            as_plain = typed_law(text, plain, before).table
            if table != as_plain:
                allowed = f"it with its unit, such as {text.strip()} {own.text}"
                raise InputError(Fault(f"{shown(text.strip())} of an input in {own.text}", allowed))
        return table
    raise InputError(*faults.faults)


def relaid(
    parameter: Parameter,
    dims: Dims,
    at: Mapping[str, Label],
    leaf_of: Callable[[Cell], Leaf],
    *,
    is_move: bool,
) -> Parameter:
    """Return a parameter with other laws; what a scenario sets still holds there.

    Parameters
    ----------
    at : mapping
        At these labels alone.
    leaf_of : callable
        The law that takes the place of that of a cell.
    is_move : bool
        Whether it differs from cell to cell.
    """
    base = as_written(parameter, dims)
    each = [
        (labels, cell)
        for labels, cell in zip(labelled(base.dims, dims), base.cells, strict=True)
        if at.items() <= labels.items()
    ]
    if not is_move or not base.dims:
        leaf = leaf_of(each[0][1])
        return with_law_at(parameter, leaf, dims, at) if at else with_law(parameter, leaf, dims)
    for labels, cell in each:
        parameter = with_law_at(parameter, leaf_of(cell), dims, labels)
    return parameter


def in_scenario(
    study: Study,
    target: Target,
    at: Mapping[str, Label],
    written: Callable[[Cell], Written | Distribution],
    why: str,
    option: str = "",
) -> Study:
    """Return a study with another law of a parameter in one scenario, read again."""
    parameter = study.parameter(target.name)
    labels = {**at, SCENARIO: target.scenario}
    cells = (
        cell
        for own, cell in zip(labelled(parameter.dims, study.dims), parameter.cells, strict=True)
        if all(labels.get(dim, label) == label for dim, label in own.items())
    )
    table = written(next(cells, parameter.cells[0]))
    if isinstance(table, Distribution):
        table = {**table.to_dict(), "unit": parameter.unit.text}
    if isinstance(table, dict) and why:
        table = {"rationale": why, **table}
    tables = study.to_dict()
    set_in_scenario(study, tables, target, table, option)
    return type(study).from_dict(tables, study.place)
