"""A claim that compares a quantity with a value."""

from __future__ import annotations

from mcsus.declared import (
    Table,
    TableReader,
    dimension_of,
    equation,
    flag,
    identifier,
    number,
    one_of,
    probability,
    text,
    unit,
)
from mcsus.study.claims.kind import ClaimKind
from mcsus.study.parts import Claim
from mcsus.vocabulary import Relation

CLAIM = Table(
    "claim",
    "A statement on a quantity, with a value to compare it with and the confidence it must reach",
    id=identifier("its name"),
    statement=text("the claim in words", required=True),
    quantity=equation("what it is about, shown as an output or not"),
    relation=one_of(tuple(Relation), "how the quantity compares with the value", required=True),
    value=number("to compare with, in the unit", required=True),
    unit=unit(
        "of the value",
        like=lambda reader: dimension_of(reader, reader["quantity"]),
        required=True,
    ),
    confidence=probability("that the relation must reach", required=True),
    required=flag("whether a run fails (exit code 1) unless the claim is supported everywhere"),
)


def make(row: TableReader) -> Claim:
    """Return the claim of a table without faults."""
    return Claim(**{**row.values, "relation": Relation(row["relation"])})


KIND = ClaimKind(CLAIM, make)
