"""Writes down how far the draws have come, and reads it again."""

from __future__ import annotations

import numpy as np

from mcsus.counting.drawing import Drawing
from mcsus.counting.state import Arrays, State, from_arrays, to_arrays
from mcsus.counting.tally import Part
from mcsus.counting.tasks import Task
from mcsus.errors import Fault, InputError
from mcsus.runner.checkpoint import Checkpoint

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


def load(checkpoint: Checkpoint, drawing: Drawing, replicates: int, most_held: int) -> State:
    """Return how far the draws had come when they were last written down; at first, nowhere."""
    arrays = checkpoint.load(_STATE)
    if arrays is not None:
        return from_arrays(arrays, drawing, replicates)
    state = State.new(drawing, replicates, most_held)
    for chunk in checkpoint.each(_HELD):
        for k, numbers in enumerate(chunk["tasks"]):
            task, part = Task(*map(int, numbers)), Part(drawing.layout)
            known = state.tallies[task.replicate].draws
            if task.first > known:
                found = f"a checkpoint without draws {known} to {task.first - 1}"
                raise InputError(Fault(found, "all its files, or a new run", ("--resume",)))
            if task.first < known:
                continue  # written twice: an interrupt came right after the first time
            part.draws, part.sums = task.draws, [chunk[f"{k}.sums"]]
            part.extremes = chunk[f"{k}.extremes"]
            state.tallies[task.replicate].add(part)
            state.hold(task, chunk[f"{k}.values"])
    return state
