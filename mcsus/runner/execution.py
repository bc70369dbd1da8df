"""A run from a checked study to a Result: drawing, indices, descriptions, in order."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from mcsus.counting.tally import MOST_DRAWS
from mcsus.engine.executors import Executor, executor_for
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.result import Result
from mcsus.runner.analyses import sensitivity
from mcsus.runner.checkpoint import Checkpoint, Limits, NoCheckpoint
from mcsus.runner.draws_file import DrawsFile
from mcsus.runner.sampling import OutOfTimeError, Sampler
from mcsus.runner.stopping import precision, rounded
from mcsus.study import Study
from mcsus.vocabulary import Progress

_PLAN = "plan"


@dataclass(frozen=True)
class Settings:
    """How a run is made; none of it changes a number, other than by when the run stops.

    Attributes
    ----------
    threads : int, optional
    cluster : str, optional
        See `mcsus.engine.executors.executor_for`.
    limits : Limits
    checkpoint : Checkpoint
    keep_draws : Path, optional
        File for all draws of the outputs.
    progress : callable, optional
    keeps_finished : bool
        Whether an interrupt gives the result of what is finished.

    Examples
    --------
    >>> Settings().threads is None
    True
    """

    threads: int | None = None
    cluster: str | None = None
    limits: Limits = field(default_factory=Limits)
    checkpoint: Checkpoint = field(default_factory=NoCheckpoint)
    keep_draws: Path | None = None
    progress: Progress | None = None
    keeps_finished: bool = False


def execute(study: Study, model: Model, settings: Settings) -> Result:
    """Run a checked study.

    Raises
    ------
    InputError, RefusedError, NotFiniteError
    KeyboardInterrupt
        If nothing is finished, or what is finished is not asked for.

    Examples
    --------
    >>> from mcsus.runner.checks import check
    >>> from mcsus.study import load_study
    >>> study, model = check(load_study("tinyml_table").with_changes(draws=256, replicates=2))
    >>> execute(study, model, Settings()).stopped
    ''
    """
    started = time.perf_counter()
    _refuse_odd(study, settings)
    executor = executor_for(settings.cluster, settings.threads)
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}), study.mixes)
    compiled = time.perf_counter()
    with executor:
        sampler, stopped, until = _drawn(study, model, kernel, executor, settings)
        if sampler.draws != study.design.draws:
            study = _with_draws(study, sampler.draws)
        sampled = time.perf_counter()
        result, analysed = _analysed(
            study, model, kernel, executor, settings, sampler, stopped, until
        )
    finished = time.perf_counter()
    result.timing = {
        "compile_s": compiled - started,
        "sampling_s": sampled - compiled,
        "sensitivity_s": analysed - sampled,
        "summary_s": finished - analysed,
        "total_s": finished - started,
    }
    return result


def _analysed(
    study: Study,
    model: Model,
    kernel: Kernel,
    executor: Executor,
    settings: Settings,
    sampler: Sampler,
    stopped: str,
    until: dict[str, Any],
) -> tuple[Result, float]:
    """Return the result, and when the indices were there."""
    from mcsus.runner.assembly import assemble  # noqa: PLC0415 - xarray
    from mcsus.runner.description import describe  # noqa: PLC0415 - xarray, SciPy

    estimates = {}
    with ThreadPoolExecutor(1) as beside:  # sorting draws and SALib's sums fill two processors
        described = beside.submit(
            describe, study, model, sampler.drawn(), sampler.means(), settings.threads
        )
        if stopped != "interrupted":
            try:
                estimates = sensitivity(
                    study, model, kernel, executor, settings.progress, settings.checkpoint
                )  # fmt: skip
            except KeyboardInterrupt:
                if not settings.keeps_finished:
                    raise
                stopped = "interrupted"
        analysed = time.perf_counter()
        return assemble(study, model, described.result(), estimates, until, stopped), analysed


def _with_draws(study: Study, draws: int) -> Study:
    """Return the study as if it had asked for the draws that were made."""
    changed = study.with_changes(draws=draws)
    most = 1 << draws.bit_length() - 1
    asked = replace(changed.sensitivity, draws=min(changed.sensitivity.draws, most))
    return replace(changed, sensitivity=asked)


def _drawn(
    study: Study, model: Model, kernel: Kernel, executor: Executor, settings: Settings
) -> tuple[Sampler, str, dict[str, Any]]:
    """Draw; return the draws, why they stopped if before the end, and what `until` led to."""
    limits = settings.limits
    checkpoint, file, path = settings.checkpoint, None, settings.keep_draws
    if path is not None:
        file = DrawsFile(path, study, model, checkpoint.part(path), again=checkpoint.holds())
    deadline = None if limits.max_seconds is None else time.monotonic() + limits.max_seconds
    stopped, whole = "", False
    until: dict[str, Any] = {}
    try:
        sampler = Sampler(
            study, model, kernel, executor, checkpoint,
            progress=settings.progress, deadline=deadline, file=file,
        )  # fmt: skip
        stopped, until = _advance(sampler, study, settings)
        whole = not stopped
    finally:
        if file is not None:
            file.close(whole=whole, stays=not isinstance(checkpoint, NoCheckpoint))
    return sampler, stopped, until


def _advance(sampler: Sampler, study: Study, settings: Settings) -> tuple[str, dict[str, Any]]:
    """Draw as far as asked or allowed; return why it ended before, and what `until` led to."""
    limits = settings.limits
    try:
        if limits.until is None:
            sampler.advance(study.design.draws)
            return "", {}
        return _until(sampler, study, settings)
    except (KeyboardInterrupt, OutOfTimeError) as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        finished = sampler.back()
        if interrupted and not (finished and settings.keeps_finished):
            raise
        if not finished:
            msg = (
                f"--max-seconds: found no round of draws that takes {limits.max_seconds} s or less"
            )
            raise RefusedError(msg) from error
        return "interrupted" if interrupted else "out of time", {}


def _until(sampler: Sampler, study: Study, settings: Settings) -> tuple[str, dict[str, Any]]:
    """Draw until the ranges are known as well as asked; return why it stopped, and how well."""
    limits, kind = settings.limits, study.design.kind
    outputs = limits.until_outputs or tuple(study.outputs)
    share = limits.until
    assert share is not None  # noqa: S101 - asked before
    most = limits.max_draws or MOST_DRAWS
    if kind == "sobol":
        most = 1 << most.bit_length() - 1
    sampler.advance(min(rounded(study.design.draws, kind), most))
    planned = settings.checkpoint.load(_PLAN)
    if planned is None:
        known = precision(sampler.drawn(), outputs)
        wanted = rounded(known.draws_for(share, sampler.draws), kind)
        if wanted > most and limits.max_draws is None:
            msg = (
                f"--until: found {share:g} for {known.output!r}, which would take about {wanted} "
                f"draws of each replicate; allowed: {MOST_DRAWS}; ask for more replicates or for "
                "less, or allow an end before with --max-draws"
            )
            raise RefusedError(msg)
        settings.checkpoint.save(_PLAN, {"draws": np.array(wanted)})
    else:
        wanted = int(planned["draws"])
    sampler.advance(max(min(wanted, most), sampler.draws))
    found = precision(sampler.drawn(), outputs)
    reached = sampler.draws >= wanted
    told = {
        "share": share,
        "reached": reached,
        "draws": sampler.draws,
        "wanted_draws": wanted,
        "least_known_output": found.output,
        "known_to": found.relative,
    }
    return ("" if reached else "limit"), told


def _refuse_odd(study: Study, settings: Settings) -> None:
    """Refuse what cannot be meant, before anything is drawn."""
    limits, design = settings.limits, study.design
    unknown = [name for name in limits.until_outputs if name not in study.outputs]
    if unknown:
        allowed = f"outputs of the study: {', '.join(study.outputs)}"
        raise InputError(Fault(repr(unknown[0]), allowed, ("--until-output",)))
    if limits.until is not None and not 0 < limits.until < 1:
        raise InputError(Fault(repr(limits.until), "a share above 0 and below 1", ("--until",)))
    if limits.until_outputs and limits.until is None:
        raise InputError(Fault("it without --until", "both of them", ("--until-output",)))
    if limits.until is not None and design.replicates < 2:
        allowed = "at least 2 replicates, as one says nothing about its error"
        raise InputError(Fault("1 replicate", allowed, ("--until",)))
    if limits.until is not None and settings.keep_draws is not None:
        allowed = "one of them: the file is laid out for a known number of draws"
        raise InputError(Fault("--until beside --keep-draws", allowed, ("--keep-draws",)))
    if limits.max_draws is not None and design.draws > limits.max_draws:
        msg = (
            f"design: found {design.draws} draws per replicate; allowed: {limits.max_draws} by "
            "--max-draws"
        )
        raise RefusedError(msg)
