"""From the text of a formula to its nodes, by an allow-list over Python's `ast`.

A first pass over the characters refuses whatever the language has no use for, in its own
words and with its column, and bounds length and nesting, so that `ast` is only ever given
short and harmless text. Nothing is evaluated, here or later.
"""

import ast
import itertools
import math
import re

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import nodes
from mcsus.expressions.language import (
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    LOGIC,
    READING,
    REDUCTIONS,
    callables,
    is_reserved,
)
from mcsus.expressions.lexis import refuse, scan
from mcsus.expressions.nodes import MAX_NODES, Expression, label_of
from mcsus.vocabulary import LABEL_WORDS, is_label

MAX_DEPTH = 300

_ARITHMETIC = dict(zip((ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow), ARITHMETIC, strict=True))
_ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
_COMPARISONS = dict(zip(_ORDER, COMPARISONS, strict=True))
_LOGIC = dict(zip((ast.Or, ast.And), LOGIC, strict=True))


def parse(text: str) -> Expression:
    """Read a formula.

    Parameters
    ----------
    text : str
        A formula of at most 2,000 characters and 500 nodes, for example
        ``"power * lifetime / efficiency"``.

    Returns
    -------
    Expression
        Its tree; every node knows its 1-based column.

    Raises
    ------
    InputError
        If the text holds anything outside the language; the fault names the column.

    Examples
    --------
    >>> parse("2*x")
    Binary(op='*', left=Number(value=2.0, position=1), right=Name(id='x', position=3), position=2)
    >>> parse("__import__('os')")
    Traceback (most recent call last):
    mcsus.errors.InputError: column 1: found a name that begins with '_'; allowed: ...
    """
    if not isinstance(text, str):
        raise InputError(Fault(f"{text!r}", "a formula in quotes", ("formula",)))
    scan(text)
    line = re.sub(r"[\t\r\n]", " ", text)
    offset = len(line) - len(line.lstrip(" "))
    return _Builder(line[offset:], offset).build()


