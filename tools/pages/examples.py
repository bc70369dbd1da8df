"""For each key of a study file, what stands there in a study that ships or on a page."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomlkit

from mcsus.declared.table import Either, Item, Table
from mcsus.study.tables import STUDY
from tools.pages.blocks import blocks

ROOT = Path(__file__).parents[2]
_LONGEST = 90

Examples = dict[str, dict[str, Any]]


def examples() -> Examples:
    """Return by the name of a table a value for each of its keys, where one is found."""
    found: Examples = {}
    for document in _documents():
        _keep(found.setdefault("study", {}), document)
        for key, value in document.items():
            for table in _tables(key, value):
                _keep(found.setdefault(key, {}), table)
    return found


def _keep(held: dict[str, Any], table: dict[str, Any]) -> None:
    """Keep the first value of each key that is short enough for a line."""
    for key, value in table.items():
        if key not in held or _size(value) < _LONGEST - len(key) - 6 <= _size(held[key]):
            held[key] = value


def written(key: str, item: Item, found: Any) -> str | None:
    """Return a key with an example as a line of a file; None where it is a table of its own."""
    value = _of_schema(item) if found is None else found
    if value is None or (isinstance(value, dict) and item.below() is not None):
        return None
    try:
        line = f"{key} = {_inline(value)}"
    except (TypeError, ValueError):
        return None
    return line if len(line) <= _LONGEST and "\n" not in line else None


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{tomlkit.key(k).as_string()} = {_inline(v)}" for k, v in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    return str(tomlkit.item(value).as_string())


def _of_schema(item: Item) -> Any:
    """Return a value that the schema of a key allows, where it tells one."""
    schema = item.schema() if callable(item.schema) else item.schema
    if item.default not in (None, (), ""):
        return None if isinstance(item.default, (Table, Either)) else _plain(item.default)
    if "enum" in schema:
        return schema["enum"][0]
    return {"boolean": True, "string": "..."}.get(schema.get("type", ""))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _size(value: Any) -> int:
    return len(str(value))


def _documents() -> Iterator[dict[str, Any]]:
    for page in sorted((ROOT / "docs").rglob("*.md")):
        if "_build" not in page.parts:
            for block in blocks(page):
                if block.kind == "file" and block.argument.endswith(".toml"):
                    yield _read(block.body)
    for page in (ROOT / "README.md",):
        yield from (_read(block.body) for block in blocks(page) if block.kind == "toml")
    for path in (*sorted((ROOT / "studies").glob("*.toml")), *(ROOT / "tests/data").glob("*.toml")):
        yield _read(path.read_text(encoding="utf-8"))
    yield _read(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def _read(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _tables(key: str, value: Any) -> list[dict[str, Any]]:
    """Return the tables that stand under a key of a study."""
    item = STUDY.items.get(key)
    below = item.below() if item is not None else None
    if below is None:
        return []
    if isinstance(value, list):
        return [entry for entry in value if isinstance(entry, dict)]
    known = set(keys_of(below))
    if isinstance(value, dict) and known & set(value):
        return [value]
    entries = value.values() if isinstance(value, dict) else ()
    return [entry for entry in entries if isinstance(entry, dict)]


def keys_of(table: Table | Either) -> dict[str, Item]:
    """Return the keys of a table, or of all that may stand in its place."""
    if isinstance(table, Table):
        return dict(table.items)
    return {key: item for each in table.tables for key, item in each.items.items()}
