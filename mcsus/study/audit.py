"""Who made a study, who reviewed it, and what its claim card says of its scope: ``[audit]``."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from mcsus.declared.items import raw, text
from mcsus.declared.reader import TableReader, shown
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector

KEY = "audit"
_DAY = "a day: 2026-11-27"


def _day(reader: TableReader, key: str) -> str | None:
    """Return a day as it is written in ISO 8601."""
    value = reader.raw(key)
    try:
        day = datetime.date.fromisoformat(value)
    except (TypeError, ValueError):
        reader.fault(key, shown(value), _DAY)
        return None
    return day.isoformat()


AUDIT = Table(
    KEY,
    "What the claim card of a study says of its making and its scope",
    author=text("who made the study"),
    reviewer=text("who reviewed it"),
    date=raw("of the card", {"type": "string", "format": "date"}, _DAY, read=_day, default=""),
    standard=text("what it follows, for example ISO 14067:2018"),
    status=text("for example draft, reviewed, final"),
    version=text("of the study"),
    holder=text("who makes the claim"),
    left_out=text("what is left out of the boundary, and why"),
    period=text("the time that it is about"),
    place=text("where it holds"),
    allocation=text("how burdens are shared between products"),
)


def with_day_as_text(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the tables of a study with a TOML date of the card as the text that it is.

    Examples
    --------
    >>> with_day_as_text({"audit": {"date": datetime.date(2026, 11, 27)}})
    {'audit': {'date': '2026-11-27'}}
    """
    table = document.get(KEY)
    day = table.get("date") if isinstance(table, Mapping) else None
    if not isinstance(day, datetime.date):
        return document
    return {**document, KEY: {**document[KEY], "date": day.isoformat()}}


def read_audit(table: object, faults: FaultCollector) -> dict[str, str]:
    """Return what a study says of itself; what it leaves out is left out."""
    row = AUDIT.read({} if table is None else table, faults, (KEY,))
    return {key: row[key] for key in AUDIT if row[key]}
