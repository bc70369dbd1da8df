"""Places of inputs by how much they matter: what is the same but for rounding shares one."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

_ROUNDING = 1e-12  # of the largest


def places(weights: ArrayLike) -> NDArray[np.int64]:
    """Return the place of each weight, 1 for the largest; as many places as share one follow it.

    Examples
    --------
    >>> places([0.2, 0.7, 0.2, 0.1]).tolist(), places([0.5, 1e-17, 0.0]).tolist()
    ([2, 1, 2, 4], [1, 2, 2])
    """
    known = np.asarray(weights, dtype=float)
    order = np.argsort(-known, kind="stable")
    ranked = known[order]
    least = _ROUNDING * np.abs(known).max(initial=0.0)
    is_apart = np.concatenate([[True], ranked[:-1] - ranked[1:] > least])[: len(known)]
    found = np.empty(len(known), dtype=np.int64)
    found[order] = np.maximum.accumulate(np.where(is_apart, np.arange(len(known)) + 1, 0))
    return found
