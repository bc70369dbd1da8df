"""First-order propagation of uncertainty, to set beside Monte Carlo.

The law of propagation of uncertainty, JCGM 100:2008, 5.1.2 (https://doi.org/10.59161/JCGM100-2008E);
in greenhouse gas inventories, Approach 1 of the 2006 IPCC Guidelines, volume 1, chapter 3.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.model import Model, evaluate

Array = NDArray[np.float64]
_STEP = 1e-3  # of a standard deviation: central differences are then good to about 1e-6
_COVERAGE = 1.959963984540054  # standard normal quantile at 0.975


@dataclass(frozen=True)
class FirstOrder:
    """Value at the means of the inputs, its standard deviation, and a 95 % interval.

    All arrays have shape ``(cell,)`` and are in coherent base units.
    """

    value: Array
    sd: Array

    @property
    def interval(self) -> Array:
        """Return low and high, shape (2, cell), of the normal 95 % interval."""
        return np.array([self.value - _COVERAGE * self.sd, self.value + _COVERAGE * self.sd])


def propagate(model: Model, outputs: list[str]) -> dict[str, FirstOrder]:
    """Propagate means and standard deviations of the inputs to first order.

    Inputs are independent unless they share a stream, in which case they move together. What
    differs between individuals stays at its mean: it is averaged, not uncertain.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation
    >>> from mcsus.units import unit
    >>> propagate(Model([Equation("y", unit("1"), parse("2"))], {}, {}), ["y"])["y"].sd
    array([0.])
    """
    base, steps = _points(model)
    values = evaluate(model, base)
    found = {}
    for name in outputs:
        flat = values[name].reshape(len(values[name]), -1)
        ups, downs = flat[1 : 1 + steps], flat[1 + steps : 1 + 2 * steps]
        slopes = (ups - downs) / (2 * _STEP)
        found[name] = FirstOrder(flat[0], np.sqrt((slopes**2).sum(axis=0)))
    return found


def _points(model: Model) -> tuple[dict[str, Array], int]:
    """Return the means, then every stream moved up, then every stream moved down."""
    inputs = {name: model.parameters[name] for name in model.inputs}
    cells = [cell for p in inputs.values() for cell in p.cells]
    inside = {c.stream for n, p in inputs.items() if model.varies_inside(n) for c in p.cells}
    moving = (c.stream for c in cells if c.law.family != "constant")
    streams = [key for key in dict.fromkeys(moving) if key not in inside]
    rows = 1 + 2 * len(streams)
    base = {}
    for name, parameter in inputs.items():
        mean = np.array([c.law.mean() * c.unit.factor for c in parameter.cells])
        table = np.repeat(mean[np.newaxis], rows, axis=0)
        for k, cell in enumerate(parameter.cells):
            if cell.stream not in streams or cell.law.family == "constant":
                continue
            move = _STEP * cell.law.sd() * cell.unit.factor
            row = 1 + streams.index(cell.stream)
            table[row, k] += move
            table[row + len(streams), k] -= move
        base[name] = model.laid_out(table, name)
    return base, len(streams)
