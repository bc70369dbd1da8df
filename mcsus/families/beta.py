"""The beta law."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from mcsus.errors import Fault
from mcsus.families.betashaped import BetaShaped
from mcsus.families.checks import Key, number, order_faults, positive_number
from mcsus.families.registry import register


@register(
    domain="alpha > 0, beta > 0, minimum < maximum (0 and 1 when left out)",
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

    Examples
    --------
    >>> Beta(2, 2).mean()
    0.5
    """

    family: ClassVar[str] = "beta"
    keys: ClassVar[tuple[Key, ...]] = (
        positive_number("alpha"),
        positive_number("beta"),
        number("minimum", 0.0),
        number("maximum", 1.0),
    )
    alpha: float
    beta: float
    minimum: float = 0.0
    maximum: float = 1.0

    def _check(self) -> Iterable[Fault]:
        return order_faults(self.minimum, self.maximum, "minimum", "maximum")

    def _shapes(self) -> tuple[float, float]:
        return self.alpha, self.beta
