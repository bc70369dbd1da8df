"""How far a claim is from being wrong: its worst case over all laws near those of a study.

A law Q of the inputs is near the law P of the study where its Kullback-Leibler divergence,
KL(Q || P), is at most a radius. By the chain rule the worst probability of an event is a problem of
two numbers: the lowest q with q ln(q/p) + (1 - q) ln((1 - q)/(1 - p)) at most the radius. Where one
input alone may have another law, and all else is as it was given that input, the worst law tilts
its own by the probability given the input. I. Csiszar (1975), doi:10.1214/aop/1176996454;
P. Glasserman, X. Xu (2014), doi:10.1080/14697688.2013.822989.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.families import special

Array = NDArray[np.float64]

LEAST_SHARE = 0.05
"""Of all draws, that weights must at least leave."""

_HALVINGS = 60
_TILTS = np.r_[0.0, np.geomspace(1e-3, 1e4, 240)]
_ROUNDS, _CLOSE = 40, 1e-6
_EXTREME = 4096  # lowest values that are looked at each by itself, and as many of the others


def divergence(q: ArrayLike, p: ArrayLike) -> Array:
    """Return the Kullback-Leibler divergence of an event of probability q from one of p.

    Examples
    --------
    >>> divergence(0.95, 0.99).round(6).item(), divergence(0.5, 0.66874).round(6).item()
    (0.041291, 0.060459)
    """
    q, p = np.asarray(q, dtype=float), np.asarray(p, dtype=float)
    return np.asarray(special.rel_entr(q, p) + special.rel_entr(1 - q, 1 - p))


def worst_probability(p: ArrayLike, radius: ArrayLike) -> Array:
    """Return the lowest probability of an event over all laws within a radius.

    Examples
    --------
    >>> worst_probability(0.99, 0.041291).round(4).item()
    0.95
    """
    p, radius = np.broadcast_arrays(np.asarray(p, dtype=float), np.asarray(radius, dtype=float))
    low, high = np.zeros(p.shape), p.copy()
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        outside = divergence(middle, p) > radius
        low, high = np.where(outside, middle, low), np.where(outside, high, middle)
    return high


def shift(radius: float) -> float:
    """Return by how many standard deviations the mean of a normal law moves at a radius."""
    return float(np.sqrt(2 * radius))


def worst_means(values: Array, radii: Array) -> Array:
    """Return the lowest mean over all laws within each radius, by each replicate of values.

    The law that attains it tilts that of the values exponentially. It is found from all replicates;
    what each says of it has an error to first order alone, as the best tilt moves it to second.

    Parameters
    ----------
    values : array, shape (replicate, draw)
        Finite.

    Returns
    -------
    array, shape (replicate, radius)
        NaN where the draws do not reach so far: fewer than 1 in 20 of them would count.
    """
    spread, centre = float(values.std()), float(values.mean())
    if spread == 0:
        return np.full((len(values), len(radii)), centre)
    scores = (values - centre) / spread
    lowest = float(scores.min())
    ordered = np.sort(scores, axis=None)
    some = np.r_[ordered[:_EXTREME], ordered[_EXTREME :: max(ordered.size // _EXTREME, 1)]]
    shares = np.diff(np.r_[0, np.searchsorted(ordered, some[1:]), ordered.size]) / ordered.size
    found, tilt = np.full((len(values), len(radii)), np.nan), shift(radii[0])
    for k, radius in enumerate(radii):
        tilt = _tilt_of(radius, some - lowest, shares, tilt)
        weights = np.exp(-tilt * (scores - lowest))
        if weights.sum() ** 2 < LEAST_SHARE * scores.size * (weights**2).sum():
            break
        each = lowest - (np.log(weights.mean(axis=1)) + radius) / tilt
        found[:, k] = centre + spread * each
    return found


def _tilt_of(radius: float, above: Array, shares: Array, tilt: float) -> float:
    """Return the tilt of values whose divergence is a radius, by Newton's steps from another."""
    for _ in range(_ROUNDS):
        weights = shares * np.exp(-tilt * above)
        total = weights.sum()
        mean = float((weights * above).sum() / total)
        square = float((weights * (above - mean) ** 2).sum() / total)
        if square <= _CLOSE:  # of the lowest value alone: so far no draws reach
            break
        away = radius + tilt * mean + math.log(total)
        before, tilt = tilt, float(np.clip(tilt + away / (tilt * square), tilt / 2, 2 * tilt))
        if abs(tilt - before) < _CLOSE * tilt:
            break
    return tilt


def worst_given(counts: Array, given: Array, radii: Array) -> tuple[Array, Array]:
    """Return the lowest probability where one input alone has another law, at each radius.

    Parameters
    ----------
    counts : array, shape (bin,)
        Draws in bins of the input.
    given : array, shape (bin,)
        Probability given the input.

    Returns
    -------
    worst : array, shape (radius,)
    shares : array, shape (radius, bin)
        The law of the input that attains it, by bin: where no tilt goes so far, its lowest bins.
    """
    share = counts / counts.sum()
    reached, _ = _tilted(share, given)
    above = given - given.min()
    tilts = np.interp(np.sqrt(radii), np.sqrt(reached), _TILTS)
    weights = share * np.exp(-tilts[:, np.newaxis] * above)
    shares = weights / weights.sum(axis=1, keepdims=True)
    lowest = np.where(above == 0, share, 0.0)
    shares[radii >= reached[-1]] = lowest / lowest.sum()
    return shares @ given, shares


def breakdown_given(counts: Array, given: Array, asked: float) -> float:
    """Return the least radius at which the worst case by one input alone is as low as is asked for.

    Infinite where no law of the input does it.
    """
    if asked < given.min():
        return np.inf
    reached, means = _tilted(counts / counts.sum(), given)
    return float(np.interp(-asked, -means, np.sqrt(reached)) ** 2)


def _tilted(share: Array, given: Array) -> tuple[Array, Array]:
    """Return the divergence of each of some tilts, which rises, and the probability under it."""
    above = given - given.min()
    weights = share * np.exp(-_TILTS[:, np.newaxis] * above)
    total = weights.sum(axis=1)
    means = weights @ above / total
    reached = np.maximum(-_TILTS * means - np.log(total), 0.0)
    return np.maximum.accumulate(reached), np.minimum.accumulate(means) + given.min()
