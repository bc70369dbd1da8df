"""What a kind of claim is: its table, what a claim of it comes to, and the register of kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from mcsus.declared.items import flag, identifier, probability, text
from mcsus.declared.reader import TableReader
from mcsus.declared.table import Item, Schema, Table
from mcsus.modules import import_all
from mcsus.study.claims.scope import SCOPE
from mcsus.study.parts import Margin


class ClaimKind(NamedTuple):
    """A kind of claim.

    Parameters
    ----------
    lower : callable
        Returns what a claim comes to, from its table without faults.
    marks : tuple of str
        Keys that only this kind has; a claim without any mark is of the kind without marks.
    """

    table: Table
    lower: Callable[[TableReader], Margin]
    marks: tuple[str, ...] = ()


def claim_table(words: str, also: Schema | None = None, /, **own: Item) -> Table:
    """Return the table of a kind of claim: its own keys among those that every claim has."""
    return Table(
        "claim",
        words,
        also,
        id=identifier("its name"),
        statement=text("the claim in words", required=True),
        **own,
        **SCOPE,
        confidence=probability("that it must reach", required=True),
        rare=flag(
            "whether its probability is told by draws of its own as well, where it hardly ever "
            "fails, or holds"
        ),
        required=flag("whether a run fails (exit code 1) unless the claim is supported everywhere"),
    )


_KINDS: dict[str, ClaimKind] = {}


def register(name: str, kind: ClaimKind) -> ClaimKind:
    """Enter a kind of claim."""
    _KINDS[name] = kind
    return kind


def kinds() -> Mapping[str, ClaimKind]:
    """Return the kinds of claims, by name: one for each module of `mcsus.study.claims`."""
    import_all("mcsus.study.claims")
    return _KINDS


def kind_of(table: object) -> ClaimKind:
    """Return the kind of a claim: the one whose mark it holds, else the kind without marks."""
    held = set(table) if isinstance(table, Mapping) else set()
    plain = next(kind for kind in kinds().values() if not kind.marks)
    return next((kind for kind in kinds().values() if held.intersection(kind.marks)), plain)
