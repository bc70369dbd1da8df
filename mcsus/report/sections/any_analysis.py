"""What any method of sensitivity analysis says: its arrays by input, as a table."""

from typing import Any

import numpy as np

from mcsus.analysis.base import methods
from mcsus.report.figures.base import Figure
from mcsus.report.figures.by_method import method_figure
from mcsus.report.figures.second_order import has_pairs, second_order_figure
from mcsus.report.lenses import LENSES
from mcsus.report.reading import Reading
from mcsus.report.sections.base import SECTIONS, Section, register
from mcsus.result.ranking import METHOD, Ranking
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, words

MOST_CELLS = 3
"""Cases of an output that are shown."""


@register
class EachMethod(Section):
    """The room of several methods that have none of their own."""

    name, order, title, link = "methods", 45, "What does each method say?", "Each method"

    @property
    def applies(self) -> bool:
        """Whether there are several."""
        return _are_several(self.reading)


class AnyAnalysis(Section):
    """The section of a method that has none of its own."""

    order = 45
    template = "any_analysis.html.j2"

    def __init__(self, reading: Reading, method: str) -> None:
        super().__init__(reading)
        self.name = self.method = method
        known = methods().get(method)  # a saved result may be of one that is not here
        title = known.title if known else capital(words(method))
        self.about = known.words if known else ""
        self.heading = title if _are_several(reading) else ""
        if self.heading:
            self.within = EachMethod.name
        else:
            self.title = self.link = title

    def make_figures(self) -> list[Figure]:
        """Return what the method says of the inputs of each output, where one number does."""
        lens = next((own for own in LENSES if own.method == self.method), None)
        sobol, t = (
            self.reading.analyses.get(METHOD, {}),
            self.reading.analysis_bound(),
        )
        return [
            method_figure(table, name.partition("@")[0], lens, cells, sobol.get(name), t)
            for name, table in self.reading.analyses[self.method].items()
            if lens is not None and (cells := table.picked(MOST_CELLS))
        ] + [
            second_order_figure(table, Ranking.of(table), t)
            for table in self.reading.analyses[self.method].values()
            if has_pairs(table)
        ]

    def context(self) -> dict[str, Any]:
        """Return the cells that are looked at, each with its arrays and the order of its inputs."""
        analysed = self.reading.analyses[self.method]
        tables = [
            (capital(words(name)), cell, _columns(cell), inputs_of(cell), _beside(cell))
            for name, table in analysed.items()
            for cell in table.picked(MOST_CELLS)
        ]
        left_out = sum(len(table.cells) for table in analysed.values()) - len(tables)
        told = {"about": capital(self.about), "tables": tables, "left_out": left_out}
        return told | {"heading": self.heading, "place": self.name}


def _are_several(reading: Reading) -> bool:
    """Tell whether several analyses have no room of their own."""
    own = {section.method for section in SECTIONS.values() if section.title}
    return len(set(reading.analyses) - own) > 1


def _columns(cell: ResultCell) -> list[tuple[str, str, str]]:
    """Return name and heading of each array by input, and the name of its error, if it has one."""
    arrays = {str(key): array for key, array in cell.data.data_vars.items() if key != "rank"}
    errors = {key: f"{key}_error" for key in arrays if f"{key}_error" in arrays}
    return [
        (key, array.attrs.get("long_name", words(key)), errors.get(key, ""))
        for key, array in arrays.items()
        if array.dims == ("input",) and key not in errors.values()
    ]


def _beside(cell: ResultCell) -> list[tuple[str, float, float | None]]:
    """Return heading, value and error of each number that is of no input."""
    arrays = {str(key): array for key, array in cell.data.data_vars.items() if not array.dims}
    errors = {f"{key}_error" for key in arrays}
    return [
        (capital(array.attrs.get("long_name", words(key))), float(array), error)
        for key, array in arrays.items()
        if key not in errors and np.isfinite(float(array))
        for error in [float(arrays[f"{key}_error"]) if f"{key}_error" in arrays else None]
    ]


def inputs_of(cell: ResultCell) -> list[tuple[int, str]]:
    """Return place and name of each input, the one that matters most first."""
    inputs = list(enumerate(str(name) for name in cell.data["input"].values))
    ranks = cell.array("rank") if "rank" in cell.data else range(len(inputs))
    return sorted(inputs, key=lambda one: ranks[one[0]])
