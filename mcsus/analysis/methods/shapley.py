"""Shapley effects: the variance shared out among inputs, whether they depend on each other or not.

An input that joins those that are drawn again adds to the variance that remains; its effect is the
mean of that over all orders in which inputs may join, after A. B. Owen (2014),
doi:10.1137/130936233, and E. Song, B. L. Nelson and J. Staum (2016), doi:10.1137/15M1048070. What
remains of the variance when all but u are known is half the mean square of f(A) minus f at A with u
drawn again, which needs no second loop over draws. Where the inputs are independent, orders are
walked from A to B, and from B to A at no cost: T. Goda (2021), arXiv:2009.00874.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, register
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.redraws import RedrawnValues, Redraws, WantsRedraws
from mcsus.analysis.settled import SETTLED
from mcsus.analysis.shares import Parts
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_ALL_SUBSETS = 6  # inputs of which every set is evaluated; beyond, orders are more exact
_ALONE = 10  # inputs up to which each has an effect of its own, however small
_RUN = 64  # base points of one order


@register
class Shapley(MethodOfShares):
    """Shares of the variance that add up to 1."""

    name = "shapley"
    title = "Shapley effects"
    words = (
        "the share of the variance that an input is given when what inputs have in common, by "
        "dependence or by interaction, is shared out among them equally"
    )
    arrays = (Entry("shapley", ("input",), "1", "Shapley effect", has_error=True), *SETTLED)
    least_draws = 64

    def wants(self, asked: Asked) -> WantsRedraws:  # noqa: ARG002 - they are the same for all
        """Return all sets of few inputs; of many, those along random orders."""
        return WantsRedraws(_sets, _ALONE, size=_evaluations)

    def estimate(self, data: RedrawnValues) -> Parts:
        """Return the parts of the variance in one replicate."""
        groups = data.redraws.known.shape[2]
        effects = _of_all_sets(data) if groups <= _ALL_SUBSETS else _of_orders(data)
        nothing: dict[str, Array] = {}
        return Parts(0.0, float(effects.sum()), 0.0, {"shapley": effects}, nothing).checked()

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by effect."""
        return means["shapley"]


def _evaluations(groups: int) -> int:
    """Return how many sets are evaluated, all inputs and none of them left out."""
    return 2**groups - 2 if groups <= _ALL_SUBSETS else groups - 1


def _sets(groups: int, draws: int, random: np.random.Generator) -> Redraws:
    """Return which inputs stay known: in all sets of them, or as they leave in random orders.

    All of them known is A, none of them B; these are not evaluated again.
    """
    if groups <= _ALL_SUBSETS:
        sets = list(product([True, False], repeat=groups))[1:-1]
        known = np.array(sets, dtype=bool).reshape(len(sets), 1, groups)
        how = "all sets of inputs"
    else:
        orders = _orders(groups, draws, random)
        places = np.argsort(orders, axis=1)  # of each input in the order of its run
        known = places >= np.arange(1, groups)[:, np.newaxis, np.newaxis]
        how = "random orders"
    return Redraws(known, np.zeros(len(known), dtype=bool), how)


def _orders(groups: int, draws: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Return an order for each run: in turn each rotation of random ones.

    So each input has each place equally often.
    """
    length = _RUN
    while length > 1 and draws < 2 * groups * length:
        length //= 2
    runs = draws // length
    bases = np.array([random.permutation(groups) for _ in range(-(-runs // groups))])
    turned = (np.arange(groups)[:, np.newaxis] + np.arange(groups)) % groups
    orders: NDArray[np.int64] = bases[:, turned].reshape(-1, groups)[:runs]
    return orders


def _of_all_sets(data: RedrawnValues) -> Array:
    """Return the effects from all sets, with the weights of the places at which an input joins."""
    known = data.redraws.known[:, 0]
    groups = known.shape[1]
    ends = np.array([[True], [False]]).repeat(groups, axis=1)
    row = {tuple(own): k for k, own in enumerate([*ends.tolist(), *known.tolist()])}
    effects = np.zeros(groups)
    for before, place in row.items():
        weight = 1 / (groups * comb(groups - 1, before.count(False))) if any(before) else 0.0
        for k in np.flatnonzero(before):
            after = (*before[:k], False, *before[k + 1 :])
            effects[k] += weight * _joining(data, place, row[after]).mean()
    return effects


def _of_orders(data: RedrawnValues) -> Array:
    """Return the effects from orders: the mean of what each input adds at its place."""
    known = data.redraws.known
    _, runs, groups = known.shape
    effects = np.zeros(groups)
    rows = [0, *range(2, len(data.values)), 1]
    states = [np.ones((runs, groups), dtype=bool), *known, np.zeros((runs, groups), dtype=bool)]
    for k in range(groups):
        joins = np.argmax(states[k] & ~states[k + 1], axis=1)
        added = _joining(data, rows[k], rows[k + 1]).reshape(runs, -1).mean(axis=1)
        np.add.at(effects, joins, added)
    return np.asarray(effects / runs)


def _joining(data: RedrawnValues, before: int, after: int) -> Array:
    """Return what an input that joins those drawn again adds to the variance, draw by draw."""
    a, b = data.values[:2]
    change = data.values[after] - data.values[before]
    if data.are_apart:  # the same seen from A and from B, and half of each
        return np.asarray(change * (b - a) / 2)
    middle = (data.values[after] + data.values[before]) / 2
    return np.asarray(change * (middle - a))
