"""Bounds on outputs and claims where parameters of laws are known to lie between two numbers.

The same points of the unit cube are drawn with the laws at places of the box of all intervals: its
corners, its middle, places that fill it evenly, and more about those inside that lie beyond all
corners. A few draws find the places that matter; more are made there. Every bound is reached at a
place, so the true bounds are these or wider ones: where a quantity rises or falls with each number
all along, in every draw, corners hold its lowest and highest quantiles, means and probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.claims import Judgement
from mcsus.analysis.intervals import quantile_probabilities
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.never import paid_back
from mcsus.engine.executors import Executor, Threads, default_threads
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Plan, Quantity
from mcsus.result.arrays import CLAIM, OUTPUT
from mcsus.result.labelling import labelled
from mcsus.runner.box import INSIDE, Box, around
from mcsus.runner.deciding import judged
from mcsus.runner.description import described_cell, labels_of
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.streams import Design
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study import Claim, Study
from mcsus.vocabulary import Verdict

Array = NDArray[np.float64]

TOLD = "p_box"
"""Name of what is told of the box, in provenance and JSON."""

_LOOKING, _TELLING = 1 << 12, 1 << 17  # draws of all replicates: to find places, and at these
_VALUES = 1 << 29  # in all equations and places
_LEAST = 1 << 9  # draws, whatever a study is like
_MORE, _MOST_CENTRES = 16, 8  # places about each that is looked at more closely, and of these
_CLOSER = (1 / 8, 1 / 64)  # of every interval
_BEYOND = 1e-9  # of the range of a number: less is rounding
_BOUNDS = ["low", "high"]
_NUMBERS = ("mean", "median", "quantiles")


class Found(NamedTuple):
    """What is said of a study with intervals.

    Parameters
    ----------
    tree : mapping
        Outputs and claims with bounds.
    about : mapping
        What is told of the box; empty where there is none.
    """

    tree: Mapping[str, xr.Dataset]
    about: Mapping[str, Any]


def with_bounds(
    study: Study,
    kernel: Kernel,
    executor: Executor,
    described: Mapping[str, xr.Dataset],
    *,
    is_whole: bool,
) -> Found:
    """Return what describes outputs and claims, with bounds, and verdicts that hold within them.

    Parameters
    ----------
    is_whole : bool
        Whether bounds are made; without them, claims on intervals are undecided.
    """
    if not isinstance(executor, Threads):  # a cluster would be sent a kernel for every place
        with Threads(default_threads()) as threads:
            return with_bounds(study, kernel, threads, described, is_whole=is_whole)
    bounds = _Bounds(study, kernel, executor)
    if not bounds.box.size:
        return Found(described, {})
    if is_whole:
        return bounds.found(described)
    blind = {
        f"claims/{claim.id}": described[f"claims/{claim.id}"].assign(
            verdict=lambda data: xr.full_like(data["verdict"], Verdict.UNDECIDED.value)
        )
        for claim in bounds.claims
    }
    return Found({**described, **blind}, {})


class _At(NamedTuple):
    """What is told at a place of the box, by quantity and cell.

    Parameters
    ----------
    draws : mapping of str to list of Draws
        In base units; none of a quantity that has no value in some draw there.
    """

    draws: Mapping[str, list[Draws]]
    claims: Mapping[str, list[Judgement]]


class _Bounds:
    """The places of the box that matter, and what is told there."""

    def __init__(self, study: Study, kernel: Kernel, executor: Executor) -> None:
        self.study, self.kernel, self.executor = study, kernel, executor
        model = kernel.model
        claimed = [claim.equation.name for claim in study.claims]
        box = Box(model, model.upstream([*study.outputs, *claimed]))
        self.box = box
        self.outputs = [name for name in study.outputs if box.reaches(name)]
        self.claims = [claim for claim in study.claims if box.reaches(claim.equation.name)]
        self.names = [*self.outputs, *(claim.equation.name for claim in self.claims)]

    def found(self, described: Mapping[str, xr.Dataset]) -> Found:
        """Return outputs and claims with bounds, and what is told of the box."""
        places, numbers = self._search()
        lowest, highest = _ends(numbers, self._corners)
        chosen = list(dict.fromkeys([self._corners, *lowest, *highest]))
        design = self._design(_TELLING, len(chosen))
        at = [self._at(places[k], design) for k in chosen]
        tree = dict(described)
        for name in self.outputs:
            tree[f"outputs/{name}"] = self._output(name, at, described[f"outputs/{name}"])
        for claim in self.claims:
            tree[f"claims/{claim.id}"] = self._claim(claim, at, described[f"claims/{claim.id}"])
        about = {
            "intervals": [own.told() for own in self.box.unknowns],
            "corners": "all" if self.box.has_all_corners else "some",
            "places": len(places),
            "draws": design.draws,
            "replicates": design.replicates,
            "found_inside": self._found_inside(numbers),
            "places_without_value": int(np.isnan(numbers).any(axis=1).sum()),
        }
        return Found(tree, {TOLD: about})

    @cached_property
    def _corners(self) -> int:
        """How many corners come before the middle."""
        return len(self.box.corners())

    def _search(self) -> tuple[Array, Array]:
        """Return places, and what is told at each, shape (place, number)."""
        box, seed = self.box, self.study.design.seed
        inside = self._inside
        design = self._design(_LOOKING, self._corners + 3 * inside)
        places = np.concatenate([box.corners(), box.middle(), box.inside(inside, seed)])
        numbers = self._numbers(places, design)

        def look(further: Array) -> None:
            nonlocal places, numbers
            places = np.concatenate([places, further])
            numbers = np.concatenate([numbers, self._numbers(further, design)])

        if not box.has_all_corners:
            look(self._further(numbers))
        for half in _CLOSER:
            ends = _ends(numbers, self._corners)
            inner = sorted({k for own in ends for k in own if k > self._corners})
            if not inner:
                break
            spread = box.inside(_MORE, seed + 1)
            look(np.concatenate(list(around(places[inner[:_MOST_CENTRES]], spread, half))))
        return places, numbers

    def _found_inside(self, numbers: Array) -> list[str]:
        """Return what lies beyond all corners inside the box, where all corners are known."""
        if not self.box.has_all_corners:
            return []
        ends = zip(self._owners, *_ends(numbers, self._corners), strict=True)
        return list(dict.fromkeys(name for name, *own in ends if max(own) > self._corners))

    @property
    def _inside(self) -> int:
        """How many places inside are looked at: fewer where each is dear."""
        least = max(_LEAST, self.study.design.replicates)
        return min(max(_VALUES // (self._plan.rows * self._individuals * least * 8), 8), INSIDE)

    @property
    def _individuals(self) -> int:
        inner = self.kernel.program.inner
        return self.kernel.program.sizes[inner] if inner is not None else 1

    def _further(self, numbers: Array) -> Array:
        """Return corners in the directions in which each number rises, and falls."""
        ends = numbers[: self._corners].reshape(2, self.box.size, -1)
        up = np.nan_to_num(ends[1] - ends[0]).T >= 0
        return np.unique(np.concatenate([up, ~up]).astype(np.float64), axis=0)[: 2 * INSIDE]

    def _numbers(self, places: Array, design: Design) -> Array:
        """Return what is looked at in each place, shape (place, number); NaN where none is."""
        return np.array([self._row(self._at(place, design)) for place in places])

    def _row(self, at: _At) -> list[float]:
        row: list[float] = []
        for name in self.outputs:
            for cell in at.draws[name]:
                row += [float(np.mean(cell.means())), *cell.quantiles(self._probabilities)]
        for claim in self.claims:
            row += [one.probability for one in at.claims[claim.id]]
        return row

    @cached_property
    def _probabilities(self) -> Array:
        return quantile_probabilities(self.study.intervals)

    @cached_property
    def _owners(self) -> list[str]:
        """Names of the outputs and claims that the numbers of a place are of."""
        cells, each = self.kernel.program.cells, 1 + len(self._probabilities)
        owners = [name for name in self.outputs for _ in range(each * cells(name))]
        return owners + [c.id for c in self.claims for _ in range(cells(c.equation.name))]

    def _design(self, most: int, places: int) -> Design:
        """Return the first draws of every replicate, as many as there is time for."""
        design = self.study.design
        most = min(most, _VALUES // (self._plan.rows * self._individuals * places))
        draws = min(design.draws, max(most, _LEAST) // design.replicates or 1)
        if design.kind == "sobol" and draws < design.draws:
            draws = min(nearest_powers_of_two(draws)[0], design.draws)
        return replace(design, draws=draws, most_draws=None)

    @cached_property
    def _plan(self) -> Plan:
        return self.kernel.plan([Quantity(name) for name in self.names])

    def _at(self, place: Array, design: Design) -> _At:
        """Return what is told at a place."""
        kernel, model = self.kernel.with_laws(self.box.laws_at(place.tolist())), self.kernel.model
        run = PlanRun(kernel, self._plan, design)
        each = self.executor.ordered(values_of, run, range(design.replicates))
        values = np.stack([own[:, 0] for own in each], axis=1)
        ends = np.cumsum([kernel.program.cells(name) for name in self.names])
        drawn: dict[str, list[Draws]] = {}
        for name, rows in zip(self.names, np.split(values, ends[:-1]), strict=True):
            held: list[Draws] = [HeldDraws(row) for row in rows]
            if name in model.may_be_never and name in self.outputs:
                held = list(map(paid_back, held))
            if model.meets_individuals(name) and design.draws > 1:
                held = list(map(AveragedDraws, held))
            drawn[name] = held
        claims = {c.id: self._judged(c, drawn[c.equation.name]) for c in self.claims}
        return _At(drawn, claims)

    def _judged(self, claim: Claim, drawn: list[Draws]) -> list[Judgement]:
        nothing = Judgement(np.nan, np.nan, Verdict.UNDECIDED)
        made = judged(self.kernel.model, claim, drawn)
        return [
            nothing if np.isnan(cell.extremes()).any() else one
            for cell, one in zip(drawn, made, strict=True)
        ]

    def _output(self, name: str, at: Sequence[_At], data: xr.Dataset) -> xr.Dataset:
        """Return an output with its bounds."""
        study, model = self.study, self.kernel.model
        scale = 1 / study.outputs[name].factor
        cells = []
        for k, rounding in enumerate(model.rounding[name].cells()):
            asked = (rounding, None, scale, study.intervals)
            told = [
                described_cell(own.draws[name][k], *asked, meets=model.meets_individuals(name))
                for own in at
                if not np.isnan(own.draws[name][k].extremes()).any()
            ]
            cells.append(dict(_of_cell(told)))
        values = {key: np.stack([cell[key] for cell in cells]) for key in cells[0]}
        own = {"quantile": data["quantile"].values, "curve": data["curve"].values}
        unit, labels = study.outputs[name].text, labels_of(study, model, name)
        bounds = labelled(OUTPUT, values, labels, {**own, "bound": _BOUNDS}, unit)
        return data.merge(bounds, combine_attrs="override")

    def _claim(self, claim: Claim, at: Sequence[_At], data: xr.Dataset) -> xr.Dataset:
        """Return a claim with bounds, and with verdicts that hold at both."""
        labels = labels_of(self.study, self.kernel.model, claim.equation.name)
        values: dict[str, list[Any]] = {
            "probability_bounds": [],
            "probability_bounds_error": [],
            "verdict_bounds": [],
        }
        for cell in zip(*(own.claims[claim.id] for own in at), strict=True):
            known = [one for one in cell if not np.isnan(one.probability)]
            ends = [pick(known, key=lambda one: one.probability) for pick in (min, max)]
            values["probability_bounds"].append([one.probability for one in ends])
            values["probability_bounds_error"].append([one.error for one in ends])
            values["verdict_bounds"].append([one.verdict.value for one in ends])
        arrays = {key: np.array(own) for key, own in values.items()}
        bounds = labelled(CLAIM, arrays, labels, {"bound": _BOUNDS})
        verdicts = [
            within(Verdict(own), *map(Verdict, ends))
            for own, ends in zip(
                data["verdict"].values.ravel().tolist(), values["verdict_bounds"], strict=True
            )
        ]
        shape = data["verdict"].shape
        settled = data["verdict"].copy(data=np.array(verdicts).reshape(shape))
        return data.assign(verdict=settled).merge(bounds, combine_attrs="override")


def within(middle: Verdict, low: Verdict, high: Verdict) -> Verdict:
    """Return the verdict that stands whatever the numbers in the intervals are.

    Examples
    --------
    >>> supported, not_supported = Verdict.SUPPORTED, Verdict.NOT_SUPPORTED
    >>> within(supported, supported, supported), within(supported, not_supported, supported)
    ('supported', 'undecided')
    """
    return middle if middle == low == high else Verdict.UNDECIDED


def _of_cell(told: Sequence[Mapping[str, Array]]) -> Iterator[tuple[str, Array]]:
    """Yield the bounds of a cell from what is told at places."""
    for key in _NUMBERS:
        values = np.stack([own[key] for own in told])
        errors = np.stack([own[f"{key}_error"] for own in told])
        filled = np.isnan(values).all(axis=0)
        ends = [
            pick(np.where(filled, 0.0, values), axis=0)[np.newaxis]
            for pick in (np.nanargmin, np.nanargmax)
        ]
        name = f"{key.removesuffix('s')}_bounds"
        yield name, np.stack([np.take_along_axis(values, k, 0)[0] for k in ends], axis=-1)
        yield (
            f"{name}_error",
            np.stack([np.take_along_axis(errors, k, 0)[0] for k in ends], axis=-1),
        )
    curves = np.stack([own["quantile_curve"] for own in told])
    yield "curve_bounds", np.stack([curves.min(axis=0), curves.max(axis=0)], axis=-1)


def _ends(numbers: Array, corners: int) -> tuple[list[int], list[int]]:
    """Return the places where each number is lowest, and highest: corners, unless by far."""
    found = []
    for sign in (1.0, -1.0):
        known = np.where(np.isnan(numbers), np.inf, sign * numbers)
        best, corner = known.argmin(axis=0), known[: corners + 1].argmin(axis=0)
        columns = np.arange(known.shape[1])
        with np.errstate(invalid="ignore"):
            gain = known[corner, columns] - known[best, columns]
        size = np.max(np.abs(np.where(np.isfinite(numbers), numbers, 0.0)), axis=0)
        found.append(np.where(gain > _BEYOND * size, best, corner).tolist())
    return found[0], found[1]
