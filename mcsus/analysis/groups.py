"""Values of the model at points of groups of inputs: A, B, A with each group from B, and so on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.redraws import spread_of_changes

if TYPE_CHECKING:
    from mcsus.analysis.surrogates import Features, Surrogate

Array = NDArray[np.float64]


class WantsGroups(NamedTuple):
    """Values at points A, at B, at A with each group of inputs from B, and so on.

    Parameters
    ----------
    second_order : bool
        Whether B with each group from A is wanted too.
    summed : bool
        Whether sums over the points do, so that no values need be held.
    ranked : bool
        Whether ranks of the values are wanted in their place, which may be infinite then.
    controlled : bool
        Whether a surrogate of each output is wanted beside, where there is a good one.
    above : float
        Unless it is 0, wanted in the place of a value is whether it is above the quantile of this
        probability, as 1 or 0.
    of_claims : bool
        Whether wanted is, for each claim in the place of an output, whether it holds, as 1 or 0.
    may_be_never : bool
        Whether values may be infinite as they are.
    """

    second_order: bool = False
    summed: bool = False
    ranked: bool = False
    controlled: bool = False
    above: float = 0.0
    of_claims: bool = False
    may_be_never: bool = False

    @property
    def infinite(self) -> tuple[float, ...]:
        """Values that are allowed although they are not finite: never, and margins of never."""
        if self.of_claims:
            return math.inf, -math.inf
        return (math.inf,) if self.ranked or self.may_be_never else ()

    @property
    def is_held(self) -> bool:
        """Whether all values of a replicate are looked at together, and are not summed up."""
        return self.ranked or self.of_claims or self.may_be_never or self.above > 0


class Control(NamedTuple):
    """A surrogate of an output at the points of one replicate.

    Parameters
    ----------
    a, b : Features
        Of the points A and B.
    groups : sequence of frozenset of int
        The streams of each group of inputs.
    """

    surrogate: Surrogate
    a: Features
    b: Features
    groups: Sequence[frozenset[int]]


class GroupValues(NamedTuple):
    """Values of one replicate, shape (evaluation, draw): see `WantsGroups`."""

    values: Array
    groups: int
    second_order: bool = False
    control: Control | None = None

    @property
    def spread(self) -> float:
        """Standard deviation of A and B, or root mean square of a change of A if that is more.

        What has a control varies, be it in other replicates alone.
        """
        if self.control is not None or not np.isfinite(self.values).all():
            return math.inf
        return spread_of_changes(self.values[: 2 + self.groups])


class GroupSums(NamedTuple):
    """Sums over the points of one replicate, in the columns of `mcsus.engine.saltelli`.

    Parameters
    ----------
    pivot : float
        Taken from every value before it was added up.
    """

    sums: Array
    draws: int
    groups: int
    second_order: bool = False
    pivot: float = 0.0

    @property
    def spread(self) -> float:
        """Standard deviation of A and B, or root mean square of a change of A if that is more."""
        a, b, squares_a, squares_b = self.sums[:4] / (2 * self.draws)
        moved = self.sums[6 : 4 + 3 * self.groups : 3].max(initial=0.0) / self.draws
        return float(np.sqrt(max(squares_a + squares_b - (a + b) ** 2, moved)))
