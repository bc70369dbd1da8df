"""The model where only the inputs that matter most vary: other laws in the same kernel.

Every cell of the output has an order of its own; cells in which the same inputs vary share a run.
"""

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
from mcsus.parameters import Cell, Parameter
from mcsus.runner.group_sums import PlanRun, Told, roundings
from mcsus.runner.group_values import Key
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.study import Claim, Study
from mcsus.study.grids import labelled
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Names = frozenset[str]

_RESTS = (0.02, 0.002)  # of the variance: of inputs that are let vary together, the first that does
_KEPT = 0.96  # of it, without these
_LOOK = 4  # replicates that tell it


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
        shown = Quantity(output, 1 / study.outputs[output].factor)
        self.run = PlanRun(kernel, kernel.plan([shown, *margins]), design)
        self.cells = kernel.program.cells(output)
        strict = [c.margin.relation.is_strict for c in claims for _ in _labels(model, c)]
        self.strict = np.array(strict, dtype=bool).reshape(-1, 1)
        beside = [own for claim in claims for own in _labels(model, claim)]
        self.margins = [
            [
                k
                for k, own in enumerate(beside)
                if all(labels.get(dim, label) == label for dim, label in own.items())
            ]
            for labels in labelled(model.dims_of[output], model.dims)
        ]
        self.rounding = roundings(self.run, [output])
        reach = model.upstream([output])
        self.groups = {k: own for k, v in groups.items() if (own := among(v, reach))}
        names = {parameter_of(member) for own in self.groups.values() for member in own}
        self.typical = {name: _typical(model.parameters[name]) for name in sorted(names)}
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
            zeros = np.zeros((1, 2)), np.zeros((0, 1))
            nothing = FixedValues(np.zeros(count, dtype=np.int64), np.zeros(count), *zeros)
            for _ in range(first, design.replicates):
                yield {("", row): nothing for row in range(self.cells)}
            return
        refuse_if_too_large(self.run.values * count * design.draws, "sensitivity")
        changes = self._spreads(executor, [[name] for name in self.groups], design.replicates)
        orders = self._orders(executor, changes)
        steps = [_steps(own, frozenset(self.groups)) for own in orders]
        every = list(dict.fromkeys(varying for own in steps for varying in own))
        kernels = [self._fixed(k for k in self.groups if k not in own) for own in every]
        tasks = [(replicate, k) for replicate in range(first, design.replicates) for k in kernels]
        with closing(executor.ordered(_values_of, self.run, tasks)) as found:
            for replicate in range(first, design.replicates):
                values = {own: next(found) for own in every}
                refuse_not_finite(
                    values[frozenset(self.groups)][: self.cells],
                    [self.output],
                    np.array([self.cells]),
                    self.run.kernel,
                    design,
                    replicate,
                )
                if told is not None:
                    told(design.draws)
                yield {
                    ("", row): self._data(row, own, values, changes[replicate].change[:, row])
                    for row, own in enumerate(steps)
                }

    def _data(
        self, row: int, steps: Sequence[Names], values: Mapping[Names, Array], changes: Array
    ) -> FixedValues:
        """Return the data of a cell, from values of shape (row, draw) where some inputs vary."""
        place = [next(k for k, own in enumerate(steps) if name in own) for name in self.groups]
        rows = [self.cells + k for k in self.margins[row]]
        margins = np.array([values[own][rows] for own in steps])
        strict = self.strict[self.margins[row]]
        holds = np.where(strict, margins > 0, margins >= 0).mean(axis=2).T
        own = np.array([values[own][row] for own in steps])
        return FixedValues(np.array(place, dtype=np.int64), changes, own, holds)

    def _orders(self, executor: Executor, changes: Sequence[_Spreads]) -> list[list[str]]:
        """Return the inputs of each cell that are let vary one at a time, in their order.

        Those that are left, with little of the variance together, vary at last; unless the
        variance shows that they are more than they look, each by itself.
        """
        names = list(self.groups)
        variance = np.sum([own.base for own in changes], axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):  # of a cell that does not vary
            shares = np.nan_to_num(np.sum([own.change for own in changes], axis=0) / variance)
        orders = [sorted(range(len(names)), key=lambda k: (-own[k], names[k])) for own in shares.T]
        chosen = [[names[k] for k in order] for order in orders]
        left = list(range(self.cells))
        for rest in _RESTS:
            heads = {
                row: chosen[row][: _of_one_each(shares[orders[row], row], rest)] for row in left
            }
            sets = list(dict.fromkeys(map(frozenset, heads.values())))
            fixed = [self.groups.keys() - own for own in sets]
            looked = self._spreads(executor, fixed, min(_LOOK, len(changes)))
            kept, of = (np.sum([own[k] for own in looked], axis=0) for k in (1, 0))
            for row, head in heads.items():
                if kept[sets.index(frozenset(head)), row] >= _KEPT * of[row]:
                    chosen[row] = head
                    left.remove(row)
        return chosen

    def _fixed(self, names: Iterable[str]) -> Kernel:
        """Return the kernel with the inputs of some groups at their typical values."""
        kernel = self.run.kernel
        changed: dict[str, Parameter] = {}
        for member in (member for name in names for member in self.groups[name]):
            parameter = parameter_of(member)
            known = changed.get(parameter, kernel.model.parameters[parameter])
            places = range(len(known.cells)) if isinstance(member, str) else member.cells
            cells = list(known.cells)
            for k in places:
                cells[k] = self.typical[parameter][k]
            changed[parameter] = replace(known, cells=tuple(cells))
        return kernel.with_laws(changed)

    def _spreads(
        self, executor: Executor, fixed: Sequence[Iterable[str]], replicates: int
    ) -> list[_Spreads]:
        """Return what each replicate says of some inputs that are typical."""
        task = _Fixed(self.run, [self._fixed(own) for own in fixed], self.cells)
        with closing(executor.ordered(_spreads_of, task, range(replicates))) as every:
            return list(every)


