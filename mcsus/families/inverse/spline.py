"""A monotone cubic spline through points, continued as straight lines, and its inverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcsus.families.base import Array

STEEPEST, FLATTEST = 3.0, 0.25  # of the outer slopes, in secants of the outer interval
ROUNDS = 80


@dataclass(frozen=True, eq=False)
class Spline:
    """Increasing cubic pieces between knots; a straight line beyond either end.

    Parameters
    ----------
    knots, values : array
        Strictly increasing.
    slopes : array
        Above 0, at the knots.
    """

    knots: Array
    values: Array
    slopes: Array

    @property
    def coefficients(self) -> tuple[Array, Array]:
        """Anchor of each interval, the outer ones included, and four coefficients there."""
        width, rise = np.diff(self.knots), np.diff(self.values)
        left, right = self.slopes[:-1], self.slopes[1:]
        second = (3 * rise / width - 2 * left - right) / width
        third = (left + right - 2 * rise / width) / width**2
        inner = np.stack([self.values[:-1], left, second, third], axis=1)
        first = [self.values[0], self.slopes[0], 0.0, 0.0]
        last = [self.values[-1], self.slopes[-1], 0.0, 0.0]
        anchors = np.concatenate([self.knots[:1], self.knots])
        return anchors, np.concatenate([[first], inner, [last]])

    def __call__(self, z: Array) -> Array:
        """Return the values at z."""
        anchors, terms = self.coefficients
        piece = np.searchsorted(self.knots, z, side="left")
        d = z - anchors[piece]
        a, b, c, e = np.moveaxis(terms[piece], -1, 0)
        with np.errstate(invalid="ignore"):
            result: Array = np.where(np.isinf(z), z, a + d * (b + d * (c + d * e)))
        return result

    def inverse(self, y: Array) -> Array:
        """Return z at the values y: Newton's steps, halving where one would leave the piece."""
        anchors, terms = self.coefficients
        piece = np.searchsorted(self.values, y, side="left")
        a, b, c, e = np.moveaxis(terms[piece], -1, 0)
        width = np.concatenate([[0.0], np.diff(self.knots), [0.0]])[piece]
        line = width == 0
        low, high = np.zeros_like(y), width.copy()
        d = np.where(line, (y - a) / b, width / 2)
        for _ in range(ROUNDS):
            error = a + d * (b + d * (c + d * e)) - y
            low, high = np.where(error < 0, d, low), np.where(error > 0, d, high)
            new = d - error / (b + d * (2 * c + 3 * d * e))
            new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
            new = np.where(line | (error == 0), d, new)
            if np.array_equal(new, d):
                break
            d = new
        result: Array = anchors[piece] + d
        return result


def through(knots: Array, values: Array) -> Spline:
    """Return the spline with the slopes of PCHIP (Fritsch and Butland 1984, doi:10.1137/0905021).

    Inside, a slope is the weighted harmonic mean of its neighbouring secants. The outer
    slopes come from three points, held between a quarter of and three times the secant, so
    that neither tail is a single value.
    """
    width = np.diff(knots)
    secant = np.diff(values) / width
    if len(knots) == 2:
        return Spline(knots, values, np.repeat(secant, 2))
    one, other = 2 * width[1:] + width[:-1], width[1:] + 2 * width[:-1]
    inner = (one + other) / (one / secant[:-1] + other / secant[1:])
    ends = [
        np.clip(
            ((2 * near + far) * steep - near * flat) / (near + far),
            FLATTEST * steep,
            STEEPEST * steep,
        )
        for near, far, steep, flat in (
            (width[0], width[1], secant[0], secant[1]),
            (width[-1], width[-2], secant[-1], secant[-2]),
        )
    ]
    return Spline(knots, values, np.concatenate([ends[:1], inner, ends[1:]]))
