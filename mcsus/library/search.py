"""The search of the library: records and values of grids by their words, best first."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mcsus.errors import Fault, InputError, nearest
from mcsus.library.grid import GridValue
from mcsus.parameters import EVIDENCE, KINDS, STAGES
from mcsus.units import Unit, unit

_WORD = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"[12][0-9]{3}")
_MASS = re.compile(r"\b(Mg|Gg|Tg|mg|kg|g|kt|Mt|Gt|t)\b(?! CO2e)")
_GRADES = {name: k for k, name in enumerate(("measured", "reported", "elicited", "assumed"))}
_SHORT = 3  # letters of a word from which it may stand inside another
_WHOLE, _BEGINS, _INSIDE, _BESIDE = 8, 6, 4, 1


class Entry(NamedTuple):
    """What is searched of one record.

    Parameters
    ----------
    series : str
        Id without the year, of a value of a grid; of a record its id.
    named : str
        Words of id, title and place, between spaces.
    beside : str
        Words of note, derivation, figures and sources.
    """

    id: str
    name: str
    unit: str
    stage: str
    kind: str
    evidence: str
    year: int | None
    sources: tuple[str, ...]
    series: str
    named: str
    beside: str

    def is_named(self, words: str) -> bool:
        """Tell whether id, title and place alone have all words."""
        return all(word in self.named for word in words_of(words))


class Asked(NamedTuple):
    """What narrows a search beside its words.

    Parameters
    ----------
    units : tuple of Unit
        Of any of whose dimensions a record is to be; all that there are where it is empty.
    source : str
        Id of a source, or words of it.
    every_year : bool
        Whether earlier years of a grid are found too where no year is asked for.
    first_year, last_year : int, optional
        Of publication, or of a grid.
    """

    units: tuple[Unit, ...] = ()
    stage: str = ""
    kind: str = ""
    evidence: str = ""
    source: str = ""
    every_year: bool = False
    first_year: int | None = None
    last_year: int | None = None


EVERYTHING = Asked()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, without case and accents.

    Examples
    --------
    >>> words_of("Fab/use grid, Türkiye: grid.tr.2024")
    ('fab', 'use', 'grid', 'turkiye', 'grid', 'tr', '2024')
    """
    plain = text.lower()
    if not plain.isascii():
        apart = unicodedata.normalize("NFKD", plain)
        plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(_WORD.findall(plain))


def _joined(*texts: str) -> str:
    """Return the words of texts, each between spaces."""
    return f" {' '.join(words_of(' '.join(texts)))} "


def like_units(text: str) -> tuple[Unit, ...]:
    """Return what a unit may mean in a search: mass may be that of CO2e.

    Examples
    --------
    >>> [own.text for own in like_units("g/kWh")]
    ['g/kWh', 'g CO2e/kWh']
    """
    found = [unit(text)]
    if "CO2e" not in text and _MASS.search(text):
        found.append(unit(_MASS.sub(r"\1 CO2e", text, count=1)))
    return tuple(found)


