"""What a page that explores a study shows first: ``[explore]``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.declared.items import names
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector

KEY = "explore"

EXPLORE = Table(
    KEY,
    "What a page that explores the study shows first",
    inputs=names("parameters", "inputs that stand first, in this order", "parameters"),
)


def read_explore(
    table: object, known: Mapping[str, Any], faults: FaultCollector
) -> tuple[str, ...]:
    """Return the inputs that stand first.

    Parameters
    ----------
    known : mapping
        What the rest of the file says: names of parameters.
    """
    row = EXPLORE.read({} if table is None else table, faults, (KEY,), known)
    inputs: tuple[str, ...] = row["inputs"]
    return inputs
