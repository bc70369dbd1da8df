"""What the draws of a table say of its inputs, as plain tables: no place to what chance decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.result.columns import aligned
from mcsus.result.wording import error, number

_SURE = 3.0  # errors beyond what an input without bearing has, from which one has some
_MOST = 40  # inputs of a table
_SLOPES = "SRC"  # of a correlation: shown where they tell of more inputs


class _Column(NamedTuple):
    """What a method says of the inputs in one of its arrays."""

    cell: Mapping[str, Any]
    key: str

    def told(self) -> set[str]:
        """Return the inputs that are told from one without bearing."""
        known = {name: own[self.key] for name, own in self.cell["indices"].items()}
        floor = self.cell.get("dummy", self.cell.get(f"dummy_{self.key}", {"value": 0.0}))
        values = [own["value"] for own in known.values()]
        errors = [own["error"] for own in known.values()]
        apart = are_told_apart(values, errors, floor["value"])
        return {name for name, own in zip(known, apart, strict=True) if own}

    def places(self, main: str) -> dict[str, int]:
        """Return the places of these: by the ranking of the method, if it is of this array."""
        told, order, shared = self.told(), self.cell["ranking"], self.cell.get("shared_places", ())
        if self.key != main:
            known, shared = self.cell["indices"], ()
            order = sorted(told, key=lambda name: -abs(known[name][self.key]["value"]))
        firsts = {name: own[0] for own in shared for name in own}
        order = [name for name in order if name in told]
        return {name: order.index(firsts.get(name, name)) + 1 for name in order}


def given_text(document: Mapping[str, Any]) -> str:
    """Return what the draws of a table say of its inputs, one table for each output."""
    names = ", ".join(document["outputs"])
    lines = [f"{document['table']}: {document['rows']:,} rows; what drives {names}"]
    for name, told in document["sensitivity"].items():
        columns = list(_columns(told["cells"], document["methods"]))
        placed = [own.places(document["methods"][own.cell["method"]]) for own in columns]
        inputs = _inputs(document, columns, placed)
        lines.append(
            f"{name}: value (error) and place by each method; a dash instead of a place where an "
            "input cannot be told from one without bearing"
        )
        rows: list[tuple[str, ...]] = [
            ("input", *(f"{own.cell['method']} {own.key}" for own in columns))
        ]
        for own in inputs[:_MOST]:
            said = (_said(column, own, at) for column, at in zip(columns, placed, strict=True))
            rows.append((own, *said))
        left = len(inputs) - _MOST
        more = f"\n  ... and {left} more inputs with --json" if left > 0 else ""
        lines.append(aligned(rows) + more)
    return "\n\n".join(lines)


def _columns(cells: Sequence[Mapping[str, Any]], measures: Mapping[str, str]) -> Iterator[_Column]:
    """Yield what is shown of each method: its measure, and what else tells of further inputs."""
    heard: set[str] = set()
    for cell in cells:
        column = _Column(cell, measures[cell["method"]])
        heard |= column.told()
        yield column
    for cell in cells:
        if cell["method"] == "correlation" and (slopes := _Column(cell, _SLOPES)).told() - heard:
            yield slopes


def _inputs(
    document: Mapping[str, Any],
    columns: Sequence[_Column],
    placed: Sequence[Mapping[str, int]],
) -> list[str]:
    """Return the inputs: by the best place that any column gives them, then as the first does."""
    order = [*columns[0].cell["ranking"], *(own["name"] for own in document["inputs"])]
    inputs = list(dict.fromkeys(order))
    last = len(inputs) + 1
    return sorted(inputs, key=lambda name: min(own.get(name, last) for own in placed))


def _said(column: _Column, name: str, places: Mapping[str, int]) -> str:
    if name not in column.cell["indices"]:
        return "-"
    own = column.cell["indices"][name][column.key]
    place = f"{places[name]}." if name in places else "- "
    return f"{number(own['value'])} ({error(own['error'])}) {place}"


def are_told_apart(values: ArrayLike, errors: ArrayLike, floor: float = 0.0) -> NDArray[np.bool_]:
    """Tell which inputs matter more than one without bearing, for sure; none if it is not known.

    Parameters
    ----------
    floor : float
        What is said of an input without bearing.

    Examples
    --------
    >>> are_told_apart([0.5, -0.4, 0.02, None], [0.01, 0.01, 0.01, None]).tolist()
    [True, True, False, False]
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    apart = sizes - max(floor, 0.0) > _SURE * np.asarray(errors, dtype=float)
    return np.asarray(apart, dtype=bool)
