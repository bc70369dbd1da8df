"""Location, spread and intervals of an output, each with its numerical error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error

Array = NDArray[np.float64]

CURVE = np.concatenate(
    [[0.001, 0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975, 0.999]]
)
"""Probabilities at which the quantile curve is kept, for the cumulative figure."""

_BINS = (20, 200)


@dataclass(frozen=True)
class Summary:
    """Statistics of one cell of an output, in the unit it is shown in.

    Attributes
    ----------
    mean, sd, median : (float, float)
        Value pooled over replicates and its standard error.
    probabilities : array, shape (quantile,)
    quantiles, quantile_errors : array, shape (quantile,)
    levels : array, shape (level,)
    symmetric, shortest : array, shape (level, 2)
        Intervals with equal tails, and the shortest ones.
    curve : array, shape (len(CURVE),)
        Quantiles at `CURVE`.
    edges, density : array, shapes (bin + 1,), (bin,)
        Histogram between the ends of the curve, in probability per unit.
    """

    mean: tuple[float, float]
    sd: tuple[float, float]
    median: tuple[float, float]
    probabilities: Array
    quantiles: Array
    quantile_errors: Array
    levels: Array
    symmetric: Array
    shortest: Array
    curve: Array
    edges: Array
    density: Array


def quantile_probabilities(levels: Sequence[float]) -> Array:
    """Return the probabilities of the ends of symmetric intervals, and the median, in order.

    Examples
    --------
    >>> quantile_probabilities([0.5, 0.9]).tolist()
    [0.05, 0.25, 0.5, 0.75, 0.95]
    """
    ends = {0.5}
    for level in levels:
        ends |= {round((1 - level) / 2, 9), round((1 + level) / 2, 9)}
    return np.array(sorted(ends))


def quantiles_of_sorted(ordered: Array, probabilities: Array) -> Array:
    """Return quantiles of sorted values along the last axis, at plotting positions (i - 1/2)/n.

    Hazen's rule (1914), definition 5 of Hyndman and Fan (1996), doi:10.2307/2684934: unbiased for
    points that are stratified one to each 1/n.

    Examples
    --------
    >>> quantiles_of_sorted(np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.5]))
    array([2.5])
    """
    count = ordered.shape[-1]
    position = np.clip(count * probabilities - 0.5, 0, count - 1)
    low = np.floor(position).astype(np.int64)
    high = np.minimum(low + 1, count - 1)
    weight = position - low
    below, above = ordered[..., low], ordered[..., high]
    return np.asarray(below + weight * (above - below))


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


def summarise(values: Array, levels: Sequence[float]) -> Summary:
    """Summarise one cell of an output.

    Parameters
    ----------
    values : array, shape (replicate, draw)
        Draws, in the unit of the output.
    levels : sequence of float
        Probabilities of the intervals.

    Examples
    --------
    >>> s = summarise(np.arange(8.0).reshape(2, 4), [0.5])
    >>> s.mean[0], s.median[0]
    (3.5, 3.5)
    """
    each = np.sort(values, axis=1)
    pooled = np.sort(each, axis=None, kind="stable")  # merges the sorted replicates
    probabilities = quantile_probabilities(levels)
    errors = standard_error(quantiles_of_sorted(each, probabilities))
    quantiles = quantiles_of_sorted(pooled, probabilities)
    middle = int(np.searchsorted(probabilities, 0.5))
    curve = quantiles_of_sorted(pooled, CURVE)
    edges, density = _histogram(pooled, curve)
    ends = [((1 - level) / 2, (1 + level) / 2) for level in levels]
    return Summary(
        mean=_pooled_mean(values),
        sd=_pooled_sd(values),
        median=(float(quantiles[middle]), float(errors[middle])),
        probabilities=probabilities,
        quantiles=quantiles,
        quantile_errors=errors,
        levels=np.array(levels, dtype=float),
        symmetric=np.array([quantiles_of_sorted(pooled, np.array(end)) for end in ends]),
        shortest=np.array([shortest_interval(pooled, level) for level in levels]),
        curve=curve,
        edges=edges,
        density=density,
    )


def _pooled_mean(values: Array) -> tuple[float, float]:
    means = values.mean(axis=1)
    return float(means.mean()), float(standard_error(means))


def _pooled_sd(values: Array) -> tuple[float, float]:
    error = standard_error(values.std(axis=1))
    return float(values.std()), float(error)


def _histogram(pooled: Array, curve: Array) -> tuple[Array, Array]:
    """Return edges and density over the range of the curve; one bin when nothing varies."""
    low, high = float(curve[0]), float(curve[-1])
    if not low < high:
        return np.array([low, low]), np.zeros(1)
    bins = int(np.clip(1.7 * len(pooled) ** (1 / 3), *_BINS))  # the rate of Freedman and Diaconis
    edges = np.linspace(low, high, bins + 1)
    if not np.diff(edges).all():  # rounding aside, nothing varies
        return np.array([low, low]), np.zeros(1)
    counts = np.diff(np.searchsorted(pooled, edges, side="right"))
    return edges, counts / (len(pooled) * np.diff(edges))
