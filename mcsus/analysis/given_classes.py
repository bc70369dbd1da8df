"""What draws say of an output given an input: mean and quantiles in classes of its values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.rank_bins import RankBins, rising
from mcsus.analysis.replication import standard_error

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def classes_of(values: Array, count: int) -> RankBins:
    """Return so many classes of an input with as many draws each; of few values, one for each."""
    between = np.arange(1, count) / count
    return RankBins.of(values, rising(values), between)


def in_classes(values: Array, classes: RankBins) -> tuple[Array, Array]:
    """Return the mean of a quantity in each class, of all replicates, and its standard error.

    Parameters
    ----------
    values : array, shape (replicate, draw)

    Examples
    --------
    >>> inputs = np.array([[1.0, 1.0, 2.0, 2.0], [1.0, 2.0, 2.0, 2.0]])
    >>> means, errors = in_classes(10 * inputs, classes_of(inputs, 2))
    >>> means.tolist(), errors.tolist()
    ([10.0, 20.0], [0.0, 0.0])
    """
    counts, sums = classes.counts, classes.sums(values)
    means = sums.sum(axis=0) / counts.sum(axis=0)
    with np.errstate(invalid="ignore"):  # of what is never
        off = (sums - means * counts) / counts.mean(axis=0)
    return means, standard_error(off)


def quantiles_in_classes(
    order: Integers, values: Array, classes: RankBins, probabilities: Sequence[float]
) -> Array:
    """Return quantiles of a quantity in each class, shape (class, probability).

    Parameters
    ----------
    order : array of int
        Places of all values in rising order, as `rising` gives them; it may serve many inputs.
    """
    bins = classes.bins.ravel()[order].astype(np.int16)
    ordered = values.ravel()[order][np.argsort(bins, kind="stable")]
    counts = classes.counts.sum(axis=0).astype(np.int64)
    starts = np.cumsum(counts) - counts
    steps = np.round(np.outer(counts - 1, probabilities)).astype(np.int64)
    return np.asarray(ordered[starts[:, np.newaxis] + steps])
