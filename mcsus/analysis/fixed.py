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
    place : array of int, shape (input,)
        Step in which each input is let vary, from 0: one more in each by how much changes if it
        alone is typical, over all replicates, and in the last step all that are left.
    changes : array, shape (input,)
        Variance of what changes if an input alone is typical.
    values : array, shape (step, draw)
        Of the output where the inputs of a step and of those before it vary.
    holds : array, shape (margin, step)
        How often each margin of a claim on the output is above 0 there: of the labels of the cell.
    """

    place: NDArray[np.int64]
    changes: Array
    values: Array
    holds: Array

    @property
    def spread(self) -> float:
        """Range of the output where all inputs vary."""
        return float(np.ptp(self.values[-1]))
