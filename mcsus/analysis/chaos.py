"""A polynomial chaos of an output from draws of its inputs, whatever their laws.

The polynomials are of the ranks of each input, or of their normal scores, made orthonormal at the
draws, so that inputs of a table will do, and those with few values. Which terms there are is found
in half of the draws and confirmed by a quarter; how much of the variance they explain is told by
the last quarter; and then all draws weigh them.

G. Blatman, B. Sudret (2011), doi:10.1016/j.jcp.2010.12.021; B. Sudret (2008),
doi:10.1016/j.ress.2007.04.002.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.chaos_basis import Basis, orthonormal
from mcsus.analysis.chaos_indices import Amounts, Told, told_by_both, told_by_fit
from mcsus.analysis.chaos_parts import by_terms, moved_product, of_polynomial, of_product
from mcsus.analysis.chaos_rest import rest_of
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
)

Array = NDArray[np.float64]

_DEGREES, _USUAL, _MANY = (12, 6), (6, 4), 64  # of fewer inputs, of many
_PAIRS = ((4, 10), (8, 6))  # inputs up to which pairs are of a degree; else of the usual one
_MOST, _LEAST, _MOST_VALUES = 1 << 14, 1 << 11, 1 << 23  # draws in which terms are found
_MOST_WEIGHING = 1 << 15  # draws that weigh them
_RIDGE = 1e-10
_SURE = 0.002  # of the variance of a logarithm, left: its fit says more of a long tail than draws
_SEED = 0x6368616F73


class Chaos(NamedTuple):
    """What was found of an output.

    Parameters
    ----------
    explained : float
        Share of the variance, of draws that had no part in it.
    told : Told
        First, second and total order.
    """

    explained: float
    told: Told


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
    fit = _Fit.of(draws, found)
    of_all = 1 - float(fit.left.var() / draws.output.var())
    return Chaos(min(explained, of_all), fit.told(draws))


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
        (k, family): orthonormal(draws.ranks(k), family, degrees[family])[:, looked]
        for k in range(inputs)
        for family in (BOUNDED, UNBOUNDED)
    }
    points = np.array([draws.ranks(k)[looked] for k in range(inputs)])
    return looked, Features(points, degrees, known)


def _is_fine(draws: GivenDraws, k: int) -> bool:
    """Tell whether hardly any value of an input is there twice."""
    points = draws.ranks(k)
    return draws.once(("is fine", k), lambda: len(np.unique(points)) > len(points) / 2)


class _Fit(NamedTuple):
    """A fit to all draws, then to all but each block.

    Parameters
    ----------
    weights : array, shape (1 + block, 1 + term)
        Of a constant and the terms.
    left : array, shape (draw,)
        What fits to the other blocks leave of each draw, of mean 0.
    log_left : float
        Share of the variance of the logarithm that they leave; infinite where there is none.
    """

    terms: list[Term]
    families: dict[int, int]
    basis: Basis
    columns: Array
    weights: Array
    left: Array
    log_left: float

    @classmethod
    def of(cls, draws: GivenDraws, found: Surrogate) -> _Fit:
        """Return the fit of the terms of a surrogate."""
        terms, families = _terms_of(found)
        degrees: dict[int, int] = {}
        for s, degree in (own for term in terms for own in term):
            degrees[s] = max(degrees.get(s, 0), degree)
        basis = Basis.of(draws, degrees, families)
        is_log = isinstance(found, Product)
        target = np.log(draws.output) if is_log else draws.centred
        columns = basis.columns(terms)
        grams = basis.left_out(columns, columns)
        sides = basis.left_out(columns, target[np.newaxis])
        ridge = _RIDGE * grams[:, :1, :1] * np.eye(len(columns))
        weights = np.asarray(np.linalg.solve(grams + ridge, sides)[:, :, 0], dtype=np.float64)
        each = zip(weights[1:], basis.ends, strict=True)
        fits = np.concatenate([own @ columns[:, at] for own, at in each])
        log_left = np.inf
        if is_log:
            log_left = float((target - fits).var() / target.var())
            size = _log_size(fits, draws.output)
            fits, weights[:, 0] = np.exp(fits + size), weights[:, 0] + size
        left = draws.centred - (fits - fits.mean())
        return cls(terms, families, basis, columns, weights, left, log_left)

    def told(self, draws: GivenDraws) -> Told:
        """Return the indices by the fit and what it leaves.

        Nothing but the terms is kept where a block is left out: what the other draws say of the
        laws of the inputs counts as well.
        """
        inputs, none = len(draws.inputs), [0] * draws.count
        blocks = list(range(1, draws.count + 1))
        if self.log_left < _SURE:
            return told_by_fit(self._parts(inputs, [0, *blocks], [0, *blocks]), self.log_left)
        if np.isfinite(self.log_left):
            others = self._parts(inputs, blocks, none)
            moved = moved_product(self.terms, self.weights[0], self.basis, self.left, inputs)
        else:
            own = self.weights[1:, 1:]
            others = by_terms(self.terms, np.square(own), inputs)
            along = own * self.basis.by_block(self.columns[1:], self.left)
            moved = by_terms(self.terms, 2 * along, inputs)
        rest = rest_of(draws, self.left, others["ST"].mean(axis=0))
        return told_by_both(others, self._parts(inputs, none, blocks), moved, rest)

    def _parts(self, inputs: int, of: Sequence[int], under: Sequence[int]) -> Amounts:
        """Return the parts of fits without some blocks, under laws without some."""
        make = of_product if np.isfinite(self.log_left) else of_polynomial
        products = {s: self.basis.left_out(rows, rows) for s, rows in self.basis.rows.items()}
        laws = {s: own / own[:, :1, :1] for s, own in products.items()}
        each = [
            make(self.terms, self.weights[k], {s: own[m] for s, own in laws.items()},
                 self.families, inputs)
            for k, m in zip(of, under, strict=True)
        ]  # fmt: skip
        return {key: np.array([own[key] for own in each]) for key in each[0]}


def _log_size(fits: Array, output: Array) -> float:
    """Return the logarithm of what the exponential of a fit is multiplied with, to be nearest."""
    shape = np.exp(fits - fits.max())
    return float(np.log(output @ shape / (shape @ shape)) - fits.max())


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
