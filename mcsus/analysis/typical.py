"""The model where one input at a time is moved and all others are typical."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class WantsTypical(NamedTuple):
    """Values where all inputs are typical, and where each in turn is moved.

    Parameters
    ----------
    probabilities : tuple of float
        An input is put at these quantiles of its law.
    changes : tuple of float
        Its typical value is multiplied with 1 and these added.
    """

    probabilities: tuple[float, ...] = ()
    changes: tuple[float, ...] = ()


class TypicalValues(NamedTuple):
    """Values of one cell of an output.

    Parameters
    ----------
    typical : float
        Of the output where all inputs are typical.
    output : array, shape (input, move)
        Where one of them is moved.
    inputs : array, shape (input, 1 + move)
        Its own values: typical, and moved; NaN where it has several.
    units : sequence of str
        Of these.
    is_smooth : array of bool, shape (input,)
        Whether no single value of an input has a probability of its own.
    """

    typical: float
    output: Array
    inputs: Array
    units: Sequence[str]
    is_smooth: NDArray[np.bool_]

    @property
    def spread(self) -> float:
        """Range of the output."""
        values = np.append(self.output, self.typical)
        finite = values[np.isfinite(values)]
        return float(np.ptp(finite)) if finite.size else 0.0
