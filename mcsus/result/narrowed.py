"""One output, or one claim, of a result."""

from __future__ import annotations

import json
from typing import Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.result.tree import Result

_WHOLE = "@"  # parts the name of an output from the labels, or the dim, that are meant


def only(result: Result, name: str) -> Result:
    """Return what a result tells of one output, claim or credit.

    Raises
    ------
    InputError
        If it has none of that name; the nearest one is named.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> result = run("tinyml_table", draws=256, replicates=2, methods=[])
    >>> list(only(result, "device_footprint").to_dict()["outputs"])
    ['device_footprint']
    """
    about = result.provenance
    order = {
        group: [own for own in names if own.partition(_WHOLE)[0] == name]
        for group, names in about["order"].items()
    }
    if not any(order.values()):
        known = [own for key in ("outputs", "claims", "credits") for own in about["order"][key]]
        allowed = f"an output, claim or credit of it: {', '.join(known)}"
        raise InputError(Fault(repr(name), allowed, (about["study"]["id"],), nearest(name, known)))
    cautions = [own for own in about["cautions"] if own["where"] == name]
    told: dict[str, Any] = {**about, "order": order, "cautions": cautions}
    tree = result.tree.copy()
    tree["provenance"].attrs = {key: json.dumps(value) for key, value in told.items()}
    return Result(tree, result.timing)
