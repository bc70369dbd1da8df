"""From the tables of a study file to the pieces of a Study, with every fault at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from mcsus.declared.reader import MAX_FAULTS, TableReader, check_content, shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.streams import Design
from mcsus.study import layers, options
from mcsus.study.assessment import about_avoided, read_assessment
from mcsus.study.audit import read_audit, with_day_as_text
from mcsus.study.claims import read_claims
from mcsus.study.claims.names import known_to_claims
from mcsus.study.compare import read_compare
from mcsus.study.conditional import check_quantities
from mcsus.study.copula_groups import read_copula_groups
from mcsus.study.credits import read_credits
from mcsus.study.dimensions import inner_dim, is_numeric, name_is_free, read_dims
from mcsus.study.explore import read_explore
from mcsus.study.files import Files
from mcsus.study.formulas import check_dimension, check_names
from mcsus.study.from_files import read_files
from mcsus.study.functional_units import read_functional_units
from mcsus.study.grids import Dims, GridReader, build_parameter
from mcsus.study.joints import check_names as check_joint_names
from mcsus.study.joints import drawn_together
from mcsus.study.laws import Meta
from mcsus.study.matrix_files import with_matrices
from mcsus.study.own_units import read_own_units
from mcsus.study.parts import CopulaGroup, Scenario, Sensitivity, together
from mcsus.study.population import read_population
from mcsus.study.scenario_dependence import (
    Known,
    Moved,
    read_scenario_dependence,
    with_moved,
)
from mcsus.study.scenarios import (
    Changeable,
    Changes,
    read_scenarios,
    with_scenarios,
    with_variants,
)
from mcsus.study.shares import with_shares
from mcsus.study.tables import STUDY
from mcsus.units import DIMENSIONLESS
from mcsus.vocabulary import BASE, SCENARIO

TEXTS = ("title", "question", "functional_unit", "system_boundary", "characterisation")


def read_study(
    document: Mapping[str, Any], place: str, folder: str | Path | None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Check a whole study; return its tables with what was read of its files, and its fields.

    Parameters
    ----------
    folder : path, optional
        Where its files are; without it, they are those that the tables keep.
    """
    if not isinstance(document, Mapping):
        raise InputError(Fault(shown(document), "the tables of a study file", (place,)))
    document = with_day_as_text(document)
    faults = FaultCollector(place)
    if not check_content(document, faults):
        _raise(faults.faults)
    units = read_own_units(document.get("units", {}), faults)
    files = Files(document, place, folder)
    with units.in_use():
        fields = _read_parts(document, place, files, faults)
    return files.with_kept(document), fields | {"units": units}


def read_fields(document: Mapping[str, Any], place: str) -> dict[str, Any]:
    """Check tables that keep what was read of their files, and return the fields of a Study."""
    return read_study(document, place, None)[1]


