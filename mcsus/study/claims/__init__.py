"""The tables ``[[claims]]``: a kind of claim is one module of this package, which registers it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.declared.reader import MAX_FAULTS, TableReader, item_name
from mcsus.declared.table import Either
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.study.claims.kind import ClaimKind, kind_of, kinds
from mcsus.study.claims.scope import scoped
from mcsus.study.parts import Claim, Margin


def claims_table() -> Either:
    """Return what may stand in ``[[claims]]``."""
    return Either("claim", "A claim", *(kind.table for kind in kinds().values()))


def read_claims(
    tables: Sequence[Any], known: Mapping[str, Any], faults: FaultCollector
) -> tuple[Claim, ...]:
    """Return the claims that `tables` say, by the names that the study knows."""
    ids = [str(table.get("id")) for table in tables if isinstance(table, Mapping)]
    margins = _Margins()
    known = {**known, "claims": tuple(ids), "margin_of": margins.part}
    seen: set[str] = set()
    for index, table in enumerate(tables):
        if len(faults.faults) > MAX_FAULTS:
            break
        kind = kind_of(table)
        row = kind.table.read(table, faults, ("claims", item_name(table, index)), known)
        id_ = row["id"]
        if id_ and id_ in seen:
            row.fault("id", f"{id_!r} twice", "an id of its own for each claim")
        seen.add(id_)
        if row.is_table and row.is_sound:
            margins.rows[id_] = kind, row
    claims: dict[str, Claim] = {}
    for id_, (_, row) in margins.rows.items():
        with faults.at("claims", id_):
            margin = margins.of(id_)
            claims[id_] = Claim(
                id_, row["statement"], row["confidence"], row["required"], margin, dict(row.values)
            )
    return tuple(claims.values())


class _Margins:
    """What claims come to: that of a joint claim takes those of others, in any order."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[ClaimKind, TableReader]] = {}
        self._known: dict[str, Margin] = {}
        self._open: list[str] = []

    def of(self, id_: str) -> Margin:
        """Return what a claim comes to."""
        if id_ not in self._known:
            kind, row = self.rows[id_]
            self._open.append(id_)
            try:
                self._known[id_] = scoped(row, kind.lower(row))
            finally:
                self._open.pop()
        return self._known[id_]

    def part(self, whole: str, id_: str) -> Margin:
        """Return what a claim comes to that is part of another one.

        Raises
        ------
        InputError
            If it is made of that one itself, or has faults.
        """
        key = "all_of" if self.rows[whole][1]["all_of"] else "any_of"
        if id_ in self._open:
            chain = " -> ".join([*self._open[self._open.index(id_) :], id_])
            allowed = "claims that are not made of this one"
            first = "all_of" if self.rows[self._open[0]][1]["all_of"] else "any_of"
            raise InputError(Fault(f"a joint claim over itself: {chain}", allowed, (first,)))
        try:
            if id_ in self.rows:
                return self.of(id_)
        except InputError as error:
            if any("over itself" in fault.found for fault in error.faults):
                raise
        raise InputError(Fault(f"{id_!r}, which has faults", "a claim without any", (key,)))


def write_claim(claim: Claim) -> dict[str, Any]:
    """Return the table of a claim in a study file."""
    return kind_of(claim.table).table.write(claim.table)
