"""Which of the studies that ship use a record of the library."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mcsus.study.layers import model_layers
from mcsus.study.study_file import read_toml, shipped_studies


class Use(NamedTuple):
    """A study that uses a record, and the inputs whose laws, at some label, are of it."""

    study: str
    title: str
    inputs: tuple[str, ...]


@lru_cache(maxsize=1)
def records_used() -> Mapping[str, tuple[Use, ...]]:
    """Return the uses of each record that a study names, by id.

    Examples
    --------
    >>> [use.study for use in records_used()["paper.range.others"]][:1]
    ['tinyml_table']
    """
    found: dict[str, list[Use]] = {}
    for path in shipped_studies():
        document = read_toml(path)
        inputs: dict[str, dict[str, None]] = {}
        for name, table in _laws(document):
            for key in _named(table):
                inputs.setdefault(key, {})[name] = None
        for key, names in inputs.items():
            use = Use(document["id"], document.get("title", ""), tuple(names))
            found.setdefault(key, []).append(use)
    return {key: tuple(uses) for key, uses in found.items()}


def _laws(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a study says of its inputs, those of its model first, then of its scenarios."""
    model = document.get("model")
    layers = model_layers(model) if isinstance(model, str) else []
    laws: dict[str, Any] = {}
    for layer in layers:
        laws |= layer.parameters
    yield from (laws | document.get("parameters", {})).items()
    for scenario in document.get("scenarios", ()):
        yield from scenario.get("set", {}).items()


def _named(value: Any) -> Iterator[str]:
    """Yield the ids of the library that stand in a table as laws."""
    from mcsus.library import library  # noqa: PLC0415  (a study of formulas needs no library)

    if isinstance(value, str):
        if value in library():
            yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)
