"""The words of the formula language, one row each: everything that a function is stands here.

Parser, dimensional analysis, tracing, the NumPy reference, the compiled kernel, the JavaScript of
a live report, the names that nothing else may have and what people are shown all follow from the
row.
"""

import functools
import keyword
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Function(NamedTuple):
    """One function of the language.

    Parameters
    ----------
    name : str
        As formulas write it.
    words : str
        What it gives, for people, in words that follow "the function gives".
    numpy : callable
        How NumPy computes it: the reference path, and what tracing takes for this function.
    kernel : str, optional
        ``"module:name"`` of the function that the compiled kernel calls, any that numba compiles;
        by default `numpy` itself. It is looked up when a kernel is compiled.
    javascript : str, optional
        What a live report calls: a function of JavaScript, or one of ``functions.js`` beside this
        module; or an expression with ``{}`` for each argument. Without it, studies that use the
        function have no live report.
    arity : int
        How many arguments it takes.
    more : bool
        Whether it takes more than `arity`, folded two at a time from the left.
    power : float, optional
        Its arguments have one unit, and the result has this power of it. Without it, arguments
        and result are plain numbers.
    condition : bool
        Whether its first argument is a comparison.
    steps : bool
        Whether it is flat but for jumps.
    divides : bool
        Whether its two arguments have units of their own, and the result that of the first over
        that of the second.
    never : bool
        Whether it may be "never", which is infinite and no error.
    reserved : bool
        Whether no quantity may have its name.
    """

    name: str
    words: str
    numpy: Callable[..., Any]
    kernel: str = ""
    javascript: str = ""
    arity: int = 1
    more: bool = False
    power: float | None = None
    condition: bool = False
    steps: bool = False
    divides: bool = False
    never: bool = False
    reserved: bool = True

    @property
    def usage(self) -> str:
        """How it is written."""
        if self.arity == 1:
            return f"{self.name}(x)"
        args = ["condition"] if self.condition else []
        args += "abcdefgh"[: self.arity - len(args)]
        return f"{self.name}({', '.join(args)}{', ..' if self.more else ''})"

    def takes(self, count: int) -> bool:
        """Tell whether it takes so many arguments."""
        return count == self.arity or (self.more and count > self.arity)

    def value(self, args: list[Any]) -> Any:
        """Compute it by NumPy."""
        return functools.reduce(self.numpy, args) if self.more else self.numpy(*args)


class Reduction(NamedTuple):
    """One fold over a dim, written ``name(x, over=dim)``.

    Parameters
    ----------
    name, words
        As for a `Function`.
    numpy : callable
        How NumPy computes it along an axis.
    operator : {"+", "*"}
        What folds the labels, in order, from `start` on.
    start : float
    divides : bool
        Whether the result is divided by the number of labels.
    """

    name: str
    words: str
    numpy: Callable[..., Any]
    operator: str = "+"
    start: float = 0.0
    divides: bool = False

    @property
    def usage(self) -> str:
        """How it is written."""
        return f"{self.name}(x, over=dim)"

    @property
    def plain(self) -> bool:
        """Whether it takes plain numbers only: the unit of a product depends on the labels."""
        return self.operator == "*"


ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "truediv", "**": "pow"}
COMPARISONS = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge", "==": "eq", "!=": "ne"}
LOGIC = {"or": "or_", "and": "and_"}
"""Operators by their signs, each with its name in Python's module of operators.

Those of `LOGIC` join conditions; the later binds tighter.
"""


def operation(sign: str) -> Callable[[Any, Any], Any]:
    """Return what an operator does to two values."""
    return getattr(operator, (ARITHMETIC | COMPARISONS | LOGIC)[sign])  # type: ignore[no-any-return]


def _payback(cost: Any, rate: Any) -> Any:
    """Return when a rate has paid a cost: 0 for what costs nothing, never if nothing pays.

    What is gained at once and then lost, at a rate below 0, is never paid back either.
    """
    with np.errstate(all="ignore"):
        time = np.where(cost <= 0, 0.0, np.where(rate <= 0, np.inf, np.divide(cost, rate)))
        return np.where(rate < 0, np.inf, time)[()]


def _ratio(a: Any, b: Any) -> Any:
    """Return a over b where b is above 0: else without bound where a is, and 0 where neither is."""
    with np.errstate(all="ignore"):
        beyond = np.where(a > 0, np.inf, 0.0)
        known = np.where(b > 0, np.divide(a, b), beyond)
        return np.where(np.isnan(a) | np.isnan(b), np.nan, known)[()]


def _mean_decay(x: Any) -> Any:
    """Return the mean of exp(-t) for t from 0 to x, without cancellation near 0."""
    with np.errstate(all="ignore"):
        return np.where(np.equal(x, 0), 1.0, -np.expm1(np.negative(x)) / x)[()]


