"""Whether a ranking is settled: how probably inputs are in the right order.

Replicates are paired: what one more or less has of two inputs is compared within it, so that what
they have in common, as the variance that both are shares of, does not count. The difference of two
inputs over its error follows Student's t. Inputs that cannot be told from nothing may stand in any
order after the others, and so may inputs that are the same but for rounding.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import student_quantile
from mcsus.analysis.shares import jackknife_error
from mcsus.families import special
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

FIRST = 3
"""Inputs at the head of a ranking whose order is looked at together."""

_NOTHING, _ERRORS = 0.01, 3  # of a variance, and standard errors: what an input has that has none
_ROUNDING = 1e-12  # of a variance
_TIMES, _HALVED = 2.0**40, 40  # the draws: more are none that can be made

SETTLED = (
    Entry(
        "before_next",
        ("input",),
        "1",
        "probability that the input matters more than the next in rank; 1 for the last",
        is_optional=True,
    ),
    Entry(
        "first_three",
        (),
        "1",
        "probability that the first three are in the right order and before all others, at least",
        is_optional=True,
    ),
)
"""Arrays of how well the order of inputs is known."""


class Compared(NamedTuple):
    """Pairs of inputs whose order decides which are the first ones, and in which order.

    Parameters
    ----------
    one, other : array of int
        The input that is ranked before, and the one behind, by number.
    apart, errors : array
        How much more the one matters, and the error of that.
    scores : array
        The one over the other; infinite where either order is right.
    freedom : int
        Degrees of freedom of the errors.
    """

    one: Integers
    other: Integers
    apart: Array
    errors: Array
    scores: Array
    freedom: int

    def in_order(self, times: float = 1.0) -> float:
        """Return how probably all are in order, at least, with so many times the draws.

        Errors are taken to fall with the square root, as they do for Monte Carlo.
        """
        wrong = 1 - special.stdtr(self.freedom, self.scores * np.sqrt(times))
        return max(0.0, 1.0 - float(wrong.sum()))

    def times(self, asked: float) -> float:
        """Return how many times the draws make it so probable that all are in order.

        Examples
        --------
        >>> own = np.ones(1)
        >>> pairs = Compared(np.array([0]), np.array([1]), own, own, own, 15)
        >>> round(pairs.times(0.95), 3)  # 1.753 is the quantile of Student's t
        3.073
        """
        low, high = 1.0, 2.0
        while self.in_order(high) < asked:
            low, high = high, high * 2
            if high > _TIMES:
                return float("inf")
        for _ in range(_HALVED):
            middle = np.sqrt(low * high)
            low, high = (low, middle) if self.in_order(middle) >= asked else (middle, high)
        return float(high)

    def but_for(self, least: float) -> Compared:
        """Return the pairs with those settled that differ by less, at 95 % confidence."""
        most = self.apart + student_quantile(self.freedom + 1) * self.errors
        return self._replace(scores=np.where(most < least, np.inf, self.scores))

    def open(self) -> tuple[int, int, float]:
        """Return the pair whose order is known least, with how probably it is right."""
        k = int(self.scores.argmin())
        chance = float(special.stdtr(self.freedom, self.scores[k]))
        return int(self.one[k]), int(self.other[k]), chance


def compared(weights: Array, each: Array, places: int = FIRST) -> Compared:
    """Return the pairs that decide the first places of a ranking; nothing where there is none.

    Parameters
    ----------
    weights, each
        As of `orders`.
    """
    count, inputs = each.shape
    if not (inputs and np.isfinite(weights).all() and np.isfinite(each).all()):
        none, nothing = np.empty(0, dtype=np.int64), np.empty(0)
        return Compared(none, none, nothing, nothing, nothing, count - 1)
    order = np.argsort(-weights, kind="stable")
    last = min(places, inputs) - 1
    rest = np.arange(last + 1, inputs)
    one = np.concatenate([np.arange(last), np.full(len(rest), last)])
    other = np.concatenate([np.arange(1, last + 1), rest])
    known = _scores(weights[order], each[:, order], one, other)
    return Compared(order[one], order[other], *known, count - 1)


def orders(weights: Array, each: Array) -> dict[str, Any]:
    """Return how probably inputs are in the right order; nothing where no error is known.

    Parameters
    ----------
    weights : array, shape (input,)
        How much each matters.
    each : array, shape (replicate, input)
        The same without each replicate.

    Examples
    --------
    >>> each = np.array([[0.7, 0.3, 0.1], [0.71, 0.29, 0.1], [0.69, 0.31, 0.1]])
    >>> told = orders(each.mean(axis=0), each)
    >>> told["before_next"].round(2).tolist(), round(told["first_three"], 2)
    ([1.0, 1.0, 1.0], 1.0)
    """
    count, inputs = each.shape
    if count < 2:
        return {}
    if not (inputs and np.isfinite(weights).all()):
        return {"before_next": np.full(inputs, np.nan), "first_three": np.nan}
    order = np.argsort(-weights, kind="stable")
    if not np.isfinite(each).all():  # one replicate alone says anything: any order may be right
        unknown = np.full(inputs, 0.5)
        unknown[order[-1]] = 1.0
        return {"before_next": unknown, "first_three": 0.0}
    first = np.arange(inputs - 1)
    *_, scores = _scores(weights[order], each[:, order], first, first + 1)
    placed = np.ones(inputs)
    placed[order[:-1]] = special.stdtr(count - 1, scores)
    return {"before_next": placed, "first_three": compared(weights, each).in_order()}


def _scores(
    ranked: Array, own: Array, one: Integers, other: Integers
) -> tuple[Array, Array, Array]:
    """Return differences of pairs, their errors, and scores: infinite where any order is right.

    Parameters
    ----------
    ranked : array, shape (input,)
        How much each matters, the largest first.
    own : array, shape (replicate, input)
    """
    nothing = (ranked <= _NOTHING) & (ranked <= _ERRORS * jackknife_error(own))
    apart = ranked[one] - ranked[other]
    error = jackknife_error(own[:, one] - own[:, other])
    same = (apart <= _ROUNDING) & (error <= _ROUNDING)
    any_order = nothing[one] | (ranked[one] <= _ROUNDING) | same
    scores = np.full(len(one), np.inf)
    np.divide(apart, error, out=scores, where=~any_order & (error > 0))
    return apart, error, scores
