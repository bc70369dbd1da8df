"""Where a claim is to hold: at some labels, at every label of a dim, for a part of a population.

The last tells variability from uncertainty: ``share`` says in how much of the population the
statement must be true, ``confidence`` how sure one must be that it is so.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcsus.declared.items import raw
from mcsus.declared.reader import TableReader, finite, shown
from mcsus.declared.table import Item
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import Binary, Call, Compare, Expression, Name, Number, Reduce
from mcsus.study.claims.names import is_dim, is_label, quantity, read_at
from mcsus.study.parts import Margin, Reading
from mcsus.units import unit
from mcsus.vocabulary import Label, Relation

MOST_LABELS = 256
"""Of a dim at whose every label a claim may be asked to hold."""

_SHARE = "a number above 0 and at most 1"
_AT = "a table of dim = label"


def _read_at(reader: TableReader, key: str) -> dict[str, Label] | None:
    value = reader.raw(key)
    if not isinstance(value, Mapping) or not value:
        found = "an empty table" if isinstance(value, Mapping) else shown(value)
        reader.fault(key, found, _AT)
        return None
    fits = [
        is_dim(reader, dim, key, dim) and is_label(reader, dim, label, key, dim)
        for dim, label in value.items()
    ]
    return dict(value) if all(fits) else None


def _read_over(reader: TableReader, key: str) -> str | None:
    name = reader.raw(key)
    return name if is_dim(reader, name, key) else None


def _read_share(reader: TableReader, key: str) -> float | None:
    value = finite(reader.raw(key))
    if value is None or not 0 < value <= 1:
        reader.fault(key, shown(reader.raw(key)), _SHARE)
        return None
    return value


SCOPE: dict[str, Item] = {
    "at": raw(
        "labels at which it is to hold, for example { year = 2030 }; at each one if left out",
        {"type": "object", "minProperties": 1},
        _AT,
        read=_read_at,
    ),
    "over": raw(
        "a dim at whose every label it is to hold at once; with a share, at so much of them",
        {"type": "string"},
        "the name of a dim",
        read=_read_over,
    ),
    "share": raw(
        "part of the population in which it is to hold: of the labels of over, or of individuals",
        {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        _SHARE,
        read=_read_share,
    ),
    "weights": quantity(
        "how much of the population each label of over stands for; alike by default"
    ),
}
"""The keys by which every kind of claim says where it is to hold."""


def scoped(row: TableReader, margin: Margin) -> Margin:
    """Return the margin of a claim where its table says that it is to hold.

    Raises
    ------
    InputError
        If its keys do not go together.
    """
    over, inner = row["over"], row.known["inner"]
    if row["share"] is not None and over is None:
        if inner is None:
            allowed = "it with over = a dim of the population; the study has no individuals"
            raise InputError(Fault("a share of no population", allowed, ("share",)))
        over = inner
    if over is not None:
        _refuse_odd(row, over)
        if row["share"] is None:
            margin = _everywhere(margin, over, row.known["dims"][over])
        else:
            margin = _for_share(margin, over, row["share"], row["weights"], row.known["inner"])
    elif row["weights"] is not None:
        raise InputError(Fault("weights without a share", "both of them", ("weights",)))
    return _at(margin, row["at"] or {})


def _refuse_odd(row: TableReader, over: str) -> None:
    labels = row.known["dims"][over]
    if row["share"] is None:
        if over == row.known["inner"]:
            allowed = f"share = .. of {over!r}: how many of them are drawn is no property of them"
            raise InputError(Fault(f"every label of {over!r}", allowed, ("over",)))
        if row["weights"] is not None:
            raise InputError(Fault("weights without a share", "both of them", ("weights",)))
        if len(labels) > MOST_LABELS:
            allowed = f"at most {MOST_LABELS}, or share = 1"
            raise InputError(Fault(f"{len(labels)} labels of {over!r}", allowed, ("over",)))
    if over in (row["at"] or {}):
        found = f"{over!r}, of which at reads one label"
        raise InputError(Fault(found, "a dim that at leaves as it is", ("over",)))


def _at(margin: Margin, labels: Mapping[str, Label]) -> Margin:
    reads = [*margin.reads]
    for dim, label in labels.items():
        reads.append(Reading(("at", dim), dim, margin.expression))
        beside = None if margin.beside is None else read_at(margin.beside, dim, label)
        margin = margin._replace(
            expression=read_at(margin.expression, dim, label),
            beside=beside,
        )
    return margin._replace(reads=tuple(reads))


def _everywhere(margin: Margin, over: str, labels: tuple[Label, ...]) -> Margin:
    """Return the least margin over all labels of a dim."""
    each = tuple(read_at(margin.expression, over, label) for label in labels)
    least: Expression = Call("min", each) if len(each) > 1 else each[0]
    worst = "largest" if margin.relation.is_below else "smallest"
    return margin._replace(
        expression=least,
        quantity=f"{worst} {margin.quantity} over {over}",
        beside=None,
        reads=(*margin.reads, Reading(("over",), over, margin.expression)),
        tested=margin.tested and f"{margin.tested}, for every {over}",
    )


def _for_share(
    margin: Margin, over: str, share: float, weights: str | None, inner: str | None
) -> Margin:
    """Return by how much the part of a population in which a claim holds is above a share."""
    sign = ">" if margin.relation.is_strict else ">="
    holds = Call("where", (Compare(sign, margin.expression, Number(0.0)), Number(1.0), Number(0.0)))
    part: Expression = Reduce("mean", holds, over)
    if weights is not None:
        weight = Name(weights)
        whole = Reduce("sum", weight, over)
        part = Binary("/", Reduce("sum", Binary("*", holds, weight), over), whole)
    key = "share" if over == inner else "over"
    reads = [*margin.reads, Reading((key,), over, margin.expression)]
    if weights is not None:
        reads.append(Reading(("weights",), over, Name(weights)))
    return Margin(
        Binary("-", part, Number(share)),
        unit("1"),
        f"share of {over} with {margin.condition}",
        Relation.AT_LEAST,
        share,
        reads=tuple(reads),
    )
