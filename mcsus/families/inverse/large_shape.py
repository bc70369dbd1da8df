"""Tails and quantiles of gamma laws of a large shape a, by Temme's expansion.

Both incomplete gamma functions are those of a normal score z, up to a shift that falls as 1 / a
(Temme 1992, doi:10.1090/S0025-5718-1992-1122079-8; DLMF 8.12): with x = a lambda and
eta**2 / 2 = lambda - 1 - log(lambda), eta = z / sqrt(a) + e1 / a + e2 / a**2 + ..., where each e
is a function of z / sqrt(a).
"""

import math

import numpy as np
from numpy.polynomial.polynomial import polyval

from mcsus.families import special
from mcsus.families.inverse.quadrature import Array

_FARTHEST = 0.3  # of eta: no tail is left beyond, and the series below are good up to it
_FIRST = (-1 / 3, 1 / 36, 1 / 1620, -7 / 6480, 5 / 18144, -11 / 382725, -101 / 16329600)
_SECOND = (-7 / 405, -7 / 2592, 533 / 204120, -1579 / 2099520, 109 / 1749600)
_LAMBDA = (0.0, 1.0, 1 / 3, 1 / 36, -1 / 270, 1 / 4320, 1 / 17010, -139 / 5443200, 1 / 204120)
_ROUNDS = 4  # each gains the digits of a


def quantile(shape: float, p: Array, q: Array) -> Array:
    """Return quantiles, at scale 1, from both tails."""
    score = np.where(p <= q, special.ndtri(p), -special.ndtri(q))
    start = np.asarray(np.clip(score / math.sqrt(shape), -_FARTHEST, _FARTHEST), dtype=np.float64)
    x = shape + shape * polyval(start + _shift(start, shape), _LAMBDA)
    return np.where(p == 0, 0.0, np.where(q == 0, math.inf, np.asarray(x, dtype=np.float64)))


def tails(shape: float, x: Array) -> tuple[Array, Array]:
    """Return the lower and the upper tail at x, of scale 1."""
    with np.errstate(divide="ignore", over="ignore"):
        away = np.clip(x / shape - 1, -1.0, 1e3)
        near = np.abs(away) < 0.01
        gap = np.where(near, 0.0, away - np.log1p(away))
    held = np.where(near, away, 0.0)
    series = polyval(held, [2 * (-1.0) ** k / (k + 2) for k in range(10)])
    eta = np.where(near, away * np.sqrt(series), np.sign(away) * np.sqrt(2 * gap))
    eta = np.clip(eta, -_FARTHEST, _FARTHEST)
    start = np.asarray(eta, dtype=np.float64)
    for _ in range(_ROUNDS):
        start = eta - _shift(start, shape)
    score = math.sqrt(shape) * start
    return special.ndtr(score), special.ndtr(-score)


def _shift(eta: Array, shape: float) -> Array:
    result: Array = (polyval(eta, _FIRST) + polyval(eta, _SECOND) / shape) / shape
    return result
