"""Reads and writes of the rows of a work array, for loops that LLVM turns into vector code.

A step of a model never reads the row that it fills, other than to add to it. Told so, LLVM needs no
checks before a loop, which it gives up on when a formula has many inputs. The module imports numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

_intrinsic: Any = intrinsic(prefer_literal=True)


def _inputs(builder: Any, step: int) -> Any:
    """Return the alias scope of what a step reads."""
    module = builder.module
    domain = module.add_metadata([ir.MetaDataString(module, "mcsus.engine")])
    scope = module.add_metadata([ir.MetaDataString(module, f"mcsus.engine.{step}"), domain])
    return module.add_metadata([scope])


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Return the pointer to ``work[row, j]``, without a check of bounds."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    columns = builder.extract_value(array.shape, 1)
    return builder.gep(array.data, [builder.add(builder.mul(arguments[1], columns), arguments[2])])


def _reader(mark: str) -> Any:
    def read(_context: Any, work: Any, _row: Any, _j: Any, step: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = builder.load(_place(context, builder, signature, arguments))
            value.set_metadata(mark, _inputs(builder, step.literal_value))
            return value

        return types.float64(work, types.int64, types.int64, step), generate

    return read


def _write(_context: Any, work: Any, _row: Any, _j: Any, _x: Any, step: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        store = builder.store(arguments[3], place)
        store.set_metadata("noalias", _inputs(builder, step.literal_value))
        return context.get_dummy_value()

    return types.none(work, types.int64, types.int64, types.float64, step), generate


# read(work, row, j, step): an input of a step.
read: Callable[..., float] = _intrinsic(_reader("alias.scope"))
# own(work, row, j, step): what the step itself has written so far.
own: Callable[..., float] = _intrinsic(_reader("noalias"))
# write(work, row, j, x, step): the result of a step.
write: Callable[..., None] = _intrinsic(_write)
