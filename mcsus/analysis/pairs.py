"""How alike two values are that share some inputs, where neither is left out.

Of values that are looked at only where something holds, two that share an input say what it tells:
their correlation is the share of the variance that goes if the input is known. Two that share all
others say what remains: 1 less their correlation. Where what holds is independent of the inputs,
these are Sobol' indices of first and total order, after A. Janon et al. (2014),
doi:10.1051/ps/2013040; else they are those of what is looked at, pair by pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_KEYS = ("pairs", "first", "second", "first_squares", "second_squares", "products")


class Pairs(NamedTuple):
    """Sums over pairs of values of one replicate, each of shape (input,).

    Parameters
    ----------
    pairs : array
        Pairs of which neither is left out.
    first, second, first_squares, second_squares, products : array
        Sums over these.
    """

    pairs: Array
    first: Array
    second: Array
    first_squares: Array
    second_squares: Array
    products: Array

    @classmethod
    def of(cls, one: Array, others: Array, kept: Flags, others_kept: Flags) -> Pairs:
        """Return the sums over pairs of a value and each of others.

        Parameters
        ----------
        one : array, shape (draw,)
            0 where it is left out; so are `others`, shape (input, draw).
        """
        return cls(
            (kept & others_kept).sum(axis=1).astype(np.float64),
            others_kept @ one,
            others @ kept.astype(np.float64),
            others_kept @ one**2,
            others**2 @ kept.astype(np.float64),
            others @ one,
        )

    def from_centre(self, off: float) -> Pairs:
        """Return the sums over values that are so much larger."""
        n, u, v, uu, vv, uv = self
        squares = n * off**2
        return Pairs(
            n,
            u + n * off,
            v + n * off,
            uu + 2 * off * u + squares,
            vv + 2 * off * v + squares,
            uv + off * (u + v) + squares,
        )

    def take(self, places: Sequence[int]) -> Pairs:
        """Return the sums of some inputs alone."""
        return Pairs(*(own[list(places)] for own in self))

    def to_arrays(self, name: str) -> dict[str, Array]:
        """Return all sums as arrays by name."""
        return {f"{name}.{key}": own for key, own in zip(_KEYS, self, strict=True)}

    @classmethod
    def from_arrays(cls, name: str, arrays: Mapping[str, Array]) -> Pairs:
        """Return the sums whose `to_arrays` these are."""
        return cls(*(arrays[f"{name}.{key}"] for key in _KEYS))


def correlations(replicates: Sequence[Pairs]) -> Array:
    """Return the correlations of all replicates, then of all but each, shape (1 + count, input).

    NaN where there are no pairs, or nothing varies.
    """
    each = np.array(replicates)  # (replicate, sum, input)
    total = each.sum(axis=0)
    with np.errstate(all="ignore"):
        n, u, v, uu, vv, uv = np.moveaxis(np.concatenate([total[np.newaxis], total - each]), 1, 0)
        mean = (u + v) / (2 * n)
        return np.asarray((uv / n - mean**2) / ((uu + vv) / (2 * n) - mean**2))
