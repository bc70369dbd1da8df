"""Study -> Result: calls the engine and the analyses in order."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mcsus.errors import Fault, InputError
from mcsus.runner.checks import breakdowns, check
from mcsus.study import Study, load_study, parse_setting
from mcsus.vocabulary import Progress

if TYPE_CHECKING:
    from mcsus.result import Result

__all__ = ["breakdowns", "check", "configured", "run"]


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
    cluster: str | None = None,
    until: float | None = None,
    max_draws: int | None = None,
    max_seconds: float | None = None,
    keep_draws: str | os.PathLike[str] | None = None,
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
    cluster : str, optional
        Dask workers instead of threads: ``local:N``, a loopback ``tcp://`` address or ``tls://``.
    until : float, optional
        Draw until the 95 % range of every output is known to this share, for example 0.001.
    max_draws : int, optional
        Draws per replicate at most.
    max_seconds : float, optional
        Of drawing; `Result.stopped` says when that was too short.
    keep_draws : path, optional
        A netCDF file for all draws of the outputs.
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
    from mcsus.runner.checkpoint import Limits  # noqa: PLC0415 - numba
    from mcsus.runner.execution import Settings, execute  # noqa: PLC0415 - numba

    settings = Settings(
        threads=threads,
        cluster=cluster,
        limits=Limits(until=until, max_draws=max_draws, max_seconds=max_seconds),
        keep_draws=None if keep_draws is None else Path(keep_draws),
        progress=progress,
    )
    result = execute(study, model, settings)
    result.timing["compile_s"] += time.perf_counter() - started - result.timing["total_s"]
    result.timing["total_s"] = time.perf_counter() - started
    return result
