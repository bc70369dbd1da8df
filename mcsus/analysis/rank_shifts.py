"""How ranks, and their products, would be without a block of draws: for errors of rank measures.

A rank is a share of all draws, so that a block moves the ranks of the others as well. Where ranks
are kept as they are, errors of a partial rank correlation were a third too small.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.rank_bins import RankBins

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

ENDS = np.arange(1, 256) / 256
"""Ranks between classes, inside which draws count as one value."""


class _Classes(NamedTuple):
    """Classes of a column: of each draw, and the shares of the draws of each block."""

    bins: Integers
    shares: Array

    @classmethod
    def of(cls, draws: GivenDraws, found: RankBins) -> _Classes:
        counts = draws.by_block(found.bins[0], len(found.ranks))
        return cls(found.bins[0], counts / counts.sum(axis=1, keepdims=True))

    def by_block(self, values: Array, size: float) -> Array:
        """Return the mean product of values, of mean 0, and the ranks that each block gives.

        Parameters
        ----------
        size : float
            By which ranks are divided.
        """
        sums = np.bincount(self.bins, values, minlength=self.shares.shape[1])
        above = sums / 2 - np.cumsum(sums)  # by each draw at a class, itself half
        return np.asarray(self.shares @ above / (len(values) * size))


def rank_shifts(draws: GivenDraws, ranks: list[Array]) -> Array:
    """Return how mean products of ranks change as these are told without each block.

    Parameters
    ----------
    ranks : list of array, shape (draw,)
        Of the inputs, then of the output.

    Returns
    -------
    array, shape (block, column, column)
        Of ranks less their mean over their standard deviation; to first order.
    """
    sizes = [float(own.std()) or np.inf for own in ranks]  # those that tie in all draws stay
    scaled = np.array([(own - 0.5) / size for own, size in zip(ranks, sizes, strict=True)])
    inputs = range(len(draws.inputs))
    of_inputs = [draws.once(("rank classes", k), partial(_of_input, draws, k)) for k in inputs]
    output = _Classes.of(draws, draws.output_classes(ENDS))
    found = np.empty((draws.count, len(ranks), len(ranks)))
    found[:, :-1, :-1] = draws.once(
        "rank products", lambda: _among(of_inputs, scaled[:-1], sizes[:-1])
    )
    for k in inputs:
        found[:, k, -1] = of_inputs[k].by_block(scaled[-1], sizes[k])
        found[:, -1, k] = output.by_block(scaled[k], sizes[-1])
    found[:, -1, -1] = output.by_block(scaled[-1], sizes[-1])
    each = np.bincount(draws.blocks)
    moved = (each / (len(draws.output) - each))[:, np.newaxis, np.newaxis]
    products = scaled @ scaled.T / len(draws.output)
    return np.asarray(moved * (2 * products - found - found.transpose(0, 2, 1)))


def _of_input(draws: GivenDraws, k: int) -> _Classes:
    return _Classes.of(draws, draws.classes(k, ENDS))


def _among(classes: list[_Classes], scaled: Array, sizes: list[float]) -> Array:
    """Return the mean products of inputs, of shape (block, input that a block ranks, input)."""
    rows = [
        np.stack([own.by_block(values, size) for values in scaled], axis=-1)
        for own, size in zip(classes, sizes, strict=True)
    ]
    return np.stack(rows, axis=1)
