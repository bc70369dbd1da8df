"""What any method of sensitivity analysis says: its arrays by input, as a table."""

from __future__ import annotations

from typing import Any

import numpy as np

from mcsus.analysis.base import methods
from mcsus.report.reading import Reading, ResultCell, ResultTable
from mcsus.report.sections.base import Section
from mcsus.report.wording import capital, error, number, words

_MOST_CELLS = 3


class AnyAnalysis(Section):
    """The section of a method that has none of its own.

    Parameters
    ----------
    reading : Reading
    method : str
        Name of the analysis.
    """

    order = 45
    template = "any_analysis.html.j2"

    def __init__(self, reading: Reading, method: str) -> None:
        super().__init__(reading)
        self.name = self.method = method
        known = methods().get(method)  # a saved result may be of one that is not here
        self.title = self.link = known.title if known else capital(words(method))
        self.about = known.words if known else ""

    def context(self) -> dict[str, Any]:
        """Return one table for each output, and each cell of it that is looked at."""
        tables = [
            {"title": _heading(table, cell), **_table(cell)}
            for table in self.reading.analyses[self.method].values()
            for cell in table.picked(_MOST_CELLS)
        ]
        return {"about": capital(self.about), "tables": tables}


def _heading(table: ResultTable, cell: ResultCell) -> str:
    name = capital(words(table.name.partition("@")[0]))
    return f"{name}, {cell.name}" if cell.name else name


def _table(cell: ResultCell) -> dict[str, Any]:
    """Return the arrays of a cell over its inputs, the one that matters most first."""
    data = cell.data
    columns = [str(key) for key in data.data_vars if data[key].dims == ("input",) and key != "rank"]
    names = [str(name) for name in data["input"].values]
    order = np.argsort(cell.array("rank"), kind="stable") if "rank" in data else range(len(names))
    rows = [
        {
            "name": capital(words(names[k])),
            "entries": [_entry(column, cell.array(column)[k]) for column in columns],
        }
        for k in order
    ]
    return {"columns": [_column(column) for column in columns], "rows": rows}


def _column(name: str) -> str:
    return "error" if name.endswith("_error") else words(name)


def _entry(column: str, value: float) -> str:
    return error(value) if column.endswith("_error") else number(value)
