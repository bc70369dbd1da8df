"""How far the draws have come, and its form in a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.convergence import Convergence
from mcsus.engine.binning import Binning
from mcsus.engine.layout import Layout
from mcsus.engine.tally import Part, Tally
from mcsus.errors import Fault, InputError
from mcsus.runner.checkpoint import Arrays, Checkpoint
from mcsus.runner.drawing import Drawing
from mcsus.runner.tasks import Task

Array = NDArray[np.float64]

_STATE, _HELD = "sampling", "held"


@dataclass
class State:
    """How far the draws have come.

    Attributes
    ----------
    draws : int
        Draws of every replicate at the end of the last round.
    passes : int
        Which time over the same draws this is.
    tallies : list of Tally
        One a replicate; within a round some are further than `draws`.
    held : array, shape (kept row, replicate, draw), or None
        None when draws are counted and forgotten.
    convergences : list of Convergence
        One a kept row, when draws are not held.
    """

    draws: int
    passes: int
    tallies: list[Tally]
    held: Array | None
    convergences: list[Convergence]

    @classmethod
    def new(cls, drawing: Drawing, replicates: int, most_held: int) -> State:
        """Return where a run begins; memory that holds nothing yet costs nothing."""
        held = np.empty((drawing.kept, replicates, most_held))
        return cls(0, 1, _tallies(drawing, replicates), held, [])

    @property
    def progress(self) -> tuple[int, int]:
        """How far the draws have come, as numbers that only grow."""
        return self.passes, sum(tally.draws for tally in self.tallies)

    def hold(self, task: Task, values: Array) -> None:
        """Hold the values of a task."""
        assert self.held is not None  # noqa: S101 - asked before
        self.held[:, task.replicate, task.first : task.first + task.draws] = values

    def forget(self, drawing: Drawing, convergences: list[Convergence], pool: Executor) -> None:
        """Count the held draws as `drawing` counts, on the threads of a pool; hold no more."""
        held = self.held
        assert held is not None  # noqa: S101 - asked before
        layout = Layout(drawing.layout.binnings[: len(held)])

        def counted(replicate: int) -> Tally:
            part = Part(layout)
            values = np.ascontiguousarray(held[:, replicate, : self.draws])
            part.record(layout, drawing.pivot[: len(held)], values)
            return self.tallies[replicate].counted(drawing.layout, part)

        self.tallies = list(pool.map(counted, range(len(self.tallies))))
        self.held, self.convergences = None, convergences

    def start_pass(self, drawing: Drawing) -> None:
        """Begin to count the same draws again."""
        self.passes += 1
        self.tallies = _tallies(drawing, len(self.tallies))


@dataclass(frozen=True)
class Copy:
    """A state to go back to; held draws are not copied, as none is ever changed."""

    _like: State
    _tallies: list[Tally]

    @classmethod
    def of(cls, state: State) -> Copy:
        """Copy a state."""
        like = State(state.draws, state.passes, [], state.held, list(state.convergences))
        return cls(like, [Tally.from_arrays(t.layout, t.to_arrays()) for t in state.tallies])

    def state(self) -> State:
        """Return the state."""
        copies = [Tally.from_arrays(t.layout, t.to_arrays()) for t in self._tallies]
        return replace(self._like, tallies=copies)


def save(checkpoint: Checkpoint, state: State, held: list[tuple[Task, Part]]) -> None:
    """Write down how far the draws have come.

    Parameters
    ----------
    held : list of (task, part)
        Draws held and not yet written down; emptied.
    """
    if state.held is None:
        checkpoint.save(_STATE, _to_arrays(state))
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
        return _from_arrays(arrays, drawing, replicates)
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


def _tallies(drawing: Drawing, replicates: int) -> list[Tally]:
    return [Tally(drawing.layout, drawing.pivot) for _ in range(replicates)]


def _to_arrays(state: State) -> Arrays:
    found: Arrays = {"draws": np.array(state.draws), "passes": np.array(state.passes)}
    for r, tally in enumerate(state.tallies):
        found |= _named(f"tally{r}", tally.to_arrays())
    for row, known in enumerate(state.convergences):
        parts = {"draws": known.draws, "means": known.means, "tails": known.tails}
        found |= _named(f"convergence{row}", parts | {"probability": np.array(known.probability)})
    for row, binning in enumerate(state.tallies[0].layout.binnings):
        if binning is not None:
            found |= _named(f"binning{row}", binning.to_arrays())
    return found


def _from_arrays(arrays: Arrays, drawing: Drawing, replicates: int) -> State:
    binnings = [
        Binning.from_arrays(_of(f"binning{row}", arrays)) if row < drawing.kept else None
        for row in range(len(drawing.pivot))
    ]
    layout = Layout(binnings)
    tallies = [Tally.from_arrays(layout, _of(f"tally{r}", arrays)) for r in range(replicates)]
    convergences = []
    for row in range(drawing.kept):
        known = _of(f"convergence{row}", arrays)
        probability = float(known["probability"])
        convergences.append(
            Convergence(probability, known["draws"], known["means"], known["tails"])
        )
    return State(int(arrays["draws"]), int(arrays["passes"]), tallies, None, convergences)


def _named(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    return {f"{prefix}.{key}": value for key, value in arrays.items()}


def _of(prefix: str, arrays: Arrays) -> Arrays:
    start = f"{prefix}."
    return {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
