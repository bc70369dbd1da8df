"""Sobol' indices: evaluates the model at their points and estimates them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.sensitivity import (
    IndexTable,
    pool_indices,
    salib_indices,
    streaming_indices,
)
from mcsus.counting.finite import refuse_not_finite
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD, Quantity
from mcsus.engine.saltelli import chosen_columns, columns
from mcsus.model import Model
from mcsus.runner.checkpoint import Checkpoint, NoCheckpoint
from mcsus.runner.checks import sensitivity_groups
from mcsus.runner.guards import refuse_if_too_large, teller
from mcsus.runner.index_sums import IndexRun, replicate_sums, values_of
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.vocabulary import Progress

Array = NDArray[np.float64]
Groupings = Mapping[str, Mapping[str, set[str]]]
Key = tuple[str, int]  # mark of the grouping, stored row
Estimates = dict[Key, dict[str, Array]]

_SALIB_ROWS = 1 << 20  # of one replicate: beyond, SALib takes most of the time, and memory


@dataclass(frozen=True)
class _Wanted:
    """Which of the groups that were run the indices of a row are of."""

    row: int
    places: list[int]
    second_order: bool


@dataclass(frozen=True)
class _Asked:
    """What is evaluated and where, and what is wanted of it."""

    study: Study
    run: IndexRun
    wanted: Mapping[Key, _Wanted]
    executor: Executor
    told: Callable[[int], None] | None


def sensitivity(
    study: Study,
    model: Model,
    kernel: Kernel,
    executor: Executor,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> dict[str, IndexTable]:
    """Return the Sobol' indices that a study asks for, in the order of its outputs.

    By name of the output; those of a further grouping under ``<output>@<grouping>``. An index of
    a group needs A, B and A with the group from B, so all groupings share A and B.

    Raises
    ------
    RefusedError, NotFiniteError

    Examples
    --------
    >>> from mcsus.engine.executors import Threads
    >>> from mcsus.engine.kernel import stream_positions
    >>> from mcsus.runner.checks import check
    >>> from mcsus.study import load_study
    >>> study, model = check(load_study("tinyml_table").with_changes(draws=256, replicates=2))
    >>> kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}))
    >>> with Threads(1) as executor:
    ...     sensitivity(study, model, kernel, executor)["device_footprint"].estimator
    'SALib'
    """
    asked = study.sensitivity
    first = sensitivity_groups(study, model)
    if not first:
        return {}
    groupings = {"": first} | {
        f"@{by}": sensitivity_groups(study, model, by) for by in asked.also_by
    }
    groups = [(n, frozenset(g)) for grouping in groupings.values() for n, g in grouping.items()]
    design = Design(study.design.kind, asked.draws, study.design.replicates, study.design.seed)
    quantities = [Quantity(name) for name in asked.outputs]
    members = [set(members) for _, members in groups]
    plan = kernel.plan(quantities, members, second_order=asked.second_order)
    chosen = _chosen(groupings, {name: model.upstream([name]) for name in asked.outputs})
    owner = [n for n in asked.outputs for _ in range(kernel.program.cells(n))]
    wanted = {
        (mark, row): _Wanted(
            row, [place for place, _ in chosen[name + mark]], asked.second_order and not mark
        )
        for row, name in enumerate(owner)
        for mark in groupings
    }
    paired = len(first) if asked.second_order else 0
    told = teller(progress, "sensitivity", design)
    run = IndexRun(kernel, plan, design, tuple(groups), paired)
    evaluated = _Asked(study, run, wanted, executor, told)
    estimator = chosen_estimator(study, groupings)
    if estimator == "SALib":
        each = list(_by_salib(evaluated))
    else:
        each = list(_by_sums(evaluated, checkpoint or NoCheckpoint()))
    return {
        name + mark: IndexTable(
            [group for _, group in chosen[name + mark]],
            [
                pool_indices([found[mark, row] for found in each])
                for row, own in enumerate(owner)
                if own == name
            ],
            estimator,
        )
        for mark in groupings
        for name in asked.outputs
    }


def chosen_estimator(study: Study, groupings: Groupings) -> str:
    """Return who does the sums: what the study asks for, else SALib up to 2^20 rows a replicate.

    Parameters
    ----------
    groupings : mapping of str to groups
        The grouping of the study comes first; it alone has indices of pairs.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> chosen_estimator(load_study("tinyml_table"), {"": {"a": {"a"}}})
    'SALib'
    """
    asked = study.sensitivity
    if asked.estimator:
        return "SALib" if asked.estimator == "salib" else "streaming"
    sizes = [len(grouping) for grouping in groupings.values()]
    if asked.second_order:
        sizes[0] *= 2
    return "SALib" if asked.draws * (2 + max(sizes)) <= _SALIB_ROWS else "streaming"


def _by_salib(asked: _Asked) -> Iterator[Estimates]:
    """Yield the estimates of each replicate, by SALib on all values of the replicate."""
    run = asked.run
    ahead = asked.executor.workers + 1  # replicates at a time
    refuse_if_too_large(run.values * ahead * run.design.draws, "sensitivity")
    names = list(asked.study.sensitivity.outputs)
    ends = np.cumsum([run.kernel.program.cells(n) for n in names])
    replicates = range(run.design.replicates)
    with closing(asked.executor.ordered(values_of, run, replicates, ahead)) as values:
        for replicate, out in zip(replicates, values, strict=True):
            refuse_not_finite(out[:, 0], names, ends, run.kernel, run.design, replicate)
            if asked.told is not None:
                asked.told(run.design.draws)
            found = {}
            for key, wanted in asked.wanted.items():
                pick = [0, 1, *(2 + k for k in wanted.places)]
                if wanted.second_order:
                    pick += [2 + len(run.groups) + k for k in wanted.places]
                found[key] = salib_indices(
                    out[wanted.row, pick], len(wanted.places), second_order=wanted.second_order
                )
            yield found


def _by_sums(asked: _Asked, checkpoint: Checkpoint) -> Iterator[Estimates]:
    """Yield the estimates of each replicate, from sums over its points; no values are kept."""
    run, executor = asked.run, asked.executor
    units = run.task_points // FOLD
    sums = len(run.plan.quantity) * columns(len(run.groups), run.paired)
    refuse_if_too_large(
        executor.workers * (run.values * run.slab + 2 * units * sums), "sensitivity"
    )
    picks = {
        key: chosen_columns(len(run.groups), run.paired, w.places, second_order=w.second_order)
        for key, w in asked.wanted.items()
    }
    with closing(replicate_sums(run, executor, checkpoint=checkpoint)) as parts:
        for task, total in parts:
            if asked.told is not None:
                asked.told(task.draws)
            if total is not None:
                yield {
                    key: streaming_indices(
                        total[w.row, picks[key]],
                        run.design.draws,
                        len(w.places),
                        second_order=w.second_order,
                    )
                    for key, w in asked.wanted.items()
                }


def _chosen(
    groupings: Groupings, reach: Mapping[str, set[str]]
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
