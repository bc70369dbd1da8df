"""How large, and how sure: densities, intervals or bands, and the sentence to quote."""

from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.ranges import fan_figure, interval_figure
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import source_row
from mcsus.result.answer import how_large
from mcsus.result.wording import (
    plain,
    quantity,
)

_DENSITY_CELLS = 6


@register
class Size(Section):
    """The outputs that are featured, beside products that people own."""

    name, order, title, link = "size", 10, "How large, and how sure?", "How large"
    template = "size.html.j2"

    def make_figures(self) -> list[Figure]:
        """Return densities, bands along years, or intervals, as the cells ask for."""
        figures = []
        for table in self.reading.featured:
            if table.axis_dim is not None:
                figures.append(fan_figure(table, table.axis_dim))
                continue
            figures.append(density_figure(table, self.reading.references.get(table.name, ())))
            if len(table.cells) > _DENSITY_CELLS:
                figures.append(interval_figure(table))
        return figures

    def answer(self) -> list[str]:
        """Say how large the headline output is and how sure we are, beside what is claimed."""
        return [how_large(self.reading)]

    def context(self) -> dict[str, Any]:
        """Return the products to compare with, with their figures and sources as text."""
        references = [
            {
                "title": entry["title"],
                "text": quantity(plain(float(entry["value"])), self.reading.outputs[name].unit),
                "sources": [source_row(source) for source in entry["sources"]],
            }
            for name, entries in self.reading.references.items()
            for entry in entries
        ]
        return {"references": references}
