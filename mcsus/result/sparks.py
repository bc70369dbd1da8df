"""The density of an output as one line of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.result.reading import ResultCell

Array = NDArray[np.float64]

BLOCKS = " \u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588"
"""No density, and eight heights of it."""

WIDTH = 16
_OUTERMOST = 0.005  # of the draws on either side, which the axis may leave out


def axis(cells: Sequence[ResultCell]) -> tuple[float, float] | None:
    """Return an axis for the densities of some cells; None where nothing varies."""
    ends = [_ends(cell) for cell in cells if cell.varies and "curve" in cell.data]
    known = [end for end in ends if end is not None]
    if not known:
        return None
    low, high = min(own[0] for own in known), max(own[1] for own in known)
    return (low, high) if low < high else None


def spark(cells: Sequence[ResultCell], over: tuple[float, float] | None) -> str:
    """Return the density of the draws of some cells along an axis.

    Parameters
    ----------
    over : tuple of float, or None
        What `axis` says; empty without one.
    """
    drawn = [cell for cell in cells if cell.varies and "curve" in cell.data]
    if over is None or not drawn:
        return ""
    edges = np.linspace(*over, WIDTH + 1)
    share: Array = np.sum([np.diff(_below(cell, edges)) for cell in drawn], axis=0)
    heights = np.ceil(8 * share / share.max() - 0.25) if share.max() > 0 else 0 * share
    return "".join(BLOCKS[int(own)] for own in heights).ljust(WIDTH)


def _curve(cell: ResultCell) -> tuple[Array, Array]:
    """Return values and how much lies below them, where they are finite."""
    values, below = cell.array("quantile_curve"), cell.array("curve")
    known = np.isfinite(values)
    return values[known], below[known]


def _ends(cell: ResultCell) -> tuple[float, float] | None:
    values, below = _curve(cell)
    if len(values) < 2:
        return None
    low, high = np.interp([_OUTERMOST, 1 - _OUTERMOST], below, values)
    return float(low), float(high)


def _below(cell: ResultCell, edges: Array) -> Array:
    values, below = _curve(cell)
    return np.asarray(np.interp(edges, values, below), dtype=float) if len(values) else 0 * edges
