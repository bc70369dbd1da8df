"""Vectorised roots of increasing functions within brackets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mcsus.families.base import Array

ROUNDS = 200
Places = NDArray[np.intp]
EPS = 2.0**-52


def increasing_root(function: Callable[[Array, Places], Array], low: Array, high: Array) -> Array:
    """Return x between low and high with function(x, place) = 0, by Chandrupatla's method.

    Inverse quadratic steps where they are safe, else halving (doi:10.1016/S0965-9978(96)00051-8).

    Parameters
    ----------
    function : callable
        Value at x for the elements of these places; increases with x.
    low, high : array, shape (element,)
        Finite brackets; where the sign does not change, the end that is closer to 0 is returned.

    Returns
    -------
    array, shape (element,)
        Roots, to rounding.
    """
    place: Places = np.arange(low.size)
    a, b = high.copy(), low.copy()
    fa, fb = function(a, place), function(b, place)
    result = np.where(np.abs(fa) < np.abs(fb), a, b)
    open_ = (fa > 0) & (fb < 0)
    place, a, b, fa, fb = place[open_], a[open_], b[open_], fa[open_], fb[open_]
    share = np.full(place.size, 0.5)
    for _ in range(ROUNDS):
        if not place.size:
            break
        x = a + share * (b - a)
        fx = function(x, place)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        limit = (EPS * np.abs(best) + 1e-300) / np.maximum(np.abs(b - a), 1e-300)
        done = (limit > 0.5) | (fx == 0)
        result[place[done]] = np.where(fx == 0, x, best)[done]
        go = ~done
        place, a, b, c = place[go], a[go], b[go], c[go]
        fa, fb, fc, limit = fa[go], fb[go], fc[go], limit[go]
        share = _share(a, b, c, fa, fb, fc, limit)
    result[place] = a
    return result


def _share(a: Array, b: Array, c: Array, fa: Array, fb: Array, fc: Array, limit: Array) -> Array:
    """Where the next point lies between a and b."""
    with np.errstate(divide="ignore", invalid="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        quadratic = fa / (fb - fa) * fc / (fb - fc)
        quadratic += (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
    share = np.where(safe & np.isfinite(quadratic), quadratic, 0.5)
    result: Array = np.clip(share, limit, 1 - limit)
    return result
