"""A claim that compares a quantity at two labels or scenarios, or two quantities, draw by draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.declared.items import number, one_of, raw
from mcsus.declared.reader import TableReader, shown
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import Binary, Expression, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.claims.names import (
    is_dim,
    is_label,
    is_quantity,
    need_dimension,
    quantity,
    read_at,
    unit_of,
)
from mcsus.study.functional_units import ALLOWED
from mcsus.study.parts import Margin, Reading
from mcsus.vocabulary import Label, Relation

_PAIR = "a table of dim = [first, second], or two labels of one dim, or two quantities"

Sides = dict[str, tuple[Label, Label]]
"""Dim -> the labels of the first side and of the second; "" for two quantities."""


def _read_pair(reader: TableReader, key: str) -> Any:
    value = reader.raw(key)
    if isinstance(value, Mapping) and value:
        fits = [_fits(reader, key, *item) for item in value.items()]  # all faults at once
        return value if all(fits) else None
    if not isinstance(value, list | tuple) or len(value) != 2:
        reader.fault(key, shown(value), _PAIR)
        return None
    if value[0] == value[1]:
        reader.fault(key, f"{shown(value[0])} twice", "two that differ")
        return None
    if "quantity" in reader:
        return value if _dim_of(reader, key, value) else None
    known = [is_quantity(reader, name, key) for name in value]
    return value if all(known) else None


def _fits(reader: TableReader, key: str, dim: object, pair: object) -> bool:
    """Tell whether two labels of a dim can be compared; note it if not."""
    if not is_dim(reader, dim, key, str(dim)):
        return False
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        reader.faults.add(shown(pair), "two labels: [first, second]", *reader.where, key, str(dim))
        return False
    known = [is_label(reader, str(dim), label, key, str(dim)) for label in pair]
    if not all(known):
        return False
    if pair[0] == pair[1]:
        where = (*reader.where, key, str(dim))
        reader.faults.add(f"{shown(pair[0])} twice", "two labels that differ", *where)
        return False
    return True


def _dim_of(reader: TableReader, key: str, pair: Any) -> str | None:
    """Return the one dim that has both labels; note it if there is none, or more."""
    dims: Mapping[str, Any] = reader.known["dims"]
    having = [dim for dim, labels in dims.items() if all(label in labels for label in pair)]
    if len(having) == 1 and having[0] != reader.known["inner"]:
        return having[0]
    if len(having) > 1:
        allowed = f"the dim as well, for example {{ {having[0]} = [first, second] }}"
        reader.fault(key, f"labels of {' and of '.join(map(repr, having))}", allowed)
        return None
    partly = [dim for dim, labels in dims.items() if any(label in labels for label in pair)]
    if partly:
        for label in pair:
            is_label(reader, partly[0], label, key)
        return None
    reader.fault(key, f"{shown(pair)}, labels of no dim", f"two labels of {' or '.join(dims)}")
    return None


_TABLE = claim_table(
    "A quantity at a label, or in a scenario, compared with the same quantity at another one, or a "
    "quantity with another; on the same draws",
    quantity=quantity("what is compared; not for two quantities"),
    compare=raw(
        "the two sides: { dim = [first, second] }, two labels, or two quantities",
        {"anyOf": [{"type": "object", "minProperties": 1}, {"type": "array", "minItems": 2}]},
        _PAIR,
        read=_read_pair,
        required=True,
    ),
    relation=one_of(tuple(Relation), "how the first compares with the second", required=True),
    margin=number(
        "what the second is multiplied by: with < and 0.9, at least 10 % lower",
        low=0,
        default=1.0,
        allowed="a number above 0",
    ),
)


def _lower(row: TableReader) -> Margin:
    if row["margin"] <= 0:
        raise InputError(Fault(shown(row["margin"]), "a number above 0", ("margin",)))
    relation, factor = Relation(row["relation"]), row["margin"]
    first, second, names, reads = _sides(row)
    scaled = second if factor == 1 else Binary("*", Number(factor), second)
    sides = (scaled, first) if relation.is_below else (first, scaled)
    times = "" if factor == 1 else f"{factor:g} times "
    words = f"{names[0]} less {times}{names[1]}"
    shown_in = unit_of(row, row["quantity"] or row["compare"][0])
    tested = f"{names[0]} {relation.symbol} {times}{names[1]}"
    return Margin(Binary("-", *sides), shown_in, words, relation, reads=reads, tested=tested)


def _sides(
    row: TableReader,
) -> tuple[Expression, Expression, tuple[str, str], tuple[Reading, ...]]:
    """Return the two sides, their names, and what they read."""
    compared, name = row["compare"], row["quantity"]
    if name is None:
        if isinstance(compared, Mapping):
            raise InputError(Fault("nothing", "the quantity that is compared", ("quantity",)))
        one, other = compared
        why = f"as {one!r}: what serves other functional units is not comparable"
        need_dimension(row, "compare", other, unit_of(row, one).dimension, why)
        return Name(one), Name(other), (one, other), ()
    if not isinstance(compared, Mapping):
        compared = {str(_dim_of(row, "compare", compared)): compared}
    for dim in (dim for dim in compared if dim in (row["at"] or {})):
        raise InputError(Fault(f"{dim!r}, which is compared", "another dim", ("at", dim)))
    first: Expression = Name(name)
    second: Expression = Name(name)
    reads = []
    for dim, (one, other) in compared.items():
        if found := row.known["functional"].against(dim, one, other):
            raise InputError(Fault(found, ALLOWED, ("compare", dim)))
        reads.append(Reading(("compare", dim), dim, Name(name)))
        first, second = read_at(first, dim, one), read_at(second, dim, other)
    each = [", ".join(str(pair[k]) for pair in compared.values()) for k in (0, 1)]
    return first, second, (f"{name} [{each[0]}]", f"{name} [{each[1]}]"), tuple(reads)


register("comparison", ClaimKind(_TABLE, _lower, marks=("compare",)))
