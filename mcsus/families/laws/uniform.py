"""The law with equal density between two bounds."""

import math
from collections.abc import Iterable

import numpy as np

from mcsus.errors import Fault
from mcsus.families.base import Array, Distribution
from mcsus.families.fields import number, order_faults
from mcsus.families.loops.codes import UNIFORM, QuantileKernel
from mcsus.families.registry import Twin, family


def between(low: float, high: float, p: Array, q: Array) -> Array:
    """Return the value at a share p of the way, with q = 1 - p, from the nearer end."""
    width = high - low
    return np.where(p < q, low + width * p, high - width * q)


@family(
    "uniform",
    keys=(number("minimum"), number("maximum")),
    domain="minimum < maximum",
    use="only the bounds are known, and no value between is likelier",
    example={"minimum": 2, "maximum": 5},
    words=("uniform: {minimum} to {maximum}",),
    scipy=(
        Twin(
            "uniform",
            lambda a: {"minimum": a["loc"], "maximum": a["loc"] + a["scale"]},
            lambda law: {"loc": law.minimum, "scale": law.maximum - law.minimum},
            fit={},
        ),
    ),
    place=2,
)
class Uniform(Distribution):
    """Equal density from `minimum` to `maximum`."""

    minimum: float
    maximum: float

    def _check(self) -> Iterable[Fault]:
        return order_faults(self.minimum, self.maximum, "minimum", "maximum")

    def _from_tails(self, p: Array, q: Array) -> Array:
        return between(self.minimum, self.maximum, p, q)

    def _conditioned(self, u: Array, v: Array) -> Array:
        low, high = self.support()  # a truncated uniform law is one on the narrower bounds
        return np.clip(between(low, high, u, v), low, high)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        width = self.maximum - self.minimum
        return (x - self.minimum) / width, (self.maximum - x) / width

    def _whole_support(self) -> tuple[float, float]:
        return self.minimum, self.maximum

    def _whole_moments(self) -> tuple[float, float]:
        low, high = self.support()
        return low + (high - low) / 2, (high - low) / math.sqrt(12)

    _truncated_moments = _whole_moments  # which knows the truncation

    def kernel(self) -> QuantileKernel:
        """Return the linear loop and its bounds."""
        return QuantileKernel(UNIFORM, self.support())
