"""Which part of the error of an estimate is due to the individuals, and which to the draws.

Every replicate has scrambled points of its own, and individuals of its own. Where the same points
meet the individuals of each replicate, what differs is due to these alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.intervals import spread_parts
from mcsus.analysis.replication import skewed_error, standard_error
from mcsus.counting.draws import Draws, HeldDraws

Array = NDArray[np.float64]


class Noise(NamedTuple):
    """How large the noise of individuals is beside what is uncertain.

    Parameters
    ----------
    share : float
        Variance over replicates of their means, as a share of it and the variance of a replicate.
        Estimates of each replicate are free of it; the mean keeps an error.
    rest : float
        Share of the variance of a replicate that is noise as well: what differs from draw to draw.
        Nothing takes it out but more individuals.
    """

    share: float
    rest: float


def error_parts(
    draws: Draws, met: HeldDraws, probabilities: Array, errors: Mapping[str, Array]
) -> dict[str, Array]:
    """Return the errors from draws and from individuals of mean, sd, median and quantiles.

    Parameters
    ----------
    draws : Draws
        Those that were described.
    met : HeldDraws
        The same points in all replicates, each with the individuals of one.
    probabilities : array
        Of the quantiles.
    errors : mapping of str to array
        Whole errors, by name: no part is larger.

    Returns
    -------
    dict of str to array
        Under ``<name>_draws_error`` and ``<name>_individuals_error``.
    """
    both = zip(_estimates(draws, probabilities), _estimates(met, probabilities), strict=True)
    names = ("mean", "sd", "median", "quantiles")
    parts: dict[str, Array] = {}
    for name, (all_noise, of_individuals) in zip(names, both, strict=True):
        whole = errors[f"{name}_error"]
        error = skewed_error if name == "sd" else standard_error
        found = {"draws": error(all_noise - of_individuals), "individuals": error(of_individuals)}
        parts |= {f"{name}_{kind}_error": np.minimum(own, whole) for kind, own in found.items()}
    return parts


def noise(met: HeldDraws, *, varies: bool = True) -> Noise:
    """Return how large the noise of individuals is: see `error_parts` for `met`.

    Where the draws of a replicate do not vary, all that varies is noise.

    What remains in a replicate is 1 minus the mean covariance between replicates over their mean
    variance: individuals of two replicates have nothing in common but the draws.
    """
    means, sds = met.means(), met.sds()
    size = max(float(np.ptp(means)), float(sds.max()))
    if met.replicates < 2 or not 0 < size < np.inf:
        return Noise(0.0, 0.0)
    between = float(((means - means.mean()) / size).var(ddof=1))
    within = float(((sds / size) ** 2).mean())
    share = between / (between + within)
    if not varies:
        return Noise(float(between > 0), 0.0)
    if not within > 0:
        return Noise(share, 0.0)
    apart = (met.values - means[:, np.newaxis]) / size
    together = float((apart.mean(axis=0) ** 2).mean())
    shared = (met.replicates * together - within) / (met.replicates - 1)
    return Noise(share, min(max(1 - shared / within, 0.0), 1.0))


def _estimates(draws: Draws, probabilities: Array) -> tuple[Array, Array, Array, Array]:
    """Return mean, standard deviation, median and quantiles of each replicate."""
    quantiles = draws.replicate_quantiles(probabilities)
    middle = int(np.searchsorted(probabilities, 0.5))
    return draws.means(), spread_parts(draws.sds()), quantiles[:, middle], quantiles
