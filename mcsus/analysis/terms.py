"""Sums of products of powers of independent inputs, as what closed forms are made of."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class WantsTerms(NamedTuple):
    """The output as a sum of products of powers of inputs, by the graph; no values."""


class Terms(NamedTuple):
    """One cell of an output as a sum of products.

    Parameters
    ----------
    coefficients : array, shape (term,)
    single : array, shape (input, term)
        Expected value of what each input brings to a term.
    double : array, shape (input, term, term)
        The same of two terms together.
    reason : str
        Why there is no such sum, if so.
    """

    coefficients: Array
    single: Array
    double: Array
    reason: str = ""

    @property
    def spread(self) -> float:
        """Not known without its variance: never too small."""
        return np.inf
