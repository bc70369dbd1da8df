"""The beta law, moved and stretched to any interval."""

import math
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import COVERAGE, given, number, order_faults, positive_number
from mcsus.families.laws.normal import half_width
from mcsus.families.registry import Twin, family

CLOSE = 1e-11  # relative error of both tails of a law solved from an interval


class BetaShaped(Distribution):
    """What the beta and the PERT law share: a beta law over [minimum, maximum]."""

    @property
    @abstractmethod
    def _ends(self) -> tuple[float, float]:
        """Bounds before truncation."""

    @abstractmethod
    def _shapes(self) -> tuple[float, float]:
        """Both exponents."""

    def _from_tails(self, p: Array, q: Array) -> Array:
        a, b = self._shapes()
        low, high = self._ends
        width = high - low
        left = unit_quantile(a, b, p, q)
        x = np.asarray(low + width * left)
        far = left > 0.5  # nearer to the maximum: measured from there
        x[far] = high - width * unit_quantile(b, a, q[far], p[far])
        return x

    def _tails(self, x: Array) -> tuple[Array, Array]:
        a, b = self._shapes()
        low, high = self._ends
        left = np.clip((x - low) / (high - low), 0.0, 1.0)
        right = np.clip((high - x) / (high - low), 0.0, 1.0)
        near = left < right  # the variable that has its digits
        below = np.where(near, special.betainc(a, b, left), special.betaincc(b, a, right))
        above = np.where(near, special.betaincc(a, b, left), special.betainc(b, a, right))
        return below, above

    def _whole_support(self) -> tuple[float, float]:
        return self._ends

    def _whole_moments(self) -> tuple[float, float]:
        a, b = self._shapes()
        low, high = self._ends
        width = high - low
        near = a <= b  # measure from the nearer bound
        share = min(a, b) / (a + b)
        mean = low + width * share if near else high - width * share
        sd = width * math.sqrt((a / (a + b)) * (b / (a + b)) / (a + b + 1))
        return mean, sd

    def _standard(self) -> tuple[Distribution, float, float] | None:
        low, high = self._ends
        if low < 0:  # an end may need its own digits
            return None
        return Beta(*self._shapes()), low, high - low

    def _in_scipy(self) -> dict[str, float]:
        alpha, beta = self._shapes()
        low, high = self._ends
        return {"a": alpha, "b": beta, "loc": low, "scale": high - low}


def unit_quantile(a: float, b: float, p: Array, q: Array) -> Array:
    """Return the quantile of the beta law on [0, 1] from the smaller of both tails."""
    lower = p <= q
    tail = np.where(lower, p, q)
    held = np.maximum(tail, 1e-120)  # scipy gives NaN somewhere below 1e-150
    y = np.empty_like(tail)
    y[lower] = special.betaincinv(a, b, held[lower])
    y[lower] *= (tail[lower] / held[lower]) ** (1 / a)  # the law is a power law down there
    y[~lower] = special.betainccinv(a, b, held[~lower])
    lost = np.isnan(y)
    if lost.any():  # SciPy gives NaN at some points close to an end, where this is exact
        y[lost & lower] = _beside_end(a, b, tail[lost & lower])
        y[lost & ~lower] = 1 - _beside_end(b, a, tail[lost & ~lower])
    return y


def _beside_end(a: float, b: float, tail: Array) -> Array:
    """Return the quantile of a lower tail by its power law, or NaN where that is not exact."""
    with np.errstate(divide="ignore"):
        y: Array = np.exp((np.log(a * tail) + special.betaln(a, b)) / a)
    return np.where(y * (1 + b) < CLOSE / 100, y, np.nan)


def beta_shapes(low: float, high: float, coverage: float) -> tuple[float, float]:
    """Return alpha and beta of the law on [0, 1] with equal tails below low and above high.

    One law does so (van Dorp and Mazzuchi 2000, doi:10.1016/S0167-9473(99)00108-3); it is
    found by Powell's method from the normal law with this interval.
    """
    from scipy import optimize  # noqa: PLC0415 - slow to import, and few laws need it

    tail = (1 - coverage) / 2
    middle, sd = (low + high) / 2, (high - low) / 2 / half_width(coverage)
    total = max(middle * (1 - middle) / sd**2 - 1, 0.5)

    def error(logs: Array, /) -> Array:
        alpha, beta = (math.exp(min(max(log, -30), 30)) for log in logs.tolist())
        tails = (special.betainc(alpha, beta, low), special.betaincc(alpha, beta, high))
        return np.array([math.log(max(float(value), 1e-300) / tail) for value in tails])

    start = np.log([middle * total, (1 - middle) * total])
    solution = optimize.root(error, start, tol=1e-14)
    if np.abs(error(solution.x)).max() > CLOSE:
        found = f"low and high at {low:.6g} and {high:.6g} of the width"
        raise InputError(Fault(found, "an interval that a beta law covers so", ("coverage",)))
    alpha, beta = np.exp(solution.x).tolist()
    return alpha, beta


def _unless_unit(there: Mapping[str, float]) -> dict[str, Any]:
    """Return the parameters of a law as SciPy has it; bounds of 0 and 1 are left out."""
    low, high = there["loc"], there["loc"] + there["scale"]
    bounds = {} if (low, high) == (0, 1) else {"minimum": low, "maximum": high}
    return {"alpha": there["a"], "beta": there["b"], **bounds}


@family(
    "beta",
    keys=(
        positive_number("alpha"),
        positive_number("beta"),
        number("minimum", 0.0),
        number("maximum", 1.0),
        number("low"),
        number("high"),
        COVERAGE,
    ),
    forms=(
        ("alpha", "beta", "minimum", "maximum"),
        ("low", "high", "coverage", "minimum", "maximum"),
    ),
    domain="alpha > 0, beta > 0, or minimum < low < high < maximum and coverage between 0 and 1; "
    "minimum < maximum (0 and 1 when left out)",
    use="a share or an efficiency, between 0 and 1",
    example={"alpha": 2, "beta": 5},
    words=(
        "beta: shapes {alpha} and {beta}, from {minimum} to {maximum}",
        "beta: shapes {alpha} and {beta}",
    ),
    scipy=(Twin("beta", _unless_unit, BetaShaped._in_scipy, fit={"loc": 0.0, "scale": 1.0}),),
    place=8,
    exact=(
        Exact(
            ("minimum", "maximum"),
            "minimum + (maximum - minimum)*score",
            {"distribution": "beta"},
            fixed=("alpha", "beta"),
            refused=("maximum < minimum",),
        ),
    ),
)
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
    """

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

    @property
    def _ends(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def _shapes(self) -> tuple[float, float]:
        return self._alpha_and_beta

    def first_form(self) -> dict[str, Any]:
        """Return shapes and bounds, in whichever form the law was given."""
        alpha, beta = self._shapes()
        return {"alpha": alpha, "beta": beta, "minimum": self.minimum, "maximum": self.maximum}

    @cached_property
    def _alpha_and_beta(self) -> tuple[float, float]:
        if self.alpha is not None and self.beta is not None:
            return self.alpha, self.beta
        low, high, coverage = given(self.low, self.high, self.coverage)
        width = self.maximum - self.minimum
        return beta_shapes((low - self.minimum) / width, (high - self.minimum) / width, coverage)
