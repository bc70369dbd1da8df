"""Codes of the quantile loops; plain integers, so that naming one loads no numba."""

from typing import NamedTuple

LOOPS = (  # of `mcsus.families.loops.quantile_loops`; a code is the place here
    *("constant", "uniform", "loguniform", "triangular", "normal", "lognormal"),
    *("tabulated", "tabulated_log", "exponential", "weibull", "gumbel"),
    *("steps", "scores", "pieces", "lognormal_wide", "triangular_one_sign"),
)
CONSTANT, UNIFORM, LOGUNIFORM, TRIANGULAR, NORMAL, LOGNORMAL = range(6)
TABULATED, TABULATED_LOG, EXPONENTIAL, WEIBULL, GUMBEL = range(6, 11)
STEPS, SCORES, PIECES, LOGNORMAL_WIDE, TRIANGULAR_ONE_SIGN = range(11, 16)

COMMON = frozenset((*range(6), TRIANGULAR_ONE_SIGN))
"""What most studies get by with, compiled in half the time."""


class QuantileKernel(NamedTuple):
    """What a compiled quantile needs: which loop, and the numbers it reads."""

    code: int
    constants: tuple[float, ...]
