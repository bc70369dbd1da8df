"""The JSON of what is compared, read off its tree."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcsus.result.arrays import OUTPUT
from mcsus.result.document import cells, estimate, statistics
from mcsus.vocabulary import EFFECT, Apart

if TYPE_CHECKING:
    import xarray as xr

PARTS = ("difference", "ratio")
"""What is made of each pair."""


def comparison_documents(tables: Mapping[str, xr.Dataset]) -> dict[str, list[dict[str, Any]]]:
    """Return the JSON of all comparisons, by output: an entry for each pair of cells."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for data in tables.values():
        documents.setdefault(data.attrs["output"], []).extend(_entries(data))
    return documents


def pairs_of(data: xr.Dataset) -> Iterator[tuple[dict[str, Any], int, tuple[Any, Any]]]:
    """Yield, for all pairs of cells, the labels they share, the place of the pair and its labels.

    Labels are as the study has them, numbers of a numeric dim as numbers.
    """
    pairs = json.loads(data.attrs["pairs"])
    for labels, _ in cells(data):
        for place, (of, against) in enumerate(pairs):
            yield labels, place, (of, against)


def part_of(data: xr.Dataset, kind: str) -> xr.Dataset:
    """Return the differences or the ratios of a comparison under the names of an output."""
    names = {
        f"{kind}_{own.name}": own.name
        for entry in OUTPUT
        for own in entry.variables
        if f"{kind}_{own.name}" in data
    }
    unit = data.attrs["units"] if kind == "difference" else "1"
    return data[list(names)].rename(names).assign_attrs(units=unit)


def _entries(data: xr.Dataset) -> Iterator[dict[str, Any]]:
    dim = data.attrs["dim"]
    parts = {kind: part_of(data, kind) for kind in PARTS}
    for labels, place, (of, against) in pairs_of(data):
        at = {**labels, "compared_pair": data["compared_pair"].values[place]}
        entry = {"of": {dim: of}, "against": {dim: against}, "labels": labels}
        for kind, part in parts.items():
            entry[kind] = {"unit": part.attrs["units"], **statistics(part.sel(at))}
        yield entry | _together(data.sel(at), data.attrs["confidence"])


def _together(cell: xr.Dataset, confidence: float) -> dict[str, Any]:
    """Return what is said of two together."""
    apart = Apart(cell["apart"].item())
    size = estimate(cell, "effect_size")
    return {
        "probability_less": estimate(cell, "probability_less"),
        "discernible": None if apart is Apart.UNDECIDED else apart is not Apart.NEITHER,
        "apart": apart.value,
        "confidence": confidence,
        "overlap": estimate(cell, "overlap"),
        "effect_size": None
        if size["value"] is None
        else size | {"threshold": EFFECT, "is_small": size["value"] < EFFECT},
    }


def ranking_documents(tables: Mapping[str, xr.Dataset]) -> dict[str, list[dict[str, Any]]]:
    """Return the JSON of how more than two stand among each other, by output."""
    documents: dict[str, list[dict[str, Any]]] = {}
    for data in tables.values():
        for labels, cell in cells(data) if "rank" in data else ():
            rows = [
                {
                    "label": label,
                    "lowest": estimate(cell, "lowest", k),
                    "rank": estimate(cell, "rank", k),
                }
                for k, label in enumerate(json.loads(data.attrs["labels"]))
            ]
            entry = {"dim": data.attrs["dim"], "labels": labels, "each": rows}
            documents.setdefault(data.attrs["output"], []).append(entry)
    return documents
