"""Probabilities of rare events: importance sampling in the unit cube, by cross-entropy.

The points of the streams of a claim are drawn near where the event is: as normal scores about
means that are found level by level, each from the draws of the level before that came nearest to
the event (R. Y. Rubinstein & D. P. Kroese, The Cross-Entropy Method, 2004,
doi:10.1007/978-1-4757-4321-0). Where these lie in several regions, each has a mean of its own. A
share of the draws is made as the study says, so that no weight is large wherever else the event
may be (T. Hesterberg, 1995, doi:10.1080/00401706.1995.10484303), and weights are those of the
whole mixture. Laws, discrete ones too, copulas and formulas come after the points, as ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import skewed_error
from mcsus.dependence.mix import LEAST
from mcsus.families import special

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DRAWS = 1 << 16
"""Draws of all replicates that a rare event is counted on."""

_PILOT, _LEVELS = 1 << 13, 16  # draws of a level, and levels at most
_ELITE = 0.1  # of the draws of a level: those nearest to the event
_SAFE = 0.1  # of the draws, made as the study says
_MOST_PARTS = 16
_SPLIT = 1.5  # times the variance of a normal score, beyond what so few draws make of it
_SLACK, _CLEAR = 0.05, 4  # of the mean variance, and errors that it is beyond
_SHRINK = 2.0  # errors that a mean must be beyond to be moved
_LEAST_SPREAD, _WIDER = 0.5, 1.5  # of what is drawn along a mean, and times that of the event


class Afresh(Protocol):
    """A claim at points that are given."""

    @property
    def columns(self) -> Sequence[int]:
        """Of points, those of the streams that it depends on."""

    @property
    def replicates(self) -> int:
        """How many there are."""

    def points(self, mark: str, replicate: int, count: int) -> Array:
        """Return points of a design of its own, shape (draw, stream)."""

    def margins(self, points: Array, replicate: int) -> tuple[Array, Flags]:
        """Return the margins of the claim, and whether it holds, shape (draw,) each."""


class Rare(NamedTuple):
    """Probability of a rare event.

    Attributes
    ----------
    value, error : float
    effective : float
        As many draws of the event, all of one weight, would tell as much.
    plain : float
        Plain draws that would tell it as well.
    parts : int
        Regions about which points were drawn.
    """

    value: float
    error: float
    effective: float
    plain: float
    parts: int


class _Part(NamedTuple):
    """A region: normal scores about a mean, with another spread along it."""

    share: float
    mean: Array
    spread: float

    @property
    def size(self) -> float:
        return float(np.linalg.norm(self.mean))

    @property
    def along(self) -> Array:
        return self.mean / self.size if self.size > 0 else self.mean

    def scores(self, standard: Array) -> Array:
        """Return scores of the region from standard ones, shape (draw, stream)."""
        moved = (self.spread - 1) * (standard @ self.along)
        return standard + self.mean + moved[:, np.newaxis] * self.along

    def ratio(self, scores: Array) -> Array:
        """Return its density over that of standard normal scores."""
        h = scores @ self.along - self.size
        bent = 0.5 * (1 - self.spread**-2) * h**2
        return np.asarray(np.exp(self.size * h + 0.5 * self.size**2 + bent) / self.spread)


_Parts = Sequence[_Part]
_Drawn = tuple[Array, Array, Array, Flags]


def rare_event(afresh: Afresh, *, of_success: bool) -> Rare | None:
    """Return the probability that a claim holds, or that it fails, from draws of its own.

    None where a margin is no number.
    """
    sampler = _Sampler(afresh, of_success)
    parts = _found(sampler)
    if parts is None:
        return None
    each = DRAWS // afresh.replicates
    weighted = []
    for replicate in range(afresh.replicates):
        drawn = sampler.drawn(parts, "count", replicate, each)
        if np.isnan(drawn[2]).any():
            return None
        weighted.append(drawn[1] * drawn[3])
    values = np.stack(weighted)
    shares = values.mean(axis=1)
    value, error = float(shares.mean()), float(skewed_error(shares))
    squares = float((values**2).sum())
    if not squares > 0:
        return Rare(0.0, 1 / values.size, 0.0, np.nan, len(parts))
    effective = float(values.sum()) ** 2 / squares
    plain = value * (1 - value) / error**2 if error > 0 else np.nan
    return Rare(value, error, effective, plain, len(parts))


class _Sampler:
    """Draws points about regions, with weights, margins, and whether the event is there."""

    def __init__(self, afresh: Afresh, of_success: bool) -> None:
        self.afresh, self.of_success = afresh, of_success
        self.columns = list(afresh.columns)

    def drawn(self, parts: _Parts, mark: str, replicate: int, count: int) -> _Drawn:
        """Return scores, weights, how near to the event, and whether it is there, by draw."""
        counts = [round(part.share * (1 - _SAFE) * count) for part in parts]
        counts = [count - sum(counts), *counts]
        nominal = _Part(1.0, np.zeros(len(self.columns)), 1.0)
        scores, near, there = [], [], []
        for k, (part, own) in enumerate(zip((nominal, *parts), counts, strict=True)):
            if not own:
                continue
            points = self.afresh.points(f"{mark}-{k}", replicate, own)
            found = part.scores(np.asarray(special.ndtri(points[:, self.columns])))
            points[:, self.columns] = np.clip(special.ndtr(found), LEAST, 1 - LEAST)
            margins, holds = self.afresh.margins(points, replicate)
            scores.append(found)
            near.append(margins if self.of_success else -margins)
            there.append(holds if self.of_success else ~holds)
        whole = np.concatenate(scores)
        density = np.full(count, counts[0] / count)
        for part, own in zip(parts, counts[1:], strict=True):
            density += own / count * part.ratio(whole)
        return whole, 1 / density, np.concatenate(near), np.concatenate(there)


def _found(sampler: _Sampler) -> _Parts | None:
    """Return the regions of an event, level by level; none where plain draws tell more."""
    parts: list[_Part] = []
    reached = False
    for level in range(_LEVELS):
        scores, weights, near, there = sampler.drawn(parts, f"level-{level}", 0, _PILOT)
        if np.isnan(near).any():
            return None
        if reached and there.sum() >= _ELITE * _PILOT / 2:
            worse = (weights**2 * there).sum() >= (weights * there).sum()
            return [] if worse else _regions(scores[there], weights[there])
        reached = there.sum() >= _ELITE * _PILOT
        elite = there
        if not reached:
            elite = there | (near >= np.quantile(near, 1 - _ELITE, method="higher"))
            if elite.mean() > 0.5:  # nothing tells how near a draw is
                return []
        parts = _regions(scores[elite], weights[elite])
        if not parts:
            return []
    return parts


def _regions(scores: Array, weights: Array) -> list[_Part]:
    """Return the regions that weighted draws lie in; none where a few do not hold them."""
    groups, done = [np.arange(len(scores))], []
    while groups:
        own = groups.pop()
        cut = _cut(scores[own], weights[own])
        if cut is None:
            done.append(own)
        elif len(groups) + len(done) + 2 > _MOST_PARTS:
            return []
        else:
            groups += [own[cut], own[~cut]]
    whole = float(weights.sum())
    return [_region(scores[own], weights[own], float(weights[own].sum()) / whole) for own in done]


def _cut(scores: Array, weights: Array) -> Flags | None:
    """Return which draws lie in one of two regions; None where they are one.

    Given an event that lies on one side, no score varies more than without it.
    """
    effective = weights.sum() ** 2 / (weights**2).sum()
    apart = scores - np.average(scores, axis=0, weights=weights)
    covariance = (apart * (weights / weights.sum())[:, np.newaxis]).T @ apart
    sizes, directions = np.linalg.eigh(covariance)
    count = scores.shape[1]
    most = _SPLIT * (1 + np.sqrt(count / effective)) ** 2
    mean = 1 + _SLACK + _CLEAR * np.sqrt(2 / (count * effective))
    if sizes[-1] < most and sizes.mean() < mean:
        return None
    above = apart @ directions[:, -1] > 0
    return above if 1 < above.sum() < len(above) - 1 else None


def _region(scores: Array, weights: Array, share: float) -> _Part:
    """Return the region of weighted draws; what hardly differs from 0 stays there."""
    effective = weights.sum() ** 2 / (weights**2).sum()
    mean = np.average(scores, axis=0, weights=weights)
    spread = np.sqrt(np.average((scores - mean) ** 2, axis=0, weights=weights))
    mean = np.where(np.abs(mean) > _SHRINK * spread / np.sqrt(effective), mean, 0.0)
    size = float(np.linalg.norm(mean))
    if not size > 0:
        return _Part(share, mean, 1.0)
    along = scores @ (mean / size)
    own = np.sqrt(np.average((along - size) ** 2, weights=weights))
    return _Part(share, mean, float(np.clip(_WIDER * own, _LEAST_SPREAD, 1.0)))
