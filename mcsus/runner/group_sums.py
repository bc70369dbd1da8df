"""Sums over the points of Sobol' indices, slab by slab; memory does not grow with the points.

A task is a run of slabs of one replicate and depends on nothing but the run and its own place, so
it may be done anywhere, in any order, and again. Folded in order, tasks of any size give the same
bits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.compiled import folding
from mcsus.counting.finite import Origin, refuse_not_finite
from mcsus.counting.tasks import Task, slab_for, tasks_between
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD, Member, Plan, Points
from mcsus.engine.saltelli import columns
from mcsus.engine.store import index_sums
from mcsus.errors import NotFiniteError
from mcsus.model import Rounding
from mcsus.runner.checkpoint import Checkpoint, like
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design

Array = NDArray[np.float64]
Told = Callable[[int], None] | None

_TASK_VALUES = 1 << 23  # about 50 ms
_TASK_POINTS = 1 << 16
_REPLICATES_READY = 4
_SAVED = "indices"


@dataclass(frozen=True, eq=False)
class PlanRun:
    """What all tasks of an index run share.

    Parameters
    ----------
    plan : Plan
        Of `groups`, with second order if any of them is paired.
    design : Design
        Its draws are base points.
    paired : int
        How many of the groups, the first ones, have indices of pairs.
    """

    kernel: Kernel
    plan: Plan
    design: Design
    groups: tuple[tuple[str, frozenset[Member]], ...] = ()
    paired: int = 0
    _ready: dict[int, tuple[Points, Array]] = field(default_factory=dict, repr=False)

    @property
    def values(self) -> int:
        """Values at one base point: stored rows times evaluations."""
        return len(self.plan.quantity) * len(self.plan.location)

    @property
    def slab(self) -> int:
        """Base points whose values are held at a time."""
        return slab_for(self.values)

    @property
    def task_points(self) -> int:
        """Base points of a task: long enough to hide its start, short enough to share out."""
        points = _TASK_POINTS
        while points > self.slab and self.values * points > _TASK_VALUES:
            points //= 2
        return points

    def start(self, replicate: int) -> tuple[Points, Array]:
        """Return the streams of a replicate and its pivots: the first values in A.

        With a pivot of each replicate, sums are 0 where an output is constant in the replicate.
        Kept for the tasks that follow; two threads that prepare the same find the same.
        """
        ready = self._ready.get(replicate)
        if ready is None:
            points = self.kernel.points(self.plan, self.design, replicate)
            plan = self.plan._replace(location=self.plan.location[:1], active=self.plan.active[:1])
            out = np.empty((len(plan.quantity), 1, 1))
            self.kernel.run(plan, self.design, replicate, out, count=1, points=points)
            if len(self._ready) >= _REPLICATES_READY:
                self._ready.clear()
            self._ready[replicate] = ready = points, out[:, 0, 0].copy()
        return ready


def sums_of(run: PlanRun, task: Task) -> Array:
    """Evaluate the points of a task and return their sums, shape ``(unit, row, column)``."""
    add_up = index_sums()
    replicate, first, count = task
    points, pivot = run.start(replicate)
    rows, evaluations = len(run.plan.quantity), len(run.plan.location)
    width = min(run.slab, count)
    out = np.empty((rows, evaluations, width))
    parts = np.empty((-(-count // FOLD), rows, columns(len(run.groups), run.paired)))
    for done in range(0, count, width):
        n = min(width, count - done)
        run.kernel.run(
            run.plan, run.design, replicate, out, first=first + done, count=n, points=points, at=0
        )
        part = parts[done // FOLD : -(-(done + n) // FOLD)]
        add_up(out, n, pivot, len(run.groups), run.paired, part)
        if not np.isfinite(part).all():
            _refuse(run, out[:, :, :n], replicate, first + done)
    return parts


def values_of(run: PlanRun, replicate: int) -> Array:
    """Return all values of a replicate, shape (row, evaluation, base point)."""
    points, _ = run.start(replicate)
    return run.kernel.run(run.plan, run.design, replicate, points=points)


def owners(kernel: Kernel, outputs: Iterable[str]) -> list[str]:
    """Return the output of each stored row."""
    return [name for name in outputs for _ in range(kernel.program.cells(name))]


def roundings(run: PlanRun, outputs: Iterable[str]) -> list[Rounding]:
    """Return what rounding does to each stored row of the outputs, as it is stored."""
    known = run.kernel.model.rounding
    cells = [cell for name in outputs for cell in known[name].cells()]
    return [cell.times(factor) for cell, factor in zip(cells, run.plan.scale, strict=False)]


def replicate_values(
    run: PlanRun,
    outputs: Iterable[str],
    executor: Executor,
    told: Told,
    *,
    infinite: Collection[float] = (),
    first: int = 0,
) -> Iterator[Array]:
    """Yield all values of each replicate, shape (row, evaluation, draw); outputs are finite.

    Parameters
    ----------
    infinite : collection of float
        Values that are allowed although they are infinite.
    first : int
        Replicate to begin with.
    """
    names, design = list(outputs), run.design
    ends = np.cumsum([run.kernel.program.cells(name) for name in names])
    ahead = executor.workers + 1  # replicates at a time
    refuse_if_too_large(run.values * ahead * design.draws, "sensitivity")
    replicates = range(first, design.replicates)
    if told is not None:
        told(first * design.draws)
    with closing(executor.ordered(values_of, run, replicates, ahead)) as values:
        for replicate, out in zip(replicates, values, strict=True):
            known = out
            for value in infinite:
                known = np.where(known == value, 0.0, known)
            refuse_not_finite(known[: ends[-1], 0], names, ends, run.kernel, design, replicate)
            if run.groups and not np.isfinite(known).all():
                _refuse(run, known, replicate, 0)
            if told is not None:
                told(design.draws)
            yield out


def replicate_sums(
    run: PlanRun,
    executor: Executor,
    points: int | None = None,
    checkpoint: Checkpoint | None = None,
) -> Generator[tuple[Task, Array | None], None, None]:
    """Do all tasks and fold their sums in order, from where a checkpoint stands.

    Yields
    ------
    task : Task
        One that is done; what a checkpoint holds comes first, as one task a replicate.
    sums : array, shape (row, column), or None
        Over all base points of the replicate, after its last task.
    """
    fold = folding()
    checkpoint = checkpoint or Checkpoint()
    draws, shape = run.design.draws, (len(run.plan.quantity), columns(len(run.groups), run.paired))
    name = f"{_SAVED}-{draws}"
    known = checkpoint.load(name)
    # sums and what was lost in adding them up, of every replicate so far
    folded = np.zeros((run.design.replicates, 2, shape[0] * shape[1]))
    done = np.zeros(run.design.replicates, dtype=np.int64)
    if known is not None:
        with checkpoint.understood(name):
            folded = like(known, "folded", float, folded.shape)
            done = like(known, "done", np.int64, done.shape)
            if ((done < 0) | (done > draws) | (done % FOLD > 0) & (done < draws)).any():
                raise ValueError("done")

    def total(replicate: int) -> Array | None:
        whole = done[replicate] == draws
        return folded[replicate].sum(axis=0).reshape(shape) if whole else None

    for replicate in np.flatnonzero(done).tolist():
        yield Task(replicate, 0, int(done[replicate])), total(replicate)
    tasks = [
        task
        for replicate, first in enumerate(done.tolist())
        for task in tasks_between(replicate, first, draws, points or run.task_points)
    ]
    with closing(executor.ordered(sums_of, run, tasks)) as parts:
        for task, part in zip(tasks, parts, strict=True):
            sums, lost = folded[task.replicate]
            fold(sums, lost, part.reshape(len(part), -1))
            done[task.replicate] += task.draws
            if checkpoint.due():
                checkpoint.save(name, {"folded": folded, "done": done})
            yield task, total(task.replicate)


def _refuse(run: PlanRun, out: Array, replicate: int, first: int) -> NoReturn:
    """Say which value of a slab is not finite, or whose squares are not, and what led to it."""
    used = 2 + len(run.groups) + run.paired
    bad = ~np.isfinite(out[:, :used])
    if not bad.any():
        row = int(np.argmax(np.abs(out[:, :used]).max(axis=(1, 2))))
        name = run.kernel.program.quantities[run.plan.quantity[row]]
        msg = f"output {name!r} is so large that its square is not finite, in its Sobol' indices"
        raise NotFiniteError(msg)
    draw = int(np.argmax(bad.any(axis=(0, 1))))
    evaluation = int(np.argmax(bad[:, :, draw].any(axis=0)))
    row = int(np.argmax(bad[:, evaluation, draw]))
    name = run.kernel.program.quantities[run.plan.quantity[row]]
    where, origin = _evaluation(run, evaluation)
    msg = (
        f"output {name!r} is not finite at base point {first + draw} of replicate {replicate} of "
        f"its Sobol' indices, in {where}: {out[row, evaluation, draw]}"
        + origin(run.kernel, run.design, replicate, first + draw).told(name)
    )
    raise NotFiniteError(msg)


def _evaluation(run: PlanRun, evaluation: int) -> tuple[str, Callable[..., Origin]]:
    """Return the name of an evaluation, and what looks at a draw of it again."""
    if evaluation < 2:
        return "AB"[evaluation], partial(Origin, groups=[set()], evaluation=evaluation)
    other, place = divmod(evaluation - 2, len(run.groups))
    group, members = run.groups[place]
    again = partial(Origin, groups=[set(members)], second_order=bool(other), evaluation=2 + other)
    return (f"B with {group!r} from A" if other else f"A with {group!r} from B"), again
