"""One law of a study file: a table with a distribution, or the id of a library parameter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from mcsus.declared.items import one_of, raw, text
from mcsus.declared.reader import TableReader, choices, shown
from mcsus.declared.table import Item, Schema, Table
from mcsus.errors import FaultCollector, InputError
from mcsus.families import FAMILIES, Distribution, Truncation, distribution
from mcsus.families.between import is_between
from mcsus.families.conditional import conditional, quantities_in
from mcsus.parameters import (
    ABOUT,
    Cell,
    Evidence,
    Kind,
    Parameter,
    Provenance,
    Source,
    check_typical,
)
from mcsus.study.alike import LIKE, written_out
from mcsus.units import Unit

ASSUMED = "assumed"

_SOURCE_ID = re.compile(r"[a-z][a-z0-9_.-]*\Z")
_STREAM = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,199}\Z")


def _stream(reader: TableReader, key: str) -> str | None:
    stream = reader.text(key)
    if stream and not _STREAM.match(stream):
        reader.fault(key, shown(stream), OWN[key].allowed)
    return stream or None


def _source_texts(reader: TableReader, key: str) -> tuple[str, ...]:
    """Return the sources: one text or a list of texts."""
    value = reader.raw(key)
    if not isinstance(value, list | tuple):
        text = reader.text(key, required=True)
        return (text,) if text else ()
    if not value or not all(isinstance(text, str) and text.strip() for text in value):
        reader.fault(key, shown(value), "a text or a list of texts that name sources")
    elif ASSUMED in value and len(value) > 1:
        reader.fault(key, "'assumed' beside other sources", "sources, or 'assumed' alone")
    else:
        return tuple(value)
    return ()


_SOURCES: Schema = {
    "oneOf": [
        {"type": "string", "minLength": 1},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}

META = Table(
    "parameter",
    "A law with its own keys (mcsus show lognormal), its unit and its source",
    unit=replace(ABOUT.items["unit"], required=False),
    source=raw(
        "where the numbers are from; or assumed, with a rationale",
        _SOURCES,
        "a text or a list of texts",
        read=_source_texts,
        default=(),
    ),
    evidence=ABOUT.items["evidence"],
    rationale=ABOUT.items["rationale"],
    stage=ABOUT.items["stage"],
    kind=ABOUT.items["kind"],
    distribution=one_of(FAMILIES, "family of the law; mcsus list families"),
    title=text("its name for people"),
    note=ABOUT.items["note"],
    characterisation=text("how CO2e is characterised, for example GWP100, AR6"),
    physical=ABOUT.items["physical"],
)
"""Keys that a table of labels hands down to the laws of its labels."""

OWN: dict[str, Item] = {
    LIKE: text("id of a law of the library that this one is like; keys beside it change it"),
    "typical": ABOUT.items["typical"],
    "stream": raw(
        "name by which it is drawn; laws of one name are one value",
        {"type": "string"},
        "a letter, then letters, digits, '_', '.', ':' or '-'",
        read=_stream,
    ),
}
"""Keys that stand beside one law alone."""

LAW = Table(META.name, META.words, **META.items, **OWN)


@dataclass(frozen=True)
class Meta:
    """What stands around a law and is inherited by the tables below, by the keys of `META`.

    Parameters
    ----------
    broken : frozenset of str
        Keys that were written but wrong, so that nothing below complains of them again.
    relaxed : bool
        Whether ``{ value, unit }`` is enough, without distribution and source: in scenarios.
    """

    unit: Unit | None = None
    source: tuple[str, ...] = ()
    evidence: Evidence | None = None
    rationale: str = ""
    stage: str | None = None
    kind: Kind | None = None
    distribution: str | None = None
    title: str = ""
    note: str = ""
    characterisation: str = ""
    physical: Truncation | None = None
    broken: frozenset[str] = frozenset()
    relaxed: bool = False

    @classmethod
    def beside(cls, parameter: Parameter, rationale: str, unit: Unit | None = None) -> Meta:
        """Return what stands around a law that takes the place of those of a parameter."""
        stage, kind = parameter.stage, parameter.kind
        return cls(unit=unit, rationale=rationale, stage=stage, kind=kind, relaxed=True)


class Leaf(NamedTuple):
    """One law with its unit, its origin and its place in the file.

    Laws of one `id` are one value: the id in the library, or the stream that the file names.
    """

    law: Distribution
    unit: Unit
    provenance: Provenance
    where: tuple[str, ...]
    id: str | None = None
    typical: float | None = None

    def drawn(self, stream: str) -> Cell:
        """Return it as the law of a cell, drawn by a stream."""
        return Cell(self.law, self.unit, stream, self.provenance, self.typical)


def read_meta(row: TableReader, above: Meta) -> Meta:
    """Return what a table says around its law, on top of what stands above it."""
    wrong = frozenset(fault.where[-1] for fault in row.noted if fault.where)
    own = {key: row[key] or getattr(above, key) for key in META}
    return replace(above, **own, broken=above.broken | wrong)


def read_leaf(
    value: object, faults: FaultCollector, where: tuple[str, ...], above: Meta
) -> Leaf | None:
    """Return one law, or None when something is wrong with it (then it is noted)."""
    if isinstance(value, str):
        try:
            return _from_library(value, where)
        except InputError as error:
            for fault in error.faults:
                inner = () if fault.where == ("library",) else fault.where
                faults.add(fault.found, fault.allowed, *where, *inner, nearest=fault.nearest)
            return None
    if not isinstance(value, Mapping):
        faults.add(shown(value), "the id of a library parameter in quotes, or a table", *where)
        return None
    if LIKE in value:
        value = written_out(value, _library_cell, faults, *where)
        if value is None:
            return None
    reader = LAW.read(value, faults, where, closed=False)
    meta = read_meta(reader, above)
    if meta.relaxed and meta.distribution is None and "value" in reader:
        meta = replace(meta, distribution="constant")
    _check_complete(reader, meta)
    law = _law(reader, meta)
    if law is None or meta.unit is None or not reader.is_sound:
        return None
    return Leaf(law, meta.unit, _provenance(meta), where, reader["stream"], reader["typical"])


def _from_library(id_: str, where: tuple[str, ...]) -> Leaf:
    parameter = library_parameter(id_)
    cell = parameter.cells[0]
    return Leaf(cell.law, cell.unit, cell.provenance, where, id_, cell.typical)


def _library_cell(id_: str) -> Cell:
    """Return the law of an id of the library; a fault names no other place than the id."""
    try:
        return library_parameter(id_).cells[0]
    except InputError as error:
        raise InputError(*(replace(fault, where=()) for fault in error.faults)) from None


def library_parameter(id_: str) -> Parameter:
    """Return a parameter of the library."""
    from mcsus.library import library  # noqa: PLC0415  (a study of formulas needs no library)

    return library().get(id_)


def _check_complete(reader: TableReader, meta: Meta) -> None:
    """Note required keys that neither the table nor those above it have."""
    if meta.unit is None and "unit" not in meta.broken:
        reader.missing("unit", "a unit in quotes")
    if meta.distribution is None and "distribution" not in meta.broken:
        reader.missing("distribution", choices(FAMILIES))
    if not meta.source and not meta.relaxed and "source" not in meta.broken:
        reader.missing("source", "where the numbers are from, or 'assumed' with a rationale")
    assumed = ASSUMED in (*meta.source, meta.evidence) and "rationale" not in meta.broken
    if assumed and not meta.rationale.strip():
        what = "source" if ASSUMED in meta.source else "evidence"
        reader.missing(
            "rationale", f"why the assumption is reasonable, since the {what} is 'assumed'"
        )
    if meta.source == (ASSUMED,) and meta.evidence not in (None, ASSUMED):
        reader.fault(
            "evidence", f"{meta.evidence!r} of an assumption", "the source that it was found in"
        )


def _law(reader: TableReader, meta: Meta) -> Distribution | None:
    """Build the law from the keys that are not about its surroundings."""
    if meta.distribution is None:
        return None
    known = FAMILIES[meta.distribution].parameters
    own = (*known, "truncate")
    given = {key: reader.table[key] for key in reader.table if key in own}
    reader.refuse_unknown((*own, *OWN, *META), f"an unknown key of a {meta.distribution} law")
    with reader.faults.at(*reader.where):
        named = quantities_in(meta.distribution, given)
        if named and _refuse_between(reader, given):
            return None
        build = conditional if named else distribution
        law = build(meta.distribution, **given)
        check_typical(reader, law)
        return law
    return None


def _refuse_between(reader: TableReader, given: Mapping[str, object]) -> bool:
    """Note intervals beside quantities; tell whether there was any."""
    keys = [key for key, value in given.items() if is_between(value)]
    for key in keys:
        allowed = (
            "a number, or the name of a parameter: a constant with value = { between = [..] } is "
            "one that lies between two numbers"
        )
        reader.fault(key, "an interval beside a quantity", allowed)
    return bool(keys)


def _provenance(meta: Meta) -> Provenance:
    assumed = meta.source in ((), (ASSUMED,))
    return Provenance(
        stage=meta.stage,
        kind=meta.kind or "uncertainty",
        evidence="assumed" if assumed else meta.evidence,
        sources=() if assumed else tuple(_source(text) for text in meta.source),
        rationale=meta.rationale or None,
        name=meta.title or None,
        note=meta.note or None,
        physical=meta.physical,
    )


def _source(text: str) -> Source:
    """Return a source: one of the library by ``id, locator``, else the study's words."""
    id_, _, locator = text.partition(",")
    if _SOURCE_ID.match(id_):
        from mcsus.library import library  # noqa: PLC0415  (a study of formulas needs no library)

        with suppress(InputError):
            return replace(library().source(id_), locator=locator.strip())
    return Source(text, text, authors="", year="", url="", licence="", is_own=True)


def same_dimension(leaves: Mapping[Any, Leaf], unit: Unit, faults: FaultCollector) -> None:
    """Note every law whose unit cannot be converted to `unit`."""
    for leaf in leaves.values():
        if leaf.unit.dimension != unit.dimension:
            faults.add(repr(leaf.unit.text), f"a unit like {unit.text}", *leaf.where)
