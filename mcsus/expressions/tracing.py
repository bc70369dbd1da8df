"""From a Python function to its formula: run it once on symbols that write down what it does.

An equation is a plain Python function of its inputs. Called with symbols instead of numbers,
its arithmetic builds the same nodes that a formula gives, so that one compiler and one
dimensional analysis serve both.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.expressions import nodes
from mcsus.expressions.language import ARITHMETIC, COMPARISONS, FUNCTIONS, LOGIC, operation
from mcsus.expressions.nodes import MAX_NODES, Expression, check_name
from mcsus.vocabulary import LABEL_WORDS, is_label

# What an operator of NumPy means.
_ARITHMETIC = (np.add, np.subtract, np.multiply, np.divide, np.power)
_ORDER = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
_SIGNS = dict(zip((*_ARITHMETIC, *_ORDER), (*ARITHMETIC, *COMPARISONS), strict=True))

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
                "where(condition, a, b), minimum(a, b), maximum(a, b); (a < b) & (c < d), |",
            )
        )


class Condition(Traced):
    """A comparison of symbols, or several joined by & and |: what `where` takes first."""

    __slots__ = ()


class Symbol(Traced):
    """A value of a traced function; arithmetic on it builds nodes."""

    __slots__ = ()

    def __neg__(self) -> Symbol:
        return Symbol(nodes.Negate(self.node), self.size + 1)

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return call("abs", self)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> object:
        # NumPy wraps its own scalars into arrays without axes before it asks.
        scalars = [item[()] if isinstance(item, np.ndarray) else item for item in inputs]
        if method == "__call__" and not options:
            if ufunc in _SIGNS:
                return operation(_SIGNS[ufunc])(*map(symbol, scalars))
            if ufunc is np.negative:
                return -self
        return _numpy(ufunc, scalars, options or method != "__call__")

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Symbol:
        return _numpy(function, args, options)


def _numpy(function: Any, args: Sequence[object], options: object) -> Symbol:
    """Return the symbol of a call of NumPy, where the language has a function for it."""
    row = next((row for row in FUNCTIONS.values() if row.numpy is function), None)
    if row is None or options or not row.takes(len(args)):
        _refuse(f"numpy.{function.__name__}")
    return call(row.name, *args)


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

    def joined(op: str) -> Callable[[Condition, Any], Condition]:
        return lambda self, other: _join(op, self, other)

    def refused(name: str) -> Callable[..., NoReturn]:
        return lambda *_: _refuse(f"the operation {name!r}")

    for op, name in ARITHMETIC.items():
        setattr(Symbol, f"__{name}__", forward(op))
        setattr(Symbol, f"__r{name}__", backward(op))
    for op, name in COMPARISONS.items():
        setattr(Symbol, f"__{name}__", compared(op))
    others = (
        "floordiv rfloordiv mod rmod divmod rdivmod matmul rmatmul and rand or ror xor rxor "
        "lshift rlshift rshift rrshift invert float int complex index round floor ceil trunc "
        "len iter getitem setitem contains call array"
    )
    for name in others.split():
        setattr(Traced, f"__{name}__", refused(name))
    forwards = ARITHMETIC.values()
    backwards = (f"r{name}" for name in forwards)
    for name in (*forwards, *backwards, *COMPARISONS.values(), "neg", "abs"):
        setattr(Condition, f"__{name}__", refused(name))
    for op, name in LOGIC.items():
        setattr(Condition, f"__{name.strip('_')}__", joined(op))


def _binary(op: str, left: Symbol, right: Symbol) -> Symbol:
    return Symbol(nodes.Binary(op, left.node, right.node), left.size + right.size + 1)


def _compare(op: str, left: Symbol, right: Symbol) -> Condition:
    return Condition(nodes.Compare(op, left.node, right.node), left.size + right.size + 1)


def _join(op: str, left: Condition, right: object) -> Condition:
    if not isinstance(right, Condition):
        found = f"a condition joined with a {type(right).__name__}"
        raise InputError(Fault(found, "comparisons in parentheses: (a < b) & (c < d)"))
    return Condition(nodes.Logical(op, left.node, right.node), left.size + right.size + 1)


_add_operators()


def symbol(value: object) -> Symbol:
    """Return a symbol for a symbol or a plain number."""
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
        return Symbol(nodes.Negate(nodes.Number(-size)), 2)
    return Symbol(nodes.Number(abs(size)))


def call(function: str, *args: object) -> Symbol:
    """Return the symbol of a function of the language."""
    row = FUNCTIONS[function]
    if not row.takes(len(args)):
        raise InputError(Fault(f"{function} with {len(args)} arguments", row.usage))
    if row.condition and not isinstance(args[0], Condition):
        found = f"a condition of {function} of type {type(args[0]).__name__}"
        raise InputError(Fault(found, "a comparison of values, for example age < lifetime"))
    symbols: list[Traced] = [symbol(item) for item in args[row.condition :]]
    if isinstance(args[0], Condition):
        symbols.insert(0, args[0])
    size = 1 + sum(item.size for item in symbols)
    return Symbol(nodes.Call(function, tuple(item.node for item in symbols)), size)


def reduce_over(kind: str, value: object, over: str) -> Symbol:
    """Return the symbol of ``sum``, ``mean`` or ``prod`` over a dim."""
    check_name(over)
    inner = symbol(value)
    return Symbol(nodes.Reduce(kind, inner.node, over), inner.size + 1)


def read_at(value: object, dim: str, source: str) -> Symbol:
    """Return the symbol of ``at(value, dim=source)``."""
    check_name(dim)
    check_name(source)
    inner = symbol(value)
    return Symbol(nodes.At(inner.node, dim, source), inner.size + 1)


def read_label(value: object, dim: str, label: str | float) -> Symbol:
    """Return the symbol of ``at(value, dim=label)``."""
    check_name(dim)
    if isinstance(label, bool) or not isinstance(label, str | Real):
        raise InputError(Fault(f"a label of type {type(label).__name__}", "a text or a number"))
    if isinstance(label, str) and not is_label(label):
        raise InputError(Fault(f"the label {label[:40]!r}", LABEL_WORDS))
    inner = symbol(value)
    read = label if isinstance(label, str) else float(label)
    return Symbol(nodes.AtLabel(inner.node, dim, read), inner.size + 1)


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
        symbols[name] = Symbol(nodes.Name(name))
    result = function(**symbols)
    if not isinstance(result, Real | Traced) or isinstance(result, bool):
        kind = type(result).__name__
        raise InputError(Fault(f"an equation that returns a {kind}", "one value"))
    return symbol(result).node
