"""What is asked of a study: outputs, design, intervals, sensitivity, claims, breakdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.analysis.base import DEFAULT_METHODS, methods
from mcsus.declared.reader import (
    MAX_FAULTS,
    TableReader,
    choices,
    close,
    finite,
    item_name,
    shown,
)
from mcsus.errors import FaultCollector
from mcsus.model import Equation
from mcsus.streams.design import MAX_DRAWS, Design
from mcsus.study.parts import ESTIMATORS, GROUPINGS, Claim, Sensitivity
from mcsus.units import Dimension, Unit
from mcsus.vocabulary import Relation

LEVELS = (0.5, 0.9, 0.95)
SENSITIVITY_DRAWS = 4096
MAX_SALIB_DRAWS = 2**20  # whose values are held

Equations = Mapping[str, Equation | None]


def _dimension(name: str, equations: Equations) -> Dimension | None:
    equation = equations.get(name)
    return None if equation is None else equation.unit.dimension


def _check_quantity(
    name: object, reader: TableReader, key: str, equations: Equations, parameters: Sequence[str]
) -> bool:
    """Note a name that is no equation."""
    if isinstance(name, str) and name in equations:
        return True
    found = f"unknown equation {shown(name)}"
    if name in parameters:
        found = f"{name!r}, which is a parameter"
    reader.fault(key, found, "the name of an equation", nearest=close(name, equations))
    return False


def read_outputs(
    value: Any, equations: Equations, parameters: Sequence[str], faults: FaultCollector
) -> dict[str, Unit]:
    """Return the outputs and the units they are shown in."""
    outputs = {}
    reader = TableReader(value, faults, ("outputs",))
    for name, item in reader.table.items():
        if not _check_quantity(name, reader, name, equations, parameters):
            continue
        if isinstance(item, Mapping):
            inner = TableReader(item, faults, ("outputs", name), ("unit", "title", "description"))
            inner.text("title")
            inner.text("description")
            if "unit" not in inner:
                inner.missing("unit", "a unit in quotes")
            unit = inner.unit("unit", _dimension(name, equations))
        else:
            unit = reader.unit(name, _dimension(name, equations))
        if unit is not None:
            outputs[name] = unit
    if reader.is_table and not reader.table:
        faults.add("no outputs", "at least one: name = 'unit'", "outputs")
    return outputs


def read_design(value: Any, faults: FaultCollector) -> Design:
    """Return the sampling plan; the default one when the file's cannot be used."""
    reader = TableReader(value, faults, ("design",), ("kind", "draws", "replicates", "seed"))
    given = {
        key: reader.raw(key) for key in ("kind", "draws", "replicates", "seed") if key in reader
    }
    with faults.at("design"):
        return Design(**given)
    return Design()


def read_levels(value: Any, faults: FaultCollector) -> tuple[float, ...]:
    """Return the levels of the intervals."""
    reader = TableReader(value, faults, ("intervals",), ("levels",))
    if "levels" not in reader:
        return LEVELS
    before = len(faults.faults)
    kept: dict[float, None] = {}
    for item in reader.list("levels", "probabilities"):
        level = finite(item)
        if level is None or not 0 < level < 1:
            reader.fault("levels", shown(item), "probabilities above 0 and below 1")
        elif level in kept:
            reader.fault("levels", f"{level!r} twice", "distinct levels")
        else:
            kept[level] = None
    if not kept and len(faults.faults) == before:
        reader.fault("levels", "an empty list", "at least one level")
    return tuple(kept) or LEVELS


def read_sensitivity(
    value: Any,
    design: Design,
    outputs: Sequence[str],
    parameters: Sequence[str],
    faults: FaultCollector,
) -> Sensitivity:
    """Return the sensitivity analyses that are asked for."""
    keys = (
        "methods", "outputs", "group_by", "groups", "also_by", "second_order", "draws", "estimator",
    )  # fmt: skip
    reader = TableReader(value, faults, ("sensitivity",), keys)
    named = DEFAULT_METHODS
    if "methods" in reader:
        named = reader.names("methods", tuple(methods()), "methods")
    asked = reader.names("outputs", outputs, "names of [outputs]") if "outputs" in reader else ()
    estimator = reader.choice("estimator", ESTIMATORS) or ""
    return Sensitivity(
        methods=named,
        outputs=asked if "outputs" in reader else tuple(outputs),
        group_by=reader.choice("group_by", GROUPINGS, "none") or "none",
        groups=_groups(reader, parameters),
        also_by=reader.names("also_by", GROUPINGS[1:], "groupings") if "also_by" in reader else (),
        second_order=reader.flag("second_order"),
        draws=_sensitivity_draws(reader, design, estimator),
        estimator=estimator,
    )


