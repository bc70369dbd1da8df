"""The beta law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from mcsus.errors import Fault
from mcsus.families.betashaped import BetaShaped
from mcsus.families.coverage import COVERAGE, beta_shapes
from mcsus.families.fields import Key, given, number, order_faults, positive_number
from mcsus.families.registry import register


@register(
    place=8,
    domain="alpha > 0, beta > 0, or minimum < low < high < maximum and coverage between 0 and 1; "
    "minimum < maximum (0 and 1 when left out)",
    use="a share or an efficiency, between 0 and 1",
)
@dataclass(frozen=True, repr=False)
class Beta(BetaShaped):
    """Density proportional to y**(alpha - 1) * (1 - y)**(beta - 1), y from 0 to 1.

    Parameters
    ----------
    alpha, beta : float
        Shapes, above 0.
    minimum, maximum : float
        Values at y = 0 and y = 1.
    low, high, coverage : float
        Instead of the shapes: an interval, and the probability it covers before truncation,
        with equal tails outside.

    Examples
    --------
    >>> Beta(2, 2).mean()
    0.5
    >>> print(Beta(low=0.2, high=0.5, coverage=0.9).cdf([0.2, 0.5]).round(9))
    [0.05 0.95]
    """

    family: ClassVar[str] = "beta"
    keys: ClassVar[tuple[Key, ...]] = (
        positive_number("alpha"),
        positive_number("beta"),
        number("minimum", 0.0),
        number("maximum", 1.0),
        number("low"),
        number("high"),
        COVERAGE,
    )
    forms: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("alpha", "beta", "minimum", "maximum"),
        ("low", "high", "coverage", "minimum", "maximum"),
    )
    alpha: float | None = None
    beta: float | None = None
    minimum: float = 0.0
    maximum: float = 1.0
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _check(self) -> Iterable[Fault]:
        faults = order_faults(self.minimum, self.maximum, "minimum", "maximum")
        if not faults and self.low is not None and self.high is not None:
            faults += order_faults(self.low, self.high, "low", "high")
            bounds = f"a number between {self.minimum!r} and {self.maximum!r}"
            for name, value in (("low", self.low), ("high", self.high)):
                if not self.minimum < value < self.maximum:
                    faults.append(Fault(repr(value), bounds, (name,)))
        if not faults:
            self._shapes()  # refuses an interval that no law covers so
        return faults

    def _shapes(self) -> tuple[float, float]:
        return self._alpha_and_beta

    @cached_property
    def _alpha_and_beta(self) -> tuple[float, float]:
        if self.alpha is not None and self.beta is not None:
            return self.alpha, self.beta
        low, high, coverage = given(self.low, self.high, self.coverage)
        width = self.maximum - self.minimum
        return beta_shapes((low - self.minimum) / width, (high - self.minimum) / width, coverage)
