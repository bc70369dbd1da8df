"""A claim where inputs that a study draws apart depend on each other in ways that nobody knows."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.change import COMMON, Change
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.replication import standard_error
from mcsus.dependence import Mix

Array = NDArray[np.float64]

CORRELATIONS = (-1.0, -0.5, 0.5, 1.0)
"""Of the normal scores of a pair of inputs."""

TOGETHER = (0.5, 1.0)
"""Correlations of the normal scores of all labels of a parameter."""

MOST_PAIRS = 6
"""Pairs of inputs that are looked at: those of the inputs that matter most."""

_ENDS = (0.025, 0.975)


class Changed(NamedTuple):
    """A claim after a change.

    Attributes
    ----------
    value, error : float
        Probability, as far as it differs at the same draws.
    low, high : float
        Ends of the interval of 95 % of the margin.
    """

    value: float = np.nan
    error: float = np.nan
    low: float = np.nan
    high: float = np.nan


def after(cell: ClaimCell, change: Change) -> Changed:
    """Return a claim after a change: what differs is told by the same draws."""
    told = cell.again(change) if cell.again is not None else None
    if told is None:
        return Changed()
    margins, holds = told
    before = cell.holds[:, : holds.shape[1]]
    each = cell.holds.mean(axis=1) + (holds.mean(axis=1) - before.mean(axis=1))
    low, high = np.quantile(margins, _ENDS, method="inverted_cdf")
    value = float(np.clip(each.mean(), 0.0, 1.0))
    return Changed(value, float(standard_error(each)), float(low), float(high))


def drivers(cell: ClaimCell) -> list[int]:
    """Return the inputs in falling order of what they explain of the margin."""
    shares = [_between(own, cell.clipped) for own in cell.inputs]
    return sorted(range(len(shares)), key=lambda k: -shares[k])


def _between(own: InputDraws, values: Array) -> float:
    """Return the variance of some values between the bins of an input."""
    counts = own.bins.counts.sum(axis=0)
    means = own.bins.sums(values).sum(axis=0) / counts
    return float((counts * (means - values.mean()) ** 2).sum() / counts.sum())


def is_apart(own: InputDraws) -> bool:
    """Tell whether an input has points of its own, so that the study ties it to nothing."""
    return own.streams == {own.cell.stream}


def pairs(cell: ClaimCell) -> list[tuple[int, int]]:
    """Return the pairs of inputs that are looked at."""
    count = int((1 + math.sqrt(1 + 8 * MOST_PAIRS)) / 2)
    alone = [k for k in drivers(cell) if is_apart(cell.inputs[k])]
    found = itertools.combinations(alone[:count], 2)
    return [(i, j) for i, j in found if cell.inputs[i].streams != cell.inputs[j].streams]


def widened(own: InputDraws, stretch: float) -> Change:
    """Return the change by which the normal scores of an input lie further apart."""
    return Change(((own.cell.stream, Mix((own.cell.stream,), (stretch,))),))


def of_pair(cell: ClaimCell, pair: tuple[int, int]) -> Iterator[Change]:
    """Yield the changes to each of the correlations of a pair of inputs."""
    one, other = (cell.inputs[k].cell.stream for k in pair)
    for rho in CORRELATIONS:
        rest = math.sqrt(1 - rho**2)
        mix = Mix((one, other), (rho, rest)) if rest else Mix((one,), (rho,))
        yield Change(((other, mix),))


def of_labels(cell: ClaimCell, group: Sequence[int]) -> Iterator[Change]:
    """Yield the changes to each of the correlations of all labels of a parameter."""
    streams = sorted({cell.inputs[k].cell.stream for k in group})
    for rho in TOGETHER:
        rest = math.sqrt(1 - rho)
        mixes = {
            own: Mix((COMMON, own), (math.sqrt(rho), rest)) if rest else Mix((COMMON,), (1.0,))
            for own in streams
        }
        yield Change(tuple(mixes.items()))


def labels_apart(cell: ClaimCell, group: Sequence[int]) -> bool:
    """Tell whether some inputs are labels of one parameter that the study draws apart."""
    members = [cell.inputs[k] for k in group]
    return len({own.parameter for own in members}) == 1 and (
        len({own.cell.stream for own in members}) > 1 and all(map(is_apart, members))
    )


def sharp_bounds(one: Array, other: Array) -> tuple[float, float]:
    """Return between what the probability of a positive sum lies, whatever ties two parts.

    The bounds are attained by some dependence of the two: Makarov (1981), doi:10.1137/1126086;
    L. Rueschendorf (1982), doi:10.2307/3213515.

    Parameters
    ----------
    one, other : array
        Draws of the parts.

    Examples
    --------
    >>> parts = np.linspace(0, 1, 1001), np.linspace(0, 1, 1001)
    >>> low, high = sharp_bounds(parts[0] - 0.5, parts[1])  # of P(X + Y > .5), uniform on 0 to 1
    >>> round(low, 2), round(high, 2)
    (0.5, 1.0)
    """
    first, second = np.sort(one, axis=None), np.sort(other, axis=None)
    upto = np.arange(1, first.size + 1) / first.size
    below = np.searchsorted(second, -first, side="right") / second.size
    less = upto - 1 / first.size
    least = np.concatenate([upto + below, less + below, [1.0]])
    return 1.0 - float(min(least.min(), 1.0)), 1.0 - max(float((upto + below - 1).max()), 0.0)
