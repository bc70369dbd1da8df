"""The model where only the inputs that matter most vary, and all others are typical."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class WantsFixed(NamedTuple):
    """Values where the first inputs vary, in the order in which they matter, one more each time.

    Parameters
    ----------
    is_settled : bool
        Whether the variance of the output settles; else nothing is evaluated.
    """

    is_settled: bool = True


class FixedValues(NamedTuple):
    """Values of one cell of an output in one replicate.

    Parameters
    ----------
    alone : array, shape (input,)
        Variance of what changes if an input alone is typical, as a share of the whole: the more,
        the earlier it varies, and by name where it is the same.
    values : array, shape (input, draw)
        Of the output where the first inputs vary: one, two and so on up to all.
    holds : array, shape (margin, input)
        How often each margin of a claim on the output is above 0 there.
    """

    alone: Array
    values: Array
    holds: Array

    @property
    def spread(self) -> float:
        """Range of the output where all inputs vary."""
        return float(np.ptp(self.values[-1])) if len(self.values) else 0.0
