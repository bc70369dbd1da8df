"""The PERT law: a smooth alternative to the triangle."""

from __future__ import annotations

from collections.abc import Iterable

from mcsus.errors import Fault
from mcsus.families.fields import mode_faults, number, positive_number
from mcsus.families.laws.beta import BetaShaped
from mcsus.families.registry import Twin, family


@family(
    "pert",
    keys=(
        number("minimum"),
        number("mode"),
        number("maximum"),
        positive_number("shape", 4.0),
    ),
    domain="minimum <= mode <= maximum, minimum < maximum; shape > 0 (4 when left out)",
    use="bounds and a likeliest value, by judgement, with thin ends",
    example={"minimum": 5, "mode": 10, "maximum": 17},
    words=("PERT: {minimum} to {maximum}, most likely {mode}",),
    scipy=(Twin("beta", None, BetaShaped._in_scipy),),
    place=5,
)
class Pert(BetaShaped):
    """A beta law with given mode; a larger shape narrows it.

    Shapes 1 + shape (mode - minimum) / width and 1 + shape (maximum - mode) / width, so
    that with shape 4 the mean is (minimum + 4 mode + maximum) / 6
    (Malcolm et al. 1959, doi:10.1287/opre.7.5.646).

    Parameters
    ----------
    minimum, mode, maximum : float
        Bounds and likeliest value; the mode may equal either bound.
    shape : float
        Weight of the mode against the bounds, above 0.
    """

    minimum: float
    mode: float
    maximum: float
    shape: float = 4.0

    def _check(self) -> Iterable[Fault]:
        return mode_faults(self.minimum, self.mode, self.maximum)

    def _shapes(self) -> tuple[float, float]:
        width = self.maximum - self.minimum
        rise, fall = (self.mode - self.minimum) / width, (self.maximum - self.mode) / width
        return 1 + self.shape * rise, 1 + self.shape * fall

    def typical(self) -> float:
        """Return the mode, moved to the nearest bound where truncation cuts it off."""
        low, high = self.support()
        return min(max(self.mode, low), high)
