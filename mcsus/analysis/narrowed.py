"""The model where the laws of a group of inputs are narrower, at the same points.

A law is narrowed in its normal scores, as `mcsus.analysis.strata.moved` does: the value at score z
is then the one that was at z/stretch. Of a normal law that is a smaller spread about the same mean,
of a lognormal law a smaller spread of the logarithm about the same median, of any other law one
about its median that stays between its ends. What depends on it does so as before.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class WantsNarrowed(NamedTuple):
    """Quantiles where each group of inputs in turn has narrower laws.

    Parameters
    ----------
    stretches : tuple of float
        How many times as narrow; infinite for inputs at their medians.
    probabilities : tuple of float
        Of the quantiles.
    groupings : tuple of str
        Groupings of the inputs that are looked at beside those of the study.
    is_settled : bool
        Whether the variance of the outputs settles; else they may be infinite, and how much they
        change is not told.
    """

    stretches: tuple[float, ...]
    probabilities: tuple[float, ...]
    groupings: tuple[str, ...] = ()
    is_settled: bool = True


class NarrowedValues(NamedTuple):
    """What is told of one cell of an output in one replicate.

    Parameters
    ----------
    spread : float
        Range of the output as it is.
    mean, variance : float
        Of it.
    ends : array, shape (probability,)
        Quantiles of it.
    narrowed : array, shape (stretch, group, probability)
        Quantiles with narrower laws; NaN where a group has none.
    changes : array, shape (group,)
        Half the mean square of a change where a group is drawn again; NaN where others depend on
        it.
    """

    spread: float
    mean: float
    variance: float
    ends: Array
    narrowed: Array
    changes: Array
