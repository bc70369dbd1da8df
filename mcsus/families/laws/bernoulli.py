"""The law of a yes or no."""

import numpy as np

from mcsus.families.base import Array
from mcsus.families.exact import UNIFORM_SCORE, Exact
from mcsus.families.fields import Key, limited
from mcsus.families.registry import Twin, family, renamed
from mcsus.families.steps import Steps


@family(
    "bernoulli",
    keys=(Key("probability", "a finite number from 0 to 1", limited(lambda x: 0 <= x <= 1)),),
    domain="probability from 0 to 1",
    use="an event that happens (1) or does not (0)",
    example={"probability": 0.3},
    scipy=(Twin("bernoulli", *renamed(probability="p")),),
    place=14,
    exact=(
        Exact(
            ("probability",),
            "where(1 - score < probability, unit, 0)",
            UNIFORM_SCORE,
            plain=("probability",),
            refused=("probability < 0", "probability > 1"),
            typical="probability*unit",
            is_continuous=False,
        ),
    ),
)
class Bernoulli(Steps):
    """1 with a probability, else 0."""

    probability: float

    def _listed(self) -> tuple[Array, Array]:
        return np.array([0.0, 1.0]), np.array([1.0 - self.probability, self.probability])
