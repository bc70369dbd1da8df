"""What it is worth to know more: of everything, of each input, of groups of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis import information
from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.claims import verdict_of
from mcsus.result.arrays import Entry
from mcsus.result.document import cells, estimate
from mcsus.result.of_claims import CONFIDENCE, REPLICATES, units_of

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

_VALUE = "gain of who knows it and acts on the expected margin, over who does not know it"
_CHANGE = "expected change of the probability that the claim holds, when it gets known"
_AT_LEAST = "1 where what some inputs say only together is left out: of both, no more than a bound"
_HALVED = "probability that the claim holds, with half the spread of an input about its median"


@register
class Information(ClaimAnalysis):
    """Expected value of information."""

    name = "value_of_information"
    title = "What to measure next"
    words = (
        "what it is worth to know an input, or a group of them, in the unit of the margin; how far "
        "that would move the probability; and the verdict with half its spread"
    )
    arrays = (
        Entry("evppi", ("input",), "{unit}", _VALUE, has_error=True),
        Entry("evppi_change", ("input",), "1", _CHANGE, has_error=True),
        Entry("margin_share", ("input",), "1", "first-order index of the margin", has_error=True),
        Entry("halved", ("input",), "1", _HALVED, has_error=True),
        Entry("group_evppi", ("input_group",), "{unit}", _VALUE, has_error=True, is_optional=True),
        Entry("group_change", ("input_group",), "1", _CHANGE, has_error=True, is_optional=True),
        Entry("group_at_least", ("input_group",), "1", _AT_LEAST, is_optional=True),
        Entry("evpi", (), "{unit}", "what it is worth to know everything", has_error=True),
    )

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return the values of information of a cell; NaN of a margin that may be never.

        Where the claim holds in all draws, or in none, nothing is worth knowing.
        """
        if not cell.is_open:
            return self._of_nothing(cell)
        each = [range(len(cell.inputs)), range(len(cell.groups))]
        success, margin = cell.of_success, cell.of_margin
        halved = [information.halved_spread(cell, k) for k in each[0]]
        found = {
            "evppi_change": [information.change(success, (k,)) for k in each[0]],
            "group_change": [
                information.settled(cell)
                if information.is_everything(cell, group)
                else information.change(success, group)
                for group in cell.groups
            ],
        }
        if margin is not None:
            found |= {
                "evppi": [information.gain(margin, (k,)) for k in each[0]],
                "group_evppi": [
                    information.perfect(cell.margins)
                    if information.is_everything(cell, group)
                    else information.gain(margin, group)
                    for group in cell.groups
                ],
                "margin_share": [margin.first_order(k) for k in each[0]],
                "evpi": [information.perfect(cell.margins)],
            }
        said = {"halved": np.array(halved)[:, 0], "halved_error": np.array(halved)[:, 1]}
        said["group_at_least"] = np.array(
            [
                float(len(group) > 1 and not information.is_everything(cell, group))
                for group in cell.groups
            ]
        )
        for name, replicates in found.items():
            values = np.reshape(replicates, (-1, len(cell.margins))).T
            said |= {name: information.known(values), f"{name}_error": information.error(values)}
        for name in {"evpi", "evpi_error"} & said.keys():
            said[name] = said[name][0]
        return said

    def _of_nothing(self, cell: ClaimCell) -> dict[str, Array]:
        sizes = {"input": len(cell.inputs), "input_group": len(cell.groups)}
        parts = [part for entry in self.arrays for part in entry.variables]
        none = {part.name: np.zeros([sizes[dim] for dim in part.dims]) for part in parts}
        apart = np.full(len(cell.inputs), np.nan)
        none |= {"margin_share": apart, "margin_share_error": apart}
        return none | {"halved": np.full(len(cell.inputs), cell.probability)}

    def document(self, data: xr.Dataset) -> list[dict[str, Any]]:
        """Return a row for each input and group of each cell, the most worth first, and for all."""
        rows: list[dict[str, Any]] = []
        unit = str(data.attrs["units"])
        groups = [str(name) for name in data["input_group"].values] if "input_group" in data else []
        for labels, cell in cells(data):
            told = {"labels": labels} if labels else {}
            own = [
                {
                    "input": name,
                    **told,
                    "evppi": estimate(cell, "evppi", k),
                    "unit": unit,
                    "change": estimate(cell, "evppi_change", k),
                    "share_of_variance": estimate(cell, "margin_share", k),
                    "halved": _halved(cell, k, data.attrs),
                }
                for k, name in enumerate(units_of(data))
                if np.isfinite(cell["evppi_change"].values[k])
            ] + [
                {
                    "input": name,
                    **told,
                    "is_group": True,
                    "at_least": bool(cell["group_at_least"].values[k]),
                    "evppi": estimate(cell, "group_evppi", k),
                    "unit": unit,
                    "change": estimate(cell, "group_change", k),
                }
                for k, name in enumerate(groups)
                if np.isfinite(cell["group_change"].values[k])
            ]
            rows += sorted(own, key=lambda row: -(row["change"]["value"] or 0.0))
            if np.isfinite(cell["evpi"]):
                rows.append({"input": "all", **told, "evppi": estimate(cell, "evpi"), "unit": unit})
        return rows


def _halved(cell: xr.Dataset, k: int, attrs: Any) -> dict[str, Any] | None:
    """Return probability and verdict with half the spread; none of an input with few values."""
    told = estimate(cell, "halved", k)
    if told["value"] is None:
        return None
    error = np.nan if told["error"] is None else told["error"]
    asked = float(attrs[CONFIDENCE]), int(attrs[REPLICATES])
    return {**told, "verdict": verdict_of(told["value"], error, *asked).value}
