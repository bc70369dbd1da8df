"""What rounding does to every quantity: the size below which its values are all the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.expressions import FUNCTIONS, REDUCTIONS, nodes
from mcsus.expressions.language import operation
from mcsus.expressions.nodes import Expression
from mcsus.model.reference import aligned, evaluate, typical_values

if TYPE_CHECKING:
    from mcsus.model.graph import Model

Array = NDArray[np.float64]

TOLERANCE = 1e-12
"""Of the largest magnitude on the way to a value: what is less is rounding."""

_PILOTS = 16  # draws of all inputs that are looked at, beside the typical one
_SEED = 1
_RESOLVED = 1e-3  # of a divisor: more of it in doubt, and nothing is known of the quotient


class Rounding(NamedTuple):
    """Size of what rounding does to the cells of a quantity, in base units.

    Attributes
    ----------
    usual, most : array, shape (cell,)
        Median and largest of those at a few draws of all inputs.
    """

    usual: Array
    most: Array

    def varies(self, spread: Any) -> Any:
        """Tell of the spread of each cell whether it is more than rounding."""
        return spread > self.most

    def settled(self, values: Any) -> Array:
        """Return the values of each cell, those that are rounding alone as 0."""
        return np.where(np.abs(values) <= self.most, 0.0, values)

    def times(self, factor: Any) -> Rounding:
        """Return it in another unit."""
        return Rounding(self.usual * factor, self.most * factor)

    def cells(self) -> list[Rounding]:
        """Return that of each cell."""
        return [Rounding(*pair) for pair in zip(self.usual, self.most, strict=True)]


EXACT = Rounding(np.zeros(()), np.zeros(()))
"""That of a cell without any."""


class _Known(NamedTuple):
    """Values with their dims, and the size of what is in doubt of each."""

    value: Any
    doubt: Any
    dims: tuple[str, ...] = ()


def rounding_of(model: Model) -> dict[str, Rounding]:
    """Return what rounding does to every parameter and equation.

    A number is in doubt by `TOLERANCE` of itself. A result is in doubt by as much as its operands
    let it change, so that a difference is by the larger of the two, and at least by `TOLERANCE` of
    itself.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.units import unit
    >>> model = Model([Equation("y", unit("1"), parse("2*year - 2*year"))], {}, {"year": (1, 2)})
    >>> rounding_of(model)["y"].most.round(14)
    array([2.e-12, 4.e-12])
    """
    inputs = _pilots(model)
    values = evaluate(model, inputs)
    known = {name: _plain(values[name], model.dims_of[name]) for name in inputs}
    for name in filter(model.is_coordinate, model.dims):
        labels = model.coordinate(name)[np.newaxis, :]
        known[name] = _plain(labels, (name,))
    with np.errstate(all="ignore"):
        for equation in model.equations:
            own = _walk(equation.expression, known, model)
            target, shape = model.dims_of[equation.name], values[equation.name].shape
            doubt = np.broadcast_to(aligned((own.doubt, own.dims), target), shape)
            known[equation.name] = _Known(values[equation.name], doubt, target)
    names = [*inputs, *(equation.name for equation in model.equations)]
    return {name: _over_draws(known[name].doubt) for name in names}


def _pilots(model: Model) -> dict[str, Array]:
    """Return the inputs at their typical values and at a few draws of all."""
    values = typical_values(model)
    cells = {name: model.parameters[name].cells for name in model.inputs}
    streams = dict.fromkeys(cell.stream for own in cells.values() for cell in own)
    points = np.random.default_rng(_SEED).random((len(streams), _PILOTS))
    at = dict(zip(streams, points, strict=True))
    for name, own in cells.items():
        drawn = [cell.law.quantile(at[cell.stream]) * cell.unit.factor for cell in own]
        rows = model.laid_out(np.transpose(drawn), name)
        values[name] = np.concatenate([values[name], rows])
    return values


def _over_draws(doubt: Array) -> Rounding:
    """Return median and largest doubt of each cell, of the draws at which it is known."""
    flat = doubt.reshape(len(doubt), -1)
    known = np.isfinite(flat)
    counts = known.sum(axis=0)
    ordered = np.sort(np.where(known, flat, np.inf), axis=0)
    places = np.stack([(counts - 1) // 2, counts - 1]).clip(min=0)
    chosen = np.take_along_axis(ordered, places, axis=0)
    return Rounding(*np.where(counts > 0, chosen, 0.0))


def _plain(value: Any, dims: tuple[str, ...] = ()) -> _Known:
    return _Known(value, TOLERANCE * np.abs(value), dims)


def _walk(expression: Expression, known: Mapping[str, _Known], model: Model) -> _Known:
    """Return value and doubt of one expression."""
    match expression:
        case nodes.Number(value):
            return _plain(value)
        case nodes.Name(name):
            return known[name]
        case nodes.Negate(arg):
            own = _walk(arg, known, model)
            return own._replace(value=-own.value)
        case nodes.Reduce(kind, arg, over):
            own = _walk(arg, known, model)
            axis = 1 + own.dims.index(over)
            folded = _applied(lambda x: REDUCTIONS[kind].numpy(x[0], axis=axis), [own])
            return folded._replace(dims=tuple(dim for dim in own.dims if dim != over))
        case nodes.At(arg, dim, source):
            own = _walk(arg, known, model)
            return own._replace(dims=tuple(source if d == dim else d for d in own.dims))
        case nodes.AtLabel(arg, dim):
            own = _walk(arg, known, model)
            if dim not in own.dims:
                return own
            axis, place = 1 + own.dims.index(dim), expression.index(model.dims[dim])
            value, doubt = (np.take(part, place, axis=axis) for part in own[:2])
            return _Known(value, doubt, tuple(d for d in own.dims if d != dim))
        case nodes.Compare(op, left, right) | nodes.Logical(op, left, right):
            sides = _together((left, right), known, model)
            holds = operation(op)(*(side.value for side in sides))
            return _Known(holds, np.zeros(np.shape(holds)), sides[0].dims)
        case nodes.Binary(op, left, right):
            sides = _together((left, right), known, model)
            if op in _ARITHMETIC:
                one, other = sides
                result = operation(op)(one.value, other.value)
                doubt = np.maximum(*_ARITHMETIC[op](one, other, result))
                return _Known(result, np.maximum(doubt, TOLERANCE * np.abs(result)), one.dims)
            return _applied(lambda pair: operation(op)(*pair), sides)
        case nodes.Call(function, args):
            row = FUNCTIONS[function]
            operands = _together(args, known, model)
            if row.steps:  # what rounding does to the place of a step is left out
                return _plain(row.value([own.value for own in operands]), operands[0].dims)
            return _applied(row.value, operands)
    raise TypeError(expression)


def _together(
    args: tuple[Expression, ...], known: Mapping[str, _Known], model: Model
) -> list[_Known]:
    """Return operands broadcast by the names of their dims."""
    operands = [_walk(arg, known, model) for arg in args]
    carried = {dim for own in operands for dim in own.dims}
    union = tuple(dim for dim in model.dims if dim in carried)
    return [
        _Known(aligned((own.value, own.dims), union), aligned((own.doubt, own.dims), union), union)
        for own in operands
    ]


def _of_sum(one: _Known, other: _Known, _: Array) -> tuple[Array, Array]:
    return one.doubt, other.doubt


def _of_product(one: _Known, other: _Known, _: Array) -> tuple[Array, Array]:
    return np.abs(other.value) * one.doubt, np.abs(one.value) * other.doubt


def _of_quotient(one: _Known, other: _Known, result: Array) -> tuple[Array, Array]:
    size = np.abs(other.value)
    resolved = np.where(other.doubt < _RESOLVED * size, size, np.nan)
    return one.doubt / resolved, np.abs(result) / resolved * other.doubt


_ARITHMETIC: dict[str, Callable[[_Known, _Known, Array], tuple[Array, Array]]] = {
    "+": _of_sum,
    "-": _of_sum,
    "*": _of_product,
    "/": _of_quotient,
}
"""How much a result is in doubt by each operand alone; other functions are tried."""


def _applied(function: Any, operands: list[_Known]) -> _Known:
    """Return what a function makes of values, and of each moved by what is in doubt of it."""
    values = [own.value for own in operands]
    result = function(values)
    doubt = TOLERANCE * np.abs(result)
    for k, own in enumerate(operands):
        for moved in (own.value + own.doubt, own.value - own.doubt):
            changed = function([*values[:k], moved, *values[k + 1 :]])
            doubt = np.maximum(doubt, np.abs(changed - result))  # NaN where either is
    return _Known(result, doubt, operands[0].dims)
