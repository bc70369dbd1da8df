"""How a run is made; none of it changes a number, other than by when the run stops."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from mcsus.errors import Fault, InputError, RefusedError, nearest
from mcsus.result.drawn import DRAWS_FILE
from mcsus.runner.goals import places_asked, read_goal
from mcsus.study import Study
from mcsus.vocabulary import Progress


@dataclass(frozen=True)
class Limits:
    """When a run stops before, or goes on after, the draws of its design.

    Attributes
    ----------
    until : float or str, optional
        How well the 95 % range is to be known, as a share; see `mcsus.runner.stopping`. Or
        ``"ranking"``, of three places, or ``"ranking 5"``; see `mcsus.runner.ranking`.
    until_outputs : tuple of str
        Of which outputs; all when empty.
    max_draws : int, optional
        Draws per replicate; base points, of a ranking.
    max_seconds : float, optional
        Of drawing.
    """

    until: float | str | None = None
    until_outputs: tuple[str, ...] = ()
    max_draws: int | None = None
    max_seconds: float | None = None


@dataclass(frozen=True)
class Settings:
    """How a run is made.

    Attributes
    ----------
    threads : int, optional
        How many; as many as there are processors by default.
    cluster : str, optional
        Dask workers instead of threads: ``local:N``, a loopback ``tcp://`` address or ``tls://``.
    limits : Limits
    folder : Path, optional
        Where the result is saved, and from which the run can be taken up again until it is.
    keep_draws : Path, optional
        File for all draws of the outputs; beside a `folder`, its ``draws.nc``.
    keep_inputs : bool
        Whether it holds the inputs as well.
    progress : callable, optional
        Called with what is being done, the draws done and the draws in all.
    keeps_finished : bool
        Whether an interrupt or a cancel gives the result of what is finished.
    analyses : tuple of str
        What is analysed of what is drawn: what drives the ``outputs``, what the ``claims`` rest on.
    """

    threads: int | None = None
    cluster: str | None = None
    limits: Limits = field(default_factory=Limits)
    folder: Path | None = None
    keep_draws: Path | None = None
    keep_inputs: bool = False
    progress: Progress | None = None
    keeps_finished: bool = False
    analyses: tuple[str, ...] = ("outputs", "claims")

    def __post_init__(self) -> None:
        for name in ("folder", "keep_draws"):
            path = getattr(self, name)
            if path is not None:
                object.__setattr__(self, name, Path(path))


def refuse_odd(study: Study, settings: Settings) -> None:
    """Refuse what cannot be meant, before anything is drawn.

    Raises
    ------
    InputError, RefusedError
    """
    limits, design = settings.limits, study.design
    if settings.threads is not None and settings.threads < 1:
        raise InputError(Fault(repr(settings.threads), "at least 1 thread", ("--threads",)))
    _refuse_odd_goal(study, limits)
    is_of_draws = limits.until is not None and places_asked(limits.until) is None
    if is_of_draws and settings.keep_draws is not None:
        allowed = "one of them: the file is laid out for a known number of draws"
        raise InputError(Fault("--until beside --keep-draws", allowed, ("--keep-draws",)))
    if settings.keep_inputs and settings.keep_draws is None:
        raise InputError(Fault("it without --keep-draws", "both of them", ("--keep-inputs",)))
    if settings.keep_draws and settings.folder not in (None, settings.keep_draws.parent):
        allowed = f"{DRAWS_FILE} in the folder of the run"
        raise InputError(Fault(str(settings.keep_draws), allowed, ("--keep-draws",)))
    if limits.max_draws is not None and design.draws > limits.max_draws:
        msg = (
            f"design: found {design.draws} draws per replicate; allowed: {limits.max_draws} by "
            "--max-draws"
        )
        raise RefusedError(msg)


def _refuse_odd_goal(study: Study, limits: Limits) -> None:
    """Refuse a goal that cannot be meant, or that nothing could tell the run to have reached."""
    if limits.until_outputs and limits.until is None:
        raise InputError(Fault("it without --until", "both of them", ("--until-output",)))
    if limits.until is None:
        return
    places = places_asked(read_goal(limits.until))
    outputs = tuple(study.outputs) if places is None else study.sensitivity.outputs
    for name in limits.until_outputs:
        if name not in outputs:
            kind = "outputs of the study" if places is None else "outputs whose inputs are ranked"
            allowed, close = f"{kind}: {', '.join(outputs)}", nearest(name, outputs)
            raise InputError(Fault(repr(name), allowed, ("--until-output",), close))
    made = study.design if places is None else study.sensitivity
    if made.replicates < 2:
        allowed = "at least 2 replicates, as one says nothing about its error"
        raise InputError(Fault("1 replicate", allowed, ("--until",)))
