"""Elementary effects: the plane of Morris, and the table that any method has."""

from __future__ import annotations

from mcsus.report.figures.base import Figure
from mcsus.report.figures.morris import morris_figure
from mcsus.report.reading import Reading
from mcsus.report.sections.any_analysis import MOST_CELLS, AnyAnalysis
from mcsus.report.sections.base import register


@register
class Morris(AnyAnalysis):
    """Mean absolute effects against their spread."""

    name = method = "morris"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading, self.method)

    def make_figures(self) -> list[Figure]:
        """Return the plane of each output that varies."""
        made = []
        for name, table in self.reading.analyses[self.method].items():
            cells = table.picked(MOST_CELLS)
            output = name.partition("@")[0]
            if cells:
                unit = self.reading.outputs[output].unit
                made.append(morris_figure(table, output, unit, cells))
        return made
