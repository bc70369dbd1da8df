"""Comparisons: which of two labels or scenarios is lower, by how much, and how surely."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import xarray as xr

from mcsus.report.figures.base import Figure, Row
from mcsus.report.figures.differences import (
    columns_of,
    difference_figure,
    difference_rows,
    level_of,
    pair_name,
)
from mcsus.report.sections.base import Section, register
from mcsus.result.document import cell_dims, cells
from mcsus.result.wording import (
    capital,
    cell_name,
    error,
    fixed,
    label_name,
    level_text,
    number,
    percent,
    probability,
    span,
    unit_text,
    words,
)
from mcsus.vocabulary import EFFECT, Apart

_MOST_FIGURES = 6
_APART = {
    Apart.LOWER: "yes, lower",
    Apart.HIGHER: "yes, higher",
    Apart.NEITHER: "no",
    Apart.UNDECIDED: "undecided",
}


@register
class Comparisons(Section):
    """What is compared, pair by pair, on the same draws."""

    name, order, title, link = "comparisons", 35, "What is lower, and by how much?", "Comparisons"
    template = "comparisons.html.j2"

    @property
    def applies(self) -> bool:
        """Whether anything is compared."""
        return bool(self.reading.comparisons)

    def make_figures(self) -> list[Figure]:
        """Return the differences of the first outputs."""
        chosen = list(self.reading.comparisons.values())[:_MOST_FIGURES]
        return [difference_figure(data) for data in chosen]

    def context(self) -> dict[str, Any]:
        """Return the tables of all pairs, and of more than two."""
        tables = self.reading.comparisons.values()
        first = next(iter(tables))
        return {
            "level": level_text(level_of(first)[1]),
            "effect": EFFECT,
            "compared": [pairs_table(data) for data in tables],
            "ranked": [ranks_table(data) for data in tables if "rank" in data],
        }


def pairs_table(data: xr.Dataset) -> dict[str, Any]:
    """Return the table of all pairs of an output: its heading, and a row of texts for each."""
    unit = unit_text(str(data.attrs["units"]))
    name = f"{capital(words(data.attrs['output']))}{f', {unit}' if unit else ''}"
    return {"name": name, "rows": list(_rows(data))}


def _rows(data: xr.Dataset) -> Iterator[dict[str, str]]:
    for row in difference_rows(data):
        labels = {dim: row[dim] for dim in cell_dims(data) if dim in row}
        size = row["effect_size"]
        yield {
            "pair": capital(pair_name(row)),
            "case": cell_name(labels) if labels else "",
            "difference": _told(row, "difference"),
            "ratio": _told(row, "ratio"),
            "probability": probability(row["probability_less"]),
            "error": error(row["probability_less_error"]),
            "apart": _APART[Apart(row["apart"])],
            "overlap": fixed(row["overlap"], 2),
            "effect": fixed(size, 2) if np.isfinite(size) else "",
        }


def _told(row: Row, kind: str) -> str:
    """Return the median with its interval, and how often it is no number."""
    middle, low, high = (row[key] for key in columns_of(kind))
    if not np.isfinite([middle, low, high]).all():
        return "no number"
    text = number(middle) if low == high else f"{number(middle)} ({span(low, high)})"
    never = row[f"{kind}_never"]
    return f"{text}; no number in {percent(never)}" if never else text


def ranks_table(data: xr.Dataset) -> dict[str, Any]:
    """Return how often each label is the lowest, and its expected place."""
    labels = json.loads(data.attrs["labels"])
    rows = []
    for at, cell in cells(data):
        for k, label in enumerate(labels):
            rows.append(
                {
                    "case": cell_name(at) if at else "",
                    "label": capital(label_name(label)),
                    "lowest": probability(float(cell["lowest"][k])),
                    "rank": fixed(float(cell["rank"][k]), 2),
                }
            )
    return {"name": capital(words(data.attrs["output"])), "rows": rows, "each": len(labels)}
