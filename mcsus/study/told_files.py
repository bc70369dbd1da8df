"""What is told of the files of a study: which they are, and which numbers are from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcsus.study import joints
from mcsus.study.equations_from import KEY as FROM
from mcsus.study.files import KEY
from mcsus.study.text_tables import file_hash
from mcsus.vocabulary import SCENARIO, Label


def files_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the files that a study has read: path, hash, rows, and the columns that were read."""
    return [
        {"file": name, **{k: kept[k] for k in ("sha256", "rows")}, "columns": [*kept["columns"]]}
        for name, kept in document.get(KEY, {}).items()
    ]


def without_rows(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the tables of a study for a reader: of its files the hash alone, not their rows."""
    if KEY not in document:
        return dict(document)
    kept = {each["file"]: {k: each[k] for k in ("sha256", "rows")} for each in files_of(document)}
    return {**document, KEY: kept}


def changed_files(document: Mapping[str, Any], folder: Path) -> tuple[list[str], list[str]]:
    """Return which files are others now than those that were read, and which are not there."""
    changed, gone = [], []
    module = document.get(FROM)
    for each in [*files_of(document), *([module] if isinstance(module, Mapping) else [])]:
        if not (folder / each["file"]).exists():
            gone.append(each["file"])
        elif file_hash(folder, each["file"]) != each["sha256"]:
            changed.append(each["file"])
    return changed, gone


def told_law(
    document: Mapping[str, Any], name: str, labels: Mapping[str, Label], law: dict[str, Any]
) -> dict[str, Any]:
    """Return a law as it is told: the columns of a file in the place of what was read in them.

    Parameters
    ----------
    labels : mapping
        Of the cell.
    law : dict
        As a study file would say it.
    """
    written = document.get("parameters", {}).get(name)
    for scenario in document.get("scenarios", ()):
        if scenario.get("id") == labels.get(SCENARIO):
            own = _at(scenario.get("set", {}).get(name), labels)
            if own is not None:
                return _told(document, own, law)
    for id_, table in document.get(joints.KEY, {}).items():
        column = table["columns"].get(name)
        if column is not None and name not in table.get("apart", ()):
            column = _at(column, labels)
            weights = {"weights": table["weights"]} if "weights" in table else {}
            columns = {"values": column, **weights}
            told = {"distribution": "empirical", "file": table["file"], "columns": columns}
            return {**told, "rows": _rows(document, table["file"]), "joint": id_}
    return _told(document, _at(written, labels), law)


def _at(value: Any, labels: Mapping[str, Label]) -> Any:
    """Return what stands at some labels; what is written above holds below."""
    while isinstance(value, Mapping) and isinstance(value.get("by"), Mapping):
        [dim] = value["by"]
        value = value["by"][dim].get(str(labels.get(dim)))
    return value


def _told(document: Mapping[str, Any], table: Any, law: dict[str, Any]) -> dict[str, Any]:
    if isinstance(table, Mapping) and "table" in table:
        return {**law, "table": table["table"]}
    if not isinstance(table, Mapping) or "file" not in table:
        return law
    columns = table.get("columns") or {"values": table["column"]}
    own = {key: value for key, value in law.items() if key not in columns}
    told = {**own, "file": table["file"], "columns": dict(columns)}
    return {**told, "rows": _rows(document, table["file"])}


def _rows(document: Mapping[str, Any], file: str) -> int:
    return int(document[KEY][file]["rows"])
