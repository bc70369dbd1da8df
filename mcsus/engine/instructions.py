"""Instructions of LLVM that a model is made of: loops, elements of arrays, calls of functions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types

from mcsus.numba_private import array_of, caller

FLOAT, INTEGER = ir.DoubleType(), ir.IntType(64)


class Instructions:
    """Writes instructions at the end of the block where a builder stands.

    Parameters
    ----------
    context, builder
        As numba passes them to an intrinsic.
    arrays : mapping of str to tuple
        Type and value of each array, by the name it is called here.
    """

    def __init__(self, context: Any, builder: Any, arrays: Mapping[str, tuple[Any, Any]]) -> None:
        self.context = context
        self.builder = builder
        self.arrays = {
            name: array_of(context, builder, kind, value) for name, (kind, value) in arrays.items()
        }
        self.calls: dict[Any, Any] = {}
        self.loops = 0

    def whole(self, n: Any) -> Any:
        """Return the number of draws, known to be a multiple of 64: no loop is made for a rest."""
        builder = self.builder
        count = builder.and_(n, INTEGER(-64))
        assume = builder.module.declare_intrinsic(
            "llvm.assume", (), ir.FunctionType(ir.VoidType(), [ir.IntType(1)])
        )
        builder.call(assume, [builder.icmp_signed(">=", count, INTEGER(64))])
        return count

    @contextmanager
    def loop(self, stop: Any) -> Iterator[Any]:
        """Open a loop over the integers from 0 below `stop`; give the integer."""
        builder = self.builder
        head, body, end = (builder.append_basic_block(name) for name in ("head", "body", "end"))
        start = builder.block
        builder.branch(head)
        builder.position_at_end(head)
        index = builder.phi(INTEGER)
        index.add_incoming(INTEGER(0), start)
        builder.cbranch(builder.icmp_signed("<", index, stop), body, end)
        builder.position_at_end(body)
        yield index
        index.add_incoming(builder.add(index, INTEGER(1)), builder.block)
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

    def entry(self, name: str, row: Any, column: Any) -> Any:
        """Return the pointer to an element of an array of two axes."""
        builder, array = self.builder, self.arrays[name]
        start = builder.mul(row, builder.extract_value(array.shape, 1))
        return builder.gep(array.data, [builder.add(start, column)])

    def element(self, name: str, index: Any) -> Any:
        """Return an element of an array of one axis."""
        return self.builder.load(self.builder.gep(self.arrays[name].data, [index]))

    def call(self, function: Any, values: list[Any]) -> Any:
        """Call a function of numbers as numba does."""
        kinds = tuple(types.float64 if v.type == FLOAT else types.boolean for v in values)
        if (function, kinds) not in self.calls:
            self.calls[function, kinds] = caller(self.context, function, kinds)
        return self.calls[function, kinds](self.builder, values)