def _read_parts(
    written: Mapping[str, Any], place: str, opened: Files, faults: FaultCollector
) -> dict[str, Any]:
    document, joints = read_files(opened, written)
    document = with_matrices(opened, document)
    row = STUDY.read(document, faults)
    fields = _head(row)
    model = fields.pop("model")
    files = [*(layers.model_layers(model, place) if model else ()), layers.layer_of(row)]
    inputs = layers.merge(files, model)
    dims: Dims = read_dims(inputs.dims)
    inner = inner_dim(inputs.dims)
    inputs = with_shares(inputs, dims, inner)
    parameters = _parameters(inputs, dims)
    _check_clashes(inputs, dims)
    parameters = drawn_together(joints, parameters, inner, faults)
    taken: dict[str, Iterable[str]] = {
        "a parameter": inputs.parameters,
        "an equation": inputs.equations,
        "a dim": dims,
    }
    check_joint_names(joints, taken, faults)
    unreadable = frozenset(inputs.parameters) - frozenset(parameters)
    groups = read_copula_groups(row["dependence"], parameters, unreadable, dims, inner, faults)
    changeable = Changeable(parameters, unreadable, inputs.equations)
    scenarios, changes = read_scenarios(row["scenarios"], dims, changeable, faults)
    bound = Known(parameters, unreadable, dims, inner)
    moved = read_scenario_dependence(changes.dependence, groups, bound, faults)
    dims, parameters = _over_scenarios(dims, parameters, scenarios, changes, moved, faults)
    _check_formulas(inputs, parameters, dims, changes, faults)
    outputs = tuple(row["outputs"]) if isinstance(row["outputs"], Mapping) else ()
    known = options.names_of(inputs.equations, inputs.parameters, outputs)
    if "outputs" in row:
        fields["outputs"] = options.read_outputs(row["outputs"], known, faults)
    design = options.read_design(document.get("design", {}), faults)
    sensitivity = read_asked(document, design, known, groups.groups, faults)
    units = {p.name: p.unit for p in parameters.values()}
    units |= {name: e.unit for name, e in inputs.equations.items() if e is not None}
    functional = read_functional_units(
        row["functional_units"], fields["functional_unit"], dims, faults
    )
    known = {**known, "functional": functional}
    beside = known_to_claims(dims, inner, units, fields.get("outputs", {}))
    claims = read_claims(row["claims"], {**known, **beside}, faults)
    shown_in = {name: e.unit for name, e in inputs.equations.items() if e is not None}
    shown_in |= fields.get("outputs", {})
    credited = read_credits(row["credits"], {**known, "dims": tuple(dims)}, shown_in, faults)
    compared = read_compare(document.get("compare", {}), dims, known, faults)
    avoided = about_avoided(claims, credited, inputs.equations, changes.equations, parameters)
    assessment = read_assessment(row["assessment"], avoided, faults)
    read_audit(row["audit"], faults)
    read_explore(row["explore"], known, faults)
    read_population(row["population"], known, faults)
    intervals = options.INTERVALS.read(document.get("intervals", {}), faults, ("intervals",))
    breakdown = options.read_breakdown(files, known)
    below = [fault for layer in files[:-1] for fault in layer.faults.faults]
    _raise(opened.told([*faults.faults, *below]))
    equations = {name: e for name, e in inputs.equations.items() if e is not None}
    equations |= {
        name: with_variants(equations[name], variants, dims)
        for name, variants in changes.equations.items()
    }
    return fields | {
        "dims": dict(dims),
        "parameters": tuple(parameters.values()),
        "equations": tuple(equations.values()),
        "design": design,
        "intervals": intervals["levels"],
        "sensitivity": sensitivity,
        "compared": compared,
        "claims": claims,
        "credits": credited,
        "assessment": assessment,
        "breakdown": breakdown,
        "scenarios": scenarios,
        **groups.fields(),
        "inner": inner,
    }


def read_asked(
    document: Mapping[str, Any],
    design: Design,
    known: Mapping[str, Any],
    dependence: Sequence[CopulaGroup],
    faults: FaultCollector,
) -> Sensitivity:
    """Return the sensitivity analyses that a file asks for with a design and outputs.

    Where the file asks for nothing itself, what depends on each other is put into one group.
    """
    sensitivity = options.read_sensitivity(document.get("sensitivity", {}), design, known, faults)
    if "sensitivity" in document:
        return sensitivity
    return replace(sensitivity, groups=together(dependence))


class ModelInputs(NamedTuple):
    """What a shipped model has by itself: its dims (`inner` is that of individuals), its inputs."""

    dims: Dims
    inner: str | None
    parameters: Mapping[str, Parameter]
    equations: Mapping[str, Equation]


def model_inputs(model: str) -> ModelInputs:
    """Return what a study has that names a shipped model and adds nothing to it."""
    nothing = layers.Layer(FaultCollector(model), {}, {}, {}, {})
    inputs = layers.merge([*layers.model_layers(model), nothing], model)
    dims: Dims = read_dims(inputs.dims)
    inner = inner_dim(inputs.dims)
    inputs = with_shares(inputs, dims, inner)
    equations = {name: each for name, each in inputs.equations.items() if each is not None}
    return ModelInputs(dims, inner, _parameters(inputs, dims), equations)


def _head(row: TableReader) -> dict[str, Any]:
    """Return the texts at the top of the file."""
    fields: dict[str, Any] = {key: row[key] for key in ("id", *TEXTS)}
    fields["title"] = fields["title"] or fields["id"]
    fields["model"] = layers.check_model(row["model"], row) if row["model"] else None
    if "parameters" not in row and "model" not in row:
        row.missing("parameters", "a table of parameters, or model = '..'")
    return fields


