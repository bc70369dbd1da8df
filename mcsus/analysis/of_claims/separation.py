"""What separates success from failure: inputs one by one, and a box in a few of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell
from mcsus.analysis.replication import standard_error
from mcsus.analysis.separation import Found, distances, dummy_distance
from mcsus.analysis.shares import jackknife_error
from mcsus.result.arrays import Entry
from mcsus.result.document import cells, estimate
from mcsus.result.of_claims import units_of

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@register
class Separation(ClaimAnalysis):
    """Regional sensitivity, indices of success, and a box."""

    name = "separation"
    title = "What separates success from failure"
    words = (
        "how far apart an input is where the claim holds and where it fails, beside a dummy; the "
        "share of the variance of success that it explains; and a box in at most three inputs that "
        "holds most draws of the rarer kind (patient rule induction, peeling .05)"
    )
    arrays = (
        Entry("distance", ("input",), "1", "Kolmogorov distance of the two laws", has_error=True),
        Entry("success_share", ("input",), "1", "first-order index of success", has_error=True),
        Entry("box_low", ("input",), "", "low end of the box, in the unit of the input, if any"),
        Entry("box_high", ("input",), "", "high end of the box, in the unit of the input, if any"),
        Entry("quasi_p", ("input",), "1", "probability of its draws without this limit: a hint"),
        Entry("dummy_distance", (), "1", "largest distance of twenty dummies: less is noise"),
        Entry("box_of_success", (), "1", "1 for a box where the claim holds, 0 where it fails"),
        Entry("box_coverage", (), "1", "share of all draws of that kind that lie in the box"),
        Entry("box_density", (), "1", "share of the draws in the box that are of that kind"),
        Entry("box_share", (), "1", "share of all draws that lie in the box"),
    )

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return distances, indices and the box of a cell; NaN where it always holds, or never."""
        if not cell.is_open:
            return {}
        each = range(len(cell.inputs))
        apart = np.transpose([distances(cell, k) for k in each])
        shares = np.transpose([cell.of_success.first_order(k) for k in each])
        floor = dummy_distance(cell.holds)
        found = Found(cell, apart[0], floor)
        ends = np.full((2, len(cell.inputs)), np.nan)
        tests = np.full(len(cell.inputs), np.nan)
        for k, limits in found.box.limits.items():
            ends[:, k] = [end if np.isfinite(end) else np.nan for end in limits]
            tests[k] = found.quasi_p[k]
        return {
            "distance": apart[0],
            "distance_error": jackknife_error(apart[1:]),
            "success_share": np.maximum(shares.mean(axis=0), 0.0),
            "success_share_error": standard_error(shares),
            "box_low": ends[0],
            "box_high": ends[1],
            "quasi_p": tests,
            "dummy_distance": np.array(floor),
            "box_of_success": np.array(float(found.of_success)),
            "box_coverage": np.array(found.box.coverage),
            "box_density": np.array(found.box.density),
            "box_share": np.array(found.share),
        }

    def document(self, data: xr.Dataset) -> dict[str, Any]:
        """Return the cells in which the claim holds in some draws and fails in others."""
        units = units_of(data)
        return {
            "cells": [
                {
                    "labels": labels,
                    "noise_floor": float(cell["dummy_distance"]),
                    "inputs": _inputs(cell, units),
                    "box": _box(cell, units),
                }
                for labels, cell in cells(data)
                if np.isfinite(cell["dummy_distance"])
            ]
        }


def _inputs(cell: xr.Dataset, units: dict[str, str]) -> list[dict[str, Any]]:
    """Return the inputs, the one that separates most first."""
    distance = cell["distance"].values
    order = [k for k in np.argsort(-distance, kind="stable") if np.isfinite(distance[k])]
    names = list(units)
    return [
        {
            "input": names[k],
            "distance": estimate(cell, "distance", int(k)),
            "first_order": estimate(cell, "success_share", int(k)),
        }
        for k in order
    ]


def _box(cell: xr.Dataset, units: dict[str, str]) -> dict[str, Any] | None:
    """Return the box, or nothing where no input tells success from failure."""
    ends = {key: cell[f"box_{key}"].values for key in ("low", "high")}
    limits = [
        {
            "input": name,
            **{key: float(own[k]) if np.isfinite(own[k]) else None for key, own in ends.items()},
            "unit": unit,
            "quasi_p": float(cell["quasi_p"].values[k]),
        }
        for k, (name, unit) in enumerate(units.items())
        if np.isfinite(cell["quasi_p"].values[k])
    ]
    if not limits:
        return None
    return {
        "of": "success" if cell["box_of_success"] > 0 else "failure",
        "limits": limits,
        **{key: float(cell[f"box_{key}"]) for key in ("coverage", "density", "share")},
    }
