"""Student's t law."""

import math

import numpy as np

from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import Key, limited, number, spread
from mcsus.families.registry import Twin, family, renamed

LEAST_DF = 0.06  # below it, the law is drawn beyond the range of float64
MOST_DF = 1e20  # above it, it is the normal law, to all digits
LEAST_TAIL = 1e-100  # below it, scipy overflows for few degrees of freedom: a power law


@family(
    "student_t",
    keys=(
        Key("df", f"a finite number of at least {LEAST_DF}", limited(lambda x: x >= LEAST_DF)),
        number("location"),
        spread("scale"),
    ),
    domain="df >= 0.06, location: a finite number, scale > 0",
    use="a mean estimated from few measurements: like the normal law, with heavier tails",
    example={"df": 5, "location": 10, "scale": 2},
    scipy=(Twin("t", *renamed(df="df", location="loc", scale="scale"), fit={}),),
    place=13,
    exact=(
        Exact(
            ("location", "scale"),
            "location + scale*score",
            {"distribution": "student_t", "location": 0, "scale": 1},
            fixed=("df",),
            refused=("scale < 0",),
        ),
    ),
)
class StudentT(Distribution):
    """The law of location + scale * t, where t follows Student's law.

    Student 1908, doi:10.1093/biomet/6.1.1.

    Parameters
    ----------
    df : float
        Degrees of freedom, at least 0.06. Up to 1 there is no mean (NaN), up to 2 the standard
        deviation is infinite.
    location : float
        Median before truncation.
    scale : float
        Scale, above 0: smaller than the standard deviation.
    """

    df: float
    location: float
    scale: float

    def _from_tails(self, p: Array, q: Array) -> Array:
        t = upper_quantile(min(self.df, MOST_DF), np.minimum(p, q))
        return self.location + self.scale * np.where(p <= q, -t, t)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        t = (x - self.location) / self.scale
        tail = upper_tail(min(self.df, MOST_DF), np.abs(t))
        return np.where(t < 0, tail, 1 - tail), np.where(t < 0, 1 - tail, tail)

    def _whole_moments(self) -> tuple[float, float]:
        mean = self.location if self.df > 1 else math.nan
        sd = self.scale * math.sqrt(self.df / (self.df - 2)) if self.df > 2 else math.inf
        return mean, sd if self.df > 1 else math.nan

    def _standard(self) -> tuple[Distribution, float, float] | None:
        return StudentT(self.df, 0.0, 1.0), self.location, self.scale


def upper_tail(df: float, t: Array) -> Array:
    """Return the probability of more than t, which is not below 0."""
    far = np.asarray(special.stdtr(df, -t), dtype=np.float64)
    near = far > 0.25  # where it is crude
    square = np.where(near, t, 0.0) ** 2
    return np.where(near, 0.5 - 0.5 * special.betainc(0.5, df / 2, square / (df + square)), far)


def upper_quantile(df: float, tail: Array) -> Array:
    """Return the value of Student's law above which the probability is `tail`, at most 1/2."""
    with np.errstate(over="ignore"):
        t = -np.asarray(special.stdtrit(df, tail), dtype=np.float64)
        near = tail > 0.25  # where SciPy's inverse loses digits beside the median
        if near.any():
            share = special.betaincinv(0.5, df / 2, 1 - 2 * tail)  # t**2 of df + t**2
            near &= share < 0.9  # else its distance from 1 has too few digits
            t = np.where(near, np.sqrt(df * (share / np.where(near, 1 - share, 1.0))), t)
        far = tail < LEAST_TAIL
        if far.any():
            power = (LEAST_TAIL / np.maximum(tail, 1e-300)) ** (1 / df)
            lost = far & ~np.isfinite(t)
            t = np.where(lost, -special.stdtrit(df, LEAST_TAIL) * power, t)
    return t
