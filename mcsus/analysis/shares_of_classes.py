"""Share of a variance that lies between classes, from draws in blocks, free of bias.

A sum of squares of noisy means has the noise in it; a sum of products of two means from different
blocks has not. So what is averaged is the product over all pairs of blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import skewed_error, standard_error, student_quantile
from mcsus.analysis.shares import of_variance
from mcsus.families import special

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_SURE = 3  # errors of noise above 0, from which the last octave of waves tells of those beyond
_STEEPEST, _STEADIEST = 1 / 8, 2 / 3  # of an octave, what the next one has of it
_RISES = 1.6  # times as much in the last octave as before, from which none tells of those beyond
_LEAST_RISE = 0.002  # of the variance
_FARTHEST = 64  # times the last one, that those beyond have then at most
_MANY = 1e9  # degrees of freedom: as good as none
_OFF = 0.5  # of a noise, that it may be off
_UNKNOWN = 0.25  # of what is added for what is not told apart
_VARIANCE_ERROR = 0.05  # of the variance, as a share of it, above which no share of it is settled

_OPEN = (
    "fast waves of an input have more than slower ones, as of an event that is rare; "
    "sobol tells what is beyond them"
)


class Products(NamedTuple):
    """Of each pair of blocks, a product whose mean is the variance between classes.

    Parameters
    ----------
    pairs : array, shape (block, block)
        What lies on the diagonal says nothing.
    noise : float
        Variance of what only a pair says, and neither of its blocks.
    unsure : float
        Standard error of what was added to their mean for what classes do not tell.
    is_open : bool
        Whether waves that are faster than those that are looked at may have any part of it.
    """

    pairs: Array
    noise: float
    unsure: float = 0.0
    is_open: bool = False

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
        if blocks < 2:
            return cls(means @ means.T, 0.0)
        squares = means.var(axis=0, ddof=1) ** 2 * (blocks - 1) / (blocks + 1)
        return cls(means @ means.T, float(squares.sum()))

    @classmethod
    def of_waves(cls, means: Array, orders: Integers, variance: float) -> Products:
        """Return those of means of an output times waves, with what faster waves will have.

        The last two octaves tell how what is told falls from one to the next: for a step by half,
        for a corner to an eighth. What all octaves beyond have is added if the last one has more
        than noise. Where it has much more than the one before, as of an event that is rare, none
        beyond is told: they may have half of what is left of the variance.

        Parameters
        ----------
        means : array, shape (block, wave)
        orders : array, shape (wave,)
            Number of half waves of each.
        variance : float
            Of the output.
        """
        most = orders.max()
        is_last = orders > most / 2
        before = cls.of_means(means[:, (orders > most / 4) & ~is_last])
        last, whole = cls.of_means(means[:, is_last]), cls.of_means(means)
        if not last.mean > _SURE * last.error_of_noise:
            return whole
        rest = max(variance - whole.mean, 0.0)
        noise = np.hypot(last.error_of_noise, _RISES * before.error_of_noise)
        more = last.mean - _RISES * before.mean
        if more > max(_SURE * noise, _LEAST_RISE * variance):
            return whole._replace(unsure=min(rest / 2, _FARTHEST * last.mean), is_open=True)
        falls = last.mean / before.mean if before.mean > 0 else np.inf
        own = np.clip(falls, _STEEPEST, _STEADIEST)
        more = min(own / (1 - own) if falls < 1 else 1.0, rest / last.mean)
        found = cls.of_means(means * np.where(is_last, np.sqrt(1 + more), 1.0))
        return found._replace(unsure=last.mean / 2)

    def plus(self, square: float, unsure: float = 0.0) -> Products:
        """Return those of a variance that is larger by so much, and how well this is known."""
        unsure = float(np.hypot(self.unsure, unsure))
        return self._replace(pairs=self.pairs + square, unsure=unsure)

    def beyond(self, coarser: Products) -> Products:
        """Return what finer classes would say, if these lose a quarter of what coarser ones lose.

        With means and noise in half the classes, what is extrapolated has 25/18 of the noise.
        """
        added = (self.pairs - coarser.pairs) / 3
        of_all = float(added[_apart(added)].mean())
        unsure = float(np.hypot(self.unsure, _UNKNOWN * of_all))
        return Products(self.pairs + added, self.noise * 25 / 18, unsure)

    def on_even_draws(self, squares: float, noise: float | None) -> Products:
        """Return those of draws that fill the space evenly, so that blocks are not independent.

        What blocks agree on is then too little, what all draws say too much by their noise alone.

        Parameters
        ----------
        squares : float
            The variance between classes as all draws say it, with the noise in it.
        noise : float, optional
            How much that is; if not known, about half of how far both are apart.
        """
        apart = squares - self.mean
        found = apart / 2 if noise is None else noise
        known = min(found, apart)  # more is not independent of other inputs: its error
        unsure = float(np.hypot(self.unsure, _OFF * abs(known) + (found - known)))
        return self._replace(pairs=self.pairs + apart - known, unsure=unsure)

    @property
    def mean(self) -> float:
        """The variance between classes: of one block alone with the noise in it."""
        return float(self.pairs[_apart(self.pairs)].mean())

    @property
    def error_of_noise(self) -> float:
        """Standard error of the mean as far as only pairs make it."""
        blocks = len(self.pairs)
        return float(np.sqrt(2 * self.noise / max(blocks * (blocks - 1), 1)))

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
        the noise of all classes: both together have the degrees of freedom of F. E. Satterthwaite
        (1946), doi:10.2307/3002019. Of what was added, a part is not known.
        """
        blocks, variance = len(variances), float(variances.mean())
        share = self.mean / variance
        if blocks < 3:
            return share, float("nan")
        shared = self.pairs - share * (variances[:, np.newaxis] + variances) / 2
        rows = np.where(_apart(self.pairs), shared, 0.0).sum(axis=1) / (blocks - 1)
        jackknife = 4 * (blocks - 1) * float((rows**2).sum()) / blocks / (blocks - 2) ** 2
        twice = 4 * self.noise / (blocks - 2) ** 2 * (blocks - 3) / (blocks - 1)
        of_blocks, of_pairs = max(jackknife - twice, 0.0), self.error_of_noise**2
        if (plain := float(standard_error(rows))) > 0:
            of_blocks *= float(skewed_error(rows) / plain) ** 2
        square = of_blocks + of_pairs
        freedom = (blocks - 1) * (square / of_blocks) ** 2 if of_blocks > 0 else _MANY
        square *= (_bound(freedom) / student_quantile(blocks)) ** 2
        return share, float(np.sqrt(square + self.unsure**2)) / variance


def told(products: Sequence[Products], variances: Array) -> tuple[Array, str]:
    """Return shares with their errors, shape (2, input), and why they are not known, if so."""
    shares = np.array([own.share(variances) for own in products]).T
    doubt = unsettled_variance(variances, _VARIANCE_ERROR)
    if any(own.is_open for own in products):
        doubt = "; ".join(filter(None, [doubt, _OPEN]))
    return shares, doubt


def unsettled_variance(variances: Array, most: float) -> str:
    """Say how well a mean of variances is known, if its error is more of it; empty otherwise."""
    off = float(standard_error(variances)) / float(variances.mean())
    return of_variance(off) if off > most else ""


def _bound(freedom: float) -> float:
    """Return how many errors on either side hold 95 %."""
    return float(special.stdtrit(min(freedom, _MANY), 0.975))


def _apart(pairs: Array) -> NDArray[np.bool_]:
    return ~np.eye(len(pairs), dtype=bool) | (len(pairs) == 1)
