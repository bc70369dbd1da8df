"""How the estimates settle as draws are added, each with its error from the replicates."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.counting.prefixes import Convergence


def estimates(known: Convergence) -> dict[str, NDArray[np.float64]]:
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
