"""Quantiles and shortest intervals of sorted values, and the spread of values of any size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ORDINARY, MOST = 256, 1000
"""Exponents of two up to which squares need no scale, and of scales."""


def exponents(sizes: Array) -> NDArray[np.int32]:
    """Return the exponents of two by which values of such sizes are scaled, 0 for ordinary ones.

    Examples
    --------
    >>> exponents(np.array([1e300, 5.0, 0.0, 1e-170])).tolist()
    [997, 0, 0, -564]
    """
    _, own = np.frexp(sizes)
    return np.asarray(np.where(np.abs(own) > ORDINARY, np.clip(own, -MOST, MOST), 0))


def mean(values: Array, axis: int) -> Array:
    """Return the mean along an axis, of values of any magnitude.

    Examples
    --------
    >>> mean(np.full(4, 1e308), 0)
    array(1.e+308)
    """
    size = exponents(np.asarray(np.abs(values).max(axis=axis, keepdims=True)))
    if not size.any():
        return np.asarray(values.mean(axis=axis))
    scaled = np.ldexp(values, -size).mean(axis=axis)
    return np.asarray(np.ldexp(scaled, np.squeeze(size, axis)))


def deviation(values: Array, axis: int, *, ddof: int = 0) -> Array:
    """Return the standard deviation along an axis, of values of any magnitude.

    Examples
    --------
    >>> deviation(np.array([1e300, 3e300, 1e-170]), 0)
    array(1.24721913e+300)
    """
    largest = np.abs(values).max(axis=axis, keepdims=True)
    _, size = np.frexp(np.where(np.isfinite(largest), largest, 1.0))  # so that squares are finite
    spread = np.ldexp(values, -size).std(axis=axis, ddof=ddof)
    return np.asarray(np.ldexp(spread, np.squeeze(size, axis)))


def about_all(means: Array, sds: Array) -> Array:
    """Return root mean square distances from the mean of all, of replicates of any magnitude.

    Parameters
    ----------
    means, sds : array, shape (replicate,)

    Examples
    --------
    >>> about_all(np.array([1.0, 3.0]), np.array([0.0, 1.0]))
    array([1.        , 1.41421356])
    """
    return np.asarray(np.hypot(sds, means - means.mean()))


def quantiles_of_sorted(ordered: Array, probabilities: Array) -> Array:
    """Return quantiles of sorted values along the last axis, at plotting positions (i - 1/2)/n.

    Hazen's rule (1914), definition 5 of Hyndman and Fan (1996), doi:10.2307/2684934: unbiased for
    points that are stratified one to each 1/n.

    Examples
    --------
    >>> quantiles_of_sorted(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5]))
    array([2.5])
    """
    low, high, weight = _places(ordered.shape[-1], probabilities)
    below, above = ordered[..., low], ordered[..., high]
    return between(below, above, weight)


def sorted_at(values: Array, probabilities: Array) -> Array:
    """Return values along the last axis, sorted as far as some quantiles of them need.

    Examples
    --------
    >>> values, half = np.array([4.0, 1.0, 3.0, 2.0]), np.array([0.5])
    >>> quantiles_of_sorted(sorted_at(values, half), half)
    array([2.5])
    """
    low, high, _ = _places(values.shape[-1], probabilities)
    return np.partition(values, np.unique([low, high]), axis=-1)


def _places(count: int, probabilities: Array) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Return between which of sorted values quantiles lie, and how far on the way."""
    position = np.clip(count * probabilities - 0.5, 0, count - 1)
    low = np.floor(position).astype(np.int64)
    return low, np.minimum(low + 1, count - 1), position - low


def between(below: Array, above: Array, weight: Array) -> Array:
    """Return what lies at a share of the way between two values, which may be infinite.

    Examples
    --------
    >>> between(np.array([1.0, 1.0]), np.array([3.0, np.inf]), np.array([0.5, 0.0]))
    array([2., 1.])
    """
    with np.errstate(invalid="ignore"):
        inside = below + weight * (above - below)
    return np.where((weight == 0) | (below == above), below, inside)


def shortest_interval(ordered: Array, level: float) -> tuple[float, float]:
    """Return the shortest interval that holds a share `level` of sorted values.

    As JCGM 101:2008, 7.7.2 note 2 and annex; https://doi.org/10.59161/JCGM101-2008.

    Examples
    --------
    >>> shortest_interval(np.array([0.0, 10.0, 11.0, 12.0]), 0.5)
    (10.0, 11.0)
    """
    count = len(ordered)
    held = min(max(int(np.ceil(level * count)), 1), count)
    widths = ordered[held - 1 :] - ordered[: count - held + 1]
    first = int(np.argmin(widths))
    return float(ordered[first]), float(ordered[first + held - 1])
