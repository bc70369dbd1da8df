"""The model where some inputs are known and all others are drawn again, given these."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Redraws(NamedTuple):
    """Which groups keep their values while all other inputs are drawn again, given these.

    Parameters
    ----------
    known : array of bool, shape (evaluation, run, group)
        A run is as many base points as any other, one after the other.
    of_b : array of bool, shape (evaluation,)
        Whether what is known is that of B, and the others are drawn by what surprises at A; else
        it is the other way round.
    how : str
        Which they are, in words.
    """

    known: NDArray[np.bool_]
    of_b: NDArray[np.bool_]
    how: str = ""


class WantsRedraws(NamedTuple):
    """Values at points A, at B, and where some groups are known and the others drawn again.

    Groups may hang together: what is drawn again is drawn given what is known.

    Parameters
    ----------
    make : callable
        Takes how many groups and base points there are and a generator of random numbers.
    most : int, optional
        Groups above which those that hardly matter are put together.
    ranked : bool
        Whether ranks of the values are wanted in their place, which may be infinite then.
    size : callable, optional
        Takes how many groups there are and returns how many evaluations `make` asks for.
    """

    make: Callable[[int, int, np.random.Generator], Redraws]
    most: int | None = None
    ranked: bool = False
    size: Callable[[int], int] | None = None


class RedrawnValues(NamedTuple):
    """Values of one replicate, shape (evaluation, draw): see `WantsRedraws`.

    Parameters
    ----------
    are_apart : bool
        Whether no group depends on another.
    """

    values: Array
    redraws: Redraws
    are_apart: bool

    @property
    def spread(self) -> float:
        """Standard deviation of A and B, or root mean square of a change of A if that is more."""
        return spread_of_changes(self.values)


def spread_of_changes(values: Array) -> float:
    """Return the spread of values at A and B, or the largest change of A if that is more.

    Parameters
    ----------
    values : array, shape (evaluation, draw)
        At A, at B, and at A with something changed.
    """
    moved = np.sqrt(((values[2:] - values[0]) ** 2).mean(axis=1).max(initial=0.0))
    return float(max(values[:2].std(), moved))
