"""The catalogue: parameters and sources of the library by id."""

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, FaultCollector, InputError, nearest
from mcsus.library.grid import FILE, PREFIX, GridValue, is_grid_id, read_grid
from mcsus.library.record_files import RecordFiles, data_root
from mcsus.library.records import read_parameter, read_source
from mcsus.library.search import EVERYTHING, Asked, Entry, Index
from mcsus.parameters import Parameter, Source

SOURCES = "sources.toml"
_LATEST = 9999  # nearest to it is the latest year


class Library:
    """The parameters of a folder of distributions, read when they are asked for.

    Parameters
    ----------
    folder : Path
        Holds ``sources.toml``, files of parameters and, optionally, the table of grids.

    Examples
    --------
    >>> parameter = library().get("hsl.processing.0.mcu")
    >>> print(parameter.cell.law.typical(), parameter.unit.text)
    10.0 mm**2
    >>> library().get("grid.fr.2024").cell.provenance.geography
    'France'
    >>> library().get("hsl.processing.0.mcv")
    Traceback (most recent call last):
    mcsus.errors.InputError: library: found 'hsl.processing.0.mcv'; allowed: ...
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._parameters: dict[str, Parameter] = {}
        self._read_sources: dict[str, Source] = {}

    @cached_property
    def _tables(self) -> RecordFiles:
        names = sorted(path.name for path in self.folder.glob("*.toml") if path.name != SOURCES)
        return RecordFiles(self.folder, tuple(names))

    @cached_property
    def _sources(self) -> RecordFiles:
        return RecordFiles(self.folder, (SOURCES,))

    @cached_property
    def grid(self) -> dict[str, GridValue]:
        """Carbon intensities of electricity by id, for each zone and year."""
        path = self.folder / FILE
        if not path.is_file():
            return {}
        return read_grid(path.read_text(encoding="utf-8").splitlines())

    def get(self, key: str) -> Parameter:
        """Return the parameter with an id, whose nearest is told if there is none."""
        if key not in self._parameters:
            self._parameters[key] = self._read(key)
        return self._parameters[key]

    def _read(self, key: str) -> Parameter:
        if key in self._tables:
            file, table = self._tables.places[key].file, self._tables[key]
        elif is_grid_id(key) and key in self.grid:
            file, table = FILE, self.grid[key].record()
        else:
            raise InputError(
                Fault(repr(key), "an id of the library", ("library",), self.nearest(key))
            )
        faults = FaultCollector(file)
        with faults.at(key):
            return read_parameter(key, table, self.source)
        raise InputError(*faults.faults)

    def source(self, key: str) -> Source:
        """Return the source with an id."""
        if key not in self._read_sources:
            if key not in self._sources:
                allowed = f"a source of {SOURCES}"
                raise InputError(Fault(repr(key), allowed, (), nearest(key, self._sources)))
            faults = FaultCollector(SOURCES)
            with faults.at(key):
                self._read_sources[key] = read_source(key, self._sources[key])
            faults.raise_any()
        return self._read_sources[key]

    def sources(self) -> tuple[Source, ...]:
        """Return every source."""
        return tuple(self.source(key) for key in self._sources)

    def written(self) -> tuple[str, ...]:
        """Return the ids of the records that are written one by one, without the grids."""
        return tuple(self._tables)

    def ids(self) -> tuple[str, ...]:
        """Return the ids: every written record, and the latest year of each grid.

        Earlier years of the grids are in `grid`.
        """
        latest: dict[str, GridValue] = {}
        for value in self.grid.values():
            if value.zone not in latest or latest[value.zone].year < value.year:
                latest[value.zone] = value
        return (*self._tables, *(value.id for value in latest.values()))

    def __contains__(self, key: object) -> bool:
        return key in self._tables or (
            isinstance(key, str) and is_grid_id(key) and key in self.grid
        )

    def records(self) -> Iterator[Parameter]:
        """Yield the parameter of every id."""
        return (self.get(key) for key in self.ids())

    def nearest(self, key: str) -> str | None:
        """Return the id closest to one that does not exist, if any is close.

        Of a grid it is that of the zone, or of a like one, in the year or the one next to it.

        Examples
        --------
        >>> library().nearest("grid.germany.2024"), library().nearest("grid.germny.2099")
        ('grid.de.2024', 'grid.de.2025')
        """
        if not key.startswith(PREFIX):
            return nearest(key, self._tables)
        zone, _, year = key.removeprefix(PREFIX).partition(".")
        named = {name: own for own in self.grid.values() for name in own.slugs}
        close = named.get(zone) or named.get(nearest(zone, named) or "")
        if close is None:
            return nearest(key, self._tables)
        wanted = int(year) if re.fullmatch("[0-9]{4}", year) else _LATEST
        years = (own for own in self.grid.values() if own.zone == close.zone)
        return min(years, key=lambda own: abs(own.year - wanted)).id

    @cached_property
    def _index(self) -> Index:
        tables, sources = (
            {key: table for name in files.texts for key, table in files.whole(name).items()}
            for files in (self._tables, self._sources)
        )
        return Index(tables, self.grid, sources)

    def find(self, words: str = "", asked: Asked = EVERYTHING) -> list[Entry]:
        """Return the records and values of grids that have all words, best first.

        Words are looked for in id, title and place, then in notes, figures and sources. Of a grid
        it is the latest year, but where a year is among the words.

        Examples
        --------
        >>> [own.id for own in library().find("electricity germany 2019")]
        ['grid.de.2019']
        """
        return self._index.find(words, asked)

    def why_nothing(self, words: str) -> Fault:
        """Return why no record has all words."""
        return self._index.why_nothing(words)

    def check(self) -> None:
        """Check every file whole; all faults of all files are raised together."""
        faults = FaultCollector()
        for tables, read in ((self._sources, self.source), (self._tables, self.get)):
            for file, key in tables.repeated:
                faults.add("an id used before", "one table for each id", file, key)
            for file in tables.texts:
                whole: dict[str, Any] = {}
                with faults.at():
                    whole = tables.whole(file)
                for key in whole:
                    with faults.at():
                        read(key)
        with faults.at():
            self.grid  # noqa: B018 (reading it checks it)
        faults.raise_any()


@lru_cache(maxsize=1)
def library() -> Library:
    """Return the library that ships, one for the process."""
    return Library(data_root() / "distributions")
