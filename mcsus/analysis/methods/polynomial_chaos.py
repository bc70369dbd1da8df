"""Indices of a polynomial chaos, fitted to the draws of an ordinary run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, register
from mcsus.analysis.chaos import chaos_of
from mcsus.analysis.given_draws import FromDraws, GivenDraws
from mcsus.analysis.shares import lopsided_error
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]

_ENOUGH = 0.9  # of the variance, explained


@register
class PolynomialChaos(FromDraws):
    """Indices of polynomials of the inputs, which are sums of squares of their weights.

    What the fit leaves of the variance any input may have, so that half of it is in every error.
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
        """Return the indices of the fit, with errors that hold what it leaves."""
        found = chaos_of(draws)
        count = len(draws.inputs)
        explained = 0.0 if found is None else min(found.explained, 1.0)
        values: dict[str, Array] = {"explained": np.array(explained)}
        for key in ("S1", "ST", "S2"):
            shape, missing = ((count, count), np.nan) if key == "S2" else ((count,), 0.0)
            each = np.full((1 + draws.count, *shape), missing)
            if found is not None:
                each = np.array([own[key] for own in found.shares])
            if key != "ST":  # what is left is interplay for the most part
                each *= explained
            error = np.full(each.shape[1:], np.nan)
            if draws.has_errors:
                error = np.hypot(lopsided_error(each[1:]), (1 - explained) / 2)
            values |= {key: each[0], f"{key}_error": error}
        doubt = ""
        if explained < _ENOUGH:
            doubt = f"the fit explains {explained:.2g} of the variance; the rest is in their errors"
        return Pooled(values, doubt)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by total order."""
        return means["ST"]
