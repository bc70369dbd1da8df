"""Polynomials that are orthonormal at draws, block by block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.surrogates import Term, polynomials

Array = NDArray[np.float64]

_NOTHING = 1e-9  # mean square of what is left of a polynomial that others say already


def orthonormal(points: Array, family: int, degree: int) -> Array:
    """Return polynomials, shape (degree, draw), orthonormal at the draws; 0 what others say."""
    rows = polynomials(points, family, degree)
    for k, row in enumerate(rows):
        left = row - row.mean()
        for _ in range(2):  # once more, for what rounding leaves
            left = left - (rows[:k] @ left / len(left)) @ rows[:k]
        size = float(left @ left) / len(left)
        rows[k] = left / np.sqrt(size) if size > _NOTHING else 0.0
    return rows


class Basis(NamedTuple):
    """Polynomials of the streams that a surrogate has, at all draws, block by block.

    Parameters
    ----------
    ends : sequence of slice
        Draws of each block.
    rows : dict of int to array, shape (1 + degree, draw)
        By stream; a constant first.
    """

    ends: Sequence[slice]
    rows: dict[int, Array]

    @classmethod
    def of(
        cls, draws: GivenDraws, degrees: Mapping[int, int], families: Mapping[int, int]
    ) -> Basis:
        """Return the polynomials of some streams up to their degrees."""
        edges = np.searchsorted(draws.blocks, np.arange(draws.count + 1)).tolist()
        one = np.ones((1, len(draws.output)))
        rows = {
            s: np.concatenate([one, orthonormal(draws.ranks(s), families[s], degree)])
            for s, degree in degrees.items()
        }
        return cls([slice(*own) for own in pairwise(edges)], rows)

    def left_out(self, columns: Array, other: Array) -> Array:
        """Return sums of products of rows over all draws, then over all but each block."""
        each = np.array([columns[:, own] @ other[:, own].T for own in self.ends])
        whole = each.sum(axis=0)
        return np.concatenate([whole[np.newaxis], whole - each])

    def by_block(self, columns: Array, other: Array) -> Array:
        """Return mean products of rows and another one in each block, shape (block, row)."""
        each = [columns[:, own] @ other[own] / (own.stop - own.start) for own in self.ends]
        return np.array(each)

    def columns(self, terms: Sequence[Term]) -> Array:
        """Return a constant and the terms at all draws."""
        columns = np.ones((1 + len(terms), self.ends[-1].stop))
        for k, term in enumerate(terms, 1):
            for s, degree in term:
                columns[k] *= self.rows[s][degree]
        return columns
