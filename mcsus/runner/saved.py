"""Writes down how far the draws have come, and reads it again."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.drawing import Drawing
from mcsus.counting.state import Arrays, State, from_arrays, to_arrays
from mcsus.counting.tally import MOST_DRAWS, Part, Tally
from mcsus.counting.tasks import Task
from mcsus.engine.plans import FOLD
from mcsus.errors import Fault, InputError
from mcsus.runner.checkpoint import Checkpoint, like

Array = NDArray[np.float64]

_STATE, _HELD = "sampling", "held"


def save(checkpoint: Checkpoint, state: State, held: list[tuple[Task, Part]]) -> None:
    """Write down how far the draws have come.

    Parameters
    ----------
    held : list of (task, part)
        Draws held and not yet written down; emptied.
    """
    if state.held is None:
        checkpoint.save(_STATE, to_arrays(state))
        checkpoint.drop(_HELD)
        held.clear()
        return
    arrays: Arrays = {"tasks": np.array([task for task, _ in held], dtype=np.int64)}
    for k, (task, part) in enumerate(held):
        arrays |= {f"{k}.sums": np.concatenate(part.sums), f"{k}.extremes": part.extremes}
        values = state.held[:, task.replicate, task.first : task.first + task.draws]
        arrays[f"{k}.values"] = values
    checkpoint.append(_HELD, arrays)
    held.clear()


def forget(checkpoint: Checkpoint) -> None:
    """Forget the draws that are held, as they are drawn again."""
    checkpoint.drop(_HELD)


def load(checkpoint: Checkpoint, drawing: Drawing, replicates: int, most_held: int) -> State:
    """Return how far the draws had come when they were last written down; at first, nowhere."""
    arrays = checkpoint.load(_STATE)
    if arrays is not None:
        with checkpoint.understood(_STATE):
            state = from_arrays(arrays, drawing, replicates)
            _refuse_odd(state, drawing)
            return state
    state = State.new(drawing, replicates, most_held)
    for chunk in checkpoint.each(_HELD):
        with checkpoint.understood(_HELD):
            _take(state, drawing, chunk)
    return state


def _take(state: State, drawing: Drawing, chunk: Arrays) -> None:
    """Add the held draws of one file to those of the files before."""
    assert state.held is not None  # noqa: S101 - nothing is counted yet
    rows, (kept, replicates, most) = len(drawing.pivot), state.held.shape

    def read(name: str, shape: tuple[int, ...]) -> Array:
        return like(chunk, name, float, shape, is_finite=drawing.infinite is None)

    for k, numbers in enumerate(like(chunk, "tasks", np.int64, (None, 3)).tolist()):
        task, part = Task(*numbers), Part(drawing.layout)
        end = task.first + task.draws
        if not (0 <= task.replicate < replicates and 0 <= task.first < end <= most):
            msg = f"draws {task.first} to {end} of replicate {task.replicate}"
            raise ValueError(msg)
        known = state.tallies[task.replicate].draws
        if task.first > known:
            found = f"a checkpoint without draws {known} to {task.first - 1}"
            raise InputError(Fault(found, "all its files, or a new run", ("--resume",)))
        if task.first < known:
            continue  # written twice: an interrupt came right after the first time
        units = -(-task.draws // FOLD)
        part.draws, part.sums = task.draws, [read(f"{k}.sums", (units, rows, 2))]
        part.extremes = read(f"{k}.extremes", (rows, 2))
        values = read(f"{k}.values", (kept, task.draws))
        state.tallies[task.replicate].add(part)
        state.hold(task, values)


def _refuse_odd(state: State, drawing: Drawing) -> None:
    """Refuse counted draws that do not go together.

    Raises
    ------
    ValueError
    """
    layout, pivot, is_finite = state.tallies[0].layout, drawing.pivot, drawing.infinite is None
    fresh = Tally(layout, pivot).to_arrays()
    for tally in state.tallies:
        own = tally.to_arrays()
        for name, array in fresh.items():
            like(own, name, array.dtype.type, array.shape, is_finite=is_finite)
        if own["pivot"].tobytes() != np.ascontiguousarray(fresh["pivot"]).tobytes():
            raise ValueError("pivot")
        ends_within = tally.draws % FOLD and tally.draws != drawing.design.draws
        if ends_within or not 0 < state.draws <= tally.draws <= MOST_DRAWS:
            msg = f"{tally.draws} draws, {state.draws} in all replicates"
            raise ValueError(msg)
        for row in drawing.counted:
            if int(tally.counts_of(row).sum(dtype=np.int64)) > tally.draws:
                raise ValueError("counts")
    for known in state.convergences:
        sizes = len(known.draws)
        for values in (known.means, known.tails):
            shape = (sizes, len(state.tallies))
            like({"estimates": values}, "estimates", float, shape, is_finite=is_finite)
