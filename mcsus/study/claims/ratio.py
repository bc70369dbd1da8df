"""A claim on the ratio of a quantity to another on the same draws."""

from __future__ import annotations

from mcsus.declared.items import equation, number, one_of
from mcsus.declared.reader import TableReader
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import Binary, Call, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.claims.names import need_dimension, quantity, unit_of
from mcsus.study.parts import Margin
from mcsus.units import unit
from mcsus.vocabulary import Relation

_TABLE = claim_table(
    "A quantity as a multiple of another one, draw by draw; without bound where the other is not "
    "above 0",
    quantity=equation("what it is about, shown as an output or not"),
    relative_to=quantity("what it is divided by, in the same unit", required=True),
    relation=one_of(tuple(Relation), "how the ratio compares with the value", required=True),
    value=number("to compare the ratio with", required=True),
)


def _lower(row: TableReader) -> Margin:
    name, below, relation = row["quantity"], row["relative_to"], Relation(row["relation"])
    why = f"as {name!r}: their ratio is a plain number"
    if below == name:
        raise InputError(Fault(f"{name!r} itself", "another quantity", ("relative_to",)))
    need_dimension(row, "relative_to", below, unit_of(row, name).dimension, why)
    ratio = Call("ratio", (Name(name), Name(below)))
    sides = (Number(row["value"]), ratio) if relation.is_below else (ratio, Number(row["value"]))
    words = f"{name} over {below}"
    return Margin(Binary("-", *sides), unit("1"), words, relation, row["value"], is_ratio=True)


register("ratio", ClaimKind(_TABLE, _lower, marks=("relative_to",)))
