"""The law of a quantity that is known exactly."""

from dataclasses import field
from functools import cached_property

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Conditioning, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import number
from mcsus.families.loops.codes import CONSTANT, QuantileKernel
from mcsus.families.registry import family


@family(
    "constant",
    keys=(number("value"),),
    domain="value: a finite number",
    use="a conversion, a definition, a decision",
    example={"value": 3},
    words=("constant: {value}",),
    place=1,
    exact=(Exact(("value",), "value", {"distribution": "constant", "value": 0}),),
)
class Constant(Distribution):
    """A single value with probability 1.

    Parameters
    ----------
    value : float
        The value.
    stated : str
        Family of the law without spread that it was read from; empty for a plain constant.
    """

    value: float
    stated: str = field(default="", kw_only=True, compare=False)

    @property
    def is_continuous(self) -> bool:
        """Whether no single value has a probability of its own: never here."""
        return False

    def _from_tails(self, p: Array, q: Array) -> Array:
        return np.full(np.broadcast_shapes(np.shape(p), np.shape(q)), self.value)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        below = np.where(x >= self.value, 1.0, 0.0)
        return below, 1.0 - below

    def _whole_support(self) -> tuple[float, float]:
        return self.value, self.value

    def _whole_moments(self) -> tuple[float, float]:
        return self.value, 0.0

    @cached_property
    def _conditioning(self) -> Conditioning:
        low, high = self.support()
        if low > self.value or high < self.value:
            allowed = f"an interval that holds value = {self.value!r}"
            found = str(self.truncate.to_dict() if self.truncate else {})
            raise InputError(Fault(found, allowed, ("truncate",)))
        return Conditioning(0.0, 1.0, 0.0, self.value, self.value)

    _truncated_moments = _whole_moments  # which knows the truncation

    def kernel(self) -> QuantileKernel:
        """Return the loop that writes the value."""
        return QuantileKernel(CONSTANT, (self.value,))
