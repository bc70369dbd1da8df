"""The model where only the inputs that matter most vary: other laws in the same kernel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.fixed import FixedValues, WantsFixed
from mcsus.counting.finite import refuse_not_finite
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity, among, parameter_of
from mcsus.families import distribution
from mcsus.model import Model
from mcsus.parameters import Parameter
from mcsus.runner.group_sums import PlanRun, Told, roundings
from mcsus.runner.group_values import Key
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.study import Study

Array = NDArray[np.float64]


class FixedRun:
    """A run of one output over its inputs, the first of which vary.

    How much an input matters tells the variance of what changes if it alone is typical, at the
    same draws.

    Parameters
    ----------
    groups : mapping of str to set of str
        The inputs, each one parameter or more.
    """

    def __init__(
        self,
        study: Study,
        kernel: Kernel,
        output: str,
        groups: Mapping[str, set[Member]],
        design: Design,
        wants: WantsFixed,
    ) -> None:
        model = kernel.model
        self.output, self.is_settled = output, wants.is_settled
        claims = [c for c in study.claims if output in model.upstream([c.equation.name])]
        margins = [Quantity(claim.equation.name) for claim in claims]
        strict = [
            claim.margin.relation.is_strict
            for claim in claims
            for _ in range(kernel.program.cells(claim.equation.name))
        ]
        shown = Quantity(output, 1 / study.outputs[output].factor)
        self.run = PlanRun(kernel, kernel.plan([shown, *margins]), design)
        self.cells = kernel.program.cells(output)
        self.strict = np.array(strict, dtype=bool).reshape(-1, 1)
        self.rounding = roundings(self.run, [output])
        reach = model.upstream([output])
        self.groups = {k: own for k, v in groups.items() if (own := among(v, reach))}
        self.inputs = {("", row): list(self.groups) for row in range(self.cells)}
        self.places: dict[Key, list[int]] = {}

    def told(self) -> dict[str, str | int]:
        """Return what is to be told of the analysis."""
        if self.is_settled:
            return {}
        return {"reason": "the variance of the output does not settle"}

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, FixedValues]]:
        """Yield the values of each replicate from the `first` on."""
        design, count = self.run.design, len(self.groups)
        if not self.is_settled:
            none = np.zeros(count)
            nothing = FixedValues(none, none, np.zeros((count, 2)), np.zeros((0, count)))
            for _ in range(first, design.replicates):
                yield {("", row): nothing for row in range(self.cells)}
            return
        refuse_if_too_large(self.run.values * count * design.draws, "sensitivity")
        names = list(self.groups)
        changes = self._changes(executor)
        with np.errstate(invalid="ignore"):  # of a cell that does not vary
            shares = changes[:, :-1].sum(axis=0) / changes[:, -1:].sum(axis=0)
        alone = np.nan_to_num(shares).max(axis=1)
        order = sorted(range(count), key=lambda k: (-alone[k], names[k]))
        let_vary = np.argsort(order).astype(np.float64)
        kernels = [self._fixed(names[k] for k in order[kept:]) for kept in range(1, count + 1)]
        tasks = [(replicate, k) for replicate in range(first, design.replicates) for k in kernels]
        with closing(executor.ordered(_values_of, self.run, tasks)) as found:
            for replicate in range(first, design.replicates):
                values = np.array([next(found) for _ in kernels])
                refuse_not_finite(
                    values[-1][: self.cells],
                    [self.output],
                    np.array([self.cells]),
                    self.run.kernel,
                    design,
                    replicate,
                )
                if told is not None:
                    told(design.draws)
                yield self._data(let_vary, changes[replicate, :-1], values)

    def _data(self, let_vary: Array, changes: Array, values: Array) -> dict[Key, FixedValues]:
        """Return the data of each cell from values of shape (kept, row, draw)."""
        margins = values[:, self.cells :]
        holds = np.where(self.strict, margins > 0, margins >= 0).mean(axis=2).T
        return {
            ("", row): FixedValues(let_vary, changes[:, row], values[:, row], holds)
            for row in range(self.cells)
        }

    def _fixed(self, names: Iterable[str]) -> Kernel:
        """Return the kernel with the inputs of some groups at their typical values."""
        kernel = self.run.kernel
        return kernel.with_laws(_typical(kernel.model, (self.groups[name] for name in names)))

    def _changes(self, executor: Executor) -> Array:
        """Return variances of what changes if an input alone is typical, and at last of all.

        Of each cell of the output in each replicate, shape (replicate, input + 1, cell).
        """
        design = self.run.design
        alone = _Alone(self.run, [self._fixed([name]) for name in self.groups], self.cells)
        with closing(executor.ordered(_changes_of, alone, range(design.replicates))) as every:
            return np.array(list(every))


class _Alone(NamedTuple):
    """What tells how much changes if an input alone is typical.

    Attributes
    ----------
    kernels : sequence of Kernel
        With one input typical each.
    """

    run: PlanRun
    kernels: Sequence[Kernel]
    cells: int


def _changes_of(alone: _Alone, replicate: int) -> Array:
    """Return the variances of a replicate, shape (input + 1, cell)."""
    run, kernels, cells = alone
    base = _values_of(run, (replicate, run.kernel))[:cells]
    others = (_values_of(run, (replicate, kernel))[:cells] for kernel in kernels)
    return np.array(
        [*((base - own).var(axis=1, ddof=1) for own in others), base.var(axis=1, ddof=1)]
    )


def _typical(model: Model, groups: Iterable[Iterable[Member]]) -> dict[str, Parameter]:
    """Return parameters with the cells of some groups at their typical values."""
    changed: dict[str, Parameter] = {}
    for member in (member for group in groups for member in group):
        name = parameter_of(member)
        parameter = changed.get(name, model.parameters[name])
        places = range(len(parameter.cells)) if isinstance(member, str) else member.cells
        cells = list(parameter.cells)
        for k in places:
            law = distribution("constant", value=cells[k].deterministic)
            cells[k] = replace(cells[k], law=law)
        changed[name] = replace(parameter, cells=tuple(cells))
    return changed


def _values_of(run: PlanRun, task: tuple[int, Kernel]) -> Array:
    """Return the values of one replicate, shape (row, draw)."""
    replicate, kernel = task
    return kernel.run(run.plan, run.design, replicate)[:, 0]
