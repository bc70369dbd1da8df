"""Claims: whether a statement holds, with the confidence asked for."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.intervals import quantile_errors
from mcsus.analysis.replication import share_error, student_quantile
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.model import EXACT, Rounding
from mcsus.vocabulary import Verdict

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

_FEW = 5  # draws that do what hardly any does
_ROUGH = 1e-3  # of a probability


class Judgement(NamedTuple):
    """Probability that a claim holds in one cell, its standard error, and what follows."""

    probability: float
    error: float
    verdict: Verdict


def rests_on_few(probability: Any, error: Any, replicates: int, draws: int) -> Any:
    """Tell whether hardly any draw decides a probability, so that it is known to .001 at best.

    Parameters
    ----------
    probability, error : float or array
    replicates, draws : int
        Of the run.
    """
    few = np.minimum(probability, 1 - probability) * replicates * draws < _FEW
    return few & (student_quantile(replicates) * error > _ROUGH)


def judge(
    margin: Draws,
    confidence: float,
    rounding: Rounding = EXACT,
    *,
    holds_at_equality: bool = False,
) -> Judgement:
    """Judge a claim on one cell.

    Parameters
    ----------
    margin : Draws
        Draws whose sign decides: above 0 where the claim holds, 0 at equality.
    rounding : Rounding
        Of the margin: what is not more is 0.

    Returns
    -------
    Judgement
        ``supported``, ``not_supported``, or ``undecided`` when the probability is closer to the
        confidence than t(R - 1, 0.975) standard errors, so that more draws could turn it.
    """
    shares = hold_shares(margin, rounding, holds_at_equality=holds_at_equality)
    probability = min(max(float(shares.mean()), 0.0), 1.0)
    error = float(share_error(shares, margin.draws))
    if probability in (0.0, 1.0):
        error = max(error, 1.0 / (margin.replicates * margin.draws))
    return Judgement(
        probability, error, verdict_of(probability, error, confidence, margin.replicates)
    )


def hold_shares(margin: Draws, rounding: Rounding, *, holds_at_equality: bool) -> Array:
    """Return the share of the draws of each replicate in which a claim holds; see `judge`."""
    low, high = margin.extremes()
    if rounding.varies(high - low):
        above, equal = margin.sign_shares(float(rounding.usual))
        return above + equal if holds_at_equality else above
    holds = low >= -rounding.most if holds_at_equality else low > rounding.most
    return np.full(margin.replicates, float(holds))


def holds_in(margins: Array, rounding: Rounding, *, holds_at_equality: bool) -> Flags:
    """Return whether a claim holds, draw by draw; see `judge`."""
    low, high = HeldDraws(margins).extremes()
    zero = rounding.usual if rounding.varies(high - low) else rounding.most
    return np.asarray(margins >= -zero if holds_at_equality else margins > zero)


def verdict_of(probability: float, error: float, confidence: float, replicates: int) -> Verdict:
    """Return what follows for a claim; see `judge`."""
    distance = probability - confidence
    unknown = student_quantile(replicates) * error
    if not abs(distance) >= unknown:  # also when a single replicate leaves the error unknown
        return Verdict.UNDECIDED
    return Verdict.SUPPORTED if distance > 0 else Verdict.NOT_SUPPORTED


def quantiles(
    draws: Draws, probabilities: Array, rounding: Rounding = EXACT
) -> tuple[Array, Array]:
    """Return quantiles of what decides a claim, with their errors; none of what is never.

    Parameters
    ----------
    rounding : Rounding
        Of the draws: what does not vary beyond it is one value, without error.
    """
    low, high = draws.extremes()
    if draws.replicates * draws.draws > 1 and not rounding.varies(high - low):
        value = float(rounding.settled(draws.quantiles(np.array([0.5]))[0]))
        return np.full(probabilities.shape, value), np.zeros(probabilities.shape)
    values = draws.quantiles(probabilities)
    with np.errstate(invalid="ignore"):  # of what is never
        errors = quantile_errors(draws, probabilities)
    return values, np.where(np.isfinite(values), errors, np.nan)
