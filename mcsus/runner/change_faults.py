"""What is wrong with a change, as a page shows it beside a field."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mcsus.errors import Fault, InputError, McsusError

_COLUMN = re.compile(r"column ([0-9]+)\Z")


class ChangeError(InputError):
    """A change that cannot be made.

    Attributes
    ----------
    change : int
        Its place in the list, from 0.
    input : str
        The input that it is for.
    """

    def __init__(self, change: int, input_: str, *faults: Fault) -> None:
        super().__init__(*faults)
        self.change, self.input = change, input_


def told_faults(error: McsusError, place: str) -> list[dict[str, Any]]:
    """Return the faults of an error as a page shows them.

    Parameters
    ----------
    place : str
        Of the study, which a page knows.
    """
    at = error.change if isinstance(error, ChangeError) else None
    name = error.input if isinstance(error, ChangeError) else ""
    if not isinstance(error, InputError):
        return [_told_fault(Fault(str(error), ""), at, name) | {"message": str(error)}]
    faults = (
        replace(fault, where=fault.where[1:]) if fault.where[:1] == (place,) else fault
        for fault in error.faults
    )
    return [_told_fault(fault, at, name) for fault in faults]


@contextmanager
def of_change(place: int, table: object) -> Iterator[None]:
    """Say of which change the faults of a block are."""
    try:
        yield
    except InputError as error:
        name = table.get("input") if isinstance(table, Mapping) else ""
        raise ChangeError(place, str(name or ""), *error.faults) from None


def _told_fault(fault: Fault, place: int | None, name: str) -> dict[str, Any]:
    """Return one fault as a page shows it."""
    columns = [int(match[1]) for own in fault.where if (match := _COLUMN.match(own))]
    keys = [own for own in fault.where if not _COLUMN.match(own)]
    said = Fault(fault.found, fault.allowed, (name, *keys) if name else fault.where, fault.nearest)
    return {
        "change": place,
        "input": name or None,
        "field": keys[-1] if keys else None,
        "where": keys,
        "found": fault.found,
        "allowed": fault.allowed,
        "nearest": fault.nearest,
        "column": columns[0] if columns else None,
        "message": str(said),
    }
