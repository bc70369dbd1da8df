"""What differs between the tables of two study files, key by key."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]


def listed_apart(tables: tuple[Json, Json], key: str) -> Iterator[Json]:
    """Yield scenarios or claims that differ: the keys that do, with what they are in both."""
    one, other = ({own["id"]: own for own in table.get(key, ())} for table in tables)
    for name in dict.fromkeys([*one, *other]):
        mine, theirs = one.get(name), other.get(name)
        if mine is None or theirs is None:
            yield {"id": name, "only_in": "b" if mine is None else "a", "keys": []}
        elif mine != theirs:
            keys = [k for k in dict.fromkeys([*mine, *theirs]) if mine.get(k) != theirs.get(k)]
            told = [{"key": k, "a": mine.get(k), "b": theirs.get(k)} for k in keys]
            yield {"id": name, "only_in": None, "keys": told}


_TOLD = (
    "schema", "id", "parameters", "equations", "dependence", "scenarios", "claims", "files",
    "as_written",
)  # fmt: skip


def others_apart(one: Json, other: Json) -> Iterator[Json]:
    """Yield what else of the two files differs, key by key."""
    for key in dict.fromkeys([*one, *other]):
        mine, theirs = one.get(key), other.get(key)
        if key in _TOLD or mine == theirs:
            continue
        if isinstance(mine or {}, Mapping) and isinstance(theirs or {}, Mapping):
            mine, theirs = mine or {}, theirs or {}
            for own in dict.fromkeys([*mine, *theirs]):
                if mine.get(own) != theirs.get(own):
                    yield {"key": f"{key}.{own}", "a": mine.get(own), "b": theirs.get(own)}
        else:
            yield {"key": key, "a": mine, "b": theirs}
