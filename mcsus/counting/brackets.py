"""What held draws say of final quantiles: where they may lie, and how finely to count there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Segment = tuple[int, float, float, int]
"""Coarse bin, start, end and slots of a range that is counted finely."""

MOST_SLOTS = 1 << 16

ATOMS = 8
"""Values counted exactly around one quantile."""

_OFTEN = 4096  # values that may be counted exactly later

DEVIATIONS = 6.0
"""Of the rank of a held quantile, were draws independent: how far off the final one may lie."""

_WINDOW = 128  # held draws from which a density is read
_PEAK = 8  # most that a fine bin may hold over the mean of its range, or be divided later


def brackets(
    count: int, probabilities: Array, deviations: float = DEVIATIONS
) -> list[tuple[int, int]]:
    """Return the ranks of held draws between which the final quantiles lie, overlaps merged.

    Examples
    --------
    >>> brackets(10_000, np.array([0.5, 0.505]))
    [(4700, 5350)]
    """
    spread = deviations * np.sqrt(count * probabilities * (1 - probabilities))
    half = np.maximum(spread, 3.0)
    low = np.clip(np.floor(count * probabilities - half), 0, count - 1).astype(int)
    high = np.clip(np.ceil(count * probabilities + half), 0, count - 1).astype(int)
    found: list[tuple[int, int]] = []
    for a, b in sorted(zip(low.tolist(), high.tolist(), strict=True)):
        if found and a <= found[-1][1]:
            found[-1] = (found[-1][0], max(b, found[-1][1]))
        else:
            found.append((a, b))
    return found


def atoms(ordered: Array, total: int, resolution: float) -> Array:
    """Return values that occur so often in a bracket that one fine bin could not hold them.

    The most frequent come first.

    Examples
    --------
    >>> atoms(np.array([0.0, 0.0, 0.0, 0.1, 0.2]), 1000, 2.5e-7)
    array([0.])
    """
    values, counts = np.unique(ordered, return_counts=True)
    often = np.flatnonzero(counts >= max(3.0, 4 * resolution * total))
    most = often[np.argsort(counts[often], kind="stable")[::-1][:_OFTEN]]
    return np.asarray(values[most])


def segments(
    ordered: Array,
    starts: Integers,
    edges: Array,
    ranks: list[tuple[int, int]],
    exact: Array,
    resolution: float,
) -> list[Segment]:
    """Return the ranges to count finely, each within one coarse bin, in increasing order.

    Parameters
    ----------
    ordered : array
        Held draws.
    starts : array of int64, shape (coarse bin + 1,)
        Rank of the first held draw of each bin.
    edges : array, shape (coarse bin + 1,)
    ranks : list of (int, int)
        From `brackets`.
    exact : array
        Values that are counted on their own.
    resolution : float
        Probability that a slot may hold.

    Examples
    --------
    >>> held = np.linspace(0, 1, 1000)
    >>> segments(held, np.array([0, 1000]), np.array([-np.inf, np.inf]), [(400, 599)],
    ...          np.zeros(0), 0.01)
    [(0, 0.4004..., 0.5995..., 36)]
    """
    found = []
    distinct = _distinct(ordered, exact)
    for a, b in ranks:
        first, last = (int(c) for c in np.searchsorted(starts, [a, b], side="right") - 1)
        for c in range(first, last + 1):
            i, j = max(a, int(starts[c])), min(b + 1, int(starts[c + 1]))
            low, high = max(ordered[a], edges[c]), min(ordered[b], edges[c + 1])
            others = (
                ordered[i:j] if len(distinct) == len(ordered) else _among(distinct, ordered[i:j])
            )
            if high > low:  # also where no held draw lies: others may
                slots = _slots(others, low, high, len(ordered), resolution)
                found.append((c, float(low), float(high), slots))
    return found


def _distinct(ordered: Array, without: Array) -> Array:
    """Return sorted values once each, without some; the same array if all are to stay."""
    again = ordered[1:] == ordered[:-1]
    found = ordered[np.concatenate([[True], ~again])] if again.any() else ordered
    at = np.searchsorted(found, without)
    at = at[at < len(found)]
    return np.delete(found, at[np.isin(found[at], without)]) if len(at) else found


def _among(distinct: Array, values: Array) -> Array:
    """Return the values of `distinct` within the range of some sorted values."""
    if not len(values):
        return values
    first = np.searchsorted(distinct, values[0], side="left")
    return distinct[first : np.searchsorted(distinct, values[-1], side="right")]


def _slots(single: Array, low: float, high: float, total: int, resolution: float) -> int:
    """Return into how many slots to divide a range so that none holds more than the resolution.

    From distinct held values: what occurs often is counted on its own, or divided off later.
    """
    even = (len(single) + 1) / total / resolution
    window = min(_WINDOW, len(single) // 8)
    most = 2 * even
    if window >= 8:
        narrowest = float((single[window:] - single[:-window]).min())
        peak = window / total / narrowest
        most = min((high - low) * peak / resolution, _PEAK * even)
    apart = (high - low) / float(np.spacing(max(abs(low), abs(high))))
    return int(min(max(even, most) + 16, 2 * apart + 2, MOST_SLOTS))
