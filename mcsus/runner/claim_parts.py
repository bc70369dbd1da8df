"""A margin that is a sum of parts on which no input acts together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.inputs import Mixes, streams_of
from mcsus.expressions import Expression
from mcsus.expressions.nodes import Binary, Name, Negate, Number
from mcsus.model import Model

Array = NDArray[np.float64]

_CLOSE = 1e-9  # of the largest value: what a sum may differ


class Term(NamedTuple):
    """A quantity that is added, or taken away where the sign is -1."""

    name: str
    sign: int


def terms_of(model: Model, name: str) -> list[Term]:
    """Return the quantities whose sum a quantity is, but for a number; none where it is no sum.

    Terms that are sums themselves are told by their own.
    """
    found = list(_terms(model, model.equation(name).expression, 1, set(model.dims_of[name])))
    known = [term for term in found if term is not None]
    return known if len(known) == len(found) > 1 else []


def _terms(model: Model, node: Expression, sign: int, dims: set[str]) -> Iterator[Term | None]:
    match node:
        case Number():
            return
        case Negate():
            yield from _terms(model, node.arg, -sign, dims)
        case Binary(op="+" | "-"):
            yield from _terms(model, node.left, sign, dims)
            yield from _terms(model, node.right, sign if node.op == "+" else -sign, dims)
        case Name() if node.id in model.dims_of and set(model.dims_of[node.id]) <= dims:
            inner = model.equation(node.id).expression if _is_equation(model, node.id) else None
            if isinstance(inner, Negate | Name) or (isinstance(inner, Binary) and inner.op in "+-"):
                within = list(_terms(model, inner, sign, dims))
                if None not in within:
                    yield from within
                    return
            yield Term(node.id, sign)
        case _:
            yield None


def _is_equation(model: Model, name: str) -> bool:
    return name not in model.parameters and name not in model.dims


def two_parts(
    model: Model, mixes: Mixes, terms: Sequence[Term], values: Sequence[Array], margins: Array
) -> tuple[Array, Array] | None:
    """Return two independent parts of a margin; None where it has not two.

    One is the part that varies most of those that no input ties to any other.

    Parameters
    ----------
    values : sequence of array, shape (replicate, draw)
        Of the terms, in the unit of the margin.
    """
    tied: list[tuple[set[str], Array]] = []
    for term, own in zip(terms, values, strict=True):
        streams, total = _streams(model, mixes, term.name), term.sign * own
        apart = []
        for known, value in tied:
            if known & streams:
                streams, total = streams | known, total + value
            else:
                apart.append((known, value))
        tied = [*apart, (streams, total)]
    parts = sorted((own for streams, own in tied if streams), key=np.var)
    if len(parts) < 2:
        return None
    first, rest = parts[-1], np.sum(parts[:-1], axis=0)
    left = margins - first - rest
    if not np.ptp(left) <= _CLOSE * max(np.abs(first).max(), np.abs(rest).max()):
        return None
    return first + left.mean(), rest


def _streams(model: Model, mixes: Mixes, name: str) -> set[str]:
    """Return the streams that a quantity is made of."""
    names = model.upstream([name]) & set(model.inputs)
    cells = [cell for own in names for cell in model.parameters[own].cells]
    return set(streams_of([cell for cell in cells if cell.law.family != "constant"], mixes))
