"""Draws outputs in rounds: held while they are few, then counted and forgotten.

All replicates advance together, from n to 2 n draws, so that after each round there is a result.
As long as no more draws are asked for than can be held, statistics are exact. Beyond, those held
say where the draws will lie, and the rest are only counted.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.intervals import quantile_probabilities
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.counted import CountedDraws
from mcsus.counting.drawing import Drawing, draw
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.never import paid_back
from mcsus.counting.prefixes import Convergence
from mcsus.counting.state import State
from mcsus.counting.tally import MOST_DRAWS, Part
from mcsus.counting.tasks import Task, tasks_between
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD, Quantity
from mcsus.errors import RefusedError
from mcsus.model import Model
from mcsus.runner import saved
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.comparisons import derived_rows
from mcsus.runner.derivations import Derivations
from mcsus.runner.draws_file import DrawsFile
from mcsus.runner.forgetting import Wanted, layout_for
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.runner.individuals import meet_all
from mcsus.runner.memory import refuse_if_too_large
from mcsus.runner.validity import breakdowns
from mcsus.study import Study
from mcsus.study.beside import kept_beside
from mcsus.vocabulary import Progress

Array = NDArray[np.float64]

_HELD_DRAWS = 1 << 20  # of all replicates: enough to say where 1e-6 of the draws will lie
_HELD_VALUES = 1 << 26  # of all cells: half a GiB
_HELD_ANYWAY = 1 << 16  # of all replicates: to count so few takes more memory than to hold them
_FIRST_ROUND = 1 << 13
_MOST_TASK_DRAWS = 1 << 20
_TASK_VALUES = 1 << 24  # that a task gives to a file: 128 MiB
_TASK_SECONDS = 0.25  # long enough to hide the costs of a task, short enough to share out
_REMEMBER_SECONDS = 2.0
_FINE = 1e-6  # of probability in a bin where a told quantile may lie


class OutOfTimeError(Exception):
    """The time given is over."""


def most_held(rows: int, replicates: int) -> int:
    """Return how many draws of a replicate are held at most, before they are counted.

    Examples
    --------
    >>> most_held(rows=1, replicates=16), most_held(rows=1560, replicates=16)
    (65536, 4096)
    """
    each = min(_HELD_DRAWS, max(_HELD_VALUES // rows, _HELD_ANYWAY)) // replicates
    return max(FOLD, 1 << max(each, 1).bit_length() - 1)


class Sampler:
    """The draws of a study, as far as they have come.

    Parameters
    ----------
    study, model, kernel
        What is drawn.
    executor : Executor
        Where tasks run.
    checkpoint : Checkpoint
        Where it is written down how far the draws have come.
    progress : callable, optional
        Called with what is being done, the draws done and the draws in all.
    deadline : float, optional
        Of `time.monotonic`.
    file : DrawsFile, optional
        Given the values of every task.
    """

    def __init__(
        self,
        study: Study,
        model: Model,
        kernel: Kernel,
        executor: Executor,
        checkpoint: Checkpoint,
        *,
        progress: Progress | None = None,
        deadline: float | None = None,
        file: DrawsFile | None = None,
    ) -> None:
        self._study, self._executor, self._checkpoint = study, executor, checkpoint
        self._progress, self._deadline, self._file = progress, deadline, file
        self._replicates = study.design.replicates
        self._kept = [*study.outputs, *(equation.name for equation in kept_beside(study))]
        parts = [p for terms in breakdowns(study, model).values() for p in terms]
        self._parts = [p for p in dict.fromkeys(parts) if p not in self._kept]
        self._met: dict[str, list[HeldDraws]] | None = None
        self._meeting = {name for name in self._kept if model.meets_individuals(name)}
        beside = [] if file is None else file.inputs
        self._drawing = Drawing.of(
            kernel, study.design, self._kept, self._parts, beside, derived_rows(study, model)
        )
        self._first = self._drawing
        self._task_draws = min(_FIRST_ROUND, self._most_task_draws)
        self._unsaved: list[tuple[Task, Part]] = []  # held draws that no checkpoint has
        self._restore(saved.load(checkpoint, self._drawing, self._replicates, self._most_held))
        self._written = self._state.drawn
        self._remembered = -np.inf
        self._remember()

    @property
    def draws(self) -> int:
        """Draws that every replicate has made."""
        return self._state.draws

    def begin_again(self) -> None:
        """Forget all draws, as sums cannot go on from a number that is no multiple of `FOLD`."""
        self._drawing = self._first
        self._restore(State.new(self._drawing, self._replicates, self._most_held))
        self._unsaved, self._written, self._remembered = [], 0, -np.inf
        saved.forget(self._checkpoint)
        self._remember()

    def advance(self, draws: int) -> None:
        """Draw until every replicate has made so many draws; see `rounds`."""
        for _ in self.rounds(draws):
            pass

    def rounds(self, draws: int) -> Iterator[int]:
        """Draw until every replicate has made so many; yield how many it has after each round.

        Raises
        ------
        NotFiniteError, RefusedError
        OutOfTimeError
            At the deadline; see `back`.
        """
        held = min(draws, self._most_held)
        if draws > MOST_DRAWS:
            msg = f"design: found {draws} draws of a replicate; allowed: {MOST_DRAWS}"
            raise RefusedError(msg + ", and as many replicates as you like")
        refuse_if_too_large(self._drawing.kept * held * self._replicates, "design")
        while self._state.draws < draws:
            if self._state.held is not None and self._state.draws >= self._most_held:
                self._forget()
            most = draws if self._state.held is None else held
            self._round(min(max(2 * self._state.draws, _FIRST_ROUND), most), draws)
            yield self._state.draws

    def back(self) -> int:
        """Go back to the end of the last round, after an interrupt; return its draws, or 0.

        What was drawn is written down first: held draws all, of counts those of the round.
        """
        self._restore(self._last.copy())
        if self._unsaved or self._state.drawn > self._written:
            self._save()
        if any(tally.draws != self.draws for tally in self._state.tallies):
            return 0  # taken up within a round that has not ended since
        return self.draws

    def drawn(self) -> dict[str, list[Draws]]:
        """Return the draws of each cell of the outputs and claimed quantities, in base units.

        Those of what depends on individuals are averaged over replicates, none of which has the
        individuals of another; not where a replicate is one draw, which says nothing of a spread.
        """
        ends = self._drawing.ends
        starts = [0, *ends]
        cells = {
            name: [self._cell(row) for row in range(starts[k], ends[k])]
            for k, name in enumerate(self._kept)
        }
        beside = (own.name for claim in self._study.claims for own in claim.equations[1:])
        shown = {*self._study.outputs, *beside}
        never = self._drawing.kernel.model.may_be_never.intersection(shown)
        cells |= {name: list(map(paid_back, cells[name])) for name in never}
        apart = self._meeting if self.draws > 1 else ()
        return cells | {name: list(map(AveragedDraws, cells[name])) for name in apart}

    def derived(self) -> Derivations:
        """Return what is known of the rows that follow from those of the outputs."""
        state, made = self._state, self._drawing
        held = None if state.held is None else state.held[:, :, : state.draws]
        starts = dict(zip(self._kept, [0, *made.ends], strict=False))
        met = {
            starts[name] + k: own for name, all_ in self.met().items() for k, own in enumerate(all_)
        }
        return Derivations(made.derived, held, state.tallies, made.made, met)

    def met(self) -> dict[str, list[HeldDraws]]:
        """Return the first points of a replicate with the individuals of each, by quantity."""
        if self._met is None:
            drawing = self._drawing
            asked = replace(drawing.design, draws=self.draws)
            self._met = meet_all(drawing.kernel, self._study.outputs, asked, self._executor)
        return self._met

    def together(self, names: Sequence[str]) -> dict[str, list[HeldDraws]]:
        """Return the draws of each cell of kept quantities: all, or the first of counted ones."""
        drawing, held, draws = self._drawing, self._state.held, self.draws
        if not names:
            return {}
        if held is None:
            plan = drawing.kernel.plan([Quantity(name) for name in names])
            draws = min(draws, self._most_held)
            run = PlanRun(drawing.kernel, plan, replace(drawing.design, draws=draws))
            tasks = range(self._replicates)
            with closing(self._executor.ordered(values_of, run, tasks)) as answers:
                values = np.stack([own[:, 0] for own in answers], axis=1)
            cells = [drawing.kernel.program.cells(name) for name in names]
            each = np.split(values, np.cumsum(cells)[:-1])
        else:
            starts = [0, *drawing.ends.tolist()]
            at = [self._kept.index(name) for name in names]
            each = [held[starts[k] : starts[k + 1], :, :draws] for k in at]
        return {name: list(map(HeldDraws, own)) for name, own in zip(names, each, strict=True)}

    def means(self) -> dict[str, Array]:
        """Return the means of the other parts of breakdowns, shape ``(replicate, cell)``."""
        all_means = np.array([tally.means() for tally in self._state.tallies])
        ends = self._drawing.ends
        starts = [0, *ends]
        first = len(self._kept)
        return {
            name: all_means[:, starts[first + k] : ends[first + k]]
            for k, name in enumerate(self._parts)
        }

    @property
    def _most_held(self) -> int:
        """Draws of a replicate that are held at most: a power of two."""
        return most_held(self._drawing.kept, self._replicates)

    @property
    def _most_task_draws(self) -> int:
        """Draws of a task at most, a power of two: fewer where it gives many values to a file."""
        if self._file is None:
            return _MOST_TASK_DRAWS
        each = max(_TASK_VALUES // self._drawing.given, FOLD)
        return int(min(_MOST_TASK_DRAWS, 1 << each.bit_length() - 1))

    @property
    def _tail(self) -> float:
        """Probability of the quantile whose convergence is followed."""
        return float(quantile_probabilities(self._study.intervals)[-1])

    @property
    def _wanted(self) -> Array:
        """Probabilities of the quantiles that are told."""
        told = quantile_probabilities([*self._study.intervals, 0.95])
        rules = [credit.rule.probabilities for credit in self._study.credits]
        return np.unique(np.concatenate([told, *rules]))

    @property
    def _row_meets(self) -> list[bool]:
        """Whether each kept row depends on individuals."""
        cells = self._drawing.kernel.program.cells
        return [name in self._meeting for name in self._kept for _ in range(cells(name))]

    def _cell(self, row: int) -> Draws:
        held = self._state.held
        if held is not None:
            return HeldDraws(np.ascontiguousarray(held[row, :, : self._state.draws]))
        return CountedDraws(self._state.tallies, row, self._state.convergences[row])

    def _round(self, draws: int, goal: int) -> None:
        """Bring every replicate to so many draws."""
        state = self._state
        missing = sum(draws - tally.draws for tally in state.tallies)
        drawing = replace(self._drawing, values=state.held is not None or self._file is not None)
        started = time.monotonic()
        with closing(self._answers(drawing, draws)) as answers:
            for task, (part, values) in answers:
                kept = self._drawing.kept
                if values is not None and state.held is not None:
                    state.hold(task, values[:kept])
                if values is not None and self._file is not None:
                    self._file.write(task, values[:kept], values[kept:])
                state.tallies[task.replicate].add(part)
                if state.held is not None:  # last: what an interrupt leaves here is held and added
                    self._unsaved.append((task, part))
                self._tell(goal)
                if self._checkpoint.due():
                    self._save()
                if self._deadline is not None and time.monotonic() > self._deadline:
                    raise OutOfTimeError
        state.draws = draws
        if state.held is None:
            self._follow()
        self._remember()
        self._pace(missing, time.monotonic() - started)

    def _answers(
        self, drawing: Drawing, draws: int
    ) -> Generator[tuple[Task, tuple[Part, Array | None]], None, None]:
        """Yield the tasks that lead to so many draws, with their answers."""
        tasks = [
            task
            for r, tally in enumerate(self._state.tallies)
            for task in tasks_between(r, tally.draws, draws, self._task_draws)
        ]
        with closing(self._executor.ordered(draw, drawing, tasks)) as answers:
            yield from zip(tasks, answers, strict=True)

    def _save(self) -> None:
        """Write down how far the draws have come; those in a file first."""
        if self._file is not None:
            self._file.sync(self._checkpoint)
        saved.save(self._checkpoint, self._state, self._unsaved)
        self._written = self._state.drawn

    def _remember(self) -> None:
        """Keep a copy of the state to go back to, unless there is one of a moment ago."""
        now = time.monotonic()
        if self._state.held is not None or now - self._remembered > _REMEMBER_SECONDS:
            self._last = self._state.copy()
            self._remembered = -np.inf if self._state.held is not None else now

    def _pace(self, draws: int, seconds: float) -> None:
        """Set the size of tasks by how fast the last round went; no number depends on it."""
        wanted = _TASK_SECONDS * self._executor.workers * draws / max(seconds, 1e-6)
        power = 1 << max(int(wanted), 1).bit_length() - 1
        most = self._most_task_draws
        self._task_draws = min(max(power, _FIRST_ROUND), most)

    def _forget(self) -> None:
        """Fix how draws are counted by those held, count these, and hold no more."""
        state = self._state
        held = state.held
        assert held is not None  # noqa: S101 - asked before
        held = held[:, :, : state.draws]
        wanted = Wanted(self._wanted, _FINE, self._exact(), self._row_meets)
        copies = 2 * self._replicates + 2 * self._executor.workers  # now, before, in tasks
        with ThreadPoolExecutor(self._executor.workers) as pool:
            layout = layout_for(self._drawing, held, wanted, copies, pool)
            convergences = pool.map(lambda x: Convergence.of_prefixes(x, self._tail), held)
            self._drawing = replace(self._drawing, layout=layout)
            state.forget(self._drawing, list(convergences), pool)

    def _exact(self) -> list[list[float]]:
        """Return the values at which the draws of each kept row are counted exactly."""
        model = self._drawing.kernel.model
        signed = {claim.equation.name for claim in self._study.claims}
        never = {name: [np.inf] for name in model.may_be_never}
        never |= {name: [-np.inf, np.inf] for name in signed & model.may_be_never}
        return [
            sorted([*([-zero, 0.0, zero] if name in signed else []), *never.get(name, [])])
            for name in self._kept
            for zero in model.rounding[name].usual.tolist()
        ]

    def _follow(self) -> None:
        """Note where the estimates are after a round."""
        state, tail = self._state, np.array([self._tail])

        def extended(row: int) -> Convergence:
            draws = CountedDraws(state.tallies, row)
            tails = draws.replicate_quantiles(tail)[:, 0]
            return state.convergences[row].extended(state.draws, draws.means(), tails)

        with ThreadPoolExecutor(self._executor.workers) as pool:
            state.convergences = list(pool.map(extended, range(len(state.convergences))))

    def _restore(self, state: State) -> None:
        self._state = state
        self._drawing = replace(self._drawing, layout=state.tallies[0].layout)

    def _tell(self, goal: int) -> None:
        if self._progress is not None:
            self._progress("sampling", self._state.drawn, goal * self._replicates)
