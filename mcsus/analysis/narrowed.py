"""The model where the laws of a group of inputs are narrower, at the same points.

A law is narrowed in its normal scores, as `mcsus.analysis.strata.moved` does: the value at score z
is then the one that was at z/stretch. Of a normal law that is a smaller spread about the same mean,
of a lognormal law a smaller spread of the logarithm about the same median, of any other law one
about its median that stays between its ends. What depends on it does so as before. What is known
tells of others what it does at its median: these have the laws that they have given it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ENDS = (0.025, 0.975)
"""Probabilities of the ends of the interval."""


class WantsNarrowed(NamedTuple):
    """Quantiles where each group of inputs in turn has narrower laws.

    An input of the study's own grouping whose total-order index is below `LEAST_SHARE` in all cells
    is left as it is, as it has no other interval to speak of.

    Parameters
    ----------
    stretches : tuple of float
        How many times as narrow; infinite for inputs that are known, at their medians.
    groupings : tuple of str, optional
        Groupings of the inputs that are looked at beside those of the study; by default only the
        study's own.
    has_shares : bool
        Whether it is told how much changes where a group is drawn again.
    is_settled : bool
        Whether the variance of the outputs settles; else they may be infinite, and how much they
        change is not told.
    """

    stretches: tuple[float, ...]
    groupings: tuple[str, ...] | None = None
    has_shares: bool = False
    is_settled: bool = True


class NarrowedValues(NamedTuple):
    """What is told of one cell of an output in one replicate.

    Parameters
    ----------
    spread : float
        Range of the output as it is.
    mean, variance : float
        Of it.
    ends : array, shape (end,)
        Ends of its interval.
    narrowed : array, shape (stretch, group, end)
        Ends with narrower laws; NaN where a group has none, or is not looked at.
    changes : array, shape (group,)
        Half the mean square of a change where a group is drawn again; NaN where others depend on
        it, and where it is not looked at.
    """

    spread: float
    mean: float
    variance: float
    ends: Array
    narrowed: Array
    changes: Array


def last_if_not_told(gains: Array) -> Array:
    """Return gains by which inputs are ranked, those that are not told behind all others.

    Examples
    --------
    >>> last_if_not_told(np.array([0.5, np.nan, -0.1])).tolist()
    [0.5, -1.1, -0.1]
    """
    if np.isnan(gains).all():
        return gains
    return np.where(np.isnan(gains), np.nanmin(gains) - 1, gains)
