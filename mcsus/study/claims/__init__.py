"""The tables ``[[claims]]``: a kind of claim is one module of this package, which registers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.declared.reader import MAX_FAULTS, item_name
from mcsus.declared.table import Either
from mcsus.errors import FaultCollector
from mcsus.study.claims.kind import kind_of, kinds
from mcsus.study.parts import Claim


def claims_table() -> Either:
    """Return what may stand in ``[[claims]]``."""
    return Either("claim", "A claim", *(kind.table for kind in kinds().values()))


def read_claims(
    tables: Sequence[Any], known: Mapping[str, Any], faults: FaultCollector
) -> tuple[Claim, ...]:
    """Return the claims that `tables` say, by the names that the study knows."""
    claims: dict[str, Claim] = {}
    ids: set[str] = set()
    for index, table in enumerate(tables):
        if len(faults.faults) > MAX_FAULTS:
            break
        kind = kind_of(table)
        row = kind.table.read(table, faults, ("claims", item_name(table, index)), known)
        id_ = row["id"]
        if id_ and id_ in ids:
            row.fault("id", f"{id_!r} twice", "an id of its own for each claim")
        ids.add(id_)
        if not (row.is_table and row.is_sound):
            continue
        with faults.at("claims", id_):
            claims[id_] = Claim(
                id_,
                row["statement"],
                row["confidence"],
                row["required"],
                kind.lower(row),
                dict(row.values),
            )
    return tuple(claims.values())


def write_claim(claim: Claim) -> dict[str, Any]:
    """Return the table of a claim in a study file."""
    return kind_of(claim.table).table.write(claim.table)
