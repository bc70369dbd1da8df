"""What one input at a time does to an output, with what that cannot see."""

from __future__ import annotations

import math
from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.tornado import tornado_figure
from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, number, percent, words


class _OneAtATime(Section):
    """The table of a method that moves one input at a time."""

    template = "one_at_a_time.html.j2"
    is_of_percent = False

    def context(self) -> dict[str, Any]:
        """Return the cells that are looked at, each with a row for each input."""
        analysed = self.reading.analyses[self.method]
        tables = [
            {
                "name": capital(words(output)),
                "unit": self.reading.outputs[output].unit,
                "cell": cell,
                "inputs": inputs_of(cell),
                "values": {key: cell.array(key) for key in _numbers(cell)},
                "units": [str(text) for text in cell.data["value_unit"].values],
                "shapes": cell.data["shape"].values.tolist() if "shape" in cell.data else [],
                "unseen": _unseen(cell, self.reading.analysis_bound()),
            }
            for name, table in analysed.items()
            for output in [name.partition("@")[0]]
            for cell in table.picked(MOST_CELLS)
        ]
        still = [
            (name, cell)
            for name, table in analysed.items()
            for cell in table.cells
            if self.is_of_percent and not cell.array("rank").any()
        ]
        left_out = sum(len(table.cells) for table in analysed.values()) - len(tables) - len(still)
        zeros = [capital(words(name)) + (f", {c.name}," if c.name else "") for name, c in still]
        return {"of": self.method, "tables": tables, "left_out": left_out, "zeros": zeros}


@register
class Tornado(_OneAtATime):
    """Inputs at the ends of their ranges."""

    name, order, title, link = "tornado", 42, "What does one input at a time do?", "One at a time"
    method = "tornado"

    def make_figures(self) -> list[Figure]:
        """Return the swings of each output that is looked at."""
        made = []
        for name, table in self.reading.analyses[self.method].items():
            cells = table.picked(MOST_CELLS)
            output = name.partition("@")[0]
            if cells:
                unit = self.reading.outputs[output].unit
                made.append(tornado_figure(table, output, unit, cells))
        return made


@register
class Elasticity(_OneAtATime):
    """By how many percent an output follows each input."""

    name, order, title, link = "elasticity", 43, "What does one percent do?", "One percent"
    method = "elasticity"
    is_of_percent = True


def _numbers(cell: ResultCell) -> list[str]:
    return [str(key) for key, array in cell.data.data_vars.items() if array.dtype.kind == "f"]


def _unseen(cell: ResultCell, bound: float) -> str:
    """Say how much of the variance moving one input at a time does not see, if that is known."""
    share = cell.value("interactions") if "interactions" in cell.data else None
    if share is None or not math.isfinite(share):
        return (
            "What inputs do together is not seen here, and how much that is, is not known: "
            "Sobol\u2019 indices would tell"
        )
    error = cell.value("interactions_error")
    if error is not None and share <= bound * error:
        most = min(max(share, 0.0) + bound * error, 1.0)
        known = f"no more than about {percent(most)}" if most < 1 else "any part"
    else:
        known = f"{percent(share)} \u00b1 {number(100 * error, 2) if error is not None else '?'} %"
    return f"Not seen here: what inputs do together, {known} of the variance"
