"""Location, spread and intervals of an output, and how they settle, each with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.counting.draws import Draws
from mcsus.counting.prefixes import Convergence

Array = NDArray[np.float64]

CURVE = np.concatenate(
    [[0.001, 0.0025, 0.005], np.linspace(0.01, 0.99, 99), [0.995, 0.9975, 0.999]]
)
"""Probabilities at which the quantile curve is kept, for the cumulative figure."""

_BINS = (20, 200)
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
    errors = standard_error(draws.replicate_quantiles(probabilities))
    quantiles = draws.quantiles(probabilities)
    middle = int(np.searchsorted(probabilities, 0.5))
    curve = draws.quantiles(CURVE)
    edges, density = _histogram(draws, curve)
    ends = [((1 - level) / 2, (1 + level) / 2) for level in levels]
    means = draws.means()
    return {
        "mean": np.asarray(means.mean()),
        "mean_error": standard_error(means),
        "sd": np.asarray(draws.sd()),
        "sd_error": standard_error(draws.sds()),
        "median": quantiles[middle],
        "median_error": errors[middle],
        "quantiles": quantiles,
        "quantiles_error": errors,
        "symmetric": np.array([draws.quantiles(np.array(end)) for end in ends]),
        "shortest": np.array([draws.shortest(level) for level in levels]),
        "quantile_curve": curve,
        "edges": edges,
        "density": density,
    }


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
