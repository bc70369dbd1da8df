"""Figures of a report: each a drawing as inline SVG with the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass, field

from mcsus.analysis.replication import student_quantile
from mcsus.report.figures.base import Figure
from mcsus.report.figures.claims import claim_figure
from mcsus.report.figures.convergence import convergence_figure
from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.drivers import TINY, Ranking, driver_figure
from mcsus.report.figures.ranges import fan_figure, interval_figure
from mcsus.report.figures.stages import contribution_table, stage_figure
from mcsus.report.figures.style import drawing
from mcsus.report.reading import Reading, Table

__all__ = ["TINY", "Figure", "Figures", "Ranking", "contribution_table", "draw"]

_DENSITY_CELLS = 6


@dataclass
class Figures:
    """The figures of a report, by the question they answer."""

    sizes: list[Figure] = field(default_factory=list)
    parts: dict[str, Figure] = field(default_factory=dict)
    claims: dict[str, Figure] = field(default_factory=dict)
    drivers: dict[str, Figure] = field(default_factory=dict)
    convergence: list[Figure] = field(default_factory=list)

    def all(self) -> list[Figure]:
        """Return every figure, in the order of the page."""
        return [
            *self.sizes,
            *self.parts.values(),
            *self.claims.values(),
            *self.drivers.values(),
            *self.convergence,
        ]


def draw(reading: Reading) -> Figures:
    """Draw the figures of a report."""
    found = Figures()
    t = student_quantile(reading.replicates)
    with drawing():
        for table in reading.featured:
            found.sizes += _sizes(table, reading)
            if "part" in table.data.coords:
                found.parts[table.name] = stage_figure(table, reading.stages(table))
        for name, claim in reading.claims.items():
            found.claims[name] = claim_figure(claim)
        for name, table in reading.sensitivity.items():
            figure = driver_figure(table, t)
            if figure is not None:
                found.drivers[name] = figure
        settled = convergence_figure(reading.headline, t)
        if settled is not None:
            found.convergence.append(settled)
    return found


def _sizes(table: Table, reading: Reading) -> list[Figure]:
    """Return densities, bands along years, or intervals, as the cells ask for."""
    if table.axis_dim is not None:
        return [fan_figure(table)]
    found = [density_figure(table, reading.references.get(table.name, ()))]
    if len(table.cells) > _DENSITY_CELLS:
        found.append(interval_figure(table))
    return found
