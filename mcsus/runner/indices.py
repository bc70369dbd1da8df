"""Sobol' indices: evaluates the model at their points and estimates them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.sensitivity import Indices, pool_indices, salib_indices
from mcsus.engine.executor import default_threads, replicates
from mcsus.engine.kernel import Kernel, Quantity
from mcsus.model import Model
from mcsus.runner.checks import sensitivity_groups
from mcsus.runner.guards import Progress, refuse_if_too_large, refuse_not_finite, teller
from mcsus.streams import Design
from mcsus.study import Study

Array = NDArray[np.float64]


def sensitivity(
    study: Study, model: Model, kernel: Kernel, threads: int | None, progress: Progress | None
) -> dict[str, tuple[list[str], list[Indices]]]:
    """Return Sobol' indices: names of the inputs and `Indices` of each cell.

    By name of the output; those of a further grouping under ``<output>@<grouping>``. An index of
    a group needs A, B and A with the group from B, so all groupings share A and B.
    """
    asked = study.sensitivity
    first = sensitivity_groups(study, model)
    if not first:
        return {}
    groupings = {"": first} | {
        f"@{by}": sensitivity_groups(study, model, by) for by in asked.also_by
    }
    groups = [members for grouping in groupings.values() for members in grouping.values()]
    reach = {name: model.upstream([name]) for name in asked.outputs}
    design = Design(study.design.kind, asked.draws, study.design.replicates, study.design.seed)
    quantities = [Quantity(name) for name in asked.outputs]
    plan = kernel.plan(quantities, groups, second_order=asked.second_order)
    held = (threads or default_threads()) + 1  # replicates at a time
    rows = len(plan.quantity) * len(plan.location)
    refuse_if_too_large(rows * held * design.draws, "sensitivity")
    owner = [n for n in asked.outputs for _ in range(kernel.program.cells(n))]
    chosen = _chosen(groupings, reach)
    estimates: dict[tuple[str, int], list[dict[str, Array]]] = {}
    told = teller(progress, "sensitivity", design)
    ends = np.cumsum([kernel.program.cells(n) for n in asked.outputs])
    for replicate, out in enumerate(replicates(kernel, plan, design, threads, told)):
        refuse_not_finite(out[:, 0], list(asked.outputs), ends, kernel, design, replicate)
        for row, name in enumerate(owner):
            for mark in groupings:
                places = [place for place, _ in chosen[name + mark]]
                second_order = asked.second_order and not mark
                pick = [0, 1, *(2 + k for k in places)]
                pick += [2 + len(groups) + k for k in places] if second_order else []
                found = salib_indices(out[row, pick], len(places), second_order=second_order)
                estimates.setdefault((mark, row), []).append(found)
    return {
        name + mark: (
            [group for _, group in chosen[name + mark]],
            [pool_indices(estimates[mark, row]) for row, own in enumerate(owner) if own == name],
        )
        for mark in groupings
        for name in asked.outputs
    }


def _chosen(
    groupings: dict[str, dict[str, set[str]]], reach: dict[str, set[str]]
) -> dict[str, list[tuple[int, str]]]:
    """Return place and name of the groups that each output depends on, in each grouping."""
    found: dict[str, list[tuple[int, str]]] = {}
    place = 0
    for mark, grouping in groupings.items():
        for group, members in grouping.items():
            for name, reached in reach.items():
                entry = found.setdefault(name + mark, [])
                if members & reached:
                    entry.append((place, group))
            place += 1
    return found
