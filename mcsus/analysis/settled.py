"""Whether a ranking is settled: how probably inputs are in the right order.

Replicates are paired: what one more or less has of two inputs is compared within it, so that what
they have in common, as the variance that both are shares of, does not count. The difference of two
inputs over its error follows Student's t. Inputs that cannot be told from nothing may stand in any
order after the others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.shares import jackknife_error
from mcsus.families import special
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

FIRST = 3
"""Inputs at the head of a ranking whose order is looked at together."""

_NOTHING, _ERRORS = 0.01, 3  # of a variance, and standard errors: what an input has that has none

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
    if not (inputs and np.isfinite(weights).all() and np.isfinite(each).all()):
        return {"before_next": np.full(inputs, np.nan), "first_three": np.nan}
    order = np.argsort(-weights, kind="stable")
    ranked, own = weights[order], each[:, order]
    nothing = (ranked <= _NOTHING) & (ranked <= _ERRORS * jackknife_error(own))

    def before(one: int, others: slice) -> Array:
        if nothing[one]:  # among inputs that do nothing any order is right
            return np.ones(len(ranked[others]))
        apart = ranked[one] - ranked[others]
        error = jackknife_error(own[:, [one]] - own[:, others])
        surely = np.where(apart > 0, np.inf, 0.0)
        scores = np.divide(apart, error, out=surely, where=error > 0)
        return np.asarray(special.stdtr(count - 1, scores))

    of_order = np.ones(inputs)
    for k in range(inputs - 1):
        of_order[k] = before(k, slice(k + 1, k + 2))[0]
    last = min(FIRST, inputs) - 1
    wrong = (1 - of_order[:last]).sum() + (1 - before(last, slice(last + 1, None))).sum()
    placed = np.empty(inputs)
    placed[order] = of_order
    return {"before_next": placed, "first_three": max(0.0, 1.0 - float(wrong))}
