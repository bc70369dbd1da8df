"""The functions of the formula language for equations in Python.

Each works on symbols (`trace`), on NumPy arrays and numbers (the reference path), and on
pint quantities (a check of dimensions), and means the same on all three. The literal 0 takes
any unit, as in formulas.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.expressions.language import FUNCTIONS, REDUCTIONS, Function
from mcsus.expressions.tracing import Traced, call, read_at, read_label, reduce_over


def function(row: Function) -> Callable[..., Any]:
    """Return what an equation in Python calls for a function of the language."""

    def applied(*args: Any) -> Any:
        if any(isinstance(item, Traced) for item in args):
            return call(row.name, *args)
        if not row.takes(len(args)):
            raise InputError(Fault(f"{row.name} with {len(args)} arguments", row.usage))
        if row.divides:
            return _divided(row, args)
        first = args[: row.condition]
        rest = args[row.condition :]
        values = [_plain(item) for item in rest] if row.power is None else _aligned(rest)
        result = row.value([*first, *values])
        return result[()] if row.condition else result  # a number of an array without axes

    applied.__name__ = applied.__qualname__ = row.name
    applied.__doc__ = f"Return {row.words}: ``{row.usage}``."
    return applied


def _divided(row: Function, args: tuple[Any, ...]) -> Any:
    """Return a function of two values in the unit of the first over that of the second."""
    over, below = (item.units if _is_quantity(item) else 1 for item in args)
    plain = (item.magnitude if _is_quantity(item) else item for item in args)
    result = row.value(list(plain))
    return result * (over / below) if any(map(_is_quantity, args)) else result


def _is_quantity(value: object) -> bool:
    return hasattr(value, "dimensionality") and hasattr(value, "magnitude")


def _plain(value: Any) -> Any:
    """Return the magnitude of a dimensionless quantity; pint refuses any other."""
    return value.to("dimensionless").magnitude if _is_quantity(value) else value


def _aligned(values: tuple[Any, ...]) -> list[Any]:
    """Give plain zeros the unit of the quantities beside them."""
    unit = next((item.units for item in values if _is_quantity(item)), None)
    if unit is None:
        return list(values)
    return [
        item * unit if not _is_quantity(item) and np.all(np.equal(item, 0)) else item
        for item in values
    ]


exp = function(FUNCTIONS["exp"])
log = function(FUNCTIONS["log"])
log10 = function(FUNCTIONS["log10"])
sqrt = function(FUNCTIONS["sqrt"])
floor = function(FUNCTIONS["floor"])
ceil = function(FUNCTIONS["ceil"])
sin = function(FUNCTIONS["sin"])
cos = function(FUNCTIONS["cos"])
tan = function(FUNCTIONS["tan"])
atan = function(FUNCTIONS["atan"])
atan2 = function(FUNCTIONS["atan2"])
tanh = function(FUNCTIONS["tanh"])
mean_decay = function(FUNCTIONS["mean_decay"])
mod = function(FUNCTIONS["mod"])
payback = function(FUNCTIONS["payback"])
ratio = function(FUNCTIONS["ratio"])
minimum = function(FUNCTIONS["min"])
maximum = function(FUNCTIONS["max"])
where = function(FUNCTIONS["where"])


def _over(kind: str) -> Callable[..., Any]:
    def reduced(x: Any, over: str) -> Any:
        _need_dims(reduced.__name__, x)
        return reduce_over(kind, x, over)

    reduced.__name__ = reduced.__qualname__ = f"{kind}_over"
    reduced.__doc__ = f"Return {REDUCTIONS[kind].words}: ``{REDUCTIONS[kind].usage}`` in formulas."
    return reduced


sum_over = _over("sum")
mean_over = _over("mean")
prod_over = _over("prod")


def at(x: Any, **dims: str) -> Any:
    """Return `x` read on another dim with the same labels (``at(x, year=cohort)``).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda sales: at(sales, year="cohort")))
    'at(sales, year=cohort)'
    """
    return read_at(x, *_one_dim("at", x, dims, 'at(x, year="cohort")'))


def at_label(x: Any, **dims: str | float) -> Any:
    """Return `x` read at one label of a dim (``at(x, design="coin")``).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda sales: at_label(sales, year=2030) - at_label(sales, year=2029)))
    'at(sales, year=2030) - at(sales, year=2029)'
    """
    return read_label(x, *_one_dim("at_label", x, dims, 'at_label(x, design="coin")'))


def _one_dim(name: str, x: object, dims: dict[str, Any], example: str) -> tuple[str, Any]:
    if len(dims) != 1:
        raise InputError(Fault(f"{name} with {len(dims)} dims", f"one dim, for example {example}"))
    _need_dims(name, x)
    return next(iter(dims.items()))


def _need_dims(name: str, x: object) -> None:
    if not isinstance(x, Traced):
        found = f"{name} of a plain value, which has no named dims"
        raise InputError(Fault(found, "a model that has dims"))
