"""Labels beside points that would lie on each other."""

import itertools
from collections.abc import Sequence

import numpy as np


def apart(places: Sequence[float], gap: float, most: float) -> list[float]:
    """Return places moved apart, in the same order, so that none is nearer than `gap` to another.

    Parameters
    ----------
    most : float
        The last of them, where there is room.

    Examples
    --------
    >>> apart([10.0, 0.0, 1.0], 4.0, 20.0), apart([10.0, 9.0], 4.0, 10.0)
    ([10.0, 0.0, 4.0], [10.0, 6.0])
    """
    moved = [float(place) for place in places]
    order = [int(k) for k in np.argsort(places, kind="stable")]
    for one, other in itertools.pairwise(order):
        moved[other] = max(moved[other], moved[one] + gap)
    moved[order[-1]] = min(moved[order[-1]], most)
    for other, one in itertools.pairwise(reversed(order)):
        moved[one] = min(moved[one], moved[other] - gap)
    return moved
