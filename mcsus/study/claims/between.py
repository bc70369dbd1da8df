"""A claim that a quantity lies between two values."""

from __future__ import annotations

from mcsus.declared.items import dimension_of, equation, raw, unit
from mcsus.declared.reader import TableReader, finite, shown
from mcsus.expressions.nodes import Binary, Call, Name, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.parts import Margin
from mcsus.vocabulary import Relation

_ENDS = "two numbers, the lower one first"


def _read_ends(reader: TableReader, key: str) -> tuple[float, float] | None:
    values = reader.raw(key)
    ends = [finite(value) for value in values] if isinstance(values, list | tuple) else []
    if len(ends) == 2 and None not in ends and ends[0] < ends[1]:  # type: ignore[operator]
        return ends[0], ends[1]  # type: ignore[return-value]
    reader.fault(key, shown(values), _ENDS)
    return None


_TABLE = claim_table(
    "A quantity lies between two values, or at one of them",
    quantity=equation("what it is about, shown as an output or not"),
    between=raw(
        "the two values, in the unit",
        {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
        _ENDS,
        read=_read_ends,
        required=True,
    ),
    unit=unit(
        "of the values", like=lambda reader: dimension_of(reader, reader["quantity"]), required=True
    ),
)


def _lower(row: TableReader) -> Margin:
    """The nearer end decides."""
    quantity, shown_in = Name(row["quantity"]), row["unit"]
    low, high = (
        Number(end * shown_in.factor, dimension=shown_in.dimension) for end in row["between"]
    )
    margin = Call("min", (Binary("-", quantity, low), Binary("-", high, quantity)))
    words = f"distance of {row['quantity']} to the nearer of {row['between'][0]:g} and "
    return Margin(margin, shown_in, words + f"{row['between'][1]:g}", Relation.AT_LEAST)


register("between", ClaimKind(_TABLE, _lower, marks=("between",)))
