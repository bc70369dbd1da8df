"""Populations: how individuals differ, and how sure that is."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.report.figures.base import Figure
from mcsus.report.figures.populations import population_figure
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, number, percent, quantity, span, words

_MOST_FIGURES = 4
_DOUBT, _POPULATION = (0.025, 0.5, 0.975), (0.05, 0.5, 0.95)


@register
class Populations(Section):
    """Quantities that differ between individuals, with what is not known of them."""

    name, order, title, link = "populations", 14, "Who differs, and what is doubt?", "Population"
    template = "populations.html.j2"

    @property
    def applies(self) -> bool:
        """Whether any quantity is told of a population."""
        return bool(self._tables)

    @cached_property
    def _tables(self) -> list[ResultTable]:
        return list(self.reading.populations.values())

    def make_figures(self) -> list[Figure]:
        """Return a figure for each of the first quantities."""
        return [population_figure(table) for table in self._tables[:_MOST_FIGURES]]

    def further(self) -> list[str]:
        """Say of the first quantity how its individuals differ, and how sure that is."""
        table = self._tables[0]
        told = _row(table, table.base[0])
        at = f" ({told['cell']})" if len(table.base) > 1 else ""
        text = (
            f"Individuals differ in {words(table.name)}{at}: nine in ten lie from "
            f"{told['inside']}, and half are below {told['half']}, which is all that is known at "
            f"95 %. {told['part']} of the variance is between individuals, the rest is doubt."
        )
        return [text]

    def context(self) -> Mapping[str, Any]:
        """Return a row on each cell of each quantity."""
        return {
            "rows": [_row(table, cell) for table in self._tables for cell in table.cells],
            "individuals": int(self._tables[0].attrs["individuals"]),
            "draws": int(self._tables[0].attrs["draws"]) * self.reading.replicates,
        }


def _row(table: ResultTable, cell: ResultCell) -> dict[str, str]:
    """Return what is told of a population, in words."""
    low, middle, high = (list(cell.array("quantile")).index(p) for p in _DOUBT)
    values, shares = cell.array("population_quantiles"), cell.array("population_share")
    first, half, last = (int(np.argmin(np.abs(shares - own))) for own in _POPULATION)
    part = cell.value("population_part")
    return {
        "name": capital(words(table.name)),
        "cell": capital(cell.name),
        "lower": f"{number(values[first, middle])} ({span(*values[first, [low, high]])})",
        "middle": f"{number(values[half, middle])} ({span(*values[half, [low, high]])})",
        "upper": f"{number(values[last, middle])} ({span(*values[last, [low, high]])})",
        "inside": quantity(span(values[first, middle], values[last, middle]), table.unit),
        "half": quantity(
            f"something between {number(values[half, low])} and {number(values[half, high])}",
            table.unit,
        ),
        "part": "An unknown part" if part is None else percent(part),
        "unit": table.unit,
    }
