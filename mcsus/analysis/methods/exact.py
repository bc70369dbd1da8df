"""Moments and indices in closed form, where an output is a sum of products of powers of inputs.

The expected value of a product of independent inputs is the product of their own: so the mean of
sum_k c_k prod_i X_i^a_ki, and the variance that any set of inputs explains, follow from moments of
the inputs alone. Estimates that stand beside are then checked on the model itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from mcsus.analysis.base import Array, Asked, Method, Pooled, register
from mcsus.analysis.terms import Terms, WantsTerms
from mcsus.result.arrays import Entry

_ROUNDING = 1e-12  # of what is taken from each other: a variance that is less is none


@register
class Exact(Method):
    """Mean, spread and indices without error."""

    name = "exact"
    title = "Closed form"
    words = (
        "mean, spread, Sobol\u2019 indices and Shapley effects exactly, where an output is a sum "
        "of products of powers of independent inputs, to check the estimates with"
    )
    arrays = (
        Entry("S1", ("input",), "1", "first-order index, exactly"),
        Entry("ST", ("input",), "1", "total-order index, exactly"),
        Entry("shapley", ("input",), "1", "Shapley effect, exactly"),
        Entry("mean", (), "{unit}", "mean, exactly"),
        Entry("sd", (), "{unit}", "standard deviation, exactly"),
        Entry("terms", (), "1", "products that the output is the sum of"),
    )

    def wants(self, asked: Asked) -> WantsTerms:  # noqa: ARG002 - it asks for no draws
        """Return that the graph is asked."""
        return WantsTerms()

    def estimate(self, data: Terms) -> dict[str, Array]:
        """Return moments and indices of one cell."""
        inputs = len(data.single)
        names = ("S1", "ST", "shapley")
        missing = np.asarray(np.nan)
        nothing = dict.fromkeys(names, np.full(inputs, np.nan))
        terms = np.asarray(float(len(data.coefficients)))
        if data.reason:
            return {**nothing, "mean": missing, "sd": missing, "terms": missing}
        apart = data.single[:, :, np.newaxis] * data.single[:, np.newaxis, :]
        more = data.double - apart
        weights = np.outer(data.coefficients, data.coefficients)
        mean = np.asarray((data.coefficients * data.single.prod(axis=0)).sum())
        whole = weights * data.double.prod(axis=0)
        variance = float((whole - weights * apart.prod(axis=0)).sum())
        if variance <= _ROUNDING * np.abs(whole).sum():
            return {**nothing, "mean": mean, "sd": np.asarray(0.0), "terms": terms}

        def explained(others: Array) -> Array:
            parts = weights * more * _but_each(others)
            return np.asarray(parts.sum(axis=(1, 2)) / variance)

        nodes, shares = np.polynomial.legendre.leggauss(max(1, ceil(inputs / 2)))
        shapley = sum(
            share / 2 * explained(apart + (node + 1) / 2 * more)
            for node, share in zip(nodes, shares, strict=True)
        )
        return {
            "S1": explained(apart),
            "ST": explained(data.double),
            "shapley": np.asarray(shapley),
            "mean": mean,
            "sd": np.asarray(np.sqrt(variance)),
            "terms": terms,
        }

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return what the only replicate says."""
        return Pooled(dict(replicates[0]))

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]


def _but_each(parts: Array) -> Array:
    """Return the products over the first axis of all but each."""
    before, after = np.ones_like(parts), np.ones_like(parts)
    np.cumprod(parts[:-1], axis=0, out=before[1:])
    after[:-1] = np.cumprod(parts[:0:-1], axis=0)[::-1]
    return before * after
