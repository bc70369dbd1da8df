"""More of Sobol' indices: pairs of inputs, and which input drives the doubt when."""

from __future__ import annotations

from mcsus.report.figures.base import Figure
from mcsus.report.figures.evolution import evolution_figure
from mcsus.report.figures.second_order import has_pairs, second_order_figure
from mcsus.report.sections.base import Section, register
from mcsus.result.ranking import METHOD, Ranking

_FIGURES = "{% for figure in figures %}{{ show(figure) }}{% endfor %}"


@register
class Evolution(Section):
    """Indices along a numeric dim, such as years."""

    name, order, within = "evolution", 40, "drivers"
    method = METHOD
    template = _FIGURES

    def make_figures(self) -> list[Figure]:
        """Return the indices of each output along its numeric dim."""
        t = self.reading.analysis_bound()
        tables = self.reading.analyses[METHOD]  # but for further groupings
        made = (evolution_figure(own, t) for name, own in tables.items() if "@" not in name)
        return [figure for figure in made if figure is not None]


@register
class Pairs(Section):
    """Second-order indices, where they were asked for."""

    name, order, within = "pairs", 41, "drivers"
    method = METHOD
    template = _FIGURES

    def make_figures(self) -> list[Figure]:
        """Return the pairs of each output that has them."""
        found = [own for own in self.reading.analyses[METHOD].values() if has_pairs(own)]
        bound = self.reading.analysis_bound()
        return [second_order_figure(own, Ranking.of(own), bound) for own in found]
