"""Turns the text of a model into LLVM instructions, for which numba takes ten times as long.

numba infers the type of every name and gives each a place in memory, which LLVM then removes
again. Here all rows are float64 and all places int64, every name is given a value once where it
is read, and so each line becomes the instructions that are left in the end. What a formula calls
is resolved by numba, so that the numbers are those that numba would make of the same text. The
module imports numba.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mcsus.engine.rows import load, store
from mcsus.families.loops.elementary import exp, log
from mcsus.families.loops.intrinsics import choose

PARAMETERS = ("work", "location", "active", "coordinate", "single", "individual", "n")

_FUNCTIONS: dict[str, Any] = {"exp": exp, "log": log, "choose": choose}
_FLOAT, _INTEGER = ir.DoubleType(), ir.IntType(64)
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_OPERATE = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}

_intrinsic: Any = intrinsic


def translated(text: str) -> Callable[..., None]:
    """Return what compiled code calls to run the statements of a model.

    Parameters
    ----------
    text : str
        Statements over `PARAMETERS`, as `mcsus.engine.source` writes them; read when the caller
        is compiled and not when it comes from the cache. The draws `n` are 64 or a multiple.

    Examples
    --------
    >>> import numpy as np
    >>> from numba import njit
    >>> double = translated("for j in range(n): write(work, 1, j, 2.0 * read(work, 0, j, 0), 0)")
    >>> @njit
    ... def model(work, location, active, coordinate, single, individual, n):
    ...     double(work, location, active, coordinate, single, individual, n)
    >>> work, none = np.arange(128.0).reshape(2, 64), np.zeros(0, dtype=np.int64)
    >>> model(work, none, none.view(np.uint8), np.zeros(0), none, np.zeros((0, 0)), 64)
    >>> work[1, :3]
    array([0., 2., 4.])
    """

    def steps(
        _context: Any, work: Any, location: Any, active: Any, coordinate: Any, single: Any,
        individual: Any, n: Any,
    ) -> Any:  # fmt: skip
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            _Translator(context, builder, signature, arguments).statements(ast.parse(text).body)
            return context.get_dummy_value()

        arrays = (location, active, coordinate, single, individual)
        return types.none(work, *arrays, n), generate

    return _intrinsic(steps)  # type: ignore[no-any-return]


class _Translator:
    """Writes instructions at the end of the block where a builder stands."""

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.context = context
        self.builder = builder
        kinds = dict(zip(PARAMETERS, signature.args, strict=True))
        values = dict(zip(PARAMETERS, arguments, strict=True))
        self.arrays = {
            name: context.make_array(kinds[name])(context, builder, values[name])
            for name in PARAMETERS[:-1]
        }
        self.values: dict[str, Any] = {"n": self.whole(values["n"])}
        self.calls: dict[Any, Any] = {}
        self.loops = 0

    def whole(self, n: Any) -> Any:
        """Return the number of draws, known to be a multiple of 64: no loop is made for a rest."""
        builder = self.builder
        count = builder.and_(n, _INTEGER(-64))
        assume = builder.module.declare_intrinsic(
            "llvm.assume", (), ir.FunctionType(ir.VoidType(), [ir.IntType(1)])
        )
        builder.call(assume, [builder.icmp_signed(">=", count, _INTEGER(64))])
        return count

    def statements(self, nodes: list[ast.stmt]) -> None:
        """Translate statements, one after the other."""
        for node in nodes:
            self.statement(node)

    def statement(self, node: ast.stmt) -> None:
        """Translate one statement."""
        match node:
            case ast.If(test, body, []):
                with self.builder.if_then(self.condition(test)):
                    self.statements(body)
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), [stop]), body, []):
                with self.loop(self.integer(stop)) as index:
                    self.values[name] = index
                    self.statements(body)
            case ast.Assign([ast.Name(name)], ast.Subscript() as item):
                self.values[name] = self.element(item)
            case ast.Assign([ast.Subscript() as item], value):
                self.builder.store(self.element(value), self.place(item))
            case ast.Expr(ast.Call(ast.Name("write"), [_, row, j, value, ast.Constant(int(step))])):
                place = self.cell(row, j)
                store(self.builder, self.number(value), place, step)
            case ast.Pass():
                pass
            case _:
                raise TypeError(ast.dump(node))

    @contextmanager
    def loop(self, stop: Any) -> Iterator[Any]:
        """Open a loop over the integers from 0 below `stop`; give the integer."""
        builder = self.builder
        head, body, end = (builder.append_basic_block(name) for name in ("head", "body", "end"))
        start = builder.block
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(_INTEGER)
        index.add_incoming(_INTEGER(0), start)
        builder.cbranch(builder.icmp_signed("<", index, stop), body, end)
        builder.position_at_end(body)
        yield index
        index.add_incoming(builder.add(index, _INTEGER(1)), builder.block)
        again = builder.branch(head)
        if isinstance(stop, ir.Constant):
            again.set_metadata("llvm.loop", self.kept())
        builder.position_at_end(end)

    def kept(self) -> Any:
        """Return what tells LLVM not to write out a loop over cells; a node that names itself."""
        module = self.builder.module
        self.loops += 1
        node = module.add_metadata([ir.MetaDataString(module, f"mcsus.engine.loop{self.loops}")])
        never = [ir.MetaDataString(module, "llvm.loop.unroll.disable")]
        node.operands = (node, module.add_metadata(never))
        return node

    def condition(self, node: ast.expr) -> Any:
        """Translate a test: one flag, or any of some flags."""
        flags = node.values if isinstance(node, ast.BoolOp) else [node]
        found = None
        for flag in flags:
            value = self.element(flag)
            found = value if found is None else self.builder.or_(found, value)
        return self.builder.icmp_unsigned("!=", found, found.type(0))  # type: ignore[union-attr]

    def integer(self, node: ast.expr) -> Any:
        """Translate a place, or the end of a loop."""
        match node:
            case ast.Constant(value):
                return _INTEGER(value)
            case ast.Name(name):
                return self.values[name]
            case ast.BinOp(left, ast.Add(), right):
                return self.builder.add(self.integer(left), self.integer(right))
            case ast.BinOp(left, ast.Mult(), right):
                return self.builder.mul(self.integer(left), self.integer(right))
            case ast.Subscript(ast.Attribute(ast.Name(name), "shape"), ast.Constant(axis)):
                return self.builder.extract_value(self.arrays[name].shape, axis)
            case ast.Subscript():
                return self.element(node)
        raise TypeError(ast.dump(node))

    def place(self, node: ast.expr) -> Any:
        """Return the pointer to an element of an array."""
        match node:
            case ast.Subscript(ast.Name("work"), ast.Tuple([row, j])):
                return self.cell(row, j)
            case ast.Subscript(ast.Name(name), ast.Tuple([row, j])):
                return self.entry(name, row, j)
            case ast.Subscript(ast.Name(name), index):
                return self.builder.gep(self.arrays[name].data, [self.integer(index)])
        raise TypeError(ast.dump(node))

    def cell(self, row: ast.expr, j: ast.expr) -> Any:
        """Return the pointer to a draw in a row of the work array."""
        return self.entry("work", row, j)

    def entry(self, name: str, row: ast.expr, j: ast.expr) -> Any:
        """Return the pointer to an element of an array of two axes."""
        builder, array = self.builder, self.arrays[name]
        columns = builder.extract_value(array.shape, 1)
        start = builder.mul(self.integer(row), columns)
        return builder.gep(array.data, [builder.add(start, self.integer(j))])

    def element(self, node: ast.expr) -> Any:
        """Return the value of an element of an array."""
        return self.builder.load(self.place(node))

    def number(self, node: ast.expr) -> Any:
        """Translate a formula to a float64, or a comparison to a flag."""
        match node:
            case ast.Constant(float(value)):
                return _FLOAT(value)
            case ast.Name(name):
                return self.values[name]
            case ast.UnaryOp(ast.USub(), ast.UnaryOp(ast.USub(), arg)):
                return self.number(arg)
            case ast.UnaryOp(ast.USub(), arg):
                return self.call(operator.neg, arg)
            case ast.BinOp(base, ast.Pow(), power):
                return self.power(base, power)
            case ast.BinOp():
                return self.chain(node)
            case ast.Compare(left, [symbol], [right]):
                sign = _COMPARE[type(symbol)]
                kind = "unordered" if sign == "!=" else "ordered"
                make = getattr(self.builder, f"fcmp_{kind}")
                return make(sign, self.number(left), self.number(right))
            case ast.Call(ast.Name("read" | "own" as kind), [_, row, j, ast.Constant(int(step))]):
                return load(self.builder, self.cell(row, j), step, own=kind == "own")
            case ast.Call(ast.Attribute(ast.Name("np"), name), args):
                return self.call(getattr(np, name), *args)
            case ast.Call(ast.Name(name), args):
                return self.call(_FUNCTIONS[name], *args)
        raise TypeError(ast.dump(node))

    def chain(self, node: ast.expr) -> Any:
        """Translate operations from the left; a long sum is not a deep one."""
        waiting = []
        while isinstance(node, ast.BinOp) and type(node.op) in _OPERATE:
            waiting.append((_OPERATE[type(node.op)], node.right))
            node = node.left
        value = self.number(node)
        for name, right in reversed(waiting):
            value = getattr(self.builder, name)(value, self.number(right))
        return value

    def power(self, base: ast.expr, power: ast.expr) -> Any:
        """Translate a power: by products where it is a written integer, as numba does."""
        try:
            exponent = ast.literal_eval(power)
        except ValueError:  # a formula
            exponent = None
        if not isinstance(exponent, int):
            return self.call(operator.pow, base, power)
        square, total, left = self.number(base), _FLOAT(1.0), abs(exponent)
        while left:
            if left & 1:
                total = self.builder.fmul(total, square)
            square = self.builder.fmul(square, square)
            left >>= 1
        return total if exponent > 0 else self.builder.fdiv(_FLOAT(1.0), total)

    def call(self, function: Any, *nodes: ast.expr) -> Any:
        """Call a function of numbers as numba does."""
        values = list(map(self.number, nodes))  # no frame more for each level of a formula
        kinds = tuple(types.float64 if v.type == _FLOAT else types.boolean for v in values)
        if (function, kinds) not in self.calls:
            known = self.context.typing_context
            kind = known.resolve_value_type(function)
            signature = known.resolve_function_type(kind, kinds, {})
            made = self.context.get_function(kind, signature)
            self.context.add_linking_libs(getattr(made, "libs", ()))
            self.calls[function, kinds] = made
        return self.calls[function, kinds](self.builder, values)
