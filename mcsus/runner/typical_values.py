"""The model where one input at a time is moved and all others are typical, by the NumPy path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.typical import TypicalValues, WantsTypical
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity, among, cells_of, parameter_of
from mcsus.model import Equation, Model, evaluate, typical_values
from mcsus.runner.group_sums import PlanRun, Told, roundings
from mcsus.runner.group_values import Key, reached_inputs
from mcsus.streams import Design
from mcsus.study.conditional import is_written, written_name
from mcsus.units import Unit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


class _Moved(NamedTuple):
    """What an evaluation with one input moved gives.

    Attributes
    ----------
    values : mapping of str to array, shape (move, *dims)
        Of all quantities.
    shown : str
        The quantity whose value the input is; empty for several.
    unit : Unit or None
    is_moved : array of bool, shape (*dims of what is shown)
    """

    values: Mapping[str, Array]
    shown: str
    unit: Unit | None
    is_moved: Flags


class TypicalRun:
    """Each input of some outputs moved in turn, all others typical.

    Parameters
    ----------
    groups : mapping of str to set of str
        The inputs, each one parameter or more, which are moved together.
    """

    def __init__(
        self,
        kernel: Kernel,
        outputs: Mapping[str, Unit],
        groups: Mapping[str, set[Member]],
        design: Design,
        wants: WantsTypical,
    ) -> None:
        self.wants, self.groups, self.outputs = wants, groups, outputs
        plan = kernel.plan([Quantity(name, 1 / unit.factor) for name, unit in outputs.items()])
        self.run = PlanRun(kernel, plan, replace(design, replicates=1))
        self.rounding = roundings(self.run, outputs)
        self.places: dict[Key, Sequence[int]] = {}
        self.inputs = reached_inputs(kernel, outputs, groups)

    def values(
        self,
        executor: Executor,  # noqa: ARG002 - of other runs
        told: Told,  # noqa: ARG002
        first: int = 0,  # noqa: ARG002
    ) -> Iterator[dict[Key, TypicalValues]]:
        """Yield the values of the only replicate; they are few, and depend on no draw."""
        model = self.run.kernel.model
        names = model.upstream(self.outputs)
        inputs = typical_values(model)
        typical = evaluate(model, inputs, names, typical=True)
        moved = {
            group: self._moved(model, among(members, names), inputs, typical, names)
            for group, members in self.groups.items()
        }
        row, data = 0, {}
        for name, unit in self.outputs.items():
            for place in np.ndindex(model.shape(name)):
                data["", row] = self._cell(model, name, unit, place, row, typical, moved)
                row += 1
        yield data

    def _cell(
        self,
        model: Model,
        name: str,
        unit: Unit,
        place: tuple[int, ...],
        row: int,
        typical: Mapping[str, Array],
        moved: Mapping[str, _Moved],
    ) -> TypicalValues:
        """Return what one cell of an output is."""
        own = [moved[group] for group in self.inputs["", row]]
        at = dict(zip(model.dims_of[name], place, strict=True))
        settled = self.rounding[row].settled
        middle = settled(typical[name][(0, *place)] / unit.factor)
        cell = int(np.ravel_multi_index(place, model.shape(name))) if place else 0
        every = [one.values[name].reshape(len(one.values[name]), -1) for one in own]
        ends = [settled(values[:, cell] / unit.factor) for values in every]
        inputs = [_own_values(model, one, typical, at) for one in own]
        return TypicalValues(
            float(middle),
            np.array(ends).reshape(len(own), -1),
            np.array(inputs).reshape(len(own), -1),
            [one.unit.text if one.unit else "" for one in own],
            np.array([_is_smooth(model, self.groups[k]) for k in self.inputs["", row]], dtype=bool),
        )

    def _moved(
        self,
        model: Model,
        members: Iterable[Member],
        inputs: Mapping[str, Array],
        typical: Mapping[str, Array],
        names: set[str],
    ) -> _Moved:
        """Return all quantities with the members of a group moved together."""
        values, drawn = dict(inputs), set[str]()
        shown: list[tuple[str, Unit, Flags]] = []
        for member in members:
            name = parameter_of(member)
            flags = model.laid_out(_flags(model, member)[np.newaxis], name) > 0
            law = _taking(model, name)
            if law is None:
                shown.append((name, model.parameters[name].unit, flags[0]))
            else:  # its law takes other quantities: the input is what follows from it
                spread = model.spread(flags.astype(float), name, law.name)
                shown.append((law.name, law.unit, spread[0] > 0))
            if self.wants.probabilities:
                ends = model.laid_out(self._quantiles(model, name), name)
                values[name] = np.where(flags, ends, values[name])
                drawn |= {law.name} if law else set()
            else:
                target, _, flag = shown[-1]
                values[target] = typical[target] * np.where(flag, self._changed(flag.ndim), 1.0)
        found = evaluate(model, values, names, typical=True, drawn=drawn)
        if len(shown) == 1 and is_written(shown[0][0]):
            return _Moved(found, *shown[0])
        return _Moved(found, "", None, np.zeros(0, dtype=bool))

    def _changed(self, dims: int) -> Array:
        """Return the multiples of a typical value, over so many dims."""
        return 1 + np.array(self.wants.changes).reshape(-1, *(1,) * dims)

    def _quantiles(self, model: Model, name: str) -> Array:
        """Return the quantiles of the cells of a parameter in base units, shape (move, cell)."""
        cells = model.parameters[name].cells
        columns = [cell.law.quantile(self.wants.probabilities) * cell.unit.factor for cell in cells]
        return np.array(columns).T


def _flags(model: Model, member: Member) -> Array:
    """Return 1 for each cell of the parameter of a member that is moved, which no constant is."""
    cells = model.parameters[parameter_of(member)].cells
    own = range(len(cells)) if isinstance(member, str) else member.cells
    moved = (k in own and cell.law.family != "constant" for k, cell in enumerate(cells))
    return np.fromiter(moved, dtype=np.float64)


def _taking(model: Model, name: str) -> Equation | None:
    """Return the equation of what a law of other quantities gives, of the input behind it."""
    written = written_name(name)
    return None if written == name else model.equation(written)


def _is_smooth(model: Model, members: Iterable[Member]) -> bool:
    return all(
        cell.law.is_continuous or cell.law.family == "constant"
        for member in members
        for cell in cells_of(model, member)
    )


def _own_values(
    model: Model, moved: _Moved, typical: Mapping[str, Array], at: Mapping[str, int]
) -> Array:
    """Return the values of an input at the labels of an output, typical and moved."""
    count = max(map(len, moved.values.values()))
    if moved.unit is None:
        return np.full(1 + count, np.nan)
    dims = model.dims_of[moved.shown]
    place = tuple(at.get(dim, slice(None)) for dim in dims)
    flags = moved.is_moved[place]
    both = [typical[moved.shown], moved.values[moved.shown]]
    shape = (-1, *model.shape(moved.shown))
    own = np.concatenate([np.broadcast_to(v, (len(v), *shape[1:])) for v in both])
    values = own[(slice(None), *place)][:, flags].reshape(1 + count, -1)
    if not values.shape[1] or (values != values[:, :1]).any():
        return np.full(1 + count, np.nan)
    return values[:, 0] / moved.unit.factor
