"""Claims: whether a statement on an output holds, with the confidence asked for."""

from __future__ import annotations

from dataclasses import dataclass

from mcsus.analysis.replication import standard_error, student_quantile
from mcsus.counting.draws import Draws
from mcsus.vocabulary import Verdict


@dataclass(frozen=True)
class Judgement:
    """Probability that a claim holds in one cell, its standard error, and what follows."""

    probability: float
    error: float
    verdict: Verdict


def judge(draws: Draws, relation: str, threshold: float, confidence: float) -> Judgement:
    """Judge a claim on one cell.

    Parameters
    ----------
    draws : Draws
        Draws of the quantity, in the unit of the threshold.
    relation : {"<", "<=", ">", ">="}
    threshold, confidence : float

    Returns
    -------
    Judgement
        ``supported``, ``not_supported``, or ``undecided`` when the probability is closer to the
        confidence than t(R - 1, 0.975) standard errors, so that more draws could turn it.

    Examples
    --------
    >>> import numpy as np
    >>> from mcsus.counting.draws import HeldDraws
    >>> judge(HeldDraws(np.linspace(0, 1, 4096).reshape(4, 1024)), "<", 4.0, 0.95).verdict
    'supported'
    """
    shares = draws.share(relation, threshold)
    probability = float(shares.mean())
    error = float(standard_error(shares))
    if probability in (0.0, 1.0):
        error = 1.0 / (draws.replicates * draws.draws)
    margin = student_quantile(draws.replicates) * error
    distance = probability - confidence
    if not abs(distance) >= margin:  # also when a single replicate leaves the error unknown
        return Judgement(probability, error, Verdict.UNDECIDED)
    verdict = Verdict.SUPPORTED if distance > 0 else Verdict.NOT_SUPPORTED
    return Judgement(probability, error, verdict)
