"""Draws of the stored quantities, as pure tasks: values, or what is left of them when forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.bins import Bins
from mcsus.counting.derived import NOTHING_DERIVED, Derived
from mcsus.counting.finite import infinite_of, refuse_not_finite
from mcsus.counting.layout import Layout
from mcsus.counting.tally import Part
from mcsus.counting.tasks import Task, slab_for
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Plan, Quantity
from mcsus.streams import Design

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Drawing:
    """What all tasks share.

    Parameters
    ----------
    kernel : Kernel
    plan : Plan
        Stores all cells of `names`, in order, then those of quantities of which values alone are
        wanted.
    design : Design
    names : tuple of str
        Quantities whose values are counted or held, then those of which means are wanted.
    kept : int
        Rows of the former.
    pivot : array, shape (row,)
        Of the rows of `names`, then of those that follow from them.
    layout : Layout
        How the rows are counted.
    values : bool
        Whether tasks give the values of the kept rows as well, and of those that are not counted.
    derived : Derived
        Rows that follow from those kept; they are counted, or summed up, and never held.
    """

    kernel: Kernel
    plan: Plan
    design: Design
    names: tuple[str, ...]
    kept: int
    pivot: Array
    layout: Layout
    values: bool = False
    derived: Derived = NOTHING_DERIVED

    @classmethod
    def of(
        cls,
        kernel: Kernel,
        design: Design,
        kept: list[str],
        parts: list[str],
        beside: Sequence[str] = (),
        derived: Derived = NOTHING_DERIVED,
    ) -> Drawing:
        """Prepare to draw: nothing is counted, pivots are the first values of all."""
        plan = kernel.plan([Quantity(name) for name in [*kept, *parts, *beside]])
        out = np.empty((len(plan.quantity), len(plan.location), 1))
        kernel.run(plan, design, 0, out, count=1)
        counted = sum(kernel.program.cells(name) for name in [*kept, *parts])
        first = out[:counted, 0]
        first = np.concatenate([first, derived.values(first)])[:, 0]
        pivot = np.where(np.isfinite(first), first, 0.0)
        rows = sum(kernel.program.cells(name) for name in kept)
        layout = Layout([None] * len(pivot))
        names = (*kept, *parts)
        return cls(kernel, plan, design, names, rows, pivot, layout, derived=derived)

    @cached_property
    def infinite(self) -> NDArray[np.bool_] | None:
        """Whether values of each row may be infinite, below and above; None where none may."""
        rows = infinite_of(self.kernel.model, self.names)
        if not (rows.any() or len(self.derived)):
            return None
        each = [self.kernel.program.cells(name) for name in self.names]
        beside = np.ones((len(self.derived), 2), dtype=np.bool_)
        return np.concatenate([np.repeat(rows, each, axis=0), beside])

    @property
    def ends(self) -> NDArray[np.int64]:
        """The row after the last of each quantity."""
        return np.cumsum([self.kernel.program.cells(name) for name in self.names])

    @property
    def made(self) -> int:
        """Rows of `names`, after which come those that follow from them."""
        return len(self.pivot) - len(self.derived)

    @property
    def given(self) -> int:
        """Rows of which tasks can give the values: those kept, and those that are not counted."""
        return self.kept + len(self.plan.quantity) - self.made

    @cached_property
    def counted(self) -> list[int]:
        """Rows of which quantiles are told: those kept, and those derived that are counted."""
        beside = [self.made + k for k, row in enumerate(self.derived.rows) if row.is_counted]
        return [*range(self.kept), *beside]

    def whole(self, made: Array) -> Array:
        """Return the rows of `names` with those that follow from them."""
        return np.concatenate([made, self.derived.values(made)]) if len(self.derived) else made

    def held(self, row: int, kept: Array) -> Array:
        """Return the values of a counted row from those of the kept rows."""
        return kept[row] if row < self.kept else self.derived.rows[row - self.made].values(kept)

    def laid_out(self, bins: Sequence[Bins]) -> Layout:
        """Return the layout in which the counted rows have these bins, and the others none."""
        known = dict(zip(self.counted, bins, strict=True))
        return Layout([known.get(row) for row in range(len(self.pivot))])


def draw(drawing: Drawing, task: Task) -> tuple[Part, Array | None]:
    """Evaluate the draws of a task.

    Returns
    -------
    part : Part
        Their sums, extremes and counts.
    values : array, shape (kept row, then row that is not counted; draw), or None
        If they are asked for.

    Raises
    ------
    NotFiniteError
        If any value is not finite.
    """
    replicate, first, count = task
    points = drawing.kernel.points(drawing.plan, drawing.design, replicate)
    rows, kept = drawing.made, drawing.kept
    every = len(drawing.plan.quantity)
    slab = min(slab_for(every), count)
    out = np.empty((every, 1, slab))
    values = np.empty((drawing.given, count)) if drawing.values else None
    part, infinite = Part(drawing.layout), drawing.infinite
    for done in range(0, count, slab):
        n = min(slab, count - done)
        drawing.kernel.run(
            drawing.plan, drawing.design, replicate, out,
            first=first + done, count=n, points=points, at=0,
        )  # fmt: skip
        part.record(drawing.layout, drawing.pivot, drawing.whole(out[:rows, 0]), n)
        if len(part.not_finite(infinite)):
            refuse_not_finite(
                out[:rows, 0, :n], list(drawing.names), drawing.ends, drawing.kernel,
                drawing.design, replicate, first + done,
            )  # fmt: skip
        if values is not None:
            values[:kept, done : done + n] = out[:kept, 0, :n]
            values[kept:, done : done + n] = out[rows:, 0, :n]
    return part, values
