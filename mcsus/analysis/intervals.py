"""Location, spread and intervals of an output, and how they settle, each with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import (
    share_error,
    skewed_error,
    standard_error,
    student_quantile,
)
from mcsus.counting.draws import Draws
from mcsus.counting.prefixes import Convergence

Array = NDArray[np.float64]

CURVE = np.concatenate(
    [[0.001, 0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975, 0.999]]
)
"""Probabilities at which the quantile curve is kept, for the cumulative figure."""

_BINS = (20, 200)
_GAP = 2.5  # half-widths beyond which a quantile may lie on another side of a gap
_FEW = 2  # draws beyond a quantile in a replicate
_FEW_VALUES = 16  # that a discrete output has
_MOST_RANKS = 3.0  # deviations of a rank by chance: no design is worse
_STARTS = 129  # places where a shortest interval may begin
_BY_REPLICATE = (
    "mean_error", "median_error", "quantiles_error",
    "path_mean", "path_mean_error", "path_quantile", "path_quantile_error",
)  # fmt: skip


def quantile_probabilities(levels: Sequence[float]) -> Array:
    """Return the probabilities of the ends of symmetric intervals, and the median, in order.

    Examples
    --------
    >>> quantile_probabilities([0.5, 0.9]).tolist()
    [0.05, 0.25, 0.5, 0.75, 0.95]
    """
    ends = {0.5}
    for level in levels:
        ends |= {round((1 - level) / 2, 9), round((1 + level) / 2, 9)}
    return np.array(sorted(ends))


def summarise(draws: Draws, levels: Sequence[float]) -> dict[str, Array]:
    """Summarise one cell of an output.

    Parameters
    ----------
    draws : Draws
        Draws, in the unit of the output.

    Returns
    -------
    dict of str to array
        By names of `mcsus.result.arrays.OUTPUT`; quantiles at `quantile_probabilities`.
    """
    probabilities = quantile_probabilities(levels)
    quantiles = draws.quantiles(probabilities)
    errors = quantile_errors(draws, probabilities)
    middle = int(np.searchsorted(probabilities, 0.5))
    curve = draws.quantiles(CURVE)
    edges, density = _histogram(draws, curve)
    ends = [((1 - level) / 2, (1 + level) / 2) for level in levels]
    means = draws.means()
    least = _errors_of_values(draws, curve)
    return {
        "mean": np.asarray(means.mean()),
        "mean_error": np.maximum(standard_error(means), least[0]),
        "sd": np.asarray(draws.sd()),
        "sd_error": np.maximum(skewed_error(spread_parts(draws.spreads())), least[1]),
        "median": quantiles[middle],
        "median_error": errors[middle],
        "quantiles": quantiles,
        "quantiles_error": errors,
        "symmetric": _of_several(draws, [draws.quantiles(np.array(end)) for end in ends]),
        "shortest": _of_several(draws, [draws.shortest(level) for level in levels]),
        "shortest_error": np.array([shortest_error(draws, level) for level in levels]),
        "quantile_curve": curve,
        "edges": edges,
        "density": density,
    }


def _errors_of_values(draws: Draws, curve: Array) -> tuple[float, float]:
    """Return the least errors of mean and standard deviation of what has a few values, else 0.

    Its mean is made of shares, on which replicates agree by construction of their points.
    """
    values = np.unique([*draws.extremes(), *curve])
    if not 1 < len(values) <= _FEW_VALUES:
        return 0.0, 0.0
    below, most = draws.shares_at(values)
    if not np.array_equal(most[:, :-1], below[:, 1:]):
        return 0.0, 0.0
    shares = most[:, :-1]
    errors = np.diff(values) * share_error(shares, draws.draws)
    mean = values[-1] - float(np.diff(values) @ shares.mean(axis=0))
    moved = np.abs(values[:-1] + values[1:] - 2 * mean)  # of the square, by what moves at a step
    sd = draws.sd()
    of_sd = np.sqrt(np.sum((moved * errors) ** 2)) / (2 * sd) if sd > 0 else 0.0
    return float(np.sqrt(np.sum(errors**2))), float(of_sd)


def _of_several(draws: Draws, intervals: Sequence[Any]) -> Array:
    """Return the intervals; no numbers for those of one draw, which has no ends."""
    known = np.array(intervals)
    return known if draws.replicates * draws.draws > 1 else np.full_like(known, np.nan)


def spread_parts(spreads: Array) -> Array:
    """Return what each replicate adds to the standard deviation of all draws, from their spreads.

    Their mean is that standard deviation, and they differ as squares do: the mean of all squares,
    not of roots, is what is estimated.

    Examples
    --------
    >>> spread_parts(np.array([1.0, 7.0]))
    array([2.6, 7.4])
    """
    largest = float(spreads.max())
    if not 0 < largest < np.inf:
        return spreads
    squares = (spreads / largest) ** 2
    return np.asarray(largest * (squares / np.sqrt(squares.mean()) + np.sqrt(squares.mean())) / 2)


def quantile_errors(draws: Draws, probabilities: Array) -> Array:
    """Return the standard errors of quantiles of all draws.

    It is the spread over replicates, unless the quantile is an atom, may lie on another side of a
    gap, or has hardly any draws beyond it in a replicate. Then it is at least how far the quantiles
    lie off at the ranks up to which it is not known, as to the next atom: R. S. Woodruff (1952),
    doi:10.1080/01621459.1952.10483443.
    """
    errors = standard_error(draws.replicate_quantiles(probabilities))
    if draws.replicates < 2 or not draws.draws:
        return errors
    total, bound = draws.replicates * draws.draws, student_quantile(draws.replicates)
    quantiles = draws.quantiles(probabilities)
    below, most = draws.shares_at(quantiles)
    ranks = bound * np.maximum(share_error(below, draws.draws), share_error(most, draws.draws))
    least = np.minimum(probabilities, 1 - probabilities)
    ranks = np.minimum(ranks, _MOST_RANKS * (np.sqrt(least * (1 - least) / total) + 1 / total))
    ends = np.clip(probabilities + np.array([[-1.0], [1.0]]) * ranks, 0.0, 1.0)
    off = np.max([np.abs(draws.quantiles(own) - quantiles) for own in ends], axis=0)
    is_atom = (most - below).mean(axis=0) > ranks
    reaches = is_atom | (off > _GAP * bound * errors) | (least * draws.draws < _FEW)
    return np.where(reaches, np.maximum(off / bound, errors), errors)


def shortest_error(draws: Draws, level: float) -> Array:
    """Return the errors of the ends of the shortest interval.

    Where it lies is known to the cube root of the number of draws only, as that of the mode is: J.
    Kim and D. Pollard (1990), doi:10.1214/aos/1176347498. So is the mean over replicates of where
    it lies in each.
    """
    starts = np.linspace(0, 1 - level, _STARTS)
    low, high = np.split(draws.replicate_quantiles(np.concatenate([starts, starts + level])), 2, 1)
    best = (high - low).argmin(axis=1)[:, np.newaxis]
    ends = np.take_along_axis(np.stack([low, high]), best[np.newaxis], axis=2)[..., 0]
    return np.asarray(standard_error(ends.T) * np.cbrt(np.sqrt(draws.replicates)))


def constant(
    value: float, described: Mapping[str, Array], *, is_known: bool = True
) -> dict[str, Array]:
    """Return what describes a cell that does not vary: one value, no spread, errors of 0.

    Parameters
    ----------
    is_known : bool
        Whether replicates agree on the value. Where they met individuals of their own, they do
        not: it has an error then.
    """
    kept = ("path_draws", *(() if is_known else _BY_REPLICATE))
    still = {
        name: np.full_like(array, 0.0 if name == "sd" or name.endswith("_error") else value)
        for name, array in described.items()
        if name not in kept
    }
    return {**described, **still, "edges": np.full(2, value), "density": np.zeros(1)}


def estimates(known: Convergence) -> dict[str, Array]:
    """Return mean and one quantile over the first draws of every replicate.

    Returns
    -------
    dict of str to array, shape (size,)
        ``draws`` per replicate, ``mean``, ``mean_error``, ``quantile``, ``quantile_error``; an
        estimate is the mean over replicates.
    """
    return {
        "draws": known.draws,
        "mean": known.means.mean(axis=1),
        "mean_error": standard_error(known.means.T),
        "quantile": known.tails.mean(axis=1),
        "quantile_error": standard_error(known.tails.T),
    }


def _histogram(draws: Draws, curve: Array) -> tuple[Array, Array]:
    """Return edges and density over the range of the curve; one bin when nothing varies."""
    low, high = float(curve[0]), float(curve[-1])
    if not low < high:
        return np.array([low, low]), np.zeros(1)
    count = draws.replicates * draws.draws
    bins = int(np.clip(1.7 * count ** (1 / 3), *_BINS))  # the rate of Freedman and Diaconis
    edges = np.linspace(low, high, bins + 1)
    if not np.diff(edges).all():  # rounding aside, nothing varies
        return np.array([low, low]), np.zeros(1)
    return edges, np.diff(draws.below(edges)) / (count * np.diff(edges))
