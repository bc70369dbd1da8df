"""Inputs that hang together, drawn again where some of them are known.

The normal scores of the cells are ``L e`` with independent scores e of the streams. Given what is
known, ``L_u e``, the part of e in the rows of L_u is known and the rest of e is as it was before:
normal, and independent of that part. So with the projection P on those rows,

    e' = P e_given + (1 - P) e_new

has the scores of what is known from the one, and those of all else are normal with mean
``S_wu S_uu^-1 z_u`` and the Schur complement as covariance, as in S. Kucherenko, S. Tarantola and
P. Annoni (2012), doi:10.1016/j.cpc.2011.12.020. One point that others follow, or run against, is a
row of its own stream, and known as soon as one of them is.

Under Student's t the known values ``z_u / sqrt(W)`` tell of the common scale W too: given them,
``W (df + |P e|^2 / W)`` is chi-square with ``df + |u|`` degrees of freedom, so that the scale of
the new draw follows from its own.

A value with a probability of its own tells of its score only that it lies in a step. Scores of what
is known are drawn again within their steps first, one given the others: of one such value exactly,
of more in several turns.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence.mix import LEAST, Mix
from mcsus.dependence.student import scale_law
from mcsus.families import Distribution, special

Array = NDArray[np.float64]


_TURNS = 8  # in which scores of several values with steps are drawn again
_LEAST_STEP = 1e-12  # probability
_LEAST_VARIANCE = 1e-9  # of a score given the others, below which it is known by them


class BoundCell(NamedTuple):
    """A cell of an input.

    Parameters
    ----------
    mix : Mix
        How its points are made.
    owner : int
        The group that it belongs to.
    steps : Distribution, optional
        Its law, if values of it have a probability of their own.
    """

    mix: Mix
    owner: int
    steps: Distribution | None = None


@dataclass(frozen=True, eq=False)
class Bound:
    """Cells that hang together by the streams that they are mixed from.

    Attributes
    ----------
    streams : tuple of str
        Keys of the streams of their normal scores.
    weights : array, shape (cell, stream)
    owners : tuple of int
        The group that each cell belongs to.
    df : float, optional
        Degrees of freedom of a Student-t copula.
    scale : str, optional
        Key of the stream of its common scale.
    steps : tuple of Distribution or None
        Of each cell; they are not looked at under a Student-t copula.
    """

    streams: tuple[str, ...]
    weights: Array
    owners: tuple[int, ...]
    df: float | None = None
    scale: str | None = None
    steps: tuple[Distribution | None, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of all streams, the scale last."""
        return self.streams if self.scale is None else (*self.streams, self.scale)

    def redrawn(self, known: Collection[int], given: Array, new: Array) -> Array:
        """Return points at which the cells of some groups are those of others.

        Parameters
        ----------
        known : collection of int
            Groups whose values are those at `given`.
        given, new : array, shape (stream, point)
            Points of all streams that it `needs`. What is not known is drawn given what is, by
            the surprises at `new`: by what is left of the scores there when what is known there
            is taken away.

        Returns
        -------
        array, shape (stream, point)
        """
        chosen = [owner in known for owner in self.owners]
        rows, count = self.weights[chosen], len(self.streams)
        back = np.linalg.pinv(rows)
        told, own = (rows @ special.ndtri(p[:count]) for p in (given, new))
        fixed, moved = back @ told, back @ own
        scores = special.ndtri(new[:count]) - moved
        if self.df is None or self.scale is None:
            steps = [law for law, is_known in zip(self.steps, chosen, strict=False) if is_known]
            if any(steps):
                random = np.random.default_rng(zlib.crc32(new.tobytes()))
                fixed = back @ _within_steps(told, rows @ rows.T, steps, random)
            return _inside(special.ndtr(scores + fixed))
        law, df = scale_law(self.df), self.df
        before, after = (np.maximum(law.quantile(p[count]), LEAST) for p in (given, new))
        far, near = ((own**2).sum(axis=0) / w for own, w in ((fixed, before), (moved, after)))
        scale = after * (df + near) / (df + far)
        ends = special.gammainc(df / 2, df / 2 * scale)
        points = special.ndtr(scores + fixed * np.sqrt(scale / before))
        return _inside(np.vstack([points, ends]))


