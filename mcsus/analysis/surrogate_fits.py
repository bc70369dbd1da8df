"""Finds a surrogate of an output from some draws, and judges it by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.surrogates import (
    BOUNDED,
    UNBOUNDED,
    Features,
    Polynomial,
    Product,
    Surrogate,
    Term,
)

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

Known = tuple[Features, Array]
Maker = Callable[[Known, Known, Sequence[int]], Surrogate]

_LEFT = 0.06  # of the variance: a surrogate that leaves more of it is of little use
_CLEAR = 4.0  # standard errors beyond which a weight is told from none
_CONFIRMED = 3.0  # by draws of their own
_MOST_TERMS = 64
_MOST_PAIRED = 12  # streams of which pairs are looked at: those that matter most by themselves
_MOST_TRIPLED = 8
_RIDGE = 1e-10
_MARGIN = 12.0  # of chance, in a sum of squares that polynomials of a stream leave
_FEW = 8  # streams, of which pairs may be of a degree more


def found_surrogate(fitted: Known, judged: Known, streams: Sequence[int]) -> Surrogate | None:
    """Return the better of a polynomial and a product, if it leaves little of the variance.

    Parameters
    ----------
    fitted, judged : tuple of Features and array, shape (draw,)
        Points and values of independent draws: those that terms are found in, and those that
        confirm each of them and say how much of the variance they leave.
    streams : sequence of int
        Those that the output depends on.
    """
    best: tuple[float, Surrogate | None] = (_LEFT, None)
    makers: list[Maker] = [fitted_polynomial]
    if min(fitted[1].min(), judged[1].min()) > 0:
        makers.insert(0, fitted_product)
    for make in makers:
        with np.errstate(over="ignore", invalid="ignore"):
            made = make(fitted, judged, streams)
            left = float((judged[1] - made.at(judged[0])).var() / judged[1].var())
        if left < best[0]:
            best = left, made
    return best[1]


class _Fit:
    """Products of polynomials that explain values, taken up as they are told from noise."""

    def __init__(self, points: Features, values: Array, families: Integers) -> None:
        self.points, self.families = points, families
        self.values = values
        self.terms: list[Term] = []
        self.columns = np.zeros((0, len(values)))
        self.weights = np.zeros(0)
        self.constant = float(values.mean())
        self.rest = values - self.constant

    def take(self, terms: Iterable[Term]) -> None:
        """Take up those of some terms that say something of what is left, and fit them all."""
        known = set(self.terms)
        new = [term for term in terms if term not in known]
        room = _MOST_TERMS - len(self.terms)
        if not new or room <= 0:
            return
        columns = _columns(self.points, new, self.families)
        sizes, errors = _slopes(columns, self.rest)
        clear = np.abs(sizes) > _CLEAR * errors
        order = [k for k in np.argsort(-np.abs(sizes), kind="stable") if clear[k]][:room]
        if not order:
            return
        self.terms += [new[k] for k in order]
        self.columns = np.concatenate([self.columns, columns[order]])
        self._weigh()

    def _weigh(self) -> None:
        whole = np.concatenate([np.ones((1, len(self.values))), self.columns])
        level = float(self.values.mean())  # apart, so that a small spread about it is not lost
        constant, *weights = _least_squares(whole, self.values - level).tolist()
        self.constant, self.weights = level + constant, np.array(weights)
        self.rest = self.values - self.constant - self.weights @ self.columns

    def alone(self) -> dict[int, float]:
        """Return what the terms of one stream alone explain, by stream."""
        size: dict[int, float] = {}
        for weight, term in zip(self.weights, self.terms, strict=True):
            if len(term) == 1:
                size[term[0][0]] = size.get(term[0][0], 0.0) + weight**2
        return size

    def of(self, stream: int) -> Array:
        """Return what the terms of one stream alone say at every draw."""
        own = [k for k, term in enumerate(self.terms) if len(term) == 1 and term[0][0] == stream]
        return np.asarray(self.weights[own] @ self.columns[own])

    def confirm(self, points: Features, values: Array) -> None:
        """Keep the terms that other draws tell from none as well, weighed by all draws."""
        columns = _columns(points, self.terms, self.families)
        rest = values - self.constant - self.weights @ columns
        slopes, errors = _slopes(columns, rest)
        slopes = slopes + self.weights
        same = slopes * self.weights > 0
        kept = np.flatnonzero(same & (np.abs(slopes) > _CONFIRMED * errors))
        self.terms = [self.terms[k] for k in kept]
        self.columns = np.concatenate([self.columns[kept], columns[kept]], axis=1)
        self.values = np.concatenate([self.values, values])
        self._weigh()


def fitted_polynomial(
    fitted: Known, judged: Known, streams: Sequence[int], most: int | None = None
) -> Polynomial:
    """Return a polynomial, of pairs and triples where draws tell that they matter.

    Parameters
    ----------
    most : int, optional
        Degree of pairs; by default a small one.
    """
    points, values = fitted
    degrees, most = points.degrees, most or (5 if len(streams) <= _FEW else 4)
    fit = _singly(points, values, _families(points, values, streams, degrees), streams, degrees)
    families = _families(points, values, streams, degrees, fit)
    fit = _singly(points, values, families, streams, degrees)
    singles = list(_singles(streams, families, degrees))
    size = fit.alone()
    paired = sorted(streams, key=lambda s: (-size.get(s, 0.0), s))[:_MOST_PAIRED]
    pairs = list(_pairs(sorted(paired), families, degrees, most))
    fit.take(pairs)
    joined = {s for term in fit.terms if len(term) == 2 for s, _ in term}
    tripled = [s for s in paired if s in joined][:_MOST_TRIPLED]
    fit.take(_triples(sorted(tripled)))
    fit.take([*singles, *pairs])  # what less noise tells now
    fit.confirm(*judged)
    return Polynomial(fit.constant, fit.terms, fit.weights, families)


def fitted_product(fitted: Known, judged: Known, streams: Sequence[int]) -> Product:
    """Return a product of functions of one stream each, fitted to the logarithm."""
    points, values = fitted[0], np.log(fitted[1])
    degrees = (fitted[0].degrees[BOUNDED], 1)
    families = _families(points, values, streams, degrees)
    fit = _singly(points, values, families, streams, degrees)
    for _ in range(2):  # again where the effects of others are known
        families = _families(points, values, streams, degrees, fit)
        fit = _singly(points, values, families, streams, degrees)
    fit.confirm(judged[0], np.log(judged[1]))
    made = Product.of(fit.terms, fit.weights, families, degrees)
    shape = np.concatenate([made.at(own) for own, _ in (fitted, judged)])
    size = float(np.abs(shape).max())
    shape = shape / size
    both = np.concatenate([fitted[1], judged[1]])
    return replace(made, factor=float(both @ shape / (shape @ shape)) / size)


def _singly(
    points: Features,
    values: Array,
    families: Integers,
    streams: Sequence[int],
    degrees: tuple[int, int],
) -> _Fit:
    """Return a fit by terms of one stream each."""
    fit = _Fit(points, values, families)
    for _ in range(2):
        fit.take(_singles(streams, families, degrees))
    return fit


def _families(
    points: Features,
    values: Array,
    streams: Sequence[int],
    degrees: tuple[int, int],
    fit: _Fit | None = None,
) -> Integers:
    """Return the family of polynomials of each stream that explains more by itself.

    Parameters
    ----------
    fit : _Fit, optional
        Says what to take for the effects of other streams.
    """
    families = np.zeros(len(points.points), dtype=np.int64)
    for stream in streams:
        bounded = points.of(stream, BOUNDED)[: degrees[BOUNDED]]
        apart = values - values.mean() if fit is None else fit.rest + fit.of(stream)
        sizes, errors = _slopes(bounded, apart)
        if not (np.abs(sizes) > _CLEAR * errors).any():
            continue  # nothing to tell them apart by
        left = []
        for columns in (bounded, points.of(stream, UNBOUNDED)[: degrees[UNBOUNDED]]):
            whole = np.concatenate([np.ones((1, len(apart))), columns])
            rest = apart - _least_squares(whole, apart) @ whole
            left.append(float(rest @ rest) / (len(rest) - len(columns)))
        if left[UNBOUNDED] < (1 - _MARGIN / len(values)) * left[BOUNDED]:
            families[stream] = UNBOUNDED
    return families


def _columns(points: Features, terms: Sequence[Term], families: Integers) -> Array:
    rows = [points.product(term, families) for term in terms]
    return np.array(rows).reshape(len(terms), points.points.shape[1])


def _slopes(columns: Array, values: Array) -> tuple[Array, Array]:
    """Return the mean product of orthonormal columns with values, and its standard error."""
    products = columns * values
    count = len(values)
    means = products.mean(axis=1)
    squares = np.einsum("ij,ij->i", products, products) / count
    return means, np.sqrt(np.maximum(squares - means**2, 0.0) / count)


def _least_squares(columns: Array, values: Array) -> Array:
    count = len(values)
    products = columns @ columns.T / count + _RIDGE * np.eye(len(columns))
    return np.asarray(np.linalg.solve(products, columns @ values / count))


def _singles(
    streams: Iterable[int], families: Integers, degrees: tuple[int, int]
) -> Iterator[Term]:
    for stream in streams:
        for degree in range(1, degrees[families[stream]] + 1):
            yield ((stream, degree),)


def _pairs(
    streams: Sequence[int], families: Integers, degrees: tuple[int, int], most: int
) -> Iterator[Term]:
    for one, other in combinations(streams, 2):
        ends = [range(1, min(degrees[families[s]], most - 1) + 1) for s in (one, other)]
        for both in product(*ends):
            if sum(both) <= most:
                yield (one, both[0]), (other, both[1])


def _triples(streams: Sequence[int]) -> Iterator[Term]:
    for three in combinations(streams, 3):
        for degrees in ((1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 2)):
            yield tuple(zip(three, degrees, strict=True))
