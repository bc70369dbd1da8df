"""A run from a checked study to its results: drawing, indices, descriptions, in order."""

from __future__ import annotations

import math
import time
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mcsus.analysis.base import Explained
from mcsus.analysis.moments import settling
from mcsus.counting.draws import Draws
from mcsus.counting.tally import MOST_DRAWS
from mcsus.engine.executors import Executor, executor_for
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD
from mcsus.errors import RefusedError
from mcsus.model import Model
from mcsus.result.tree import Result
from mcsus.runner.analyses import Analyses
from mcsus.runner.checkpoint import Checkpoint, like
from mcsus.runner.deciding import planned, shares_that_hold, undecided
from mcsus.runner.draws_file import DrawsFile
from mcsus.runner.goals import read_goal
from mcsus.runner.ranking import goal_of, settle
from mcsus.runner.sampling import OutOfTimeError, Sampler
from mcsus.runner.settings import Settings
from mcsus.runner.stopping import Precision, precision, rounded
from mcsus.study import Study

if TYPE_CHECKING:
    from mcsus.runner.run import Run

_PLAN = "plan"

_DECIDING = "deciding"

Ended = tuple[str, dict[str, Any]]
"""Why drawing ended before the end, empty when it did not, and what is told of it."""


@dataclass(frozen=True)
class _Given:
    """What all steps share."""

    study: Study
    model: Model
    kernel: Kernel
    executor: Executor
    settings: Settings
    checkpoint: Checkpoint
    every_round: bool
    deadline: float = math.inf  # by `time.monotonic`


def results(
    run: Run, settings: Settings, checkpoint: Checkpoint, started: float, *, every_round: bool
) -> Iterator[Result]:
    """Yield the result of a run, and those of its rounds before if they are asked for.

    Parameters
    ----------
    started : float
        By `time.perf_counter`.

    Raises
    ------
    InputError, RefusedError, NotFiniteError
    KeyboardInterrupt
        If nothing is finished, or what is finished is not asked for.
    """
    executor = executor_for(settings.cluster, settings.threads)
    seconds = settings.limits.max_seconds
    deadline = math.inf if seconds is None else time.monotonic() + seconds
    given = _Given(
        run.study, run.model, run.kernel, executor, settings, checkpoint, every_round, deadline
    )
    compiled = time.perf_counter()
    with executor, _file(given) as file:
        sampler, ended = yield from _drawn(given, file)
        sampled = time.perf_counter()
        result, analysed = _analysed(given, sampler, ended)
        if file is not None and not ended[0]:
            file.finish()
    finished = time.perf_counter()
    result.timing = {
        "compile_s": compiled - started,
        "sampling_s": sampled - compiled,
        "sensitivity_s": analysed - sampled,
        "summary_s": finished - analysed,
        "total_s": finished - started,
    }
    yield result


def _analysed(given: _Given, sampler: Sampler, ended: Ended) -> tuple[Result, float]:
    """Return the result, and when the indices were there."""
    from mcsus.runner.assembly import assemble  # noqa: PLC0415 - xarray
    from mcsus.runner.claim_analyses import analysed_claims  # noqa: PLC0415 - xarray
    from mcsus.runner.credits import describe_credits  # noqa: PLC0415 - xarray
    from mcsus.runner.kept_draws import kept_draws  # noqa: PLC0415 - xarray
    from mcsus.runner.p_box import with_bounds  # noqa: PLC0415 - xarray
    from mcsus.runner.populations import populations  # noqa: PLC0415 - xarray

    study, model, settings = (
        _reached(given.study, sampler.draws, ended),
        given.model,
        given.settings,
    )
    stopped, told = ended
    estimates: dict[str, Explained] = {}
    below = {}
    drawn = sampler.drawn()
    with ThreadPoolExecutor(1) as beside:  # sorting draws and SALib's sums fill two processors
        described = beside.submit(_described, study, sampler, drawn, given)
        if stopped not in {"interrupted", "round"}:
            try:
                analyses = Analyses(
                    study, model, given.kernel, given.executor, given.checkpoint,
                    unsettled(study, drawn, model.may_be_never),
                )  # fmt: skip
                if "outputs" in settings.analyses:
                    study, estimates, (stopped, told) = _explained(given, study, analyses, ended)
                if "claims" in settings.analyses:
                    below = analysed_claims(
                        study, given.kernel, given.executor, shares_that_hold(study, model, drawn),
                        settings.progress,
                    )  # fmt: skip
                below |= populations(study, given.kernel)
                below |= kept_draws(study, given.kernel, given.executor, estimates)
            except KeyboardInterrupt:
                if not settings.keeps_finished:
                    raise
                stopped = "interrupted"
        analysed = time.perf_counter()
        together = sampler.together([e.name for credit in study.credits for e in credit.equations])
        known = described.result() | below | describe_credits(study, model, drawn, together)
        is_whole = stopped not in {"interrupted", "round"}
        found = with_bounds(study, given.kernel, given.executor, known, is_whole=is_whole)
        told = {**told, **found.about}
        return assemble(study, model, found.tree, estimates, told, stopped), analysed


