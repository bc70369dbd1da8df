"""Which inputs of two studies share draws, on the page that compares them."""

from typing import Any

from mcsus.report.sections.base import Section
from mcsus.result.wording import words


class SharedDraws(Section):
    """What both share, what they do not, and what is not compared; of no page of a run."""

    name, order, title, link = "shared", 40, "What is the same in both?", "Shared inputs"
    template = "shared.html.j2"

    def answer(self) -> list[str]:
        """Say what is compared with what."""
        one, other = (side["name"] for side in self.reading.about["compared"])
        shared = len(self.reading.about["shared"])
        drawn = f"{shared} inputs have the same draws in both" if shared else "they share no input"
        return [f"{one} against {other}, draw by draw: {drawn}."]

    def context(self) -> dict[str, Any]:
        """Return the sides, and the inputs by what they share."""
        about = self.reading.about
        return {
            "sides": about["compared"],
            "unit": about["functional_unit"],
            "shared": [_named(own) for own in about["shared"]],
            "apart": [_named(own) for own in about["drawn_apart"]],
            "left": about["not_compared"],
            "cautions": about["cautions"],
        }


def _named(own: dict[str, str]) -> dict[str, str]:
    both = own["of"] if own["of"] == own["against"] else f"{own['of']} and {own['against']}"
    return {"name": words(both), "reason": own["reason"]}
