"""Which quantities may be "never": what a payback gives, and what is computed from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mcsus.expressions import FUNCTIONS, nodes
from mcsus.expressions.nodes import Expression
from mcsus.model.equations import Equation


def never_of(equations: Sequence[Equation]) -> frozenset[str]:
    """Return the equations whose value may be never, from equations in the order of their use.

    A comparison of it holds or not, and what is divided by it is 0; all else that is computed from
    never is never.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.units import unit
    >>> texts = {"t": "payback(a, b)", "soon": "where(t < 5, 1, 0)", "late": "t + 2", "p": "1/t"}
    >>> made = [Equation(name, unit("1"), parse(text)) for name, text in texts.items()]
    >>> sorted(never_of(made))
    ['late', 't']
    """
    known: set[str] = set()
    for equation in equations:
        if _may_be(equation.expression, known):
            known.add(equation.name)
    return frozenset(known)


def _may_be(expression: Expression, known: Collection[str]) -> bool:
    match expression:
        case nodes.Name(name):
            return name in known
        case nodes.Binary("/", left, _):
            return _may_be(left, known)
        case nodes.Compare() | nodes.Logical():
            return False
        case nodes.Call(function, args):
            row = FUNCTIONS[function]
            return row.never or any(_may_be(arg, known) for arg in args)
    return any(_may_be(child, known) for child in expression.children())
