"""Laws from an interval and the probability it covers, with equal tails outside."""

from __future__ import annotations

import math

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import special
from mcsus.families.base import Array
from mcsus.families.fields import Key
from mcsus.families.lists import probability

COVERAGE = Key("coverage", "a finite number above 0 and below 1", probability)
CLOSE = 1e-11  # relative error of both tails of a solved law


def half_width(coverage: float) -> float:
    """Return how many standard deviations an interval of a normal law reaches to each side.

    Examples
    --------
    >>> round(half_width(0.95), 6)
    1.959964
    """
    return -float(special.ndtri((1 - coverage) / 2))


def beta_shapes(low: float, high: float, coverage: float) -> tuple[float, float]:
    """Return alpha and beta of the law on [0, 1] with equal tails below low and above high.

    One law does so (van Dorp and Mazzuchi 2000, doi:10.1016/S0167-9473(99)00108-3); it is
    found by Powell's method from the normal law with this interval.

    Examples
    --------
    >>> alpha, beta = beta_shapes(0.25, 0.75, 0.5)
    >>> round(alpha, 9), round(beta, 9)
    (1.0, 1.0)
    """
    from scipy import optimize  # noqa: PLC0415 - slow to import, and few laws need it

    tail = (1 - coverage) / 2
    middle, sd = (low + high) / 2, (high - low) / 2 / half_width(coverage)
    total = max(middle * (1 - middle) / sd**2 - 1, 0.5)

    def error(logs: Array, /) -> Array:
        alpha, beta = (math.exp(min(max(log, -30), 30)) for log in logs.tolist())
        found = (special.betainc(alpha, beta, low), special.betaincc(alpha, beta, high))
        return np.array([math.log(max(float(value), 1e-300) / tail) for value in found])

    start = np.log([middle * total, (1 - middle) * total])
    solution = optimize.root(error, start, tol=1e-14)
    if np.abs(error(solution.x)).max() > CLOSE:
        found = f"low and high at {low:.6g} and {high:.6g} of the width"
        raise InputError(Fault(found, "an interval that a beta law covers so", ("coverage",)))
    alpha, beta = np.exp(solution.x).tolist()
    return alpha, beta
