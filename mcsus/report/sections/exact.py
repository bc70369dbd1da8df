"""Closed forms beside the estimates: a proof of these on the user's own model."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, fixed, number, words

_BESIDE = (("S1", "sobol"), ("ST", "sobol"), ("shapley", "shapley"))
"""Arrays in closed form, and the analysis that estimates the same."""
_MOST_INPUTS = 15


@register
class Exact(Section):
    """Mean, spread and indices in closed form, and their estimates."""

    name, order, title, link = "exact", 52, "Are the estimates right?", "Closed form"
    method = "exact"
    template = "exact.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the cells that have closed forms, and why others have none."""
        tables, reasons, left_out = [], [], 0
        for table in self.reading.analyses[self.method].values():
            output = table.name.partition("@")[0]
            cells = table.picked(MOST_CELLS)
            known = [cell for cell in table.cells if (cell.array("rank") > 0).all()]
            left_out += len(known) - len(cells)
            tables += [self._shown(output, cell, table) for cell in cells]
            if not known and "reason" in table.attrs:
                why = str(table.attrs["reason"]).partition(": ")[2]
                reasons.append(f"{capital(words(output))} has no closed form: {why}")
        return {"tables": tables, "reasons": reasons, "left_out": left_out}

    def _shown(self, output: str, cell: ResultCell, table: ResultTable) -> dict[str, Any]:
        """Return one cell: what is told of mean and spread, and a row for each input."""
        own = self.reading.outputs[output]
        drawn = own.cells[table.cells.index(cell)]
        unit = "" if own.unit == "1" else f" {own.unit}"
        moments = [
            (key, number(float(cell.data[key]), 6) + unit, _estimate(drawn, key) + unit)
            for key in ("mean", "sd")
            if drawn.value(key) is not None
        ]
        beside = [(key, self._estimates(output, cell, key, by)) for key, by in _BESIDE]
        columns = [key for key, known in beside if known or key != "shapley"]
        rows = [
            {
                "input": capital(words(name)),
                "numbers": [
                    (fixed(float(cell.array(key)[k])), known.get(name, ""))
                    for key, known in beside
                    if key in columns
                ],
            }
            for k, name in inputs_of(cell)[:_MOST_INPUTS]
        ]
        return {
            "name": capital(words(output)),
            "cell": cell.name,
            "terms": int(cell.data["terms"]),
            "moments": moments,
            "columns": columns,
            "rows": rows,
            "more": max(0, len(inputs_of(cell)) - _MOST_INPUTS),
        }

    def _estimates(self, output: str, cell: ResultCell, key: str, by: str) -> dict[str, str]:
        """Return the estimates of an index at the same labels, by input, with their errors."""
        tables = self.reading.analyses.get(by, {})
        table = tables.get(output)
        same = [other for other in (table.cells if table else []) if other.labels == cell.labels]
        if not same or key not in same[0].data:
            return {}
        values, errors = same[0].array(key), same[0].array(f"{key}_error")
        names = [str(name) for name in same[0].data["input"].values]
        return {
            name: f"{fixed(float(values[k]))} \u00b1 {number(float(errors[k]), 2)}"
            for k, name in enumerate(names)
            if np.isfinite(values[k])
        }


def _estimate(drawn: ResultCell, key: str) -> str:
    error = drawn.value(f"{key}_error")
    beside = "" if error is None else f" \u00b1 {number(error, 2)}"
    return f"{number(drawn.value(key), 6)}{beside}"
