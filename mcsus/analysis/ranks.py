"""Ranks in place of values: for an output whose mean or variance does not settle, or may be never.

Ranks are bounded, so that their variance is known from few draws whatever the tail, and "never" is
no more than the highest of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def ranked(values: Array, size: float = 0.0) -> Array:
    """Return the ranks of all values together, from 0 to 1; the mean rank for those that tie.

    Parameters
    ----------
    values : array
        Infinite ones are the highest or the lowest.
    size : float
        Of rounding: values that differ by no more, all of them, are the same.

    Examples
    --------
    >>> ranked(np.array([[3.0, np.inf], [1.0, np.inf]])).tolist()
    [[0.375, 0.75], [0.125, 0.75]]
    """
    if np.isfinite(values).all() and np.ptp(values) <= size:
        return np.full(values.shape, 0.5)
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - counts / 2
    return np.asarray(middles[place.reshape(values.shape)] / values.size)


def is_above(values: Array, probability: float, size: float = 0.0) -> Array:
    """Return 1 where a value is above a quantile of the first two rows, A and B, and else 0.

    Parameters
    ----------
    values : array, shape (evaluation, draw)
    size : float
        Of rounding: values that differ by no more, all of them, are the same.

    Examples
    --------
    >>> is_above(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 0.0]]), 0.5).tolist()
    [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0]]
    """
    if np.isfinite(values).all() and np.ptp(values) <= size:
        return np.zeros(values.shape)
    base = np.sort(values[:2], axis=None)
    threshold = base[min(int(probability * base.size), base.size - 1) - 1]
    return np.where(values > threshold, 1.0, 0.0)
