"""The table ``[equations]`` and the check of the names that formulas use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.declared.items import raw, text, unit
from mcsus.declared.reader import TableReader, close, shown
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector
from mcsus.expressions import Expression, dimension, parse, walk
from mcsus.expressions.nodes import MAX_CHARACTERS, At, AtLabel, Name, Number, Reduce
from mcsus.model import Equation
from mcsus.parameters import ABOUT
from mcsus.study.dimensions import is_numeric, name_is_free
from mcsus.units import Dimension
from mcsus.vocabulary import Label


def _formula(reader: TableReader, key: str) -> Expression | None:
    written = reader.text(key, required=True)
    if written:
        with reader.faults.at(*reader.where, key):
            return parse(written)
    return None


EQUATION = Table(
    "equation",
    "A formula over parameters, other equations and numeric dims",
    formula=raw(
        "how it is computed, for example sum(share * device, over=application)",
        {"type": "string", "maxLength": MAX_CHARACTERS},
        "a text",
        read=_formula,
        required=True,
    ),
    unit=unit("of the quantity", required=True, allowed="a unit in quotes ('1' for none)"),
    stage=ABOUT.items["stage"],
    description=text("what it is"),
    source=text("where the formula is from"),
)


def read_equation(
    name: str, value: Any, faults: FaultCollector, above: tuple[str, ...] = ()
) -> Equation | None:
    """Return one equation of a file, or None when something is wrong (then it is noted).

    Parameters
    ----------
    above : tuple of str
        Where the table ``equations`` stands in the file.
    """
    if not name_is_free(name, faults, "equations"):
        return None
    where = (*above, "equations", name)
    if not isinstance(value, Mapping):
        faults.add(shown(value), "a table: { formula = '..', unit = '..' }", *where)
        return None
    row = EQUATION.read(value, faults, where)
    if row["formula"] is None or row["unit"] is None:
        return None
    notes = "\n".join(filter(None, (row["description"], row["source"])))
    return Equation(name, row["unit"], row["formula"], notes, row["stage"])


def check_dimension(
    equation: Equation,
    declared: Mapping[str, Dimension],
    faults: FaultCollector,
    above: tuple[str, ...] = (),
) -> None:
    """Note a formula whose dimension is not that of its unit.

    Every equation declares its unit, so one is checked without the others; one whose inputs
    are not all known is left alone.
    """
    if not all(name in declared for name in equation.inputs):
        return
    if isinstance(equation.expression, Number) and equation.expression.value == 0:
        return
    where = (*above, "equations", equation.name)
    with faults.at(*where, "formula"):
        own = dimension(equation.expression, declared)
        if own != equation.unit.dimension:
            allowed = f"a unit like {own.shown}, which its formula gives"
            faults.add(repr(equation.unit.text), allowed, *where, "unit")


def _dims_of(node: Reduce | At | AtLabel) -> tuple[str, ...]:
    match node:
        case Reduce(over=over):
            return (over,)
        case At(dim=dim, source=source):
            return dim, source
    return (node.dim,)


def check_names(
    equation: Equation,
    known: Mapping[str, object],
    dims: Mapping[str, tuple[Label, ...]],
    faults: FaultCollector,
    above: tuple[str, ...] = (),
) -> None:
    """Note names and dims in a formula that the study does not have."""
    numeric = [dim for dim in dims if is_numeric(dims[dim])]
    names = (*known, *numeric)
    where = (*above, "equations", equation.name, "formula")
    seen: set[str] = set()

    def note(name: str, found: str, allowed: str, among: tuple[str, ...], column: int) -> None:
        if name not in seen:
            seen.add(name)
            faults.add(found, allowed, *where, f"column {column}", nearest=close(name, among))

    for node in walk(equation.expression):
        if isinstance(node, Name) and node.id not in names:
            found = f"unknown name {shown(node.id)}"
            allowed = "a parameter, an equation or a numeric dim of this study"
            if node.id in dims:
                found = f"{node.id!r}, a dim whose labels are texts"
                allowed = "a numeric dim, when a dim is used as a number"
            note(node.id, found, allowed, names, node.position)
        elif isinstance(node, Reduce | At | AtLabel):
            used = _dims_of(node)
            for dim in used:
                if dim not in dims:
                    allowed = f"a dim of this study ({', '.join(dims) or 'it has none'})"
                    note(dim, f"unknown dim {shown(dim)}", allowed, tuple(dims), node.position)
            labels = {dims[dim] for dim in used if dims.get(dim)}
            if isinstance(node, At) and len(labels) > 1:
                found = f"at(.., {node.dim}={node.source}), whose labels differ"
                allowed = "two dims with the same labels"
                note(f"{node.dim}={node.source}", found, allowed, (), node.position)
            if isinstance(node, AtLabel) and dims.get(node.dim):
                with faults.at(*where):
                    node.index(dims[node.dim])
