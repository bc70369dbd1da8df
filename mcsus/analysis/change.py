"""What is asked of a model again: the same draws, another law or dependence, an input held."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence import Mix
from mcsus.families import Distribution
from mcsus.units import Unit

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

COMMON = "common"
"""Key of a stream that no input has: what some may have in common."""


class OtherLaw(NamedTuple):
    """Another law of what is drawn by a stream.

    Parameters
    ----------
    law : Distribution
        What it has.
    other : Distribution
        What it is to have.
    unit : Unit, optional
        Of the other law; that of the law by default.
    """

    stream: str
    law: Distribution
    other: Distribution
    unit: Unit | None = None


@dataclass(frozen=True)
class Change:
    """Other laws, points that depend on each other, or inputs held, at the first draws of a run.

    Parameters
    ----------
    mixes : tuple of (str, Mix)
        Points of a stream, as mixed from those that were drawn.
    laws : tuple of OtherLaw
    held : tuple of (Mix, float)
        What makes the points of an input, and the normal score that it is held at. Inputs that
        share its streams are drawn given that it is.
    """

    mixes: tuple[tuple[str, Mix], ...] = ()
    laws: tuple[OtherLaw, ...] = ()
    held: tuple[tuple[Mix, float], ...] = ()


Again = Callable[[Change], tuple[Array, Flags] | None]
"""Margins, and whether a claim holds, at the first draws; None where they cannot be told."""
