"""Surrogates of an output whose Sobol' indices are known exactly, as functions of its points.

They serve as control variates: what an estimator is off by on a surrogate, at the same points, it
is nearly off by on the output. An estimate less that of a surrogate plus what the surrogate has
exactly is as free of bias as the estimate, however good or bad the surrogate is, provided that it
was made from other draws. See Owen, "Monte Carlo theory, methods and examples" (2013), chapter 8,
https://artowen.su.domains/mc/, and for polynomials Sudret (2008), doi:10.1016/j.ress.2007.04.002.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.shares import Parts
from mcsus.families import special

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

BOUNDED, UNBOUNDED = 0, 1
"""Families of polynomials: Legendre's of a point, Hermite's of its normal score."""

DEGREES = (6, 4)
"""Highest degree of each family."""

_NODES = 64  # of Gauss's rule for one point: exact for all that is used here

Term = tuple[tuple[int, int], ...]
"""A product of polynomials: streams, each with its degree."""


class Features:
    """Orthonormal polynomials of points of the unit cube, made when first needed.

    Parameters
    ----------
    points : array, shape (stream, draw)
        Inside the open cube.
    degrees : tuple of int
        Highest degree of each family.
    known : mapping, optional
        Polynomials by stream and family, where they are others than those of a uniform law.
    """

    def __init__(
        self,
        points: Array,
        degrees: tuple[int, int] = DEGREES,
        known: Mapping[tuple[int, int], Array] | None = None,
    ) -> None:
        self.points, self.degrees = points, degrees
        self._known: dict[tuple[int, int], Array] = dict(known or {})

    def part(self, places: Integers) -> Features:
        """Return those of some of the draws."""
        known = {key: own[:, places] for key, own in self._known.items()}
        return Features(self.points[:, places], self.degrees, known)

    def of(self, stream: int, family: int) -> Array:
        """Return the polynomials of one stream, shape (degree, draw), from degree 1 on."""
        known = self._known.get((stream, family))
        if known is None:
            degree = self.degrees[family]
            known = self._known[stream, family] = polynomials(self.points[stream], family, degree)
        return known

    def product(self, term: Term, families: Integers) -> Array:
        """Return a product of polynomials at every draw."""
        return _product((self.of(s, int(families[s]))[degree - 1] for s, degree in term))


def polynomials(points: Array, family: int, degree: int | None = None) -> Array:
    """Return the polynomials of a family, shape (degree, draw), from degree 1 on.

    Parameters
    ----------
    degree : int, optional
        The highest; by default that of the family.

    Examples
    --------
    >>> [round(float(row[0]), 6) for row in polynomials(np.array([0.75]), BOUNDED)[:2]]
    [0.866025, -0.279508]
    """
    x = special.ndtri(points) if family == UNBOUNDED else 2 * points - 1
    rows = [np.ones_like(x), x]
    for n in range(1, DEGREES[family] if degree is None else degree):
        if family == UNBOUNDED:
            rows.append((x * rows[-1] - np.sqrt(n) * rows[-2]) / np.sqrt(n + 1))
        else:
            rows.append(((2 * n + 1) * x * rows[-1] - n * rows[-2]) / (n + 1))
    found = np.array(rows[1:])
    if family != UNBOUNDED:
        for n in range(1, len(rows)):
            found[n - 1] *= np.sqrt(2 * n + 1)
    return found


class Surrogate(ABC):
    """A function of points whose moments and indices are known.

    Attributes
    ----------
    words : str
        What kind it is.
    """

    words: ClassVar[str]

    @abstractmethod
    def at(self, points: Features) -> Array:
        """Return its values at some points."""

    @abstractmethod
    def moved(self, a: Features, b: Features, groups: Sequence[frozenset[int]]) -> Array:
        """Return its values at A with each group of streams from B, shape (group, draw)."""

    @abstractmethod
    def exact(self, groups: Sequence[frozenset[int]], *, second_order: bool) -> Parts:
        """Return its mean, its variance and the parts of groups that are all its streams."""

    def evaluations(
        self, a: Features, b: Features, groups: Sequence[frozenset[int]], *, second_order: bool
    ) -> Array:
        """Return its values as `GroupValues` has those of an output."""
        rows = [np.array([self.at(a), self.at(b)]), self.moved(a, b, groups)]
        if second_order:
            rows.append(self.moved(b, a, groups))
        return np.concatenate(rows)


@dataclass(frozen=True, eq=False)
class Polynomial(Surrogate):
    """A sum of products of orthonormal polynomials.

    Parameters
    ----------
    constant : float
    terms : sequence of Term
    weights : array, shape (term,)
    families : array, shape (stream,)
    """

    constant: float
    terms: Sequence[Term]
    weights: Array
    families: Integers
    words: ClassVar[str] = "polynomial"

    def at(self, points: Features) -> Array:
        """Return its values at some points."""
        values = np.full(points.points.shape[1], self.constant)
        for weight, term in zip(self.weights, self.terms, strict=True):
            values += weight * points.product(term, self.families)
        return values

    def moved(self, a: Features, b: Features, groups: Sequence[frozenset[int]]) -> Array:
        """Return its values at A with each group of streams from B."""
        owner = _owners(groups)
        values = np.repeat(self.at(a)[np.newaxis], len(groups), axis=0)
        for weight, term in zip(self.weights, self.terms, strict=True):
            before = a.product(term, self.families)
            for group in {owner[s] for s, _ in term}:
                after = _product(
                    (b if owner[s] == group else a).of(s, int(self.families[s]))[degree - 1]
                    for s, degree in term
                )
                values[group] += weight * (after - before)
        return values

    def exact(self, groups: Sequence[frozenset[int]], *, second_order: bool) -> Parts:
        """Return mean, variance and parts: sums of squares, as all terms are orthonormal."""
        owner, count = _owners(groups), len(groups)
        first, total = np.zeros(count), np.zeros(count)
        pairs = np.zeros((count, count))
        for weight, term in zip(self.weights, self.terms, strict=True):
            of = sorted({owner[s] for s, _ in term})
            total[of] += weight**2
            if len(of) == 1:
                first[of] += weight**2
            elif len(of) == 2:
                pairs[of[0], of[1]] += weight**2
        variance = float((self.weights**2).sum())
        return _parts(self.constant, variance, first, total, pairs if second_order else None)


@dataclass(frozen=True, eq=False)
class Product(Surrogate):
    """A product of functions of one stream each: exponentials of polynomials.

    Parameters
    ----------
    factor : float
    exponents : mapping of int to (int, array)
        By stream: its family, and the weights of its polynomials from degree 1 on.
    """

    factor: float
    exponents: Mapping[int, tuple[int, Array]]
    words: ClassVar[str] = "product"

    @classmethod
    def of(
        cls, terms: Sequence[Term], weights: Array, families: Integers, degrees: tuple[int, int]
    ) -> Product:
        """Return the exponential of a sum of terms of one stream each."""
        exponents: dict[int, tuple[int, Array]] = {}
        for weight, ((stream, degree),) in zip(weights, terms, strict=True):
            family = int(families[stream])
            own = exponents.setdefault(stream, (family, np.zeros(degrees[family])))
            own[1][degree - 1] = weight
        return cls(1.0, exponents)

    def at(self, points: Features) -> Array:
        """Return its values at some points."""
        return self.factor * np.exp(self._exponent(points, self.exponents))

    def moved(self, a: Features, b: Features, groups: Sequence[frozenset[int]]) -> Array:
        """Return its values at A with each group of streams from B."""
        base = self._exponent(a, self.exponents)
        rows = []
        for group in groups:
            own = group & self.exponents.keys()
            rows.append(base + self._exponent(b, own) - self._exponent(a, own))
        return self.factor * np.exp(np.array(rows).reshape(len(groups), -1))

    def _exponent(self, points: Features, streams: Iterable[int]) -> Array:
        total = np.zeros(points.points.shape[1])
        for stream in sorted(streams):
            family, weights = self.exponents[stream]
            total += weights @ points.of(stream, family)[: len(weights)]
        return total

    def exact(self, groups: Sequence[frozenset[int]], *, second_order: bool) -> Parts:
        """Return mean, variance and parts from the first two moments of each factor."""
        known = {s: _moments(*own) for s, own in self.exponents.items()}
        mean = self.factor * float(np.prod([own.mean for own in known.values()]))
        # The squares' means over the squared means as logarithms: where they are near one, what
        # they exceed it by would be lost otherwise.
        own = np.array([sum(known[s].spread for s in g if s in known) for g in groups], dtype=float)
        size, whole, excess = mean**2, float(own.sum()), np.expm1(own)
        first, total = size * excess, size * np.exp(whole - own) * excess
        pairs = size * np.multiply.outer(excess, excess) if second_order else None
        return _parts(mean, size * float(np.expm1(whole)), first, total, pairs)


class _Moments(NamedTuple):
    """Mean of a factor, and the logarithm of its mean square over the square of that."""

    mean: float
    spread: float


def _moments(family: int, weights: Array) -> _Moments:
    """Return those of the exponential of polynomials of one stream."""
    if family == UNBOUNDED:  # of a normal score alone
        [slope] = weights
        return _Moments(float(np.exp(slope**2 / 2)), float(slope**2))
    nodes, shares = special.roots_legendre(_NODES)
    beyond = np.expm1(weights @ polynomials((nodes + 1) / 2, BOUNDED, len(weights)))
    mean = float(shares @ beyond / 2)
    square = float(shares @ ((beyond - mean) / (1 + mean)) ** 2 / 2)
    return _Moments(1 + mean, math.log1p(square))


def _parts(mean: float, variance: float, first: Array, total: Array, pairs: Array | None) -> Parts:
    amounts = {"S1": first, "ST": total}
    if pairs is not None:
        amounts["S2"] = np.full(pairs.shape, np.nan)
        for j, k in combinations(range(len(first)), 2):
            amounts["S2"][j, k] = pairs[j, k]
    return Parts(mean, variance, 0.0, amounts, {})


def _owners(groups: Sequence[frozenset[int]]) -> dict[int, int]:
    """Return the group of each stream."""
    return {stream: k for k, group in enumerate(groups) for stream in group}


def _product(rows: Iterable[Array]) -> Array:
    whole, *others = rows
    for other in others:
        whole = whole * other
    return whole
