"""What is claimed to be avoided beside what the evidence supports, in sentences."""

from __future__ import annotations

from functools import cached_property

from mcsus.result.claimed import Compared, compared, ratio_text
from mcsus.result.reading import ResultCell, ResultReading, best_level
from mcsus.result.wording import capital, level_text, number, quantity, span, words
from mcsus.vocabulary import BASE, SCENARIO

_NET = ("net_footprint", "programme_net")


_RATIOS = "Claimed over really avoided, mean over mean"


_SKEWED = 0.1  # distance of mean and median, over the mean, from which both are told


class Sides:
    """The evidence and the claims of a result, if it has both."""

    def __init__(self, reading: ResultReading) -> None:
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


def claimed_over_real(reading: ResultReading) -> str:
    """Return the mean that is claimed over the mean that is left; empty where both are one."""
    sides = Sides(reading)
    told = [_told(sides, row) for row in sides.rows if not row.is_claim]
    return f"{_RATIOS}: {'; '.join(told)}." if told else ""


def _told(sides: Sides, row: Compared) -> str:
    scenario = row.labels.get(SCENARIO, BASE)
    where = sides.short(BASE) if scenario == BASE else words(scenario)
    return f"{where} {ratio_text(row)}"


def claim_and_evidence(reading: ResultReading) -> str:
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
