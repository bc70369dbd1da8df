"""Parts of the variance of a polynomial chaos: by terms, under given laws, along with others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.chaos_basis import Basis
from mcsus.analysis.chaos_indices import Amounts
from mcsus.analysis.surrogates import Product, Term

Array = NDArray[np.float64]


def by_terms(terms: Sequence[Term], amounts: Array, inputs: int) -> Amounts:
    """Return the parts of a sum of orthonormal terms, of what each of these has.

    Parameters
    ----------
    amounts : array, shape (block, term)
    """
    blocks = len(amounts)
    first, total = np.zeros((blocks, inputs)), np.zeros((blocks, inputs))
    pairs = np.full((blocks, inputs, inputs), np.nan)  # where no term joins two
    for term, own in zip(terms, amounts.T, strict=True):
        of = sorted(s for s, _ in term)
        total[:, of] += own[:, np.newaxis]
        if len(of) == 1:
            first[:, of[0]] += own
        for j, k in combinations(of, 2):
            known = np.nan_to_num(pairs[:, j, k])
            pairs[:, j, k] = known + own if len(of) == 2 else known
    return {"S1": first, "ST": total, "S2": pairs, "variance": amounts.sum(axis=1)}


def moved_product(
    terms: Sequence[Term], weights: Array, basis: Basis, left: Array, inputs: int
) -> Amounts:
    """Return what parts of a product gain as what it leaves moves along with it, block by block.

    Parameters
    ----------
    left : array, shape (draw,)
        Of mean 0.
    """
    exponents = {s: np.zeros(len(left)) for s in basis.rows}
    for weight, ((s, degree),) in zip(weights[1:], terms, strict=True):
        exponents[s] += weight * basis.rows[s][degree]
    factors = np.exp(np.array(list(exponents.values())).reshape(len(exponents), len(left)))
    means = factors.mean(axis=1, keepdims=True)
    streams, size = list(exponents), float(np.exp(weights[0]))
    mean, values = size * float(means.prod()), size * factors.prod(axis=0)
    alone = factors / means - 1
    blocks = len(basis.ends)
    first, total = np.zeros((blocks, inputs)), np.zeros((blocks, inputs))
    pairs = np.zeros((blocks, inputs, inputs))
    first[:, streams] = 2 * mean * basis.by_block(alone, left)
    total[:, streams] = 2 * basis.by_block(values * (1 - means / factors), left)
    for block, own in enumerate(basis.ends):
        both = 2 * mean * (alone[:, own] * left[own]) @ alone[:, own].T / (own.stop - own.start)
        pairs[block][np.ix_(streams, streams)] = both
    whole = 2 * basis.by_block((values - values.mean())[np.newaxis], left)[:, 0]
    return {"S1": first, "ST": total, "S2": pairs, "variance": whole}


def of_product(
    terms: Sequence[Term],
    weights: Array,
    laws: Mapping[int, Array],
    families: Mapping[int, int],
    inputs: int,
) -> Amounts:
    """Return the parts of a product, in polynomials that are orthonormal under given laws."""
    own: dict[int, Array] = {s: np.zeros(len(law)) for s, law in laws.items()}
    for weight, ((s, degree),) in zip(weights[1:], terms, strict=True):
        own[s][degree] = weight
    exponents = {
        s: (families[s], (np.linalg.cholesky(law).T @ own[s])[1:]) for s, law in laws.items()
    }
    groups = [frozenset({k}) for k in range(inputs)]
    parts = Product(float(np.exp(weights[0])), exponents).exact(groups, second_order=True)
    return {**parts.amounts, "variance": np.array(parts.variance)}


def of_polynomial(
    terms: Sequence[Term],
    weights: Array,
    laws: Mapping[int, Array],
    families: Mapping[int, int],  # noqa: ARG001 - its polynomials are given by their products
    inputs: int,
) -> Amounts:
    """Return the parts of a sum of products of functions whose mean products are known."""
    if not terms:
        first, pairs = np.zeros(inputs), np.zeros((inputs, inputs))
        return {"S1": first, "ST": first, "S2": pairs, "variance": np.array(0.0)}
    weights = weights[1:]
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
        first[stream] = variance(both[k] * others_alone[k])
        total[stream] = whole - variance(alone[k] * others_both[k])
    for j, k in {own for term in terms for own in combinations(sorted(s for s, _ in term), 2)}:
        places = [streams.index(j), streams.index(k)]
        known = both[places].prod(axis=0) * np.delete(alone, places, axis=0).prod(axis=0)
        pairs[j, k] = variance(known) - first[j] - first[k]
    return {"S1": first, "ST": total, "S2": pairs, "variance": np.array(whole)}


def _of_others(factors: Array) -> Array:
    """Return the product of all factors but each, along axis 0."""
    one = np.ones_like(factors[:1])
    before = np.cumprod(np.concatenate([one, factors[:-1]]), axis=0)
    after = np.cumprod(np.concatenate([one, factors[:0:-1]]), axis=0)[::-1]
    return np.asarray(before * after)
