"""The model at ordinary draws with their inputs beside, and at points that a method gives."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import DrawnValues, PointValues, WantsDraws, WantsPoints
from mcsus.analysis.ranks import ranked
from mcsus.dependence.mix import key_of_study
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity
from mcsus.errors import NotFiniteError
from mcsus.families import Distribution
from mcsus.families.rows import RowValues
from mcsus.model.rounding import EXACT
from mcsus.result.arrays import REASON
from mcsus.result.wording import label_text
from mcsus.runner.group_sums import PlanRun, Told, owners, replicate_values, roundings
from mcsus.runner.group_values import Key, reached_inputs, reaching
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study.conditional import written_name
from mcsus.study.grids import labelled
from mcsus.units import Unit
from mcsus.vocabulary import SCENARIO

Array = NDArray[np.float64]

_LOOK = 256  # points that tell which columns a row depends on
_NEEDS = "one curve moves one number"


class DrawRun:
    """The first draws of a design, again, with the inputs of each output.

    Every cell of a parameter that is drawn by itself is an input.
    """

    def __init__(
        self, kernel: Kernel, outputs: Mapping[str, Unit], design: Design, wants: WantsDraws
    ) -> None:
        self.outputs = list(outputs)
        cells = owners(kernel, outputs)
        reach = {name: kernel.model.upstream([name]) for name in outputs}
        reached = set().union(*reach.values())
        parameters = [
            name
            for name in kernel.model.inputs
            if name in reached and not kernel.model.varies_inside(name)
        ]
        plan = kernel.plan([*_shown(outputs), *map(Quantity, parameters)])
        draws = min(design.draws, wants.most)
        if design.kind == "sobol":
            draws = nearest_powers_of_two(draws)[0]
        self.run = PlanRun(kernel, plan, replace(design, draws=draws))
        self.together = wants.together
        self.sizes, self.ranked = roundings(self.run, outputs), wants.ranked
        self.rounding = [EXACT] * len(self.sizes) if self.ranked else self.sizes
        self.meeting = [kernel.model.meets_individuals(name) for name in cells]
        drawn: list[tuple[str, int, str]] = []  # parameter, stored row, name of the input
        start, starts = len(cells), {}
        for name in parameters:
            starts[name] = start
            drawn += [(name, start + k, text) for k, text in _drawn_cells(kernel, name).items()]
            start += kernel.program.cells(name)
        self.rows, self.inputs = [], {}
        self.places: dict[Key, list[int]] = {}
        for row, (output, scenario) in enumerate(
            zip(cells, _scenarios(kernel, outputs), strict=True)
        ):
            own = [
                (k + _moved(kernel, name, k - starts[name], scenario), text)
                for name, k, text in drawn
                if name in reach[output]
            ]
            self.rows.append([k for k, _ in own])
            self.inputs["", row] = [text for _, text in own]

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, DrawnValues]]:
        """Yield the draws of each replicate from the `first` on, or ranks of the outputs.

        Outputs with the same inputs share them. What replicates differ by as each has individuals
        of its own is no variance, and is taken off.
        """
        if self.together:
            design = self.run.design
            refuse_if_too_large(self.run.values * design.draws * design.replicates, "sensitivity")
        infinite = (np.inf,) if self.ranked else ()
        every = replicate_values(
            self.run, self.outputs, executor, told, infinite=infinite, first=first
        )
        kept: dict[Hashable, Any] = {}
        for out in every:
            shared: dict[tuple[int, ...], Array] = {}
            data: dict[Key, DrawnValues] = {}
            for row, rows in enumerate(map(tuple, self.rows)):
                if rows not in shared:
                    shared[rows] = out[list(rows), 0]
                values = out[row, 0].copy()
                if self.ranked:
                    values = ranked(values, float(self.sizes[row].most))
                if self.meeting[row]:
                    values -= values.mean()
                data["", row] = DrawnValues(shared[rows], values, kept)
            yield data


def _shown(outputs: Mapping[str, Unit]) -> list[Quantity]:
    """Return outputs in the units that they are shown in."""
    return [Quantity(name, 1 / unit.factor) for name, unit in outputs.items()]


def _scenarios(kernel: Kernel, outputs: Iterable[str]) -> list[int]:
    """Return the place of the scenario of each stored row; 0 where there is none."""
    model = kernel.model
    counts = {
        name: len(model.dims[SCENARIO]) if SCENARIO in model.dims_of[name] else 1
        for name in outputs
    }
    return [k % counts[name] for name in outputs for k in range(kernel.program.cells(name))]


def _moved(kernel: Kernel, name: str, cell: int, scenario: int) -> int:
    """Return how far on the cell lies that a scenario mixes otherwise; 0 where none is."""
    model = kernel.model
    parameter = model.parameters[name]
    if SCENARIO not in parameter.dims:
        return 0
    count = len(model.dims[SCENARIO])
    there = cell - cell % count + scenario
    one, other = parameter.cells[cell], parameter.cells[there]
    return 0 if other.stream == one.stream or other.law.family == "constant" else there - cell


def _drawn_cells(kernel: Kernel, name: str) -> dict[int, str]:
    """Return the cells of a parameter that are drawn by themselves, each with its name."""
    parameter = kernel.model.parameters[name]
    first: dict[tuple[str, Distribution | None], int] = {}
    for k, cell in enumerate(parameter.cells):
        if cell.law.family != "constant":  # columns of one row are apart, but for the same column
            first.setdefault(
                (key_of_study(cell.stream), cell.law if isinstance(cell.law, RowValues) else None),
                k,
            )
    own = written_name(name)
    if len(first) == 1:
        return dict.fromkeys(first.values(), own)
    labels = list(labelled(parameter.dims, kernel.model.dims))
    return {k: label_text(own, labels[k]) for k in first.values()}


class PointRun:
    """The points of a method; what it does not move stands at its median.

    An input without columns, as it is constant, has one that moves nothing; one that is several
    numbers, drawn apart, has one for each.

    Parameters
    ----------
    groups : mapping of str to set of str
        The inputs, each one parameter or more.
    """

    def __init__(
        self,
        kernel: Kernel,
        outputs: Mapping[str, Unit],
        groups: Mapping[str, set[Member]],
        design: Design,
        wants: WantsPoints,
    ) -> None:
        self.wants = wants
        self.run = PlanRun(kernel, kernel.plan(_shown(outputs)), design)
        self.rounding = roundings(self.run, outputs)
        owned = {
            column: k
            for k, members in enumerate(groups.values())
            for name in members
            for column in kernel.columns(name)
        }
        self.columns = sorted(owned)
        constant = sorted({*range(len(groups))} - {*owned.values()})
        owner = [*(owned[column] for column in self.columns), *constant]
        self.owner = np.array(owner, dtype=np.int64)
        self.cells = owners(kernel, outputs)
        reached = reaching(kernel, outputs, groups)
        self.places = {("", row): places for row, places in enumerate(reached)}
        self.inputs = reached_inputs(kernel, outputs, groups)

    @cached_property
    def seen(self) -> NDArray[np.int64]:
        """The column of each input that each row depends on, shape (row, input); -1 of several."""
        columns = [np.flatnonzero(self.owner == k) for k in range(self.owner.max() + 1)]
        seen = np.tile([own[0] for own in columns], (len(self.cells), 1))
        several = [k for own in columns if len(own) > 1 for k in own]
        if not (self.wants.is_single and several):
            return seen
        random = np.random.default_rng([self.run.design.seed, zlib.crc32(b"seen")])
        base, other = random.random((2, _LOOK, len(self.owner)))
        is_own = np.arange(len(self.owner)) == np.array(several)[:, np.newaxis, np.newaxis]
        points = np.concatenate([base[np.newaxis], np.where(is_own, other, base)])
        out = self._task.values(points.reshape(-1, len(self.owner)), 0)[:, 0]
        each = out.reshape(len(out), -1, _LOOK)
        met = np.zeros((len(out), len(self.owner)), dtype=bool)
        met[:, several] = (each[:, 1:] != each[:, :1]).any(axis=2)
        for k, own in enumerate(columns):
            count = met[:, own].sum(axis=1)
            seen[:, k] = np.where(count > 1, -1, own[met[:, own].argmax(axis=1)])
        return seen

    def told(self, keys: Sequence[Key]) -> dict[str, str]:
        """Say which input is several numbers in a cell, where it must be one."""
        for key in keys:
            alone = self.seen[key[1], self.places[key]]
            if (alone < 0).any():
                name = self.inputs[key][int(alone.argmin())]
                return {REASON: f"{name!r} is several numbers in one case, drawn apart: {_NEEDS}"}
        return {}

    @cached_property
    def _task(self) -> _Points:
        return _Points(self.run, self.wants, self.owner, tuple(self.columns))

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, PointValues]]:
        """Yield the values of each replicate from the `first` on."""
        design = self.run.design
        replicates = range(first, design.replicates)
        with closing(executor.ordered(_values_at, self._task, replicates)) as answers:
            for points, out in answers:
                if not np.isfinite(out).all():
                    row = int(np.argmin(np.isfinite(out).all(axis=(1, 2))))
                    msg = f"output {self.cells[row]!r} is not finite at a point of its analysis"
                    raise NotFiniteError(msg)
                if told is not None:
                    told(design.draws)
                yield {
                    ("", row): PointValues(points, self.owner, output, self.seen[row])
                    for row, output in enumerate(out[:, 0])
                }


class _Points(NamedTuple):
    """What the points of all replicates share."""

    run: PlanRun
    wants: WantsPoints
    owner: NDArray[np.int64]
    columns: tuple[int, ...]

    def values(self, points: Array, replicate: int) -> Array:
        """Return the values at points, shape (row, 1, point)."""
        kernel = self.run.kernel
        cube = np.full((len(points), len(kernel.streams)), 0.5)
        cube[:, list(self.columns)] = points[:, : len(self.columns)]
        return kernel.run_at(self.run.plan, cube, self.run.design, replicate)


def _values_at(task: _Points, replicate: int) -> tuple[Array, Array]:
    """Return the points of one replicate, and the values there."""
    run, design = task.run, task.run.design
    seed = [design.seed, replicate, zlib.crc32(b"points")]
    points = task.wants.make(task.owner, np.random.default_rng(seed))
    refuse_if_too_large(len(points) * (len(run.kernel.streams) + run.values), "sensitivity")
    return points, task.values(points, replicate)
