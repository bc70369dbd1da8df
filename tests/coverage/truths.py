"""The exact values of the models: closed forms, and very many draws where there are none."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import methods, pooled
from mcsus.engine.executors import Threads
from mcsus.engine.plans import Quantity
from mcsus.runner import Run
from mcsus.runner.checkpoint import Checkpoint
from tests.coverage.models import Case, groups_of

Array = NDArray[np.float64]

PROBABILITIES = np.array([0.025, 0.5, 0.975])
"""Of the quantiles that are looked at."""

THRESHOLDS = np.array([0.5, 0.05, 0.999])
"""Probabilities of the claims that are looked at: their thresholds are such quantiles."""

_REPLICATES, _DRAWS, _BASE_POINTS = 8, 1 << 20, 1 << 18
_SEED = 90_000_001  # of no run that is looked at


class Truth(NamedTuple):
    """Exact values of a model."""

    mean: float
    sd: float
    quantiles: Array
    thresholds: Array
    first: Array
    total: Array


def truth_of(case: Case, run: Run) -> Truth:
    """Return the exact values of a model, to a tenth of the errors of the runs at worst."""
    drawn = _drawn(run)
    ordered = np.sort(drawn, axis=None)
    places = ordered.size * np.concatenate([PROBABILITIES, THRESHOLDS]) - 0.5
    quantiles = np.interp(places, np.arange(ordered.size), ordered)
    mean, sd = float(drawn.mean()), float(drawn.std())
    first, total = _indices(run)
    if case.terms:
        mean, sd, first, total = _of_lognormal_products(case)
    if case.name == "ishigami":
        mean, sd = 3.5, math.sqrt(49 / 8 + 0.1 * math.pi**4 / 5 + 0.01 * math.pi**8 / 18 + 0.5)
        alone = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2
        joint = 0.01 * math.pi**8 * (1 / 18 - 1 / 50)
        first = np.array([alone, 49 / 8, 0.0]) / sd**2
        total = np.array([alone + joint, 49 / 8, joint]) / sd**2
    if case.name == "student":
        mean, sd, first = 0.0, 2.0, np.array([0.75, 0.25])
        total = first
    return Truth(mean, sd, quantiles[:3], quantiles[3:], first, total)


def _drawn(run: Run) -> Array:
    """Return very many draws, shape (replicate, draw)."""
    kernel = run.kernel
    plan = kernel.plan([Quantity("y")])
    design = replace(
        run.study.design, kind="sobol", draws=_DRAWS, replicates=_REPLICATES, seed=_SEED
    )
    out = np.empty((1, 1, _REPLICATES * _DRAWS))
    for replicate in range(_REPLICATES):
        kernel.run(plan, design, replicate, out, count=_DRAWS, at=replicate * _DRAWS)
    return out.reshape(_REPLICATES, _DRAWS)


def _indices(run: Run) -> tuple[Array, Array]:
    """Return indices from very many base points."""
    method = methods()["sobol"]
    design = replace(
        run.study.design, kind="sobol", draws=_BASE_POINTS, replicates=_REPLICATES, seed=_SEED
    )
    groups = groups_of(run, design)
    with Threads(1) as executor:
        parts = [method.estimate(own["", 0]) for own in groups.sums(executor, None, Checkpoint())]
    found = pooled(method, parts).values
    return found["S1"], found["ST"]


def _of_lognormal_products(case: Case) -> tuple[float, float, Array, Array]:
    """Return mean, standard deviation and indices of a sum of products of lognormal inputs."""
    names = list(case.laws)
    squares = {name: math.log(law["gsd"]) ** 2 for name, law in case.laws.items()}
    mean, variance = 0.0, 0.0
    first, total = np.zeros(len(names)), np.zeros(len(names))
    for weight, factors in case.terms:
        of_all = sum(squares[name] for name in factors)
        mean += weight * math.exp(of_all / 2)
        size = weight**2 * math.exp(of_all)
        variance += size * math.expm1(of_all)
        for name in factors:
            own = math.expm1(squares[name])
            first[names.index(name)] += size * own
            total[names.index(name)] += size * own * math.exp(of_all - squares[name])
    return mean, math.sqrt(variance), first / variance, total / variance
