"""Single instructions that numba does not offer by itself.

The functions are typed for mypy as they are called from compiled code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mcsus.families.base import Array
from mcsus.numba_private import TypingError, array_of, nothing, stack_room

_intrinsic: Any = intrinsic
_double, _integer = ir.DoubleType(), ir.IntType(64)


def _bits_of(_context: Any, _x: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _integer)

    return types.int64(types.float64), generate


def _from_bits(_context: Any, _i: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], _double)

    return types.float64(types.int64), generate


def _shift_right(_context: Any, _i: Any, _n: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.lshr(*arguments)

    return types.int64(types.int64, types.int64), generate


def _fma(_context: Any, _a: Any, _b: Any, _c: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), generate


def _sqrt(_context: Any, _x: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        function = builder.module.declare_intrinsic("llvm.sqrt", [_double])
        return builder.call(function, arguments)

    return types.float64(types.float64), generate


def _polynomial(_context: Any, _x: Any, coefficients: Any) -> Any:
    count = coefficients.count

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        x, constants = arguments
        terms = [builder.extract_value(constants, k) for k in range(count)]
        total = terms[-1]
        for term in terms[-2::-1]:
            total = builder.fma(total, x, term)
        return total

    return types.float64(types.float64, coefficients), generate


def alias_scope(builder: Any, domain: str, name: str) -> Any:
    """Return an alias scope: what is marked noalias with it never overlaps what is in it."""
    module = builder.module
    within = module.add_metadata([ir.MetaDataString(module, domain)])
    scope = module.add_metadata([ir.MetaDataString(module, f"{domain}.{name}"), within])
    return module.add_metadata([scope])


def _table_scope(builder: Any) -> Any:
    return alias_scope(builder, "mcsus.families", "table")


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    """Pointer to the element of a contiguous array: first argument array, second index."""
    array = array_of(context, builder, signature.args[0], arguments[0])
    return builder.gep(array.data, [arguments[1]])


def _must_be_contiguous(array: Any) -> None:
    if array.layout == "A":
        raise TypingError("rows and constants of a quantile kernel must be contiguous")


def _loader(mark: str) -> Any:
    def load(_context: Any, array: Any, _index: Any) -> Any:
        _must_be_contiguous(array)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = builder.load(_place(context, builder, signature, arguments))
            value.set_metadata(mark, _table_scope(builder))
            return value

        return types.float64(array, types.int64), generate

    return load


def _store_beside_table(_context: Any, array: Any, _index: Any, _x: Any) -> Any:
    _must_be_contiguous(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place = _place(context, builder, signature, arguments)
        builder.store(arguments[2], place).set_metadata("noalias", _table_scope(builder))
        return nothing(context)

    return types.none(array, types.int64, types.float64), generate


def _choose(_context: Any, _flag: Any, _a: Any, _b: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.select(*arguments)

    return types.float64(types.boolean, types.float64, types.float64), generate


_GROUP = 64


def _outside(_context: Any, row: Any, _i: Any, _low: Any, _high: Any) -> Any:
    _must_be_contiguous(row)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        low, high = arguments[2:]
        group = ir.VectorType(_double, _GROUP)
        first = _place(context, builder, signature, arguments)
        values = builder.load(builder.bitcast(first, group.as_pointer()), align=8)
        none, zero = ir.Constant(group, ir.Undefined), ir.Constant(ir.IntType(32), 0)
        same = ir.Constant(ir.VectorType(ir.IntType(32), _GROUP), [0] * _GROUP)
        ends = (
            builder.shuffle_vector(builder.insert_element(none, end, zero), none, same)
            for end in (low, high)
        )
        flags = [builder.fcmp_ordered(s, values, end) for s, end in zip("<>", ends, strict=True)]
        return builder.bitcast(builder.or_(*flags), _integer)

    return types.uint64(row, types.int64, types.float64, types.float64), generate


def _room(_context: Any, size: Any, kind: Any) -> Any:
    pointer: Any = types.CPointer(kind.dtype)  # type: ignore[no-untyped-call]

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        return stack_room(context, builder, kind.dtype, size.literal_value)

    return pointer(size, kind), generate


def _lowest_bit(_context: Any, _mask: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


def _storer(half: str, other: str) -> Any:
    def store(_context: Any, array: Any, _index: Any, _x: Any) -> Any:
        _must_be_contiguous(array)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            made = builder.store(arguments[2], _place(context, builder, signature, arguments))
            made.set_metadata("alias.scope", alias_scope(builder, "mcsus.halves", half))
            made.set_metadata("noalias", alias_scope(builder, "mcsus.halves", other))
            return nothing(context)

        return types.none(array, types.int64, types.float64), generate

    return store


# The bits of a float64 as an int64, and back.
bits_of: Callable[[float], int] = _intrinsic(_bits_of)
from_bits: Callable[[int], float] = _intrinsic(_from_bits)
# An int64 moved right by n bits, filled with zeros.
shift_right: Callable[[int, int], int] = _intrinsic(_shift_right)
# a * b + c, rounded once: one instruction wherever there is one.
fma: Callable[[float, float, float], float] = _intrinsic(_fma)
# Square root, NaN below 0, without the call that math.sqrt keeps for that case.
sqrt: Callable[[float], float] = _intrinsic(_sqrt)
# a if the flag is set, else b, as one instruction: where a branch stands, LLVM may move what
# follows into both of its arms.
choose: Callable[[bool, float, float], float] = _intrinsic(_choose)
# The polynomial with ascending coefficients (a constant tuple), by Horner's rule, unrolled.
polynomial: Callable[[float, tuple[float, ...]], float] = _intrinsic(_polynomial)

# Reads and writes of contiguous arrays without bounds checks. A read by `load_table` never
# meets an element touched by the other two, which is what lets LLVM gather from a table.
load_table: Callable[[Array, int], float] = _intrinsic(_loader("alias.scope"))
load_beside_table: Callable[[Array, int], float] = _intrinsic(_loader("noalias"))
store_beside_table: Callable[[Array, int, float], None] = _intrinsic(_store_beside_table)

# Which of 64 numbers from row[i] on are below low or above high: bit k for row[i + k].
outside: Callable[[Array, int, float, float], int] = _intrinsic(_outside)
# The place of the lowest bit that is set; some bit must be.
lowest_bit: Callable[[int], int] = _intrinsic(_lowest_bit)
# Room for a fixed count of numbers of a kind on the stack: no call to allocate it, gone with the
# function. To be wrapped by numba.carray.
_literal: Any = intrinsic(prefer_literal=True)
room: Callable[[int, type], Any] = _literal(_room)

# Writes to one half of an array, that LLVM may take never to meet those to the other half.
store_left: Callable[[Array, int, float], None] = _intrinsic(_storer("left", "right"))
store_right: Callable[[Array, int, float], None] = _intrinsic(_storer("right", "left"))
