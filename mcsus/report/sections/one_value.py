"""Outputs that are one value in many draws: what decides whether they are, and what else."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, number, percent, quantity, verb, words

_COLUMNS = (
    ("ST", "whether it is, ST"),
    ("S1", "whether it is, S1"),
    ("value_ST", "where it is not, ST"),
    ("value_S1", "where it is not, S1"),
)


@register
class OneValue(Section):
    """Indices of whether an output is at an atom, and of what it is where it is not."""

    name, order, link = "one_value", 44, "Often one value"
    title = "What decides whether it is one value, and what it is if not?"
    method = "atom"
    template = "one_value.html.j2"

    def context(self) -> dict[str, Any]:
        """Return what is said of each output, and the tables of those that have such a value."""
        texts: list[str] = []
        tables: list[tuple[str, ResultCell, list[tuple[int, str]]]] = []
        left_out = 0
        for name, table in self.reading.analyses[self.method].items():
            cells = table.picked(MOST_CELLS)
            left_out += sum(bool(own.array("rank").all()) for own in table.cells) - len(cells)
            tables += [(name, cell, inputs_of(cell)) for cell in cells]
            texts += [_told(name, table, cell) for cell in cells]
            if not cells and "reason" in table.attrs:
                texts.append(f"{capital(words(name))}: {table.attrs['reason']}.")
        return {"texts": texts, "tables": tables, "columns": _COLUMNS, "left_out": left_out}


def _told(name: str, table: ResultTable, cell: ResultCell) -> str:
    """Say how often an output is at its value, and which inputs come first in both questions."""
    inputs = inputs_of(cell)
    atom = float(cell.data["atom"])
    at = "never" if np.isinf(atom) else quantity(number(atom), table.unit)
    where = f", {cell.name}," if cell.name else ""
    first = words(inputs[0][1])
    text = (
        f"{capital(words(name))}{where} is {at} in {percent(float(cell.data['at_atom']))} of the "
        f"draws. The {first} {verb(first, 'decides', 'decide')} most whether it is."
    )
    values = cell.array("value_ST")
    if not np.isfinite(values).any():
        return text
    most = int(np.nanargmax(values))
    second = words(next(own for k, own in inputs if k == most))
    share = percent(min(max(float(values[most]), 0.0), 1.0))
    drives = verb(second, "drives", "drive")
    return f"{text} Where it is not, the {second} {drives} most ({share} of the variance)."
