"""Indices of an output from a fit to its draws and what that leaves, with their errors.

The variance of a fit is known by its laws. What the fit leaves moves along with it, which block by
block is told of those draws that had no part in the fit, and has a variance of its own, which
`chaos_rest` parts. So a fit that lacks something has no bias but that of what three inputs do
together: this part is known as a whole alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.chaos_rest import Rest
from mcsus.analysis.replication import skewed_error, student_quantile
from mcsus.analysis.shares import lopsided_error

Array = NDArray[np.float64]
Amounts = Mapping[str, Array]
"""Parts of a variance by the name of their index, and all of it as ``variance``."""

KEYS = ("S1", "ST", "S2")
_MISSED = 2.0  # times what is left of the variance of a logarithm: the error of an index


class Told(NamedTuple):
    """Indices by name, and their errors."""

    values: dict[str, Array]
    errors: dict[str, Array]


def told_by_both(others: Amounts, of_laws: Amounts, moved: Amounts, rest: Rest) -> Told:
    """Return the indices of an output, by a fit and what it leaves.

    Parameters
    ----------
    others : amounts, shape (block, ...)
        Of fits to all draws but each block, under the laws of all.
    of_laws : amounts, shape (block, ...)
        Of the fit to all draws under the laws without each block.
    moved : amounts, shape (block, ...)
        What the parts gain as the rest moves along with them, in each block.
    """
    blocks = len(rest.variance)
    parts = {}
    for key in ("variance", *KEYS):
        laws = of_laws[key] - of_laws[key].mean(axis=0)  # without a block, as a jackknife has it
        parts[key] = _symmetric(others[key] + moved[key] - (blocks - 1) * laws)
    parts["variance"] += rest.variance
    of_rest = {"S1": rest.first, "ST": rest.first + rest.pairs.sum(axis=2), "S2": rest.pairs}
    in_pairs = np.sqrt((rest.pairs_error**2).sum(axis=1))
    of_chance = {
        "S1": rest.first_error,
        "ST": np.hypot(rest.first_error, in_pairs),
        "S2": rest.pairs_error,
    }
    share, unsure = _of_others(parts["S2"] + rest.pairs, rest.others)
    parts["ST"] += share * rest.others[:, np.newaxis]
    whole = parts["variance"].mean()
    values, errors = {}, {}
    for key in KEYS:
        each = parts[key]
        values[key] = (each + of_rest[key]).mean(axis=0) / whole
        of_all = parts["variance"].reshape(-1, *[1] * (each.ndim - 1))
        off = skewed_error((each - values[key] * of_all) / whole)
        errors[key] = np.hypot(off, of_chance[key] / whole)
    errors["ST"] = np.hypot(errors["ST"], _bounded(unsure / whole, blocks))
    missing = np.isnan(others["S2"][0])  # pairs that no term joins
    values["S2"][missing] = errors["S2"][missing] = np.nan
    return Told(values, errors)


def told_by_fit(parts: Amounts, left: float) -> Told:
    """Return the indices of a fit alone, which says more of a long tail than its few draws.

    Parameters
    ----------
    parts : amounts
        Of the fit to all draws, then to all but each block.
    left : float
        What it leaves of the variance of the logarithm.
    """
    values, errors = {}, {}
    for key in KEYS:
        amounts = parts[key]
        shares = amounts / parts["variance"].reshape(-1, *[1] * (amounts.ndim - 1))
        missed = _bounded(_MISSED * left, len(shares) - 1)
        values[key], errors[key] = shares[0], np.hypot(lopsided_error(shares[1:]), missed)
    return Told(values, errors)


def _symmetric(amounts: Array) -> Array:
    """Return amounts, those of pairs either way; 0 where no term joins two."""
    known = np.nan_to_num(amounts)
    if known.ndim < 3:
        return known
    upper = np.triu(known, 1)
    return np.asarray(upper + upper.transpose(0, 2, 1))


def _of_others(pairs: Array, others: Array) -> tuple[Array, Array]:
    """Return the share that each input has in what more than two do together, and half its range.

    It is between that in what two do, and that in the products of what each two of three do, as of
    a product of functions; and nothing is known where two do nothing.

    Parameters
    ----------
    pairs : array, shape (block, input, input)
    others : array, shape (block,)
        Variance of what more than two do.
    """
    known = np.maximum(pairs.mean(axis=0), 0.0)
    root, left = np.sqrt(known), max(float(others.mean()), 0.0)
    in_twos = known.sum(axis=1)
    in_threes = np.einsum("ij,ik,jk->i", root, root, root) / 2  # no input is paired with itself
    whole = in_twos.sum() / 2
    if not whole > 0:
        return np.full(len(known), 0.5), np.full(len(known), left / 2)
    twos = in_twos / whole
    threes = in_threes / (in_threes.sum() / 3) if in_threes.any() else twos
    unknown = (left / (left + whole)) ** 2 / 2
    return (twos + threes) / 2, left * np.maximum(np.abs(twos - threes) / 2, unknown)


def _bounded(unsure: Array | float, blocks: int) -> Array:
    """Return an error of which bounds are twice what is unsure, however few blocks there are."""
    return np.asarray(2 / student_quantile(blocks) * np.asarray(unsure))
