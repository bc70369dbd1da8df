"""A figure of a report: numbers, a drawing made from them alone, and its words."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mcsus.report.figures.style import Sheet, drawing
from mcsus.report.figures.svg import inline_svg
from mcsus.report.tables import csv_text
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import cell_name, label_name, label_words

Row = Mapping[str, Any]
Labels = dict[str, Any]

# fmt: off
_COLUMNS = frozenset({
    "against", "apart", "claim", "confidence", "density", "drawn", "draws_per_replicate", "error",
    "first", "first_unit", "first_value", "high", "holds", "input", "low", "mean", "mean_error",
    "of", "output", "overlap", "part", "probability", "rank", "second", "second_unit",
    "second_value", "share", "stage", "unit", "value", "value_unit", "verdict", "what",
})
# fmt: on


@dataclass(frozen=True)
class Figure:
    """One figure.

    Parameters
    ----------
    name : str
        Name of its CSV file, and its anchor in the page.
    title : str
        What it shows.
    caption : str
        What is drawn of it, and what is not.
    rows : sequence of mapping
        Its numbers, one row each: what its CSV file holds.
    draw : callable
        Returns the drawing of rows, and what it shows in words for those who do not see it.
        It knows nothing but the rows and how they are to look.
    how : str
        How to read it and all figures like it; a section says that once.

    Examples
    --------
    >>> rows = [{"x": 1.23456789, "label": "one"}]
    >>> print(Figure("a", "A", "", rows, lambda rows: None).csv())
    x,label
    1.23457,one
    <BLANKLINE>
    """

    name: str
    title: str
    caption: str
    rows: Sequence[Row]
    draw: Callable[[Sequence[Row]], tuple[Sheet, str]]
    how: str = ""

    @cached_property
    def svg(self) -> str:
        """The drawing as an ``<svg>`` element."""
        with drawing():
            sheet, description = self.draw(self.rows)
            return inline_svg(sheet.figure, self.name.replace("_", "-"), description)

    def csv(self) -> str:
        """Return the numbers as comma-separated values."""
        return csv_text(self.rows)


def label_columns(labels: Mapping[str, Any]) -> Labels:
    """Return the columns that hold the labels of a cell: its dims, unless a number is called so."""
    return {_column(dim): label for dim, label in labels.items()}


def cell_rows(
    table: ResultTable, cell: ResultCell, columns: Sequence[str], entries: Iterable[Sequence[Any]]
) -> list[Row]:
    """Return rows on one cell of an output: its name, the labels and the unit, then `columns`."""
    head = {"output": table.name, **label_columns(cell.labels), "unit": table.unit}
    return [head | dict(zip(columns, entry, strict=True)) for entry in entries]


def _column(dim: str) -> str:
    return f"{dim} (dim)" if dim in _COLUMNS or dim.startswith("quantile_") else dim


def by_cell(
    rows: Iterable[Row], dims: Sequence[str], shown: Iterable[int] | None = None
) -> list[tuple[Labels, list[Row]]]:
    """Return the labels of each cell, or of those `shown`, with its rows, in their order."""
    columns = [_column(dim) for dim in dims]
    gathered: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        gathered.setdefault(tuple(row[column] for column in columns), []).append(row)
    cells = [(dict(zip(dims, key, strict=True)), own) for key, own in gathered.items()]
    return cells if shown is None else [cells[k] for k in shown]


def grouped(dims: Sequence[str], cells: Sequence[Labels]) -> list[tuple[str, int | None]]:
    """Return the lines of a figure: a label with the place of its cell; headings without one."""
    varying = [dim for dim in dims if len({labels[dim] for labels in cells}) > 1]
    if len(varying) < 2:
        return [(cell_name(labels), k) for k, labels in enumerate(cells)]
    *grouping, last = varying
    lines: list[tuple[str, int | None]] = []
    current = None
    for k, labels in enumerate(cells):
        heading = label_words({dim: labels[dim] for dim in grouping})
        if heading != current:
            lines.append((heading, None))
            current = heading
        lines.append((label_name(labels[last]), k))
    return lines


def settled(value: float | None, scale: float) -> float | None:
    """Return a number, or zero if it is but rounding noise on the scale of its neighbours."""
    if value is None or not math.isfinite(value):
        return None
    return 0.0 if abs(value) < 1e-9 * abs(scale) else float(value)
