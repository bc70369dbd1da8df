"""A claim that other claims hold at once, or that one of them does, on the same draws."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from mcsus.declared.items import raw
from mcsus.declared.reader import TableReader, close, shown
from mcsus.declared.table import Item
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import Call, Compare, Expression, Number
from mcsus.study.claims.kind import ClaimKind, claim_table, register
from mcsus.study.parts import Margin
from mcsus.units import unit
from mcsus.vocabulary import Relation

_FAR = 1e300  # of a margin that leaves the others to decide

_OTHERS = "a list of ids of two or more other claims of the study"


def _claims(words: str) -> Item:
    """Return an item that takes ids of other claims."""

    def read(reader: TableReader, key: str) -> tuple[str, ...] | None:
        ids, known = reader.list(key, "ids of claims"), reader.known["claims"]
        before = len(reader.faults.faults)
        if not ids and isinstance(reader.raw(key), list | tuple):
            reader.fault(key, "an empty list", _OTHERS)
        for k, id_ in enumerate(ids):
            if not isinstance(id_, str) or id_ not in known:
                reader.fault(key, f"unknown claim {shown(id_)}", _OTHERS, close(id_, known))
            elif id_ == reader.table.get("id"):
                reader.fault(key, f"{id_!r}, which is this claim: over itself", _OTHERS)
            elif id_ in ids[:k]:
                reader.fault(key, f"{id_!r} twice", "each claim once")
        return tuple(ids) if ids and len(reader.faults.faults) == before else None

    schema = {"type": "array", "items": {"type": "string"}, "minItems": 2, "uniqueItems": True}
    return raw(words, schema, _OTHERS, read=read)


_TABLE = claim_table(
    "Other claims hold at once, or at least one of them does, on the same draws",
    {"oneOf": [{"required": ["all_of"]}, {"required": ["any_of"]}]},
    all_of=_claims("claims that are to hold at once"),
    any_of=_claims("claims of which at least one is to hold"),
)


def _lower(row: TableReader) -> Margin:
    if (row["all_of"] is None) == (row["any_of"] is None):
        found = "both" if row["all_of"] else "neither"
        raise InputError(Fault(found, "one of all_of and any_of", ("all_of",)))
    key = "all_of" if row["all_of"] else "any_of"
    margin_of: Callable[[str, str], Margin] = row.known["margin_of"]
    parts = [margin_of(row["id"], id_) for id_ in row[key]]
    if len(parts) < 2:
        raise InputError(Fault(f"a joint claim of {row[key][0]!r} alone", _OTHERS, (key,)))
    if row["all_of"]:
        names = " and ".join(row[key])
        return _joined(parts, "min", "least", names)._replace(tested=f"{names} hold at once")
    names = " or ".join(row[key])
    return _joined(parts, "max", "largest", names)._replace(tested=f"{names} holds")


def _joined(parts: Sequence[Margin], function: str, which: str, names: str) -> Margin:
    """Return the least, or the largest, margin of some claims.

    Where some of them hold at equality and some do not, a margin of exactly 0 leaves the others to
    decide: of a claim that holds there if all are to hold, of one that does not if any is to.
    Of margins in unlike units none is the least: there the signs are joined.
    """
    shown_in = parts[0].unit
    is_sign = any(part.is_sign or part.unit != shown_in for part in parts)
    if is_sign:
        shown_in = unit("1")
        parts = [part._replace(expression=_sign(part.expression)) for part in parts]
    words = names if is_sign else f"{which} margin of {names}"
    strict = [part.expression for part in parts if part.relation.is_strict]
    loose = [part.expression for part in parts if not part.relation.is_strict]
    if strict and loose:
        far = math.copysign(_FAR, 1 if function == "min" else -1)
        aside = Number(far, dimension=shown_in.dimension)
        tied: list[Expression] = [
            Call("where", (Compare("==", own, Number(0.0)), aside, own))
            for own in (loose if function == "min" else strict)
        ]
        strict, loose = (strict, tied) if function == "min" else (tied, loose)
    each = (*strict, *loose)
    joined = Call(function, each) if len(each) > 1 else each[0]
    decides_strictly = bool(strict) if function == "min" else not loose
    relation = Relation.MORE if decides_strictly else Relation.AT_LEAST
    return Margin(joined, shown_in, words, relation, is_sign=is_sign)


def _sign(margin: Expression) -> Expression:
    """Return 1 where a margin is above 0, -1 where it is below, and else 0."""
    below = Call("where", (Compare("<", margin, Number(0.0)), Number(-1.0), Number(0.0)))
    return Call("where", (Compare(">", margin, Number(0.0)), Number(1.0), below))


register("joint", ClaimKind(_TABLE, _lower, marks=("all_of", "any_of")))
