"""A claim that compares a quantity with a value."""

from __future__ import annotations

from mcsus.declared.items import dimension_of, equation, number, one_of, unit
from mcsus.declared.reader import TableReader
from mcsus.expressions.nodes import Binary, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.parts import Margin
from mcsus.vocabulary import Relation

_TABLE = claim_table(
    "A statement on a quantity, with a value to compare it with and the confidence it must reach",
    quantity=equation("what it is about, shown as an output or not"),
    relation=one_of(tuple(Relation), "how the quantity compares with the value", required=True),
    value=number("to compare with, in the unit", required=True),
    unit=unit(
        "of the value", like=lambda reader: dimension_of(reader, reader["quantity"]), required=True
    ),
)


def _lower(row: TableReader) -> Margin:
    shown_in, relation = row["unit"], Relation(row["relation"])
    quantity = Name(row["quantity"])
    value = Number(row["value"] * shown_in.factor, dimension=shown_in.dimension)
    sides = (value, quantity) if relation.is_below else (quantity, value)
    return Margin(Binary("-", *sides), shown_in, row["quantity"], relation, row["value"])


register("threshold", ClaimKind(_TABLE, _lower))
