"""Every array of a population with its doubt, and its JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcsus.result.arrays import UNIT, Entry
from mcsus.result.document import cells, estimate

if TYPE_CHECKING:
    import xarray as xr

_OVER = "quantiles over what is uncertain of the"
_TOLD = (0.05, 0.25, 0.5, 0.75, 0.95)  # shares of a population in the JSON

POPULATION = (
    Entry(
        "population_quantiles",
        ("population_share", "quantile"),
        UNIT,
        f"{_OVER} quantiles of the population",
        has_error=True,
    ),
    Entry(
        "population_mean",
        ("quantile",),
        UNIT,
        f"{_OVER} mean of the population",
        has_error=True,
    ),
    Entry(
        "population_sd",
        ("quantile",),
        UNIT,
        f"{_OVER} standard deviation in the population",
        has_error=True,
    ),
    Entry(
        "population_part",
        (),
        "1",
        "share of the variance that is between individuals, and not doubt",
        has_error=True,
    ),
    Entry(
        "population_curves",
        ("population_draw", "population_share"),
        UNIT,
        "quantiles of the population in single draws of what is uncertain",
        is_printed=False,
    ),
)
"""Arrays of a quantity that differs between individuals."""


def population_document(data: xr.Dataset) -> dict[str, Any]:
    """Return the JSON of one quantity."""
    about = {key: data.attrs[key] for key in ("units", "individuals", "draws")}
    return {
        "unit": about.pop("units"),
        **{key: int(value) for key, value in about.items()},
        "cells": [{"labels": labels, **_cell(cell)} for labels, cell in cells(data)],
    }


def _cell(cell: xr.Dataset) -> dict[str, Any]:
    shares = [round(float(own), 9) for own in cell["population_share"].values]
    return {
        "quantiles": [
            {"share": share, "doubt": _doubt(cell, "population_quantiles", shares.index(share))}
            for share in _TOLD
        ],
        "mean": _doubt(cell, "population_mean"),
        "sd": _doubt(cell, "population_sd"),
        "between_individuals": estimate(cell, "population_part"),
    }


def _doubt(cell: xr.Dataset, key: str, *place: int) -> list[dict[str, Any]]:
    """Return quantiles over doubt, with their probabilities."""
    return [
        {"p": round(float(p), 9)} | estimate(cell, key, (*place, k))
        for k, p in enumerate(cell["quantile"].values)
    ]
