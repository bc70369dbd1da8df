"""Rows of a text: CSV with a head, with commas, semicolons or tabs, or JSON."""

from __future__ import annotations

import csv
import json
from typing import Any

from mcsus.errors import Fault, InputError

_MARKS = ",;\t"


def rows_of(text: str) -> list[dict[str, Any]]:
    r"""Return the rows of a text.

    JSON is a list of tables, or a table of tables by name.

    Raises
    ------
    InputError
        If it is neither, or a row has more cells than the head.

    Examples
    --------
    >>> rows_of("name;loc\na;1")
    [{'name': 'a', 'loc': '1'}]
    >>> rows_of('{"a": {"loc": 1}}')
    [{'name': 'a', 'loc': 1}]
    """
    if text.lstrip()[:1] in ("[", "{"):
        return _of_json(text)
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputError(Fault("nothing", "a head and rows"))
    mark = max(_MARKS, key=lines[0].count)
    read = csv.DictReader(lines, delimiter=mark, skipinitialspace=True)
    rows = []
    for number, row in enumerate(read, 2):
        if None in row or None in row.values():
            found = f"{len(lines[number - 1].split(mark))} cells"
            allowed = f"{len(read.fieldnames or ())}, as the head has"
            raise InputError(Fault(found, allowed, (f"line {number}",)))
        rows.append({key.strip(): value.strip() for key, value in row.items()})
    return rows


def json_of(text: str) -> Any:
    """Return what a text of JSON says.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(Fault(f"no JSON ({error})", "JSON")) from None


def _of_json(text: str) -> list[dict[str, Any]]:
    read = json_of(text)
    if isinstance(read, dict):
        read = [
            {"name": name, **own} if isinstance(own, dict) else own for name, own in read.items()
        ]
    if not all(isinstance(own, dict) for own in read):
        raise InputError(Fault("a list of other things", "a list of tables, or tables by name"))
    return [dict(own) for own in read]
