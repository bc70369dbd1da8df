"""A figure of a report: a drawing, its words, and the numbers behind it."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]

DIGITS = 6
"""Significant digits of the numbers in the CSV files."""


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
        How to read it.
    svg : str
        The drawing.
    rows : sequence of mapping
        The numbers behind it, one row each; all rows have the same columns.

    Examples
    --------
    >>> print(Figure("a", "A", "", "", [{"x": 1.23456789, "label": "one"}]).csv())
    x,label
    1.23457,one
    <BLANKLINE>
    """

    name: str
    title: str
    caption: str
    svg: str
    rows: Sequence[Row]

    def csv(self) -> str:
        """Return the numbers as comma-separated values."""
        stream = io.StringIO()
        columns = list(dict.fromkeys(key for row in self.rows for key in row))
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        for row in self.rows:
            writer.writerow([_field(row.get(column)) for column in columns])
        return stream.getvalue()


def _field(value: Any) -> str:
    """Return one field; rounded, so that it does not depend on the machine, and never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool | int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return f"{value + 0.0:.{DIGITS}g}"
    text = str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def settled(value: float | None, scale: float) -> float | None:
    """Return a number, or zero if it is but rounding noise on the scale of its neighbours.

    Examples
    --------
    >>> settled(1e-17, 2.0), settled(0.5, 2.0), settled(None, 2.0)
    (0.0, 0.5, None)
    """
    if value is None or not math.isfinite(value):
        return None
    return 0.0 if abs(value) < 1e-9 * abs(scale) else float(value)
