"""Brightway: a datapackage of bw_processing, or parameters of a project, database or activity.

A datapackage is a folder or a zip with ``datapackage.json`` and arrays of numpy; each of its rows
is an input. Parameters are a list (JSON or CSV with a head) of what Brightway holds for each:
name, amount, formula and the columns of stats_arrays.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution
from mcsus.neighbours.files import decoded, packed, text_of
from mcsus.neighbours.formulas import PYTHON, enter
from mcsus.neighbours.imported import Imported, constant, register
from mcsus.neighbours.rows import json_of, rows_of
from mcsus.neighbours.stats_arrays import COLUMNS, READ, from_stats_arrays

MOST_ROWS = 2_000
_TABLE = "datapackage.json"
_WITHOUT_SPREAD = (0, 1)
_WANTED = ("indices", "data", "distributions", "flip")

Parts = dict[str, np.ndarray[Any, Any]]


@register("brightway", "a datapackage or parameters of Brightway")
def read(path: Path) -> Imported:
    """Return the laws and equations of a datapackage or of parameters."""
    if path.is_dir() or zipfile.is_zipfile(path):
        return _package(path)
    found = Imported()
    formulas: dict[str, tuple[str, float | None]] = {}
    for number, row in enumerate(rows_of(text_of(path)), 1):
        own = {**row, **(row["data"] if isinstance(row.get("data"), dict) else {})}
        name = str(own.get("name") or "")
        if not name:
            raise InputError(Fault("no name", "a name of each parameter", (f"row {number}",)))
        unit, text = (
            str(own.get("unit") or ""),
            str(own.get("comment") or own.get("description") or ""),
        )
        if formula := own.get("formula"):
            formulas[name] = str(formula), _amount(own, name)
            if unit:
                found.units[name] = unit
        else:
            columns = {key: own[key] for key in READ if key in own}
            found.take(name, partial(from_stats_arrays, columns), unit, text)
    enter(found, formulas, PYTHON)
    return found


def _amount(own: Mapping[str, Any], name: str) -> float | None:
    if own.get("amount") in (None, ""):
        return None
    try:
        return float(own["amount"])
    except (TypeError, ValueError):
        raise InputError(Fault(repr(own["amount"]), "a number", (name, "amount"))) from None


def _package(path: Path) -> Imported:
    files = {name: data for ending in (".json", ".npy") for name, data in packed(path, ending)}
    table = next((name for name in files if name.rpartition("/")[2] == _TABLE), None)
    if table is None:
        raise InputError(Fault(f"no {_TABLE}", "a datapackage of bw_processing"))
    about = json_of(decoded(files[table]))
    resources = about.get("resources") if isinstance(about, dict) else None
    if not isinstance(resources, list) or not all(isinstance(own, dict) for own in resources):
        raise InputError(Fault("no list of resources", "one", (table, "resources")))
    found = Imported(title=str(about.get("name") or ""))
    groups: dict[str, Parts] = {}
    for own in resources:
        _place(own, groups, files, table.rpartition("/")[0], found)
    rows = sum(own["indices"].size for own in groups.values() if "indices" in own)
    if rows > MOST_ROWS:
        raise InputError(Fault(f"{rows:,} rows", f"{MOST_ROWS:,} at most: a part of a database"))
    for group, parts in groups.items():
        _enter(found, group, parts)
    return found


def _place(
    own: Mapping[str, Any],
    groups: dict[str, Parts],
    files: Mapping[str, bytes],
    folder: str,
    found: Imported,
) -> None:
    """Put the array of a resource to its group."""
    group, kind = str(own.get("group") or own.get("name")), str(own.get("kind"))
    is_made = own.get("path") in (None, "")  # by a program, when it is asked
    if own.get("category") != "vector" or is_made or kind not in _WANTED:
        found.told.append(f"not read: {own.get('name')!r}, {kind} of {own.get('category')}")
        return
    name = f"{folder}/{own.get('path')}".lstrip("/")
    if name not in files:
        form = (
            "parquet; write the package with numpy" if own.get("format") == "pqt" else "not there"
        )
        raise InputError(Fault(f"{own.get('path')!r}, {form}", "an array of numpy", (group, kind)))
    try:
        array = np.load(io.BytesIO(files[name]), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise InputError(Fault(f"no array ({error})", "an array of numpy", (name,))) from None
    wanted = {"indices": {"row", "col"}, "distributions": {"uncertainty_type", *COLUMNS}}
    fields = wanted.get(kind, set())
    if array.ndim != 1 or not fields <= {*(array.dtype.names or ())}:
        allowed = f"one dimension{' with ' + ', '.join(sorted(fields)) if fields else ''}"
        raise InputError(Fault(f"{array.dtype} of {array.ndim} dimensions", allowed, (name,)))
    groups.setdefault(group, {})[kind] = array


def _enter(found: Imported, group: str, parts: Parts) -> None:
    """Enter the rows of a group; their names are the group, the row and the column."""
    indices, sizes = parts.get("indices"), {kind: own.size for kind, own in parts.items()}
    if indices is None or not {"data", "distributions"} & {*parts}:
        found.told.append(f"not read: {group!r} has {', '.join(parts)} only")
        return
    if len({*sizes.values()}) > 1:
        found_sizes = ", ".join(f"{size} {kind}" for kind, size in sizes.items())
        raise InputError(Fault(found_sizes, "as many of each", (group,)))
    flipped = []
    for number, name in enumerate(_names(group, indices)):
        found.take(name, partial(_law, parts, number))
        if "flip" in parts and parts["flip"][number]:
            flipped.append(name)
    if flipped:
        found.told.append(f"the matrix has the other sign (flip) of {', '.join(flipped)}")
    if "distributions" in parts:
        found.told.append(f"laws of {group!r} are kept with seven digits there")


def _names(group: str, indices: "np.ndarray[Any, Any]") -> Iterator[str]:
    seen: dict[str, int] = {}
    for own in indices:
        name = f"{group}_{int(own['row'])}_{int(own['col'])}"
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name} again {seen[name]}"


def _law(parts: Parts, number: int) -> Distribution:
    held = parts.get("distributions")
    value = float(parts["data"][number]) if "data" in parts else None
    if held is None or int(held[number]["uncertainty_type"]) in _WITHOUT_SPREAD:
        if value is None:
            value = float(held[number]["loc"])  # type: ignore[index]
        return constant(value)
    return from_stats_arrays(held[number])
