"""The explorer: a study that answers while one drags its inputs.

It has no state but the study: every call is given all changes, so that the same changes give the
same bits, and what is undone is as it was. Laws are data for the compiled kernel, and draws are
functions of seed, stream and place, so that before and after are compared draw by draw.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mcsus.errors import Fault, InputError, McsusError
from mcsus.runner.run import Run
from mcsus.runner.settings import Settings
from mcsus.study import Study
from mcsus.study.altered import altered, read_change
from mcsus.study.exporting import study_file
from mcsus.vocabulary import Progress

if TYPE_CHECKING:
    from mcsus.result.tree import Result
    from mcsus.runner.explored import Snapshot
    from mcsus.runner.seen import Seen, View

Json = Mapping[str, Any]

DRAWS, BASE_POINTS = 4096, 256
MOST_DRAWS, MOST_BASE_POINTS = 1 << 14, 1 << 12
MOST_CHANGES = 500
"""Of a study at a time."""

_KEPT_RUNS, _KEPT_BYTES = 64, 1 << 27
_COLUMN = re.compile(r"column ([0-9]+)\Z")


@dataclass(frozen=True)
class Settled:
    """What a whole run says of a study with changes.

    Attributes
    ----------
    result : Result
    snapshot : Snapshot
        What is shown of it.
    digest : str
        Of its numbers, as ``mcsus run`` prints it.
    command : str
        That gives the same digest; of the study file where there are changes.
    """

    result: Result
    snapshot: Snapshot
    digest: str
    command: str


class ChangeError(InputError):
    """A change that cannot be made.

    Attributes
    ----------
    change : int
        Its place in the list, from 0.
    input : str
        The input that it is for.
    """

    def __init__(self, change: int, input_: str, *faults: Fault) -> None:
        super().__init__(*faults)
        self.change, self.input = change, input_


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
        return self._run(changes).study

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
            ``outputs`` and ``labels`` that are shown; all of them by default.
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

        with self._lock:
            times = [time.perf_counter()]
            run = self._run(changes)
            times.append(time.perf_counter())
            view = View.read(visible, run.study)
            now, before = self._see(changes, view, draws), self._see(against, view, draws)
            outputs = now.outputs if now is before else now.after(before)
            claims = now.claims(before)
            times.append(time.perf_counter())
            tables, on_ranks = now.ranking(ranking) if ranking else (None, ())
            times.append(time.perf_counter())
            alone = together = None
            if effects:
                alone = [self._see([*against, one], view, draws).effects(before) for one in changes]
                together = now.effects(before)
            times.append(time.perf_counter())
        steps = [1e3 * (end - start) for start, end in itertools.pairwise(times)]
        names = ("laws_ms", "draws_ms", "ranking_ms", "effects_ms")
        timing = dict(zip(names, steps, strict=True)) | {"total_ms": sum(steps)}
        return Snapshot(
            draws, now.replicates, len(changes), outputs, claims, tables,
            ranking, on_ranks, told_changed(run.study, self.study, changes), alone, together,
            run.study.cautions if effects else (), timing=timing,
        )  # fmt: skip

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

    def settle(
        self,
        changes: Sequence[Json] = (),
        visible: Json | None = None,
        *,
        progress: Progress | None = None,
    ) -> Settled:
        """Run the study with changes as ``mcsus run`` does, with its own design.

        Parameters
        ----------
        progress : callable, optional
            Called with what is being done, the draws done and the draws in all.

        Raises
        ------
        KeyboardInterrupt
            If it is cancelled.
        """
        from mcsus.runner.explored_result import settled  # noqa: PLC0415 - xarray

        run = Run(self.study_of(changes), Settings(progress=progress))
        self._settling = run
        try:
            result = next(run.results(), None)
        finally:
            self._settling = None
        if result is None:  # cancelled before it began
            raise KeyboardInterrupt
        shown = self.evaluate(changes, visible, ranking=0)
        command = f"mcsus run {self.study.id}" + (".toml" if changes else "")
        snapshot = settled(shown, result, command)
        return Settled(result, snapshot, str(snapshot.digest), command)

    def to_study_file(self, changes: Sequence[Json]) -> str:
        """Return the study file of the study with changes; each that names no source is assumed.

        Examples
        --------
        >>> import tomllib
        >>> text = Explorer("tinyml_table").to_study_file([])
        >>> tomllib.loads(text)["id"]
        'tinyml_table'
        """
        return study_file(self.study_of(changes).to_dict())

    def faults(self, error: McsusError) -> list[dict[str, Any]]:
        """Return what is wrong as a page shows it: beside which field, and at which column."""
        place = error.change if isinstance(error, ChangeError) else None
        name = error.input if isinstance(error, ChangeError) else ""
        if not isinstance(error, InputError):
            return [_told(Fault(str(error), ""), place, name) | {"message": str(error)}]
        own = (self.study.place,)
        faults = (
            replace(fault, where=fault.where[1:]) if fault.where[:1] == own else fault
            for fault in error.faults
        )
        return [_told(fault, place, name) for fault in faults]

    def cancel(self) -> None:
        """End a settle at its next task, from any thread."""
        if self._settling is not None:
            self._settling.cancel()

    def _run(self, changes: Sequence[Json]) -> Run:
        """Return the run of the study with changes: what is known of the first ones is used."""
        if len(changes) > MOST_CHANGES:
            found = f"{len(changes)} changes"
            raise InputError(Fault(found, f"at most {MOST_CHANGES}", ("changes",)))
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

    def _changed(self, run: Run, place: int, table: Json) -> Run:
        """Return a run with one change more."""
        study = self._altered(run.study, place, table)
        with _change(place, table):
            return run.of(study)

    def _altered(self, study: Study, place: int, table: Json) -> Study:
        """Return a study with one change more."""
        with _change(place, table):
            return altered(study, read_change(table), self.study)

    def _see(self, changes: Sequence[Json], view: View, draws: int) -> Seen:
        """Return what is seen of the study with changes; what was seen of late is kept."""
        from mcsus.runner.seen import Seen  # noqa: PLC0415 - numba

        run = self._run(changes)
        view = view.of(run.study)
        asked = (_keys(changes)[-1], view, draws)
        if asked not in self._seen:
            self._seen[asked] = Seen(run, view, draws)
        self._seen.move_to_end(asked)
        while len(self._seen) > 2 and sum(own.bytes for own in self._seen.values()) > _KEPT_BYTES:
            self._seen.popitem(last=False)
        return self._seen[asked]


def _told(fault: Fault, place: int | None, name: str) -> dict[str, Any]:
    """Return one fault as a page shows it."""
    columns = [int(match[1]) for own in fault.where if (match := _COLUMN.match(own))]
    keys = [own for own in fault.where if not _COLUMN.match(own)]
    said = Fault(fault.found, fault.allowed, (name, *keys) if name else fault.where, fault.nearest)
    return {
        "change": place,
        "input": name or None,
        "field": keys[-1] if keys else None,
        "where": keys,
        "found": fault.found,
        "allowed": fault.allowed,
        "nearest": fault.nearest,
        "column": columns[0] if columns else None,
        "message": str(said),
    }


@contextmanager
def _change(place: int, table: Json) -> Iterator[None]:
    """Say of which change the faults of a block are."""
    try:
        yield
    except InputError as error:
        name = table.get("input") if isinstance(table, Mapping) else ""
        raise ChangeError(place, str(name or ""), *error.faults) from None


def _keys(changes: Sequence[Json]) -> list[str]:
    """Return what stands for the first changes, from none to all."""
    texts = [json.dumps(change, sort_keys=True, default=str) for change in changes]
    return ["", *itertools.accumulate(f"{text}\n" for text in texts)]
