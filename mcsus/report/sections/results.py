"""All results: every output with its uncertainty and its numerical error, and its intervals."""

from __future__ import annotations

from typing import Any

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.wording import capital, error, number, span, unit_text, words


@register
class Results(Section):
    """One row for each cell of each output."""

    name, order, title, link = "results", 60, "All results", "Results"
    template = "results.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the rows, and the levels of the intervals as percentages."""
        levels = self.reading.headline.data["level"].values
        return {
            "rows": _table_rows(self.reading),
            "levels": [f"{100 * level:g} %" for level in levels],
            "replicates": self.reading.replicates,
            "capital": capital,
        }


def _table_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each cell of each output: value, uncertainty, numerical error."""
    rows = []
    for table in reading.outputs.values():
        for k, cell in enumerate(table.cells):
            row = {
                "output": words(table.name) if k == 0 else "",
                "span": len(table.cells) if k == 0 else 0,
                "cell": capital(cell.name),
                "unit": unit_text(table.unit),
                "typical": number(cell.value("deterministic")),
                "mean": number(cell.value("mean")),
                "median": number(cell.value("median")),
                "sd": number(cell.value("sd")) if cell.varies else "0",
                "mean_error": error(cell.value("mean_error")) if cell.varies else "0",
                "sd_error": error(cell.value("sd_error")) if cell.varies else "0",
                "median_error": error(cell.value("median_error")) if cell.varies else "0",
            }
            row["intervals"] = [
                {"level": f"{100 * level:g} %", "symmetric": span(*ends), "shortest": span(*close)}
                for level, ends, close in zip(
                    cell.array("level"),
                    cell.array("symmetric"),
                    cell.array("shortest"),
                    strict=True,
                )
            ]
            rows.append(row)
    return rows
