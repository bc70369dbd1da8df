"""Fit the polynomials behind mcsus/families/loops/elementary.py and write them as Python.

Run ``python tools/fit_ndtri.py`` to print the fits and their errors, ``--write`` to
rewrite mcsus/families/loops/coefficients.py, ``--check`` to fail when that file differs.

Every fit minimises the largest relative error at Chebyshev points, in 60 digits, by
weighted linear least squares: the weights start at one over the function, are divided by
the last denominator (Sanathanan and Koerner, doi:10.1109/TAC.1963.1105517) and multiplied
by the last error (Lawson's method, as in doi:10.1137/17M1132409), which evens the error out.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import mpmath as mp

mp.mp.dps = 60

TARGET = Path(__file__).parent.parent / "mcsus" / "families" / "loops" / "coefficients.py"
SPLIT = mp.mpf("0.2")  # tail probability that parts the two pieces of the normal quantile
SMALLEST = mp.mpf(2) ** -1074  # the smallest positive float64
Function = Callable[[mp.mpf], mp.mpf]


def chebyshev(low: mp.mpf, high: mp.mpf, count: int) -> list[mp.mpf]:
    """Return `count` Chebyshev points of [low, high]."""
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle + half * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def value(coefficients: list[mp.mpf], x: mp.mpf) -> mp.mpf:
    """Evaluate a polynomial with ascending coefficients."""
    total = mp.mpf(0)
    for coefficient in reversed(coefficients):
        total = total * x + coefficient
    return total


def fit(
    points: list[mp.mpf], values: list[mp.mpf], top: int, bottom: int, rounds: int = 12
) -> tuple[list[mp.mpf], list[mp.mpf]]:
    """Return numerator and denominator (constant term 1) of a near-minimax rational fit."""
    denominator = [mp.mpf(1)]
    lawson = [mp.mpf(1)] * len(points)
    best, smallest = ([], denominator), mp.inf
    for _ in range(rounds):
        matrix, right = mp.matrix(len(points), top + bottom + 1), mp.matrix(len(points), 1)
        for i, (x, y) in enumerate(zip(points, values, strict=True)):
            weight = mp.sqrt(lawson[i]) / abs(y * value(denominator, x))
            for k in range(top + 1):
                matrix[i, k] = weight * x**k
            for k in range(1, bottom + 1):
                matrix[i, top + k] = -weight * y * x**k
            right[i] = weight * y
        solution = mp.lu_solve(matrix, right)
        numerator = [solution[k] for k in range(top + 1)]
        denominator = [mp.mpf(1)] + [solution[top + k] for k in range(1, bottom + 1)]
        errors = [
            abs(value(numerator, x) / (value(denominator, x) * y) - 1)
            for x, y in zip(points, values, strict=True)
        ]
        if max(errors) < smallest:
            best, smallest = (numerator, denominator), max(errors)
        total = sum(w * e for w, e in zip(lawson, errors, strict=True))
        lawson = [w * e / total * len(points) for w, e in zip(lawson, errors, strict=True)]
    return best


def worst(
    function: Function, points: list[mp.mpf], numerator: list[mp.mpf], denominator: list[mp.mpf]
) -> mp.mpf:
    """Return the largest relative error at `points`."""
    return max(abs(value(numerator, x) / (value(denominator, x) * function(x)) - 1) for x in points)


def central(square: mp.mpf) -> mp.mpf:
    """Normal quantile at 1/2 + y, divided by y, as a function of y squared."""
    y = mp.sqrt(square)
    return mp.sqrt(2) * mp.erfinv(2 * y) / y


def tail(root: mp.mpf) -> mp.mpf:
    """Positive z with upper tail exp(-root**2 / 2), by Newton on the log of the tail."""
    goal = -root * root / 2
    z = root - mp.log(root + 1) / (root + 1) if root > 2 else root * mp.mpf("0.6")
    for _ in range(80):
        upper = mp.erfc(z / mp.sqrt(2)) / 2
        step = (goal - mp.log(upper)) * upper * mp.sqrt(2 * mp.pi) / mp.exp(-z * z / 2)
        z -= step
        if abs(step) < mp.mpf(10) ** -50 * z:
            return z
    raise ArithmeticError(f"no convergence at {root}")


def exp_rest(x: mp.mpf) -> mp.mpf:
    """(exp(x) - 1 - x) / x**2."""
    return mp.mpf(1) / 2 if x == 0 else (mp.expm1(x) - x) / x**2


def log_rest(square: mp.mpf) -> mp.mpf:
    """(2 atanh(s) / s - 2) / s**2 as a function of s squared."""
    s = mp.sqrt(square)
    return (2 * mp.atanh(s) / s - 2) / square


def literal(name: str, comment: str, coefficients: list[mp.mpf]) -> str:
    """Return one tuple of the coefficients file."""
    rows = "".join(f"    {float(c)!r},\n" for c in coefficients)
    return f"# {comment}\n{name} = (\n{rows})\n"


def number(name: str, comment: str, value: mp.mpf) -> str:
    """Return one number of the coefficients file."""
    return f"# {comment}\n{name} = {float(value)!r}\n"


def normal_pieces() -> list[str]:
    """Fit both pieces of the normal quantile."""
    edge = (mp.mpf(1) / 2 - SPLIT) ** 2
    points = chebyshev(mp.mpf(0), edge, 60)
    p, q = fit(points, [central(x) for x in points], 5, 5)
    error = worst(central, chebyshev(mp.mpf(0), edge, 401), p, q)
    print(f"ndtri, central piece, type (5, 5): relative error {mp.nstr(error, 3)}")
    near, far = mp.sqrt(-2 * mp.log(SPLIT)), mp.sqrt(-2 * mp.log(SMALLEST))
    points = [1 / x for x in chebyshev(1 / far, 1 / near, 80)]
    top, bottom = fit(points, [tail(x) for x in points], 10, 10)
    error = worst(tail, [1 / x for x in chebyshev(1 / far, 1 / near, 401)], top, bottom)
    print(f"ndtri, tail piece, type (10, 10): relative error {mp.nstr(error, 3)}")
    return [
        number("SPLIT", "Tail probability below which the tail piece of ndtri is used.", SPLIT),
        literal("CENTRAL_TOP", "ndtri(1/2 + y) / y: numerator in y**2.", p),
        literal("CENTRAL_BOTTOM", "The same: denominator.", q),
        literal("TAIL_TOP", "-ndtri(t): numerator in r = sqrt(-2 log t).", top),
        literal("TAIL_BOTTOM", "The same: denominator.", bottom),
    ]


def exp_and_log() -> list[str]:
    """Fit the polynomials of exp and log after range reduction."""
    half = mp.log(2) / 2 * (1 + mp.mpf(2) ** -20)
    points = chebyshev(-half, half, 60)
    e, one = fit(points, [exp_rest(x) for x in points], 9, 0)
    grid = chebyshev(-half, half, 400)
    error = max(abs((1 + x + x * x * value(e, x)) / mp.exp(x) - 1) for x in grid)
    print(f"exp, degree 11: relative error {mp.nstr(error, 3)}")
    edge = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1)) ** 2
    points = chebyshev(mp.mpf(0), edge, 60)
    g, one = fit(points, [log_rest(x) for x in points], 6, 0)
    error = max(
        abs((2 + x * value(g, x)) / (2 + x * log_rest(x)) - 1)
        for x in chebyshev(mp.mpf(0), edge, 400)
    )
    print(f"log, degree 15 in s: relative error {mp.nstr(error, 3)}")
    assert one == [1]
    high = mp.floor(mp.log(2) * mp.mpf(2) ** 32) / mp.mpf(2) ** 32
    return [
        literal("EXP", "(exp(x) - 1 - x) / x**2 on |x| <= log(2) / 2.", e),
        literal("LOG", "(2 atanh(s) / s - 2) / s**2 in s**2, s = (m - 1) / (m + 1).", g),
        number("LN2_HIGH", "The first 32 bits of log(2).", high),
        number("LN2_LOW", "The rest of log(2).", mp.log(2) - high),
        number("LOG2_E", "1 / log(2).", 1 / mp.log(2)),
    ]


def main() -> int:
    """Fit, then print, write or check."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    head = '"""Coefficients of exp, log and ndtri; written by tools/fit_ndtri.py."""\n'
    text = "\n".join([head, *normal_pieces(), *exp_and_log()])
    if options.write:
        TARGET.write_text(text)
    if options.check and TARGET.read_text() != text:
        print(f"{TARGET} differs: run python tools/fit_ndtri.py --write")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
