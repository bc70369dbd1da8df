"""Where the two most decisive inputs together turn a claim."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.break_even_pair import SCORES, pair_given
from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell
from mcsus.result.arrays import Entry
from mcsus.result.document import cells
from mcsus.result.of_claims import CONFIDENCE, units_of

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@register
class BreakEvenPair(ClaimAnalysis):
    """Break-even of two inputs together."""

    name = "break_even_pair"
    title = "What two inputs together do to a claim"
    words = (
        "the probability of the claim given the two inputs that separate success from failure "
        "most, over their plausible values, the others uncertain: its contour at the confidence "
        "asked for is their break-even"
    )
    arrays = (
        Entry("pair_place", ("input",), "1", "1 for the first of the two inputs, 2 for the second"),
        Entry("pair_first_value", ("pair_first",), "", "values of the first, in its unit"),
        Entry("pair_second_value", ("pair_second",), "", "values of the second, in its unit"),
        Entry("pair_given", ("pair_first", "pair_second"), "1", "probability given both"),
    )
    labels: ClassVar = {"pair_first": SCORES.tolist(), "pair_second": SCORES.tolist()}

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return the probability given two inputs; nothing where there are no two."""
        found = pair_given(cell)
        if found is None:
            return {}
        places = np.full(len(cell.inputs), np.nan)
        places[list(found.places)] = 1, 2
        return {
            "pair_place": places,
            "pair_first_value": found.values[0],
            "pair_second_value": found.values[1],
            "pair_given": found.shares,
        }

    def document(self, data: xr.Dataset) -> list[dict[str, Any]]:
        """Return the break-evens of each cell: values of the second for values of the first."""
        units, rows = units_of(data), []
        for labels, cell in cells(data):
            names = pair_of(cell, list(units))
            if names:
                told = {"labels": labels} if labels else {}
                points = contour(cell, float(data.attrs[CONFIDENCE]))
                own = [units[name] for name in names]
                rows.append({"inputs": list(names), **told, "units": own, "points": points})
        return rows


def pair_of(cell: xr.Dataset, inputs: list[str]) -> tuple[str, ...]:
    """Return the names of the two inputs; none where there are no two."""
    places = cell["pair_place"].values
    found = [np.flatnonzero(places == number) for number in (1, 2)]
    return tuple(inputs[int(own[0])] for own in found if own.size)


def contour(cell: xr.Dataset, confidence: float) -> list[list[float]]:
    """Return the value of the second input that turns the claim at each value of the first.

    Where there are several, it is the one nearest to its median; where there is none, no point.
    """
    points = []
    first, second = (cell[f"pair_{key}_value"].values for key in ("first", "second"))
    for value, shares in zip(first, cell["pair_given"].values, strict=True):
        apart = shares - confidence
        turns = np.flatnonzero((apart[:-1] < 0) != (apart[1:] < 0))
        if turns.size:
            j = int(turns[np.argmin(np.abs(turns + 0.5 - (len(second) - 1) / 2))])
            part = apart[j] / (apart[j] - apart[j + 1])
            points.append([float(value), float(second[j] + part * (second[j + 1] - second[j]))])
    return points
