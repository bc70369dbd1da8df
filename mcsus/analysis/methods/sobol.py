"""Sobol' indices: the one door to SALib, and the same numbers from sums alone.

SALib never sees a law or a unit: it is given the values of the model at points that are ours, in
the order of rows it expects, and estimates the indices of each replicate. Its bootstrap is not
used, as it is not honest for scrambled Sobol' points. Where there are too many values to hold, its
formulas are applied to sums over the points.

Either way an index is a ratio of sums over all replicates: see `mcsus.analysis.shares`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, Wants, register
from mcsus.analysis.groups import Control, GroupSums, GroupValues, WantsGroups
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.replication import student_quantile
from mcsus.analysis.settled import SETTLED
from mcsus.analysis.shares import Parts, Shares, unsettled
from mcsus.declared.items import flag, one_of
from mcsus.errors import NotFiniteError
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_SALIB_ROWS = 1 << 20  # of one replicate: beyond, SALib takes most of the time, and memory
_SURE = 0.99865  # that a total-order index is above 1, where it is said
_ROUNDING = 1e-9  # of a share


@register
class Sobol(MethodOfShares):
    """Indices of first, second and total order."""

    name = "sobol"
    title = "Sobol\u2019 indices"
    words = "the share of the variance that would go if an input were known, or that it touches"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index", has_error=True),
        Entry("ST", ("input",), "1", "total-order index", has_error=True),
        Entry(
            "S2",
            ("input", "other_input"),
            "1",
            "second-order index",
            has_error=True,
            is_optional=True,
        ),
        *SETTLED,
    )
    options: ClassVar = {
        "second_order": flag("whether indices of pairs are wanted"),
        "estimator": one_of(
            ("auto", "salib", "streaming"),
            "what estimates the indices: SALib on stored values; streaming sums by its formulas, "
            "which hold no values; or auto, SALib's formulas with a surrogate as control where "
            "some draws tell that it helps, and streaming beyond 2^20 rows a replicate",
            default="auto",
        ),
    }
    is_for_independent = True
    in_its_place = ("shapley", "kucherenko")
    least_draws = 64

    def wants(self, asked: Asked) -> WantsGroups:
        """Return the groups; sums do where the study says so, or beyond 2^20 rows a replicate."""
        second_order, estimator = (asked.options.get(key) for key in ("second_order", "estimator"))
        sizes = list(asked.sizes)
        if second_order:  # of the study's own grouping alone
            sizes[0] *= 2
        many = asked.draws * (2 + max(sizes)) > _SALIB_ROWS
        auto = estimator in (None, "auto")
        summed = many if auto else estimator == "streaming"
        return WantsGroups(bool(second_order), summed, controlled=auto and not summed)

    def told(self, wants: Wants) -> dict[str, str]:
        """Say who does the sums; a run says what controls them."""
        summed = isinstance(wants, WantsGroups) and wants.summed
        return {"estimator": "streaming" if summed else "SALib"}

    def estimate(self, data: GroupValues | GroupSums) -> Parts:
        """Return the parts of the variance in one replicate."""
        if isinstance(data, GroupSums):
            return streaming_parts(data)
        if data.control is None:
            return salib_parts(data)
        return controlled_parts(data, data.control)

    def doubt(self, shares: Shares) -> str:
        """Say why indices are not known, if so; empty where there are none, or no errors."""
        if doubt := unsettled(shares._replace(errors=_but_pairs(shares.errors))):
            return doubt
        off = student_quantile(len(shares.each["ST"]), _SURE) * shares.errors["ST"]
        if np.any(shares.values["ST"] > 1 + _ROUNDING + off):
            return "a total-order index is above 1 by more than its error allows"
        return ""

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]


def _but_pairs(errors: Mapping[str, Array]) -> dict[str, Array]:
    return {key: error for key, error in errors.items() if key != "S2"}


def salib_indices(values: Array, groups: int, *, second_order: bool = False) -> dict[str, Array]:
    """Estimate the indices of one replicate with SALib.

    Parameters
    ----------
    values : array, shape (evaluation, draw)
        Values at A, at B, at A with each group from B and, for second order, at B with each group
        from A.

    Returns
    -------
    dict
        ``S1`` and ``ST``, shape (group,), and ``S2``, shape (group, group), if asked for. First
        order after Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018; total order after
        Jansen (1999), doi:10.1016/S0010-4655(98)00154-4.
    """
    if values.shape[0] != 2 + groups * (2 if second_order else 1):
        msg = f"{values.shape[0]} evaluations do not fit {groups} groups"
        raise ValueError(msg)
    bad = int(np.count_nonzero(~np.isfinite(values)))
    if bad:  # one would make SALib report every index as 0 or NaN
        msg = f"an output is not finite at {bad} of the {values.size} points of its indices"
        raise NotFiniteError(msg)
    missing = np.full(groups, np.nan)
    if np.ptp(values[:2]) == 0:
        square = np.full((groups, groups), np.nan)
        return {"S1": missing, "ST": missing, **({"S2": square} if second_order else {})}
    # its estimators one by one: what `analyze` adds, a bootstrap, takes most of its time
    from SALib.analyze import sobol  # noqa: PLC0415 - 1 s to import, needed by this call alone

    _, size = np.frexp(np.abs(values).max())  # so that squares are finite
    ordered = np.concatenate([values[:1], values[2:], values[1:2]]).T.ravel()  # as SALib sums them
    ordered = np.ldexp(ordered, -size)
    scaled = (np.ldexp(values, -size) - ordered.mean()) / ordered.std()
    a, b, ab, ba = scaled[0], scaled[1], scaled[2 : 2 + groups], scaled[2 + groups :]
    one, other = (np.repeat(own[np.newaxis], groups, axis=0).T for own in (a, b))
    indices = {
        "S1": sobol.first_order(one, ab.T, other),
        "ST": sobol.total_order(one, ab.T, other),
    }
    if second_order:
        indices["S2"] = np.full((groups, groups), np.nan)
        for j, k in combinations(range(groups), 2):
            indices["S2"][j, k] = sobol.second_order(a, ab[j], ab[k], ba[j], b)
    return indices


def salib_parts(data: GroupValues) -> Parts:
    """Return the parts of the variance in one replicate: the indices of SALib times the variance.

    SALib centres the values on their mean; the changes say how that mean matters. Where A and B do
    not vary it has no indices, and the parts come from sums.
    """
    values, groups = data.values, data.groups
    indices = salib_indices(values, groups, second_order=data.second_order)
    variance = float(np.var(values[:2]))
    if variance == 0:
        return streaming_parts(_sums(data))
    amounts = {key: index * variance for key, index in indices.items()}
    mean, centre = float(values[:2].mean()), float(values.mean())
    changes = (values[2 : 2 + groups] - values[0]).mean(axis=1)
    slopes = {"S1": changes}
    if data.second_order:
        slopes["S2"] = _pairs((values[2 + groups :] - values[1]).mean(axis=1) - changes)
    return Parts(mean, variance, centre, amounts, slopes).checked()


def controlled_parts(data: GroupValues, control: Control) -> Parts:
    """Return the parts of the variance in one replicate, with a surrogate as control."""
    pairs = data.second_order
    surrogate, a, b, groups = control
    values = surrogate.evaluations(a, b, groups, second_order=pairs)
    its = streaming_parts(_sums(GroupValues(values, data.groups, pairs)))
    exact = surrogate.exact(groups, second_order=pairs)
    return streaming_parts(_sums(data)).controlled(its, exact).checked()


def _sums(data: GroupValues) -> GroupSums:
    """Return the sums of values, as `mcsus.engine.saltelli.saltelli_sums` makes them."""
    groups, pivot = data.groups, float(data.values[0, 0])
    values = data.values - pivot
    a, b, changes, others = values[0], values[1], values[2 : 2 + groups], values[2 + groups :]
    changes, others = changes - a, others - b
    own, paired = (
        np.stack([each.sum(axis=1) for each in every], axis=1).ravel()
        for every in ((changes, b * changes, changes**2), (others, a * others))
    )
    pairs = [
        (d * e).sum() for (_, e), (d, _) in combinations(zip(changes, others, strict=False), 2)
    ]
    base = [a.sum(), b.sum(), (a * a).sum(), (b * b).sum()]
    sums = np.array([*base, *own, *paired, *pairs])
    return GroupSums(sums, values.shape[1], groups, data.second_order, pivot)


def streaming_parts(data: GroupSums) -> Parts:
    """Return the parts of the variance in one replicate from sums, by the formulas of SALib.

    The first order depends on where the outputs are centred. SALib centres them on the mean of
    all evaluations, so it is done here too.

    Notes
    -----
    Of pairs: with d = AB - A and e = BA - B, the product BA_j AB_k - A B is
    B d_k + A e_j + e_j d_k, and B d_k is the first order of k.
    """
    sums, groups = data.sums, data.groups
    pairs = groups * (groups - 1) // 2
    expected = 4 + 3 * groups + (2 * groups + pairs if data.second_order else 0)
    if sums.shape != (expected,):
        msg = f"{sums.shape} sums do not fit {groups} groups"
        raise ValueError(msg)
    means = sums / data.draws
    a, b, aa, bb = (float(x) for x in means[:4])
    d, bd, dd = means[4 : 4 + 3 * groups].reshape(groups, 3).T
    others = means[4 + 3 * groups : expected - pairs] if data.second_order else means[:0]
    e, ae = others.reshape(-1, 2).T
    centre = (a * (1 + len(d)) + b * (1 + len(e)) + d.sum() + e.sum()) / (2 + len(d) + len(e))
    mean = (a + b) / 2
    variance = max((aa + bb) / 2 - mean**2, 0.0)
    amounts = {"S1": bd - centre * d, "ST": 0.5 * dd}
    slopes = {"S1": d}
    if data.second_order:
        slopes["S2"] = _pairs(e - d)
        both = np.zeros((groups, groups))
        both[np.triu_indices(groups, 1)] = means[expected - pairs :]
        amounts["S2"] = _pairs(ae - centre * e - amounts["S1"]) + both
    return Parts(data.pivot + mean, variance, data.pivot + centre, amounts, slopes).checked()


def _pairs(values: Array) -> Array:
    """Return the values of the first of each pair; NaN where there is none."""
    square = np.full((len(values), len(values)), np.nan)
    first, second = np.triu_indices(len(values), 1)
    square[first, second] = values[first]
    return square
