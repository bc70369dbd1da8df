"""The box of all that is known to lie between two numbers, and where in it the laws are looked at.

The intervals that laws have for parameters span a box. At each of its corners every one of them is
at an end; what rises or falls with each number all along is lowest and highest at corners.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence.mix import key_of_study
from mcsus.families import Distribution
from mcsus.families.between import Between, at
from mcsus.model import Model
from mcsus.parameters import Cell, Parameter
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.study.conditional import written_name
from mcsus.study.grids import labelled
from mcsus.vocabulary import BASE, SCENARIO, Label

Array = NDArray[np.float64]

MOST_IN_ALL_CORNERS = 6
"""Intervals of which all corners are looked at; there are 2 to that power."""

INSIDE = 64
"""Places inside the box that are looked at as well."""

_MIDDLE = 0.5
_KEY = "between:{}"


class Unknown(NamedTuple):
    """One interval: a parameter of a law, wherever that law is drawn by one stream.

    Parameters
    ----------
    parameter : str
        Name in the study.
    labels : mapping
        Of the first cell whose law it is.
    unit : str
        Of that cell.
    """

    parameter: str
    labels: Mapping[str, Label]
    unit: str
    between: Between

    def told(self) -> dict[str, Any]:
        """Return it as plain data."""
        key, low, high = self.between
        about = {"parameter": self.parameter, "labels": dict(self.labels), "unit": self.unit}
        return {**about, "key": key, "low": low, "high": high}


class Box:
    """All intervals on which some quantities depend.

    Parameters
    ----------
    model : Model
    reached : collection of str
        Inputs of the model that count.
    """

    def __init__(self, model: Model, reached: Collection[str]) -> None:
        self.model = model
        self._names = [
            name
            for name in model.inputs
            if name in reached and any(cell.law.between for cell in model.parameters[name].cells)
        ]
        self._places: dict[tuple[str, Distribution, str], int] = {}
        self.unknowns: list[Unknown] = []
        for name in self._names:
            parameter = model.parameters[name]
            for labels, cell in zip(
                labelled(parameter.dims, model.dims), parameter.cells, strict=True
            ):
                for own in cell.law.between:
                    self._note(parameter, labels, cell, own)

    def _note(
        self, parameter: Parameter, labels: Mapping[str, Label], cell: Cell, own: Between
    ) -> None:
        known = (key_of_study(cell.stream), cell.law, own.key)
        if known not in self._places:
            self._places[known] = len(self.unknowns)
            shown = {dim: x for dim, x in labels.items() if (dim, x) != (SCENARIO, BASE)}
            name = written_name(parameter.name)
            self.unknowns.append(Unknown(name, shown, cell.unit.text, own))

    def reaches(self, name: str) -> bool:
        """Tell whether a quantity depends on any of the intervals."""
        return not self.model.upstream([name]).isdisjoint(self._names)

    def laws_at(self, place: Sequence[float]) -> dict[str, Parameter]:
        """Return the parameters with laws of numbers.

        Parameters
        ----------
        place : sequence of float
            Where in each interval, from 0 to 1.
        """
        made: dict[tuple[str, Distribution], Distribution] = {}
        changed = {}
        for name in self._names:
            parameter = self.model.parameters[name]
            cells = []
            for cell in parameter.cells:
                key = (key_of_study(cell.stream), cell.law)
                if cell.law.between and key not in made:
                    numbers = {
                        own.key: _number(own, place[self._places[(*key, own.key)]])
                        for own in cell.law.between
                    }
                    made[key] = at(cell.law, numbers)
                cells.append(replace(cell, law=made.get(key, cell.law)))
            changed[name] = replace(parameter, cells=tuple(cells))
        return changed

    @property
    def size(self) -> int:
        """How many intervals there are."""
        return len(self.unknowns)

    @property
    def has_all_corners(self) -> bool:
        """Whether all corners are looked at."""
        return self.size <= MOST_IN_ALL_CORNERS

    def middle(self) -> Array:
        """Return the place where every number is half way."""
        return np.full((1, self.size), _MIDDLE)

    def corners(self) -> Array:
        """Return all corners; of many intervals, each end of each with the others half way."""
        if self.has_all_corners:
            return np.array(list(itertools.product((0.0, 1.0), repeat=self.size)))
        places = np.full((2, self.size, self.size), _MIDDLE)
        np.einsum("eii->ei", places)[:] = np.array([[0.0], [1.0]])
        return places.reshape(-1, self.size)

    def inside(self, count: int, seed: int) -> Array:
        """Return places that fill the box evenly."""
        design = Design("sobol", Design.MIN_SOBOL_DRAWS, 1, seed)
        keys = [_KEY.format(k) for k in range(self.size)]
        return np.asarray(reference_points(design, range(self.size), keys, 0, 0, count))


def _number(own: Between, share: float) -> float:
    if share in (0.0, 1.0):
        return own.high if share else own.low
    return own.low + share * (own.high - own.low)


def around(places: Array, spread: Array, half: float) -> Iterator[Array]:
    """Yield places about each of some, within the box.

    Parameters
    ----------
    spread : array, shape (place, interval)
        Places that fill the whole box evenly.
    half : float
        How far away they are at most, as a share of each interval.
    """
    for centre in places:
        yield np.clip(centre + (2 * spread - 1) * half, 0.0, 1.0)
