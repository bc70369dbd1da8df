"""A line that is typed: its parts, and faults that tell the column."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NoReturn

from mcsus.errors import Fault, InputError


class At:
    """Places faults of a block at a column: of the key that a fault names, or of all.

    Parameters
    ----------
    text : str
        Where keys are looked for, from the place `first` on.
    at : int, optional
        Column of all that names no key.
    """

    def __init__(self, start: int, text: str = "", first: int = 0, at: int | None = None) -> None:
        self.start, self.text, self.first = start, text, first
        self.at = start if at is None else at

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, InputError):
            raise InputError(*map(self.placed, error.faults)) from None

    def placed(self, fault: Fault) -> Fault:
        """Return a fault with its column."""
        if fault.where and fault.where[0].startswith("column "):
            return fault
        key = fault.where[0] if fault.where else ""
        written = re.compile(rf"\b{re.escape(key)}\s*=")
        match = written.search(self.text, self.first) if key else None
        column = self.start + match.start() if match else self.at
        rest = tuple(word for word in fault.where if word not in ("input", "unit"))
        return replace(fault, where=(f"column {column + 1}", *rest))


def parts(text: str, mark: str) -> list[tuple[str, int]]:
    """Return the parts between marks that stand in no brackets or quotes, with their places."""
    depth, quote, first, found = 0, "", 0, []
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
        elif sign == mark and depth == 0:
            found.append((text[first:place], first))
            first = place + 1
    return [*found, (text[first:], first)]


def closing(text: str, first: int) -> int | None:
    """Return the place of the bracket that closes the one before a place."""
    depth, quote = 0, ""
    for place, sign in enumerate(text[first:], first):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            if depth == 0:
                return place if sign == ")" else None
            depth -= 1
    return None


def split(text: str, mark: re.Pattern[str]) -> list[tuple[str, int]]:
    """Return the parts between marks, with their places."""
    found, first = [], 0
    for match in mark.finditer(text):
        found.append((text[first : match.start()], first))
        first = match.end()
    return [*found, (text[first:], first)]


def refuse(column: int, found: str, allowed: str, near: str | None = None) -> NoReturn:
    """Raise the fault found at a place of a line, counted from 0."""
    raise InputError(Fault(found, allowed, (f"column {column + 1}",), near))
