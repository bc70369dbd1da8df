"""The text of a study file, from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_ORDERED = ("dims", "parameters")
"""Tables whose order counts: in a file, what is no table stands before the tables."""


def study_file(tables: Mapping[str, Any]) -> str:
    """Return the text of a study file, which reads as the same tables in the same order.

    Examples
    --------
    >>> print(study_file({"id": "x", "dims": {"year": {"first": 1, "last": 2}, "case": ["a"]}}))
    id = "x"
    <BLANKLINE>
    [dims]
    year = {first = 1, last = 2}
    case = ["a"]
    <BLANKLINE>
    """
    import tomlkit  # noqa: PLC0415 - only here

    document = tomlkit.document()
    for key in sorted(tables, key=lambda key: _is_table(tables[key])):
        value = tables[key]
        document.add(key, _ordered(value) if key in _ORDERED else tomlkit.item(value))
    return tomlkit.dumps(document)


def _is_table(value: Any) -> bool:
    """Tell whether a value is a table, or a list of them."""
    is_list = isinstance(value, list | tuple) and any(isinstance(own, Mapping) for own in value)
    return isinstance(value, Mapping) or is_list


def _ordered(tables: Mapping[str, Any]) -> Any:
    """Return a table with the tables in it written in a line as far as others follow."""
    import tomlkit  # noqa: PLC0415 - only here

    last = max(
        (k for k, own in enumerate(tables.values()) if not isinstance(own, Mapping)), default=-1
    )
    made = tomlkit.table()
    for place, (name, own) in enumerate(tables.items()):
        if isinstance(own, Mapping) and place < last:
            inline = tomlkit.inline_table()
            inline.update(own)
            made.add(name, inline)
        else:
            made.add(name, tomlkit.item(own))
    return made
