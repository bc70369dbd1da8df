"""Share of a variance that lies between classes, from draws in blocks, free of bias.

A sum of squares of noisy means has the noise in it; a sum of products of two means from different
blocks has not. So what is averaged is the product over all pairs of blocks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import skewed_error, standard_error, student_quantile

Array = NDArray[np.float64]

_NORMAL = 1.959963984540054


class Products(NamedTuple):
    """Of each pair of blocks, a product whose mean is the variance between classes.

    Parameters
    ----------
    pairs : array, shape (block, block)
        What lies on the diagonal says nothing.
    noise : float
        Variance of what only a pair says, and neither of its blocks.
    added : float
        What was added to their mean for what classes do not tell apart.
    """

    pairs: Array
    noise: float
    added: float = 0.0

    @classmethod
    def none(cls, blocks: int) -> Products:
        """Return those of an input that does not vary."""
        return cls(np.zeros((blocks, blocks)), 0.0)

    @classmethod
    def between(cls, sums: Array, counts: Array) -> Products:
        """Return those of the sums of a centred output in classes, shape (block, class)."""
        blocks, size = len(sums), counts.sum()
        totals = counts.sum(axis=0)
        met = totals**2 - (counts**2).sum(axis=0)  # pairs of draws of two blocks
        parts = np.where(met > 0, totals / size / np.maximum(met, 1), 0.0)
        crossed = sums.sum(axis=0) ** 2 - (sums**2).sum(axis=0)
        squares = np.where(met > 0, crossed / np.maximum(met, 1), 0.0)
        pairs = blocks * (blocks - 1)
        products = pairs * ((sums * parts) @ sums.T - (counts * parts * squares) @ counts.T)
        own = blocks / size * (counts @ squares)  # as blocks have more or fewer draws of a class
        products = products + (own[:, np.newaxis] + own) / 2
        apart = sums - counts * (sums.sum(axis=0) / np.maximum(totals, 1))
        noise = (parts * (apart**2).sum(axis=0)) ** 2 / (blocks - 1) / (blocks + 1)
        return cls(products, float(noise.sum()) * pairs**2)

    @classmethod
    def of_means(cls, means: Array) -> Products:
        """Return those of means of an output times orthonormal functions, shape (block, function).

        Then what is shared out lies in these functions.
        """
        blocks = len(means)
        squares = means.var(axis=0, ddof=1) ** 2 * (blocks - 1) / (blocks + 1)
        return cls(means @ means.T, float(squares.sum()))

    def beyond(self, coarser: Products) -> Products:
        """Return what finer classes would say, if these lose a quarter of what coarser ones lose.

        With means and noise in half the classes, what is extrapolated has 25/18 of the noise.
        """
        added = (self.pairs - coarser.pairs) / 3
        of_all = float(added[_apart(added)].mean())
        return Products(self.pairs + added, self.noise * 25 / 18, of_all)

    def share(self, variances: Array) -> tuple[float, float]:
        """Return the share of the variance and its error.

        Parameters
        ----------
        variances : array, shape (block,)
            Of each block; their mean is what is shared out.

        Notes
        -----
        With Hoeffding's parts, the variance of a mean over pairs is that of what one block says
        and that of what only a pair says. The second is all there is where an input has no
        bearing; the jackknife counts it too often, by 6 with four blocks. It is known well, from
        the noise of all classes, so that it is met by a normal quantile and not by Student's.
        Half of what was added is not known.
        """
        blocks, variance = len(variances), float(variances.mean())
        apart = _apart(self.pairs)
        share = float(self.pairs[apart].mean()) / variance
        if blocks < 3:
            return share, float("nan")
        shared = self.pairs - share * (variances[:, np.newaxis] + variances) / 2
        rows = np.where(apart, shared, 0.0).sum(axis=1) / (blocks - 1)
        jackknife = 4 * (blocks - 1) * float((rows**2).sum()) / blocks / (blocks - 2) ** 2
        if (plain := float(standard_error(rows))) > 0:
            jackknife *= float(skewed_error(rows) / plain) ** 2
        twice = 4 * self.noise / (blocks - 2) ** 2 * (blocks - 3) / (blocks - 1)
        of_pairs = 2 * self.noise / (blocks * (blocks - 1))
        of_pairs *= (_NORMAL / student_quantile(blocks)) ** 2
        square = max(jackknife - twice, 0.0) + of_pairs + (self.added / 2) ** 2
        return share, float(np.sqrt(square)) / variance


def _apart(pairs: Array) -> NDArray[np.bool_]:
    return ~np.eye(len(pairs), dtype=bool)
