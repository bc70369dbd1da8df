"""The compiled quantile loops: each turns a row of points u in (0, 1) into values, in place.

The loops have no branch and call nothing, so LLVM turns them into vector code; rows and
constants are contiguous. The module imports numba; import it late. Nothing here is cached: the
generated function that calls these loops by their names in `mcsus.families.loops.codes` is.
"""
# mypy: disallow-untyped-decorators=False

from typing import Any

from numba import njit

from mcsus.families.base import Array
from mcsus.families.loops.cells import HEADER, TERMS
from mcsus.families.loops.elementary import MANTISSA, ONE_BITS, exp, log_normal_range, ndtri_tails
from mcsus.families.loops.intrinsics import (
    bits_of,
    choose,
    fma,
    from_bits,
    load_beside_table,
    load_table,
    shift_right,
    sqrt,
    store_beside_table,
)
from mcsus.families.loops.middle import lognormal, normal  # noqa: F401 - loops like those below
from mcsus.numba_private import INNER

compiled: Any = njit(nogil=True, error_model="numpy", fastmath={"contract"}, **INNER)
LOWEST = 2.0**-53
LOWEST_BITS = (1023 - 53) << 52


@compiled
def constant(row: Array, c: Array) -> None:
    """Write c = (value)."""
    for i in range(row.size):
        row[i] = c[0]


@compiled
def uniform(row: Array, c: Array) -> None:
    """Map through c = (minimum, maximum), from the nearer end."""
    low, high = c[0], c[1]
    width = high - low
    for i in range(row.size):
        u = row[i]
        upper = u >= 0.5
        x = fma(width, u - 1.0 if upper else u, high if upper else low)
        row[i] = min(max(x, low), high)


@compiled
def loguniform(row: Array, c: Array) -> None:
    """Map through c = (minimum, maximum, log(maximum / minimum)), from the nearer end."""
    low, high, width = c[0], c[1], c[2]
    for i in range(row.size):
        u = row[i]
        upper = u >= 0.5
        x = (high if upper else low) * exp(width * (u - 1.0 if upper else u))
        row[i] = min(max(x, low), high)


@compiled
def triangular(row: Array, c: Array) -> None:
    """Map through c = (below, .., high, minimum, mode, maximum, rise, fall, 1/rise, 1/fall).

    Values lie a square root from the end of their side; close to the mode, where that
    would cancel, the same distance is taken from the mode.
    """
    below, mass, above, low, high = c[0], c[1], c[2], c[3], c[4]
    minimum, mode, maximum, rise, fall = c[5], c[6], c[7], c[8], c[9]
    left, right = minimum - mode, maximum - mode
    per_rise, per_fall = c[10], c[11]
    for i in range(row.size):
        u = row[i]
        p, q = fma(mass, u, below), fma(mass, 1.0 - u, above)
        rising = p < rise
        per = choose(rising, per_rise, per_fall)
        part = choose(rising, p, q) * per
        rest = choose(rising, q - fall, p - rise) * per
        side = choose(rising, left, right)
        root = sqrt(part)
        from_end = fma(-side, root, choose(rising, minimum, maximum))
        from_mode = fma(side, rest / (1.0 + root), mode)
        row[i] = min(max(from_end if part < 0.25 else from_mode, low), high)


@compiled
def triangular_one_sign(row: Array, c: Array) -> None:
    """The same where no value is small beside the width: from the end of its side only."""
    below, mass, above, low, high = c[0], c[1], c[2], c[3], c[4]
    minimum, mode, maximum, rise = c[5], c[6], c[7], c[8]
    left, right = mode - minimum, mode - maximum
    per_rise, per_fall = c[10], c[11]
    for i in range(row.size):
        u = row[i]
        p, q = fma(mass, u, below), fma(mass, 1.0 - u, above)
        rising = p < rise
        root = sqrt(choose(rising, p, q) * choose(rising, per_rise, per_fall))
        x = fma(choose(rising, left, right), root, choose(rising, minimum, maximum))
        row[i] = min(max(x, low), high)


@compiled
def lognormal_wide(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, median, sd of the log)."""
    below, mass, above, low, high, median, log_sd = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    for i in range(row.size):
        u = row[i]
        z = ndtri_tails(fma(mass, u, below), fma(mass, 1.0 - u, above))
        row[i] = min(max(median * exp(log_sd * z), low), high)


@compiled
def minus_log_upper(p: float, q: float) -> float:
    """Minus the logarithm of q = 1 - p, with all digits also where q is close to 1."""
    near = p < 0.5
    held = 1.0 - p if near else q
    lost = ((1.0 - held) - p) / held if near else 0.0  # what rounding took off 1 - p
    return -(log_normal_range(held) + lost)


@compiled
def exponential(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, mean)."""
    below, mass, above, low, high, mean = c[0], c[1], c[2], c[3], c[4], c[5]
    for i in range(row.size):
        u = row[i]
        y = minus_log_upper(fma(mass, u, below), fma(mass, 1.0 - u, above))
        row[i] = min(max(mean * y, low), high)


