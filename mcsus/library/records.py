"""A record of the library: from a TOML table to a Parameter or a Source."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mcsus.declared.items import flag, raw, text
from mcsus.declared.reader import TableReader, finite, shown
from mcsus.declared.table import Item, Table
from mcsus.errors import FaultCollector, InputError
from mcsus.families import Distribution, distribution
from mcsus.parameters import ABOUT, Cell, Parameter, Provenance, Source, check_typical

UNDATED = "n.d."

INSTEAD = ("average_factor", "marginal_factor", "no_truncation")
"""Choices of method that a record may say what stands in its place by."""

FindSource = Callable[[str], Source]


def _required(key: str) -> Item:
    return replace(ABOUT.items[key], required=True)


def _year(reader: TableReader, key: str) -> int | str | None:
    year: object = reader.raw(key)
    if isinstance(year, int) and not isinstance(year, bool):
        return year
    if year == UNDATED:
        return UNDATED
    reader.fault(key, shown(year), f"a whole number or {UNDATED!r}")
    return None


def _reported(reader: TableReader, key: str) -> dict[str, Any] | None:
    figures = reader.raw(key)
    if isinstance(figures, dict) and figures:
        return figures
    reader.fault(key, shown(figures), "a table with the figures as printed")
    return None


def _instead(reader: TableReader, key: str) -> dict[str, str | float] | None:
    """Read what stands in its place: by the name of a choice, an id or a number."""
    row = TableReader(reader.raw(key), reader.faults, (*reader.where, key), INSTEAD)
    found: dict[str, str | float] = {}
    for name, value in row.table.items():
        number = finite(value)
        if isinstance(value, str) or number is not None:
            found[name] = value if number is None else number
        else:
            row.fault(name, shown(value), "an id of the library, or a number")
    return found or None


def _sources(reader: TableReader, key: str) -> tuple[Source, ...]:
    """Read the list of sources; every entry needs an id that exists and a locator."""
    sources = []
    for position, entry in enumerate(reader.list(key, "tables { id, locator }"), start=1):
        where = (*reader.where, f"{key}[{position}]")
        row = CITED.read(entry, reader.faults, where)
        if row.is_sound:
            with reader.faults.at(*where, "id"):
                sources.append(replace(reader.known["source"](row["id"]), locator=row["locator"]))
    return tuple(sources)


_YEAR = raw("year of publication, or n.d.", allowed="a year", read=_year, required=True)

CITED = Table(
    "cited",
    "Where a figure was read",
    id=text("a source of sources.toml", required=True),
    locator=text("table, page or file", required=True),
)

SOURCE = Table(
    "source",
    "A publication or data set",
    title=text("as published", required=True),
    authors=text("as published", required=True),
    year=_YEAR,
    url=text("address or DOI", required=True),
    licence=text("terms of use", required=True),
    verified=replace(flag("whether the figures were read in the source itself"), required=True),
)

RECORD = Table(
    "record",
    "A parameter of the library, beside the keys of its law",
    name=text("title for people", required=True),
    unit=ABOUT.items["unit"],
    derivation=text("how the law follows from the figures", required=True),
    stage=_required("stage"),
    kind=_required("kind"),
    evidence=_required("evidence"),
    rationale=ABOUT.items["rationale"],
    note=ABOUT.items["note"],
    geography=ABOUT.items["geography"],
    sources=raw("where the figures were read", allowed="a list", read=_sources, default=()),
    reported=raw("the figures as printed", allowed="a table", read=_reported),
    year=replace(_YEAR, required=False),
    typical=ABOUT.items["typical"],
    physical=ABOUT.items["physical"],
    instead=raw("what stands in its place by another choice of method: an id, or a value of its "
                "unit", allowed="a table", read=_instead),
)  # fmt: skip


def read_source(key: str, table: object) -> Source:
    """Read one table of ``sources.toml``."""
    faults = FaultCollector()
    row = SOURCE.read(table, faults)
    faults.raise_any()
    return Source(id=key, **row.values)


def read_parameter(key: str, table: object, find_source: FindSource) -> Parameter:
    """Check one record whole, then build the parameter, which takes its id for name and stream."""
    faults = FaultCollector()
    row = RECORD.read(table, faults, (), {"source": find_source}, closed=False)
    if row["evidence"] == "assumed":
        if not row["rationale"]:
            row.missing("rationale", "why the law is reasonable")
    elif row["evidence"] and not row["sources"] and row.is_sound:
        given = shown(row.raw("sources")) if "sources" in row else "nothing"
        row.fault("sources", given, "a list of tables { id, locator }")
    law = _law(row)
    if law is None or not row.is_sound:
        raise InputError(*faults.faults)
    kept: dict[str, Any] = {name: row[name] or None for name in RECORD if name not in _OF_THE_CELL}
    origin = Provenance(id=key, **{**kept, "sources": row["sources"]})
    cell = Cell(law, row["unit"], key, origin, row["typical"])
    return Parameter(key, row["unit"], (), (cell,), row["kind"], row["stage"])


_OF_THE_CELL = ("unit", "typical")


def _law(row: TableReader) -> Distribution | None:
    """Build the law from every key that is not of the record."""
    if "distribution" not in row:
        row.missing("distribution", "the name of a family")
        return None
    with row.faults.at():
        law = distribution({name: row.table[name] for name in row.table if name not in RECORD})
        check_typical(row, law)
        return law
    return None


def printed(reported: Mapping[str, Any] | None) -> str:
    """Return the figures of a source as it prints them, in a line.

    Examples
    --------
    >>> printed({"typical": 3.42, "unit": "kgCO2e/kg"})
    'typical 3.42, unit kgCO2e/kg'
    """
    return ", ".join(f"{name} {figure}" for name, figure in (reported or {}).items())
