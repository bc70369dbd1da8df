"""Dependence between inputs, in the unit cube: copulas that mix independent streams.

A point of a dependent cell is made from the points of the streams of its group, so any law, any
truncation and any design works with it, and marginal laws stay as they are. Here are the
definitions and a NumPy reference; the compiled loops are in `mcsus.dependence.copula_loops`, which
nothing here imports.
"""

from mcsus.dependence.correlation import (
    distance,
    is_valid,
    nearest_correlation,
    normal_from_rank,
    rank_from_normal,
    rank_from_student,
    student_from_rank,
)
from mcsus.dependence.mix import Mix, gaussian_mixes, score_correlation, transform

__all__ = [
    "Mix",
    "distance",
    "gaussian_mixes",
    "is_valid",
    "nearest_correlation",
    "normal_from_rank",
    "rank_from_normal",
    "rank_from_student",
    "score_correlation",
    "student_from_rank",
    "transform",
]
