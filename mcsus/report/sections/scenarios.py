"""How the scenarios of a study change its headline output."""

from typing import Any

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import MINUS, capital, number, percent
from mcsus.vocabulary import BASE, SCENARIO


@register
class Scenarios(Section):
    """A sentence on each scenario, at the head of the page."""

    name, order = "scenarios", 33
    summary = "scenarios.html.j2"

    def context(self) -> dict[str, Any]:
        """Return a sentence on each scenario."""
        return {"scenarios": scenarios(self.reading)}


def scenarios(reading: Reading) -> list[str]:
    """Say how each scenario changes the headline output."""
    table = reading.headline
    if not table.has_scenarios:
        return []
    texts = []
    for scenario in reading.about["scenarios"]:
        changes = []
        for base in table.base[-1:] if table.axis_dim else table.base:
            other = _counterpart(table, base, scenario["id"])
            if other is not None:
                name = f" for {base.name}" if base.name and base.name != BASE else ""
                pair = base.value(table.middle), other.value(table.middle)
                changes.append(_change(table.middle, *pair) + _never(base, other) + name)
        if changes:
            title = capital(reading.scenario_title(scenario["id"]))
            texts.append(f"{title}: {'; '.join(changes)}.")
    return texts


def _counterpart(table: ResultTable, base: ResultCell, scenario: str) -> ResultCell | None:
    wanted = {**base.labels, SCENARIO: scenario}
    return next((cell for cell in table.cells if dict(cell.labels) == wanted), None)


def _never(base: ResultCell, other: ResultCell) -> str:
    """Return how much more often a scenario is never, if either is."""
    if not base.never and not other.never:
        return ""
    return f", never in {percent(other.never)} of the draws instead of {percent(base.never)}"


def _change(what: str, before: float | None, after: float | None) -> str:
    """Return a change of the mean, or of the median, in words."""
    if before is None or after is None or abs(after - before) <= 1e-9 * abs(before):
        return "no change"
    text = f"{what} {number(after)} instead of {number(before)}"
    if before > 0 < after:
        step = percent(after / before - 1)
        step = step if step.startswith((MINUS, "less", "0 ")) else f"+{step}"
        text += f" ({step})"
    return text
