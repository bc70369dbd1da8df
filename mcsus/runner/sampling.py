"""Draws the outputs and the points of the sensitivity indices, replicate by replicate."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.sensitivity import Indices, pool_indices, salib_indices
from mcsus.engine.executor import default_threads, replicates
from mcsus.engine.kernel import Kernel, Quantity
from mcsus.errors import NotFiniteError, RefusedError
from mcsus.model import Model
from mcsus.runner.checks import breakdowns, sensitivity_groups
from mcsus.streams import Design
from mcsus.study import Study

Array = NDArray[np.float64]
Progress = Callable[[str, int, int], None]

_MEMORY_SHARE = 0.6  # of the machine's memory that stored draws may take


def sample(
    study: Study, model: Model, kernel: Kernel, threads: int | None, progress: Progress | None
) -> dict[str, Array]:
    """Draw outputs and claimed quantities, shape ``(replicate, cell, draw)``, and mean parts.

    Everything is in coherent base units. Parts of breakdowns, under ``"mean of <name>"``, have
    shape ``(replicate, cell)``.
    """
    kept = list(dict.fromkeys([*study.outputs, *(c.quantity for c in study.claims)]))
    parts = [p for terms in breakdowns(study, model).values() for p in terms]
    parts = [p for p in dict.fromkeys(parts) if p not in kept]
    sizes = [kernel.program.cells(name) for name in [*kept, *parts]]
    ends = np.cumsum(sizes)
    design = study.design
    held = int(sum(sizes[: len(kept)]))
    _refuse_if_too_large(held * design.draws * design.replicates, "design")
    plan = kernel.plan([Quantity(name) for name in [*kept, *parts]])
    values = {
        n: np.empty((design.replicates, s, design.draws)) for n, s in zip(kept, sizes, strict=False)
    }
    means = {
        n: np.empty((design.replicates, s)) for n, s in zip(parts, sizes[len(kept) :], strict=True)
    }
    told = _teller(progress, "sampling", design)
    for replicate, out in enumerate(replicates(kernel, plan, design, threads, told)):
        _refuse_not_finite(out[:, 0], [*kept, *parts], ends, model, kernel, design, replicate)
        for name, size, end in zip([*kept, *parts], sizes, ends, strict=True):
            rows = out[end - size : end, 0]
            if name in values:
                values[name][replicate] = rows
            else:
                means[name][replicate] = rows.mean(axis=1)
    return values | {f"mean of {name}": mean for name, mean in means.items()}


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
    _refuse_if_too_large(rows * held * design.draws, "sensitivity")
    owner = [n for n in asked.outputs for _ in range(kernel.program.cells(n))]
    chosen = _chosen(groupings, reach)
    estimates: dict[tuple[str, int], list[dict[str, Array]]] = {}
    told = _teller(progress, "sensitivity", design)
    ends = np.cumsum([kernel.program.cells(n) for n in asked.outputs])
    for replicate, out in enumerate(replicates(kernel, plan, design, threads, told)):
        _refuse_not_finite(out[:, 0], list(asked.outputs), ends, model, kernel, design, replicate)
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


def _teller(progress: Progress | None, doing: str, design: Design) -> Callable[[int], None] | None:
    """Return a function that adds up the draws done and passes them on."""
    if progress is None:
        return None
    done = 0
    total = design.draws * design.replicates

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(doing, done, total)

    return tell


def _refuse_if_too_large(numbers: int, where: str) -> None:
    """Refuse what would not fit in memory, before anything is drawn."""
    needed = 8 * numbers
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        memory = 8 << 30  # a modest machine, where the system does not say
    if needed > _MEMORY_SHARE * memory:
        msg = (
            f"{where}: found {numbers} numbers to hold, {needed / 2**30:.1f} GiB; allowed: "
            f"{_MEMORY_SHARE * memory / 2**30:.1f} GiB on this machine; ask for fewer draws, "
            "fewer replicates or fewer outputs"
        )
        raise RefusedError(msg)


def _refuse_not_finite(
    rows: Array,
    names: list[str],
    ends: NDArray[np.int64],
    model: Model,
    kernel: Kernel,
    design: Design,
    replicate: int,
) -> None:
    """Stop the run at the first value that is NaN or infinite, and say what led to it."""
    bad = ~np.isfinite(rows)
    if not bad.any():
        return
    row = int(np.argmax(bad.any(axis=1)))
    name = names[int(np.searchsorted(ends, row, side="right"))]
    draw = int(np.argmax(bad[row]))
    reached = model.upstream([name])
    inputs = [n for n in model.inputs if n in reached and not model.varies_inside(n)]
    shown = []
    for parameter, values in kernel.values_at(inputs, design, replicate, draw).items():
        unit = model.parameters[parameter].unit
        text = ", ".join(f"{value / unit.factor:.6g}" for value in values)
        shown.append(f"  {parameter} = {text} {unit.text}")
    msg = (
        f"output {name!r} is not finite in {int(bad[row].sum())} of {rows.shape[1]} draws of "
        f"replicate {replicate}; the first is draw {draw}, {rows[row, draw]}, where\n"
        + "\n".join(shown)
    )
    raise NotFiniteError(msg)
