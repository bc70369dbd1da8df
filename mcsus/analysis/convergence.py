"""How the estimates settle as draws are added, each with its error from the replicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error

Array = NDArray[np.float64]
_FIRST = 64


def prefix_sizes(draws: int) -> list[int]:
    """Return the numbers of draws at which convergence is looked at: doublings up to all.

    Examples
    --------
    >>> prefix_sizes(500)
    [64, 128, 256, 500]
    """
    sizes = []
    size = min(_FIRST, draws)
    while size < draws:
        sizes.append(size)
        size *= 2
    return [*sizes, draws]


def converge(values: Array, probability: float) -> dict[str, Array]:
    """Return mean and one quantile over the first draws of every replicate.

    Parameters
    ----------
    values : array, shape (replicate, draw)
        Draws in the order in which they were made.
    probability : float
        Of the quantile.

    Returns
    -------
    dict of str to array, shape (size,)
        ``draws`` per replicate, ``mean``, ``mean_error``, ``quantile``, ``quantile_error``; an
        estimate is the mean over replicates.

    Examples
    --------
    >>> converge(np.ones((2, 256)), 0.5)["mean"].tolist()
    [1.0, 1.0, 1.0]
    """
    sizes = prefix_sizes(values.shape[1])
    means = np.array([values[:, :n].mean(axis=1) for n in sizes])
    tails = np.array([_quantile(values[:, :n], probability) for n in sizes])
    return {
        "draws": np.array(sizes, dtype=float),
        "mean": means.mean(axis=1),
        "mean_error": standard_error(means.T),
        "quantile": tails.mean(axis=1),
        "quantile_error": standard_error(tails.T),
    }


def _quantile(values: Array, probability: float) -> Array:
    """Return the quantile of each row, by Hazen's rule, without sorting the whole row."""
    count = values.shape[1]
    position = min(max(count * probability - 0.5, 0.0), count - 1.0)
    low = int(position)
    high = min(low + 1, count - 1)
    ordered = np.partition(values, [low, high], axis=1)
    return np.asarray(ordered[:, low] + (position - low) * (ordered[:, high] - ordered[:, low]))
