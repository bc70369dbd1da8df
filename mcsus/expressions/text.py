"""From nodes back to the text of a formula, with no more parentheses than it needs."""

import math

from mcsus.expressions import nodes
from mcsus.expressions.nodes import Expression, label_text

# How tightly each kind of text binds.
_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = 1, 2, 3, 4, 5
_OR, _AND, _COMPARED = -2, -1, 0
_BINDS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "**": _POWER}
_SPACED = {"+": " + ", "-": " - ", "*": "*", "/": "/", "**": "**"}


def to_text(expression: Expression) -> str:
    """Write a formula in its canonical form.

    ``parse(to_text(e)) == e`` for every `e` that came from a formula or an equation.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> to_text(parse("(a+b) * (c ** 2.0)/ (pi)"))
    '(a + b)*c**2/pi'
    """
    return _write(expression)[0]


def _write(node: Expression) -> tuple[str, int]:
    """Return the text of a node and how tightly it binds."""
    match node:
        case nodes.Number():
            return _number(node)
        case nodes.Name():
            return node.id, _ATOM
        case nodes.Negate():
            return "-" + _inside(node.arg, _UNARY), _UNARY
        case nodes.Binary():
            return _binary(node)
        case nodes.Compare():
            return f"{_write(node.left)[0]} {node.op} {_write(node.right)[0]}", _COMPARED
        case nodes.Logical(op, left, right):
            binds = _BINDS[op]
            return f"{_inside(left, binds)} {op} {_inside(right, binds + 1)}", binds
        case nodes.Call():
            inner = ", ".join(_write(arg)[0] for arg in node.args)
            return f"{node.function}({inner})", _ATOM
        case nodes.Reduce():
            return f"{node.kind}({_write(node.arg)[0]}, over={node.over})", _ATOM
        case nodes.At():
            return f"at({_write(node.arg)[0]}, {node.dim}={node.source})", _ATOM
        case nodes.AtLabel():
            return f"at({_write(node.arg)[0]}, {node.dim}={label_text(node.label)})", _ATOM


def _inside(node: Expression, least: int) -> str:
    """Write a node where only text that binds at least so tightly can stand bare."""
    return _bracket(*_write(node), least)


def _bracket(text: str, binds: int, least: int) -> str:
    return text if binds >= least else f"({text})"


def _binary(node: nodes.Binary) -> tuple[str, int]:
    binds = _BINDS[node.op]
    if node.op == "**":
        # A power is never the bare base or exponent of another.
        return f"{_inside(node.left, _ATOM)}**{_exponent(node.right)}", binds
    left, right = _inside(node.left, binds), _inside(node.right, binds + 1)
    return f"{left}{_SPACED[node.op]}{right}", binds


def _exponent(node: Expression) -> str:
    if isinstance(node, nodes.Negate):
        text, binds = _write(node.arg)
        return f"-{text}" if binds == _ATOM else f"(-{_bracket(text, binds, _UNARY)})"
    return _inside(node, _ATOM)


def _number(node: nodes.Number) -> tuple[str, int]:
    value = node.value
    if not node.dimension.is_dimensionless:
        return f"{value!r} {node.dimension}", 0
    if value == math.pi:
        return "pi", _ATOM
    text = repr(abs(value)).removesuffix(".0")
    return (f"-{text}", _UNARY) if value < 0 else (text, _ATOM)
