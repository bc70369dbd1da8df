"""Ratios of polynomials for the middle of normal and lognormal laws.

With y = u - 1/2, the normal score z is odd in y, so z = y B(r) / A(r) for two polynomials in
r = h - y**2, which have no sign change where y**2 < h. For a lognormal law the same holds of
tanh(s z / 2), s being the sd of the log, and exp(s z) = (A + y B) / (A - y B): no exponential
is evaluated. Fitted by weighted linear least squares (Sanathanan and Koerner,
doi:10.1109/TAC.1963.1105517; Lawson's weights, as in doi:10.1137/17M1132409), and used only
where the fit is good to `ACCURACY`.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array

TAIL = 1 / 64
"""Probability beyond which a value is in a tail, and not in the middle."""

REACH = (0.5 - TAIL) ** 2
"""The largest y**2 of the middle, h above."""

DEGREE = 8
ACCURACY = 3e-13
NARROWEST = 1e-100  # spread of the log below which the squares of a fit vanish
_ENOUGH = 5e-14  # fits this good are not improved
_POINTS = 96
_ROUNDS = 8


class Ratio(NamedTuple):
    """Coefficients of A and B, from the constant on, and the largest relative error seen."""

    bottom: tuple[float, ...]
    top: tuple[float, ...]
    error: float


@lru_cache(maxsize=4096)
def lognormal_ratio(log_sd: float) -> Ratio | None:
    """Return A and B with exp(s z) = (A + y B) / (A - y B), or None where none is good enough."""
    if log_sd < NARROWEST:
        return None
    y, z = _middle()
    half = np.tanh(log_sd * z / 2)
    if half.max() == 1.0:
        return None  # so wide a law that its values leave no room between A and y B
    # what an error in B / A does to the log of the value
    return _fitted(half / y, 2 * y / ((1 - half) * (1 + half)))


@lru_cache(maxsize=1)
def normal_ratio() -> Ratio:
    """Return A and B with z = y B / A."""
    y, z = _middle()
    ratio = _fitted(z / y, y / z)
    if ratio is None:
        msg = "the normal score could not be fitted"
        raise ArithmeticError(msg)
    return ratio


def _shares() -> Array:
    """Return r / h at Chebyshev points."""
    k = np.arange(_POINTS)
    return (1 + np.cos(np.pi * (2 * k + 1) / (2 * _POINTS))) / 2


@lru_cache(maxsize=1)
def _middle() -> tuple[Array, Array]:
    """Return y and its normal score at the points of a fit."""
    y = np.sqrt(REACH * (1 - _shares()))
    return y, special.ndtri(0.5 + y)


def _fitted(goal: Array, gain: Array) -> Ratio | None:
    """Fit B / A to `goal`; errors count times `gain`."""
    powers = np.vander(_shares(), DEGREE + 1, increasing=True)
    lawson, bottom = np.ones(_POINTS), np.ones(_POINTS)
    best, smallest = np.zeros(2 * DEGREE + 1), np.inf
    for _ in range(_ROUNDS):
        weight = np.sqrt(lawson) * gain / np.abs(bottom)
        matrix = np.hstack([powers, -goal[:, None] * powers[:, 1:]]) * weight[:, None]
        sizes = np.linalg.norm(matrix, axis=0)
        terms = np.linalg.lstsq(matrix / sizes, goal * weight, rcond=1e-16)[0] / sizes
        bottom = 1 + powers[:, 1:] @ terms[DEGREE + 1 :]
        error = np.abs(powers @ terms[: DEGREE + 1] / bottom - goal) * gain
        if not np.isfinite(error).all():
            break
        if error.max() < smallest:
            best, smallest = terms, float(error.max())
        if smallest < _ENOUGH:
            break
        lawson = lawson * (error + 1e-16)
        lawson /= lawson.mean()
    if not smallest < ACCURACY:
        return None
    scale = REACH ** np.arange(DEGREE + 1)
    top = best[: DEGREE + 1] / scale
    low = np.concatenate([[1.0], best[DEGREE + 1 :]]) / scale
    return Ratio(tuple(map(float, low)), tuple(map(float, top)), smallest)
