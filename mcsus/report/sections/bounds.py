"""Bounds: what is told where numbers are known to lie between two, and no better."""

from collections.abc import Iterator, Mapping
from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.bounds import bounds_figure
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import (
    capital,
    cell_name,
    count,
    listing,
    plain,
    quantity,
    span,
    words,
)

Told = Mapping[str, Any]

_OF_UNIT = frozenset(
    {"value", "mean", "median", "mode", "minimum", "maximum", "low", "high", "sd", "location"}
)
_MOST_LISTED = 8
_MOST_FIGURES = 4


@register
class Bounds(Section):
    """Bounds of outputs, with figures, and how they were found."""

    name, order, title, link = "bounds", 12, "What if the intervals are all we know?", "Bounds"
    template = "bounds.html.j2"

    @property
    def applies(self) -> bool:
        """Whether any number is known to lie between two."""
        return bool(self._told)

    @property
    def _told(self) -> Told:
        told: Told = self.reading.about.get("p_box", {})
        return told

    @property
    def _tables(self) -> list[ResultTable]:
        return [own for own in self.reading.outputs.values() if "mean_bounds" in own.data]

    def make_figures(self) -> list[Figure]:
        """Return a figure for each of the first outputs with bounds."""
        return [bounds_figure(table) for table in self._tables[:_MOST_FIGURES]]

    def further(self) -> list[str]:
        """Say between what the first output with bounds lies."""
        for table in self._tables[:1]:
            cell = table.base[0]
            middle = "mean" if cell.has_mean else "median"
            name = f" for {cell.name}" if cell.name and len(table.base) > 1 else ""
            ends = quantity(span(*cell.array(f"{middle}_bounds")), table.unit)
            known = listing(list(unknowns(self._told)))
            of = f"{middle} of {words(table.name)}{name}"
            return [f"As {known} and nothing says where, the {of} is anything from {ends}."]
        return []

    def context(self) -> Mapping[str, Any]:
        """Return the intervals, the bounds of each output, and how they were found."""
        return {
            "unknowns": list(unknowns(self._told, most=len(self._told["intervals"]))),
            "found": list(how_found(self._told)),
            "rows": [
                {"table": table, "cell": cell, **_row(table, cell)}
                for table in self._tables
                for cell in table.cells
            ],
        }


def unknowns(told: Told, most: int = _MOST_LISTED) -> Iterator[str]:
    """Yield each interval in words, or the first of them."""
    for own in told["intervals"][:most]:
        name, key = words(own["parameter"]), words(own["key"])
        at = f" ({cell_name(own['labels'])})" if cell_name(own["labels"]) else ""
        what = name if key == "value" else f"the {key} of {name}"
        ends = f"{plain(own['low'])} and {plain(own['high'])}"
        unit = own["unit"] if own["key"] in _OF_UNIT else "1"
        yield f"{what}{at} lies between {quantity(ends, unit)}"
    rest = len(told["intervals"]) - most
    if rest > 0:
        yield count(rest, "more interval")


def how_found(told: Told) -> Iterator[str]:
    """Yield how bounds were found, and how far they can be trusted."""
    draws = f"{told['draws'] * told['replicates']:,}"
    places = f"{told['places']:,} places in the box of the intervals were looked at"
    if told["corners"] == "all":
        yield f"{places}, all its corners among them, and {draws} draws were made at the outermost."
    else:
        yield (
            f"{places}: as there are {len(told['intervals'])} intervals, not all corners, but "
            "those in the directions in which each number rises and falls, and places that fill "
            f"the box. {draws} draws were made at the outermost."
        )
    if told["found_inside"]:
        names = listing([words(name) for name in told["found_inside"]])
        yield (
            f"Inside the box {names} {'goes' if len(told['found_inside']) == 1 else 'go'} beyond "
            "all corners; there the neighbourhood was searched as well. Such a bound is reached, "
            "and one a little wider cannot be excluded."
        )
    elif told["corners"] == "all":
        yield (
            "No place inside goes beyond the corners. What rises or falls with each number all "
            "along has its bounds at corners, and these are exact but for the numerical error."
        )
    else:
        yield "Every bound is reached somewhere in the box; wider ones cannot be excluded."
    if told["places_without_value"]:
        yield (
            f"At {count(told['places_without_value'], 'place')} the model has no value, and bounds "
            "leave these out."
        )


def _row(table: ResultTable, cell: ResultCell) -> dict[str, str]:
    mean = span(*cell.array("mean_bounds")) if cell.has_mean else ""
    quantiles = cell.array("quantile_bounds")
    return {
        "name": capital(words(table.name)),
        "mean": mean,
        "median": span(*cell.array("median_bounds")),
        "lowest": span(*quantiles[0]),
        "highest": span(*quantiles[-1]),
    }
