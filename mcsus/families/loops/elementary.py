"""exp, log and ndtri without branches or calls, for loops that LLVM turns into vectors.

Numba's wheels carry no vector mathematics library, so `math.exp` in a loop stays one call
per element. The functions here are straight-line arithmetic: range reduction on the bits
of the number, a polynomial or rational fit (tools/fit_ndtri.py), selects for the special
values. Products and sums are fused by name, with `fma`, never by a compiler flag, so a
value does not depend on what stands around it. The module imports numba; import it late.
"""
# mypy: disallow-untyped-decorators=False

import math

from numba import njit

from mcsus.families.loops.coefficients import (
    CENTRAL_BOTTOM,
    CENTRAL_TOP,
    EXP,
    LN2_HIGH,
    LN2_LOW,
    LOG,
    LOG2_E,
    SPLIT,
    TAIL_BOTTOM,
    TAIL_TOP,
)
from mcsus.families.loops.intrinsics import bits_of, fma, from_bits, polynomial, shift_right, sqrt
from mcsus.numba_private import INNER

__all__ = ["exp", "log", "mean_decay", "ndtri", "payback", "ratio"]

ROUNDER = 1.5 * 2.0**52  # adding it rounds to an integer, found in the low bits of the sum
BIAS = 1023.0
TWO_52_BITS = 0x4330000000000000  # the bits of 2.0**52
ONE_BITS = 0x3FF0000000000000  # the bits of 1.0
ROOT_HALF_BITS = 0x3FE6A09E667F3BCD  # the bits of sqrt(1/2)
MANTISSA = (1 << 52) - 1
SMALLEST_NORMAL = 2.0**-1022
TWO_54 = 2.0**54
INFINITY = math.inf
NOT_A_NUMBER = math.nan


@njit(nogil=True, error_model="numpy")
def exp(x: float) -> float:
    """Exponential of x; relative error below 3e-16.

    Overflow gives infinity, underflow 0 or a subnormal, NaN gives NaN.
    """
    held = x if x < 710.0 else 710.0
    held = held if held > -746.0 else -746.0
    n = fma(held, LOG2_E, ROUNDER) - ROUNDER
    r = fma(-n, LN2_LOW, fma(-n, LN2_HIGH, held))
    power = fma(r * r, polynomial(r, EXP), r) + 1.0
    half = fma(n, 0.5, ROUNDER) - ROUNDER  # 2**n in two factors, so that neither overflows
    first = from_bits(bits_of(half + (ROUNDER + BIAS)) << 52)
    second = from_bits(bits_of((n - half) + (ROUNDER + BIAS)) << 52)
    result = power * first * second
    return result if x == x else x  # noqa: PLR0124 (NaN is the number that differs from itself)


@njit(nogil=True, error_model="numpy")
def log_normal_range(x: float) -> float:
    """Natural logarithm of a normal positive float64; nothing else is looked at."""
    shifted = bits_of(x) - ROOT_HALF_BITS + (1024 << 52)
    k_bits = shift_right(shifted, 52)
    k = from_bits(k_bits | TWO_52_BITS) - (2.0**52 + 1024.0)
    f = from_bits((shifted & MANTISSA) + ROOT_HALF_BITS) - 1.0
    s = f / (2.0 + f)
    square = s * s
    half_square = 0.5 * f * f
    rest = fma(s, fma(square, polynomial(square, LOG), half_square), k * LN2_LOW)
    return fma(k, LN2_HIGH, f - (half_square - rest))


@njit(nogil=True, error_model="numpy")
def log(x: float) -> float:
    """Natural logarithm of x; relative error below 5e-16.

    0 gives minus infinity, negative numbers and NaN give NaN, infinity gives infinity.
    """
    small = x < SMALLEST_NORMAL
    y = log_normal_range(x * TWO_54 if small else x)
    y = y - 54.0 * (LN2_HIGH + LN2_LOW) if small else y
    y = y if x < INFINITY else x
    y = y if x > 0.0 else NOT_A_NUMBER
    return -INFINITY if x == 0.0 else y


@njit(nogil=True, error_model="numpy")
def ndtri_tails(p: float, q: float) -> float:
    """Normal quantile from its lower tail p and upper tail q = 1 - p, both above 1e-307.

    Taking both tails keeps the relative precision of the smaller one. Both pieces are
    evaluated, then one is selected, so that a loop over it has no branch.
    """
    t = p if p < q else q
    y = 0.5 - t
    square = y * y
    r = sqrt(-2.0 * log_normal_range(t))
    middle = t > SPLIT
    central_top, tail_top = y * polynomial(square, CENTRAL_TOP), polynomial(r, TAIL_TOP)
    central_bottom = polynomial(square, CENTRAL_BOTTOM)
    tail_bottom = polynomial(r, TAIL_BOTTOM)
    z = (central_top if middle else tail_top) / (central_bottom if middle else tail_bottom)
    return -z if p <= q else z


@njit(nogil=True, error_model="numpy", **INNER)
def ndtri_tail(p: float, q: float) -> float:
    """Normal quantile from both tails, as `ndtri_tails`, where one is at most `SPLIT`."""
    t = p if p < q else q
    r = sqrt(-2.0 * log_normal_range(t))
    z = polynomial(r, TAIL_TOP) / polynomial(r, TAIL_BOTTOM)
    return -z if p <= q else z


@njit(nogil=True, error_model="numpy")
def ndtri(u: float) -> float:
    """Quantile of the standard normal law at u; relative error below 1e-15.

    0 and 1 give infinities, numbers outside [0, 1] and NaN give NaN.
    """
    z = ndtri_tails(u, 1.0 - u)
    z = z if u > 0.0 else -INFINITY
    z = z if u < 1.0 else INFINITY
    return z if (u >= 0.0) & (u <= 1.0) else NOT_A_NUMBER


@njit(nogil=True, error_model="numpy")
def mean_decay(x: float) -> float:
    """Return the mean of exp(-t) for t from 0 to x, relative error below 5e-16; 1 at 0."""
    return 1.0 if x == 0.0 else -math.expm1(-x) / x


@njit(nogil=True, error_model="numpy")
def payback(cost: float, rate: float) -> float:
    """Return when a rate has paid a cost: 0 for what costs nothing, infinite if nothing pays."""
    time = cost / rate
    time = INFINITY if rate <= 0.0 else time
    time = 0.0 if cost <= 0.0 else time
    return INFINITY if rate < 0.0 else time


@njit(nogil=True, error_model="numpy")
def ratio(a: float, b: float) -> float:
    """Return a over b where b is above 0: else infinite where a is, and 0 where neither is."""
    known = a / b if b > 0.0 else (INFINITY if a > 0.0 else 0.0)
    return math.nan if math.isnan(a) or math.isnan(b) else known
