"""A kind of claim: its table, and how a claim is made of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mcsus.declared import Table, TableReader
from mcsus.study.parts import Claim


@dataclass(frozen=True)
class ClaimKind:
    """A kind of claim.

    Parameters
    ----------
    table : Table
        What stands in a file.
    make : callable
        Returns the claim of a table without faults.
    marks : tuple of str
        Keys that only this kind has; a claim without any mark is of the kind without marks.
    """

    table: Table
    make: Callable[[TableReader], Claim]
    marks: tuple[str, ...] = ()
