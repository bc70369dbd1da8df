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
    let_vary : array, shape (input,)
        Place of each input in the order in which they are let vary, from 0: by how much changes
        if it alone is typical, over all replicates and in the cell where that is most.
    changes : array, shape (input,)
        Variance of what changes if an input alone is typical.
    values : array, shape (input, draw)
        Of the output where the first inputs vary: one, two and so on up to all.
    holds : array, shape (margin, input)
        How often each margin of a claim on the output is above 0 there.
    """

    let_vary: Array
    changes: Array
    values: Array
    holds: Array

    @property
    def spread(self) -> float:
        """Range of the output where all inputs vary."""
        return float(np.ptp(self.values[-1])) if len(self.values) else 0.0
