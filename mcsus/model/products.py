"""Quantities as sums of products of powers of inputs, read off the graph where they are such.

The equations are evaluated as ever, with sums of products in the place of numbers; whatever else
is done to an input says that the quantity is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.families import Distribution
from mcsus.model.graph import Model
from mcsus.model.reference import evaluate

Atom = tuple[str, Distribution]
"""An input: the stream that it is drawn from, and its law."""

Powers = frozenset[tuple[Atom, float]]
"""Of a product: which inputs, each with its exponent, which is not 0."""

MOST_TERMS = 400
"""Products that a quantity may be the sum of."""

_MOST_WORK = 200_000  # products that are made on the way to all quantities
_MOST_POWER = 8  # to which a sum is raised
_ONE: Powers = frozenset()


class NotProductsError(Exception):
    """Why a quantity is no sum of products of powers."""


@dataclass(frozen=True, eq=False)
class Products:
    """A sum of products of powers of inputs, in the place of a number.

    Parameters
    ----------
    terms : mapping of powers to float
        The coefficient of each product.
    work : list of int
        What is left of the products that may be made, shared by all.
    """

    terms: Mapping[Powers, float]
    work: list[int]

    @property
    def constant(self) -> float | None:
        """Its value where no input has a part in it."""
        if not self.terms:
            return 0.0
        return self.terms.get(_ONE) if len(self.terms) == 1 else None

    def _of(self, other: object) -> Products:
        if isinstance(other, Products):
            return other
        value = float(other)  # type: ignore[arg-type]
        return self._made({_ONE: value} if value else {})

    def _made(self, terms: Mapping[Powers, float]) -> Products:
        self.work[0] -= 1 + len(terms)
        if self.work[0] < 0 or len(terms) > MOST_TERMS:
            msg = f"it is a sum of more than {MOST_TERMS} products, or takes too many to get there"
            raise NotProductsError(msg)
        return Products(terms, self.work)

    def __add__(self, other: object) -> Products:
        terms = dict(self.terms)
        for powers, value in self._of(other).terms.items():
            terms[powers] = terms.get(powers, 0.0) + value
        return self._made({powers: value for powers, value in terms.items() if value})

    def __neg__(self) -> Products:
        return self._made({powers: -value for powers, value in self.terms.items()})

    def __sub__(self, other: object) -> Products:
        return self + -self._of(other)

    def __rsub__(self, other: object) -> Products:
        return self._of(other) - self

    def __mul__(self, other: object) -> Products:
        terms: dict[Powers, float] = {}
        for one, value in self.terms.items():
            for two, factor in self._of(other).terms.items():
                powers = _times(one, two)
                terms[powers] = terms.get(powers, 0.0) + value * factor
        return self._made({powers: value for powers, value in terms.items() if value})

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, exponent: object) -> Products:
        power = self._of(exponent).constant
        if power is None:
            msg = "an input is an exponent"
            raise NotProductsError(msg)
        if len(self.terms) == 1:
            ((powers, value),) = self.terms.items()
            raised = np.float64(value) ** power
            if not math.isfinite(raised):
                msg = "a negative product has a broken power"
                raise NotProductsError(msg)
            own = frozenset((name, own * power) for name, own in powers) if power else _ONE
            return self._made({own: float(raised)})
        if power < 0 or power != int(power) or power > _MOST_POWER:
            msg = (
                "it divides by a sum" if power < 0 else "a sum has a power that is no small number"
            )
            raise NotProductsError(msg)
        made = self._of(1.0)
        for _ in range(int(power)):
            made = made * self
        return made

    def __rpow__(self, base: object) -> Products:
        return self._of(base) ** self

    def __truediv__(self, other: object) -> Products:
        return self * self._of(other) ** -1.0

    def __rtruediv__(self, other: object) -> Products:
        return self._of(other) / self

    def sqrt(self) -> Products:
        """Return its square root."""
        return self**0.5

    def _number(self) -> float:
        value = self.constant
        if value is None:
            msg = "a function that is neither a sum nor a product depends on an input"
            raise NotProductsError(msg)
        return value

    def __float__(self) -> float:
        return self._number()

    def __bool__(self) -> bool:
        return bool(self._number())

    def __abs__(self) -> Products:
        return self._of(abs(self._number()))

    def __lt__(self, other: object) -> bool:
        return self._number() < self._of(other)._number()

    def __le__(self, other: object) -> bool:
        return self._number() <= self._of(other)._number()

    def __gt__(self, other: object) -> bool:
        return self._number() > self._of(other)._number()

    def __ge__(self, other: object) -> bool:
        return self._number() >= self._of(other)._number()

    def __eq__(self, other: object) -> bool:
        return self._number() == self._of(other)._number()

    def __ne__(self, other: object) -> bool:
        return self._number() != self._of(other)._number()

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Callable[[], Products]:
        """Return what NumPy asks of a number for a function of it."""
        if name.startswith("_") or not isinstance(getattr(np, name, None), np.ufunc):
            raise AttributeError(name)
        return lambda: self._of(getattr(np, name)(self._number()))


def _times(one: Powers, two: Powers) -> Powers:
    powers: dict[Atom, float] = dict(one)
    for name, power in two:
        powers[name] = powers.get(name, 0.0) + power
    return frozenset((name, power) for name, power in powers.items() if power)


def products_of(model: Model, name: str) -> NDArray[Any]:
    """Return each cell of a quantity as a sum of products of inputs, in base units.

    An input is a law on a stream; constants are numbers.

    Raises
    ------
    NotProductsError
        If a cell is none.
    """
    names = model.upstream([name])
    work = [_MOST_WORK]
    values: dict[str, NDArray[Any]] = {}
    for own in (known for known in model.inputs if known in names):
        cells = np.empty((1, len(model.parameters[own].cells)), dtype=object)
        for k, cell in enumerate(model.parameters[own].cells):
            factor = cell.unit.factor
            if cell.law.family == "constant":
                value = cell.deterministic * factor
                cells[0, k] = Products({_ONE: value} if value else {}, work)
            else:
                cells[0, k] = Products({frozenset({((cell.stream, cell.law), 1.0)}): factor}, work)
        values[own] = model.laid_out(cells, own)
    try:
        found = evaluate(model, values, names, holds=object)
    except TypeError as error:
        msg = "a function that is neither a sum nor a product depends on an input"
        raise NotProductsError(msg) from error
    return found[name].ravel()
