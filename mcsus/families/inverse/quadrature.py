"""Moments of a law by the double exponential rule, for laws whose formula is not at hand."""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def tanh_sinh(
    smallest: float = 1e-300, step: float = 1 / 32, reach: float = 6.1
) -> tuple[Array, Array, Array]:
    """Return nodes u, their complements 1 - u and weights for integrals over (0, 1).

    The double exponential rule (doi:10.2977/prims/1195192451): nodes crowd towards both
    ends so fast that integrable singularities there cost nothing. No node or complement
    is below `smallest`.
    """
    t = np.arange(-reach, reach + step / 2, step)
    s = math.pi * np.sinh(t)
    u, v = 1 / (1 + np.exp(-s)), 1 / (1 + np.exp(s))
    w = step * math.pi * np.cosh(t) * u * v
    kept = (u > smallest) & (v > smallest)
    return u[kept], v[kept], w[kept]


def moments_by_quadrature(
    conditioned: Callable[[Array, Array], Array],
    breaks: Iterable[float] = (),
    smallest: float = 1e-300,
) -> tuple[float, float]:
    """Return mean and sd of a law from its quantile function of u and 1 - u, which has breaks.

    It is not called beyond the smallest tail; what float64 cannot hold is infinite.
    """
    u, v, w = tanh_sinh(smallest)
    ends = [0.0, *sorted(breaks), 1.0]
    points, weights = [], []
    for left, right in pairwise(ends):
        width = right - left
        points.append(conditioned(left + width * u, (1.0 - right) + width * v))
        weights.append(width * w)
    x, weight = np.concatenate(points), np.concatenate(weights)
    weight = weight / weight.sum()
    origin = x[len(x) // 2]  # near the middle, so that the sums below do not cancel
    with np.errstate(over="ignore", invalid="ignore"):
        size = float(np.abs(x - origin).max()) or 1.0  # keeps squares from over- and underflow
        scaled = (x - origin) / size
        mean = float(weight @ scaled)
        sd = math.sqrt(float(weight @ (scaled - mean) ** 2)) if math.isfinite(size) else math.inf
    return (float(origin) + size * mean, size * sd) if math.isfinite(size) else (math.inf, sd)
