"""Parameters of openLCA: JSON-LD by its published schema, or a table as CSV.

JSON-LD is one Parameter, a list of them, a Process with parameters, or a folder or zip of such
files (https://greendelta.github.io/olca-schema). A table has the columns of the editor (name,
value, formula, uncertainty in words, description) or the fields of the schema.
"""

import uuid
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution
from mcsus.neighbours.exported import Row, csv_of, each, json_text, writes
from mcsus.neighbours.files import decoded, packed, text_of
from mcsus.neighbours.formulas import SHEET, enter
from mcsus.neighbours.imported import Imported, constant, named, register
from mcsus.neighbours.openlca import FIELDS, from_openlca, from_text, to_openlca
from mcsus.neighbours.rows import json_of, rows_of

_HEADS = {head.lower(): head for head in ("distributionType", "isInputParameter", *FIELDS)}


@register("openlca", "parameters of openLCA")
def read(path: Path) -> Imported:
    """Return the laws and equations of parameters."""
    found = Imported()
    formulas: dict[str, tuple[str, float | None]] = {}
    for own in _parameters(path):
        name = str(own.get("name") or "")
        if not name:
            raise InputError(Fault("no name", "a name of each parameter", ("name",)))
        text = str(own.get("description") or "")
        if own.get("formula") and not _is_input(own):
            formulas[name] = str(own["formula"]), _value(own, optional=True)
        else:
            found.take(name, partial(_law, own), text=text)
        if own.get("parameterScope") not in (None, "", "GLOBAL_SCOPE"):
            found.told.append(f"{name!r} is of {own['parameterScope']} there")
    enter(found, formulas, SHEET)
    return found


def _law(own: dict[str, Any]) -> Distribution:
    given = own.get("uncertainty")
    if isinstance(given, dict) and given.get("distributionType"):
        return from_openlca(given)
    if isinstance(given, str) and given.strip().lower() not in ("", "none"):
        return from_text(given)
    if own.get("distributionType"):
        return from_openlca(own)
    return constant(_value(own) or 0.0)


def _is_input(own: dict[str, Any]) -> bool:
    """Tell whether a parameter is given; the key had another name in the first schema."""
    given = own.get("isInputParameter", own.get("inputParameter"))
    return str(given).lower() in ("true", "1")


def _value(own: dict[str, Any], *, optional: bool = False) -> float | None:
    value = own.get("value")
    if optional and value in (None, ""):
        return None
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(Fault(repr(value), "a number", (str(own["name"]), "value"))) from None


def _parameters(path: Path) -> Iterator[dict[str, Any]]:
    if path.is_dir() or zipfile.is_zipfile(path):
        for name, data in packed(path, ".json"):
            if "parameters" in name or "processes" in name:
                yield from _of(json_of(decoded(data)))
        return
    text = text_of(path)
    if text.lstrip()[:1] in ("[", "{"):
        yield from _of(json_of(text))
        return
    for row in rows_of(text):
        yield {_HEADS.get(key.lower(), key.lower()): value for key, value in row.items()}


def _of(read: Any) -> Iterator[dict[str, Any]]:
    """Return the parameters in what was read."""
    for own in read if isinstance(read, list) else [read]:
        if not isinstance(own, dict):
            raise InputError(Fault(repr(own)[:40], "a Parameter of openLCA"))
        if "@graph" in own:
            yield from _of(own["@graph"])
        elif own.get("@type") == "Process":
            yield from _of(own.get("parameters") or [])
        elif own.get("@type") in (None, "Parameter"):
            yield own


@writes("openlca", ".json")
def write(rows: list[Row], told: list[str]) -> str:
    """Return Parameters of the schema."""
    return json_text([{"@type": "Parameter", **own} for own in _written(rows, told)])


@writes("openlca", ".csv")
def write_table(rows: list[Row], told: list[str]) -> str:
    """Return a table of the fields of the schema."""
    made = _written(rows, told)
    spreads = [own.pop("uncertainty", {}) for own in made]
    return csv_of([{**own, **spread} for own, spread in zip(made, spreads, strict=True)])


def _written(rows: list[Row], told: list[str]) -> list[dict[str, Any]]:
    """Return Parameters; names there are words, and one can be made of two here."""
    told.append("units are words of the description there")
    names = named(row.name for row in rows)
    told += [f"{old} is {new} there" for old, new in names.items() if old != new]
    return [
        {
            "@id": str(uuid.uuid5(uuid.NAMESPACE_OID, row.name)),
            "name": names[row.name],
            "description": f"{row.text} [{row.unit}]".strip(),
            "parameterScope": "GLOBAL_SCOPE",
            "isInputParameter": True,
            "value": float(row.law.typical()),
            **({"uncertainty": own} if own else {}),
        }
        for row, own in zip(rows, each(rows, to_openlca), strict=True)
    ]
