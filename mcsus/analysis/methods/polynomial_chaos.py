"""Indices of a polynomial chaos, fitted to the draws of an ordinary run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.chaos import chaos_of
from mcsus.analysis.chaos_indices import KEYS
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_ENOUGH = 0.9  # of the variance, explained


@register
class PolynomialChaos(FromDraws):
    """Indices of polynomials of the inputs, which are sums of squares of their weights.

    What the fit leaves is looked at in classes of the inputs and of pairs of them; what more than
    two do together of it is shared out as what two do, which is in the errors of total order.
    """

    name = "polynomial_chaos"
    title = "Polynomial chaos"
    words = (
        "first, second and total order from the draws, by polynomials that are fitted to them; "
        "needs no run of its own"
    )
    measure = "ST"
    arrays = (
        Entry("S1", ("input",), "1", "first-order index of the fit", has_error=True),
        Entry("ST", ("input",), "1", "total-order index of the fit", has_error=True),
        Entry(
            "S2",
            ("input", "other_input"),
            "1",
            "second-order index of the fit; none of inputs that it does not join",
            has_error=True,
        ),
        Entry("explained", (), "1", "share of the variance of other draws that the fit explains"),
    )
    is_of_numbers = True
    is_for_independent = True

    def explained(self, draws: GivenDraws) -> Pooled:
        """Return the indices of the fit and what it leaves; where there is none, all is unknown."""
        found = chaos_of(draws)
        explained = 0.0 if found is None else min(found.explained, 1.0)
        values: dict[str, Array] = {"explained": np.array(explained)}
        count = len(draws.inputs)
        for key in KEYS:
            shape, missing = ((count, count), np.nan) if key == "S2" else ((count,), 0.0)
            value, error = np.full(shape, missing), np.full(shape, 0.5 + missing)
            if found is not None:
                value, error = found.told.values[key], found.told.errors[key]
            known = error if draws.has_errors else np.full(shape, np.nan)
            values |= {key: value, f"{key}_error": known}
        doubt = ""
        if explained < _ENOUGH:
            doubt = f"the fit explains {explained:.2g} of the variance; the rest is told in classes"
        return Pooled(values, doubt)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]
