"""Claims: whether a statement on an output holds, with the confidence asked for."""

from __future__ import annotations

import operator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error, student_quantile

Array = NDArray[np.float64]

RELATIONS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


@dataclass(frozen=True)
class Verdict:
    """Probability that a claim holds in one cell, its standard error, and what follows."""

    probability: float
    error: float
    verdict: str


def judge(values: Array, relation: str, threshold: float, confidence: float) -> Verdict:
    """Judge a claim on one cell.

    Parameters
    ----------
    values : array, shape (replicate, draw)
        Draws of the quantity, in the unit of the threshold.
    relation : {"<", "<=", ">", ">="}
    threshold, confidence : float

    Returns
    -------
    Verdict
        ``supported``, ``not_supported``, or ``undecided`` when the probability is closer to the
        confidence than t(R - 1, 0.975) standard errors, so that more draws could turn it.

    Examples
    --------
    >>> values = np.linspace(0, 1, 4096).reshape(4, 1024)
    >>> judge(values, "<", 4.0, 0.95).verdict
    'supported'
    """
    shares = RELATIONS[relation](values, threshold).mean(axis=1)
    probability = float(shares.mean())
    error = float(standard_error(shares))
    if probability in (0.0, 1.0):
        error = 1.0 / values.size
    margin = student_quantile(len(values)) * error
    distance = probability - confidence
    if not abs(distance) >= margin:  # also when a single replicate leaves the error unknown
        return Verdict(probability, error, "undecided")
    return Verdict(probability, error, "supported" if distance > 0 else "not_supported")
