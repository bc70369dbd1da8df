"""Tables of a result for a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def claim_rows(claims: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """Yield a row for each claim at each of its labels, from the document of a result.

    Examples
    --------
    >>> own = {"labels": {"year": 2030}, "probability": {"value": 0.97, "error": 0.001},
    ...        "verdict": "supported", "likelihood": "extremely likely",
    ...        "margin": {"unit": "kg", "quantiles": [{"p": 0.5, "value": 3.0}]}}
    >>> (row,) = claim_rows({"saves": {"cells": [own]}})
    >>> row["claim"], row["year"], row["verdict"], row["margin_0.5"], row["unit"]
    ('saves', 2030, 'supported', 3.0, 'kg')
    """
    for name, document in claims.items():
        for cell in document["cells"]:
            margin = cell["margin"]
            yield {
                "claim": name,
                **cell["labels"],
                "probability": cell["probability"]["value"],
                "probability_error": cell["probability"]["error"],
                "verdict": cell["verdict"],
                "likelihood": cell["likelihood"],
                "unit": margin["unit"],
                **{f"margin_{own['p']:g}": own["value"] for own in margin["quantiles"]},
            }
