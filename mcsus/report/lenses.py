"""What each method of sensitivity analysis says of the inputs of an output, as places."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from mcsus.analysis.places import places
from mcsus.report.reading import Reading
from mcsus.result.reading import ResultCell

_BEARING = 1 / 2000  # of what the first has, as a share of the variance, below which it is as none
_SHARE = "share of the variance"
_NAMES = ("Kucherenko", "Shapley", "Morris")


class Lens(NamedTuple):
    """One way of asking how much an input matters.

    Attributes
    ----------
    method, key : str
        The analysis, and the array by input of which the largest matters most.
    title : str
        What it is called above a column.
    asks : str
        What it looks at.
    axis : str
        What stands at an axis of its numbers.
    beside : str
        Array of Sobol' indices with which its numbers can be compared.
    is_signed : bool
        Whether less than 0 is as much as more.
    is_length : bool
        Whether its square goes with a share of the variance.
    """

    method: str
    key: str
    title: str
    asks: str
    axis: str = _SHARE
    beside: str = ""
    is_signed: bool = False
    is_length: bool = False

    def bears(self, value: float, first: float) -> bool:
        """Tell whether an input is more than nothing beside what the first has."""
        share = abs(value / first) if first else 0.0
        return (share**2 if self.is_length else share) >= _BEARING

    def size(self, value: float) -> float:
        """Return how much a number says."""
        return abs(value) if self.is_signed else value

    @property
    def told(self) -> str:
        """What it is called in a sentence: names of people and methods keep their capitals."""
        first = self.title.partition(" ")[0]
        return (
            self.title
            if first in _NAMES or first.isupper()
            else self.title[0].lower() + self.title[1:]
        )


LENSES = (
    Lens("sobol", "ST", "Total order", "the variance, interactions included"),
    Lens("sobol", "S1", "First order", "the variance, each input alone"),
    Lens("shapley", "shapley", "Shapley", "the variance, shared out"),
    Lens("kucherenko", "S1", "Kucherenko first order", "the variance, with what an input tells"),
    Lens(
        "given_data",
        "S1",
        "First order of draws",
        "the variance, with what an input tells",
        beside="S1",
    ),
    Lens("rbd_fast", "S1", "RBD-FAST", "the variance, each input alone", beside="S1"),
    Lens("fast", "S1", "FAST", "the variance, each input alone", beside="S1"),
    Lens("polynomial_chaos", "ST", "Polynomial chaos", "the variance, by a fit", beside="ST"),
    Lens("dgsm", "bound", "DGSM bound", "how steep the output is", beside="ST"),
    Lens("delta", "delta", "Delta", "the whole distribution", axis="shift of the distribution"),
    Lens("pawn", "median", "PAWN", "the whole distribution", axis="distance of distributions"),
    Lens(
        "tail",
        "ST",
        "Upper tail",
        "the highest values",
        axis="share of the variance of being there",
    ),
    Lens(
        "correlation",
        "spearman",
        "Rank correlation",
        "whether one rises with the other",
        axis="rank correlation",
        is_signed=True,
        is_length=True,
    ),
    Lens(
        "known",
        "narrowed",
        "Interval if known",
        "the 95 % interval with an input at its median",
        axis="part of the 95 % interval that goes",
    ),
    Lens("morris", "mu_star", "Morris", "steps from many places", is_length=True),
    Lens("tornado", "swing", "Tornado", "one input at a time, from typical values", is_length=True),
)
"""The ways there are, in the order in which they are shown."""

LEFT_OUT = {
    "elasticity": "elasticity, as it does not ask how uncertain an input is",
    "fixing": "which inputs could be fixed, as that is an order and no measure",
    "exact": "the closed form, which has the same indices",
}
"""Analyses of the inputs that are no such way, and why."""


class Place(NamedTuple):
    """What one lens says of one input.

    Attributes
    ----------
    place : int
        1 for the input that matters most by it.
    is_sure : bool
        Whether it can be told from an input without bearing, and is more than a trace of the first.
    """

    value: float
    error: float
    place: int
    is_sure: bool


class Seen(NamedTuple):
    """What one lens says of the inputs of a cell, by name."""

    lens: Lens
    places: dict[str, Place]
    sure: float

    @property
    def first(self) -> str:
        """The input that matters most."""
        return next(name for name, own in self.places.items() if own.place == 1)

    @property
    def contenders(self) -> set[str]:
        """Inputs that may matter most, as far as errors tell."""
        first = self.places[self.first]
        return {
            name
            for name, own in self.places.items()
            if not self.lens.size(first.value) - self.lens.size(own.value)
            > self.sure * math.hypot(first.error, own.error)
        }

    def leading(self, count: int) -> set[str]:
        """Return so many inputs that matter most."""
        return {name for name, own in self.places.items() if own.place <= count}


def seen(reading: Reading, output: str, cell: ResultCell, names: Sequence[str]) -> list[Seen]:
    """Return what each lens says of some inputs, or groups of them, in a cell of an output.

    A group has the largest number of its members. A lens that is silent is left out.
    """
    found, sure = [], reading.analysis_bound()
    for lens in LENSES:
        table = reading.analyses.get(lens.method, {}).get(output)
        own = next((c for c in table.cells if c.labels == cell.labels), None) if table else None
        if own is None or lens.key not in own.data:
            continue
        values, errors = own.array(lens.key), errors_of(own, lens.key)
        inputs = [str(name) for name in own.data["input"].values]
        floors = floors_of(own, lens.key, len(inputs))
        known: dict[str, _Told] = {}
        for name in names:
            at = _places_of(name, reading.members(name), inputs)
            finite = [k for k in at if np.isfinite(values[k])]
            if finite:
                most = max(finite, key=lambda k: lens.size(float(values[k])))
                known[name] = _Told(float(values[most]), float(errors[most]), float(floors[most]))
        if known:
            found.append(Seen(lens, _ranked(lens, known, sure), sure))
    return found


def exact(inputs: Iterable[str], name: str, members: Sequence[str]) -> int | None:
    """Return the place of an input that stands by itself; None of a group or of many labels."""
    known = [k for k, own in enumerate(inputs) if own in {name, *members}]
    return known[0] if len(known) == 1 and len(members) == 1 else None


def errors_of(cell: ResultCell, key: str) -> np.ndarray:
    """Return the errors of an array by input; 0 where it has none."""
    name = f"{key}_error"
    return cell.array(name) if name in cell.data else np.zeros_like(cell.array(key))


def _places_of(name: str, members: Sequence[str], inputs: Sequence[str]) -> list[int]:
    """Return the places of an input, of the members of a group, or of their labels."""
    if name in inputs:
        return [inputs.index(name)]
    own = {name, *members}
    return [k for k, text in enumerate(inputs) if text in own or text.partition(" [")[0] in own]


def floors_of(cell: ResultCell, key: str, count: int) -> np.ndarray:
    """Return what an input without bearing gets: as much as a dummy does."""
    dummy = next((name for name in ("dummy", f"dummy_{key}") if name in cell.data), "")
    return np.full(count, max(float(cell.data[dummy]), 0.0) if dummy else 0.0)


class _Told(NamedTuple):
    value: float
    error: float
    floor: float


def _ranked(lens: Lens, known: dict[str, _Told], sure: float) -> dict[str, Place]:
    size = {name: lens.size(own.value) for name, own in known.items()}
    order = sorted(known, key=lambda name: (-size[name], name))
    found = {}
    for place, name in zip(places([size[name] for name in order]), order, strict=True):
        own = known[name]
        is_sure = not size[name] - own.floor <= sure * own.error
        is_sure = is_sure and lens.bears(own.value, size[order[0]])
        found[name] = Place(own.value, own.error, int(place), is_sure)
    return found
