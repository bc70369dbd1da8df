"""Codes of the quantile kernels; plain integers, so that naming one loads no numba."""

from __future__ import annotations

from typing import NamedTuple

CONSTANT = 0
UNIFORM = 1
LOGUNIFORM = 2
TRIANGULAR = 3
NORMAL = 4
LOGNORMAL = 5
TABULATED = 6
TABULATED_LOG = 7
EXPONENTIAL = 8
WEIBULL = 9
GUMBEL = 10
STEPS = 11
SCORES = 12
PIECES = 13
LOGNORMAL_WIDE = 14
TRIANGULAR_ONE_SIGN = 15

COMMON = frozenset(
    (CONSTANT, UNIFORM, LOGUNIFORM, TRIANGULAR, NORMAL, LOGNORMAL, TRIANGULAR_ONE_SIGN)
)
"""What most studies get by with; see `mcsus.families.loops.quantile_loops.apply_common`."""


class QuantileKernel(NamedTuple):
    """What a compiled quantile needs: which loop, and the numbers it reads.

    Parameters
    ----------
    code : int
        One of the codes of `mcsus.families.loops.codes`.
    constants : tuple of float
        Read by the loop; their meaning is written beside each loop in
        `mcsus.families.loops.quantile_loops`.
    """

    code: int
    constants: tuple[float, ...]
