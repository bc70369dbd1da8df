"""Laws of a study, as files of other tools."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.families import Distribution
from mcsus.modules import import_all


@dataclass(frozen=True)
class Row:
    """An input of a study.

    Parameters
    ----------
    name : str
        With its labels, where its law differs by label.
    law : Distribution
        The law.
    unit : str
        The unit of the law.
    text : str
        Where the law is from.
    """

    name: str
    law: Distribution
    unit: str
    text: str


Writer = Callable[[list[Row], list[str]], str]
_WRITERS: dict[str, dict[str, Writer]] = {}


def writes(kind: str, suffix: str) -> Callable[[Writer], Writer]:
    """Enter a function as what writes a kind of file, by the end of its name; a decorator."""

    def entered(write: Writer) -> Writer:
        _WRITERS.setdefault(kind, {})[suffix] = write
        return write

    return entered


def writers() -> Mapping[str, Mapping[str, Writer]]:
    """Return what writes each kind of file, by the end of its name."""
    import_all("mcsus.neighbours.kinds")
    return dict(sorted(_WRITERS.items()))


def write(kind: str, rows: list[Row], suffix: str) -> tuple[str, list[str]]:
    """Return the text of a file of another tool, and what is to be told of it.

    Raises
    ------
    InputError
        If the kind or the end of the name is unknown, or a law is not there; all such laws are
        named.
    """
    every = writers()
    if kind not in every:
        raise InputError(Fault(repr(kind), ", ".join(every), ("KIND",), nearest(kind, every)))
    if suffix.lower() not in every[kind]:
        raise InputError(Fault(repr(suffix), f"a file {' or '.join(every[kind])}", ("-o",)))
    told: list[str] = []
    return every[kind][suffix.lower()](rows, told), told


def each(rows: Iterable[Row], of: Callable[[Distribution], Any]) -> list[Any]:
    """Return what each law is in another tool.

    Raises
    ------
    InputError
        With a fault for each law that it does not have.
    """
    made, faults = [], []
    for row in rows:
        try:
            made.append(of(row.law))
        except InputError as error:
            faults += [fault.within(row.name) for fault in error.faults]
    if faults:
        raise InputError(*faults)
    return made


def csv_of(rows: list[dict[str, Any]]) -> str:
    """Return rows as CSV with a head; what is nothing is left empty."""
    buffer = io.StringIO()
    heads = list(dict.fromkeys(key for row in rows for key in row))
    made = csv.DictWriter(buffer, heads, restval="", lineterminator="\n")
    made.writeheader()
    nothing = (None, math.nan)
    made.writerows(
        {key: "" if value in nothing else value for key, value in row.items()} for row in rows
    )
    return buffer.getvalue()


def json_text(value: Any) -> str:
    """Return JSON with an end of line."""
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
