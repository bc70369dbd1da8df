"""From a Python function to its formula: run it once on symbols that write down what it does.

An equation is a plain Python function of its inputs. Called with symbols instead of numbers,
its arithmetic builds the same nodes that a formula gives, so that one compiler and one
dimensional analysis serve both.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import (
    MAX_NODES,
    At,
    Binary,
    Call,
    Compare,
    Expression,
    Name,
    Negate,
    Number,
    Reduce,
    check_name,
)

_ARITHMETIC = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "pow": "**"}
_ORDER = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}

# What `numpy.f(symbol)` means.
_UFUNCS: dict[str, Callable[..., object]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "power": operator.pow,
    "negative": operator.neg,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "minimum": lambda a, b: call("min", a, b),
    "maximum": lambda a, b: call("max", a, b),
    "absolute": lambda a: call("abs", a),
    **{
        name: (lambda a, name=name: call(name, a))
        for name in ("exp", "log", "log10", "sqrt", "floor", "ceil", "sin", "cos", "tanh")
    },
}

_ONLY = "the operators + - * / **, comparisons inside where, and the functions of mcsus"


class Traced:
    """Base of what stands for a value while a function is traced.

    Parameters
    ----------
    node : Expression
        What the function has computed so far.
    """

    __slots__ = ("node", "size")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, node: Expression, size: int = 1) -> None:
        if size > MAX_NODES:
            raise InputError(
                Fault(f"an equation of more than {MAX_NODES} nodes", f"at most {MAX_NODES}")
            )
        self.node = node
        self.size = size

    def __bool__(self) -> bool:
        raise InputError(
            Fault(
                "a decision (if, and, or, not, min, max) on a value that differs from draw to draw",
                "where(condition, a, b), minimum(a, b), maximum(a, b)",
            )
        )


class Condition(Traced):
    """A comparison of symbols: the first argument of `where`, and nothing else.

    Examples
    --------
    >>> (Symbol(Name("age")) < 3).node
    Compare(op='<', left=Name(id='age', position=0), right=Number(value=3.0, position=0), ...)
    """

    __slots__ = ()


class Symbol(Traced):
    """A value of a traced function; arithmetic on it builds nodes.

    Examples
    --------
    >>> (2 * Symbol(Name("x"))).node
    Binary(op='*', left=Number(value=2.0, ...), right=Name(id='x', position=0), position=0)
    """

    __slots__ = ()

    def __neg__(self) -> Symbol:
        return Symbol(Negate(self.node), self.size + 1)

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return call("abs", self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> object:
        known = _UFUNCS.get(ufunc.__name__)
        if known is None or method != "__call__" or options:
            _refuse(f"numpy.{ufunc.__name__}")
        # NumPy wraps its own scalars into arrays without axes before it asks.
        scalars = (item[()] if isinstance(item, np.ndarray) else item for item in inputs)
        return known(*(symbol(item) for item in scalars))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Symbol:
        if function is not np.where or options or len(args) != 3:
            _refuse(f"numpy.{function.__name__}")
        return choose(*args)


def _refuse(what: str) -> NoReturn:
    raise InputError(Fault(f"{what} of a value that differs from draw to draw", _ONLY))


def _add_operators() -> None:
    """Give `Symbol` its operators, and both classes a refusal for every other one."""

    def forward(op: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: _binary(op, self, symbol(other))

    def backward(op: str) -> Callable[[Symbol, Any], Symbol]:
        return lambda self, other: _binary(op, symbol(other), self)

    def compared(op: str) -> Callable[[Symbol, Any], Condition]:
        return lambda self, other: _compare(op, self, symbol(other))

    def refused(name: str) -> Callable[..., NoReturn]:
        return lambda *_: _refuse(f"the operation {name!r}")

    for name, op in _ARITHMETIC.items():
        setattr(Symbol, f"__{name}__", forward(op))
        setattr(Symbol, f"__r{name}__", backward(op))
    for name, op in _ORDER.items():
        setattr(Symbol, f"__{name}__", compared(op))
    others = (
        "floordiv rfloordiv mod rmod divmod rdivmod matmul rmatmul and rand or ror xor rxor "
        "lshift rlshift rshift rrshift invert float int complex index round floor ceil trunc "
        "len iter getitem setitem contains call array"
    )
    for name in others.split():
        setattr(Traced, f"__{name}__", refused(name))
    for name in (*_ARITHMETIC, *(f"r{name}" for name in _ARITHMETIC), *_ORDER, "neg", "abs"):
        setattr(Condition, f"__{name}__", refused(name))


def _binary(op: str, left: Symbol, right: Symbol) -> Symbol:
    return Symbol(Binary(op, left.node, right.node), left.size + right.size + 1)


def _compare(op: str, left: Symbol, right: Symbol) -> Condition:
    return Condition(Compare(op, left.node, right.node), left.size + right.size + 1)


_add_operators()


def symbol(value: object) -> Symbol:
    """Return a symbol for a symbol or a plain number.

    Examples
    --------
    >>> symbol(-2).node
    Negate(arg=Number(value=2.0, position=0), position=0)
    """
    if isinstance(value, Symbol):
        return value
    if isinstance(value, Condition):
        raise InputError(Fault("a comparison used as a value", "where(condition, a, b)"))
    if isinstance(value, bool) or not isinstance(value, Real):
        kind = type(value).__name__
        raise InputError(Fault(f"a {kind} in an equation", "symbols and plain numbers"))
    try:
        size = float(value)
    except OverflowError:
        size = float("inf")
    if size < 0:
        return Symbol(Negate(Number(-size)), 2)
    return Symbol(Number(abs(size)))


def call(function: str, *args: object) -> Symbol:
    """Return the symbol of a function of the language.

    Examples
    --------
    >>> call("min", Symbol(Name("a")), 1).node.function
    'min'
    """
    symbols = [symbol(item) for item in args]
    size = 1 + sum(item.size for item in symbols)
    return Symbol(Call(function, tuple(item.node for item in symbols)), size)


def choose(condition: object, yes: object, no: object) -> Symbol:
    """Return the symbol of ``where(condition, yes, no)``.

    Examples
    --------
    >>> choose(Symbol(Name("age")) < 3, 1, 0).node.function
    'where'
    """
    if not isinstance(condition, Condition):
        found = f"a condition of where of type {type(condition).__name__}"
        raise InputError(Fault(found, "a comparison of values, for example age < lifetime"))
    branches = [symbol(yes), symbol(no)]
    size = 1 + condition.size + sum(item.size for item in branches)
    return Symbol(Call("where", (condition.node, *(item.node for item in branches))), size)


def reduce_over(kind: str, value: object, over: str) -> Symbol:
    """Return the symbol of ``sum``, ``mean`` or ``prod`` over a dim.

    Examples
    --------
    >>> reduce_over("sum", Symbol(Name("share")), "application").node.over
    'application'
    """
    check_name(over)
    inner = symbol(value)
    return Symbol(Reduce(kind, inner.node, over), inner.size + 1)


def read_at(value: object, dim: str, source: str) -> Symbol:
    """Return the symbol of ``at(value, dim=source)``.

    Examples
    --------
    >>> read_at(Symbol(Name("sales")), "year", "cohort").node.source
    'cohort'
    """
    check_name(dim)
    check_name(source)
    inner = symbol(value)
    return Symbol(At(inner.node, dim, source), inner.size + 1)


def _parameters(function: Callable[..., object]) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(function).parameters
    except (TypeError, ValueError):  # a built-in function, or nothing that can be called
        found = f"{function!r}, which does not name its arguments"
        raise InputError(Fault(found, "a Python function of its inputs")) from None


def trace(function: Callable[..., object]) -> Expression:
    """Return the formula that a Python function computes.

    The function is called once, with a symbol for each argument. Its arguments are the names
    of its inputs; they have no default values.

    Parameters
    ----------
    function : callable
        Made of arithmetic and of the functions that `mcsus.expressions` exports.

    Returns
    -------
    Expression
        What it computes.

    Raises
    ------
    InputError
        If an argument is no name of the language, or the function does something that no
        formula can say, such as deciding by ``if`` on a value.

    Examples
    --------
    >>> from mcsus.expressions import exp, to_text
    >>> def use_stage(power, lifetime, decline):
    ...     return power * lifetime * exp(-decline * lifetime / 2)
    >>> to_text(trace(use_stage))
    'power*lifetime*exp(-decline*lifetime/2)'
    """
    symbols: dict[str, Symbol] = {}
    for name, parameter in _parameters(function).items():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise InputError(Fault(f"the argument {parameter}", "one argument for each input"))
        if parameter.default is not parameter.empty:
            raise InputError(Fault(f"the default of {name!r}", "arguments without defaults"))
        check_name(name)
        symbols[name] = Symbol(Name(name))
    result = function(**symbols)
    if not isinstance(result, Real | Traced) or isinstance(result, bool):
        kind = type(result).__name__
        raise InputError(Fault(f"an equation that returns a {kind}", "one value"))
    return symbol(result).node
