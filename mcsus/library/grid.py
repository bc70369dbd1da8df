"""The table of grid carbon intensities, each value a parameter made when it is asked for.

Source: Ember; processed by Our World in Data (CC BY 4.0), see ``distributions/NOTICE``.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from mcsus.errors import FaultCollector

FILE = "grid_intensity.csv"
COLUMNS = ("zone", "iso3", "iso2", "year", "gCO2e_per_kWh")
PREFIX = "grid."

SD_OF_LOGARITHM = 0.145
"""Between two data sets for the same country and year (212 pairs, 2018 and later)."""

GSD = 1.16
"""exp(0.145), to the three digits that 212 pairs carry."""

_ID = re.compile(r"grid\.[a-z0-9_]+\.[0-9]{4}")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_YEAR = re.compile(r"[12][0-9]{3}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CODE = re.compile(r"[A-Z]{2}")
_SPREAD = (
    "low: two vintages of the same series, 2018 and later, n = 1207; "
    "middle: CodeCarbon against Our World in Data, n = 212; "
    "high: BoaviztAPI against Our World in Data, n = 133"
)


@dataclass(frozen=True)
class GridValue:
    """Carbon intensity of the electricity generated in one zone and year.

    Parameters
    ----------
    zone : str
        Country or region, as the source names it.
    iso2 : str
        ISO 3166-1 code of two letters; empty for a region.
    year : int
        Calendar year.
    intensity : float
        In g CO2e/kWh of generation, without the losses of the grid.
    """

    zone: str
    iso2: str
    year: int
    intensity: float

    @property
    def id(self) -> str:
        """Id of the parameter."""
        return f"{PREFIX}{self.slugs[0]}.{self.year}"

    @property
    def slugs(self) -> tuple[str, ...]:
        """What the zone may be called in an id, as it is first: its code, then its name."""
        named = _NOT_WORD.sub("_", self.zone.lower()).strip("_")
        return (self.iso2.lower(), named) if self.iso2 else (named,)

    @property
    def name(self) -> str:
        """Title for people."""
        return f"Carbon intensity of electricity, {self.zone}, {self.year}"

    def record(self) -> dict[str, Any]:
        """Return the record of the library, in the form of its TOML files."""
        place = f"series {self.zone}, {self.year}"
        return {
            "name": self.name,
            **self._law(),
            "unit": "g CO2e/kWh",
            "stage": "use",
            "kind": "uncertainty",
            "evidence": "reported",
            "sources": [
                {"id": "ember_owid", "locator": place},
                {"id": "mcsus_statistics", "locator": _SPREAD},
            ],
            "reported": {"typical": self.intensity, "unit": "gCO2e/kWh"},
            "derivation": self._derivation(),
            "note": "Generation-based, average, life cycle; losses of the grid are not included.",
            "geography": self.zone,
            "year": self.year,
        }

    def _law(self) -> dict[str, Any]:
        if self.intensity > 0:
            return {"distribution": "lognormal", "median": self.intensity, "gsd": GSD}
        return {"distribution": "constant", "value": 0.0}

    def _derivation(self) -> str:
        if self.intensity > 0:
            return (
                "Lognormal around the value of the source. Data sets differ for the same country "
                f"and year with a standard deviation of the logarithm of {SD_OF_LOGARITHM} "
                f"(0.093 to 0.281), and exp({SD_OF_LOGARITHM}) is {GSD}."
            )
        return "The source gives 0, generation from hydropower rounded down: a constant."


def is_grid_id(key: str) -> bool:
    """Tell whether an id has the form of a grid value."""
    return _ID.fullmatch(key) is not None


def read_grid(lines: Iterable[str]) -> dict[str, GridValue]:
    """Return the values of the table by id from its lines, a header first; all faults at once."""
    faults = FaultCollector(FILE)
    values: dict[str, GridValue] = {}
    rows = csv.reader(lines)
    if tuple(next(rows, ())) != COLUMNS:
        faults.add("another header", ",".join(COLUMNS), "line 1")
        faults.raise_any()
    for number, row in enumerate(rows, start=2):
        value = _read_row(faults, f"line {number}", row)
        if value is None:
            continue
        key = value.id
        if key in values:
            faults.add(f"{key} again", "one line for each zone and year", f"line {number}")
        values[key] = value
    faults.raise_any()
    return values


def _read_row(faults: FaultCollector, place: str, row: list[str]) -> GridValue | None:
    """Read one line, or note why it cannot be."""
    if len(row) != len(COLUMNS):
        faults.add(f"{len(row)} fields", f"{len(COLUMNS)} fields", place)
        return None
    zone, _, iso2, year, intensity = row
    good = True
    if not _YEAR.fullmatch(year):
        faults.add(repr(year), "a year", place, "year")
        good = False
    if not _NUMBER.fullmatch(intensity):
        faults.add(repr(intensity), "a number of at least 0", place, "gCO2e_per_kWh")
        good = False
    if not zone or (iso2 and not _CODE.fullmatch(iso2)):
        faults.add(repr((zone, iso2)), "a zone and a code of two letters", place)
        good = False
    return GridValue(zone, iso2, int(year), float(intensity)) if good else None