@compiled
def weibull(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, 1 / shape, scale)."""
    below, mass, above, low, high, power, scale = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    for i in range(row.size):
        u = row[i]
        y = minus_log_upper(fma(mass, u, below), fma(mass, 1.0 - u, above))
        row[i] = min(max(scale * exp(power * log_normal_range(y)), low), high)


@compiled
def gumbel(row: Array, c: Array) -> None:
    """Map through c = (below, mass, above, low, high, mode, scale)."""
    below, mass, above, low, high, mode, scale = c[0], c[1], c[2], c[3], c[4], c[5], c[6]
    for i in range(row.size):
        u = row[i]
        y = minus_log_upper(fma(mass, 1.0 - u, above), fma(mass, u, below))
        row[i] = min(max(fma(-scale, log_normal_range(y), mode), low), high)


@compiled
def cell_value(u: float, c: Array, bits: int, cells: int) -> float:
    """Value at u of the polynomial of its cell."""
    value: float = table_value(min(u, 1.0 - u), u < 0.5, c, HEADER, bits, cells)
    return value


@compiled
def table_value(t: float, lower: bool, c: Array, first: int, bits: int, cells: int) -> float:
    """Value at the smaller tail t of a table whose cells begin at ``c[first]``."""
    t_bits = bits_of(max(t, LOWEST))
    cell = shift_right(t_bits, 52 - bits) - (LOWEST_BITS >> (52 - bits))
    s = 2.0 * from_bits(((t_bits << bits) & MANTISSA) | ONE_BITS) - 3.0
    k = first + TERMS * (cell if lower else cell + cells)
    x = fma(load_table(c, k + 7), s, load_table(c, k + 6))
    x = fma(fma(x, s, load_table(c, k + 5)), s, load_table(c, k + 4))
    x = fma(fma(x, s, load_table(c, k + 3)), s, load_table(c, k + 2))
    return fma(fma(x, s, load_table(c, k + 1)), s, load_table(c, k))


@compiled
def tabulated(row: Array, c: Array) -> None:
    """Map through a table: c = (bits, cells of a side, low, high, ...), then the cells.

    Left to single loads: they were a third faster than gathered vectors where measured.
    """
    bits, cells, low, high = int(c[0]), int(c[1]), c[2], c[3]
    for i in range(row.size):
        row[i] = min(max(cell_value(row[i], c, bits, cells), low), high)


@compiled
def tabulated_log(row: Array, c: Array) -> None:
    """The same, for a table of log distances; c[4:8] = (end, direction) of either side."""
    bits, cells, low, high = int(c[0]), int(c[1]), c[2], c[3]
    lower_end, lower_sign, upper_end, upper_sign = c[4], c[5], c[6], c[7]
    for i in range(row.size):
        u = load_beside_table(row, i)
        distance = exp(cell_value(u, c, bits, cells))
        lower = u < 0.5
        x = fma(lower_sign if lower else upper_sign, distance, lower_end if lower else upper_end)
        store_beside_table(row, i, min(max(x, low), high))


@compiled
def steps(row: Array, c: Array) -> None:
    """Map through c = (cells, count), a guide, upper ends in u, and the values.

    The guide names the first step that reaches into each of `cells` equal parts of (0, 1);
    on average at most one more is looked at, whatever the weights.
    """
    cells, count = int(c[0]), int(c[1])
    ends = 2 + cells
    values = ends + count
    for i in range(row.size):
        u = row[i]
        k = int(c[2 + min(int(u * cells), cells - 1)])
        while c[ends + k] < u:
            k += 1
        row[i] = c[values + k]


@compiled
def scores(row: Array, c: Array) -> None:
    """Map through a cubic of the normal score in each of a few intervals.

    c = (below, mass, above, low, high, kind, origin, width, guide start, guide step, cells,
    count), the guide, upper ends of the intervals, then for each its anchor and four
    coefficients. Kind 0 is the value, 1 and -1 the log distance from the origin above or
    below, 2 the logit of the share of the width.
    """
    below, mass, above, low, high = c[0], c[1], c[2], c[3], c[4]
    kind, origin, width = c[5], c[6], c[7]
    start, per_step, cells, count = c[8], c[9], int(c[10]), int(c[11])
    for i in range(row.size):
        u = row[i]
        row[i] = ndtri_tails(fma(mass, u, below), fma(mass, 1.0 - u, above))
    ends = 12 + cells
    terms = ends + count
    for i in range(row.size):
        z = row[i]
        place = min(max((z - start) * per_step, 0.0), cells - 1.0)
        k = int(c[12 + int(place)])
        while c[ends + k] < z:
            k += 1
        t = terms + 5 * k
        d = z - c[t]
        row[i] = fma(fma(fma(c[t + 4], d, c[t + 3]), d, c[t + 2]), d, c[t + 1])
    if kind == 2.0:
        for i in range(row.size):
            y = row[i]
            s = exp(-abs(y))
            x = fma(width if y < 0.0 else -width, s / (1.0 + s), origin)
            row[i] = x if y < 0.0 else x + width
    elif kind != 0.0:
        for i in range(row.size):
            row[i] = fma(kind, exp(kind * row[i]), origin)
    for i in range(row.size):
        row[i] = min(max(row[i], low), high)


@compiled
def pieces(row: Array, c: Array) -> None:
    """Map through tables, one for each smooth piece, and through single values.

    c = (cells, count), a guide as in `steps`, upper ends in u, then of each piece 16 numbers
    (`mcsus.families.inverse.pieces.describe`), then the cells of all tables.
    """
    cells, count = int(c[0]), int(c[1])
    ends = 2 + cells
    about = ends + count
    for i in range(row.size):
        u = row[i]
        k = int(c[2 + min(int(u * cells), cells - 1)])
        while c[ends + k] < u:
            k += 1
        d = about + 16 * k
        left, right = (u - c[d + 1]) * c[d + 3], (c[d + 2] - u) * c[d + 3]
        lower = left < right
        t = min(left if lower else right, 0.5)
        x = table_value(t, lower, c, int(c[d + 8]), int(c[d + 6]), int(c[d + 7]))
        if c[d] != 0.0:
            side = d + 9 if lower else d + 11
            x = fma(c[side + 1], exp(x), c[side])
        row[i] = min(max(x, c[d + 4]), c[d + 5])
