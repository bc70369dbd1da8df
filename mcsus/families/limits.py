"""Laws whose draws leave the range of numbers that a computer holds."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families.base import Distribution
from mcsus.families.between import laws_between

LARGEST = 1e307
"""Draws are below it, in base units, so that a sum of a few is a number."""

_LEAST = 2.0**-53  # probability of the lowest and of the highest draw
_SMALL, _LARGE = 1e-12, 1e12
_BOUNDED = {"log_mean": (0.0, 20.0), "log_sd": (0.0, 20.0), "coverage": (0.5, 1.0)}
_SHAPES = ("shape", "alpha", "beta", "df")
_LEAST_SHAPE = 0.1


def check_draws(law: Distribution, factor: float = 1.0) -> None:
    """Refuse a law that is drawn beyond what float64 holds.

    Parameters
    ----------
    factor : float
        From its unit to base units.

    Raises
    ------
    InputError
        The fault stands at the most extreme of its parameters.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> check_draws(distribution("lognormal", median=1, gsd=1e300))
    Traceback (most recent call last):
    mcsus.errors.InputError: gsd: found 1e+300, with which draws of lognormal(median=1.0, ...
    """
    for own in laws_between(law) if law.between else ():
        check_draws(own, factor)
    if _SMALL <= abs(factor) <= _LARGE and _is_moderate(law):
        return
    for component in getattr(law, "components", ()):
        check_draws(component, factor)
    try:
        with np.errstate(all="ignore"):
            ends = law.quantile([_LEAST, 0.5, 1 - _LEAST]) * factor
    except ArithmeticError:
        ends = np.array([np.nan])
    if (np.abs(ends) < LARGEST).all():
        return
    key, value = max(_numbers(law), key=lambda pair: _extremity(pair[1]), default=("", 0.0))
    found = f"{value!r}, with which draws of {law!r} leave the range of float64"
    where = (key,) if key else ("distribution",)
    allowed = f"a law whose draws are below {LARGEST:g} in base units"
    raise InputError(Fault(found, allowed, where))


def _numbers(law: Distribution) -> Iterator[tuple[str, float]]:
    """Yield the numbers among the parameters of a law."""
    for key, value in law.parameters().items():
        if isinstance(value, float):
            yield key, value


def _extremity(value: float) -> float:
    return abs(math.log10(abs(value))) if value else 0.0


def _is_moderate(law: Distribution) -> bool:
    """Tell whether the numbers of a law are such that its draws need not be looked at."""
    for key, value in law.parameters().items():
        if not isinstance(value, float):
            return False
        size = abs(value)
        low, high = _BOUNDED.get(key, (_SMALL, _LARGE))
        low = _LEAST_SHAPE if key in _SHAPES else low
        if size != 0 and not low <= size <= high:
            return False
    return True
