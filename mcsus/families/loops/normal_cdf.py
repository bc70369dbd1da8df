"""ndtr, the normal distribution function, without branches or calls; see `elementary`.

The tail at z > 0 is ``exp(-z**2 / 2)`` times a rational function of z (tools/fit_ndtr.py). The
square is taken with its rounding error, so that the exponential keeps its digits in the tails.
The module imports numba; import it late.
"""
# mypy: disallow-untyped-decorators=False

from numba import njit

from mcsus.families.loops.elementary import exp
from mcsus.families.loops.intrinsics import fma, polynomial
from mcsus.families.loops.normal_cdf_coefficients import BOTTOM, TOP

__all__ = ["ndtr"]

FARTHEST = 38.6  # beyond it the tail is below every float64


@njit(nogil=True, error_model="numpy", forceinline=True)
def ndtr(z: float) -> float:
    """Distribution function of the standard normal law at z; relative error below 1e-15.

    Also in the lower tail, as far as the value is a normal float64 (z above -37.5); NaN gives NaN.
    """
    size = z if z > 0.0 else -z
    held = size if size < FARTHEST else FARTHEST
    square = held * held
    lost = fma(held, held, -square)
    ratio = polynomial(held, TOP) / polynomial(held, BOTTOM)
    tail = exp(-0.5 * square) * fma(-0.5 * lost, ratio, ratio)
    tail = tail if size < FARTHEST else 0.0
    value = tail if z < 0.0 else 1.0 - tail
    return value if z == z else z  # noqa: PLR0124 (NaN is the number that differs from itself)
