"""The schema of a record of the library: from a TOML table to a Parameter or a Source."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from mcsus.errors import FaultCollector, InputError, nearest
from mcsus.families import Distribution, Truncation, distribution
from mcsus.parameters import EVIDENCE, KINDS, STAGES, Cell, Parameter, Provenance, Source
from mcsus.units import Unit, unit

TEXTS = ("name", "unit", "derivation")
CHOICES = {"stage": STAGES, "kind": KINDS, "evidence": EVIDENCE}
OPTIONAL_TEXTS = ("rationale", "note", "geography")
KEYS = (*TEXTS, *CHOICES, *OPTIONAL_TEXTS, "sources", "reported", "year", "typical", "physical")
KEPT = ("name", "derivation", *CHOICES, *OPTIONAL_TEXTS, "reported", "year")
SOURCE_KEYS = ("title", "authors", "year", "url", "licence", "verified")
UNDATED = "n.d."

FindSource = Callable[[str], Source]


def read_source(key: str, table: object) -> Source:
    """Read one table of ``sources.toml``.

    Parameters
    ----------
    key : str
        Id of the source.
    table : object
        What stands under it; anything but a complete table is refused.
    """
    faults = FaultCollector()
    record = table if isinstance(table, Mapping) else {}
    for name in record:
        if name not in SOURCE_KEYS:
            faults.add(
                "an unknown key", ", ".join(SOURCE_KEYS), name, nearest=nearest(name, SOURCE_KEYS)
            )
    for name in ("title", "authors", "url", "licence"):
        _text(faults, record, name)
    year = record.get("year")
    if year != UNDATED and not _is_integer(year):
        faults.add(_show(record, "year"), f"a whole number or {UNDATED!r}", "year")
    if not isinstance(record.get("verified"), bool):
        faults.add(_show(record, "verified"), "true or false", "verified")
    faults.raise_any()
    return Source(id=key, **record)


def read_parameter(key: str, table: object, find_source: FindSource) -> Parameter:
    """Read one record: check it whole, then build the parameter.

    Parameters
    ----------
    key : str
        Id of the record, which becomes the name of the parameter and its stream.
    table : object
        What stands under the id.
    find_source : callable
        Gives the Source of an id, or raises InputError.

    Returns
    -------
    Parameter
        Without dims, with one cell.
    """
    faults = FaultCollector()
    record: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
    for name in TEXTS:
        _text(faults, record, name)
    for name in OPTIONAL_TEXTS:
        if name in record or (name == "rationale" and record.get("evidence") == "assumed"):
            _text(faults, record, name)
    for name, allowed in CHOICES.items():
        value = record.get(name)
        if value not in allowed:
            near = nearest(str(value), allowed)
            faults.add(_show(record, name), ", ".join(allowed), name, nearest=near)
    if "year" in record and not _is_integer(record["year"]):
        faults.add(_show(record, "year"), "a whole number", "year")
    if "reported" in record and not (isinstance(record["reported"], dict) and record["reported"]):
        faults.add(_show(record, "reported"), "a table with the figures as printed", "reported")
    sources = _sources(faults, record, find_source)
    measure = _unit(faults, record)
    law = _law(faults, record)
    typical = _typical(faults, record, law)
    physical = None
    if "physical" in record:
        with faults.at():
            physical = Truncation.read_as("physical", record["physical"])
    if faults.faults or law is None or measure is None:
        raise InputError(*faults.faults)
    origin = Provenance(id=key, sources=sources, physical=physical, **_kept(record))
    cell = Cell(law, measure, key, origin, typical)
    return Parameter(key, measure, (), (cell,), record["kind"], record["stage"])


def _kept(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the provenance keeps as it stands."""
    return {name: record.get(name) for name in KEPT}


def _sources(
    faults: FaultCollector, record: Mapping[str, Any], find_source: FindSource
) -> tuple[Source, ...]:
    """Read the list of sources; every entry needs an id that exists and a locator."""
    listed = record.get("sources", [])
    needed = record.get("evidence") != "assumed"
    if not isinstance(listed, list) or (needed and not listed):
        faults.add(_show(record, "sources"), "a list of tables { id, locator }", "sources")
        return ()
    found = []
    for position, entry in enumerate(listed, start=1):
        place = f"sources[{position}]"
        if not isinstance(entry, dict) or set(entry) != {"id", "locator"}:
            faults.add(repr(entry), "a table with id and locator", place)
            continue
        if not isinstance(entry["locator"], str) or not entry["locator"].strip():
            faults.add(repr(entry["locator"]), "a text that is not empty", place, "locator")
        with faults.at(place, "id"):
            source = find_source(str(entry["id"]))
            fields = {name: getattr(source, name) for name in SOURCE_KEYS}
            found.append(Source(id=source.id, locator=str(entry["locator"]), **fields))
    return tuple(found)


def _unit(faults: FaultCollector, record: Mapping[str, Any]) -> Unit | None:
    """Read the unit; a missing one is already a fault of `TEXTS`."""
    text = record.get("unit")
    if isinstance(text, str):
        with faults.at("unit"):
            return unit(text)
    return None


def _law(faults: FaultCollector, record: Mapping[str, Any]) -> Distribution | None:
    """Build the law from every key that is not of the schema."""
    if "distribution" not in record:
        faults.add("nothing", "the name of a family", "distribution")
        return None
    with faults.at():
        return distribution({name: record[name] for name in record if name not in KEYS})
    return None


def _typical(
    faults: FaultCollector, record: Mapping[str, Any], law: Distribution | None
) -> float | None:
    """Read the value of a deterministic run, which lies inside the support."""
    if "typical" not in record:
        return None
    value = record["typical"]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        faults.add(_show(record, "typical"), "a finite number", "typical")
    elif law is not None and not law.support()[0] <= value <= law.support()[1]:
        low, high = law.support()
        faults.add(repr(value), f"a value of the law, from {low:g} to {high:g}", "typical")
    else:
        return float(value)
    return None


def _text(faults: FaultCollector, record: Mapping[str, Any], name: str) -> None:
    """Note a fault unless a text that is not empty stands under `name`."""
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        faults.add(_show(record, name), "a text that is not empty", name)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _show(record: Mapping[str, Any], name: str) -> str:
    return repr(record[name]) if name in record else "nothing"
