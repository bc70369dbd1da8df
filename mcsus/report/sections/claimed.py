"""What is claimed to be avoided beside what the evidence supports."""

from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.claimed import claimed_figure
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.evidence import Sides, claimed_over_real
from mcsus.vocabulary import BASE, SCENARIO

"""Outputs that are below zero where more is avoided than spent."""


@register
class ClaimAndEvidence(Section):
    """The first picture: what is claimed and what the evidence supports, on one axis."""

    name, order, title, link = "claimed", 5, "What is claimed, and what is left of it?", "Claimed"
    template = "{% for figure in figures %}{{ show(figure) }}{% endfor %}"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.sides = Sides(reading)

    @property
    def applies(self) -> bool:
        """Whether the result has both."""
        return self.sides.both

    def make_figures(self) -> list[Figure]:
        """Return the intervals of all scenarios."""
        table, sides = self.reading.headline, self.sides
        cells = [(cell, cell.labels[SCENARIO]) for cell in table.cells]
        named = [(cell, sides.title(own), own in sides.claims) for cell, own in cells]
        what = f"{sides.short(BASE)} beside {sides.short(sides.claims[0])}"
        return [claimed_figure(table, named, what)]


@register
class ClaimedOverReal(Section):
    """A sentence at the head of the page: what is claimed over what is real, by scenario."""

    name, order = "claimed_over_real", 31
    summary = "{% if text %}<p>{{ text | tidy }}</p>{% endif %}"

    def context(self) -> dict[str, Any]:
        """Return the sentence."""
        return {"text": claimed_over_real(self.reading)}
