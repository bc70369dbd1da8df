"""The law of a list of observations."""

from collections.abc import Iterable

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array
from mcsus.families.lists import VALUES, WEIGHTS, Numbers, same_length
from mcsus.families.registry import family
from mcsus.families.steps import Steps


@family(
    "empirical",
    keys=(VALUES, WEIGHTS),
    domain="values: a list of numbers; weights (equal when left out): as many, at least 0",
    use="enough measurements to stand for themselves, without a fitted law",
    example={"values": [3.1, 4.7, 2.2, 5.0, 4.1, 3.8, 6.4]},
    place=16,
)
class Empirical(Steps):
    """One of the observed values, each as likely as its weight; nothing in between.

    The standard deviation is that of the law (divided by n, not by n - 1).
    """

    values: Numbers
    weights: Numbers | None = None

    def _check(self) -> Iterable[Fault]:
        if self.weights is None:
            return ()
        return same_length("values", self.values, "weights", self.weights)

    def _listed(self) -> tuple[Array, Array]:
        count = len(self.values)
        return np.array(self.values), np.array(self.weights or (1.0,) * count)
