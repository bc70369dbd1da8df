"""The curve of a law as a small SVG that takes the colours of the page it stands in."""

from __future__ import annotations

import numpy as np

from mcsus.families import Distribution

WIDTH, HEIGHT, FOOT = 320, 80, 18
_CELLS = 80
_ENDS = 0.005, 0.995
_MARKS = 0.05, 0.5, 0.95


def curve(law: Distribution, unit: str, name: str) -> str:
    """Return the density of a law, with its 5th, 50th and 95th percentile, on lines without gaps.

    Parameters
    ----------
    name : str
        What the curve is of, for those who do not see it.
    """
    low, high = (float(end) for end in law.quantile(_ENDS))
    marks = [float(mark) for mark in law.quantile(_MARKS)]
    room = 0.05 * (high - low) or max(abs(low), 1.0) * 0.5
    first, last = law.support()
    edges = np.linspace(max(low - room, first), min(high + room, last), _CELLS + 1)
    if edges[0] == edges[-1]:
        edges = np.linspace(low - room, high + room, _CELLS + 1)
    heights = np.diff(law.cdf(edges))
    heights = heights / heights.max() * (HEIGHT - 6)
    step = WIDTH / _CELLS
    path = f"M0 {HEIGHT}" + "".join(
        f"L{k * step:.5g} {HEIGHT - h:.4g}L{(k + 1) * step:.5g} {HEIGHT - h:.4g}"
        for k, h in enumerate(heights)
    )
    at = [(mark - edges[0]) / (edges[-1] - edges[0]) * WIDTH for mark in marks]
    lines = "".join(f'<line x1="{x:.4g}" x2="{x:.4g}" y1="0" y2="{HEIGHT}"/>' for x in at)
    told = f"{name}: 5 % below {marks[0]:.3g}, half below {marks[1]:.3g}, 95 % below {marks[2]:.3g}"
    return (
        f'<svg class="law" role="img" viewBox="-2 -2 {WIDTH + 4} {HEIGHT + FOOT + 2}" '
        f'width="{WIDTH + 4}" height="{HEIGHT + FOOT + 2}"><title>{_safe(f"{told} {unit}")}</title>'
        f'<path d="{path}L{WIDTH} {HEIGHT}Z"/>{lines}{_numbers(marks, at, unit)}</svg>'
    )


def _numbers(marks: list[float], at: list[float], unit: str) -> str:
    if marks[0] == marks[2]:
        return _number(marks[1], at[1], unit)
    first, last = at[0], at[2]
    if last - first < WIDTH / 3:
        return _number(marks[1], at[1], unit)
    return _number(marks[0], first) + _number(marks[2], last, unit)


def _number(value: float, at: float, unit: str = "") -> str:
    text = f"{value:.3g} {'' if unit == '1' else unit}".strip()
    room = 3.4 * len(text)
    x = min(max(at, room), WIDTH - room)
    return f'<text x="{x:.4g}" y="{HEIGHT + 14}" text-anchor="middle">{_safe(text)}</text>'


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