def _sensitivity_draws(reader: TableReader, design: Design, estimator: str) -> int:
    default = min(SENSITIVITY_DRAWS, 1 << (design.draws.bit_length() - 1))
    draws = reader.raw("draws")
    if draws is None:
        return default
    whole = isinstance(draws, int) and not isinstance(draws, bool)
    least = Design.MIN_SOBOL_DRAWS if design.kind == "sobol" else 2
    if not whole or not least <= draws <= MAX_DRAWS or draws & (draws - 1):
        reader.fault("draws", shown(draws), f"a power of two from {least} to 2^40")
        return default
    if estimator == "salib" and draws > MAX_SALIB_DRAWS:
        allowed = "at most 2^20 with estimator = 'salib', which holds all values; or 'streaming'"
        reader.fault("draws", shown(draws), allowed)
        return default
    return int(draws)


def _groups(reader: TableReader, parameters: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if "groups" not in reader:
        return {}
    inner = TableReader(reader.raw("groups"), reader.faults, (*reader.where, "groups"))
    if reader.raw("group_by") not in (None, "none"):
        reader.fault("group_by", "group_by beside groups", "one or the other")
    groups: dict[str, tuple[str, ...]] = {}
    owner: dict[str, str] = {}
    for name in inner.table:
        members = inner.names(name, parameters, "parameters")
        if not members and not inner.raw(name):
            inner.fault(name, shown(inner.raw(name)), "a list of parameters")
        for member in members:
            if member in owner:
                inner.fault(
                    name, f"{member!r}, which is in {owner[member]!r}", "one group for each"
                )
            owner[member] = name
        groups[name] = members
    for name in groups:
        if name in parameters and owner.get(name) != name:
            allowed = f"a name of its own, or {name!r} among its members"
            inner.fault(name, "the name of a parameter outside the group", allowed)
    return groups


CLAIM_KEYS = (
    "id",
    "statement",
    "quantity",
    "relation",
    "value",
    "unit",
    "confidence",
    "required",
)


def read_claims(
    value: Any, equations: Equations, parameters: Sequence[str], faults: FaultCollector
) -> tuple[Claim, ...]:
    """Return the claims."""
    claims: dict[str, Claim] = {}
    ids: set[str] = set()
    for index, table in enumerate(value):
        where = ("claims", item_name(table, index))
        reader = TableReader(table, faults, where, CLAIM_KEYS)
        if not reader.is_table or len(faults.faults) > MAX_FAULTS:
            continue
        id_ = reader.identifier("id")
        if id_ and id_ in ids:
            reader.fault("id", f"{id_!r} twice", "an id of its own for each claim")
        ids.add(id_)
        claim = _claim(id_, reader, equations, parameters)
        if claim is not None:
            claims[id_] = claim
    return tuple(claims.values())


def _claim(
    id_: str, reader: TableReader, equations: Equations, parameters: Sequence[str]
) -> Claim | None:
    before = len(reader.faults.faults)
    statement = reader.text("statement", required=True)
    quantity = reader.raw("quantity")
    for key, allowed in (
        ("quantity", "the name of an equation"),
        ("relation", choices(Relation)),
        ("value", "a finite number"),
        ("unit", "a unit in quotes"),
        ("confidence", "a probability above 0 and below 1"),
    ):
        if key not in reader:
            reader.missing(key, allowed)
    dimension = None
    if "quantity" in reader and _check_quantity(
        quantity, reader, "quantity", equations, parameters
    ):
        dimension = _dimension(quantity, equations)
    text = reader.choice("relation", tuple(Relation))
    relation = next((known for known in Relation if known == text), Relation.LESS)
    value = reader.number("value")
    unit = reader.unit("unit", dimension)
    confidence = reader.number("confidence", "a probability above 0 and below 1")
    if confidence is not None and not 0 < confidence < 1:
        reader.fault("confidence", repr(confidence), "a probability above 0 and below 1")
    required = reader.flag("required")
    if len(reader.faults.faults) > before or None in (value, unit, confidence):
        return None
    assert value is not None  # noqa: S101  (for the type checker)
    assert unit is not None  # noqa: S101
    assert confidence is not None  # noqa: S101
    return Claim(id_, statement, quantity, relation, value, unit, confidence, required)


def read_breakdown(
    tables: Mapping[str, tuple[Any, FaultCollector]],
    equations: Equations,
    parameters: Sequence[str],
) -> dict[str, tuple[str, ...]]:
    """Return which quantities an equation is split into."""
    breakdown = {}
    known = (*equations, *parameters)
    for name, (value, faults) in tables.items():
        reader = TableReader({name: value}, faults, ("breakdown",))
        if not _check_quantity(name, reader, name, equations, parameters):
            continue
        parts = reader.names(name, known, "equations")
        whole = _dimension(name, equations)
        for part in parts:
            own = _dimension(part, equations)
            if whole is not None and own is not None and own != whole:
                reader.fault(name, f"{part!r}, which is {own}", f"quantities that are {whole}")
        if not parts and value in ([], ()):
            reader.fault(name, "an empty list", "the names of its parts")
        breakdown[name] = parts
    return breakdown
