"""Draws of an output against its inputs, as a picture of what the indices say in numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from mcsus.report.figures.base import Figure
from mcsus.report.figures.cobweb import cobweb_figure
from mcsus.report.figures.scatter import Looked, scatter_figure
from mcsus.report.sections.base import Section, register
from mcsus.result.kept import CELLS, INPUT_UNITS

_CLASS = ("low", "median", "high")


@register
class Draws(Section):
    """What draws look like: inputs against the output, and which fail a claim."""

    name, order, title, link = "draws", 41, "What do the draws look like?", "Draws"
    template = "{% for figure in figures %}{{ show(figure) }}{% endfor %}"

    @property
    def applies(self) -> bool:
        """Whether draws were kept."""
        return bool(self.reading.draws)

    @cached_property
    def _output(self) -> str:
        return next(iter(self.reading.draws))

    def make_figures(self) -> list[Figure]:
        """Return the draws against inputs, and as lines across all of them."""
        data = self.reading.draws[self._output]
        table = self.reading.outputs[self._output]
        cells = looked_at(data)
        shown = [own for own in table.cells if any(own.labels == cell.labels for cell in cells)]
        claims = self.reading.claims
        statements = {
            str(name): str(claims[str(name)].attrs["statement"])
            for name in _names(data, "drawn_claim")
        }
        mean = all(own.has_mean for own in shown)
        about = self._output, table.unit, table.dims, cells
        return [
            scatter_figure(*about, self.reading.student, mean=mean),
            cobweb_figure(*about, statements),
        ]


def looked_at(data: xr.Dataset) -> list[Looked]:
    """Return the draws of each cell, its inputs in the order in which they matter."""
    every = json.loads(data.attrs[CELLS])
    return [_looked(data.isel(drawn_cell=k), labels) for k, labels in enumerate(every)]


def _looked(data: xr.Dataset, labels: Mapping[str, Any]) -> Looked:
    names = _names(data, "input")
    places = data["input_place"].values
    order = [k for k in np.argsort(places, kind="stable") if np.isfinite(places[k])]
    units = dict(zip(names, json.loads(data.attrs[INPUT_UNITS]), strict=True))
    holds = {
        name: data["claim_draws"].values[k] for k, name in enumerate(_names(data, "drawn_claim"))
    }
    return Looked(
        labels,
        {names[k]: data["input_draws"].values[k] for k in order},
        data["output_draws"].values,
        units,
        {names[k]: _classes(data.isel(input=k)) for k in order},
        holds,
    )


def _classes(data: xr.Dataset) -> list[dict[str, float]]:
    """Return what is told of each class of an input."""
    arrays = [data[key].values for key in ("class_input", "class_mean", "class_mean_error")]
    found = []
    for place, mean, error, band in zip(*arrays, data["class_quantiles"].values, strict=True):
        if np.isfinite(place):
            own = {"input": float(place), "mean": float(mean), "error": float(error)}
            found.append(own | dict(zip(_CLASS, map(float, band), strict=True)))
    return found


def _names(data: xr.Dataset, dim: str) -> Sequence[str]:
    return [str(name) for name in data[dim].values] if dim in data.coords else []
