"""How far each input alone may go before a claim falls, or must go for it to stand."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.break_even import break_even
from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.held import verified
from mcsus.result.arrays import Entry
from mcsus.result.document import cells, estimate
from mcsus.result.of_claims import units_of

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

_NAMES = {
    "value": "break_even",
    "error": "break_even_error",
    "side": "break_even_side",
    "rank": "break_even_rank",
    "until": "break_even_until",
    "until_rank": "break_even_until_rank",
    "until_error": "break_even_until_error",
    "included": "break_even_included",
    "low": "given_low",
    "high": "given_high",
    "held": "break_even_held",
    "held_error": "break_even_held_error",
}


@register
class BreakEvens(ClaimAnalysis):
    """Break-even of each input alone."""

    name = "break_even"
    title = "What would break it"
    words = (
        "the value of each input at which the claim holds with the confidence asked for, others "
        "uncertain; of inputs that depend on each other, with what the value tells of the others"
    )
    arrays = (
        Entry("break_even", ("input",), "", "break-even, in the unit of the input", has_error=True),
        Entry("break_even_side", ("input",), "1", "1 where the claim holds above it, -1 below"),
        Entry("break_even_rank", ("input",), "1", "probability that the input is below it"),
        Entry(
            "break_even_until",
            ("input",),
            "",
            "where the claim that holds on this side fails again",
            has_error=True,
        ),
        Entry("break_even_until_rank", ("input",), "1", "probability that the input is below it"),
        Entry(
            "break_even_included",
            ("input",),
            "1",
            "1 where the claim holds at these values themselves, of an input that steps",
        ),
        Entry("given_low", ("input",), "1", "lowest probability at plausible values of the input"),
        Entry("given_high", ("input",), "1", "highest probability at these values"),
        Entry(
            "break_even_held",
            ("input",),
            "1",
            "probability of the claim in the model with the input held at its break-even",
            has_error=True,
        ),
        Entry("is_dependent", ("input",), "1", "1 where it is drawn together with other inputs"),
    )

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return the break-evens of a cell; NaN where no plausible value turns the claim."""
        found = verified(cell, [break_even(cell, k) for k in range(len(cell.inputs))])
        said = {
            name: np.array([getattr(own, field) for own in found]) for field, name in _NAMES.items()
        }
        return said | {"is_dependent": np.array(_dependent(cell))}

    def document(self, data: xr.Dataset) -> list[dict[str, Any]]:
        """Return a row for each input of each cell, the one that moves the claim most first."""
        rows = []
        for labels, cell in cells(data):
            told = {"labels": labels} if labels else {}
            known = list(enumerate(units_of(data).items()))
            reach = (cell["given_high"] - cell["given_low"]).values
            for k, (name, unit) in sorted(known, key=lambda own: -np.nan_to_num(reach[own[0]])):
                if not np.isfinite(reach[k]):  # not of this cell
                    continue
                value = estimate(cell, "break_even", k)
                reachable = value["value"] is not None
                rows.append(
                    {
                        "input": name,
                        **told,
                        "value": value if reachable else None,
                        "unit": unit,
                        "reachable": reachable,
                        "holds": _side(cell, k) if reachable else None,
                        **_end(cell, k),
                        "held": _held(cell, k),
                        "dependent": bool(cell["is_dependent"].values[k]),
                        "probability_below": _number(cell, "break_even_rank", k),
                        "probability_given": {
                            "low": _number(cell, "given_low", k),
                            "high": _number(cell, "given_high", k),
                        },
                    }
                )
        return rows


def _end(cell: xr.Dataset, k: int) -> dict[str, float | None]:
    """Return where a claim that holds on one side of a break-even fails again, if it does."""
    value = _number(cell, "break_even_until", k)
    error = _number(cell, "break_even_until_error", k)
    return {} if value is None else {"until": value, "until_error": error}


def _side(cell: xr.Dataset, k: int) -> str:
    """Return on which side of a break-even a claim holds, and whether at it as well."""
    above = float(cell["break_even_side"].values[k]) > 0
    if float(cell["break_even_included"].values[k]) > 0:
        return "from" if above else "up to"
    return "above" if above else "below"


def _held(cell: xr.Dataset, k: int) -> dict[str, Any] | None:
    """Return the probability with an input held at its break-even; None where it was not."""
    value: dict[str, Any] = estimate(cell, "break_even_held", k)
    return value if value["value"] is not None else None


def _dependent(cell: ClaimCell) -> list[float]:
    """Return 1 for each input that has a stream in common with another, and 0 for others."""
    counts = Counter(key for own in cell.inputs for key in own.streams)
    return [float(any(counts[key] > 1 for key in own.streams)) for own in cell.inputs]


def _number(cell: xr.Dataset, key: str, k: int) -> float | None:
    value = float(cell[key].values[k])
    return value if np.isfinite(value) else None
