"""A Run: a study that is checked and compiled once, then drawn, changed and asked again."""

from __future__ import annotations

import copy
import os
import threading
import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.errors import InputError, McsusError, NotFiniteError
from mcsus.result.drawn import DRAWS_FILE
from mcsus.runner.goals import places_asked
from mcsus.runner.settings import Limits, Settings, refuse_odd
from mcsus.runner.validity import check, check_parts
from mcsus.study import Study, load_study
from mcsus.vocabulary import Progress

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from mcsus.analysis.base import Explained
    from mcsus.engine.kernel import Kernel
    from mcsus.result.tree import Result
    from mcsus.runner.checkpoint import Checkpoint
    from mcsus.runner.evaluation import Evaluation
    from mcsus.study.changes import Law
    from mcsus.study.relaid import Pin


_STRUCTURE = [part.name for part in fields(Study) if part.compare and part.name != "parameters"] + [
    "mixes"
]
"""Parts of a study, all but laws."""


class Run:
    """A study that is checked and compiled once.

    Parameters
    ----------
    study : Study, path or id of a shipped study
    settings : Settings, optional

    Attributes
    ----------
    study : Study
    settings : Settings
    finished : Result or None
        Of a run that is resumed and was complete.
    kept : dict
        What does not depend on laws, for runs with other laws as well.

    Raises
    ------
    InputError, RefusedError
        If the study or the settings are not valid.

    Examples
    --------
    >>> run = Run(load_study("tinyml_table").with_changes(draws=512, replicates=2))
    >>> [result] = run.results()
    >>> other = run.with_laws(ml_training="2 kg CO2e")
    >>> [changed] = other.results()
    >>> changed.to_dict()["digest"] == result.to_dict()["digest"]
    False
    """

    def __init__(
        self, study: Study | str | os.PathLike[str], settings: Settings | None = None
    ) -> None:
        started = time.perf_counter()
        self.study, self.model = check(study)
        self.settings = settings or Settings()
        refuse_odd(self.study, self.settings)
        if places_asked(self.settings.limits.until) is not None:
            from mcsus.runner.ranking import ranking_method  # noqa: PLC0415 - numba

            ranking_method(self.study, self.model)
        self.finished: Result | None = None
        self._resumed = False
        self.kept: dict[Hashable, Any] = {}
        self._stop = threading.Event()
        self._prepared_s = time.perf_counter() - started

    @classmethod
    def resume(
        cls,
        folder: str | os.PathLike[str],
        settings: Settings | None = None,
        study: Study | None = None,
    ) -> Run:
        """Take up a run that was interrupted or killed, to the bits of one that was not.

        Parameters
        ----------
        folder : path
            That of its settings.
        settings : Settings, optional
            Its limits, but for the time, are those it began with.
        study : Study, optional
            What is asked for now: refused when it is another one than then. By default the study
            that was run, refused when its file has changed.

        Raises
        ------
        InputError
            If the folder holds neither a checkpoint nor a result of this study and version.
        """
        from mcsus.runner.resuming import finished, taken_up  # noqa: PLC0415 - xarray

        folder, settings = Path(folder), settings or Settings()
        result = finished(folder, settings, study)
        if result is None:
            study, settings = taken_up(folder, settings, study)
        elif study is None:
            study = Study.from_dict(result.provenance["document"])
        run = cls(study, settings)
        run.finished, run._resumed = result, True
        return run

    @cached_property
    def kernel(self) -> Kernel:
        """The compiled model of the study."""
        from mcsus.engine.kernel import Kernel, stream_positions  # noqa: PLC0415 - numba

        positions = stream_positions({p.name: p for p in self.study.parameters})
        return Kernel(self.model, positions, self.study.mixes)

    def with_laws(self, changes: Mapping[str, Law] | None = None, /, **laws: Law) -> Run:
        """Return a run of the study with other laws, on the same machine code and points.

        Laws are data: nothing is read, wired or compiled. A change of structure, as of a
        parameter that depends on others and is held, makes a new Run.

        Parameters
        ----------
        changes, **laws
            As of `Study.with_laws`.

        Raises
        ------
        InputError
            If a name, a law or a unit is wrong.
        """
        return self.of(self.study.with_laws(changes, **laws))

    def of(self, study: Study) -> Run:
        """Return a run of another study: as quick as `with_laws` where it has other laws alone."""
        started = time.perf_counter()
        settings = replace(self.settings, folder=None, keep_draws=None, keep_inputs=False)
        if any(getattr(study, part) is not getattr(self.study, part) for part in _STRUCTURE):
            return Run(study, settings)
        pairs = zip(study.parameters, self.study.parameters, strict=True)
        changed = {one.name: one for one, other in pairs if one is not other}
        try:
            kernel = self.kernel.with_laws(changed)
        except InputError:  # more than laws would change
            return Run(study, settings)
        other = copy.copy(self)
        other.study, other.settings, other.model = study, settings, kernel.model
        other.kernel, other.finished, other._resumed = kernel, None, False
        other._stop = threading.Event()
        other._prepared_s = time.perf_counter() - started
        return other

    def results(self, *, every_round: bool = False) -> Iterator[Result]:
        """Yield the result; closing stops the run, and what it drew can be taken up again.

        Parameters
        ----------
        every_round : bool
            Whether to yield a result after each round of draws as well: every replicate has made
            twice as many as after the round before.

        Raises
        ------
        InputError, RefusedError, NotFiniteError
        KeyboardInterrupt
            If nothing is finished, or what is finished is not asked for.
        """
        if self._stop.is_set():
            return
        if self.finished is not None:
            yield self.finished
            return
        from mcsus.runner.rounds import results  # noqa: PLC0415 - numba

        started, self._prepared_s = time.perf_counter() - self._prepared_s, 0.0
        check_parts(self.study, self.model)
        settings = replace(self.settings, progress=self._told)
        with self._checkpoint() as checkpoint:
            try:
                for result in results(self, settings, checkpoint, started, every_round=every_round):
                    self._save(result, checkpoint)
                    yield result
            except KeyboardInterrupt:
                if not self._stop.is_set():
                    raise

    def evaluate(
        self, draws: int = 1024, replicates: int = 4, probabilities: ArrayLike | None = None
    ) -> Evaluation:
        """Return what a few draws say of outputs, by means and quantiles, and of claims.

        They are the first draws of the first replicates, so a later result refines them.

        Parameters
        ----------
        draws, replicates : int
        probabilities : array-like, optional
            Of the quantiles; by default those of the curve that a result keeps.

        Raises
        ------
        InputError
            If a design cannot be so, or a probability is none.
        NotFiniteError
            If any value is not finite.

        Examples
        --------
        >>> run = Run("tinyml_device")
        >>> preview = run.with_laws(device_life="8 year").evaluate()
        >>> preview.outputs["device_footprint"].quantiles.shape
        (3, 105)
        """
        from mcsus.runner.evaluation import evaluate  # noqa: PLC0415 - numba

        return evaluate(self, self.kept, draws, replicates, probabilities)

    def ranking(self, base_points: int = 1024, replicates: int = 4) -> dict[str, Explained]:
        """Return the Sobol' indices of all inputs for all outputs, with errors and ranks.

        Raises
        ------
        InputError
            If inputs depend on each other and are in no group together.
        NotFiniteError
            If any value is not finite.

        Examples
        --------
        >>> table = Run("mcu_chip").ranking()["chip_factor"]
        >>> table.inputs[int(table.values["rank"][0].argmin())]
        'silicon_study_ratio'
        """
        from mcsus.runner.evaluation import ranking  # noqa: PLC0415 - numba

        return ranking(self, self.kept, base_points, replicates)

    def cancel(self) -> None:
        """Stop the run at its next task; from any thread."""
        self._stop.set()

    def _told(self, doing: str, done: int, total: int) -> None:
        """Tell how far the run has come; stop it here when it is cancelled."""
        if self.settings.progress is not None:
            self.settings.progress(doing, done, total)
        if self._stop.is_set():
            raise KeyboardInterrupt

    @contextmanager
    def _checkpoint(self) -> Iterator[Checkpoint]:
        """Keep other runs out of the folder; one that cannot be taken up leaves nothing behind."""
        from mcsus.runner import checkpoint, resuming  # noqa: PLC0415 - xarray

        if self.settings.folder is None:
            yield checkpoint.Checkpoint()
            return
        kept = checkpoint.FileCheckpoint(self.settings.folder)
        with kept.alone():
            try:
                if self._resumed:
                    kept.about()  # its other files belong to it
                else:
                    kept.begin(resuming.description(self.study, self.settings))
                yield kept
            except (KeyboardInterrupt, GeneratorExit, McsusError) as error:
                if isinstance(error, NotFiniteError) or not (self._resumed or kept.holds()):
                    kept.undo()
                raise

    def _save(self, result: Result, checkpoint: Checkpoint) -> None:
        """Save the result; remove what is not needed, or belongs to a run before."""
        folder = self.settings.folder
        if folder is None or result.stopped == "round":
            return
        result.save(folder)
        if self.settings.keep_draws is None:
            (folder / DRAWS_FILE).unlink(missing_ok=True)
        if result.stopped in {"", "limit", "individuals", "alike"}:
            checkpoint.clear()


