"""The model where the laws of one group of inputs at a time are narrower: same points, same code.

Every cell that is drawn has a point of its own, mixed as the study says; a law is narrowed by
moving its point towards the middle, so that what depends on it does as before. Where one is known,
the streams that it is mixed of are drawn as they are given it, and what depends on it with them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.narrowed import ENDS, NarrowedValues, WantsNarrowed
from mcsus.analysis.strata import moved
from mcsus.counting.ordered import quantiles_of_sorted, sorted_at
from mcsus.dependence import transform
from mcsus.dependence.mix import LEAST
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Part, Plan, Quantity, among, cells_of
from mcsus.errors import NotFiniteError
from mcsus.families.rows import RowValues
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.runner.given_scores import given_middle, in_force, mixed_apart, scenarios_of_rows
from mcsus.runner.group_sums import PlanRun, Told, owners, roundings
from mcsus.runner.group_values import Groupings, Key
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.units import Unit

Array = NDArray[np.float64]

WEAKEST = ("assumed", "elicited", "reported", "measured")
"""Grades of evidence."""

LEAST_SHARE = 0.01
"""Total-order index of an input from which it is looked at, in any cell of an output."""

_LOOK = Design(draws=512, replicates=4)  # that tells it
_MOST_HELD = 1 << 21  # values that are looked at together: 16 MiB


class _Narrowed(NamedTuple):
    """A group of inputs.

    Attributes
    ----------
    columns : tuple of int
        Of the points of cells.
    has_law : bool
        Whether its values have an order in which they can be narrowed; rows of a table have none.
    is_apart : bool
        Whether nothing else depends on it.
    is_asked : bool
        Whether it is looked at, however little it matters.
    """

    columns: tuple[int, ...]
    members: frozenset[Member]
    has_law: bool
    is_apart: bool
    is_asked: bool


class _Swap(NamedTuple):
    """Groups of inputs, each of which in turn has other points than all else has.

    Attributes
    ----------
    stretch : float
        How many times as narrow they are then; 0 where they are drawn again.
    groups : tuple of int
        Their places.
    plan : Plan
    """

    stretch: float
    groups: tuple[int, ...]
    plan: Plan

    @property
    def values(self) -> int:
        """Values at one draw."""
        return len(self.plan.quantity) * len(self.plan.location)


@dataclass(frozen=True, eq=False)
class _Shared:
    """What the tasks of all replicates share."""

    run: PlanRun
    quantities: tuple[Quantity, ...]
    apart: Kernel  # whose streams are the points of cells
    cells: tuple[Cell, ...]  # one for each of them
    groups: tuple[_Narrowed, ...]
    wants: WantsNarrowed
    scenarios: tuple[str, ...]  # of each row
    swaps: tuple[_Swap, ...] = ()

    def with_swaps(self, asked: Mapping[float, Sequence[int]]) -> _Shared:
        """Return the same with some groups to be swapped, by the stretch of each."""
        most = max(1, _MOST_HELD // (len(self.run.plan.quantity) * self.run.design.draws))
        swaps = []
        for stretch, places in asked.items():
            for first in range(0, len(places), most):
                own = tuple(places[first : first + most])
                plan = self.apart.plan(self.quantities, [self.groups[k].members for k in own])
                swaps.append(_Swap(stretch, own, plan))
        return replace(self, swaps=tuple(swaps))

    def swapped(
        self, points: Array, again: Array, replicate: int
    ) -> Iterator[tuple[float, int, Array]]:
        """Yield a stretch, the place of a group and the values of all rows, shape (row, draw).

        Parameters
        ----------
        again : array, shape (cell, draw)
            Points at which groups are drawn again.
        """
        for swap in self.swaps:
            other = _nearer(points, swap.stretch) if swap.stretch else again
            cube = np.concatenate([points, other]).T
            out = self.apart.run_at(swap.plan, cube, self.run.design, replicate)
            for place, k in enumerate(swap.groups, 2):
                yield swap.stretch, k, out[:, place]

    def points(self, cube: Array) -> Array:
        """Return the points of all cells, shape (cell, draw), from those of the streams."""
        kernel = self.run.kernel
        known = dict(zip(kernel.streams, cube, strict=True))
        return np.stack([transform(kernel.mix(cell), known) for cell in self.cells])

    def values(self, points: Array, replicate: int) -> Array:
        """Return the values of all rows at points of cells, shape (row, draw)."""
        run = self.run
        return self.apart.run_at(run.plan, points.T, run.design, replicate)[:, 0]

    def refuse_not_finite(self, values: Array) -> None:
        """Refuse values that are not finite, where the variance of the outputs settles."""
        if self.wants.is_settled and not np.isfinite(values).all():
            msg = "an output is not finite at a point of its analysis"
            raise NotFiniteError(msg)

    def values_where_known(self, cube: Array, group: _Narrowed, replicate: int) -> Array:
        """Return the values of all rows where a group is known, from the points of the streams.

        What a scenario mixes otherwise is known there as it is mixed there.
        """
        values = self.values(self._known(cube, group, ""), replicate)
        for scenario in mixed_apart(self.apart.streams):
            rows = [row for row, own in enumerate(self.scenarios) if own == scenario]
            values[rows] = self.values(self._known(cube, group, scenario), replicate)[rows]
        return values

    def _known(self, cube: Array, group: _Narrowed, scenario: str) -> Array:
        """Return the points of all cells where a group is known in a scenario."""
        columns = in_force(self.apart.streams, group.columns, scenario)
        cells = [self.cells[k] for k in columns]
        points = self.points(given_middle(self.run.kernel, cells, cube))
        points[columns] = _nearer(points[columns], np.inf)
        return points

    def ends(self, values: Array) -> Array:
        """Return the ends of the interval of each row; NaN of those that no number says."""
        probabilities = np.array(ENDS)
        found = quantiles_of_sorted(sorted_at(values, probabilities), probabilities)
        return np.where(np.isfinite(found), found, np.nan)


class NarrowedRun:
    """A run of some outputs over groups of inputs, each with narrower laws in turn.

    Parameters
    ----------
    groupings : mapping of str to groups
        By their mark.
    """

    def __init__(
        self,
        kernel: Kernel,
        outputs: Mapping[str, Unit],
        groupings: Groupings,
        design: Design,
        wants: WantsNarrowed,
    ) -> None:
        model = kernel.model
        shown = tuple(Quantity(name, 1 / unit.factor) for name, unit in outputs.items())
        self.run = PlanRun(kernel, kernel.plan(shown), design)
        self.rounding = roundings(self.run, outputs)
        self.places: dict[Key, Sequence[int]] = {}
        apart = kernel.unmixed()
        cells = {cell.stream: cell for cell in kernel.drawn_cells}
        own = tuple(cells[key] for key in apart.streams)
        reach = {name: model.upstream([name]) for name in outputs}
        self.inputs: dict[Key, list[str]] = {}
        self._groups: dict[Key, list[int]] = {}
        self._evidence: dict[Key, list[str]] = {}
        known: dict[frozenset[Member], int] = {}
        for mark, groups in groupings.items():
            for row, name in enumerate(owners(kernel, outputs)):
                reached = {k: among(v, reach[name]) for k, v in groups.items()}
                names = [k for k, members in reached.items() if members]
                key = mark, row
                self.inputs[key] = names
                sets = [frozenset(groups[k]) for k in names]
                self._groups[key] = [known.setdefault(own, len(known)) for own in sets]
                self._evidence[key] = [_evidence(model, reached[k]) for k in names]
        asked = {k for (mark, _), own in self._groups.items() if mark for k in own}
        narrowed = tuple(
            _narrowed(kernel, own, members, is_asked=k in asked) for k, members in enumerate(known)
        )
        rows = scenarios_of_rows(model, outputs)
        self._shared = _Shared(self.run, shown, apart, own, narrowed, wants, rows)

    def beside(self, keys: Sequence[Key]) -> dict[str, Any]:
        """Return what is told of the inputs of some rows beside numbers, shape (row, input)."""
        if not self._shared.wants.has_shares:
            return {}
        return {"evidence": np.array([self._evidence[key] for key in keys], dtype=str)}

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, NarrowedValues]]:
        """Yield what is told of each replicate from the `first` on."""
        design, shared = self.run.design, self._looked_at(executor)
        held = self.run.values + 2 * len(shared.cells) + len(self.run.kernel.streams)
        held += max((swap.values for swap in shared.swaps), default=0) // 3
        refuse_if_too_large((executor.workers + 1) * held * 3 * design.draws, "sensitivity")
        replicates = range(first, design.replicates)
        if told is not None:
            told(first * design.draws)
        with closing(executor.ordered(_told_of, shared, replicates)) as found:
            for every in found:
                if told is not None:
                    told(design.draws)
                yield {
                    key: every[row]._replace(
                        narrowed=every[row].narrowed[:, places],
                        changes=every[row].changes[places],
                    )
                    for key, places in self._groups.items()
                    for row in [key[1]]
                }

    def _looked_at(self, executor: Executor) -> _Shared:
        """Return what the tasks share, with the groups that matter as looked at."""
        shared = self._shared
        look = replace(_LOOK, seed=self.run.design.seed)
        few = replace(shared, run=PlanRun(self.run.kernel, self.run.plan, look)).with_swaps(
            {0.0: [k for k, group in enumerate(shared.groups) if not group.is_asked]}
        )
        with closing(executor.ordered(_shares_of, few, range(look.replicates))) as found:
            shares = np.mean(list(found), axis=0).max(axis=0, initial=0.0)
        own = zip(shared.groups, shares, strict=True)
        groups = tuple(
            group._replace(is_asked=group.is_asked or s >= LEAST_SHARE) for group, s in own
        )
        asked = {
            stretch: [
                k
                for k, group in enumerate(groups)
                if group.is_asked and group.has_law and (group.is_apart or np.isfinite(stretch))
            ]
            for stretch in shared.wants.stretches
        }
        if shared.wants.has_shares and shared.wants.is_settled:
            asked[0.0] = [k for k, group in enumerate(groups) if group.is_asked and group.is_apart]
        return replace(shared, groups=groups).with_swaps(asked)


def _evidence(model: Model, members: Iterable[Member]) -> str:
    """Return the grades of the evidence of what varies, the weakest first."""
    cells = (cell for member in members for cell in cells_of(model, member))
    known = {c.provenance.evidence for c in cells if c.law.family != "constant"}
    return ", ".join(grade for grade in WEAKEST if grade in known)


def _narrowed(
    kernel: Kernel, cells: Sequence[Cell], members: Iterable[Member], *, is_asked: bool
) -> _Narrowed:
    """Return a group as it is narrowed."""
    own = [cell for member in members for cell in cells_of(kernel.model, member)]
    varying = [cell for cell in own if cell.law.family != "constant"]
    streams = {cell.stream for cell in varying}
    columns = tuple(k for k, cell in enumerate(cells) if cell.stream in streams)
    needs = {key for cell in varying for key in kernel.mix(cell).needs}
    others = {
        key
        for k, cell in enumerate(cells)
        if k not in columns and cell.law.family != "constant"
        for key in kernel.mix(cell).needs
    }
    has_law = not any(isinstance(cell.law, RowValues) for cell in varying)
    is_apart = needs.isdisjoint(others)
    swapped = frozenset(_members(kernel.model, {cells[k].stream for k in columns}))
    return _Narrowed(columns, swapped, has_law, is_apart, is_asked or not is_apart)


def _members(model: Model, streams: Collection[str]) -> Iterator[Member]:
    """Yield the parameters, or the cells of some, that are drawn by some streams."""
    for name in model.inputs:
        cells = model.parameters[name].cells
        own = tuple(k for k, cell in enumerate(cells) if cell.stream in streams)
        if own:
            yield name if len(own) == len(cells) else Part(name, own)


def _nearer(points: Array, stretch: float) -> Array:
    """Return points nearer to the middle."""
    return np.clip(moved(points, stretch=stretch), LEAST, 1 - LEAST)


def _shares_of(shared: _Shared, replicate: int) -> Array:
    """Return the total-order index of each group in each row, of ranks where nothing settles."""
    cubes = shared.run.kernel.cubes(shared.run.design, replicate)
    points, other = map(shared.points, cubes)
    base = shared.values(points, replicate)
    shares = np.zeros((len(base), len(shared.groups)))
    for _, k, again in shared.swapped(points, other, replicate):
        both = np.concatenate([base, again], axis=1)
        if not shared.wants.is_settled:
            both = both.argsort(axis=1).argsort(axis=1).astype(np.float64)
        one, second = np.split(both, 2, axis=1)
        spread = both.var(axis=1)
        changes = ((second - one) ** 2).mean(axis=1) / 2
        np.divide(changes, spread, out=shares[:, k], where=spread > 0)
    return shares


def _told_of(shared: _Shared, replicate: int) -> list[NarrowedValues]:
    """Return what is told of each row in a replicate."""
    wants, groups = shared.wants, shared.groups
    cubes = shared.run.kernel.cubes(shared.run.design, replicate)
    points, other = map(shared.points, cubes)
    base = shared.values(points, replicate)
    shared.refuse_not_finite(base)
    ends = shared.ends(base)
    shape = len(base), len(wants.stretches), len(groups), len(ENDS)
    narrowed, changes = np.full(shape, np.nan), np.full((len(base), len(groups)), np.nan)
    for stretch, k, values in shared.swapped(points, other, replicate):
        if stretch:
            narrowed[:, wants.stretches.index(stretch), k] = shared.ends(values)
        else:
            shared.refuse_not_finite(values)
            changes[:, k] = ((values - base) ** 2).mean(axis=1) / 2
    for k, group in enumerate(groups if np.inf in wants.stretches else ()):
        if group.is_asked and group.has_law and not group.is_apart:
            values = shared.values_where_known(cubes[0], group, replicate)
            narrowed[:, wants.stretches.index(np.inf), k] = shared.ends(values)
    with np.errstate(invalid="ignore"):  # of what is never
        spreads, means, variances = np.ptp(base, axis=1), base.mean(axis=1), base.var(axis=1)
    return [
        NarrowedValues(
            float(spreads[row]),
            float(means[row]),
            float(variances[row]),
            ends[row],
            narrowed[row],
            changes[row],
        )
        for row in range(len(base))
    ]
