"""What Python may change in a study: laws of its parameters, and its equations."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import choices, close, shown, unlike
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.expressions import to_text
from mcsus.families import Distribution
from mcsus.families.limits import check_draws
from mcsus.model import Equation, equation
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.study.formulas import EQUATION, check_dimension, check_names, read_equation
from mcsus.study.grids import Dims, apart, labelled, shared_dims
from mcsus.study.joints import joint_of, refuse_law
from mcsus.study.laws import Leaf, Meta, read_leaf
from mcsus.study.layers import shipped_models
from mcsus.study.quantities import Target
from mcsus.study.shares import share_behind
from mcsus.units import DIMENSIONLESS
from mcsus.vocabulary import SCENARIO, Label

if TYPE_CHECKING:
    from mcsus.study.definition import Study

Table = Mapping[str, object]

Law = Distribution | str | tuple[float, str] | Mapping[str, object]
"""A law, a law as it is typed, a value with its unit, a library id, or a table of a study file."""

IS_ID = re.compile(r"[A-Za-z][\w.:-]*\Z")
"""What a text looks like that is an id of the library."""


def read_law(
    study: Study,
    value: Distribution | str | Table,
    parameter: Parameter,
    where: str,
    rationale: str,
) -> Leaf:
    """Return the law that is to take the place of those of a parameter.

    Parameters
    ----------
    value : Distribution, str or table
        A Distribution is in the unit of the parameter; a text is an id of the library.
    rationale : str
        Why a law that names no source is reasonable.
    """
    _refuse_weights(study, parameter.name)
    if isinstance(value, Distribution):
        origin = Provenance(
            stage=parameter.stage, kind=parameter.kind, evidence="assumed", rationale=rationale
        )
        return _drawn(Leaf(value, parameter.unit, origin, (where,)))
    faults = FaultCollector()
    about = Meta.beside(parameter, rationale, parameter.unit)
    leaf = read_leaf(value, faults, (where,), about)
    faults.raise_any()
    assert leaf is not None  # noqa: S101 - else there is a fault
    if leaf.unit.dimension != parameter.unit.dimension:
        raise InputError(Fault(*unlike(leaf.unit, parameter.unit.dimension), (where,)))
    return _drawn(leaf)


def _drawn(leaf: Leaf) -> Leaf:
    """Return a law that can be drawn."""
    faults = FaultCollector(*leaf.where)
    with faults.at():
        check_draws(leaf.law.drawn, leaf.unit.factor if leaf.law.drawn is leaf.law else 1.0)
    faults.raise_any()
    return leaf


def as_written(parameter: Parameter, dims: Dims) -> Parameter:
    """Return a parameter as it is without scenarios."""
    if SCENARIO not in parameter.dims:
        return parameter
    own = tuple(dim for dim in parameter.dims if dim != SCENARIO)  # the last
    return replace(parameter, dims=own, cells=parameter.cells[:: len(dims[SCENARIO])])


def suffixes(parameter: Parameter, dims: Dims) -> list[str]:
    """Return what tells the stream of each cell from that of other labels."""
    shared = shared_dims(parameter, dims)
    return [apart(labels, shared) for labels in labelled(parameter.dims, dims)]


def with_law_at(parameter: Parameter, leaf: Leaf, dims: Dims, at: Mapping[str, Label]) -> Parameter:
    """Return a parameter with another law at some labels; what a scenario sets still holds."""
    refuse_law(parameter, "at one label")
    base = as_written(parameter, dims)
    count = len(parameter.cells) // len(base.cells)  # scenarios
    made = [
        leaf.drawn(cell.stream) if at.items() <= labels.items() else cell
        for labels, cell in zip(labelled(base.dims, dims), base.cells, strict=True)
    ]
    cells = tuple(
        _kept(cell, base.cells[k // count], made[k // count])
        for k, cell in enumerate(parameter.cells)
    )
    return replace(parameter, cells=cells)


def _kept(cell: Cell, base: Cell, made: Cell) -> Cell:
    """Return what a cell of a scenario becomes when that of the study becomes another.

    A law that the scenario sets holds, and so does the mix by which it draws.
    """
    mark = cell.stream.removeprefix(base.stream)
    is_set = cell is not base and (not mark or replace(cell, stream=base.stream) != base)
    return replace(cell if is_set else made, stream=made.stream + mark)


def labels_at(text: str, parameter: Parameter, dims: Dims, where: str) -> dict[str, Label]:
    """Return the labels that ``[a]`` or ``[a, b]`` names: one, or one of each of several dims.

    A label may hold commas itself: the text is read in the one way that makes labels of all of it.

    Raises
    ------
    InputError
        If the parameter has no such label, or more than one dim has it.
    """
    own = {dim: dims[dim] for dim in parameter.dims if dim != SCENARIO}
    parts = [part.strip() for part in text.split(",")]
    ways = list(itertools.islice(_ways(parts, own), 2))
    if len(ways) == 1:
        return ways[0]
    known = [str(label) for labels in own.values() for label in labels]
    part = text.strip() if ways else _unknown(parts, known)
    found = f"label {shown(part)}, unclear" if part in known or ways else f"unknown label {part!r}"
    allowed = choices(known) if known else "no label: it has one value"
    raise InputError(Fault(found, allowed, (where,), close(part, known)))


def _ways(parts: Sequence[str], dims: Dims) -> Iterator[dict[str, Label]]:
    """Yield every way to read parts between commas as labels, each of a dim of its own."""
    if not parts:
        yield {}
    for count in range(1, len(parts) + 1):
        first = _spaced(", ".join(parts[:count]))
        for dim, labels in dims.items():
            for label in (x for x in labels if _spaced(str(x)) == first):
                rest = {name: known for name, known in dims.items() if name != dim}
                for way in _ways(parts[count:], rest):
                    yield {dim: label, **way}


def _spaced(label: str) -> str:
    """Return a label as it is compared: letters with accents have two forms that look alike."""
    return unicodedata.normalize("NFC", ", ".join(part.strip() for part in label.split(",")))


def _unknown(parts: Sequence[str], known: Sequence[str]) -> str:
    """Return the first part that is no label, or all of them together."""
    return next((part for part in parts if part not in known), ", ".join(parts))


def set_in_scenario(
    study: Study,
    tables: dict[str, Any],
    target: Target,
    value: str | Table,
    option: str,
) -> None:
    """Set a law in one scenario of the tables of a file.

    Raises
    ------
    InputError
        If there is no such scenario, parameter or label, or the scenario has one law for all.
    """
    where, known = f"{option}{target}", [scenario.id for scenario in study.scenarios]
    if target.scenario not in known:
        found = f"unknown scenario {shown(target.scenario)}"
        allowed = choices(known) if known else "no scenario: the study has none"
        raise InputError(Fault(found, allowed, (where,), close(target.scenario, known)))
    parameter = study.parameter(target.name)
    read_law(study, value, parameter, where, "")  # refused in the words of the option
    at = labels_at(target.labels, parameter, study.dims, where) if target.labels else {}
    settings = tables["scenarios"][known.index(target.scenario)].setdefault("set", {})
    table: Any = settings.setdefault(target.name, {})
    if at and (not isinstance(table, dict) or (table and "by" not in table)):
        found = f"one label, where scenario {target.scenario!r} sets all of them together"
        allowed = f"{target.scenario}.{target.name}=VALUE, for all of them"
        raise InputError(Fault(found, allowed, (where,)))
    place, key = settings, target.name
    for dim, label in at.items():
        place = place.setdefault(key, {}).setdefault("by", {}).setdefault(dim, {})
        key = str(label)
    place[key] = value


def with_law(parameter: Parameter, leaf: Leaf, dims: Dims) -> Parameter:
    """Return a parameter with one law at every label; what a scenario sets still holds there.

    The streams stay, so that it is drawn by the points it had, but for a law of the library and
    for a column of a joint, whose points choose rows.
    """
    base = as_written(parameter, dims)
    streams = [cell.stream for cell in base.cells]
    apart = f"study:{parameter.name}" if joint_of(parameter) else None
    if own := leaf.id or (apart if leaf.law.family != "constant" else None):
        streams = [own + suffix for suffix in suffixes(base, dims)]
    count = len(parameter.cells) // len(streams)  # scenarios
    made = [leaf.drawn(key) for key in streams]
    cells = tuple(
        _kept(cell, base.cells[k // count], made[k // count])
        for k, cell in enumerate(parameter.cells)
    )
    about = leaf.provenance
    return replace(parameter, unit=leaf.unit, cells=cells, kind=about.kind, stage=about.stage)


def read_equations(
    study: Study, given: Sequence[Equation | Callable[..., Any]]
) -> dict[str, Equation]:
    """Return the equations of a study by name with some added or replaced, as formulas."""
    faults = FaultCollector(study.place)
    known = {equation.name: equation for equation in study.equations}
    made: dict[str, Equation] = {}
    for each in given:
        one = _equation(each, known)
        if one.name in study.dims:
            faults.add(f"{one.name!r}, also a dim", "another name", "equations", one.name)
        read = read_equation(one.name, write_equation(one), faults)
        made |= {} if read is None else {one.name: read}
    known |= made
    units = {p.name: p.unit.dimension for p in study.parameters}
    units |= {name: equation.unit.dimension for name, equation in known.items()}
    for new in made.values():
        check_names(new, units, study.dims, faults)
        check_dimension(new, dict.fromkeys(study.dims, DIMENSIONLESS) | units, faults)
    faults.raise_any()
    return known


def with_written_equations(
    document: Mapping[str, Any], given: Sequence[Equation | Callable[..., Any]]
) -> dict[str, Any]:
    """Return the tables of a study file with equations of Python as formulas.

    Raises
    ------
    InputError
        If one cannot be written as a formula, or two have one name.
    """
    tables = document.get("equations", {})
    if not isinstance(tables, Mapping):  # refused where it is read
        return dict(document)
    models = shipped_models() if "model" in document else {}
    known: dict[str, Any] = {one.name: one for one in models.get(str(document.get("model")), ())}
    known |= tables
    made: dict[str, Any] = {}
    for each in given:
        one = _equation(each, known)
        if one.name in made:
            allowed = "a name of its own for each"
            raise InputError(Fault(f"{one.name!r} twice", allowed, ("equations", one.name)))
        made[one.name] = write_equation(one)
    return {**document, "equations": {**tables, **made}}


def write_equation(equation: Equation) -> dict[str, Any]:
    """Return the table of an equation; its formula is written in its canonical form."""
    told = {
        "formula": to_text(equation.expression),
        "unit": equation.unit,
        "stage": equation.stage,
        "description": equation.doc,
    }
    return EQUATION.write(told)


def _equation(
    given: Equation | Callable[..., Any], known: Mapping[str, Equation | Mapping[str, Any]]
) -> Equation:
    """Return an equation for a plain function that takes the place of one."""
    if isinstance(given, Equation):
        return given
    name = getattr(given, "__name__", repr(given))
    match known.get(name):
        case Equation() as before:
            return equation(unit=before.unit.text, stage=before.stage)(given)
        case {"unit": str(unit), **rest}:
            stage = rest.get("stage")
            return equation(unit=unit, stage=stage if isinstance(stage, str) else None)(given)
    allowed = "@equation(unit=...) above it, or the name of an equation of the study"
    raise InputError(Fault("a function without a unit", allowed, (name,)))


def _refuse_weights(study: Study, name: str) -> None:
    """Refuse a law for the weights behind shares that add up to one."""
    stem = share_behind(name, study.document)
    if stem:
        found = f"{name!r}, the weights behind {stem!r}, which the file writes as shares"
        raise InputError(Fault(found, "a parameter that the file writes", (study.place,)))
