"""How far the draws have come, and its form as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.bins import Bins
from mcsus.counting.drawing import Drawing
from mcsus.counting.layout import Layout
from mcsus.counting.prefixes import Convergence
from mcsus.counting.tally import Part, Tally
from mcsus.counting.tasks import Task

Array = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]


@dataclass
class State:
    """How far the draws have come.

    Attributes
    ----------
    draws : int
        Draws of every replicate at the end of the last round.
    tallies : list of Tally
        One a replicate; within a round some are further than `draws`.
    held : array, shape (kept row, replicate, draw), or None
        None when draws are counted and forgotten.
    convergences : list of Convergence
        One a kept row, when draws are not held.
    """

    draws: int
    tallies: list[Tally]
    held: Array | None
    convergences: list[Convergence]

    @classmethod
    def new(cls, drawing: Drawing, replicates: int, most_held: int) -> State:
        """Return where a run begins; memory that holds nothing yet costs nothing."""
        held = np.empty((drawing.kept, replicates, most_held))
        tallies = [Tally(drawing.layout, drawing.pivot) for _ in range(replicates)]
        return cls(0, tallies, held, [])

    @property
    def drawn(self) -> int:
        """Draws of all replicates, also those of a round that has not ended."""
        return sum(tally.draws for tally in self.tallies)

    def hold(self, task: Task, values: Array) -> None:
        """Hold the values of a task."""
        assert self.held is not None  # noqa: S101 - asked before
        self.held[:, task.replicate, task.first : task.first + task.draws] = values

    def forget(self, drawing: Drawing, convergences: list[Convergence], pool: Executor) -> None:
        """Count the held draws as `drawing` counts, on the threads of a pool; hold no more."""
        held = self.held
        assert held is not None  # noqa: S101 - asked before
        layout = Layout([drawing.layout.bins[row] for row in drawing.counted])
        pivot = drawing.pivot[drawing.counted]

        def counted(replicate: int) -> Tally:
            part, kept = Part(layout), held[:, replicate, : self.draws]
            part.record(layout, pivot, np.stack([drawing.held(r, kept) for r in drawing.counted]))
            return self.tallies[replicate].counted(drawing.layout, part)

        self.tallies = list(pool.map(counted, range(len(self.tallies))))
        self.held, self.convergences = None, convergences

    def copy(self) -> State:
        """Return a state to go back to; held draws are not copied, as none is ever changed."""
        tallies = [Tally.from_arrays(t.layout, t.to_arrays()) for t in self.tallies]
        return replace(self, tallies=tallies, convergences=list(self.convergences))


def to_arrays(state: State) -> Arrays:
    """Return the state of counted draws as arrays by name."""
    arrays: Arrays = {"draws": np.array(state.draws)}
    for r, tally in enumerate(state.tallies):
        arrays |= _named(f"tally{r}", tally.to_arrays())
    for row, known in enumerate(state.convergences):
        parts = {"draws": known.draws, "means": known.means, "tails": known.tails}
        arrays |= _named(f"convergence{row}", parts | {"probability": np.array(known.probability)})
    for row, bins in enumerate(state.tallies[0].layout.bins):
        if bins is not None:
            arrays |= _named(f"bins{row}", bins.to_arrays())
    return arrays


def from_arrays(arrays: Arrays, drawing: Drawing, replicates: int) -> State:
    """Return the state whose `to_arrays` these are."""
    bins = [Bins.from_arrays(_of(f"bins{row}", arrays)) for row in drawing.counted]
    layout = drawing.laid_out(bins)
    tallies = [Tally.from_arrays(layout, _of(f"tally{r}", arrays)) for r in range(replicates)]
    convergences = []
    for row in range(drawing.kept):
        known = _of(f"convergence{row}", arrays)
        probability = float(known["probability"])
        convergences.append(
            Convergence(probability, known["draws"], known["means"], known["tails"])
        )
    return State(int(arrays["draws"]), tallies, None, convergences)


def _named(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Arrays:
    return {f"{prefix}.{key}": value for key, value in arrays.items()}


def _of(prefix: str, arrays: Arrays) -> Arrays:
    start = f"{prefix}."
    return {k.removeprefix(start): v for k, v in arrays.items() if k.startswith(start)}