FUNCTIONS: dict[str, Function] = {
    row.name: row
    for row in (
        Function(
            "exp",
            "e to the power x",
            np.exp,
            "mcsus.families.loops.elementary:exp",
            javascript="Math.exp",
        ),
        Function(
            "log",
            "the natural logarithm of x",
            np.log,
            "mcsus.families.loops.elementary:log",
            javascript="Math.log",
        ),
        Function("log10", "the logarithm of x to base 10", np.log10, javascript="Math.log10"),
        Function("sqrt", "the square root of x", np.sqrt, power=0.5, javascript="Math.sqrt"),
        Function("abs", "x without its sign", np.abs, power=1, javascript="Math.abs"),
        Function(
            "min",
            "the smallest of two or more",
            np.minimum,
            arity=2,
            more=True,
            power=1,
            javascript="Math.min",
        ),
        Function(
            "max",
            "the largest of two or more",
            np.maximum,
            arity=2,
            more=True,
            power=1,
            javascript="Math.max",
        ),
        Function(
            "floor",
            "the largest whole number not above x",
            np.floor,
            steps=True,
            javascript="Math.floor",
        ),
        Function(
            "ceil",
            "the smallest whole number not below x",
            np.ceil,
            steps=True,
            javascript="Math.ceil",
        ),
        Function("sin", "the sine of x, in radians", np.sin, javascript="Math.sin"),
        Function("cos", "the cosine of x, in radians", np.cos, javascript="Math.cos"),
        Function("tan", "the tangent of x, in radians", np.tan, javascript="Math.tan"),
        Function(
            "atan", "the angle, in radians, whose tangent is x", np.arctan, javascript="Math.atan"
        ),
        Function(
            "atan2",
            "the angle, in radians, of the point at b to the right and a up",
            np.arctan2,
            arity=2,
            power=0,
            javascript="Math.atan2",
        ),
        Function("tanh", "the hyperbolic tangent of x", np.tanh, javascript="Math.tanh"),
        Function(
            "mean_decay",
            "the mean of exp(-t) for t from 0 to x, (1 - exp(-x))/x, which is 1 at 0",
            _mean_decay,
            "mcsus.families.loops.elementary:mean_decay",
            reserved=False,
            javascript="mean_decay",
        ),
        Function(
            "mod",
            "what whole multiples of b leave of a",
            np.mod,
            arity=2,
            power=1,
            javascript="mod",
        ),
        Function(
            "payback",
            "the time a/b after which a rate b has paid a: never where b is below 0, 0 where a is "
            "not above 0, else never where b is 0",
            _payback,
            "mcsus.families.loops.elementary:payback",
            arity=2,
            divides=True,
            never=True,
            reserved=False,  # quantities are called so
            javascript="payback",
        ),
        Function(
            "ratio",
            "a over b, where b is above 0: else without bound where a is above 0, and 0 where "
            "neither is",
            _ratio,
            "mcsus.families.loops.elementary:ratio",
            arity=2,
            divides=True,
            never=True,
            reserved=False,
            javascript="ratio",
        ),
        Function(
            "where",
            "a where the condition (comparisons of values, joined by and, or) holds, else b",
            np.where,
            "mcsus.families.loops.intrinsics:choose",
            arity=3,
            power=1,
            condition=True,
            javascript="({} ? {} : {})",
        ),
    )
}
"""Functions of the language by name."""

REDUCTIONS: dict[str, Reduction] = {
    row.name: row
    for row in (
        Reduction("sum", "the sum of x over a dim", np.sum),
        Reduction("mean", "the mean of x over a dim", np.mean, divides=True),
        Reduction("prod", "the product of x, a plain number, over a dim", np.prod, "*", 1.0),
    )
}
"""Reductions over a dim by name."""

READING = "at"
"""The word that reads a value at other labels."""


CONSTANTS = ("pi",)


def callables() -> tuple[str, ...]:
    """Return every word that a formula writes before a parenthesis."""
    return (*FUNCTIONS, *REDUCTIONS, READING)


def words() -> tuple[str, ...]:
    """Return every word of the language."""
    return (*callables(), *CONSTANTS)


def is_reserved(name: str) -> bool:
    """Tell whether no parameter, equation or dim may have this name.

    Examples
    --------
    >>> is_reserved("sqrt"), is_reserved("pi"), is_reserved("yield"), is_reserved("power")
    (True, True, True, False)
    """
    if name in FUNCTIONS:
        return FUNCTIONS[name].reserved
    return keyword.iskeyword(name) or name in words()


def described(name: str) -> str:
    """Return a line of text on a word of the language.

    Examples
    --------
    >>> described("sqrt")
    'sqrt(x): the square root of x; x in any unit, the result in its power 0.5'
    >>> described("exp")
    'exp(x): e to the power x; of a plain number'
    """
    if name in CONSTANTS:
        return "pi: the ratio of the circumference of a circle to its diameter, 3.14159.."
    if name == READING:
        return 'at(x, dim=other), at(x, dim="label"): x at the labels of another dim, or at one'
    if name in REDUCTIONS:
        return f"{REDUCTIONS[name].usage}: {REDUCTIONS[name].words}"
    row = FUNCTIONS[name]
    if row.divides:
        return f"{row.usage}: {row.words}; a and b in any units, the result in that of a over b"
    if row.power is None:
        units = "plain numbers" if row.arity > 1 else "a plain number"
        return f"{row.usage}: {row.words}; of {units}"
    units = "values of one unit" if row.arity > 1 else "x in any unit"
    known = {0.0: "the result a plain number", 1.0: "the result in it"}
    result = known.get(row.power) or f"the result in its power {row.power:g}"
    return f"{row.usage}: {row.words}; {units}, {result}"