class Index:
    """All that is searched.

    Parameters
    ----------
    records : mapping
        Tables of the library by id, as their files have them.
    grid : mapping
        Values of grids by id.
    sources : mapping
        Tables of sources by id.
    """

    def __init__(
        self,
        records: Mapping[str, Mapping[str, Any]],
        grid: Mapping[str, GridValue],
        sources: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self.sources = {
            key: _joined(key, str(own.get("authors", "")), str(own.get("title", "")))
            for key, own in sources.items()
        }
        self.entries = [
            *(self._entry(key, table) for key, table in records.items()),
            *self._of_grid(grid),
        ]
        self._latest = _latest(self.entries)

    def _entry(self, key: str, table: Mapping[str, Any]) -> Entry:
        get = {name: str(table.get(name, "")) for name in _TEXTS}
        year = table.get("year")
        cited = table.get("sources", ())
        sources = tuple(str(own.get("id")) for own in cited if isinstance(own, dict))
        beside = ("note", "rationale", "derivation", "unit")
        return Entry(
            key, get["name"], get["unit"], get["stage"], get["kind"], get["evidence"],
            year if isinstance(year, int) else None, sources, key,
            _joined(key, get["name"], get["geography"], str(year or "")),
            _joined(*map(get.__getitem__, beside), str(table.get("reported", "")))
            + "".join(self.sources.get(own, "") for own in sources),
        )  # fmt: skip

    def _of_grid(self, grid: Mapping[str, GridValue]) -> Iterator[Entry]:
        """Yield the values of grids, which differ in zone and year alone."""
        first = next(iter(grid.values()), None)
        if first is None:
            return
        shared = self._entry(first.id, {**first.record(), "derivation": "", "reported": ""})
        for key, own in grid.items():
            named = _joined(key, own.name)
            yield shared._replace(
                id=key, name=own.name, year=own.year, series=key[: -len("0000")], named=named
            )

    def find(self, words: str, asked: Asked = EVERYTHING) -> list[Entry]:
        """Return the entries that have all words and fit, those first whose names have them.

        Of two that have them alike, the one of the dimension asked for comes first, then what is
        better founded, then what is later.

        Raises
        ------
        InputError
            If nothing can be of a stage, kind, evidence or source that is asked for.
        """
        wanted = words_of(words)
        fits = self._fits(asked)
        is_dated = asked.every_year or any(map(_YEAR.fullmatch, wanted))
        first = asked.units[0].dimension if asked.units else None
        found, looked_for = [], _looked_for(wanted)
        for entry in self.entries:
            if not (is_dated or entry.id in self._latest) or not fits(entry):
                continue
            score = _score(entry, looked_for)
            if score is not None:
                is_other = first is not None and unit_of(entry.unit).dimension != first
                order = (-score, is_other, _GRADES.get(entry.evidence, 9), -(entry.year or 0))
                found.append((*order, entry.named.count(" ") if wanted else 0, entry.id, entry))
        return [entry for *_, entry in sorted(found, key=lambda own: own[:-1])]

    def _fits(self, asked: Asked) -> Any:
        for name, known in (("stage", STAGES), ("kind", KINDS), ("evidence", EVIDENCE)):
            value = getattr(asked, name)
            if value and value not in known:
                raise InputError(
                    Fault(repr(value), ", ".join(known), (name,), nearest(value, known))
                )
        sources = self._sources_like(asked.source)
        dimensions = [own.dimension for own in asked.units]

        def fits(entry: Entry) -> bool:
            return (
                (not asked.stage or entry.stage == asked.stage)
                and (not asked.kind or entry.kind == asked.kind)
                and (not asked.evidence or entry.evidence == asked.evidence)
                and (not asked.source or not sources.isdisjoint(entry.sources))
                and (not dimensions or unit_of(entry.unit).dimension in dimensions)
                and _is_within(entry.year, asked.first_year, asked.last_year)
            )

        return fits

    def _sources_like(self, text: str) -> set[str]:
        """Return the source of an id, or those that have all words of a text."""
        if not text or text in self.sources:
            return {text}
        wanted = words_of(text)
        found = {key for key, own in self.sources.items() if all(f" {w}" in own for w in wanted)}
        if not found or not wanted:
            allowed = "the id of a source, or words of its title or authors"
            raise InputError(Fault(repr(text), allowed, ("source",), nearest(text, self.sources)))
        return found

    def why_nothing(self, words: str) -> Fault:
        """Return why no entry has all words: a word that none has, or all of them together."""
        wanted = words_of(words)
        unknown = [
            word
            for word, own in zip(wanted, _looked_for(wanted), strict=True)
            if all(_score(entry, [own]) is None for entry in self.entries)
        ]
        if unknown:
            known = {word for entry in self.entries for word in entry.named.split()}
            allowed = "words of id, title, place, note or source"
            return Fault(f"no record with {unknown[0]!r}", allowed, (), nearest(unknown[0], known))
        return Fault(
            f"no record with {words!r} that fits", "fewer words, or another unit or filter"
        )


def _is_within(year: int | None, first: int | None, last: int | None) -> bool:
    if first is None and last is None:
        return True
    return year is not None and (first or year) <= year <= (last or year)


class _Word(NamedTuple):
    """A word, and what is looked for: it stands whole, begins a word, or stands inside one."""

    whole: str
    begins: str
    inside: str


def _looked_for(words: Sequence[str]) -> list[_Word]:
    return [
        _Word(f" {word} ", f" {word}", word if len(word) >= _SHORT else f" {word} ")
        for word in words
    ]


def _score(entry: Entry, words: Sequence[_Word]) -> int | None:
    """Return how well an entry has words; None where it lacks one."""
    score, named = 0, entry.named
    for word in words:
        if word.inside in named:
            score += _WHOLE if word.whole in named else _BEGINS if word.begins in named else _INSIDE
        elif word.inside in entry.beside:
            score += _BESIDE
        else:
            return None
    return score


def _latest(entries: Iterable[Entry]) -> set[str]:
    """Return the ids of what is no earlier year of a series."""
    found: dict[str, Entry] = {}
    for entry in entries:
        if entry.series not in found or (found[entry.series].year or 0) < (entry.year or 0):
            found[entry.series] = entry
    return {entry.id for entry in found.values()}


@lru_cache(maxsize=1024)
def unit_of(text: str) -> Unit:
    """Return the unit of a record, read once for all that have it."""
    return unit(text)


_TEXTS = (
    "name", "unit", "stage", "kind", "evidence", "geography", "note", "rationale", "derivation",
)  # fmt: skip
