"""Published functions and examples as study files, and whether runs of them meet what is published.

Functions of uncertainty quantification with their laws are held against the package that publishes
them (see `tests.validation.references`): values at points, means and standard deviations. Examples
of metrology are held against the numbers printed in their guides, to the digits printed.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import mcsus
from mcsus.model import evaluate
from mcsus.runner import check

HERE = Path(__file__).parent
DESIGN = {"draws": 4096, "replicates": 16}
SPREADS = 6.0
"""Of Student's law with 15 degrees of freedom beyond 6: 2.4e-5, so .004 among 160 numbers."""


@dataclass(frozen=True)
class Number:
    """A published number and what a run gives.

    Attributes
    ----------
    within : float
        `SPREADS` standard errors of both sides; what is printed, half of its last digit more.
    """

    study: str
    quantity: str
    published: float
    found: float
    error: float
    within: float
    source: str

    @property
    def is_met(self) -> bool:
        """Whether they agree."""
        return abs(self.found - self.published) <= self.within


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of a file beside this module."""
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cell_of(path: Path) -> dict[str, Any]:
    """Run a study of one output without dims and return what describes it."""
    document = mcsus.run(path, **DESIGN).to_dict()
    (cell,) = document["outputs"]["y"]["cells"]
    return dict(cell)


def function_numbers(row: Mapping[str, str]) -> Iterator[Number]:
    """Yield mean and standard deviation of one function."""
    path = HERE / "functions" / f"{row['study']}.toml"
    cell = cell_of(path)
    source = mcsus.load_study(path).title
    for quantity in ("mean", "sd"):
        known, error = float(row[quantity]), float(row[f"{quantity}_error"])
        own = cell[quantity]
        within = SPREADS * math.hypot(own["error"], error) + 1e-9 * abs(known)
        yield Number(row["study"], quantity, known, own["value"], own["error"], within, source)


def example_numbers(study: str) -> Iterator[Number]:
    """Yield the numbers that are printed of one example."""
    cell = cell_of(HERE / "examples" / f"{study}.toml")
    for row in table("published.csv"):
        if row["study"] == study:
            found, error = _found(cell, row["quantity"])
            known = float(row["value"])
            within = float(row["within"]) + (0.0 if math.isnan(error) else SPREADS * error)
            yield Number(study, row["quantity"], known, found, error, within, row["source"])


def _found(cell: Mapping[str, Any], quantity: str) -> tuple[float, float]:
    kind, *rest = quantity.split()
    if kind == "shortest":
        end, level = rest
        (own,) = [one for one in cell["intervals"] if one["level"] == float(level)]
        return own["shortest"][end], math.nan
    if kind in cell:
        return cell[kind]["value"], cell[kind]["error"]
    (own,) = [one for one in cell["quantiles"] if one["p"] == float(kind)]
    return own["value"], own["error"]


def points() -> dict[str, dict[str, Any]]:
    """Return points of every function with the values that are published for them."""
    return dict(json.loads((HERE / "points.json").read_text(encoding="utf-8")))


def at_points(study: str, x: list[list[float]]) -> np.ndarray:
    """Return the values of a study at points of its inputs x1, x2 .."""
    _, model = check(HERE / "functions" / f"{study}.toml")
    columns = np.transpose(x)
    return evaluate(model, {name: columns[int(name[1:]) - 1] for name in model.inputs})["y"]