def _explained(
    given: _Given, study: Study, analyses: Analyses, ended: Ended
) -> tuple[Study, dict[str, Explained], Ended]:
    """Return what drives the outputs, at as many base points as asked for, or as settle it."""
    known, progress = None, given.settings.progress
    goal = goal_of(study, given.settings.limits, given.deadline)
    if goal is not None and not ended[0]:
        settled = settle(analyses, goal, progress, given.checkpoint)
        asked = replace(study.sensitivity, draws=settled.draws)
        study, analyses = replace(study, sensitivity=asked), analyses.with_draws(settled.draws)
        known, ended = settled.made, (settled.why, ended[1] | settled.told)
    return study, analyses.all(progress, known), ended


def _described(
    study: Study, sampler: Sampler, drawn: Mapping[str, Sequence[Draws]], given: _Given
) -> dict[str, Any]:
    """Return what describes outputs, claims and what is compared, by their place in the tree."""
    from mcsus.runner.contrasts import contrasts  # noqa: PLC0415 - xarray
    from mcsus.runner.description import describe  # noqa: PLC0415 - xarray, SciPy

    model, threads = given.model, given.settings.threads
    compared = contrasts(study, model, drawn, sampler.derived(), threads)  # sorts some of `drawn`
    return describe(study, model, drawn, sampler.means(), sampler.met(), threads) | compared


def unsettled(
    study: Study, drawn: Mapping[str, Sequence[Draws]], never: Collection[str]
) -> list[str]:
    """Return the analysed outputs of which a mean or a spread does not settle, or is never."""
    return [
        name
        for name in study.sensitivity.outputs
        if study.sensitivity.methods
        and (name in never or any(not settling(cell).sd for cell in drawn[name]))
    ]


def _reached(study: Study, draws: int, ended: Ended) -> Study:
    """Return the study as if it had asked for the draws that were made, and for no more."""
    if draws == study.design.draws and ended == ("", {}):
        return study
    changed = study.with_changes(draws=draws)
    most = 1 << draws.bit_length() - 1
    asked = replace(changed.sensitivity, draws=min(changed.sensitivity.draws, most))
    return replace(changed, sensitivity=asked)


@contextmanager
def _file(given: _Given) -> Iterator[DrawsFile | None]:
    """Open the file of all draws, if one is asked for; a part of one stays with the checkpoint."""
    settings, checkpoint = given.settings, given.checkpoint
    path = settings.keep_draws
    if path is None:
        yield None
        return
    part, again = checkpoint.part(path), checkpoint.holds()
    file = DrawsFile(
        path, given.study, given.kernel, part, again=again, inputs=settings.keep_inputs
    )
    try:
        if again:
            file.refuse_changed(checkpoint)
        yield file
    finally:
        file.close(stays=checkpoint.stays)


def _drawn(given: _Given, file: DrawsFile | None) -> Generator[Result, None, tuple[Sampler, Ended]]:
    """Draw; return the draws, and how drawing ended."""
    sampler = Sampler(
        given.study, given.model, given.kernel, given.executor, given.checkpoint,
        progress=given.settings.progress, deadline=given.deadline, file=file,
    )  # fmt: skip
    ended = yield from _ended(given, sampler)
    if file is not None:
        file.sync(given.checkpoint)
    return sampler, ended


def _ended(given: _Given, sampler: Sampler) -> Generator[Result, None, Ended]:
    """Draw as far as asked or allowed; return how it ended."""
    limits, keeps = given.settings.limits, given.settings.keeps_finished
    try:
        goal = None if limits.until is None else read_goal(limits.until)
        if isinstance(goal, float):
            return (yield from _until(given, sampler, goal))
        yield from _advanced(given, sampler, given.study.design.draws)
        return "", (yield from _decided(given, sampler))
    except GeneratorExit:
        sampler.back()  # writes down what was drawn
        raise
    except (KeyboardInterrupt, OutOfTimeError) as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        kept = sampler.back()
        if interrupted and not (kept and keeps):
            raise
        if not kept:
            msg = (
                f"--max-seconds: found no round of draws that takes {limits.max_seconds} s or less"
            )
            raise RefusedError(msg) from error
        return "interrupted" if interrupted else "out of time", {}