def bound_together(cells: Iterable[BoundCell]) -> list[Bound]:
    """Return the sets of cells that hang together, of more than one group each.

    Examples
    --------
    >>> alone, one, other = Mix(("a",), (1.0,)), Mix(("b",), (1.0,)), Mix(("b", "c"), (0.6, 0.8))
    >>> cells = [BoundCell(mix, k) for k, mix in enumerate((alone, one, other))]
    >>> [found.streams for found in bound_together(cells)]
    [('b', 'c')]
    """
    sets: dict[str, list[BoundCell]] = {}  # by key of a stream; one list for all of a set
    for cell in dict.fromkeys(cells):
        needs = cell.mix.needs
        met = {id(own): own for key in needs if (own := sets.get(key)) is not None}
        whole = [c for own in met.values() for c in own] + [cell]
        sets |= {key: whole for own in whole for key in own.mix.needs}
    each = {id(own): own for own in sets.values()}
    return [_bound(own) for own in each.values() if len({c.owner for c in own}) > 1]


def _bound(cells: Sequence[BoundCell]) -> Bound:
    streams = tuple(dict.fromkeys(key for cell in cells for key in cell.mix.streams))
    weights = np.zeros((len(cells), len(streams)))
    for row, cell in zip(weights, cells, strict=True):
        for key, coefficient in zip(cell.mix.streams, cell.mix.coefficients, strict=True):
            row[streams.index(key)] = coefficient
    scaled = [cell.mix for cell in cells if cell.mix.scale is not None]
    df, scale = (scaled[0].df, scaled[0].scale) if scaled else (None, None)
    owners, steps = (tuple(own) for own in zip(*((c.owner, c.steps) for c in cells), strict=True))
    return Bound(streams, weights, owners, df, scale, steps)


def _within_steps(
    scores: Array,
    covariance: Array,
    steps: Sequence[Distribution | None],
    random: np.random.Generator,
) -> Array:
    """Return normal scores that have the same values: drawn again where a value is a step.

    Parameters
    ----------
    scores : array, shape (cell, point)
    steps : sequence of Distribution or None
        Laws of the cells with steps.
    """
    scores = scores.copy()
    places = [k for k, law in enumerate(steps) if law is not None]
    ends = {k: _step(law, scores[k]) for k, law in enumerate(steps) if law is not None}
    for _ in range(_TURNS if len(places) > 1 else 1):
        for k in places:
            rest = [j for j in range(len(scores)) if j != k]
            slope = covariance[k, rest] @ np.linalg.pinv(covariance[np.ix_(rest, rest)])
            variance = covariance[k, k] - slope @ covariance[rest, k]
            if variance < _LEAST_VARIANCE:
                continue
            mean, spread = slope @ scores[rest], np.sqrt(variance)
            low, high = (special.ndtr((end - mean) / spread) for end in ends[k])
            u = low + (high - low) * random.random(len(mean))
            drawn = mean + spread * special.ndtri(u)
            inside = np.isfinite(drawn) & (drawn >= ends[k][0]) & (drawn <= ends[k][1])
            scores[k] = np.where(inside & (high > low), drawn, scores[k])
    return scores


def _step(law: Distribution, scores: Array) -> tuple[Array, Array]:
    """Return the ends of the scores that have the same value."""
    values = law.quantile(special.ndtr(scores))
    low, high = law.cdf(np.nextafter(values, -np.inf)), law.cdf(values)
    wide = high - low > _LEAST_STEP
    lowest, highest = (np.where(wide, special.ndtri(end), scores) for end in (low, high))
    return lowest, highest


def _inside(points: Array) -> Array:
    return np.clip(points, LEAST, 1 - LEAST)
