"""The functions of the formula language for equations in Python.

Each works on symbols (`trace`), on NumPy arrays and numbers (the reference path), and on
pint quantities (a check of dimensions), and means the same on all three. The literal 0 takes
any unit, as in formulas; `floor`, `ceil` and the transcendental functions need plain numbers.
"""

from __future__ import annotations

import functools
from typing import Any, NoReturn

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.expressions.tracing import Traced, call, choose, read_at, reduce_over


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


def _apply(name: str, ufunc: Any, value: Any) -> Any:
    return call(name, value) if isinstance(value, Traced) else ufunc(_plain(value))


def exp(x: Any) -> Any:
    """Return e to the power `x`, a plain number.

    Examples
    --------
    >>> float(exp(0.0))
    1.0
    """
    return _apply("exp", np.exp, x)


def log(x: Any) -> Any:
    """Return the natural logarithm of `x`, a plain number.

    Examples
    --------
    >>> float(log(1.0))
    0.0
    """
    return _apply("log", np.log, x)


def log10(x: Any) -> Any:
    """Return the logarithm of `x`, a plain number, to base 10.

    Examples
    --------
    >>> float(log10(1000.0))
    3.0
    """
    return _apply("log10", np.log10, x)


def sqrt(x: Any) -> Any:
    """Return the square root of `x`; its unit is the root of that of `x`.

    Examples
    --------
    >>> float(sqrt(9.0))
    3.0
    """
    return call("sqrt", x) if isinstance(x, Traced) else np.sqrt(x)


def floor(x: Any) -> Any:
    """Return the largest whole number not above `x`, a plain number.

    Examples
    --------
    >>> float(floor(2.7))
    2.0
    """
    return _apply("floor", np.floor, x)


def ceil(x: Any) -> Any:
    """Return the smallest whole number not below `x`, a plain number.

    Examples
    --------
    >>> float(ceil(2.2))
    3.0
    """
    return _apply("ceil", np.ceil, x)


def sin(x: Any) -> Any:
    """Return the sine of `x`, in radians.

    Examples
    --------
    >>> float(sin(0.0))
    0.0
    """
    return _apply("sin", np.sin, x)


def cos(x: Any) -> Any:
    """Return the cosine of `x`, in radians.

    Examples
    --------
    >>> float(cos(0.0))
    1.0
    """
    return _apply("cos", np.cos, x)


def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent of `x`, a plain number.

    Examples
    --------
    >>> float(tanh(0.0))
    0.0
    """
    return _apply("tanh", np.tanh, x)


def minimum(first: Any, second: Any, *more: Any) -> Any:
    """Return the smallest of two or more values of one unit (``min`` in formulas).

    Examples
    --------
    >>> float(minimum(3.0, 1.0, 2.0))
    1.0
    """
    return _extreme("min", np.minimum, (first, second, *more))


def maximum(first: Any, second: Any, *more: Any) -> Any:
    """Return the largest of two or more values of one unit (``max`` in formulas).

    Examples
    --------
    >>> float(maximum(0, -1.5))
    0.0
    """
    return _extreme("max", np.maximum, (first, second, *more))


def _extreme(name: str, ufunc: Any, values: tuple[Any, ...]) -> Any:
    if any(isinstance(item, Traced) for item in values):
        return call(name, *values)
    return functools.reduce(ufunc, _aligned(values))


def where(condition: Any, yes: Any, no: Any) -> Any:
    """Return `yes` where the condition holds, else `no`.

    Examples
    --------
    >>> float(where(2 > 1, 5.0, 0.0))
    5.0
    """
    if any(isinstance(item, Traced) for item in (condition, yes, no)):
        return choose(condition, yes, no)
    # [()] makes a number of an array without axes.
    return np.where(condition, *_aligned((yes, no)))[()]


def sum_over(x: Any, over: str) -> Any:
    """Return the sum of `x` over a dim (``sum(x, over=dim)`` in formulas).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda share: sum_over(share, over="application")))
    'sum(share, over=application)'
    """
    return reduce_over("sum", x, over) if isinstance(x, Traced) else _no_dims("sum_over")


def mean_over(x: Any, over: str) -> Any:
    """Return the mean of `x` over a dim (``mean(x, over=dim)`` in formulas).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda power: mean_over(power, over="individual")))
    'mean(power, over=individual)'
    """
    return reduce_over("mean", x, over) if isinstance(x, Traced) else _no_dims("mean_over")


def prod_over(x: Any, over: str) -> Any:
    """Return the product of `x`, a plain number, over a dim (``prod(x, over=dim)``).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda ratio: prod_over(ratio, over="year")))
    'prod(ratio, over=year)'
    """
    return reduce_over("prod", x, over) if isinstance(x, Traced) else _no_dims("prod_over")


def at(x: Any, **dims: str) -> Any:
    """Return `x` read on another dim with the same labels (``at(x, year=cohort)``).

    Examples
    --------
    >>> from mcsus.expressions import to_text, trace
    >>> to_text(trace(lambda sales: at(sales, year="cohort")))
    'at(sales, year=cohort)'
    """
    if len(dims) != 1:
        found = f"at with {len(dims)} dims"
        raise InputError(Fault(found, 'one dim, for example at(x, year="cohort")'))
    ((dim, source),) = dims.items()
    return read_at(x, dim, source) if isinstance(x, Traced) else _no_dims("at")


def _no_dims(function: str) -> NoReturn:
    raise InputError(
        Fault(f"{function} of a plain value, which has no named dims", "a model that has dims")
    )
