"""The PERT law: a smooth alternative to the triangle."""

from mcsus.families.fields import number, positive_number
from mcsus.families.laws.beta import BetaShaped
from mcsus.families.laws.triangular import Peaked
from mcsus.families.registry import Twin, family


@family(
    "pert",
    keys=(number("minimum"), number("mode"), number("maximum"), positive_number("shape", 4.0)),
    domain="minimum <= mode <= maximum, minimum < maximum; shape > 0 (4 when left out)",
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

    minimum: float
    mode: float
    maximum: float
    shape: float = 4.0

    def _shapes(self) -> tuple[float, float]:
        return 1 + self.shape * self._rise, 1 + self.shape * self._fall
