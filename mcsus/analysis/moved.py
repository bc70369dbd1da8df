"""Draws of a margin as they would be at another value of an input."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.input_draws import InputDraws

Array = NDArray[np.float64]

_LEAST_SPREAD = 0.05  # of the mean spread


class Moved:
    """Draws of a margin, each moved to where it would be at another value of an input."""

    def __init__(self, own: InputDraws, margins: Array) -> None:
        self.scores = own.bins.scores
        mean = own.bins.fitted(own.bins.sums(margins))[0]
        apart = np.abs(margins - mean[own.bins.bins])
        spread = positive(own.bins.fitted(own.bins.sums(apart))[0], apart)
        self.moments = mean, spread
        self.apart = (margins - mean[own.bins.bins]) / spread[own.bins.bins]

    def at(self, scores: Any) -> list[Any]:
        """Return mean and spread of the margin at normal scores of the input."""
        return [np.interp(scores, self.scores, own) for own in self.moments]

    def to(self, score: float, draws: int | None = None) -> NDArray[np.bool_]:
        """Return whether the claim holds in draws of each replicate, moved to a normal score."""
        mean, spread = self.at(score)
        return np.asarray(self.apart[:, :draws] > -mean / spread)


def positive(spread: Array, apart: Array) -> Array:
    """Return a spread that is nowhere nearly 0."""
    least = _LEAST_SPREAD * float(apart.mean())
    return np.maximum(spread, least if least > 0 else 1.0)
