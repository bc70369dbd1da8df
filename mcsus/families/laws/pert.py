"""The PERT law: a smooth alternative to the triangle."""

from mcsus.families.base import Distribution
from mcsus.families.fields import COVERAGE, number, positive_number
from mcsus.families.laws.beta import BetaShaped
from mcsus.families.laws.triangular import Peaked
from mcsus.families.registry import Twin, family


@family(
    "pert",
    keys=(
        *map(number, ("minimum", "mode", "maximum", "low", "high")),
        COVERAGE,
        positive_number("shape", 4.0),
    ),
    forms=(("minimum", "mode", "maximum", "shape"), ("low", "mode", "high", "coverage", "shape")),
    domain="minimum <= mode <= maximum, minimum < maximum; or low <= mode <= high, low < high, "
    "and coverage between 0 and 1; shape > 0 (4 when left out)",
    use="bounds and a likeliest value, by judgement, with thin ends",
    example={"minimum": 5, "mode": 10, "maximum": 17},
    words=("PERT: {minimum} to {maximum}, most likely {mode}",),
    scipy=(Twin("beta", None, BetaShaped._in_scipy),),
    place=5,
)
class Pert(Peaked, BetaShaped):
    """A beta law with given mode, which may equal either bound; a larger shape narrows it.

    Shapes 1 + shape (mode - minimum) / width and 1 + shape (maximum - mode) / width, so
    that with shape 4 the mean is (minimum + 4 mode + maximum) / 6
    (Malcolm et al. 1959, doi:10.1287/opre.7.5.646).
    """

    minimum: float | None = None
    mode: float | None = None
    maximum: float | None = None
    shape: float = 4.0
    low: float | None = None
    high: float | None = None
    coverage: float | None = None

    def _with_rise(self, rise: float) -> Distribution:
        return Pert(0.0, rise, 1.0, self.shape)

    def _shapes(self) -> tuple[float, float]:
        return 1 + self.shape * self._rise, 1 + self.shape * self._fall
