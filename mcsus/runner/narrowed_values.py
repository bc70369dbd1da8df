"""The model where the laws of one group of inputs at a time are narrower: same points, same code.

Every cell that is drawn has a point of its own, mixed as the study says; a law is narrowed by
moving its point towards the middle, so that what depends on it does as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.narrowed import NarrowedValues, WantsNarrowed
from mcsus.analysis.strata import moved
from mcsus.counting.ordered import quantiles_of_sorted, sorted_at
from mcsus.dependence import transform
from mcsus.dependence.mix import LEAST
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity, among, cells_of
from mcsus.errors import NotFiniteError
from mcsus.families.rows import RowValues
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.runner.group_sums import PlanRun, Told, owners, roundings
from mcsus.runner.group_values import Groupings, Key
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.units import Unit

Array = NDArray[np.float64]

WEAKEST = ("assumed", "elicited", "reported", "measured")
"""Grades of evidence."""


@dataclass(frozen=True)
class _Narrowed:
    """A group of inputs.

    Attributes
    ----------
    columns : tuple of int
        Of the points of cells.
    has_law : bool
        Whether its values have an order in which they can be narrowed; rows of a table have none.
    is_apart : bool
        Whether nothing else depends on it.
    """

    columns: tuple[int, ...]
    has_law: bool
    is_apart: bool


@dataclass(frozen=True, eq=False)
class _Shared:
    """What the tasks of all replicates share."""

    run: PlanRun
    apart: Kernel  # whose streams are the points of cells
    cells: tuple[Cell, ...]  # one for each of them
    groups: tuple[_Narrowed, ...]
    wants: WantsNarrowed

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

    def ends(self, values: Array) -> Array:
        """Return the quantiles of each row; NaN of those that no number says."""
        probabilities = np.array(self.wants.probabilities)
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
        shown = [Quantity(name, 1 / unit.factor) for name, unit in outputs.items()]
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
        narrowed = tuple(_narrowed(kernel, own, members) for members in known)
        self._shared = _Shared(self.run, apart, own, narrowed, wants)

    def beside(self, keys: Sequence[Key]) -> dict[str, Any]:
        """Return what is told of the inputs of some rows beside numbers, shape (row, input)."""
        return {"evidence": np.array([self._evidence[key] for key in keys], dtype=str)}

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, NarrowedValues]]:
        """Yield what is told of each replicate from the `first` on."""
        design, shared = self.run.design, self._shared
        held = self.run.values + 2 * len(shared.cells) + len(self.run.kernel.streams)
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


def _evidence(model: Model, members: Iterable[Member]) -> str:
    """Return the grades of the evidence of what varies, the weakest first."""
    cells = (cell for member in members for cell in cells_of(model, member))
    known = {c.provenance.evidence for c in cells if c.law.family != "constant"}
    return ", ".join(grade for grade in WEAKEST if grade in known)


def _narrowed(kernel: Kernel, cells: Sequence[Cell], members: Iterable[Member]) -> _Narrowed:
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
    return _Narrowed(columns, has_law, needs.isdisjoint(others))


def _told_of(shared: _Shared, replicate: int) -> list[NarrowedValues]:
    """Return what is told of each row in a replicate."""
    wants, groups = shared.wants, shared.groups
    cubes = shared.run.kernel.cubes(shared.run.design, replicate)
    points, other = map(shared.points, cubes)
    base = shared.values(points, replicate)
    shared.refuse_not_finite(base)
    ends = shared.ends(base)
    shape = len(base), len(wants.stretches), len(groups), len(wants.probabilities)
    narrowed, changes = np.full(shape, np.nan), np.full((len(base), len(groups)), np.nan)
    cube = points.copy()
    for k, group in enumerate(groups):
        columns = list(group.columns)
        for j, stretch in enumerate(wants.stretches if group.has_law else ()):
            nearer = moved(points[columns], stretch=stretch)
            cube[columns] = np.clip(nearer, LEAST, 1 - LEAST)
            narrowed[:, j, k] = shared.ends(shared.values(cube, replicate))
        if wants.is_settled and group.is_apart:
            cube[columns] = other[columns]
            again = shared.values(cube, replicate)
            shared.refuse_not_finite(again)
            changes[:, k] = ((again - base) ** 2).mean(axis=1) / 2
        cube[columns] = points[columns]
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
