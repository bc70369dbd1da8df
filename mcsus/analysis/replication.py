"""Standard errors from independent replicates, the only errors that are honest for QMC.

The usual formulas and bootstraps assume independent draws and are several times too wide on
scrambled Sobol' points; the spread between independent scramblings is not. See Owen,
"Monte Carlo theory, methods and examples" (2013), chapter 17, https://artowen.su.domains/mc/.

An error is stated so that a value and Student's t times its error hold the truth in 95 of 100 runs.
How often they do is measured in ``reports/coverage``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.ordered import deviation
from mcsus.families import special

Array = NDArray[np.float64]

_SHRINKING = 8  # replicates whose skewness counts half
_HARDLY = 1e-6  # skewness of a mean below which its bounds are those of Student
_ONE_SIDED = 1.645  # normal quantile at .95: only too few events are mistaken for a sure share


def standard_error(estimates: Array) -> Array:
    """Return the standard error of the mean of replicate estimates along axis 0.

    Parameters
    ----------
    estimates : array, shape ``(replicate, ...)``

    Returns
    -------
    array, shape ``(...)``
        Sample standard deviation over replicates divided by the square root of their number;
        NaN for one replicate, which says nothing about its error.
    """
    count = len(estimates)
    if count < 2:
        return np.full(estimates.shape[1:], np.nan)
    return np.asarray(deviation(estimates, 0, ddof=1) / np.sqrt(count))


def skewed_error(estimates: Array, of_draws: Array | float = 0.0) -> Array:
    """Return the error of the mean of replicate estimates along axis 0, whose law may be skewed.

    Where a few extreme draws decide, most replicates are too low and a few far too high, and their
    standard deviation is small where the mean is low. The cubic transformation of P. Hall (1992),
    doi:10.1111/j.2517-6161.1992.tb01876.x, gives bounds that lie further out on that side; the
    error is that of the farther bound. The skewness of few replicates is shrunk towards what the
    draws tell of it, since it is hardly known.

    Parameters
    ----------
    estimates : array, shape ``(replicate, ...)``
    of_draws : array, shape ``(...)``, or float
        Skewness of the mean by all draws, as `skewness_of_mean` tells it.

    Returns
    -------
    array, shape ``(...)``
        At least the `standard_error`; NaN for one replicate.

    Examples
    --------
    >>> lopsided = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 9.0])
    >>> float(standard_error(lopsided)), float(skewed_error(lopsided)).__round__(3)
    (1.0, 2.236)
    """
    count, plain = len(estimates), standard_error(estimates)
    if count < 3:
        return plain
    apart = estimates - estimates.mean(axis=0)
    spread = deviation(estimates, 0)
    known = np.where(np.isfinite(spread) & (spread > 0), spread, 1.0)
    bound = student_quantile(count)
    of_blocks = ((apart / known) ** 3).mean(axis=0) * count / (count + _SHRINKING) / np.sqrt(count)
    slope = np.abs(of_blocks + of_draws * _SHRINKING / (count + _SHRINKING))
    steepest = 3 * (np.sqrt(bound**2 + 2 / 3) - bound)  # beyond which bounds come nearer again
    slope = np.minimum(slope, np.maximum(np.abs(of_blocks), steepest))
    slope = np.maximum(slope, _HARDLY)
    farther = 3 / slope * (1 - np.cbrt(1 - slope * (bound + slope / 6)))
    return np.asarray(plain * farther / bound)


def skewness_of_mean(apart: Array, error: Array) -> Array:
    """Return the skewness of the mean of all draws that each draw tells of, along the last axis.

    Points that fill the space evenly average most of a quantity out, but not its few extreme
    draws: what is left is more skewed than the mean of independent draws, by the ratio of both
    errors to the power 1.5, which is what runs of other seeds show.

    Parameters
    ----------
    apart : array, shape ``(..., draw)``
        What each draw moves the estimate by, about 0.
    error : array, shape ``(...)``
        Error of the estimate, as replicates tell it.
    """
    draws = apart.shape[-1]
    squares, cubes = np.square(apart).mean(axis=-1), (apart**3).mean(axis=-1)
    independent = np.sqrt(squares / draws)
    scale = (independent * error) ** 1.5 * draws**2
    return np.asarray(np.divide(cubes, scale, out=np.zeros_like(cubes), where=scale > 0))


def share_error(shares: Array, draws: int) -> Array:
    """Return the error of the mean of the shares of draws of each replicate, along axis 0.

    It is at least what a count of few events tells: replicates agree by chance, or as their points
    are stratified alike, on a share that is known to one draw only. Events are the draws by which
    replicates differ from the middle one, each in at most so many trials; where hardly any draw, or
    hardly any but all, counts, there is no such limit.

    Parameters
    ----------
    shares : array, shape ``(replicate, ...)``
    draws : int
        Of each replicate.

    Returns
    -------
    array, shape ``(...)``
        At least the `standard_error`; NaN for one replicate.

    Examples
    --------
    >>> float(share_error(np.full(4, 0.25), 256)) > 0
    True
    """
    count, plain = len(shares), standard_error(shares)
    if count < 2:
        return plain
    middle = np.rint(np.median(shares, axis=0) * draws)
    off = np.abs(shares * draws - middle)
    events = off.sum(axis=0)
    most = count * np.maximum(np.ceil(off.max(axis=0)), 1)
    trials = np.where((middle == 0) | (middle == draws), np.inf, most)
    square = _ONE_SIDED**2  # the upper bound of E. B. Wilson (1927), doi:10.2307/2276774
    root = np.sqrt(square * (events * (1 - events / trials) + square / 4))
    farther = (events + square / 2 + root) / (1 + square / trials) - events
    least = farther / (student_quantile(count) * count * draws)
    return np.asarray(np.maximum(plain, least))


def student_quantile(replicates: int, probability: float = 0.975) -> float:
    """Return the Student t quantile that turns a standard error into a bound."""
    return float(special.stdtrit(replicates - 1, probability)) if replicates > 1 else float("nan")
