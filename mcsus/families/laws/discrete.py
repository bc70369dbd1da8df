"""The law of a few values with given weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array
from mcsus.families.fields import Key
from mcsus.families.lists import VALUES, WEIGHTS, Numbers, same_length
from mcsus.families.registry import register
from mcsus.families.steps import Steps


@register(
    place=15,
    domain="values and weights: lists of one length; weights at least 0, not all 0",
    use="a few possible values, such as design options, with how likely each is",
)
@dataclass(frozen=True, repr=False)
class Discrete(Steps):
    """Each value with a probability proportional to its weight.

    Parameters
    ----------
    values : sequence of float
        Values in any order; equal ones add their weights.
    weights : sequence of float
        Weights of at least 0; they need not sum to 1.

    Examples
    --------
    >>> law = Discrete([10, 20, 40], [1, 2, 1])
    >>> law.mean(), law.support()
    (22.5, (10.0, 40.0))
    """

    family: ClassVar[str] = "discrete"
    keys: ClassVar[tuple[Key, ...]] = (VALUES, replace(WEIGHTS, optional=False))
    values: Numbers
    weights: Numbers

    def _check(self) -> Iterable[Fault]:
        return same_length("values", self.values, "weights", self.weights)

    def _listed(self) -> tuple[Array, Array]:
        return np.array(self.values), np.array(self.weights)
