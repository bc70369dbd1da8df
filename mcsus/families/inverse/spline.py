"""A monotone cubic spline through points, continued as straight lines, and its inverse."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mcsus.families.base import Array
from mcsus.families.inverse.solving import increasing_root

FLATTEST = 0.25  # of the outer slopes, in secants of the outer interval


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

    @cached_property
    def coefficients(self) -> tuple[Array, Array]:
        """Anchor of each interval, the outer ones included, and four coefficients there."""
        from scipy.interpolate import CubicHermiteSpline  # noqa: PLC0415 - slow to import

        inner = CubicHermiteSpline(self.knots, self.values, self.slopes).c[::-1].T
        flat = np.zeros_like(self.slopes)
        lines = np.stack([self.values, self.slopes, flat, flat], axis=1)
        anchors = np.concatenate([self.knots[:1], self.knots])
        return anchors, np.concatenate([lines[:1], inner, lines[-1:]])

    def __call__(self, z: Array) -> Array:
        """Return the values at z."""
        anchors, terms = self.coefficients
        piece = np.searchsorted(self.knots, z, side="left")
        d = z - anchors[piece]
        a, b, c, e = np.moveaxis(terms[piece], -1, 0)
        with np.errstate(invalid="ignore"):
            return np.where(np.isinf(z), z, a + d * (b + d * (c + d * e)))

    def inverse(self, y: Array) -> Array:
        """Return z at the values y."""
        first, last = self.values[0], self.values[-1]
        beyond = (
            np.minimum(y - first, 0) / self.slopes[0] + np.maximum(y - last, 0) / self.slopes[-1]
        )
        goal = np.clip(y, first, last)
        piece = np.clip(np.searchsorted(self.values, goal), 1, len(self.values) - 1)
        low, high = self.knots[piece - 1], self.knots[piece]
        result: Array = beyond + increasing_root(lambda z, goal: self(z) - goal, low, high, goal)
        return result


def through(knots: Array, values: Array) -> Spline:
    """Return the spline with the slopes of PCHIP (Fritsch and Butland 1984, doi:10.1137/0905021).

    The outer slopes are at least a quarter of the secant, so that neither tail is a single value.
    """
    from scipy.interpolate import PchipInterpolator  # noqa: PLC0415 - slow to import

    slopes = PchipInterpolator(knots, values).derivative()(knots)
    secants = np.diff(values) / np.diff(knots)
    slopes[[0, -1]] = np.maximum(slopes[[0, -1]], FLATTEST * secants[[0, -1]])
    return Spline(knots, values, slopes)
