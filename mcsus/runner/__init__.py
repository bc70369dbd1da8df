"""Study -> Result: calls the engine and the analyses in order."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from mcsus.errors import Fault, InputError
from mcsus.runner.checks import breakdowns, check
from mcsus.study import Study, load_study, parse_setting

if TYPE_CHECKING:
    from mcsus.result import Result

__all__ = ["breakdowns", "check", "configured", "run"]

Progress = Callable[[str, int, int], None]


def configured(
    study: str | os.PathLike[str],
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    settings: Sequence[str] = (),
) -> Study:
    """Load a study and apply what a command line changes; `settings` are ``NAME=VALUE`` texts.

    Raises
    ------
    InputError

    Examples
    --------
    >>> study = configured("tinyml_device", settings=["pue=1.1"])
    >>> study.parameter("pue").cell.law.typical()
    1.1
    """
    pins = {}
    for name, value in map(parse_setting, settings):
        if name in pins:
            raise InputError(Fault(f"{name!r} twice", "one value for each", ("--set",)))
        pins[name] = value
    return load_study(study).with_changes(draws=draws, replicates=replicates, seed=seed, pins=pins)


def run(
    study: Study | str | os.PathLike[str],
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    pins: Mapping[str, str] | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Run a study.

    Parameters
    ----------
    study : Study, path or id of a shipped study
    draws, replicates, seed : optional
        Replace those of the study's design.
    pins : mapping of str to str, optional
        Parameters held at a value with unit, for example ``{"grid_intensity": "50 g CO2e/kWh"}``.
    threads : int, optional
        How many; the result does not depend on it.
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
    """
    started = time.perf_counter()
    study = study if isinstance(study, Study) else load_study(study)
    study = study.with_changes(draws=draws, replicates=replicates, seed=seed, pins=pins)
    study, model = check(study)
    from mcsus.engine.kernel import Kernel, stream_positions  # noqa: PLC0415 - numba
    from mcsus.runner.indices import sensitivity  # noqa: PLC0415 - numba
    from mcsus.runner.sampling import sample  # noqa: PLC0415 - numba

    positions = stream_positions({p.name: p for p in study.parameters})
    kernel = Kernel(model, positions, study.mixes)
    compiled = time.perf_counter()
    samples, means = sample(study, model, kernel, threads, progress)
    sampled = time.perf_counter()
    from mcsus.runner.assembly import assemble  # noqa: PLC0415 - xarray
    from mcsus.runner.description import describe  # noqa: PLC0415 - xarray, SciPy

    with ThreadPoolExecutor(1) as beside:  # sorting draws and SALib's sums fill two processors
        described = beside.submit(describe, study, model, samples, means, threads)
        estimates = sensitivity(study, model, kernel, threads, progress)
        analysed = time.perf_counter()
        result = assemble(study, model, described.result(), estimates)
    finished = time.perf_counter()
    result.timing = {
        "compile_s": compiled - started,
        "sampling_s": sampled - compiled,
        "sensitivity_s": analysed - sampled,
        "summary_s": finished - analysed,
        "total_s": finished - started,
    }
    return result
