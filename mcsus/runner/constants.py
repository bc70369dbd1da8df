"""What rests on constants: inputs that carry no spread, however uncertain they may be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.model import Model, evaluate
from mcsus.study import Study
from mcsus.study.conditional import is_written, written_name
from mcsus.vocabulary import SCENARIO

_STEP = 0.01
_NAMED = 3  # constants that are named
_LEAST = 0.01  # share from which one is


class OnConstants(NamedTuple):
    """How much of the mean of an output rests on constants.

    Parameters
    ----------
    share : float
        Each input weighs as much as the output moves with one percent of it; this is the weight
        of the constants among all.
    largest : tuple of tuple
        Name and share of those that weigh most.
    """

    output: str
    share: float
    largest: tuple[tuple[str, float], ...]

    @property
    def text(self) -> str:
        """A sentence without its full stop."""
        told = ", ".join(f"{name.replace('_', ' ')} {share:.0%}" for name, share in self.largest)
        named = f": {told}" if told else ""
        return (
            f"{self.share:.0%} of the mean of {self.output.replace('_', ' ')} rests on constants, "
            f"inputs without a spread{named}"
        ).replace("%", " %")


def on_constants(study: Study, model: Model, output: str = "") -> OnConstants | None:
    """Return how much of the mean of an output rests on constants, to first order; of the first.

    None where nothing varies, or the model has no value at the means of its inputs.

    Examples
    --------
    >>> from mcsus.runner import check
    >>> told = on_constants(*check("tinyml_table"))
    >>> told.output, told.largest[0][0]
    ('device_footprint', 'ml_training')
    """
    output = output or next(iter(study.outputs))
    reached = model.upstream([output])
    names = [name for name in model.inputs if name in reached and is_written(name)]
    constant = {name for name in names if model.parameters[name].is_constant}
    if len(constant) == len(names):
        return None
    with np.errstate(all="ignore"):
        values = np.abs(_moved(model, names, output))
    if not np.isfinite(values).all() or not values.sum():
        return None
    weights = dict(zip(names, values / values.sum(), strict=True))
    ordered = sorted(constant, key=lambda name: (-weights[name], name))
    largest = [
        (written_name(name), float(weights[name])) for name in ordered if weights[name] >= _LEAST
    ]
    share = float(sum(weights[name] for name in constant))
    return OnConstants(output, share, tuple(largest[:_NAMED]))


def _moved(model: Model, names: list[str], output: str) -> NDArray[np.float64]:
    """Return how far the output moves with one percent of each input, added up over labels.

    As written: what scenarios make of it does not count.
    """
    base = {}
    for name in model.inputs:
        cells = model.parameters[name].cells
        means = [c.law.mean() if np.isfinite(c.law.mean()) else c.deterministic for c in cells]
        at = np.array(means) * [c.unit.factor for c in cells]
        table = np.repeat(at[np.newaxis], 1 + len(names), axis=0)
        if name in names:
            table[1 + names.index(name)] *= 1 + _STEP
        base[name] = model.laid_out(table, name)
    found = evaluate(model, base)[output]
    if SCENARIO in model.dims_of[output]:
        found = np.take(found, 0, axis=1 + model.dims_of[output].index(SCENARIO))
    found = found.reshape(1 + len(names), -1)
    return np.asarray(np.abs(found[1:] - found[0]).sum(axis=1), dtype=float)
