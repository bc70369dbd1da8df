"""Laws that an input might have as well: of another family, with the same mean and spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.strata import Reweighted
from mcsus.families import Distribution, distribution

Array = NDArray[np.float64]

_OUTSIDE = 1e-9  # of the probability of another law, where it is nothing
_CUT = 0.01  # of it, that may be cut off


def _uniform(mean: float, sd: float) -> dict[str, Any]:
    reach = math.sqrt(3) * sd
    return {"minimum": mean - reach, "maximum": mean + reach}


def _triangular(mean: float, sd: float) -> dict[str, Any]:
    reach = math.sqrt(6) * sd
    return {"minimum": mean - reach, "mode": mean, "maximum": mean + reach}


def _gamma(mean: float, sd: float) -> dict[str, Any]:
    return {"shape": (mean / sd) ** 2, "scale": sd * (sd / mean)}


FAMILIES: Mapping[str, Callable[[float, float], dict[str, Any]]] = {
    "normal": lambda mean, sd: {"mean": mean, "sd": sd},
    "lognormal": lambda mean, sd: {"mean": mean, "sd": sd},
    "gamma": _gamma,
    "triangular": _triangular,
    "uniform": _uniform,
}
"""Parameters by mean and standard deviation of the families that are tried."""

_POSITIVE = ("lognormal", "gamma")


def with_moments(own: InputDraws, family: str) -> Distribution | None:
    """Return the law of a family with mean and spread of that of an input; None where none has.

    A law of what is never negative, or of a share of one, is cut there, if hardly anything of it
    is beyond; else there is none.
    """
    law = own.cell.law
    if not own.is_law or not law.is_continuous or law.family == family:
        return None
    mean, sd = law.mean(), law.sd()
    if not (math.isfinite(mean) and math.isfinite(sd) and sd > 0):
        return None
    if family in _POSITIVE and (mean <= 0 or law.cdf(0.0) > _CUT):
        return None  # what may be negative
    made = distribution(family, **FAMILIES[family](mean, sd))
    low, high = _limits(own)
    outside = (float(made.cdf(low)) if low > -math.inf else 0.0) + float(made.tails(high)[1])
    if outside <= _OUTSIDE:
        return made
    if outside > _CUT:
        return None
    ends = {key: end for key, end in (("low", low), ("high", high)) if math.isfinite(end)}
    return distribution(family, **FAMILIES[family](mean, sd), truncate=ends)


def _limits(own: InputDraws) -> tuple[float, float]:
    """Return between what values of an input must lie, as far as its law tells."""
    law, cell = own.cell.law, own.cell
    known = cell.provenance.physical
    low = -math.inf if known is None or known.low is None else known.low
    high = math.inf if known is None or known.high is None else known.high
    least, most = law.support()
    if least >= 0:
        low = max(low, 0.0)
        if not cell.unit.dimension.exponents and most * cell.unit.factor <= 1:
            high = min(high, 1 / cell.unit.factor)
    return low, high


def under_law(own: InputDraws, law: Distribution, sums: Array) -> Reweighted:
    """Return what is expected of a response if an input had another law.

    NaN, with a share of 0, where that law has values that the law of the input cannot take.

    Parameters
    ----------
    law : Distribution
        In the unit of that of the input.
    sums : array, shape (replicate, bin)
        Of the response in the strata of the input.
    """
    (low, high), wanted = own.cell.law.support(), law.support()
    outside = 0.0
    if wanted[0] < low:
        outside += float(law.cdf(low))
    if wanted[1] > high:
        outside += float(law.tails(high)[1])
    if not own.is_law or outside > _OUTSIDE:
        return Reweighted(np.nan, np.nan, 0.0)
    return own.strata.under(law.cdf(own.strata.ends / own.factor), sums)
