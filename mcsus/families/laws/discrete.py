"""The law of a few values with given weights."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array
from mcsus.families.lists import VALUES, WEIGHTS, Numbers, same_length
from mcsus.families.registry import family
from mcsus.families.steps import Steps


@family(
    "discrete",
    keys=(VALUES, replace(WEIGHTS, optional=False)),
    domain="values and weights: lists of one length; weights at least 0, not all 0",
    use="a few possible values, such as design options, with how likely each is",
    example={"values": [1, 2, 4, 8], "weights": [1, 3, 2, 1]},
    place=15,
)
class Discrete(Steps):
    """Each value with a probability proportional to its weight; equal ones add."""

    values: Numbers
    weights: Numbers

    def _check(self) -> Iterable[Fault]:
        return same_length("values", self.values, "weights", self.weights)

    def _listed(self) -> tuple[Array, Array]:
        return np.array(self.values), np.array(self.weights)
