"""Inputs that are drawn by themselves, with their values and points at the draws of a design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.input_draws import InputDraws
from mcsus.dependence.mix import key_of_study
from mcsus.engine.inputs import cell_points, mix_of, scale_positions, streams_of
from mcsus.engine.kernel import stream_positions
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.result.wording import label_text
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.study import Study
from mcsus.study.conditional import is_written, written_name
from mcsus.study.grids import labelled
from mcsus.study.shares import share_behind
from mcsus.units import Unit
from mcsus.vocabulary import SCENARIO, Label

Array = NDArray[np.float64]


class DrawnPoints:
    """The points of cells at the draws of a design, by the plain path."""

    def __init__(self, study: Study, design: Design) -> None:
        self.mixes, self.design = study.mixes, design
        positions = stream_positions({p.name: p for p in study.parameters})
        self.places = {**positions, **scale_positions(study.mixes)}

    def of(self, cell: Cell) -> Array:
        """Return the points of a cell, shape (replicate, draw)."""
        keys = streams_of([cell], self.mixes)
        places, draws = [self.places[key] for key in keys], self.design.draws
        rows = []
        for replicate in range(self.design.replicates):
            drawn = reference_points(self.design, places, keys, replicate, 0, draws)
            rows += cell_points([cell], self.mixes, dict(zip(keys, drawn.T, strict=True)))
        return np.stack(rows)


class Source(NamedTuple):
    """A parameter that is drawn, and the quantity whose values are shown of it.

    Parameters
    ----------
    parameter : str
        An input of the model.
    shown : str
        Its name in the study.
    quantity : str
        The parameter, or the equation of the value that the study writes.
    """

    parameter: str
    shown: str
    quantity: str
    unit: Unit

    def inputs(
        self,
        model: Model,
        labels: Mapping[str, Label],
        rows: Array,
        start: int,
        points: DrawnPoints,
        known: dict[tuple[int, int, str], InputDraws],
    ) -> Iterator[InputDraws]:
        """Yield the inputs that it is for a cell of a claim; those that are `known` are not made.

        Parameters
        ----------
        rows : array, shape (cell, replicate, draw)
            Values of its quantity, from the `start` of all rows on.
        """
        parameter = model.parameters[self.parameter]
        scenario = labels.get(SCENARIO)
        places: dict[str, list[tuple[Mapping[str, Label], int]]] = {}
        for k, own in enumerate(labelled(parameter.dims, model.dims)):
            here = own.get(SCENARIO, scenario) == (scenario or model.dims.get(SCENARIO, ("",))[0])
            if here or SCENARIO not in parameter.dims:
                places.setdefault(key_of_study(parameter.cells[k].stream), []).append((own, k))
        told = _telling([[own for own, _ in group] for group in places.values()])
        for (key, group), apart in zip(places.items(), told, strict=True):
            at_labels, k = max(group, key=lambda one: _agreement(one[0], labels))
            cell = parameter.cells[k]
            if cell.law.family == "constant":
                continue
            row = row_of(model, self.quantity, {**labels, **at_labels})
            at = (start + row, k, key)
            if at not in known:
                mix = mix_of(cell.stream, points.mixes)
                known[at] = InputDraws(
                    label_text(self.shown, apart), self.shown, apart, self.unit.text, cell,
                    cell.unit.factor / self.unit.factor, self.quantity == self.parameter,
                    frozenset(mix.needs), rows[row], partial(points.of, cell), mix,
                )  # fmt: skip
            yield known[at]


def sources_of(study: Study, model: Model, reached: set[str]) -> Iterator[Source]:
    """Yield what is drawn for some quantities, with what is shown of it."""
    for name in model.inputs:
        parameter = model.parameters[name]
        if name not in reached or parameter.is_constant or model.varies_inside(name):
            continue
        if not is_written(name):  # a number of a law
            continue
        shown = share_behind(name, study.document) or written_name(name)
        quantity = name
        if shown != name:
            dims = set(model.dims_of[shown]) - {SCENARIO}
            if dims == set(parameter.dims) - {SCENARIO}:
                quantity = shown
        unit = parameter.unit if quantity == name else model.equation(shown).unit
        yield Source(name, shown, quantity, unit)


def _telling(groups: list[list[Mapping[str, Label]]]) -> list[Mapping[str, Label]]:
    """Return the labels that tell each group of cells from the others."""
    if len(groups) < 2:
        return [{} for _ in groups]
    return [
        {
            dim: label
            for dim, label in group[0].items()
            if dim != SCENARIO and all(own[dim] == label for own in group)
        }
        for group in groups
    ]


def _agreement(own: Mapping[str, Label], labels: Mapping[str, Label]) -> int:
    """Return how many labels two cells have in common."""
    return sum(labels.get(dim) == label for dim, label in own.items())


def row_of(model: Model, name: str, labels: Mapping[str, Label]) -> int:
    """Return the place of the cell of a quantity at some labels; the first of other dims."""
    places = [
        model.dims[dim].index(labels[dim]) if dim in labels else 0 for dim in model.dims_of[name]
    ]
    return int(np.ravel_multi_index(places, model.shape(name))) if places else 0
