"""Patient rule induction: a box in a few inputs in which most draws are of one kind.

From the box of all draws, one twentieth is peeled off again and again, from the side of the input
where that raises the share of the kind most.

J. H. Friedman, N. I. Fisher (1999), doi:10.1023/A:1008894516817; B. P. Bryant, R. J. Lempert
(2010), doi:10.1016/j.techfore.2009.08.002.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.families import special

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_PEELED = 0.05  # of the draws in a box
_LEAST = 0.05  # of all draws in a box
_MOST_INPUTS = 3


class Box(NamedTuple):
    """A box of draws.

    Attributes
    ----------
    limits : mapping of int to tuple of float
        Low and high end by place of an input; infinite where it has none.
    inside : int
        Draws in it.
    hits : int
        Those of the kind that is looked for.
    coverage : float
        Share of all draws of the kind that lie in it.
    """

    limits: Mapping[int, tuple[float, float]]
    inside: int
    hits: int
    coverage: float

    @property
    def density(self) -> float:
        """Share of the draws in it that are of the kind."""
        return self.hits / self.inside

    @property
    def balance(self) -> float:
        """Harmonic mean of coverage and density: high where neither is low."""
        return 2 * self.coverage * self.density / (self.coverage + self.density or 1.0)


def peeled(values: Sequence[Array], kind: Flags, most: int = _MOST_INPUTS) -> list[Box]:
    """Return the boxes of a peeling trajectory, the one of all draws first.

    Parameters
    ----------
    values : sequence of array, shape (draw,)
        Of each input.
    kind : array of bool, shape (draw,)
        Which draws are looked for.
    most : int
        Inputs that the box may limit.
    """
    orders = [np.argsort(own, kind="stable") for own in values]
    limits: dict[int, tuple[float, float]] = {}
    total, size = int(kind.sum()), kind.size
    boxes = [Box({}, size, total, 1.0)]
    while True:
        box = boxes[-1]
        allowed = range(len(values)) if len(limits) < most else sorted(limits)
        peels = [
            peel
            for k in allowed
            for peel in _peels(k, values[k][orders[k]], kind[orders[k]], box, k in limits)
        ]
        best = max(peels, default=None, key=lambda peel: peel[:2])
        if best is None or best[0] <= 0:
            return boxes
        _, _, k, side, end, inside, hits = best
        if inside < _LEAST * size or inside >= box.inside:
            return boxes
        low, high = limits.get(k, (-np.inf, np.inf))
        limits = {**limits, k: (end, high) if side < 0 else (low, end)}
        within = values[k] >= end if side < 0 else values[k] <= end
        orders = [order[within[order]] for order in orders]
        boxes.append(Box(limits, inside, hits, hits / total))


def best_box(boxes: Sequence[Box]) -> Box:
    """Return the box that balances coverage and density best."""
    return max(boxes, key=lambda box: box.balance)


def quasi_p(values: Sequence[Array], kind: Flags, box: Box) -> dict[int, float]:
    """Return for each input of a box how probable its hits would be without this limit.

    One-sided binomial tests on the draws that found the box: a diagnostic, no test of anything.
    """
    found = {}
    for k in box.limits:
        inside = np.ones(kind.size, dtype=bool)
        for j, (low, high) in box.limits.items():
            if j != k:
                inside &= (values[j] >= low) & (values[j] <= high)
        share = float(kind[inside].mean())
        found[k] = float(special.bdtrc(box.hits - 1, box.inside, share)) if box.hits else 1.0
    return found


def _peels(
    k: int, ordered: Array, kind: Flags, box: Box, limited: bool
) -> list[tuple[float, bool, int, int, float, int, int]]:
    """Return the peels of one input: gain, whether it is limited, its place, side, end, counts.

    The gain is that of the share for each draw that is lost, so that an input of few values, of
    which more is peeled at once, is not preferred.
    """
    found = []
    for side, share in ((1, 1 - _PEELED), (-1, _PEELED)):
        end = _quantile(ordered, share)
        if side > 0:
            inside = int(np.searchsorted(ordered, end, side="right"))
            hits = int(kind[:inside].sum())
        else:
            first = int(np.searchsorted(ordered, end, side="left"))
            inside, hits = ordered.size - first, int(kind[first:].sum())
        if 0 < inside < box.inside:
            gain = (hits / inside - box.density) / (box.inside - inside)
            found.append((gain, limited, k, side, end, inside, hits))
    return found


def _quantile(ordered: Array, share: float) -> float:
    """Return an end between two values that differ, the next ones inwards from a share."""
    place = (ordered.size - 1) * share
    low, high = int(np.floor(place)), int(np.ceil(place))
    if ordered[low] == ordered[high]:
        if share > 0.5:
            low = max(int(np.searchsorted(ordered, ordered[high], side="left")) - 1, 0)
        else:
            after = int(np.searchsorted(ordered, ordered[low], side="right"))
            high = min(after, ordered.size - 1)
    return float((ordered[low] + ordered[high]) / 2)
