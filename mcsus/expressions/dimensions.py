"""Dimensional analysis of formulas: what unit comes out, and where units do not fit."""

import math
from collections.abc import Mapping
from typing import NoReturn

from mcsus.errors import Fault, InputError
from mcsus.expressions import nodes
from mcsus.expressions.language import FUNCTIONS, REDUCTIONS, operation
from mcsus.expressions.nodes import Expression, place, unknown_name
from mcsus.expressions.text import to_text
from mcsus.units import DIMENSIONLESS, Dimension

MAX_POWER = 99
"""Largest exponent of a base unit."""

_Maybe = Dimension | None  # None: the literal 0, which takes any unit


def dimension(
    expression: Expression, units: Mapping[str, Dimension], *, expected: Dimension | None = None
) -> Dimension:
    """Return the dimension of a formula.

    The literal 0 takes any unit; every other number is dimensionless. Sums and means keep
    the dimension of what they reduce; products need a dimensionless argument.

    Parameters
    ----------
    units : mapping of str to Dimension
        Dimension of each free name (of a numeric dim: `DIMENSIONLESS`).
    expected : Dimension, optional
        What to return for a formula that fits any unit, such as ``0``; else dimensionless.

    Raises
    ------
    InputError
        Where units do not fit; the fault names them and the column.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.units import unit
    >>> units = {"power": unit("W").dimension, "lifetime": unit("year").dimension}
    >>> print(dimension(parse("power*lifetime"), units))
    kg m**2 / s**2
    >>> dimension(parse("power + lifetime"), units)
    Traceback (most recent call last):
    mcsus.errors.InputError: column 7: found W + year in 'power + lifetime'; allowed: ...
    """
    result = _of(expression, units)
    return (expected or DIMENSIONLESS) if result is None else result


def _refuse(node: Expression, found: str, allowed: str) -> NoReturn:
    text = to_text(node)
    short = text if len(text) <= 60 else f"{text[:57]}..."
    raise InputError(Fault(f"{found} in {short!r}", allowed, place(node)))


def _of(node: Expression, units: Mapping[str, Dimension]) -> _Maybe:
    match node:
        case nodes.Number():
            free = node.value == 0 and node.dimension.is_dimensionless
            return None if free else node.dimension
        case nodes.Name():
            if node.id not in units:
                raise unknown_name(node.id, tuple(units), place(node))
            return units[node.id]
        case nodes.Negate() | nodes.At() | nodes.AtLabel():
            return _of(node.arg, units)
        case nodes.Reduce():
            inner = _of(node.arg, units)
            if REDUCTIONS[node.kind].plain:
                _need_number(node, inner, f"{node.kind} of")
            return inner
        case nodes.Binary():
            return _binary(node, units)
        case nodes.Compare():
            _same(node, node.op, (_of(node.left, units), _of(node.right, units)))
            return DIMENSIONLESS
        case nodes.Logical():
            _of(node.left, units), _of(node.right, units)
            return DIMENSIONLESS
        case nodes.Call():
            return _call(node, units)


def _same(node: Expression, joint: str, operands: tuple[_Maybe, ...]) -> _Maybe:
    """Return the one dimension of several operands, any of which may be the literal 0."""
    known = [item for item in operands if item is not None]
    other = next((item for item in known if item != known[0]), None)
    if other is not None:
        both = (
            f"{joint} of {known[0].shown} and {other.shown}"
            if joint[0].isalpha()
            else f"{known[0].shown} {joint} {other.shown}"
        )
        _refuse(node, both, "the same unit on both sides (1: a plain number)")
    return known[0] if known else None


def _need_number(node: Expression, result: _Maybe, what: str) -> None:
    if result is not None and not result.is_dimensionless:
        _refuse(node, f"{what} {result.shown}", "a plain number (divide by a reference value)")


def _call(node: nodes.Call, units: Mapping[str, Dimension]) -> _Maybe:
    row = FUNCTIONS[node.function]
    operands = tuple(_of(arg, units) for arg in node.args)[row.condition :]
    if row.divides:
        over, below = (item or DIMENSIONLESS for item in operands)
        return _bounded(node, over / below)
    if row.power is None:
        for item in operands:
            _need_number(node, item, f"{node.function} of")
        return DIMENSIONLESS
    common = _same(node, node.function, operands)
    return common if common is None or row.power == 1 else _raised(node, common, row.power)


def _binary(node: nodes.Binary, units: Mapping[str, Dimension]) -> _Maybe:
    left, right = _of(node.left, units), _of(node.right, units)
    match node.op:
        case "+" | "-":
            return _same(node, node.op, (left, right))
        case "*":
            return _bounded(node, (left or DIMENSIONLESS) * (right or DIMENSIONLESS))
        case "/":
            return _bounded(node, (left or DIMENSIONLESS) / (right or DIMENSIONLESS))
        case _:
            return _power(node, left or DIMENSIONLESS, right)


def _power(node: nodes.Binary, base: Dimension, exponent: _Maybe) -> Dimension:
    _need_number(node, exponent, "the exponent")
    if base.is_dimensionless:
        return DIMENSIONLESS
    value = constant(node.right)
    if value is None:
        _refuse(node, f"{base.shown} to a power that is no number", "a number as exponent")
    return _raised(node, base, value)


def _raised(node: Expression, base: Dimension, exponent: float) -> Dimension:
    if not math.isfinite(exponent) or abs(exponent) > MAX_POWER:
        _refuse(node, f"{base.shown} to the power {exponent}", f"exponents up to {MAX_POWER}")
    return _bounded(node, base**exponent)


def _bounded(node: Expression, result: Dimension) -> Dimension:
    if any(abs(power) > MAX_POWER for _, power in result.exponents):
        _refuse(node, f"the unit {result.shown}", f"exponents up to {MAX_POWER}")
    return result


def constant(node: Expression) -> float | None:
    """Return the value of a formula of bare numbers and ``+ - * / **``, else None.

    A value that is not finite or not real comes back as NaN.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> constant(parse("-2/4")), constant(parse("x")), constant(parse("1/0"))
    (-0.5, None, nan)
    """
    match node:
        case nodes.Number():
            return node.value if node.dimension.is_dimensionless else None
        case nodes.Negate():
            inner = constant(node.arg)
            return None if inner is None else -inner
        case nodes.Binary():
            left, right = constant(node.left), constant(node.right)
            return None if left is None or right is None else _compute(node.op, left, right)
        case _:
            return None


def _compute(op: str, left: float, right: float) -> float:
    compute = math.pow if op == "**" else operation(op)  # which gives no complex number
    try:
        return float(compute(left, right))
    except (ZeroDivisionError, OverflowError, ValueError):
        return math.nan
