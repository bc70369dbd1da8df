"""What is asked of a model again: the same draws, another law or dependence, an input held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence import Mix
from mcsus.families import Distribution

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

COMMON = "common"
"""Key of a stream that no input has: what some may have in common."""


@dataclass(frozen=True)
class Change:
    """Other laws, points that depend on each other, or inputs held, at the first draws of a run.

    Parameters
    ----------
    mixes : tuple of (str, Mix)
        Points of a stream, as mixed from those that were drawn.
    laws : tuple of (str, Distribution, Distribution)
        Stream and law of what has another law, and that, in the same unit.
    held : tuple of (Mix, float)
        What makes the points of an input, and the normal score that it is held at. Inputs that
        share its streams are drawn given that it is.
    """

    mixes: tuple[tuple[str, Mix], ...] = ()
    laws: tuple[tuple[str, Distribution, Distribution], ...] = ()
    held: tuple[tuple[Mix, float], ...] = ()


Again = Callable[[Change], tuple[Array, Flags] | None]
"""Margins, and whether a claim holds, at the first draws; None where they cannot be told."""
