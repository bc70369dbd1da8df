"""Estimates over the first draws, as these are added."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.ordered import between, quantiles_of_sorted

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


@dataclass(frozen=True)
class Convergence:
    """Estimates of every replicate over its first draws.

    Attributes
    ----------
    probability : float
        Of the quantile.
    draws : array, shape (size,)
        Numbers of draws, increasing.
    means, tails : array, shape (size, replicate)
        Mean and quantile of so many draws.
    """

    probability: float
    draws: Array
    means: Array
    tails: Array

    @classmethod
    def of_prefixes(
        cls, values: Array, probability: float, ordered: Array | None = None
    ) -> Convergence:
        """Return the estimates of held draws, shape (replicate, draw), at doublings up to all.

        Parameters
        ----------
        ordered : array, shape (replicate, draw), optional
            The draws of each replicate in rising order, where they are known.
        """
        sizes = prefix_sizes(values.shape[1])
        means = np.array([values[:, :n].mean(axis=1) for n in sizes])
        parts = [values[:, :n] for n in sizes]
        known = [] if ordered is None else [quantiles_of_sorted(ordered, np.array(probability))]
        tails = [_quantile(part, probability) for part in parts[: len(parts) - len(known)]]
        return cls(probability, np.array(sizes, dtype=float), means, np.array(tails + known))

    def extended(self, draws: int, means: Array, tails: Array) -> Convergence:
        """Return the estimates with those of more draws at the end."""
        return Convergence(
            self.probability,
            np.append(self.draws, float(draws)),
            np.vstack([self.means, means]),
            np.vstack([self.tails, tails]),
        )

    def mapped(self, convert: Callable[[Array], Array]) -> Convergence:
        """Return the estimates in another unit."""
        return Convergence(self.probability, self.draws, convert(self.means), convert(self.tails))


def _quantile(values: Array, probability: float) -> Array:
    """Return the quantile of each row, by Hazen's rule, without sorting the whole row."""
    count = values.shape[1]
    position = min(max(count * probability - 0.5, 0.0), count - 1.0)
    low = int(position)
    high = min(low + 1, count - 1)
    ordered = np.partition(values, [low, high], axis=1)
    return between(ordered[:, low], ordered[:, high], np.array(position - low))
