"""Correlation and regression measures, plain and of ranks, as spreadsheets and LCA tools print."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.few_values import counted_error
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.rank_bins import without_each
from mcsus.analysis.rank_shifts import ENDS, rank_shifts
from mcsus.analysis.ranks import ranked
from mcsus.analysis.replication import (
    skewed_error,
    skewness_of_mean,
    standard_error,
    student_quantile,
)
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_SURE = 0.99865  # that correlations are not those of chance
_ROUNDING = 1e-14  # of a variance: what is left of an output that the lines explain to the end
_SINGULAR = 1e-10  # of the largest eigenvalue: inputs that say the same
_VARIANCE_ERROR = 0.05  # of the variance, as a share of it, above which lines are not settled
_LARGEST = 1 - 1e-12  # correlation that has a score
_SLOPES = {"SRC", "SRRC"}  # which may be above 1
_SHARES = {"contribution", "R2", "rank_R2"}


@register
class Correlation(FromDraws):
    """Pearson, Spearman, standardised and partial coefficients, and contribution to variance.

    A. Saltelli et al. (2008), doi:10.1002/9780470725184, section 1.2.
    """

    name = "correlation"
    title = "Correlation and regression"
    words = (
        "how far an output goes up or down with an input along a straight line, or in ranks, and "
        "how much of the variance such lines explain; needs no run of its own"
    )
    is_of_numbers = True
    measure = "spearman"
    arrays = (
        Entry("pearson", ("input",), "1", "linear correlation", has_error=True),
        Entry("spearman", ("input",), "1", "rank correlation", has_error=True),
        Entry("SRC", ("input",), "1", "standardised regression coefficient", has_error=True),
        Entry("SRRC", ("input",), "1", "the same of ranks", has_error=True),
        Entry("PCC", ("input",), "1", "partial correlation", has_error=True),
        Entry("PRCC", ("input",), "1", "the same of ranks", has_error=True),
        Entry(
            "contribution",
            ("input",),
            "1",
            "contribution to variance: squared rank correlation, as a share of their sum",
            has_error=True,
        ),
        Entry("R2", (), "1", "share of the variance that the lines explain", has_error=True),
        Entry("rank_R2", (), "1", "the same of ranks", has_error=True),
    )

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return all measures; their errors are those of leaving out each block.

        Lines through values are not settled where their variance is not: few draws make both.
        """
        inputs = range(len(draws.inputs))
        plain = _lines(draws, [*draws.inputs, draws.output])
        moved = _moved_by_draws(draws, plain)
        ranks = [*map(draws.ranks, inputs), ranked(draws.output)]
        of_ranks = _lines(draws, ranks, rank_shifts(draws, ranks))
        found = {
            "pearson": plain.single,
            "spearman": of_ranks.single,
            "SRC": plain.slopes,
            "SRRC": of_ranks.slopes,
            "PCC": plain.partial,
            "PRCC": of_ranks.partial,
            "contribution": _contributions(of_ranks.single),
            "R2": plain.explained,
            "rank_R2": of_ranks.explained,
        }
        classes = [draws.classes(k, ENDS) for k in inputs]
        counted = {
            key: counted_error(draws, classes, np.array([_scaled(own) for own in columns]))
            for key, columns in (("pearson", [*draws.inputs, draws.output]), ("spearman", ranks))
        }
        values = {}
        for key, each in found.items():
            values[key] = each[0]
            is_free = key in _SHARES or (key in _SLOPES and np.abs(each).max() >= 1)
            error = (_error if is_free else _error_of_scores)(each, moved.get(key))
            error = np.hypot(error, counted.get(key, 0.0))
            values[f"{key}_error"] = error if draws.has_errors else np.full_like(error, np.nan)
        return Pooled(values, draws.unsettled_variance(_VARIANCE_ERROR))

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by the size of the rank correlation."""
        return np.abs(means["spearman"])


def _contributions(single: Array) -> Array:
    """Return squared rank correlations as shares of their sum; NaN where they are all of chance."""
    squares = single**2
    of_chance = (_error(single) ** 2).sum()
    told = 1 + (len(single) - 2) * single.shape[1]  # by all errors together
    if squares[0].sum() <= student_quantile(told, _SURE) ** 2 * of_chance:
        return np.full_like(squares, np.nan)
    return np.asarray(squares / squares.sum(axis=1, keepdims=True))


def _error(each: Array, moved: Array | None = None) -> Array:
    """Return the error of what all blocks say, beside what they say without each of them.

    It holds what the jackknife says of the bias, as the plain number is what other tools print.

    Parameters
    ----------
    moved : array, shape (..., draw), optional
        What each draw moves it by: how lopsided the error is, where a few draws decide.
    """
    blocks = len(each) - 1
    said = blocks * each[0] - (blocks - 1) * each[1:]
    skewness = 0.0 if moved is None else skewness_of_mean(moved, standard_error(said))
    return np.asarray(np.hypot(skewed_error(said, skewness), said.mean(axis=0) - each[0]))


def _error_of_scores(each: Array, moved: Array | None = None) -> Array:
    """Return the error of correlations, by that of their scores, which have no end.

    R. A. Fisher (1915), doi:10.2307/2331838. It is that of the farther bound.
    """
    within = np.clip(each, -_LARGEST, _LARGEST)
    scores = np.arctanh(within)
    if moved is not None:
        moved = moved / (1 - within[0] ** 2)[..., np.newaxis]
    bound = student_quantile(len(each) - 1)
    off = bound * _error(scores, moved)
    ends = np.tanh(scores[0] - off), np.tanh(scores[0] + off)
    return np.asarray(np.maximum(each[0] - ends[0], ends[1] - each[0]) / bound)


def _moved_by_draws(draws: GivenDraws, lines: _Lines) -> dict[str, Array]:
    """Return what each draw moves the numbers of straight lines by, by their names.

    It is that of one draw times the number of draws: F. R. Hampel (1974), doi:10.2307/2285666.
    """
    inputs = np.array([_scaled(own) for own in draws.inputs])
    output = _scaled(draws.output)
    inverse = np.linalg.pinv(inputs @ inputs.T / len(output), rcond=_SINGULAR, hermitian=True)
    single, slopes = (own[0][:, np.newaxis] for own in (lines.single, lines.slopes))
    partial, rest = lines.partial[0][:, np.newaxis], np.diag(inverse)[:, np.newaxis]
    left = output - slopes[:, 0] @ inputs
    own = inverse @ inputs
    unexplained = max(1 - float(lines.explained[0]), _ROUNDING)
    by_slope = own * left
    of_partial = by_slope / np.where(slopes == 0, 1.0, slopes)
    of_partial += (own**2 / np.where(rest > 0, rest, 1.0) - left**2 / unexplained) / 2
    return {
        "pearson": inputs * output - single * (inputs**2 + output**2) / 2,
        "SRC": by_slope + slopes * (inputs**2 - output**2) / 2,
        "PCC": of_partial * partial * (1 - partial**2),
        "R2": unexplained * output**2 - left**2,
    }


class _Lines(NamedTuple):
    """Correlations and regressions: of all blocks, then without each of them."""

    single: Array
    slopes: Array
    partial: Array
    explained: Array


def _lines(draws: GivenDraws, columns: list[Array], shifts: Array | None = None) -> _Lines:
    """Return what a straight line in all columns but the last says of the last.

    Parameters
    ----------
    shifts : array, shape (block, column, column), optional
        What mean products change by without each block, as columns change.
    """
    scaled = np.array([_scaled(own) for own in columns])
    parts = [scaled[:, draws.blocks == k] for k in range(draws.count)]
    sizes = without_each(np.array([[own.shape[1]] for own in parts]).astype(float))
    means = without_each(np.array([own.sum(axis=1) for own in parts])) / sizes
    squares = without_each(np.array([(own @ own.T).ravel() for own in parts])) / sizes
    covariance = squares.reshape(-1, len(columns), len(columns))
    if shifts is not None:
        covariance[1:] += shifts
    covariance = covariance - means[:, :, np.newaxis] * means[:, np.newaxis]
    sds = np.sqrt(np.maximum(np.einsum("rkk->rk", covariance), 1e-300))
    correlation = covariance / sds[:, :, np.newaxis] / sds[:, np.newaxis]
    among, single = correlation[:, :-1, :-1], correlation[:, :-1, -1]
    inverse = np.linalg.pinv(among, rcond=_SINGULAR, hermitian=True)
    slopes = np.einsum("rij,rj->ri", inverse, single)
    explained = np.clip(np.einsum("ri,ri->r", slopes, single), 0.0, 1.0)
    left = (1 - explained)[:, np.newaxis] * np.einsum("rkk->rk", inverse)
    whole = np.sqrt(slopes**2 + np.maximum(left, _ROUNDING))
    partial = np.divide(slopes, whole, out=np.zeros_like(slopes), where=whole > 0)
    told_apart = np.linalg.matrix_rank(among, tol=_SINGULAR * len(columns), hermitian=True).min()
    if told_apart < len(among[0]):  # of all blocks, or without one of them
        slopes, partial = np.full_like(slopes, np.nan), np.full_like(partial, np.nan)
    return _Lines(single, slopes, partial, explained)


def _scaled(values: Array) -> Array:
    """Return values with mean 0 and, unless they are all the same, standard deviation 1."""
    apart = values - values.mean()
    sd = np.sqrt((apart**2).mean())
    return np.asarray(apart / sd if sd > 0 else apart)
