"""Expected values of products of powers of laws, by quadrature of their quantile functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from mcsus.families.base import Array, Distribution
from mcsus.families.inverse.quadrature import tanh_sinh
from mcsus.families.steps import Steps

Power = tuple[Distribution, float]

_AGREE = 1e-9  # of the expected size: rules that differ by more have not converged
_RULES = ((1e-300, 1 / 32), (1e-300, 1 / 64), (1e-150, 1 / 32))  # smallest tail, step
_MOST_STEPS = 2048


def power_moment(powers: Sequence[Power]) -> float:
    """Return the expected value of a product of powers of laws that are drawn at one point.

    Parameters
    ----------
    powers : sequence of (Distribution, float)
        Laws with their exponents.

    Returns
    -------
    float
        NaN where it is infinite, or not known to nine digits.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> uniform = distribution("uniform", minimum=0, maximum=1)
    >>> round(power_moment([(uniform, 2.0)]), 12), power_moment([(uniform, -1.0)])
    (0.333333333333, nan)
    """
    if any(isinstance(law, Steps) and len(law.atoms.values) > _MOST_STEPS for law, _ in powers):
        return math.nan
    breaks = sorted({u for law, _ in powers for u in _breaks(law)})
    found = np.array([_expected(powers, breaks, *rule) for rule in _RULES])
    values, sizes = found.T
    if not np.isfinite(found).all() or np.ptp(values) > _AGREE * sizes.max():
        return math.nan
    return float(values[1])


def moments_are_known(law: Distribution) -> bool:
    """Tell whether quadrature gives the mean and the standard deviation of a law."""
    first, second = (power_moment([(law, power)]) for power in (1.0, 2.0))
    with np.errstate(all="ignore"):
        mean, square = law.mean(), law.mean() ** 2 + law.sd() ** 2
    size = math.sqrt(second) if second >= 0 else math.nan
    return abs(first - mean) <= 1e-7 * size and abs(second - square) <= 1e-7 * second


def _breaks(law: Distribution) -> list[float]:
    """Return the points at which the quantile function has a kink or a step."""
    if isinstance(law, Steps):
        return [float(u) for u in law.atoms.masses.cumsum()[:-1]]
    c = law._conditioning
    inside = [(p - c.below) / c.mass for p in law._breaks()]
    return [u for u in inside if 0 < u < 1]


def _expected(
    powers: Sequence[Power], breaks: Sequence[float], smallest: float, step: float
) -> tuple[float, float]:
    """Return the expected value of a product, and of its size."""
    u, v, w = tanh_sinh(smallest, step)
    value = size = total = 0.0
    for left, right in pairwise([0.0, *breaks, 1.0]):
        width = right - left
        product: Array = np.ones_like(u)
        with np.errstate(all="ignore"):
            for law, power in powers:
                x = law._conditioned(left + width * u, (1.0 - right) + width * v)
                product = product * x**power
            value += width * float(w @ product)
            size += width * float(w @ np.abs(product))
        total += width * float(w.sum())
    return value / total, size / total
