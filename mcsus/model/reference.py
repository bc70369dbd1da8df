"""The NumPy path: slow, plain, and the reference that the compiled kernel is compared with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.expressions import FUNCTIONS, REDUCTIONS, nodes
from mcsus.expressions.language import operation
from mcsus.expressions.nodes import Expression

if TYPE_CHECKING:
    from mcsus.model.graph import Model

Array = NDArray[np.float64]
Labelled = tuple[Any, tuple[str, ...]]


def evaluate(
    model: Model,
    values: Mapping[str, Array],
    names: Collection[str] | None = None,
    *,
    typical: bool = False,
    drawn: Collection[str] = (),
    holds: type = float,
) -> dict[str, Array]:
    """Evaluate every equation of `model` in NumPy.

    Parameters
    ----------
    values : mapping of str to array, shape ``(draw, *dims of the parameter)``
        Parameter values in coherent base units; an equation whose values are given is held.
    names : collection of str, optional
        Equations that are evaluated, with all that they depend on; by default all.
    typical : bool
        Whether what stands for an equation in a deterministic run is taken (`Equation.typical`).
    drawn : collection of str, optional
        Equations for which it is not taken all the same.
    holds : type
        Of the values; `object` for what stands in the place of numbers.

    Returns
    -------
    dict of str to array, shape ``(draw, *dims)``
        Parameters and equations alike, in coherent base units.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.units import unit
    >>> model = Model([Equation("y", unit("1"), parse("2*year"))], {}, {"year": (1, 2)})
    >>> evaluate(model, {})["y"]
    array([[2., 4.]])
    """
    draws = max((len(v) for v in values.values()), default=1)
    known = dict(values)
    for name in filter(model.is_coordinate, model.dims):
        known[name] = model.coordinate(name)[np.newaxis, :]
    with np.errstate(all="ignore"):
        for equation in model.equations:
            if equation.name in values or (names is not None and equation.name not in names):
                continue
            is_typical = typical and equation.name not in drawn
            expression = (equation.typical if is_typical else None) or equation.expression
            array, dims = _walk(expression, known, model)
            target = model.dims_of[equation.name]
            array = aligned((array, dims), target)
            shape = (max(draws, len(array)), *model.shape(equation.name))
            known[equation.name] = np.broadcast_to(array, shape).astype(holds, copy=False)
    return {name: known[name] for name in known if not model.is_coordinate(name)}


def value_of(expression: Expression, known: Mapping[str, Array], model: Model) -> Array:
    """Return an expression of known values, shape ``(draw, *its own dims)``.

    Parameters
    ----------
    known : mapping of str to array
        As `evaluate` returns them.
    """
    with np.errstate(all="ignore"):
        return np.asarray(_walk(expression, known, model)[0])


def typical_values(model: Model) -> dict[str, Array]:
    """Return every input at its typical value, in base units, shape ``(1, *dims)``."""
    values = {}
    for name in model.inputs:
        cells = model.parameters[name].cells
        typical = [cell.deterministic for cell in cells]
        factors = [cell.unit.factor for cell in cells]
        values[name] = model.laid_out((np.array(typical) * np.array(factors))[np.newaxis], name)
    return values


def aligned(value: Labelled, dims: tuple[str, ...]) -> Array:
    """Return the array with axes ``(draw, *dims)``, length one where the value lacks a dim."""
    array, own = value
    array = np.asarray(array)
    if array.ndim == 0:
        return array.reshape((1,) * (len(dims) + 1))
    order = sorted(range(len(own)), key=lambda k: dims.index(own[k]))
    array = array.transpose(0, *(1 + k for k in order))
    shape = iter(array.shape[1:])
    return array.reshape(array.shape[0], *(next(shape) if dim in own else 1 for dim in dims))


def _walk(expression: Expression, known: Mapping[str, Array], model: Model) -> Labelled:
    """Evaluate one expression to an array and the dims behind its draw axis."""
    match expression:
        case nodes.Number(value):
            return value, ()
        case nodes.Name(name):
            return known[name], model.dims_of[name]
        case nodes.Negate(arg):
            array, dims = _walk(arg, known, model)
            return -array, dims
        case nodes.Reduce(kind, arg, over):
            array, dims = _walk(arg, known, model)
            axis = 1 + dims.index(over)
            return REDUCTIONS[kind].numpy(array, axis=axis), tuple(d for d in dims if d != over)
        case nodes.At(arg, dim, source):
            array, dims = _walk(arg, known, model)
            return array, tuple(source if d == dim else d for d in dims)
        case nodes.AtLabel(arg, dim):
            array, dims = _walk(arg, known, model)
            if dim not in dims:
                return array, dims
            place = expression.index(model.dims[dim])
            chosen = np.take(array, place, axis=1 + dims.index(dim))
            return chosen, tuple(d for d in dims if d != dim)
        case (
            nodes.Binary(op, left, right)
            | nodes.Compare(op, left, right)
            | nodes.Logical(op, left, right)
        ):
            return _apply(lambda pair: operation(op)(*pair), (left, right), known, model)
        case nodes.Call(function, args):
            return _apply(FUNCTIONS[function].value, args, known, model)
    raise TypeError(expression)


def _apply(
    function: Any, args: tuple[Expression, ...], known: Mapping[str, Array], model: Model
) -> Labelled:
    """Apply `function` to a list of operands broadcast by the names of their dims."""
    operands = [_walk(arg, known, model) for arg in args]
    together = {dim for _, dims in operands for dim in dims}
    union = tuple(dim for dim in model.dims if dim in together)
    return function([aligned(operand, union) for operand in operands]), union
