"""A polynomial chaos of an output from draws of its inputs, whatever their laws.

The polynomials are of the ranks of each input, or of their normal scores, made orthonormal at the
draws, so that inputs of a table will do, and those with few values. Which terms there are is found
in half of the draws and confirmed by a quarter; how much of the variance they explain is told by
the last quarter; and then all draws weigh them.

G. Blatman, B. Sudret (2011), doi:10.1016/j.jcp.2010.12.021; B. Sudret (2008),
doi:10.1016/j.ress.2007.04.002.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.surrogate_fits import Maker, fitted_polynomial, fitted_product
from mcsus.analysis.surrogates import (
    BOUNDED,
    UNBOUNDED,
    Features,
    Integers,
    Polynomial,
    Product,
    Surrogate,
    Term,
    polynomials,
)

Array = NDArray[np.float64]
Shares = dict[str, Array]

_DEGREES, _USUAL, _MANY = (12, 6), (6, 4), 64  # of fewer inputs, of many
_PAIRS = ((4, 10), (8, 6))  # inputs up to which pairs are of a degree; else of the usual one
_MOST, _LEAST, _MOST_VALUES = 1 << 14, 1 << 11, 1 << 23  # draws in which terms are found
_MOST_WEIGHING = 1 << 15  # draws that weigh them
_NOTHING = 1e-9  # mean square of what is left of a polynomial that others say already
_RIDGE = 1e-10
_SEED = 0x6368616F73


class Chaos(NamedTuple):
    """What was found of an output.

    Parameters
    ----------
    explained : float
        Share of the variance, of draws that had no part in it.
    shares : sequence of dict of str to array
        First, second and total order of the fit to all draws, then to all but each block.
    """

    explained: float
    shares: Sequence[Shares]


def chaos_of(draws: GivenDraws) -> Chaos | None:
    """Return the better of a polynomial of the output and one of its logarithm; None of neither."""
    draws = _thinned(draws)
    looked, points = draws.once("chaos", lambda: _looked(draws))
    values = draws.output[looked]
    half, most = len(looked) // 2, len(looked) * 3 // 4
    cuts = (slice(0, half), slice(half, most), slice(most, None))
    every = np.arange(len(looked))
    fitted, judged, held = ((points.part(every[own]), values[own]) for own in cuts)
    best: tuple[float, Surrogate | None] = (0.0, None)
    for make in _makers(draws):
        with np.errstate(over="ignore", invalid="ignore"):
            made = make(fitted, judged, range(len(draws.inputs)))
            explained = 1 - float((held[1] - made.at(held[0])).var() / held[1].var())
        if explained > best[0]:
            best = explained, made
    explained, found = best
    if found is None:
        return None
    shares, of_all = _weighed(draws, found)
    return Chaos(min(explained, of_all), shares)


def _thinned(draws: GivenDraws) -> GivenDraws:
    """Return the draws, or some of each block where there are very many."""
    step = -(-len(draws.output) // _MOST_WEIGHING)
    if step == 1:
        return draws
    kept: dict[Hashable, Any] = draws.once("chaos of some", dict)
    inputs = [own[::step] for own in draws.inputs]
    blocks = draws.blocks[::step]
    return GivenDraws(inputs, draws.output[::step], blocks, kept, draws.has_errors)


def _makers(draws: GivenDraws) -> list[Maker]:
    """Return what finds a surrogate: of the logarithm where there is one, and no value is often."""
    count = len(draws.inputs)
    most = next((degree for up_to, degree in _PAIRS if count <= up_to), None)
    makers: list[Maker] = [partial(fitted_polynomial, most=most)]
    if draws.output.min() > 0 and all(_is_fine(draws, k) for k in range(count)):
        return [fitted_product, *makers]
    return makers


def _looked(draws: GivenDraws) -> tuple[Integers, Features]:
    """Return places of the draws in which terms are found, and polynomials there."""
    count, inputs = len(draws.output), len(draws.inputs)
    degrees = _USUAL if inputs > _MANY else _DEGREES
    most = min(max(_MOST_VALUES // (inputs * degrees[0]), _LEAST), _MOST)
    looked = np.random.default_rng(_SEED).permutation(count)[:most]
    known = {
        (k, family): _orthonormal(draws.ranks(k), family, degrees[family])[:, looked]
        for k in range(inputs)
        for family in (BOUNDED, UNBOUNDED)
    }
    points = np.array([draws.ranks(k)[looked] for k in range(inputs)])
    return looked, Features(points, degrees, known)


def _is_fine(draws: GivenDraws, k: int) -> bool:
    """Tell whether hardly any value of an input is there twice."""
    points = draws.ranks(k)
    return draws.once(("is fine", k), lambda: len(np.unique(points)) > len(points) / 2)


def _orthonormal(points: Array, family: int, degree: int) -> Array:
    """Return polynomials, shape (degree, draw), orthonormal at the draws; 0 what others say."""
    rows = polynomials(points, family, degree)
    for k, row in enumerate(rows):
        left = row - row.mean()
        for _ in range(2):  # once more, for what rounding leaves
            left = left - (rows[:k] @ left / len(left)) @ rows[:k]
        size = float(left @ left) / len(left)
        rows[k] = left / np.sqrt(size) if size > _NOTHING else 0.0
    return rows


class _Basis(NamedTuple):
    """Polynomials of the streams that a surrogate has, at all draws, block by block.

    Parameters
    ----------
    ends : sequence of slice
        Draws of each block.
    rows : dict of int to array, shape (1 + degree, draw)
        By stream; a constant first.
    """

    ends: Sequence[slice]
    rows: dict[int, Array]

    @classmethod
    def of(
        cls, draws: GivenDraws, degrees: Mapping[int, int], families: Mapping[int, int]
    ) -> _Basis:
        """Return the polynomials of some streams up to their degrees."""
        edges = np.searchsorted(draws.blocks, np.arange(draws.count + 1)).tolist()
        one = np.ones((1, len(draws.output)))
        rows = {
            s: np.concatenate([one, _orthonormal(draws.ranks(s), families[s], degree)])
            for s, degree in degrees.items()
        }
        return cls([slice(*own) for own in pairwise(edges)], rows)

    def left_out(self, columns: Array, other: Array) -> Array:
        """Return sums of products of rows over all draws, then over all but each block."""
        each = np.array([columns[:, own] @ other[:, own].T for own in self.ends])
        whole = each.sum(axis=0)
        return np.concatenate([whole[np.newaxis], whole - each])

    def columns(self, terms: Sequence[Term]) -> Array:
        """Return a constant and the terms at all draws."""
        columns = np.ones((1 + len(terms), self.ends[-1].stop))
        for k, term in enumerate(terms, 1):
            for s, degree in term:
                columns[k] *= self.rows[s][degree]
        return columns


def _weighed(draws: GivenDraws, found: Surrogate) -> tuple[list[Shares], float]:
    """Return the shares of the fit to all draws, then to all but each block, and what it explains.

    Nothing but the terms is kept where a block is left out: what the other draws say of the laws
    of the inputs counts as well.
    """
    terms, families = _terms_of(found)
    degrees: dict[int, int] = {}
    for s, degree in (own for term in terms for own in term):
        degrees[s] = max(degrees.get(s, 0), degree)
    basis = _Basis.of(draws, degrees, families)
    is_log = isinstance(found, Product)
    target = np.log(draws.output) if is_log else draws.centred
    columns = basis.columns(terms)
    grams = basis.left_out(columns, columns)
    sides = basis.left_out(columns, target[np.newaxis])[:, :, 0]
    counts = grams[:, 0, 0]
    ridge = _RIDGE * counts[:, np.newaxis, np.newaxis] * np.eye(len(columns))
    weights = np.linalg.solve(grams + ridge, sides[:, :, np.newaxis])[:, :, 0]
    laws = {
        s: basis.left_out(rows, rows) / counts[:, np.newaxis, np.newaxis]
        for s, rows in basis.rows.items()
    }
    make = _of_product if is_log else _of_polynomial
    shares = [
        make(terms, own[1:], {s: law[k] for s, law in laws.items()}, families, len(draws.inputs))
        for k, own in enumerate(weights)
    ]
    fits = [own @ columns[:, at] for own, at in zip(weights[1:], basis.ends, strict=True)]
    left = draws.centred - _centred(np.concatenate(fits), draws.output, is_log=is_log)
    return shares, 1 - float(left.var() / draws.output.var())


def _centred(fits: Array, output: Array, *, is_log: bool) -> Array:
    """Return what a fit says of a centred output."""
    if is_log:
        shape = np.exp(fits - fits.max())
        fits = shape * float(output @ shape / (shape @ shape))
    return np.asarray(fits - fits.mean())


def _terms_of(found: Surrogate) -> tuple[list[Term], dict[int, int]]:
    """Return the terms of a surrogate, and the family of polynomials of each stream."""
    if isinstance(found, Polynomial):
        own = {s for term in found.terms for s, _ in term}
        return list(found.terms), {s: int(found.families[s]) for s in own}
    assert isinstance(found, Product)  # noqa: S101 - there is no other
    exponents = found.exponents.items()
    terms: list[Term] = [
        ((s, int(k) + 1),) for s, (_, own) in exponents for k in np.flatnonzero(own)
    ]
    return terms, {s: family for s, (family, _) in exponents}


def _of_product(
    terms: Sequence[Term],
    weights: Array,
    laws: Mapping[int, Array],
    families: Mapping[int, int],
    inputs: int,
) -> Shares:
    """Return the shares of a product, in polynomials that are orthonormal under given laws."""
    own: dict[int, Array] = {s: np.zeros(len(law)) for s, law in laws.items()}
    for weight, ((s, degree),) in zip(weights, terms, strict=True):
        own[s][degree] = weight
    exponents = {
        s: (families[s], (np.linalg.cholesky(law).T @ own[s])[1:]) for s, law in laws.items()
    }
    groups = [frozenset({k}) for k in range(inputs)]
    parts = Product(1.0, exponents).exact(groups, second_order=True)
    return {key: np.asarray(amount / parts.variance) for key, amount in parts.amounts.items()}


def _of_polynomial(
    terms: Sequence[Term],
    weights: Array,
    laws: Mapping[int, Array],
    families: Mapping[int, int],  # noqa: ARG001 - its polynomials are given by their products
    inputs: int,
) -> Shares:
    """Return the shares of a sum of products of functions whose mean products are known."""
    streams = list(laws)
    degrees = np.array([[dict(term).get(s, 0) for term in terms] for s in streams])
    both = np.array(
        [law[np.ix_(own, own)] for own, law in zip(degrees, laws.values(), strict=True)]
    )
    means = np.array([law[0][own] for own, law in zip(degrees, laws.values(), strict=True)])
    alone = np.einsum("st,su->stu", means, means)

    nothing = alone.prod(axis=0)

    def variance(explained: Array) -> float:
        """Return that of what some streams explain, from the mean products of the terms."""
        return float(weights @ (explained - nothing) @ weights)

    whole = variance(both.prod(axis=0))
    first, total = np.zeros(inputs), np.zeros(inputs)
    pairs = np.full((inputs, inputs), np.nan)  # where no term joins two
    others_alone, others_both = _of_others(alone), _of_others(both)
    for k, stream in enumerate(streams):
        first[stream] = variance(both[k] * others_alone[k]) / whole
        total[stream] = 1 - variance(alone[k] * others_both[k]) / whole
    for j, k in {own for term in terms for own in combinations(sorted(s for s, _ in term), 2)}:
        places = [streams.index(j), streams.index(k)]
        known = both[places].prod(axis=0) * np.delete(alone, places, axis=0).prod(axis=0)
        pairs[j, k] = variance(known) / whole - first[j] - first[k]
    return {"S1": first, "ST": total, "S2": pairs}


def _of_others(factors: Array) -> Array:
    """Return the product of all factors but each, along axis 0."""
    one = np.ones_like(factors[:1])
    before = np.cumprod(np.concatenate([one, factors[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([one, factors[:0:-1]]), axis=0)[::-1]
    return np.asarray(before * after)
