"""The probability of a claim that hardly ever fails or holds, by draws made where it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_analysis import ClaimAnalysis, register
from mcsus.analysis.claim_data import ClaimCell, ClaimDraws
from mcsus.analysis.rare import DRAWS, rare_event
from mcsus.analysis.replication import share_error
from mcsus.result.arrays import Entry
from mcsus.result.document import cells, estimate

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]


@register
class RareEvents(ClaimAnalysis):
    """Probability of the rarer of the two: that a claim holds, or that it fails."""

    name = "rare"
    title = "How rare is it?"
    words = (
        "the probability that the claim fails, or that it holds, whichever is rarer, from draws "
        "made where it does and weighed, beside the share of the plain draws"
    )
    arrays = (
        Entry("rare_probability", (), "1", "of the rarer event, by weighed draws", has_error=True),
        Entry("rare_of_success", (), "1", "1 where it is that the claim holds, 0 that it fails"),
        Entry("rare_plain", (), "1", "share of the plain draws with the event", has_error=True),
        Entry("rare_effective", (), "1", "effective size: draws of the event, all of one weight"),
        Entry("rare_plain_draws", (), "1", "plain draws that would tell it as well"),
        Entry(
            "rare_parts", (), "1", "regions about which points were drawn; 0 where all are plain"
        ),
    )

    def asked(self, drawn: ClaimDraws) -> bool:
        """Return whether the study asks for it."""
        return any(cell.afresh is not None for cell in drawn.cells)

    def estimate(self, cell: ClaimCell) -> dict[str, Array]:
        """Return how rare the rarer event is."""
        if cell.afresh is None:
            return {}
        of_success = cell.probability < 0.5
        plain = (cell.holds if of_success else ~cell.holds).mean(axis=1)
        found = rare_event(cell.afresh, of_success=of_success)
        if found is None:
            return {}
        said = {
            "rare_probability": found.value,
            "rare_probability_error": found.error,
            "rare_of_success": float(of_success),
            "rare_plain": plain.mean(),
            "rare_plain_error": share_error(plain, cell.holds.shape[1]),
            "rare_effective": found.effective,
            "rare_plain_draws": found.plain,
            "rare_parts": float(found.parts),
        }
        return {name: np.asarray(value) for name, value in said.items()}

    def document(self, data: xr.Dataset) -> list[dict[str, Any]]:
        """Return a row for each cell."""
        rows = []
        for labels, cell in cells(data):
            if not np.isfinite(cell["rare_probability"].item()):
                continue
            plain = cell["rare_plain_draws"].item()
            rows.append(
                {
                    "labels": labels,
                    "event": "holds" if cell["rare_of_success"] > 0 else "fails",
                    "probability": estimate(cell, "rare_probability"),
                    "effective_draws": cell["rare_effective"].item(),
                    "draws": DRAWS,
                    "plain": estimate(cell, "rare_plain"),
                    "plain_draws_for_this_error": plain if np.isfinite(plain) else None,
                    "regions": int(cell["rare_parts"].item()),
                }
            )
        return rows
