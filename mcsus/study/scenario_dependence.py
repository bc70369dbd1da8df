"""Dependence that differs between scenarios: the same normal scores, mixed by other numbers.

A cell whose points are mixed otherwise in a scenario has a key of its own there, which no stream
has: its mix is of the streams of the study, so that scenarios are drawn by the same points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.dependence import Mix
from mcsus.dependence.mix import key_in_scenario, key_of_study
from mcsus.errors import FaultCollector
from mcsus.parameters import Parameter
from mcsus.study.changes import as_written
from mcsus.study.copula_groups import CopulaGroups, read_copula_groups, without
from mcsus.study.files import Files
from mcsus.study.grids import Dims, labelled
from mcsus.study.matrix_files import with_matrices
from mcsus.study.scenarios import with_scenarios
from mcsus.vocabulary import SCENARIO

if TYPE_CHECKING:
    from mcsus.study.definition import Study

Moved = dict[str, dict[str, str]]
"""Scenario -> key of a stream -> key of its mix there."""


class Known(NamedTuple):
    """What tables of dependence may name; see `read_copula_groups`.

    Parameters
    ----------
    parameters : mapping
        As the study writes them, without scenarios.
    """

    parameters: Mapping[str, Parameter]
    unreadable: frozenset[str]
    dims: Dims
    inner: str | None


def read_scenario_dependence(
    tables: Mapping[str, Sequence[Any]],
    groups: CopulaGroups,
    known: Known,
    faults: FaultCollector,
) -> Moved:
    """Add the dependence of scenarios to that of the study; return which cells are mixed anew."""
    moved: Moved = {}
    written = list(groups.groups)
    for scenario, own_tables in tables.items():
        above = ("scenarios", scenario)
        own = read_copula_groups(own_tables, *known, faults, above)
        joined = frozenset[str]().union(*(group.streams for group in own.groups))
        for group in written:
            if joined & group.streams and not group.streams <= joined:
                found = f"a part of {group.title!r}, which the study joins"
                listed = ", ".join(group.parameters)
                allowed = f"a table of all of them ({listed}); correlation = 0 takes them apart"
                faults.add(found, allowed, *above, "dependence")
        groups.groups += [group._replace(scenario=scenario) for group in own.groups]
        groups.notes += [
            replace(note, text=f"scenario {scenario!r}: {note.text}") for note in own.notes
        ]
        for key in sorted(joined):
            plain = Mix((key,), (1.0,))
            mix = own.mixes.get(key, plain)
            if mix != groups.mixes.get(key, plain):
                there = key_in_scenario(key, scenario)
                moved.setdefault(scenario, {})[key] = there
                groups.mixes[there] = mix
    return moved


def with_moved(parameter: Parameter, moved: Moved, dims: Dims, faults: FaultCollector) -> Parameter:
    """Return a parameter whose cells are mixed anew in some scenarios.

    Parameters
    ----------
    dims : mapping
        Dims of the study with `scenario` as the last.
    """
    changed = frozenset(key for keys in moved.values() for key in keys)
    if changed.isdisjoint(parameter.streams):
        return parameter
    over = parameter
    if SCENARIO not in parameter.dims:
        over = with_scenarios(parameter, {}, dims, faults)
    cells = tuple(
        replace(cell, stream=moved.get(str(labels.get(SCENARIO)), {}).get(cell.stream, cell.stream))
        if cell.stream in changed
        else cell
        for labels, cell in zip(labelled(over.dims, dims), over.cells, strict=True)
    )
    return replace(over, cells=cells)


def bound_again(study: Study, tables: Mapping[str, Any], held: Sequence[str]) -> dict[str, Any]:
    """Return the fields of a study whose dependence is read again; what is held is in none.

    Parameters
    ----------
    tables : mapping
        Those of its file.
    """
    labels = {dim: list(own) for dim, own in study.dims.items()}
    tables = with_matrices(Files(tables, study.place), {**tables, "dims": labels})
    faults = FaultCollector(study.place)
    base = {p.name: as_written(p, study.dims) for p in study.parameters}
    known = Known(base, frozenset(), study.dims, study.inner)
    groups = read_copula_groups(_without(tables.get("dependence", ()), held), *known, faults)
    scenarios = {
        table["id"]: _without(table["dependence"], held)
        for table in tables.get("scenarios", ())
        if "dependence" in table
    }
    moved = read_scenario_dependence(scenarios, groups, known, faults)
    own = {name for scenario in study.scenarios for name in scenario.changes}
    parameters = [
        with_moved(_apart(p, study.dims, set_there=p.name in own), moved, study.dims, faults)
        for p in study.parameters
    ]
    faults.raise_any()
    return {**groups.fields(), "parameters": tuple(parameters)}


def _without(tables: Sequence[Mapping[str, Any]], held: Sequence[str]) -> Sequence[Any]:
    for name in held:
        tables = without(tables, name)
    return tables


def _apart(parameter: Parameter, dims: Dims, *, set_there: bool) -> Parameter:
    """Return a parameter as it is with one dependence in all scenarios."""
    if SCENARIO not in parameter.dims:
        return parameter
    if not set_there:
        return as_written(parameter, dims)
    cells = (replace(c, stream=key_of_study(c.stream)) for c in parameter.cells)
    kept = tuple(
        old if new.stream == old.stream else new
        for old, new in zip(parameter.cells, cells, strict=True)
    )
    return replace(parameter, cells=kept)
