"""Draws the outputs and the parts of their breakdowns, replicate by replicate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.samples import HeldDraws
from mcsus.engine.executor import replicates
from mcsus.engine.kernel import Kernel, Quantity
from mcsus.model import Model
from mcsus.runner.checks import breakdowns
from mcsus.runner.guards import Progress, refuse_if_too_large, refuse_not_finite, teller
from mcsus.study import Study

Array = NDArray[np.float64]


def sample(
    study: Study, model: Model, kernel: Kernel, threads: int | None, progress: Progress | None
) -> tuple[dict[str, list[HeldDraws]], dict[str, Array]]:
    """Draw outputs, claimed quantities and parts of breakdowns, in coherent base units.

    Returns
    -------
    samples : dict of str to list of HeldDraws
        Draws of each cell of the outputs and claimed quantities.
    means : dict of str to array, shape ``(replicate, cell)``
        Means of the parts of breakdowns that are neither.
    """
    kept = list(dict.fromkeys([*study.outputs, *(c.quantity for c in study.claims)]))
    parts = [p for terms in breakdowns(study, model).values() for p in terms]
    parts = [p for p in dict.fromkeys(parts) if p not in kept]
    sizes = [kernel.program.cells(name) for name in [*kept, *parts]]
    ends = np.cumsum(sizes)
    design = study.design
    held = int(sum(sizes[: len(kept)]))
    refuse_if_too_large(held * design.draws * design.replicates, "design")
    plan = kernel.plan([Quantity(name) for name in [*kept, *parts]])
    values = {
        n: np.empty((design.replicates, s, design.draws)) for n, s in zip(kept, sizes, strict=False)
    }
    means = {
        n: np.empty((design.replicates, s)) for n, s in zip(parts, sizes[len(kept) :], strict=True)
    }
    told = teller(progress, "sampling", design)
    for replicate, out in enumerate(replicates(kernel, plan, design, threads, told)):
        refuse_not_finite(out[:, 0], [*kept, *parts], ends, kernel, design, replicate)
        for name, size, end in zip([*kept, *parts], sizes, ends, strict=True):
            rows = out[end - size : end, 0]
            if name in values:
                values[name][replicate] = rows
            else:
                means[name][replicate] = rows.mean(axis=1)
    samples = {n: [HeldDraws(v[:, k]) for k in range(v.shape[1])] for n, v in values.items()}
    return samples, means
