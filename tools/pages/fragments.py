"""Parts of study files that a page shows alone: their keys and values are those of the schema."""

from __future__ import annotations

import tomllib
from typing import Any

from jsonschema import Draft202012Validator

from mcsus.study.schema import schema
from mcsus.study.tables import STUDY


def faults(text: str) -> list[str]:
    """Return what is wrong with a part of a study file.

    A part without a table is about one law.
    """
    part = tomllib.loads(text)
    if not part.keys() & set(STUDY):
        part = {"parameters": {"shown": part}}
    found = Draft202012Validator(_relaxed(schema())).iter_errors(part)
    return [f"{'.'.join(map(str, fault.path))}: {fault.message}" for fault in found]


def _relaxed(rules: Any) -> Any:
    """Return a schema by which nothing is required, and several forms may fit."""
    if isinstance(rules, list):
        return [_relaxed(rule) for rule in rules]
    if not isinstance(rules, dict):
        return rules
    kept = {
        "anyOf" if key == "oneOf" else key: _relaxed(rule)
        for key, rule in rules.items()
        if key not in {"required", "minProperties", "not", "if", "then", "else"}
    }
    forms = kept.get("anyOf")
    if isinstance(forms, list) and not any(forms):
        del kept["anyOf"]
    return kept
