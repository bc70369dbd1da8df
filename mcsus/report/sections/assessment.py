"""What is answered of avoided emissions, under the verdict."""

from typing import Any

from mcsus.report.sections.base import Section, register
from mcsus.vocabulary import NOT_ASSESSED, standing

_TITLES = {
    "baseline": "Baseline",
    "additionality": "Additionality",
    "rebound": "Rebound",
    "leakage": "Leakage",
    "double_counting": "Double counting: who else claims this tonne",
    "permanence": "Permanence and reversal",
    "emission_factor": "Marginal or average factor, short or long run",
    "boundary": "Boundary",
    "gwp": "Warming potential (GWP)",
}


@register
class Assessment(Section):
    """A row for each question that an auditor asks of avoided emissions."""

    name, order = "assessment", 32
    summary = "assessment.html.j2"

    @property
    def applies(self) -> bool:
        """Whether the study answers any of them."""
        return bool(self.reading.about.get("assessment"))

    def context(self) -> dict[str, Any]:
        """Return the rows: question, answer, and its mark."""
        rows = []
        for key, answer in self.reading.about["assessment"].items():
            mark, text = standing(answer)
            style = "unverified" if mark == NOT_ASSESSED else ""
            title = _TITLES.get(key, key)
            rows.append({"title": title, "mark": mark, "style": style, "text": text})
        return {"rows": rows}
