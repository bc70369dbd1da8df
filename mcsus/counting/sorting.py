"""Draws in rising order: few by NumPy, many by the digits of their bits. The order is the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MANY = 1 << 18
"""Values from which on compiled sorting is worth being loaded."""


def sorted_rows(values: Array) -> Array:
    """Return each row of values in rising order.

    Examples
    --------
    >>> sorted_rows(np.array([[2.0, 1.0], [0.0, 3.0]])).tolist()
    [[1.0, 2.0], [0.0, 3.0]]
    """
    if values.size < MANY:
        return np.sort(values, axis=1)
    from mcsus.counting.compiled import sorting  # noqa: PLC0415 - numba

    ordered = np.empty(values.shape)
    sorting().rows(np.ascontiguousarray(values), ordered)
    return ordered


def merged(ordered: Array) -> Array:
    """Return the values of rows, each of which is in rising order, in one such order.

    Examples
    --------
    >>> merged(np.array([[1.0, 2.0], [0.0, 3.0]])).tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if ordered.size < MANY:
        return np.sort(ordered, axis=None, kind="stable")  # which merges them
    from mcsus.counting.compiled import sorting  # noqa: PLC0415 - numba

    whole = np.empty(ordered.size)
    sorting().merge(np.ascontiguousarray(ordered), whole)
    return whole
