"""Single instructions that numba does not offer by itself.

The functions are typed for mypy as they are called from compiled code.
"""

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from mcsus.families.base import Array
from mcsus.numba_private import TypingError, array_of, nothing, stack_room

_double, _integer = ir.DoubleType(), ir.IntType(64)
_FLOAT, _INT, _MASK = types.float64, types.int64, types.uint64
_intrinsic: Any = intrinsic
_literal: Any = intrinsic(prefer_literal=True)


def _counted(typed: Any, count: int) -> Any:
    """Return the intrinsic of so many arguments, which numba reads from the signature."""
    names = ["context", *(f"x{k}" for k in range(count))]
    typed.__signature__ = Signature([Parameter(n, Parameter.POSITIONAL_ONLY) for n in names])
    return _intrinsic(typed)


def _instruction(result: Any, kinds: tuple[Any, ...], emit: Callable[..., Any]) -> Any:
    """Return the intrinsic of these types whose instructions `emit` writes."""

    def typed(_context: Any, *_arguments: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return emit(builder, *arguments)

        return result(*kinds), generate

    return _counted(typed, len(kinds))


def _element(result: Any, kinds: tuple[Any, ...], emit: Callable[..., Any]) -> Any:
    """Return the intrinsic of a contiguous array, an index and more; `emit` gets the pointer."""

    def typed(_context: Any, array: Any, *_arguments: Any) -> Any:
        if array.layout == "A":
            raise TypingError("rows and constants of a quantile kernel must be contiguous")

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            view = array_of(context, builder, signature.args[0], arguments[0])
            made = emit(builder, builder.gep(view.data, [arguments[1]]), *arguments[2:])
            return nothing(context) if result is types.none else made

        return result(array, types.int64, *kinds), generate

    return _counted(typed, 2 + len(kinds))


def _sqrt(builder: Any, x: Any) -> Any:
    return builder.call(builder.module.declare_intrinsic("llvm.sqrt", [_double]), [x])


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


def _load(mark: str) -> Callable[..., Any]:
    def emit(builder: Any, place: Any) -> Any:
        value = builder.load(place)
        value.set_metadata(mark, alias_scope(builder, "mcsus.families", "table"))
        return value

    return emit


def _store(**marks: tuple[str, str]) -> Callable[..., Any]:
    def emit(builder: Any, place: Any, x: Any) -> None:
        made = builder.store(x, place)
        for mark, scope in marks.items():
            made.set_metadata(mark.replace("_", "."), alias_scope(builder, *scope))

    return emit


def _outside(builder: Any, first: Any, low: Any, high: Any) -> Any:
    group = ir.VectorType(_double, 64)
    values = builder.load(builder.bitcast(first, group.as_pointer()), align=8)
    none, zero = ir.Constant(group, ir.Undefined), ir.Constant(ir.IntType(32), 0)
    same = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)
    ends = (
        builder.shuffle_vector(builder.insert_element(none, end, zero), none, same)
        for end in (low, high)
    )
    flags = [builder.fcmp_ordered(s, values, end) for s, end in zip("<>", ends, strict=True)]
    return builder.bitcast(builder.or_(*flags), _integer)


def _room(_context: Any, size: Any, kind: Any) -> Any:
    pointer: Any = types.CPointer(kind.dtype)  # type: ignore[no-untyped-call]

    def generate(context: Any, builder: Any, _signature: Any, _arguments: Any) -> Any:
        return stack_room(context, builder, kind.dtype, size.literal_value)

    return pointer(size, kind), generate


# The bits of a float64 as an int64, and back.
bits_of: Callable[[float], int] = _instruction(_INT, (_FLOAT,), lambda b, x: b.bitcast(x, _integer))
from_bits: Callable[[int], float] = _instruction(
    _FLOAT, (_INT,), lambda b, i: b.bitcast(i, _double)
)
# An int64 moved right by n bits, filled with zeros.
shift_right: Callable[[int, int], int] = _instruction(_INT, (_INT, _INT), ir.IRBuilder.lshr)
# a * b + c, rounded once: one instruction wherever there is one.
fma: Callable[[float, float, float], float] = _instruction(_FLOAT, (_FLOAT,) * 3, ir.IRBuilder.fma)
# Square root, NaN below 0, without the call that math.sqrt keeps for that case.
sqrt: Callable[[float], float] = _instruction(_FLOAT, (_FLOAT,), _sqrt)
# a if the flag is set, else b, as one instruction: where a branch stands, LLVM may move what
# follows into both of its arms.
choose: Callable[[bool, float, float], float] = _instruction(
    _FLOAT, (types.boolean, _FLOAT, _FLOAT), ir.IRBuilder.select
)
# The polynomial with ascending coefficients (a constant tuple), by Horner's rule, unrolled.
polynomial: Callable[[float, tuple[float, ...]], float] = _intrinsic(_polynomial)

# Reads and writes of contiguous arrays without bounds checks. A read by `load_table` never
# meets an element touched by the other two, which is what lets LLVM gather from a table.
load_table: Callable[[Array, int], float] = _element(_FLOAT, (), _load("alias.scope"))
load_beside_table: Callable[[Array, int], float] = _element(_FLOAT, (), _load("noalias"))
store_beside_table: Callable[[Array, int, float], None] = _element(
    types.none, (_FLOAT,), _store(noalias=("mcsus.families", "table"))
)

# Which of 64 numbers from row[i] on are below low or above high: bit k for row[i + k].
outside: Callable[[Array, int, float, float], int] = _element(_MASK, (_FLOAT, _FLOAT), _outside)
# The place of the lowest bit that is set; some bit must be.
lowest_bit: Callable[[int], int] = _instruction(
    _INT, (_MASK,), lambda b, mask: b.cttz(mask, ir.Constant(ir.IntType(1), 1))
)
# Room for a fixed count of numbers of a kind on the stack: no call to allocate it, gone with the
# function. To be wrapped by numba.carray.
room: Callable[[int, type], Any] = _literal(_room)

# Writes to one half of an array, that LLVM may take never to meet those to the other half.
_LEFT, _RIGHT = ("mcsus.halves", "left"), ("mcsus.halves", "right")
store_left: Callable[[Array, int, float], None] = _element(
    types.none, (_FLOAT,), _store(alias_scope=_LEFT, noalias=_RIGHT)
)
store_right: Callable[[Array, int, float], None] = _element(
    types.none, (_FLOAT,), _store(alias_scope=_RIGHT, noalias=_LEFT)
)
