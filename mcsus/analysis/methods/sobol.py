"""Sobol' indices: the one door to SALib, and the same numbers from sums alone.

SALib never sees a law or a unit: it is given the values of the model at points that are ours, in
the order of rows it expects, and estimates the indices of each replicate. Its bootstrap is not
used, as it is not honest for scrambled Sobol' points; errors come from the replicates.

Where there are too many values to hold, its formulas are applied to sums over the points.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, GroupSums, GroupValues, Method, Wants, WantsGroups, register
from mcsus.declared.items import flag, one_of
from mcsus.errors import NotFiniteError
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_SALIB_ROWS = 1 << 20  # of one replicate: beyond, SALib takes most of the time, and memory
_RESAMPLES = 1  # the fewest that SALib runs with; what it makes of them is not read
_SEED = 1  # SALib takes seed 0 for no seed


@register
class Sobol(Method):
    """Indices of first, second and total order."""

    name = "sobol"
    title = "Sobol\u2019 indices"
    words = "the share of the variance that would go if an input were known, or that it touches"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index", has_error=True),
        Entry("ST", ("input",), "1", "total-order index", has_error=True),
        Entry("S2", ("input", "other_input"), "1", "second-order index", has_error=True),
    )
    options: ClassVar = {
        "second_order": flag("whether indices of pairs are wanted"),
        "estimator": one_of(
            ("salib", "streaming"),
            "who does the sums, by the same formulas: SALib on stored values, or sums alone; if "
            "left out, by the number of base points",
            default="",
        ),
    }
    is_for_independent = True
    least_draws = 64

    def wants(self, asked: Asked) -> WantsGroups:
        """Return the groups; sums do where the study says so, or beyond 2^20 rows a replicate."""
        second_order, estimator = (asked.options.get(key) for key in ("second_order", "estimator"))
        sizes = list(asked.sizes)
        if second_order:  # of the study's own grouping alone
            sizes[0] *= 2
        many = asked.draws * (2 + max(sizes)) > _SALIB_ROWS
        summed = estimator == "streaming" if estimator else many
        return WantsGroups(second_order=bool(second_order), summed=summed)

    def told(self, wants: Wants) -> dict[str, str]:
        """Say who does the sums."""
        summed = isinstance(wants, WantsGroups) and wants.summed
        return {"estimator": "streaming" if summed else "SALib"}

    def estimate(self, data: GroupValues | GroupSums) -> dict[str, Array]:
        """Return the indices of one replicate."""
        if isinstance(data, GroupSums):
            return streaming_indices(
                data.sums, data.draws, data.groups, second_order=data.second_order
            )
        return salib_indices(data.values, data.groups, second_order=data.second_order)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]


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
    from SALib.analyze import sobol  # noqa: PLC0415 - 1 s to import, needed by this call alone

    _, size = np.frexp(np.abs(values).max())  # so that squares are finite
    rows = np.ldexp(np.concatenate([values[:1], values[2:], values[1:2]]), -size)
    names = [f"group{k}" for k in range(groups)]
    problem = {"num_vars": groups, "names": names, "bounds": [[0.0, 1.0]] * groups}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the sd of a single resample
        analysed = sobol.analyze(
            problem,
            np.ascontiguousarray(rows.T).ravel(),
            calc_second_order=second_order,
            num_resamples=_RESAMPLES,
            seed=_SEED,
        )
    return {
        key: np.asarray(analysed[key]) for key in ("S1", "ST", *(["S2"] if second_order else []))
    }


def streaming_indices(
    sums: Array, draws: int, groups: int, *, second_order: bool = False
) -> dict[str, Array]:
    """Estimate the indices of one replicate from sums over its points, by the formulas of SALib.

    The first order depends on where the outputs are centred. SALib centres them on the mean of
    all evaluations, so it is done here too.

    Parameters
    ----------
    sums : array, shape (column,)
        Over all points, in the columns of `mcsus.engine.saltelli.saltelli_sums`; with
        `second_order` all groups are paired.

    Notes
    -----
    Of pairs: with d = AB - A and e = BA - B, the product BA_j AB_k - A B is
    B d_k + A e_j + e_j d_k, and B d_k is the first order of k.
    """
    pairs = groups * (groups - 1) // 2
    expected = 4 + 3 * groups + (2 * groups + pairs if second_order else 0)
    if sums.shape != (expected,):
        msg = f"{sums.shape} sums do not fit {groups} groups"
        raise ValueError(msg)
    a, b, aa, bb = (float(x) for x in sums[:4])
    d, bd, dd = sums[4 : 4 + 3 * groups].reshape(groups, 3).T
    e, ae = (
        sums[4 + 3 * groups : expected - pairs].reshape(-1, 2).T if second_order else (d[:0],) * 2
    )
    evaluations = 2 + len(d) + len(e)
    centre = (a * (1 + len(d)) + b * (1 + len(e)) + d.sum() + e.sum()) / (evaluations * draws)
    variance = (aa + bb) / (2 * draws) - ((a + b) / (2 * draws)) ** 2
    scale = 1 / (variance * draws) if variance > 0 else np.nan  # A and B do not vary
    first = (bd - centre * d) * scale
    indices = {"S1": first, "ST": 0.5 * dd * scale}
    if second_order:
        square = np.full((groups, groups), np.nan)
        i, j = np.triu_indices(groups, 1)
        square[i, j] = (ae[i] - centre * e[i] + sums[expected - pairs :]) * scale - first[i]
        indices["S2"] = square
    return indices
