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
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence.mix import LEAST, Mix
from mcsus.dependence.student import scale_law
from mcsus.families import special

Array = NDArray[np.float64]


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
    """

    streams: tuple[str, ...]
    weights: Array
    owners: tuple[int, ...]
    df: float | None = None
    scale: str | None = None

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
        rows = self.weights[[owner in known for owner in self.owners]]
        projection = np.linalg.pinv(rows) @ rows
        count = len(self.streams)
        fixed, moved = (projection @ special.ndtri(p[:count]) for p in (given, new))
        scores = special.ndtri(new[:count]) - moved
        if self.df is None or self.scale is None:
            return _inside(special.ndtr(scores + fixed))
        law, df = scale_law(self.df), self.df
        before, after = (np.maximum(law.quantile(p[count]), LEAST) for p in (given, new))
        far, near = ((own**2).sum(axis=0) / w for own, w in ((fixed, before), (moved, after)))
        scale = after * (df + near) / (df + far)
        ends = special.gammainc(df / 2, df / 2 * scale)
        points = special.ndtr(scores + fixed * np.sqrt(scale / before))
        return _inside(np.vstack([points, ends]))


def bound_together(cells: Iterable[tuple[Mix, int]]) -> list[Bound]:
    """Return the sets of cells that hang together, of more than one group each.

    Parameters
    ----------
    cells : iterable of tuple of Mix and int
        How each cell is mixed, and the group that it belongs to.

    Examples
    --------
    >>> alone, one, other = Mix(("a",), (1.0,)), Mix(("b",), (1.0,)), Mix(("b", "c"), (0.6, 0.8))
    >>> [found.streams for found in bound_together([(alone, 0), (one, 1), (other, 2)])]
    [('b', 'c')]
    """
    sets: dict[str, list[tuple[Mix, int]]] = {}  # by key of a stream; one list for all of a set
    for cell in dict.fromkeys(cells):
        needs = cell[0].needs
        met = {id(own): own for key in needs if (own := sets.get(key)) is not None}
        whole = [c for own in met.values() for c in own] + [cell]
        sets |= {key: whole for mix, _ in whole for key in mix.needs}
    each = {id(own): own for own in sets.values()}
    return [_bound(own) for own in each.values() if len({owner for _, owner in own}) > 1]


def _bound(cells: Sequence[tuple[Mix, int]]) -> Bound:
    streams = tuple(dict.fromkeys(key for mix, _ in cells for key in mix.streams))
    weights = np.zeros((len(cells), len(streams)))
    for row, (mix, _) in zip(weights, cells, strict=True):
        for key, coefficient in zip(mix.streams, mix.coefficients, strict=True):
            row[streams.index(key)] = coefficient
    scaled = [mix for mix, _ in cells if mix.scale is not None]
    df, scale = (scaled[0].df, scaled[0].scale) if scaled else (None, None)
    return Bound(streams, weights, tuple(owner for _, owner in cells), df, scale)


def _inside(points: Array) -> Array:
    return np.clip(points, LEAST, 1 - LEAST)
