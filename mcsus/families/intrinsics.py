"""Single instructions that numba does not offer by itself.

The functions are typed for mypy as they are called from compiled code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

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


# The bits of a float64 as an int64, and back.
bits_of: Callable[[float], int] = _intrinsic(_bits_of)
from_bits: Callable[[int], float] = _intrinsic(_from_bits)
# An int64 moved right by n bits, filled with zeros.
shift_right: Callable[[int, int], int] = _intrinsic(_shift_right)
# a * b + c, rounded once: one instruction wherever there is one.
fma: Callable[[float, float, float], float] = _intrinsic(_fma)
# The polynomial with ascending coefficients (a constant tuple), by Horner's rule, unrolled.
polynomial: Callable[[float, tuple[float, ...]], float] = _intrinsic(_polynomial)
