"""Rows of stats_arrays with names: CSV with a head, or JSON."""

from functools import partial
from pathlib import Path

from mcsus.errors import Fault, InputError
from mcsus.neighbours.exported import Row, csv_of, each, writes
from mcsus.neighbours.files import text_of
from mcsus.neighbours.imported import Imported, register
from mcsus.neighbours.rows import rows_of
from mcsus.neighbours.stats_arrays import from_stats_arrays, to_stats_arrays

_NAMES = ("name", "id")


@register("stats_arrays", "rows of stats_arrays")
def read(path: Path) -> Imported:
    """Return the laws of rows."""
    found = Imported()
    for number, row in enumerate(rows_of(text_of(path)), 1):
        name = next((str(row[key]) for key in _NAMES if row.get(key) not in (None, "")), "")
        if not name:
            raise InputError(Fault("no name", "a column 'name'", (f"row {number}",)))
        about = {key: value for key, value in row.items() if key != "id"}
        comment = str(row.get("comment") or "")
        found.take(name, partial(from_stats_arrays, about), str(row.get("unit") or ""), comment)
    return found


@writes("stats_arrays", ".csv")
def write(rows: list[Row], told: list[str]) -> str:  # noqa: ARG001 - all is there
    """Return rows with a head."""
    return csv_of(
        [
            {"name": row.name, "unit": row.unit, **own, "comment": row.text}
            for row, own in zip(rows, each(rows, to_stats_arrays), strict=True)
        ]
    )
