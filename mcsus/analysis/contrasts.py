"""Two quantities against each other on the same draws: which is lower, and how far apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claims import judge
from mcsus.analysis.replication import standard_error, student_quantile
from mcsus.counting.draws import Draws
from mcsus.model import EXACT, Rounding
from mcsus.vocabulary import Apart, Verdict

Array = NDArray[np.float64]

_RANGES = 32  # of equal probability, of each of two laws that are laid over each other


class Estimate(NamedTuple):
    """A number and its standard error."""

    value: float
    error: float


def lower(
    difference: Draws, confidence: float, rounding: Rounding = EXACT
) -> tuple[Estimate, Apart]:
    """Return the probability that a difference is below 0, and whether the two are told apart.

    Parameters
    ----------
    difference : Draws
    confidence : float
        Share of the draws, above which one of them is lower.

    Examples
    --------
    >>> from mcsus.counting.draws import HeldDraws
    >>> draws = HeldDraws(np.random.default_rng(1).normal(-3, 1, (4, 1024)))
    >>> lower(draws, 0.95)[1]
    'lower'
    """
    not_lower = judge(difference, 1 - confidence, rounding, holds_at_equality=True)
    higher = judge(difference, confidence, rounding)
    known = Estimate(1 - not_lower.probability, not_lower.error)
    if not_lower.verdict is Verdict.NOT_SUPPORTED:
        return known, Apart.LOWER
    if higher.verdict is Verdict.SUPPORTED:
        return known, Apart.HIGHER
    if Verdict.UNDECIDED in (not_lower.verdict, higher.verdict):
        return known, Apart.UNDECIDED
    return known, Apart.NEITHER


def effect_size(difference: Draws) -> Estimate:
    """Return the size of the mean of a difference beside its standard deviation.

    There is none where it does not vary, or has no mean.
    """
    sd, means, sds = difference.sd(), difference.means(), difference.sds()
    each = np.full(len(means), np.nan)
    np.divide(np.abs(means), sds, out=each, where=sds > 0)
    value = abs(float(means.mean())) / sd if sd > 0 else np.nan
    return Estimate(value, float(standard_error(each)))


def overlap(one: Draws, other: Draws) -> Estimate:
    """Return the integral of the smaller of two densities: 1 where the laws are the same.

    Which is smaller where is read from the other replicates, and the integral from each: it is too
    large where the others mistake it. Read from the same draws, it would be too small by chance, so
    the truth lies between the two, and the error says how far they are apart.

    Examples
    --------
    >>> from mcsus.counting.draws import HeldDraws
    >>> u = (np.arange(4096.0).reshape(4, -1, order="F") + 0.5) / 4096
    >>> round(overlap(HeldDraws(u), HeldDraws(u + 0.5)).value, 2)
    0.5
    """
    at = (np.arange(_RANGES) + 0.5) / _RANGES
    edges = np.unique(np.concatenate([_middle(one, at), _middle(other, at)]))
    if not np.isfinite(edges).all():
        return Estimate(np.nan, np.nan)
    first, second = _masses(one, edges), _masses(other, edges)
    count = len(first)
    rest = [own.sum(axis=0) - own if count > 1 else own for own in (first, second)]
    each = np.where(rest[0] < rest[1], first, second).sum(axis=1)
    least = float(np.minimum(first.mean(axis=0), second.mean(axis=0)).sum())
    value = min(max(float(each.mean()), least), 1.0)
    error = np.hypot(standard_error(each), (value - least) / student_quantile(count))
    return Estimate(value, float(error))


def _middle(draws: Draws, at: Array) -> Array:
    """Return the mean quantiles of a replicate."""
    return np.asarray(draws.replicate_quantiles(at).mean(axis=0))


def _masses(draws: Draws, edges: Array) -> Array:
    """Return the share of each replicate below the edges, at each of them and between them."""
    cumulative = np.stack(draws.shares_at(edges), axis=2).reshape(draws.replicates, -1)
    ends = np.zeros((draws.replicates, 1)), np.ones((draws.replicates, 1))
    return np.diff(np.concatenate([ends[0], cumulative, ends[1]], axis=1), axis=1)
