"""What is claimed to be avoided beside what the evidence supports."""

from functools import cached_property
from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.claimed import claimed_figure
from mcsus.report.reading import Reading, ResultCell, best_level
from mcsus.report.sections.base import Section, register
from mcsus.report.wording import capital, level_text, number, quantity, span, words
from mcsus.result.claimed import Compared, compared, ratio_text
from mcsus.vocabulary import BASE, SCENARIO

_NET = ("net_footprint", "programme_net")
"""Outputs that are below zero where more is avoided than spent."""

_RATIOS = "Claimed over really avoided, mean over mean"
_SKEWED = 0.1  # distance of mean and median, over the mean, from which both are told


class Sides:
    """The evidence and the claims of a result, if it has both."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        means = {
            name: [(cell.labels, cell.value("mean")) for cell in table.cells]
            for name, table in reading.outputs.items()
        }
        self.rows = [row for row in compared(means) if set(row.labels) <= {SCENARIO}]

    @cached_property
    def claims(self) -> list[str]:
        """Scenarios that take the claim at its word."""
        return [str(row.labels[SCENARIO]) for row in self.rows if row.labels and row.is_claim]

    @property
    def both(self) -> bool:
        """Whether the net footprint leads, as written and as claimed."""
        table = self.reading.headline
        known = {row.labels.get(SCENARIO) for row in self.rows}
        return (
            table.name in _NET
            and tuple(table.dims) == (SCENARIO,)
            and table.middle == "mean"
            and bool(self.claims)
            and BASE in known.difference(self.claims)
        )

    @property
    def as_written(self) -> str:
        """What the study as written is called, if it says so."""
        return str(self.reading.about["document"].get("as_written", ""))

    def cell(self, scenario: str) -> ResultCell:
        """Return a cell of the headline output."""
        cells = self.reading.headline.cells
        return next(cell for cell in cells if cell.labels[SCENARIO] == scenario)

    def title(self, scenario: object) -> str:
        """Return the name of a scenario, or of the study as written."""
        if scenario == BASE:
            return capital(self.as_written or "as written")
        return capital(self.reading.scenario_title(str(scenario)))

    def short(self, scenario: object) -> str:
        """Return its name without what explains it, as it stands inside a sentence."""
        told = self.title(scenario).partition(":")[0]
        return told[:1].lower() + told[1:]


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


def claimed_over_real(reading: Reading) -> str:
    """Return the mean that is claimed over the mean that is left; empty where both are one."""
    sides = Sides(reading)
    told = [_told(sides, row) for row in sides.rows if not row.is_claim]
    return f"{_RATIOS}: {'; '.join(told)}." if told else ""


def _told(sides: Sides, row: Compared) -> str:
    scenario = row.labels.get(SCENARIO, BASE)
    where = sides.short(BASE) if scenario == BASE else words(scenario)
    return f"{where} {ratio_text(row)}"


def claim_and_evidence(reading: Reading) -> str:
    """Say what the evidence supports, what is claimed, and the ratio of the two.

    Empty where a result does not have both.
    """
    sides, table = Sides(reading), reading.headline
    if not sides.both:
        return ""
    claim = sides.claims[0]
    base, other = sides.cell(BASE), sides.cell(claim)
    level, low, high = best_level(base)
    mean, median = base.value("mean") or 0.0, base.value("median") or 0.0
    skew = f"; median: {number(median)}" if abs(mean - median) > _SKEWED * abs(mean) else ""
    row = next(row for row in sides.rows if row.labels[SCENARIO] == BASE)
    more = f"which says that {ratio_text(row)} times as much is avoided"
    if row.ratio is None:
        more = "which says that something is avoided where nothing is"
    unit_of = reading.study.get("functional_unit") or ""
    by = f"by {sides.short(BASE)}" if sides.as_written else "as written"
    start = f"For {unit_of}, the" if unit_of else "The"
    return (
        f"{start} {words(table.name)} is on average {quantity(number(mean), table.unit)} {by} "
        f"({level_text(level)} interval: {span(low, high)}{skew}), and "
        f"{number(other.value('mean'))} by {sides.short(claim)}, {more}."
    )
