"""What stands below a claim in a result: analyses, which declare their arrays and their JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mcsus.modules import import_all
from mcsus.result.arrays import Entry

if TYPE_CHECKING:
    import xarray as xr

CONFIDENCE, REPLICATES = "confidence", "replicates"
"""Attributes of a node: what the claim must reach, and the replicates behind its errors."""

INPUT_UNITS = "input_units"
"""Attribute of a node: the unit of each input, a JSON list in their order."""


class Declared(NamedTuple):
    """An analysis of claims, as a result knows it.

    Parameters
    ----------
    document : callable
        Returns the JSON of the node of one claim.
    """

    entries: tuple[Entry, ...]
    document: Callable[[xr.Dataset], Any]


DECLARED: dict[str, Declared] = {}
"""The analyses of claims that are imported, by name."""


def declared() -> Mapping[str, Declared]:
    """Return all analyses of claims, which are found by looking."""
    import_all("mcsus.analysis.of_claims")
    return DECLARED


def units_of(data: xr.Dataset) -> dict[str, str]:
    """Return the unit of each input of a node."""
    names = (str(name) for name in data["input"].values)
    return dict(zip(names, json.loads(data.attrs[INPUT_UNITS]), strict=True))


def documents(nodes: Mapping[str, xr.Dataset]) -> dict[str, Any]:
    """Return the JSON of what stands below a claim; of an analysis that is not here, nothing."""
    known = declared() if nodes else {}
    return {name: known[name].document(data) for name, data in nodes.items() if name in known}


def own_arrays(node: xr.DataTree) -> xr.Dataset:
    """Return the arrays of a node below another, with their labels and no others."""
    data = node.to_dataset()
    used = {dim for array in data.data_vars.values() for dim in array.dims}
    return data.drop_vars([key for key in data.coords if key not in used])
