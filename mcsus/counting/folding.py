"""Adds up the sums of fold units in their order, so that no division of a run changes a bit."""
# mypy: disallow-untyped-decorators=False

from __future__ import annotations

from numba import njit, types

FOLD_SIGNATURE = types.void(types.float64[::1], types.float64[::1], types.float64[:, ::1])


@njit(nogil=True, error_model="numpy", inline="always")
def fold_units(total, carry, parts):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add `parts`, shape (unit, k), to `total` one unit after another, losses going to `carry`.

    A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen" (1974),
    doi:10.1002/zamm.19740540106.
    """
    for u in range(parts.shape[0]):
        for k in range(parts.shape[1]):
            v = parts[u, k]
            t = total[k] + v
            if abs(total[k]) >= abs(v):
                carry[k] += (total[k] - t) + v
            else:
                carry[k] += (v - t) + total[k]
            total[k] = t
