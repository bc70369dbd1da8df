"""The law of a yes or no."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mcsus.families.base import Array
from mcsus.families.fields import Key, real
from mcsus.families.registry import register
from mcsus.families.steps import Steps


def share(value: object) -> float:
    """Return a number from 0 to 1.

    Examples
    --------
    >>> share(1)
    1.0
    """
    found = real(value)
    if not 0 <= found <= 1:
        raise ValueError("not from 0 to 1")
    return found


@register(
    place=14, domain="probability from 0 to 1", use="an event that happens (1) or does not (0)"
)
@dataclass(frozen=True, repr=False)
class Bernoulli(Steps):
    """1 with a probability, else 0.

    Parameters
    ----------
    probability : float
        Probability of 1.

    Examples
    --------
    >>> law = Bernoulli(0.25)
    >>> law.mean(), law.typical()
    (0.25, 0.25)
    >>> print(law.quantile([0.75, 0.76]))
    [0. 1.]
    """

    family: ClassVar[str] = "bernoulli"
    keys: ClassVar[tuple[Key, ...]] = (Key("probability", "a finite number from 0 to 1", share),)
    probability: float

    def _listed(self) -> tuple[Array, Array]:
        return np.array([0.0, 1.0]), np.array([1.0 - self.probability, self.probability])
