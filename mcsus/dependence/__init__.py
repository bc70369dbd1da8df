"""Dependence between inputs, in the unit cube: copulas that mix independent streams.

A point of a dependent cell is made from the points of the streams of its group, so any law, any
truncation and any design works with it, and marginal laws stay as they are. Here are the
definitions and a NumPy reference; the compiled loops are in `mcsus.dependence.copula_loops`, which
nothing here imports.
"""

from mcsus.dependence.mix import Mix, gaussian_mixes, score_correlation, transform

__all__ = ["Mix", "gaussian_mixes", "score_correlation", "transform"]
