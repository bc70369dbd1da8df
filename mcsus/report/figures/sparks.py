"""Densities in the height of a line, for tables."""

from __future__ import annotations

import html

import numpy as np

from mcsus.report.figures.densities import frame_of, log_density
from mcsus.report.figures.style import BLUE, PALE_BLUE
from mcsus.result.reading import ResultCell, best_level, quantile
from mcsus.result.wording import level_text, number

_WIDE, _TALL, _FOOT = 96, 18, 5
_POINTS = 40


def spark(cell: ResultCell) -> str:
    """Return the density of a cell as an ``<svg>`` element, with its median and interval below.

    It has the axis that a figure of this cell alone would have; nothing where it does not vary.
    """
    if not cell.varies or cell.never:
        return ""
    frame = frame_of([cell])
    if frame.log:
        edges, heights = log_density(cell)
    else:
        edges, heights = cell.array("edges"), cell.array("density")
    scaled = np.log if frame.log else np.asarray
    low, high = (float(scaled(end)) for end in (frame.low, frame.high))

    def at(value: float) -> float:
        return float(np.clip(_WIDE * (scaled(value) - low) / (high - low), 0, _WIDE))

    ends = scaled(edges)
    middles = (ends[1:] + ends[:-1]) / 2
    grid = np.linspace(low, high, _POINTS)
    curve = np.interp(grid, np.r_[ends[0], middles, ends[-1]], np.r_[0.0, heights, 0.0], 0, 0)
    known = np.isfinite(curve)
    up = _TALL * (1 - np.where(known, curve, 0.0) / np.max(curve[known]))
    across = np.linspace(0, _WIDE, _POINTS)
    points = " ".join(f"{x:.3g} {y:.3g}" for x, y in zip(across, up, strict=True))
    level, first, last = best_level(cell)
    middle, line = quantile(cell, 0.5), _TALL + _FOOT / 2
    told = f"median {number(middle)}, {level_text(level)} {number(first)} to {number(last)}"
    return (
        f'<svg viewBox="-3 -1 {_WIDE + 6} {_TALL + _FOOT + 2}" width="{_WIDE + 6}" '
        f'height="{_TALL + _FOOT + 2}" role="img" aria-label="{html.escape(told)}">'
        f'<path d="M0 {_TALL} L{points} {_WIDE} {_TALL}Z" fill="{PALE_BLUE}" stroke="{BLUE}"/>'
        f'<path d="M{at(first):.3g} {line}H{at(last):.3g}" stroke="{BLUE}" stroke-width="2.5"/>'
        f'<circle cx="{at(middle):.3g}" cy="{line}" r="2.6" fill="{BLUE}" stroke="white"/></svg>'
    )
