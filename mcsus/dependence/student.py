"""Student's t for its copula: the law of the common scale, and a table of the distribution.

The table holds the log of the upper tail in the variable ``w = asinh(t / sqrt(df))``, in which
it is smooth at 0 and straight far out: the density in w is proportional to ``cosh(w)**-df``.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.families import Distribution, distribution, special
from mcsus.families.inverse.tabulated import chebyshev_fit
from mcsus.families.loops.cells import TERMS

Array = NDArray[np.float64]

LEAST_DF, MOST_DF = 1.0, 1000.0
CELLS = 256
START = 3  # numbers before the first cell
_SMALLEST = 2.0**-56  # tail at which the table ends; points end at 2**-53


def scale_law(df: float) -> Distribution:
    """Return the law of a chi-square variable divided by its degrees of freedom."""
    return distribution("gamma", shape=df / 2, scale=2 / df)


def upper_tail(w: ArrayLike, df: float) -> Array:
    """Return the upper tail of Student's t at ``sqrt(df) * sinh(w)`` for w from 0 up.

    Near 0 from the incomplete beta function (NIST DLMF 8.17, https://dlmf.nist.gov/8.17).
    """
    w = np.asarray(w, dtype=float)
    near = 0.5 - 0.5 * special.betainc(0.5, df / 2, np.tanh(w) ** 2)
    far = special.stdtr(df, -np.sqrt(df) * np.sinh(w))
    tail: Array = np.where(near > 0.25, near, far)  # stdtr is crude next to 0
    return tail


def distribution_function(t: ArrayLike, df: float) -> Array:
    """Return the distribution function of Student's t, exact in its lower tail."""
    t = np.asarray(t, dtype=float)
    tail = upper_tail(np.arcsinh(np.abs(t) / np.sqrt(df)), df)
    below: Array = np.where(t < 0, tail, 1 - tail)
    return below


@lru_cache(maxsize=64)
def table(df: float) -> tuple[float, ...]:
    """Return the table of a t distribution: 1 / sqrt(df), end in w, cells in one w, then cells."""
    low, high = 0.0, 60.0  # the tail falls with w at least as fast as exp(-w)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if upper_tail(middle, df) > _SMALLEST else (low, middle)
    nodes, matrix = chebyshev_fit(TERMS)
    width = high / CELLS
    w = width * (np.arange(CELLS)[:, None] + (nodes + 1) / 2)
    cells = np.log(upper_tail(w, df)) @ matrix.T
    return (df**-0.5, high, 1 / width, *cells.ravel().tolist())
