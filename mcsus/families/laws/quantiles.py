"""The law through elicited percentiles."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from mcsus.errors import Fault
from mcsus.families import special
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import Key, number
from mcsus.families.inverse.quadrature import moments_by_quadrature
from mcsus.families.inverse.spline import Spline, through
from mcsus.families.laws.normal import normal_from_tails
from mcsus.families.lists import Numbers, increasing, probabilities, same_length
from mcsus.families.loops.codes import SCORES, QuantileKernel
from mcsus.families.registry import family

FAR, STEEPEST = 1e280, 1e300  # of a value and a slope: what is made of more may be no number
LEAST_SCORE, MOST_SCORE, GUIDE = -8.5, 8.5, 512  # of the guide to the intervals


@family(
    "quantiles",
    keys=(
        Key(
            "probabilities",
            "a list of at least two increasing numbers above 0 and below 1",
            probabilities,
            kind="numbers",
        ),
        Key(
            "values", "a list of at least two increasing finite numbers", increasing, kind="numbers"
        ),
        number("minimum", optional=True),
        number("maximum", optional=True),
    ),
    domain="probabilities between 0 and 1 and values, both increasing and of one length; values "
    "inside minimum and maximum where given",
    use="percentiles from an expert or a publication, kept exactly",
    example={"probabilities": [0.05, 0.5, 0.95], "values": [2, 5, 12], "minimum": 0},
    place=17,
)
class Quantiles(Distribution):
    """A smooth law that has exactly the given percentiles.

    The quantile function is a monotone cubic spline (PCHIP) of the normal score of the
    probability: of the value itself, of the log of its distance from `minimum` or `maximum`
    where one of them is given, of the logit of its place between them where both are. Beyond
    the outermost percentiles it goes on as a straight line, so the tails are those of a
    normal, a lognormal or a logit-normal law. Two percentiles give just these laws.

    Parameters
    ----------
    probabilities : sequence of float
        At least two, increasing, above 0 and below 1.
    values : sequence of float
        The value at each, increasing.
    minimum, maximum : float, optional
        Ends of the support, beyond all values.

    Examples
    --------
    >>> law = Quantiles([0.05, 0.5, 0.95], [2, 5, 12], minimum=0)
    >>> print(law.quantile([0.05, 0.5, 0.95]).round(12))
    [ 2.  5. 12.]
    >>> law.support()
    (0.0, inf)
    """

    probabilities: Numbers
    values: Numbers
    minimum: float | None = None
    maximum: float | None = None

    def _check(self) -> Iterable[Fault]:
        yield from same_length("probabilities", self.probabilities, "values", self.values)
        first, last = self.values[0], self.values[-1]
        if self.minimum is not None and not self.minimum < first:
            allowed = f"a number below the first of values, {first!r}"
            yield Fault(repr(self.minimum), allowed, ("minimum",))
        if self.maximum is not None and not self.maximum > last:
            allowed = f"a number above the last of values, {last!r}"
            yield Fault(repr(self.maximum), allowed, ("maximum",))
        yield from self._steep()
        if not math.isfinite((self.maximum or 0.0) - (self.minimum or 0.0)):
            allowed = "a number whose distance from minimum is below 1.8e308"
            yield Fault(repr(self.maximum), allowed, ("maximum",))

    def _steep(self) -> Iterable[Fault]:
        """Yield the fault of values of which no spline can be made."""
        if max(map(abs, self.values)) < FAR or len(self.values) != len(self.probabilities):
            return
        with np.errstate(all="ignore"):
            scores = special.ndtri(np.array(self.probabilities))
            slopes = np.diff(np.array(self.values)) / np.diff(scores)
        if not (slopes < STEEPEST).all():
            allowed = f"values whose distances over those of their scores are below {STEEPEST:g}"
            yield Fault(repr(max(self.values, key=abs)), allowed, ("values",))

    @property
    def _kind(self) -> tuple[float, float, float]:
        """What the spline is of, as the loop has it: kind, origin, width."""
        if self.minimum is None:
            return (0.0, 0.0, 0.0) if self.maximum is None else (-1.0, self.maximum, 0.0)
        if self.maximum is None:
            return 1.0, self.minimum, 0.0
        return 2.0, self.minimum, self.maximum - self.minimum

    def _forward(self, x: Array) -> Array:
        kind, origin, width = self._kind
        with np.errstate(divide="ignore"):
            if kind == 2:
                return np.log((x - origin) / (origin + width - x))
            return kind * np.log(kind * (x - origin)) if kind else x

    def _backward(self, y: Array) -> Array:
        kind, origin, width = self._kind
        with np.errstate(over="ignore", under="ignore"):
            if kind == 2:
                s = np.exp(-np.abs(y))
                part = width * s / (1 + s)
                result: Array = np.where(y < 0, origin + part, origin + width - part)
                return result
            return origin + kind * np.exp(kind * y) if kind else y

    @cached_property
    def _spline(self) -> Spline:
        scores = special.ndtri(np.array(self.probabilities))
        return through(scores, self._forward(np.array(self.values)))

    @property
    def pieces(self) -> dict[str, Any]:
        """The spline by intervals of the score: their ends, anchors and coefficients."""
        anchors, terms = self._spline.coefficients
        rows = np.column_stack([anchors, terms]).tolist()
        shape = dict(zip(("kind", "origin", "width"), self._kind, strict=True))
        return {**shape, "ends": self._spline.knots.tolist(), "pieces": rows}

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self._backward(self._spline(normal_from_tails(p, q)))

    def _tails(self, x: Array) -> tuple[Array, Array]:
        y = self._forward(x)
        finite = np.isfinite(y)
        z = np.where(finite, self._spline.inverse(np.where(finite, y, 0.0)), y)
        return special.ndtr(z), special.ndtr(-z)

    def _whole_support(self) -> tuple[float, float]:
        low = -math.inf if self.minimum is None else self.minimum
        return low, math.inf if self.maximum is None else self.maximum

    def _breaks(self) -> tuple[float, ...]:
        return self.probabilities

    def _whole_moments(self) -> tuple[float, float]:
        return moments_by_quadrature(self._conditioned, self.probabilities)

    def kernel(self) -> QuantileKernel:
        """Return the loop of cubic pieces of the normal score."""
        knots = self._spline.knots
        per_step = GUIDE / (MOST_SCORE - LEAST_SCORE)
        starts = LEAST_SCORE + np.arange(GUIDE) / per_step
        starts[0] = -np.inf
        guide = np.searchsorted(knots, starts - 1e-9, side="left")  # rounding of the cell
        anchors, terms = self._spline.coefficients
        head = [*self._conditioning, *self._kind, LEAST_SCORE, per_step]
        ends = [*knots, np.inf]
        rows = np.column_stack([anchors, terms]).ravel()
        constants = np.concatenate([head, [GUIDE, len(ends)], guide, ends, rows])
        return QuantileKernel(SCORES, tuple(constants.tolist()))
