"""A claim that a cost is paid back by a rate within some time, or within a life."""

from __future__ import annotations

from mcsus.declared.items import number, unit
from mcsus.declared.reader import TableReader
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import Binary, Call, Expression, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.claims.names import quantity, unit_of
from mcsus.study.parts import Margin
from mcsus.units import Unit
from mcsus.vocabulary import Relation

_TABLE = claim_table(
    "A rate pays a cost back within some time; never where it is not above 0",
    cost=quantity("what is to be paid back", required=True),
    rate=quantity("what pays, in the unit of the cost by time", required=True),
    within=quantity("the time it may take, such as a life; or value and unit"),
    value=number("the time it may take, in the unit"),
    unit=unit("of the value, such as year"),
)
_ONE = "either within = a quantity, or value and unit"


def _lower(row: TableReader) -> Margin:
    cost, rate = row["cost"], row["rate"]
    time = unit_of(row, cost).dimension / unit_of(row, rate).dimension
    if unit_of(row, rate).dimension == unit_of(row, cost).dimension:
        found = f"{rate!r}, which is {unit_of(row, rate).text} as the cost is"
        allowed = f"what pays in a time, such as {unit_of(row, cost).text}/year"
        raise InputError(Fault(found, allowed, ("rate",)))
    limit, shown_in, name = _limit(row)
    if shown_in.dimension != time:
        found = f"{shown_in.text!r} for what is paid back after {time.shown}"
        key = "unit" if row["within"] is None else "within"
        raise InputError(Fault(found, f"a time like {time.shown}, which cost over rate is", (key,)))
    took = Call("payback", (Name(cost), Name(rate)))
    margin = Binary("-", limit, took)
    told = f"payback of {cost} by {rate}"
    if row["within"] is None:
        return Margin(margin, shown_in, told, Relation.AT_MOST, row["value"])
    beside = Binary("-", limit, margin)  # over the dims of the margin
    words = f"{name} left after the {told}"
    return Margin(margin, shown_in, words, Relation.AT_LEAST, beside=beside, beside_name=told)


def _limit(row: TableReader) -> tuple[Expression, Unit, str]:
    """Return the time that it may take, the unit to show it in and its name."""
    given = [key for key in ("within", "value", "unit") if row[key] is not None]
    if given not in (["within"], ["value", "unit"]):
        raise InputError(Fault(f"{', '.join(given) or 'neither'}", _ONE, ("within",)))
    if row["within"] is not None:
        name = row["within"]
        return Name(name), unit_of(row, name), name
    shown_in: Unit = row["unit"]
    if row["value"] <= 0:
        raise InputError(Fault(f"{row['value']:g}", "a time above 0", ("value",)))
    value = Number(row["value"] * shown_in.factor, dimension=shown_in.dimension)
    return value, shown_in, ""


register("payback", ClaimKind(_TABLE, _lower, marks=("cost", "rate", "within")))