def _parameters(inputs: layers.Inputs, dims: Dims) -> dict[str, Parameter]:
    parameters: dict[str, Parameter] = {}
    broken = frozenset(inputs.dims) - frozenset(dims)
    for name, (value, faults) in inputs.parameters.items():
        if len(faults.faults) > MAX_FAULTS:
            break
        if not name_is_free(name, faults, "parameters"):
            continue
        grid = GridReader(dims, faults, broken=broken).read(value, ("parameters", name), Meta())
        if grid is None:
            continue
        parameter = build_parameter(name, grid, dims, faults)
        if parameter is not None:
            parameters[name] = parameter
    return parameters


def _check_formulas(
    inputs: layers.Inputs,
    parameters: dict[str, Parameter],
    dims: Dims,
    changes: Changes,
    own: FaultCollector,
) -> None:
    """Check names and dimensions of the formulas that files write, one by one."""
    known = {**inputs.parameters, **inputs.equations}
    dims = {**dict.fromkeys(inputs.dims, ()), **dims}
    declared = {name: parameter.unit.dimension for name, parameter in parameters.items()}
    declared |= {name: e.unit.dimension for name, e in inputs.equations.items() if e is not None}
    declared |= {name: DIMENSIONLESS for name in dims if name not in known}
    quantities = {*known, *filter(lambda name: is_numeric(dims[name]), dims)}
    for parameter in parameters.values():
        faults = inputs.parameters[parameter.name][1]
        if len(faults.faults) <= MAX_FAULTS:
            check_quantities(parameter, quantities, declared, dims, faults)
    for name, faults in inputs.written.items():
        equation = inputs.equations.get(name)
        if equation is not None and len(faults.faults) <= MAX_FAULTS:
            check_names(equation, known, dims, faults)
            check_dimension(equation, declared, faults)
    for variants in changes.equations.values():
        for scenario, equation in variants.items():
            check_names(equation, known, dims, own, ("scenarios", scenario))
            check_dimension(equation, declared, own, ("scenarios", scenario))


def _check_clashes(inputs: layers.Inputs, dims: Dims) -> None:
    """Note parameters and equations that have the name of a dim."""
    for name in dims:
        if name in inputs.parameters:
            faults = inputs.parameters[name][1]
            faults.add(f"{name!r}, also a dim", "a name of its own", "parameters", name)
        elif name in inputs.written:
            allowed = "a name of its own"
            inputs.written[name].add(f"{name!r}, also a dim", allowed, "equations", name)


def _over_scenarios(
    dims: Dims,
    parameters: dict[str, Parameter],
    scenarios: tuple[Scenario, ...],
    changes: Changes,
    moved: Moved,
    faults: FaultCollector,
) -> tuple[Dims, dict[str, Parameter]]:
    if not scenarios:
        return dims, parameters
    dims = {**dims, SCENARIO: (BASE, *(scenario.id for scenario in scenarios))}
    changed = {
        name: with_scenarios(parameters[name], grids, dims, faults)
        for name, grids in changes.laws.items()
    }
    over = {**parameters, **changed}
    return dims, {name: with_moved(p, moved, dims, faults) for name, p in over.items()}


def _raise(faults: list[Fault]) -> None:
    """Raise the faults, each place once: what is not finite is also wrong for its reader."""
    kept: list[Fault] = []
    places: set[tuple[str, ...]] = set()
    whole = {fault.where for fault in faults if fault.allowed == "a finite number"}
    for fault in faults:
        inside = any(fault.where[:n] in whole for n in range(1, len(fault.where)))
        same = fault.where in whole and fault.where in places
        if fault not in kept and not inside and not same:
            kept.append(replace(fault, where=tuple(map(_printable, fault.where))))
            places.add(fault.where)
    if kept:
        raise InputError(*kept)


def _printable(key: str) -> str:
    """Return a key of the file as a message may show it: short, without control characters."""
    short = key if len(key) <= 100 or key.endswith(".toml") else key[:97] + "..."
    return short if short.isprintable() else repr(short)[1:-1]
