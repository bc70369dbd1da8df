"""Location, spread and intervals of an output, each with its numerical error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.counting.draws import Draws

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


def summarise(draws: Draws, levels: Sequence[float]) -> Summary:
    """Summarise one cell of an output.

    Parameters
    ----------
    draws : Draws
        Draws, in the unit of the output.
    levels : sequence of float
        Probabilities of the intervals.

    Examples
    --------
    >>> from mcsus.counting.draws import HeldDraws
    >>> s = summarise(HeldDraws(np.arange(8.0).reshape(2, 4)), [0.5])
    >>> s.mean[0], s.median[0]
    (3.5, 3.5)
    """
    probabilities = quantile_probabilities(levels)
    errors = standard_error(draws.replicate_quantiles(probabilities))
    quantiles = draws.quantiles(probabilities)
    middle = int(np.searchsorted(probabilities, 0.5))
    curve = draws.quantiles(CURVE)
    edges, density = _histogram(draws, curve)
    ends = [((1 - level) / 2, (1 + level) / 2) for level in levels]
    means = draws.means()
    return Summary(
        mean=(float(means.mean()), float(standard_error(means))),
        sd=(draws.sd(), float(standard_error(draws.sds()))),
        median=(float(quantiles[middle]), float(errors[middle])),
        probabilities=probabilities,
        quantiles=quantiles,
        quantile_errors=errors,
        levels=np.array(levels, dtype=float),
        symmetric=np.array([draws.quantiles(np.array(end)) for end in ends]),
        shortest=np.array([draws.shortest(level) for level in levels]),
        curve=curve,
        edges=edges,
        density=density,
    )


def _histogram(draws: Draws, curve: Array) -> tuple[Array, Array]:
    """Return edges and density over the range of the curve; one bin when nothing varies."""
    low, high = float(curve[0]), float(curve[-1])
    if not low < high:
        return np.array([low, low]), np.zeros(1)
    count = draws.replicates * draws.draws
    bins = int(np.clip(1.7 * count ** (1 / 3), *_BINS))  # the rate of Freedman and Diaconis
    edges = np.linspace(low, high, bins + 1)
    if not np.diff(edges).all():  # rounding aside, nothing varies
        return np.array([low, low]), np.zeros(1)
    return edges, np.diff(draws.below(edges)) / (count * np.diff(edges))