class _Fixed(NamedTuple):
    """What tells how much changes if some inputs are typical.

    Attributes
    ----------
    kernels : sequence of Kernel
        With these inputs typical.
    """

    run: PlanRun
    kernels: Sequence[Kernel]
    cells: int


class _Spreads(NamedTuple):
    """Variances of one replicate if some inputs are typical: where all vary, then, and of changes.

    Attributes
    ----------
    base : array, shape (cell,)
    kept, change : array, shape (kernel, cell)
    """

    base: Array
    kept: Array
    change: Array


def _spreads_of(task: _Fixed, replicate: int) -> _Spreads:
    """Return the variances of a replicate."""
    run, kernels, cells = task
    base = _values_of(run, (replicate, run.kernel))[:cells]
    kept, change = np.empty((2, len(kernels), cells))
    for k, kernel in enumerate(kernels):
        own = _values_of(run, (replicate, kernel))[:cells]
        kept[k], change[k] = own.var(axis=1, ddof=1), (base - own).var(axis=1, ddof=1)
    return _Spreads(base.var(axis=1, ddof=1), kept, change)


def _of_one_each(shares: Array, rest: float) -> int:
    """Return how many of the first inputs are let vary one at a time, from falling shares."""
    behind = shares[::-1].cumsum()[::-1]  # what each and all behind it add up to
    return int((behind > rest).sum())


def _steps(order: Sequence[str], every: Names) -> list[Names]:
    """Return the inputs that vary in each step."""
    first = [frozenset(order[:count]) for count in range(1, len(order) + 1)]
    return list(dict.fromkeys([*first, every]))


def _labels(model: Model, claim: Claim) -> list[dict[str, Label]]:
    """Return the labels of each cell of the margin of a claim."""
    return list(labelled(model.dims_of[claim.equation.name], model.dims))


def _typical(parameter: Parameter) -> tuple[Cell, ...]:
    """Return the cells of a parameter at their typical values."""
    laws = (distribution("constant", value=cell.deterministic) for cell in parameter.cells)
    return tuple(replace(cell, law=law) for cell, law in zip(parameter.cells, laws, strict=True))


def _values_of(run: PlanRun, task: tuple[int, Kernel]) -> Array:
    """Return the values of one replicate, shape (row, draw)."""
    replicate, kernel = task
    return kernel.run(run.plan, run.design, replicate)[:, 0]
