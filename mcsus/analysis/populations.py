"""A population inside, doubt outside: quantiles over doubt of what a population is like.

For every draw of what is uncertain there is a whole population. What is told of it (a quantile, its
mean) differs from draw to draw, and quantiles over draws tell the doubt. Replicates have points and
individuals of their own, so that their spread holds the noise of both.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.counting.ordered import quantiles_of_sorted

Array = NDArray[np.float64]

SHARES = np.array([0.01, 0.025, *np.linspace(0.05, 0.95, 19).round(9), 0.975, 0.99])
"""Shares of the population that its quantiles are told at."""

DOUBT = np.array([0.025, 0.05, 0.5, 0.95, 0.975])
"""Probabilities of the quantiles over doubt."""

SHOWN = 24
"""Populations of single draws that are kept for a picture."""


def summarised(replicates: Sequence[Array]) -> dict[str, Array]:
    """Return what is told of the populations of a cell.

    Parameters
    ----------
    replicates : sequence of array, shape (draw, individual)

    Returns
    -------
    dict of str to array
        By names of `mcsus.result.population_arrays.POPULATION`.

    Examples
    --------
    >>> doubt, population = np.linspace(0, 1, 101)[:, np.newaxis], np.linspace(-1, 1, 201)
    >>> told = summarised([doubt + population, doubt + population])
    >>> told["population_quantiles"][SHARES == 0.5, DOUBT == 0.95].round(2)
    array([0.95])
    >>> float(told["population_part"].round(2))
    0.8
    """
    with np.errstate(all="ignore"):  # of what is never, or no number
        each = [_of_replicate(values) for values in replicates]
    told: dict[str, Array] = {}
    for name in ("population_quantiles", "population_mean", "population_sd", "population_part"):
        values = np.array([own[name] for own in each])
        told |= {name: values.mean(axis=0), f"{name}_error": standard_error(values)}
    told["population_curves"] = each[0]["curves"]
    return told


def _of_replicate(values: Array) -> dict[str, Array]:
    curves = quantiles_of_sorted(np.sort(values, axis=1), SHARES)
    means, variances = values.mean(axis=1), values.var(axis=1)
    within, between = variances.mean(), means.var()
    whole = within + between
    return {
        "population_quantiles": over_doubt(curves.T),
        "population_mean": over_doubt(means),
        "population_sd": over_doubt(np.sqrt(variances)),
        "population_part": np.asarray(within / whole if whole > 0 else np.nan),
        "curves": np.resize(curves, (SHOWN, len(SHARES))),
    }


def over_doubt(values: Array) -> Array:
    """Return quantiles over draws, which are the last axis."""
    return quantiles_of_sorted(np.sort(values, axis=-1), DOUBT)
