"""What analyses there are."""

from __future__ import annotations

import functools

from mcsus.result import arrays


@functools.cache
def taken_names() -> frozenset[str]:
    """Return the names that no dim of a study may have: those of results and of analyses."""
    return arrays.taken_names(arrays.Entry(name, (), "1", "") for name in ("S1", "S2", "ST"))
