"""The model at the points of groups of inputs: A, B, and each with a group from the other."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claims import holds_in
from mcsus.analysis.groups import GroupSums, GroupValues, WantsGroups
from mcsus.analysis.ranks import is_above, ranked
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD, Integers, Member, Quantity, among
from mcsus.engine.saltelli import chosen_columns, columns
from mcsus.model import Model
from mcsus.model.rounding import EXACT, TOLERANCE
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.controls import Controls
from mcsus.runner.group_sums import (
    PlanRun,
    Told,
    owners,
    replicate_sums,
    replicate_values,
    roundings,
)
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design

Array = NDArray[np.float64]

_EXPONENTS = (-1022, 1022)  # of factors that are floats themselves

Groupings = Mapping[str, Mapping[str, set[Member]]]
Key = tuple[str, int]
"""Mark of the grouping, and stored row of an output."""


def unit_size(model: Model, name: str) -> float:
    """Return the power of two that brings a quantity to about 1, so that its squares are finite."""
    _, exponent = np.frexp(model.rounding[name].most.max() / TOLERANCE)
    return float(np.ldexp(1.0, -np.clip(exponent, *_EXPONENTS)))


def reaching(
    kernel: Kernel, outputs: Iterable[str], groups: Mapping[str, set[Member]]
) -> list[list[int]]:
    """Return for each stored row of some outputs the places of the groups that it depends on."""
    places = {}
    for name in outputs:
        reach = kernel.model.upstream([name])
        places[name] = [k for k, own in enumerate(groups.values()) if among(own, reach)]
    return [places[name] for name in owners(kernel, places)]


def reached_inputs(
    kernel: Kernel, outputs: Iterable[str], groups: Mapping[str, set[Member]]
) -> dict[Key, list[str]]:
    """Return the names of these groups, by the key of a run of one grouping."""
    names = list(groups)
    rows = enumerate(reaching(kernel, outputs, groups))
    return {("", row): [names[k] for k in places] for row, places in rows}


class _Chosen(NamedTuple):
    """Which of the groups that were run those of a row are, in one grouping."""

    row: int
    places: list[int]
    second_order: bool
    columns: Integers  # of the sums of the row
    meets_individuals: bool  # so that what its replicates differ by is no variance


class GroupRun:
    """A run over groups of inputs; all groupings share A and B.

    An index of a group needs A, B and A with the group from B.

    Parameters
    ----------
    groupings : mapping of str to groups
        By their mark; that of the study comes first and alone has indices of pairs.
    design : Design
        Its draws are base points.
    claims : mapping of str to bool
        Of claims in the place of outputs: whether each holds at equality.
    scales : mapping of str to float
        What values are multiplied with, other than what brings them to about 1.
    """

    def __init__(
        self,
        kernel: Kernel,
        outputs: tuple[str, ...],
        groupings: Groupings,
        design: Design,
        wants: WantsGroups,
        claims: Mapping[str, bool] | None = None,
        scales: Mapping[str, float] | None = None,
    ) -> None:
        groups = tuple(
            (name, frozenset(group))
            for grouping in groupings.values()
            for name, group in grouping.items()
        )
        members = [set(members) for _, members in groups]
        scales = scales or {name: unit_size(kernel.model, name) for name in outputs}
        quantities = [Quantity(name, scales[name]) for name in outputs]
        plan = kernel.plan(quantities, members, second_order=wants.second_order)
        first = next(iter(groupings.values()))
        paired = len(first) if wants.second_order else 0
        self.outputs = outputs
        self.wants, self.ranked = wants, wants.ranked
        self.summed = wants.summed and not wants.is_held
        self.run = PlanRun(kernel, plan, design, groups, paired)
        self.controlled = wants.controlled and not (self.summed or wants.is_held)
        self.sizes = roundings(self.run, outputs)
        told = wants.ranked or wants.of_claims or wants.above > 0  # what is is exactly so
        self.rounding = [EXACT] * len(self.sizes) if told else self.sizes
        self.at_equality = [claims[name] for name in owners(kernel, outputs)] if claims else []
        of = owners(kernel, outputs)
        meeting = {name for name in outputs if kernel.model.meets_individuals(name)}
        self.inputs: dict[Key, list[str]] = {}
        self.places: dict[Key, list[int]] = {}  # of data of all inputs: these are of some
        self.chosen: dict[Key, _Chosen] = {}
        start = 0
        for mark, grouping in groupings.items():
            for row, reached in enumerate(reaching(kernel, outputs, grouping)):
                places = [start + k for k in reached]
                self.inputs[mark, row] = [groups[place][0] for place in places]
                pairs = wants.second_order and not mark
                own = chosen_columns(len(groups), paired, places, second_order=pairs)
                meets = of[row] in meeting
                self.chosen[mark, row] = _Chosen(row, places, pairs, np.array(own), meets)
            start += len(grouping)

    def with_kernel(self, kernel: Kernel) -> GroupRun:
        """Return the run with a kernel of other laws."""
        other = copy.copy(self)
        other.run = replace(self.run, kernel=kernel, _ready={})
        return other

    def only(self, rows: Collection[int]) -> GroupRun:
        """Return the run of which some stored rows alone are explained."""
        other = copy.copy(self)
        for part in ("inputs", "places", "chosen"):
            known: dict[Key, Any] = getattr(self, part)
            setattr(other, part, {key: own for key, own in known.items() if key[1] in rows})
        return other

    @cached_property
    def controls(self) -> Controls | None:
        """Surrogates of the outputs, if they are wanted; none where individuals are met."""
        if not self.controlled:
            return None
        rows = sorted({own.row for own in self.chosen.values() if not own.meets_individuals})
        return Controls(self.run, self.outputs, self.sizes, rows)

    def told(self, keys: Sequence[Key]) -> Mapping[str, str]:
        """Return what stands beside the indices of some rows."""
        return self.controls.told([row for _, row in keys]) if self.controls else {}

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, GroupValues]]:
        """Yield all values of each replicate from the `first` on, or what is wanted of them."""
        infinite = self.wants.infinite
        every = replicate_values(
            self.run, self.outputs, executor, told, infinite=infinite, first=first
        )
        controls = self.controls
        for replicate, out in enumerate(every, first):
            data = {}
            points = controls.points(replicate) if controls else None
            for key, chosen in self.chosen.items():
                pick = [0, 1, *(2 + k for k in chosen.places)]
                if chosen.second_order:
                    pick += [2 + len(self.run.groups) + k for k in chosen.places]
                values = self._seen(out[chosen.row, pick], chosen.row)
                if chosen.meets_individuals:
                    values = values - values[:2].mean()
                control = controls.of(chosen.row, chosen.places, points) if controls else None
                data[key] = GroupValues(values, len(chosen.places), chosen.second_order, control)
            yield data

    def _seen(self, values: Array, row: int) -> Array:
        """Return what is wanted in the place of values of a row."""
        rounding, wants = self.sizes[row], self.wants
        if wants.of_claims:
            held = holds_in(values, rounding, holds_at_equality=self.at_equality[row])
            return held.astype(np.float64)
        if wants.above:
            return is_above(values, wants.above, float(rounding.most))
        return ranked(values, float(rounding.most)) if wants.ranked else values

    def sums(
        self, executor: Executor, told: Told, checkpoint: Checkpoint
    ) -> Iterator[dict[Key, GroupSums]]:
        """Yield sums over the points of each replicate; no values are kept."""
        run = self.run
        folds = run.task_points // FOLD
        sums = len(run.plan.quantity) * columns(len(run.groups), run.paired)
        refuse_if_too_large(
            executor.workers * (run.values * run.slab + 2 * folds * sums), "sensitivity"
        )
        with closing(replicate_sums(run, executor, checkpoint=checkpoint)) as parts:
            for task, total in parts:
                if told is not None:
                    told(task.draws)
                if total is not None:
                    _, pivot = run.start(task.replicate)
                    yield {
                        key: _sums_of(chosen, total, pivot, run.design.draws)
                        for key, chosen in self.chosen.items()
                    }


def _sums_of(chosen: _Chosen, total: Array, pivot: Array, draws: int) -> GroupSums:
    """Return the sums of a row; where it meets individuals, so that the mean of A and B is 0."""
    sums, places = total[chosen.row].take(chosen.columns), len(chosen.places)
    at = float(pivot[chosen.row])
    if chosen.meets_individuals:
        at = -float(sums[:2].sum()) / (2 * draws)
    return GroupSums(sums, draws, places, chosen.second_order, at)
