"""The equations of the model."""

from __future__ import annotations

from typing import Any

from mcsus.report.sections.base import Section, register
from mcsus.report.wording import unit_text, words


@register
class Equations(Section):
    """Each equation with unit, formula and text."""

    name, order, title, link = "equations", 80, "Equations", "Equations"
    template = "equations.html.j2"

    def context(self) -> dict[str, Any]:
        """Return one row for each equation."""
        rows = [
            {
                "name": equation["name"],
                "unit": unit_text(equation["unit"]),
                "formula": equation["formula"],
                "stage": words(equation["stage"]),
                "doc": " ".join(str(equation["doc"]).split()),
            }
            for equation in self.reading.about["equations"]
        ]
        return {"equations": rows}
