"""The explorer: a study that answers while one drags its inputs.

It has no state but the study: every call is given all changes, so that the same changes give the
same bits, and what is undone is as it was. Laws are data for the compiled kernel, and draws are
functions of seed, stream and place, so that before and after are compared draw by draw.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError, McsusError
from mcsus.runner.change_faults import of_change, told_faults
from mcsus.runner.run import Run
from mcsus.runner.settings import Limits, Settings
from mcsus.runner.settled_run import Settled, goal_of, settled_of
from mcsus.study import Study
from mcsus.study.additions import additions_for
from mcsus.study.altered import altered, read_change
from mcsus.study.exporting import study_file
from mcsus.study.made_scenario import with_scenario
from mcsus.vocabulary import SCENARIO, Progress

if TYPE_CHECKING:
    from mcsus.runner.explored import Effect, Snapshot
    from mcsus.runner.seen import Seen, View

Json = Mapping[str, Any]

DRAWS, BASE_POINTS = 4096, 256
MOST_DRAWS, MOST_BASE_POINTS = 1 << 14, 1 << 12
MOST_CHANGES = 500
"""Of a study at a time."""

REPLICATES = 4
_LOOKS = ((256, 256), (256, 256), (1024, 0))
"""Draws and base points that tell how long more of them take; the first make what is kept."""

_KEPT_RUNS, _KEPT_BYTES = 64, 1 << 27


class Explorer:
    """A study, compiled once, that shows what changes do to it.

    Parameters
    ----------
    study : Study, path or id of a shipped study

    Raises
    ------
    InputError, RefusedError
        If the study is not valid: with all its faults.

    Examples
    --------
    >>> explorer = Explorer("tinyml_table")
    >>> now = explorer.evaluate([{"input": "ml_training", "law": "2 kg CO2e"}], draws=256)
    >>> now.outputs["device_footprint"][0].before.higher > 0
    True
    """

    def __init__(self, study: Study | str | os.PathLike[str]) -> None:
        self._opened = Run(study)
        self.study = self._opened.study
        self._runs: OrderedDict[str, Run] = OrderedDict()
        self._seen: OrderedDict[tuple[Any, ...], Seen] = OrderedDict()
        self._lock = threading.RLock()
        self._settling: Run | None = None

    def study_of(self, changes: Sequence[Json]) -> Study:
        """Return the study with changes.

        Raises
        ------
        ChangeError
            If one cannot be made.
        """
        return self.run_of(changes).study

    def run_of(self, changes: Sequence[Json]) -> Run:
        """Return the run of the study with changes: what is known of the first ones is used."""
        if not isinstance(changes, list | tuple) or len(changes) > MOST_CHANGES:
            is_list = isinstance(changes, list | tuple)
            found = f"{len(changes)} changes" if is_list else shown(changes)
            raise InputError(Fault(found, f"a list of at most {MOST_CHANGES}", ("changes",)))
        keys = _keys(changes)
        if len(keys) == 1:
            return self._opened
        if keys[-1] in self._runs:
            self._runs.move_to_end(keys[-1])
            return self._runs[keys[-1]]
        known = next((k for k in range(len(changes), 0, -1) if keys[k] in self._runs), 0)
        run = self._runs[keys[known]] if known else self._opened
        for place in range(known, len(changes)):
            run = self._changed(run, place, changes[place])
        self._runs[keys[-1]] = run
        while len(self._runs) > _KEPT_RUNS:
            self._runs.popitem(last=False)
        return run

    def evaluate(
        self,
        changes: Sequence[Json] = (),
        visible: Json | None = None,
        *,
        ranking: int = BASE_POINTS,
        draws: int = DRAWS,
        effects: bool = False,
        against: Sequence[Json] = (),
    ) -> Snapshot:
        """Return what a few draws say of the study with changes, and how it differs.

        Parameters
        ----------
        changes : sequence of mapping
            In the order in which they were made: see `mcsus.study.altered`.
        visible : mapping, optional
            ``outputs`` and ``labels`` that are shown, and ``claims``, the labels of these where
            they are others; all of them by default.
        ranking : int
            Base points of the indices; 0 for none.
        draws : int
            Of each of four replicates.
        effects : bool
            Whether to tell what each change does by itself, and cautions.
        against : sequence of mapping
            Changes with which it is compared; those of none by default.

        Raises
        ------
        ChangeError, InputError
            If a change cannot be made or nothing of that name is there.
        NotFiniteError
            If a value is not finite.
        """
        from mcsus.runner.explorable import told_changed  # noqa: PLC0415 - numba
        from mcsus.runner.explored import Snapshot  # noqa: PLC0415 - numba
        from mcsus.runner.seen import View  # noqa: PLC0415 - numba

        _check_count("draws", draws, MOST_DRAWS)
        _check_count("ranking", ranking, MOST_BASE_POINTS)
        with self._lock:
            times = [time.perf_counter()]
            run = self.run_of(changes)
            times.append(time.perf_counter())
            view = View.read(visible, run.study)
            now, before = self.see(changes, view, draws), self.see(against, view, draws)
            outputs = now.outputs if now is before else now.after(before)
            claims = now.claims(before)
            times.append(time.perf_counter())
            tables, on_ranks = now.ranking(ranking) if ranking else (None, ())
            times.append(time.perf_counter())
            alone = together = None
            if effects:
                alone = [
                    self._alone(changes[: k + 1], against, view, draws) for k in range(len(changes))
                ]
                together = now.effects(before)
            times.append(time.perf_counter())
        steps = [1e3 * (end - start) for start, end in itertools.pairwise(times)]
        names = ("laws_ms", "draws_ms", "ranking_ms", "effects_ms")
        timing = dict(zip(names, steps, strict=True)) | {"total_ms": sum(steps)}
        return Snapshot(
            draws,
            now.replicates,
            len(changes),
            outputs,
            claims,
            ranking=tables,
            base_points=ranking,
            on_ranks=on_ranks,
            inputs=told_changed(run.study, self.study, changes),
            alone=alone,
            together=together,
            cautions=run.study.cautions if effects else (),
            timing=timing,
        )

    def _alone(
        self, changes: Sequence[Json], against: Sequence[Json], view: View, draws: int
    ) -> dict[str, list[Effect]]:
        """Return what the last change does by itself, or with what it needs to have been added."""
        *earlier, last = changes
        needed = [*against, *additions_for(last, earlier, self.study)]
        before = self.see(needed, view, draws)
        return self.see([*needed, last], view, draws).effects(before)

    def see(self, changes: Sequence[Json], view: View, draws: int = DRAWS) -> Seen:
        """Return the draws of the study with changes; those that were made of late are kept."""
        from mcsus.runner.seen import Seen  # noqa: PLC0415 - numba
        from mcsus.runner.some_scenarios import in_scenarios  # noqa: PLC0415 - numba

        with self._lock:
            run = self.run_of(changes)
            view = view.of(run.study)
            asked = (_keys(changes)[-1], view, draws)
            if asked not in self._seen:
                shown = dict(view.labels).get(SCENARIO)
                self._seen[asked] = Seen(in_scenarios(run, shown) if shown else run, view, draws)
            self._seen.move_to_end(asked)
            while len(self._seen) > 2 and sum(s.bytes for s in self._seen.values()) > _KEPT_BYTES:
                self._seen.popitem(last=False)
            return self._seen[asked]

    def describe(self) -> dict[str, Any]:
        """Return what a page shows of the study before anything is drawn."""
        from mcsus.runner.explorable import describe  # noqa: PLC0415 - numba

        limits = {"changes": MOST_CHANGES, "draws": MOST_DRAWS, "base_points": MOST_BASE_POINTS}
        return describe(self.study, self._opened.model, limits)

    def preview(self, changes: Sequence[Json]) -> list[dict[str, Any]]:
        """Return the laws of the input of the last change, without draws: of a field in use.

        Raises
        ------
        ChangeError
            If it cannot be.
        """
        from mcsus.runner.explorable import told_changed  # noqa: PLC0415 - numba

        study = self.study
        for place, change in enumerate(changes):
            study = self._altered(study, place, change)
        return next(iter(told_changed(study, self.study, changes[-1:]).values()), [])

    def scatter(
        self,
        changes: Sequence[Json],
        input: str,  # noqa: A002 - as in a change
        output: str,
        labels: Json | None = None,
        *,
        points: int = 2000,
    ) -> dict[str, Any]:
        """Return draws of an input and of one cell of an output, with the mean given the input.

        Parameters
        ----------
        labels : mapping, optional
            Of the cell; the first of dims that it does not name.

        Raises
        ------
        InputError
            If there is no such input or output, or nothing depends on the input.
        """
        from mcsus.runner.scattered import scattered  # noqa: PLC0415 - numba
        from mcsus.runner.seen import View  # noqa: PLC0415 - numba

        with self._lock:
            run = self.run_of(changes)
            View.of_cell(output, labels or {}, run.study)  # refuses what is not there
            run.study.parameter(input)
            if input not in run.model.upstream([output]):
                raise InputError(Fault(repr(input), f"an input of {output!r}", ("input",)))
            shape = (REPLICATES, DRAWS)
            return scattered(run, input, output, labels or {}, shape, points)

    def pace(self, visible: Json | None = None, *, budget_ms: float = 30.0) -> dict[str, int]:
        """Return how much may be asked for while an input is dragged, by what this machine takes.

        Parameters
        ----------
        budget_ms : float
            Of drawing, and of ranking.

        Returns
        -------
        dict
            ``draws`` and ``ranking`` while one drags, ``ranking_after`` when one pauses.
        """
        took = [self._took(visible, draws, ranking) for draws, ranking in _LOOKS]
        step = max(took[2]["draws_ms"] - took[1]["draws_ms"], 1e-3) / (_LOOKS[2][0] - _LOOKS[1][0])
        draws = _LOOKS[1][0] + (budget_ms - took[1]["draws_ms"]) / step
        points = budget_ms * BASE_POINTS / took[1]["ranking_ms"]
        return {
            "draws": _within(draws, _LOOKS[1][0], DRAWS),
            "ranking": BASE_POINTS if points >= BASE_POINTS / 2 else 0,
            "ranking_after": _within(4 * points, BASE_POINTS, 4 * BASE_POINTS),
        }

    def _took(self, visible: Json | None, draws: int, ranking: int) -> Mapping[str, float]:
        """Return how long the parts of an evaluation take."""
        with self._lock:
            self._seen.clear()
            return self.evaluate((), visible, draws=draws, ranking=ranking).timing

    def settle(
        self,
        changes: Sequence[Json] = (),
        visible: Json | None = None,
        *,
        until: float | str | None = None,
        progress: Progress | None = None,
    ) -> Settled:
        """Run the study with changes as ``mcsus run`` does, with its own design.

        Parameters
        ----------
        until : float or str, optional
            Go on until the 95 % range is known to such a share, or ``"ranking"`` is settled.
        progress : callable, optional
            Called with what is being done, the draws done and the draws in all.

        Raises
        ------
        KeyboardInterrupt
            If it is cancelled.
        """
        study = self.study_of(changes)
        goal = None if until is None else goal_of(until, study)
        run = Run(study, Settings(progress=progress, limits=goal or Limits()))
        self._settling = run
        try:
            result = next(run.results(), None)
        finally:
            self._settling = None
        if result is None:  # cancelled before it began
            raise KeyboardInterrupt
        return settled_of(self, result, changes, visible, goal)

    def to_study_file(self, changes: Sequence[Json], as_scenario: str = "") -> str:
        """Return the study file of the study with changes; each that names no source is assumed.

        Parameters
        ----------
        as_scenario : str
            Name of a scenario that the changes make of the study as it was opened.

        Examples
        --------
        >>> import tomllib
        >>> text = Explorer("tinyml_table").to_study_file([])
        >>> tomllib.loads(text)["id"]
        'tinyml_table'
        """
        changed = self.study_of(changes)
        if as_scenario:
            return study_file(with_scenario(self.study, changed, as_scenario).to_dict())
        return study_file(changed.to_dict())

    def faults(self, error: McsusError) -> list[dict[str, Any]]:
        """Return what is wrong as a page shows it: beside which field, and at which column."""
        return told_faults(error, self.study.place)

    def cancel(self) -> None:
        """End a settle at its next task, from any thread."""
        if self._settling is not None:
            self._settling.cancel()

    def _changed(self, run: Run, place: int, table: Json) -> Run:
        """Return a run with one change more."""
        study = self._altered(run.study, place, table)
        with of_change(place, table):
            return run.of(study)

    def _altered(self, study: Study, place: int, table: Json) -> Study:
        """Return a study with one change more."""
        with of_change(place, table):
            return altered(study, read_change(table), self.study)


def _check_count(name: str, count: object, most: int) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= most:
        raise InputError(Fault(shown(count), f"a whole number, at most {most}", (name,)))


def _within(count: float, least: int, most: int) -> int:
    """Return the power of two that is not more than a number, within bounds."""
    return min(max(1 << int(count).bit_length() - 1 if count >= 1 else 0, least), most)


def _keys(changes: Sequence[Json]) -> list[str]:
    """Return what stands for the first changes, from none to all."""
    texts = [json.dumps(change, sort_keys=True, default=str) for change in changes]
    return ["", *itertools.accumulate(f"{text}\n" for text in texts)]