def _advanced(given: _Given, sampler: Sampler, draws: int) -> Iterator[Result]:
    """Draw so many; yield the result of each round if it is asked for."""
    for _ in sampler.rounds(draws):
        if given.every_round:
            yield _analysed(given, sampler, ("round", {}))[0]


def _decided(given: _Given, sampler: Sampler) -> Generator[Result, None, dict[str, Any]]:
    """Draw on while a claim is undecided, up to the limit; return what is told of it."""
    study, kept = given.study, given.checkpoint.load(_DECIDING)
    if kept is not None:  # of a run that is taken up again
        with given.checkpoint.understood(_DECIDING):
            wanted = int(like(kept, "draws", np.int64, ()))
        yield from _drawn_on(given, sampler, wanted)
    most = min(study.design.limit, _most_draws(given))
    if given.settings.keep_draws is not None:  # a file is laid out for a known number of draws
        most = study.design.draws
    while still := undecided(study, given.model, sampler.drawn()) if study.claims else {}:
        if sampler.draws >= most:
            break
        wanted = planned(still, sampler.draws, most)
        given.checkpoint.save(_DECIDING, {"draws": np.array(wanted)})
        yield from _drawn_on(given, sampler, wanted)
    if sampler.draws == study.design.draws and not (still and most < study.design.limit):
        return {}
    asked = study.design.draws
    return {"drawn_on": {"asked": asked, "draws": sampler.draws, "undecided": list(still)}}


def _drawn_on(given: _Given, sampler: Sampler, draws: int) -> Iterator[Result]:
    """Draw so many, from where it stands if it can go on from there."""
    if sampler.draws % FOLD and draws > sampler.draws:
        sampler.begin_again()
    yield from _advanced(given, sampler, draws)


def _until(given: _Given, sampler: Sampler, share: float) -> Generator[Result, None, Ended]:
    """Draw until the ranges are known as well as asked; return how it ended.

    As many draws are planned as the error after the first ones asks for. Where the range is not
    known as well after these, as errors are estimates, more are planned from where it stands: that
    is never sooner than the first plan says.
    """
    most = _most_draws(given)
    yield from _advanced(given, sampler, min(rounded(given.study.design.draws, _kind(given)), most))
    planned = given.checkpoint.load(_PLAN)
    wanted = 0
    if planned is not None:
        with given.checkpoint.understood(_PLAN):
            wanted = int(like(planned, "draws", np.int64, ()))
    while True:
        yield from _advanced(given, sampler, max(min(wanted, most), sampler.draws))
        known = _known(given, sampler)
        reached = known.is_within(share)
        if reached or known.is_beyond(share) or wanted > most:
            break
        wanted = _planned(given, known, share, sampler.draws)
        given.checkpoint.save(_PLAN, {"draws": np.array(wanted)})
    told = {
        "share": share,
        "reached": reached,
        "draws": sampler.draws,
        "wanted_draws": max(wanted, sampler.draws),
        "least_known_output": known.output,
        "known_to": known.relative,
    }
    if known.individuals:
        told["individuals_known_to"] = known.individuals
    why = "" if reached else "individuals" if known.is_beyond(share) else "limit"
    return why, {"until": told}


def _known(given: _Given, sampler: Sampler) -> Precision:
    """Return how well the ranges asked for are known."""
    outputs = given.settings.limits.until_outputs or tuple(given.study.outputs)
    return precision(sampler.drawn(), outputs, given.model.rounding, sampler.met())


def _planned(given: _Given, known: Precision, share: float, draws: int) -> int:
    """Return how many draws are to make the range known to a share, after so many."""
    wanted = rounded(known.draws_for(share, draws), _kind(given))
    if wanted > _most_draws(given) and given.settings.limits.max_draws is None:
        msg = (
            f"--until: found {share:g} for {known.output!r}, which would take about {wanted} "
            f"draws of each replicate; allowed: {MOST_DRAWS}; ask for more replicates or for "
            "less, or allow an end before with --max-draws"
        )
        raise RefusedError(msg)
    return wanted


def _most_draws(given: _Given) -> int:
    """Return how many draws of a replicate there may be."""
    most = given.settings.limits.max_draws or MOST_DRAWS
    return 1 << most.bit_length() - 1 if _kind(given) == "sobol" else most


def _kind(given: _Given) -> str:
    return given.study.design.kind
