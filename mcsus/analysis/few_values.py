"""Numbers of draws with values of two inputs, which stratified points make to one draw and no less.

Of two inputs with few values, scrambled Sobol' points give each corner of their table one of two
numbers of draws, so that a few replicates may well agree on one, and have no spread, although
neither is what is expected.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.rank_bins import RankBins
from mcsus.analysis.replication import student_quantile

Array = NDArray[np.float64]


def counted_error(draws: GivenDraws, classes: Sequence[RankBins], columns: Array) -> Array:
    """Return what the error of correlations with an output is at least, as draws are counted.

    Parameters
    ----------
    classes : sequence of RankBins
        Of the inputs.
    columns : array, shape (column, draw)
        Inputs, then the output, of mean 0 and standard deviation 1.

    Returns
    -------
    array, shape (input,)
        0 where fewer than two inputs have few values.
    """
    *inputs, output = columns
    size, of_block = len(output), len(output) / draws.count
    square = np.zeros(len(inputs))
    for one, other in combinations([own for own in classes if own.has_few_values], 2):
        shape = len(one.ranks), len(other.ranks)
        places = one.bins[0] * shape[1] + other.bins[0]
        counts = np.bincount(places, minlength=shape[0] * shape[1])
        if not counts.all():
            continue
        below = [np.cumsum(own.counts.sum(axis=0))[:-1] / size for own in (one, other)]
        part = np.outer(*below) * of_block % 1  # of a draw, that is at a corner or is not
        for k, own in enumerate(inputs):
            both = own * output
            moved = both - both.mean() / 2 * (own**2 + output**2)  # the number, by each draw
            means = np.bincount(places, moved, minlength=len(counts)) / counts
            steps = np.diff(np.diff(means.reshape(shape), axis=0), axis=1)
            square[k] += float((steps**2 * part * (1 - part)).sum())
    wide = 2 / student_quantile(draws.count)  # it is known, however few blocks there are
    return np.asarray(wide * np.sqrt(square / draws.count) / of_block)