class _Builder:
    """Turns the `ast` of one formula into nodes."""

    def __init__(self, text: str, offset: int) -> None:
        self.text = text
        self.code = re.sub(r"[^\0-\x7f]", "_", text)  # whose columns ast counts in bytes
        self.offset = offset
        self.count = 0

    def build(self) -> Expression:
        try:
            return self.node(ast.parse(self.code, mode="eval").body, 0)
        except SyntaxError as error:
            column = min(max(error.offset or 1, 1), len(self.text))
            reason = "" if error.msg.startswith("invalid syntax") else f" ({error.msg})"
            found = f"{self.text[column - 1]!r}, which does not fit there{reason}"
            refuse(self.offset + column, found)
        except (ValueError, MemoryError, RecursionError):
            refuse(1, "a formula that nests too deeply", f"at most {MAX_DEPTH} levels")

    def column(self, node: ast.expr | ast.keyword) -> int:
        return self.offset + node.col_offset + 1

    def node(self, node: ast.expr, depth: int) -> Expression:  # noqa: RET503  (refuse never returns)
        """Build one node; `depth` counts the nodes above it."""
        self.count += 1
        column = self.column(node)
        if self.count > MAX_NODES:
            refuse(column, f"more than {MAX_NODES} nodes", f"at most {MAX_NODES} in a formula")
        if depth > MAX_DEPTH:
            refuse(column, "a formula that nests too deeply", f"at most {MAX_DEPTH} levels")
        match node:
            case ast.Constant():
                return self.number(node, column)
            case ast.Name():
                return self.name(node, column)
            case ast.UnaryOp(op=ast.USub()):
                return nodes.Negate(self.node(node.operand, depth + 1), column)
            case ast.BinOp():
                return self.binary(node, depth)
            case ast.Call():
                return self.call(node, depth)
            case ast.Compare():
                refuse(column, "a comparison", "comparisons as first argument of where(c, a, b)")
            case ast.BoolOp(op):
                found = f"values joined by {_LOGIC[type(op)]!r}"
                refuse(column, found, "comparisons joined in the first argument of where(c, a, b)")
            case ast.Tuple():
                refuse(column, "a list of values", "one value")
            case ast.UnaryOp(op=ast.UAdd()):
                refuse(column, "a plus sign before a value", "the value without it")
        refuse(column, f"a Python {type(node).__name__.lower()}")

    def number(self, node: ast.Constant, column: int) -> nodes.Number:
        text = self.text[node.col_offset : node.end_col_offset]
        try:
            value = float(text)
        except ValueError:
            refuse(column, repr(text[:20]))
        if math.isinf(value):
            refuse(column, f"the number {text[:20]}", "numbers below 1.8e308")
        if value == 0 and re.search(r"[1-9]", re.split("[eE]", text)[0]):
            refuse(column, f"the number {text[:20]}", "0 or numbers above 4.9e-324")
        return nodes.Number(value, column)

    def name(self, node: ast.Name, column: int) -> Expression:
        if node.id == "pi":
            return nodes.Number(math.pi, column)
        if is_reserved(node.id):
            refuse(column, f"the function {node.id!r} without arguments", f"{node.id}(...)")
        return nodes.Name(node.id, column)

    def binary(self, node: ast.BinOp, depth: int) -> nodes.Binary:
        op = _ARITHMETIC.get(type(node.op))
        if op is None:
            refuse(self.column(node), "an operator that the language does not have")
        if op == "**":
            self.refuse_tower(node)
        left = self.node(node.left, depth + 1)
        right = self.node(node.right, depth + 1)
        at = self.operator_at(node.left, op)
        return nodes.Binary(op, left, right, self.offset + at + 1)

    def operator_at(self, left: ast.expr, op: str) -> int:
        """Return the index of the operator after `left`; only `)` and spaces lie between."""
        return self.text.index(op, left.end_col_offset)

    def refuse_tower(self, node: ast.BinOp) -> None:
        """Refuse ``a**b**c``: which power comes first is easily misread."""
        inner = node.right
        while isinstance(inner, ast.UnaryOp):
            inner = inner.operand
        if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow)):
            return
        between = self.text[self.operator_at(node.left, "**") : inner.col_offset]
        if "(" not in between:
            column = self.offset + self.operator_at(inner.left, "**") + 1
            refuse(column, "a power of a power", "parentheses that say which comes first")

    def call(self, node: ast.Call, depth: int) -> Expression:
        column = self.column(node)
        if not isinstance(node.func, ast.Name):
            refuse(column, "a call of something that is not a function's name")
        function = node.func.id
        if function not in callables():
            known = callables()
            found = f"unknown function {function!r}"
            refuse(column, found, ", ".join(known), nearest(function, known))
        if function == READING:
            return self.at(node, column, depth)
        if function in REDUCTIONS:
            return self.reduce(node, function, column, depth)
        self.refuse_keywords(node, ())
        row = FUNCTIONS[function]
        if not row.takes(len(node.args)):
            allowed = f"{row.arity}{' or more' if row.more else ''}"
            refuse(column, f"{function} with {len(node.args)} arguments", allowed)
        first = [self.condition(node.args[0], function, depth + 1)] if row.condition else []
        rest = (self.node(item, depth + 1) for item in node.args[row.condition :])
        return nodes.Call(function, (*first, *rest), column)

    def refuse_keywords(self, node: ast.Call, allowed: tuple[str, ...]) -> None:
        for item in node.keywords:
            if item.arg not in allowed:
                name = item.arg or "**"
                known = ", ".join(allowed) or "arguments without names"
                refuse(self.column(item), f"the argument {name!r}", known, nearest(name, allowed))

    def dim(self, node: ast.expr, function: str) -> str:
        if not isinstance(node, ast.Name) or is_reserved(node.id):
            refuse(self.column(node), f"a dim of {function} that is no name", "the name of a dim")
        return node.id

    def reduce(self, node: ast.Call, function: str, column: int, depth: int) -> nodes.Reduce:
        self.refuse_keywords(node, ("over",))
        if len(node.args) != 1 or len(node.keywords) != 1:
            found = f"{function} with {len(node.args)} values and {len(node.keywords)} dims"
            refuse(column, found, f"{function}(x, over=dim); of several values: + or *")
        over = self.dim(node.keywords[0].value, function)
        return nodes.Reduce(function, self.node(node.args[0], depth + 1), over, column)

    def at(self, node: ast.Call, column: int, depth: int) -> nodes.At | nodes.AtLabel:
        if len(node.args) != 1 or len(node.keywords) != 1 or node.keywords[0].arg is None:
            found = f"at with {len(node.args)} values and {len(node.keywords)} dims"
            refuse(column, found, 'at(x, year=cohort), at(x, year=2030), at(x, design="coin")')
        item = node.keywords[0]
        if item.arg is None or is_reserved(item.arg):
            refuse(self.column(item), f"the dim {item.arg!r}", "the name of a dim")
        label = self.label(item.value)
        if label is not None:
            return nodes.AtLabel(self.node(node.args[0], depth + 1), item.arg, label, column)
        source = self.dim(item.value, "at")
        return nodes.At(self.node(node.args[0], depth + 1), item.arg, source, column)

    def label(self, node: ast.expr) -> str | float | None:
        """Return the label that `at` reads, a text or a number; None where there is none."""
        match node:
            case ast.UnaryOp(ast.USub(), ast.Constant() as number):
                return -self.number(number, self.column(number)).value
            case ast.Constant(str()):
                text = self.text[node.col_offset : node.end_col_offset]
                label = label_of(text)
                if not is_label(label):
                    refuse(self.column(node), f"the label {text[:40]}", LABEL_WORDS)
                return label
            case ast.Constant():
                return self.number(node, self.column(node)).value
        return None

    def condition(self, node: ast.expr, function: str, depth: int) -> nodes.Compare | nodes.Logical:
        if isinstance(node, ast.BoolOp):
            return self.joined(node, function, depth)
        if not isinstance(node, ast.Compare):
            found = f"a condition of {function} that is no comparison"
            refuse(self.column(node), found, f"for example {function}(age < lifetime, a, b)")
        if len(node.ops) > 1:
            refuse(self.column(node), "a chain of comparisons", "one comparison")
        self.count += 1
        op = _COMPARISONS.get(type(node.ops[0]))
        if op is None:
            refuse(self.column(node), "an unknown comparison")
        left = self.node(node.left, depth + 1)
        right = self.node(node.comparators[0], depth + 1)
        return nodes.Compare(op, left, right, self.offset + self.operator_at(node.left, op) + 1)

    def joined(self, node: ast.BoolOp, function: str, depth: int) -> nodes.Compare | nodes.Logical:
        """Build conditions that one word joins, from the left."""
        op = _LOGIC[type(node.op)]
        whole = self.condition(node.values[0], function, depth + len(node.values) - 1)
        for before, value in itertools.pairwise(node.values):
            self.count += 1
            at = self.offset + self.operator_at(before, op) + 1
            whole = nodes.Logical(op, whole, self.condition(value, function, depth + 1), at)
        return whole
