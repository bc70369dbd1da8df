"""The tables ``[[scenarios]]``: other laws, equations and dependence, on the same draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from mcsus.declared.items import identifier, named, tables, text
from mcsus.declared.reader import MAX_FAULTS, TableReader, close, item_name, shown, unlike
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector
from mcsus.expressions import Expression
from mcsus.expressions.nodes import Call, Compare, Name, Number
from mcsus.model import Equation
from mcsus.parameters import Cell, Parameter
from mcsus.study.copula_groups import DEPENDENCE
from mcsus.study.formulas import EQUATION, read_equation
from mcsus.study.grids import MAX_CELLS, Dims, Grid, GridReader, labelled
from mcsus.study.joints import joint_of
from mcsus.study.laws import Meta, same_dimension
from mcsus.study.parts import Scenario
from mcsus.vocabulary import BASE, SCENARIO, Label

SCENARIO_TABLE = Table(
    "scenario",
    "Other laws, equations or dependence, on the same draws; a label of the dim scenario",
    {"anyOf": [{"required": [key]} for key in ("set", "equations", "dependence")]},
    id=identifier("its label; the study as written is called base", **{"not": {"const": BASE}}),
    title=text("its name for people"),
    description=text("what it supposes; serves as title when there is none"),
    set=named(
        {"$ref": "#/$defs/parameter_below"},
        "parameter = law, library id or { value, unit }; labels left out stay as they are",
        "the parameters that the scenario changes",
    ),
    equations=named(
        EQUATION, "other formulas for equations of the study", "equations that the scenario changes"
    ),
    dependence=tables(
        DEPENDENCE, "in the place of the study's tables for the same parameters; 0 takes them apart"
    ),
)


class Changes(NamedTuple):
    """What scenarios change.

    Parameters
    ----------
    laws : dict
        Parameter -> scenario -> its laws there.
    equations : dict
        Equation -> scenario -> what takes its place there.
    dependence : dict
        Scenario -> its tables.
    """

    laws: dict[str, dict[str, Grid]]
    equations: dict[str, dict[str, Equation]]
    dependence: dict[str, list[Any]]


class Changeable(NamedTuple):
    """What a scenario may name."""

    parameters: Mapping[str, Parameter]
    unreadable: frozenset[str]
    equations: Mapping[str, Equation | None]


def read_scenarios(
    value: Any, dims: Dims, known: Changeable, faults: FaultCollector
) -> tuple[tuple[Scenario, ...], Changes]:
    """Return the scenarios and what they change."""
    scenarios: dict[str, Scenario] = {}
    changes = Changes({}, {}, {})
    for index, table in enumerate(value):
        here = ("scenarios", item_name(table, index))
        row = SCENARIO_TABLE.read(table, faults, here)
        if not row.is_table or len(faults.faults) > MAX_FAULTS:
            continue
        id_ = row["id"]
        if id_ == BASE:
            row.fault("id", repr(BASE), "another id: the study as written is called 'base'")
        elif id_ in scenarios:
            row.fault("id", f"{id_!r} twice", "an id of its own for each scenario")
        settings = TableReader({} if row["set"] is None else row["set"], faults, (*here, "set"))
        if not {"set", "equations", "dependence"} & row.table.keys():
            row.missing("set", f"{SCENARIO_TABLE.items['set'].allowed}; or equations, dependence")
        if "set" in row and not settings.table:
            row.missing("set", SCENARIO_TABLE.items["set"].allowed)
        _note_changes(id_, settings, dims, known, changes.laws)
        _note_equations(id_, row, known, changes.equations)
        if "dependence" in row:
            changes.dependence[id_] = row["dependence"]
        title = row["title"] or row["description"] or id_
        scenarios[id_] = Scenario(id_, title, tuple(settings.table))
    return tuple(scenarios.values()), changes


def _note_changes(
    id_: str,
    settings: TableReader,
    dims: Dims,
    known: Changeable,
    changes: dict[str, dict[str, Grid]],
) -> None:
    for name, value in settings.table.items():
        parameter = known.parameters.get(name)
        where = (*settings.where, name)
        if parameter is None:
            if name not in known.unreadable:
                found, near = f"unknown parameter {shown(name)}", close(name, known.parameters)
                if name in known.equations:
                    found, near = f"{name!r}, which is an equation", None
                settings.fault(name, found, "a parameter of this study", near)
            continue
        grid = _read_change(id_, value, parameter, dims, settings, where)
        if grid is not None:
            changes.setdefault(name, {})[id_] = grid


def _note_equations(
    id_: str, row: TableReader, known: Changeable, changes: dict[str, dict[str, Equation]]
) -> None:
    written = TableReader(
        {} if row["equations"] is None else row["equations"], row.faults, (*row.where, "equations")
    )
    for name, value in written.table.items():
        if name not in known.equations:
            found, near = f"unknown equation {shown(name)}", close(name, known.equations)
            allowed = "an equation of this study"
            if name in known.parameters:
                found, near = f"{name!r}, which is a parameter", None
                allowed = f"an equation of this study; or a law in scenarios.{id_}.set"
            written.fault(name, found, allowed, near)
            continue
        made, before = read_equation(name, value, row.faults, row.where), known.equations[name]
        if made is None or before is None:
            continue
        if made.unit.dimension != before.unit.dimension:
            row.faults.add(*unlike(made.unit, before.unit.dimension), *written.where, name, "unit")
            continue
        changes.setdefault(name, {})[id_] = made


def with_variants(equation: Equation, variants: Mapping[str, Equation], dims: Dims) -> Equation:
    """Return an equation that is another one in some scenarios: it is chosen by their place.

    Parameters
    ----------
    variants : mapping
        Scenario -> what takes its place there.
    dims : mapping
        Dims of the study with `scenario` as the last.
    """
    chosen = equation.expression
    for place, id_ in enumerate(dims[SCENARIO]):
        if id_ in variants:
            here = Compare("==", Name(SCENARIO), Number(float(place)))
            chosen = Call("where", (here, variants[str(id_)].expression, chosen))
    return replace(equation, expression=chosen, function=None)


def variants_of(expression: Expression, dims: Dims) -> tuple[Expression, dict[str, Expression]]:
    """Return what is computed in the study as written, and in the scenarios that differ."""
    variants: dict[str, Expression] = {}
    while isinstance(expression, Call) and expression.function == "where":
        condition, chosen, other = expression.args
        if not isinstance(condition, Compare) or condition.left != Name(SCENARIO):
            break
        place = int(condition.right.value) if isinstance(condition.right, Number) else 0
        variants[str(dims[SCENARIO][place])] = chosen
        expression = other
    return expression, dict(reversed(variants.items()))


def _read_change(
    id_: str,
    value: object,
    parameter: Parameter,
    dims: Dims,
    settings: TableReader,
    where: tuple[str, ...],
) -> Grid | None:
    faults = settings.faults
    meta = Meta.beside(parameter, f"as scenario {id_} sets it")
    grid = GridReader(dims, faults, partial=True).read(value, where, meta)
    if grid is None:
        return None
    before = len(faults.faults)
    same_dimension(grid.leaves, parameter.unit, faults)
    laws = {leaf.law for leaf in grid.leaves.values() if leaf.law.drawn.family != "constant"}
    if laws and joint_of(parameter):
        found = f"a law of its own for a column of joint {joint_of(parameter)!r}"
        faults.add(found, "a value, as its rows are drawn together", *where)
    for dim in grid.dims:
        if laws and dim not in parameter.dims and dim not in grid.shared:
            found = f"laws that differ along {dim!r}, over which the parameter is one value"
            allowed = f'values, or shared = ["{dim}"]: a scenario keeps the draws of the base'
            faults.add(found, allowed, *where, "by")
    return grid if len(faults.faults) == before else None


def with_scenarios(
    parameter: Parameter, changes: Mapping[str, Grid], dims: Dims, faults: FaultCollector
) -> Parameter:
    """Return the parameter over the dim `scenario`, with the stream keys it had.

    Parameters
    ----------
    changes : mapping
        Scenario -> its laws there.
    dims : mapping
        Dims of the study with `scenario` as the last.
    """
    used = {*parameter.dims, *(dim for grid in changes.values() for dim in grid.dims), SCENARIO}
    own = tuple(dim for dim in dims if dim in used)
    if math.prod(len(dims[dim]) for dim in own) > MAX_CELLS:
        found = f"more than {MAX_CELLS} cells over {', '.join(own)}"
        faults.add(found, "fewer labels or scenarios", "parameters", parameter.name)
        return parameter
    shape = [labelled(parameter.dims, dims), parameter.cells]
    base = {tuple(labels.values()): cell for labels, cell in zip(*shape, strict=True)}
    cells = []
    for labels in labelled(own, dims):
        cell = base[tuple(labels[dim] for dim in parameter.dims)]
        cells.append(_changed(cell, changes.get(str(labels[SCENARIO])), labels))
    return replace(parameter, dims=own, cells=tuple(cells))


def _changed(cell: Cell, grid: Grid | None, labels: Mapping[str, Label]) -> Cell:
    leaf = None if grid is None else grid.at(labels)
    return cell if leaf is None else leaf.drawn(cell.stream)
