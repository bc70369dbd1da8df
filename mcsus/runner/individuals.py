"""The same points with the individuals of every replicate, to see what these alone change."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.draws import HeldDraws
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Plan, Quantity
from mcsus.streams import Design

Array = NDArray[np.float64]

_POINTS = 512  # of the first replicate: enough for the shift of a mean, of a quantile and of an sd
_VALUES = 1 << 24  # of all cells and replicates: 128 MiB


@dataclass(frozen=True, eq=False)
class _Meeting:
    """What all replicates share."""

    kernel: Kernel
    plan: Plan
    design: Design


def _met(meeting: _Meeting, replicate: int) -> Array:
    """Return the values of the first replicate's points with the individuals of another."""
    kernel, plan, design = meeting.kernel, meeting.plan, meeting.design
    points = kernel.points(plan, design, 0, individuals=replicate)
    return kernel.run(plan, design, 0, points=points)[:, 0]


def meet_all(
    kernel: Kernel, names: Iterable[str], design: Design, executor: Executor
) -> dict[str, list[HeldDraws]]:
    """Return draws of quantities at the same points in all replicates, cell by cell.

    Replicates differ by their individuals alone. Nothing is drawn of what depends on none.

    Parameters
    ----------
    names : iterable of str
        Quantities, in base units.
    design : Design
        Of the run: its first points are taken.
    """
    meeting = [name for name in names if kernel.model.meets_individuals(name)]
    if not meeting:
        return {}
    plan = kernel.plan([Quantity(name) for name in meeting])
    room = max(_VALUES // (len(plan.quantity) * design.replicates), 1)
    points = min(_POINTS, design.draws, 1 << room.bit_length() - 1)
    common = _Meeting(kernel, plan, replace(design, draws=points))
    with closing(executor.ordered(_met, common, range(design.replicates))) as answers:
        values = np.stack(list(answers), axis=1)  # row, replicate, draw
    ends = np.cumsum([kernel.program.cells(name) for name in meeting])
    rows = np.split(values, ends[:-1])
    return {name: list(map(HeldDraws, own)) for name, own in zip(meeting, rows, strict=True)}
