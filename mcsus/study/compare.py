"""The table ``[compare]``: which labels of which dims are compared, pair by pair."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from mcsus.declared.items import names, probability
from mcsus.declared.reader import TableReader, choices, close, shown
from mcsus.declared.table import Schema, Table
from mcsus.errors import FaultCollector
from mcsus.study.functional_units import ALLOWED, FunctionalUnits
from mcsus.study.grids import Dims
from mcsus.study.options import Known
from mcsus.study.parts import Compared, LabelPair
from mcsus.vocabulary import SCENARIO, Label

ALL, FIRST = "all", "first"
MOST_PAIRS = 120
"""Pairs of labels of a dim at most: those of 16 labels."""

_FEW_PAIRS = 6  # up to which scenarios are compared with each other, and not with base alone
_ALLOWED = f"{ALL!r}, {FIRST!r} (each label against the first), or a list of pairs of labels"
_PAIRS: Schema = {
    "oneOf": [
        {"enum": [ALL, FIRST]},
        {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 2, "maxItems": 2}},
    ]
}

COMPARE = Table(
    "compare",
    f"What is compared, draw by draw: DIM = {_ALLOWED}. Scenarios are always compared",
    {"additionalProperties": _PAIRS},
    outputs=names(
        "outputs",
        "outputs to compare; by default all, as far as they are few",
        "names of [outputs]",
    ),
    confidence=probability("share of the draws from which two are told apart", default=0.95),
)


def read_compare(table: object, dims: Dims, known: Known, faults: FaultCollector) -> Compared:
    """Return what is compared: the pairs of labels by dim, those of scenarios among them.

    Parameters
    ----------
    dims : mapping
        Those of the study, with `scenario` as the last where there is one.
    """
    row = COMPARE.read(table, faults, ("compare",), known, closed=False)
    row.refuse_unknown((*COMPARE, *dims), "no dim of this study")
    functional: FunctionalUnits = known["functional"]
    pairs = {name: _pairs(row, name, dims[name]) for name in dims if name in row}
    for name, own in pairs.items():
        found = next(filter(None, (functional.against(name, *pair) for pair in own)), "")
        if found:
            row.fault(name, found, ALLOWED)
    if SCENARIO in dims and SCENARIO not in pairs:
        every = _every(dims[SCENARIO])
        some = every if len(every) <= _FEW_PAIRS else _with_first(dims[SCENARIO])
        pairs[SCENARIO] = tuple(p for p in some if not functional.against(SCENARIO, *p))
    unlike = {name: functional.first_unlike(name, dims[name]) for name in pairs}
    return Compared(
        {name: own for name, own in pairs.items() if own},
        row["outputs"],
        row["confidence"],
        {name: pair for name, pair in unlike.items() if pair is not None},
    )


def _every(labels: Sequence[Label]) -> tuple[LabelPair, ...]:
    """Return all pairs: a later label against an earlier one."""
    return tuple((b, a) for a, b in itertools.combinations(labels, 2))


def _with_first(labels: Sequence[Label]) -> tuple[LabelPair, ...]:
    return tuple((label, labels[0]) for label in labels[1:])


def _pairs(row: TableReader, name: str, labels: Sequence[Label]) -> tuple[LabelPair, ...]:
    """Return the pairs of labels of a dim that the table names."""
    value = row.raw(name)
    if value == FIRST:
        return _with_first(labels)
    if value == ALL:
        every = _every(labels)
        if len(every) <= MOST_PAIRS:
            return every
        found = f"{ALL!r} of {len(labels)} labels, which are {len(every)} pairs"
        row.fault(name, found, f"at most {MOST_PAIRS}; or {FIRST!r}, or a list of pairs")
        return ()
    if not isinstance(value, list | tuple) or not value:
        row.fault(name, shown(value), _ALLOWED, close(value, (ALL, FIRST)))
        return ()
    pairs: dict[LabelPair, None] = {}
    for item in value:
        pair = _pair(row, name, item, labels)
        if pair is None:
            return ()
        if pair in pairs:
            row.fault(name, f"{shown(item)} twice", "each pair once")
        pairs[pair] = None
    if len(pairs) > MOST_PAIRS:
        row.fault(name, f"{len(pairs)} pairs", f"at most {MOST_PAIRS}")
    return tuple(pairs)


def _pair(row: TableReader, name: str, item: Any, labels: Sequence[Label]) -> LabelPair | None:
    """Return one pair; None where it is none of the labels of the dim."""
    if not isinstance(item, list | tuple) or len(item) != 2:
        row.fault(name, shown(item), "two labels: what is compared, and what it is compared with")
        return None
    for label in item:
        if isinstance(label, bool) or label not in labels:
            texts = [own for own in labels if isinstance(own, str)]
            row.fault(name, shown(label), choices(map(str, labels)), close(label, texts))
            return None
    one, other = item
    if one == other:
        row.fault(name, f"{shown(one)} against itself", "two labels")
        return None
    return labels[labels.index(one)], labels[labels.index(other)]
