"""How much of the variance of an output passes through each quantity of its model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.moments import settling
from mcsus.analysis.replication import standard_error, student_quantile
from mcsus.counting.draws import HeldDraws
from mcsus.errors import NotFiniteError
from mcsus.model import Model, evaluate
from mcsus.runner.drawn_inputs import row_of
from mcsus.runner.evaluation import drawn_values
from mcsus.runner.explored_json import estimate
from mcsus.runner.explorer import REPLICATES
from mcsus.runner.run import Run
from mcsus.runner.told_equations import terms_of
from mcsus.study.conditional import is_written
from mcsus.vocabulary import Label

Array = NDArray[np.float64]

_LEAST_DRAWS, _MOST_DRAWS = 64, 1024
_MOST_VALUES = 1 << 21
"""Of all quantities at a replicate."""


def told_shares(run: Run, output: str, labels: Mapping[str, Label]) -> dict[str, Any]:
    """Return the share of the variance of an output that passes through each quantity behind it.

    With y the output and y' what it would be if a quantity were held at its mean wherever it is
    used, its share is Cov(y - y', y) / Var(y), from the same draws; that from one quantity to
    another is the same with the first held in the equation of the other alone. So shares of the
    terms of a sum add up to that of the sum, also where terms rest on the same inputs; factors of a
    product have each what they do together; what makes the spread smaller is below 0. After
    G. Li et al. (2010), doi:10.1021/jp9096919.

    Returns
    -------
    dict
        ``shares`` by name, each a value with its error, without quantities that do not vary;
        ``terms``: of each equation by name, those that come from each of its terms;
        ``t``: so many errors on either side hold 95 %; ``reason`` why there are none, if so.

    Examples
    --------
    >>> told = told_shares(Run("tinyml_table"), "device_footprint", {})
    >>> told["shares"]["device_footprint"]
    {'value': 1.0, 'error': 0.0}
    >>> terms = told["terms"]["device_footprint"].values()
    >>> round(sum(own["value"] for own in terms), 6)
    1.0
    """
    told: dict[str, Any] = {"shares": {}, "terms": {}, "t": student_quantile(REPLICATES)}
    model = run.model
    if model.meets_individuals(output):
        return told | {"reason": "it is an average over individuals"}
    try:
        known = _known(run, output)
    except NotFiniteError as error:
        return told | {"reason": str(error)}
    place = row_of(model, output, labels)
    own = _at(known[output], place)
    if np.ptp(own) == 0:
        return told | {"reason": "it does not vary"}
    if not (np.isfinite(own).all() and settling(HeldDraws(own)).sd):
        return told | {"reason": "its variance is not settled"}
    held = _Held(model, known, output)
    shares, terms = {output: estimate(1.0, 0.0)}, {}
    for name in filter(held.varies, known):
        if name != output:
            shares[name] = _share(own, _at(held.everywhere(name), place))
    for name in known:
        found = {
            term: _share(own, _at(held.as_term(term, name), place))
            for term in terms_of(model, name)
            if term in known and held.varies(term)
        }
        if found:
            terms[name] = found
    return told | {"shares": shares, "terms": terms, "reason": ""}


class _Held:
    """An output as it is with a quantity held at its mean.

    Parameters
    ----------
    known : mapping of str to array, shape (draw, *dims)
        Draws of the output and all behind it.
    """

    def __init__(self, model: Model, known: Mapping[str, Array], output: str) -> None:
        self.model, self.known, self.output = model, known, output

    def varies(self, name: str) -> bool:
        """Tell whether a quantity varies and has a mean."""
        own = self.known[name]
        return bool(np.isfinite(own).all() and (np.ptp(own, axis=0) > 0).any())

    def everywhere(self, name: str) -> Array:
        """Return the output with a quantity held wherever it is used."""
        return self._after(name, self._mean(name))

    def as_term(self, term: str, name: str) -> Array:
        """Return the output with a quantity held in the equation of another alone."""
        inner = _inside(self.model, name)
        rest = {other: own for other, own in self.known.items() if other not in inner}
        found = evaluate(self.model, rest | {term: self._mean(term)}, inner)[name]
        return self._after(name, found)

    def _after(self, name: str, values: Array) -> Array:
        """Return the output with other values of a quantity."""
        if name == self.output:
            return values
        after = _downstream(self.model, name) & self.known.keys()
        rest = {other: own for other, own in self.known.items() if other not in after}
        found = evaluate(self.model, rest | {name: values}, after)
        return found[self.output]

    def _mean(self, name: str) -> Array:
        own = self.known[name]
        return np.asarray(np.broadcast_to(own.mean(axis=0), own.shape))  # for all draws alike


def _inside(model: Model, name: str) -> set[str]:
    """Return an equation and those behind it that the study does not write."""
    found, stack = set(), [name]
    while stack:
        own = stack.pop()
        found.add(own)
        stack += [term for term in model.equation(own).inputs if not is_written(term)]
    return found


def _known(run: Run, output: str) -> dict[str, Array]:
    """Return draws of an output and all behind it, in base units, shape (draw, *dims)."""
    model = run.model
    names = model.upstream([output]) | {output}
    inputs = [name for name in model.inputs if name in names]
    each = sum(int(np.prod(model.shape(name), dtype=int)) for name in names)
    most = min(max(_MOST_VALUES // max(each, 1), _LEAST_DRAWS), _MOST_DRAWS)
    draws = 1 << (most.bit_length() - 1)
    drawn = drawn_values(run, run.kept, dict.fromkeys(inputs, 1.0), draws, REPLICATES)
    values = {
        name: model.laid_out(own.reshape(len(own), -1).T, name) for name, own in drawn.items()
    }
    return evaluate(model, values, names)


def _downstream(model: Model, name: str) -> set[str]:
    """Return the equations that follow from a quantity."""
    reached = {name}
    for equation in model.equations:
        if reached.intersection(equation.inputs):
            reached.add(equation.name)
    return reached - {name}


def _at(values: Array, place: int) -> Array:
    """Return one cell, shape (replicate, draw)."""
    return values.reshape(len(values), -1)[:, place].reshape(REPLICATES, -1)


def _share(output: Array, held: Array) -> dict[str, float | None]:
    """Return the share of what holding a quantity takes from an output, and its error."""
    lost = output - held
    centred = output - output.mean()
    squares = (centred**2).mean(axis=1)
    products = ((lost - lost.mean()) * centred).mean(axis=1)
    variance = float(squares.mean())
    share = float(products.mean()) / variance
    return estimate(share, float(standard_error(products - share * squares)) / variance)