def run(
    study: Study | str | os.PathLike[str],
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    pins: Mapping[str, Pin] | None = None,
    methods: str | Sequence[str] | None = None,
    groups: str | Mapping[str, Sequence[str]] | None = None,
    threads: int | None = None,
    cluster: str | None = None,
    until: float | str | None = None,
    max_draws: int | None = None,
    max_seconds: float | None = None,
    keep_draws: bool | str | os.PathLike[str] = False,
    keep_inputs: bool = False,
    allow_code: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Run a study.

    Parameters
    ----------
    study : Study, path or id of a shipped study
    draws, replicates, seed : optional
        Replace those of the study's design.
    pins : mapping, optional
        Other laws, as of `Study.with_changes`: ``{"grid_intensity": "50 g CO2e/kWh"}``; the result
        says that it is of a variant.
    methods : str or sequence of str, optional
        Of sensitivity analysis, in place of the study's; ``"all"`` for those that apply.
    groups : str or mapping, optional
        What is one input there: ``"stage"``, ``"source"``, ``"evidence"`` or ``"label"``, or names
        of parameters by the name of their group.
    threads : int, optional
        How many; the result does not depend on it.
    cluster : str, optional
        Dask workers instead of threads: ``local:N``, a loopback ``tcp://`` address or ``tls://``.
    until : float or str, optional
        Draw until the 95 % range of every output is known to this share, for example 0.001; or
        ``"ranking"``, until it is settled which three inputs drive each output most, in their
        order, or ``"ranking 5"``, five.
    max_draws : int, optional
        Draws per replicate at most.
    max_seconds : float, optional
        Of drawing; `Result.stopped` says when that was too short.
    keep_draws : bool or path
        Whether ``/draws`` of the result holds all draws of inputs and outputs, with dims
        ``replicate``, ``draw`` and those of each; or a netCDF file for those of the outputs.
    keep_inputs : bool
        Whether that file holds the inputs as well.
    allow_code : bool
        Whether a Python module of equations that a study file names may be run.
    progress : callable, optional
        Called with what is being done, the draws done and the draws in all.

    Raises
    ------
    InputError, RefusedError, NotFiniteError

    Examples
    --------
    >>> result = run("tinyml_table", draws=256, replicates=2)
    >>> result.to_dict()["design"]["draws"]
    256
    >>> kept = run("mcu_chip", draws=256, replicates=2, methods=[], keep_draws=True)
    >>> kept.tree["draws"]["chip_factor"].dims[:2]
    ('replicate', 'draw')
    """
    study = study if isinstance(study, Study) else load_study(study, allow_code=allow_code)
    settings = Settings(
        threads=threads,
        cluster=cluster,
        limits=Limits(until=until, max_draws=max_draws, max_seconds=max_seconds),
        keep_draws=None if isinstance(keep_draws, bool) else Path(keep_draws),
        keep_inputs=keep_inputs,
        progress=progress,
    )
    study = study.with_changes(
        draws=draws, replicates=replicates, seed=seed, pins=pins, methods=methods, groups=groups
    )
    if keep_draws is True:
        from mcsus.runner.all_draws import run_with_draws  # noqa: PLC0415 - xarray

        return run_with_draws(study, settings)
    [result] = Run(study, settings).results()
    return result
