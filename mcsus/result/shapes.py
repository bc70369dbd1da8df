"""What the attributes of a result look like, and how anything else is found.

A shape is a type (``float`` is any finite number), a set of words, ``[shape]`` for a list,
``{"key": shape}`` for a table with these keys at least (``"key?"`` may be left out),
``{...: shape}`` for a table with keys of any name, a tuple of shapes for either of them, `Json` for
a text that holds JSON, and ``object`` for anything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from mcsus.result.sealed import plain_json
from mcsus.vocabulary import Relation

_MOST = 1 << 62  # of a count
_LARGEST = sys.float_info.max
_LETTERS = 40  # of a value that a message shows

Shape = Any
Found = Iterator[tuple[str, str, tuple[str, ...]]]
"""What was found, what is allowed, and where."""


@dataclass(frozen=True)
class Json:
    """A text that holds JSON of a shape."""

    shape: Shape


_SOURCES = {
    "title": str, "id": str, "evidence": str, "rationale": str, "derivation": str, "note": str,
    "sources": [{...: (str, float, bool, None)}],
}  # fmt: skip
_LABELS = {...: (str, float)}

PROVENANCE: dict[Any, Shape] = {
    "study": {
        "id": str, "title": str, "question": str, "functional_unit": str, "system_boundary": str,
        "characterisation": str,
    },
    "assessment?": {...: str},
    "audit?": {...: str},
    "document": {"breakdown?": {...: [str]}, "joint?": {...: {"file": str}}},
    "files": [{"file": str, "rows": int, "columns": [str], "sha256": str}],
    "files_from": str,
    "variant": {...: str},
    "command": [str],
    "design": {"kind": str, "draws": int, "replicates": int, "seed": int},
    "sensitivity_replicates": int,
    "evaluations?": {...: int},
    "sensitivity_draws": int,
    "individuals": str,
    "scenarios": [{"id": str, "title": (str, None)}],
    "dependence": [
        {
            "parameters": [str], "copula": str, "df": (float, None),
            "correlation": ([[float]], None), "over?": str, "scenario?": str,
        }
    ],
    "joints": [{"id": str, "parameters": [str]}],
    "inputs": [
        {
            "name": str, "unit": str, "dims": [str], "stage": str, "kind": str,
            "cells": [{"labels": _LABELS, "law": {"distribution": str}, "unit": str} | _SOURCES],
        }
    ],
    "groups": {...: [str]},
    "equations": [
        {
            "name": str, "formula": str, "scenarios?": {...: str}, "unit": str, "stage": str,
            "doc": str,
        }
    ],
    "references": {...: [{"value": float} | _SOURCES]},
    "cautions": [{"kind": str, "where": str, "text": str}],
    "versions": {"mcsus": str, ...: str},
    "study_hash": str,
    "order": {
        "outputs": [str], "sensitivity": [str], "claims": [str], "comparisons?": [str],
        "credits?": [str], "populations?": [str], "few_draws?": [str],
    },
    "until?": (
        {
            "share": float, "reached": bool, "draws": int, "wanted_draws": int,
            "least_known_output": str, "known_to": float,
        },
        {
            "ranking": int, "reached": bool, "draws": int, "looks": int, "asked": float,
            "in_order": float, "least_settled?": str, "wanted_draws?": int,
            "open?": {"first": str, "then": str, "probability": float},
        },
    ),
    "drawn_on?": {"asked": int, "draws": int, "undecided": [str]},
    "p_box?": {
        "intervals": [
            {
                "parameter": str, "labels": _LABELS, "unit": str, "key": str, "low": float,
                "high": float,
            }
        ],
        "corners": str, "places": int, "draws": int, "replicates": int, "found_inside": [str],
        "places_without_value": int,
    },
    "stopped?": str,
}  # fmt: skip
"""Attributes of the provenance, each a JSON text of this shape; others hold any JSON."""

OUTPUT: dict[Any, Shape] = {
    "units": str, "path_probability": float, "stages": Json([str]), "rank_error": float,
}  # fmt: skip
CLAIM: dict[Any, Shape] = {
    "units": str, "statement": str, "quantity": str, "relation": frozenset(Relation),
    "value": float, "confidence": float, "required": int, "beside": str,
    "is_sign": int, "tested": str, "at": Json({...: (str, float)}),
}  # fmt: skip
BELOW_CLAIM: dict[Any, Shape] = {
    "units": str, "input_units": Json([str]), "confidence": float, "replicates": int,
    ...: (str, float),
}  # fmt: skip
CREDIT: dict[Any, Shape] = {
    "units": str, "quantity": str, "rule": str, "level": float, "buffer": float, "over": str,
    "nominal": float, "issued": float, "issued_quantity": str, "factor_level": float,
}  # fmt: skip
POPULATION: dict[Any, Shape] = {"units": str, "individuals": int, "draws": int}
KEPT: dict[Any, Shape] = {
    "units": str, "drawn_cells": Json([{...: (str, float)}]), "input_units": Json([str]),
    "claim_units": Json([str]),
}  # fmt: skip
COMPARISON: dict[Any, Shape] = {
    "units": str, "output": str, "dim": str, "confidence": float, "pairs": Json([[(str, float)]]),
    "labels": Json([(str, float)]),
}  # fmt: skip
ANALYSIS: dict[Any, Shape] = {"method": str, ...: (str, float)}


def unlike(value: Any, shape: Shape, *where: str) -> Found:
    """Yield what was found, what is allowed and where, for each place where a value differs.

    Examples
    --------
    >>> list(unlike({"a": [1, "x"]}, {"a": [float], "b?": str}))
    [("'x'", 'a finite number', ('a', '1'))]
    """
    if isinstance(shape, dict):
        if isinstance(value, Mapping):
            yield from _unlike_table(value, shape, where)
        else:
            yield _shown(value), "a table", where
    elif isinstance(shape, list):
        if isinstance(value, list):
            for k, item in enumerate(value):
                yield from unlike(item, shape[0], *where, str(k))
        else:
            yield _shown(value), "a list", where
    elif isinstance(shape, Json):
        yield from _unlike_text(value, shape.shape, where)
    elif isinstance(shape, tuple):
        if all(any(unlike(value, either)) for either in shape):
            yield from unlike(value, shape[0], *where)
    elif not _is(value, shape):
        yield _shown(value), _words(shape), where


def _unlike_text(value: Any, shape: Shape, where: tuple[str, ...]) -> Found:
    try:
        found = plain_json(value if isinstance(value, str) else "")
    except ValueError:
        yield _shown(value), "JSON as text", where
    else:
        yield from unlike(found, shape, *where)


def _unlike_table(
    value: Mapping[Any, Any], shape: dict[Any, Shape], where: tuple[str, ...]
) -> Found:
    known = {str(key).removesuffix("?"): key for key in shape if key is not ...}
    for name, key in known.items():
        if name in value:
            yield from unlike(value[name], shape[key], *where, name)
        elif not str(key).endswith("?"):
            yield f"no {name}", ", ".join(known), where
    if ... in shape:
        for name in value:
            if name not in known:
                yield from unlike(value[name], shape[...], *where, str(name))


def _is(value: Any, shape: Shape) -> bool:
    if shape is object:
        return True
    if shape is None:
        return value is None
    if isinstance(shape, frozenset):
        return isinstance(value, str) and value in shape
    if isinstance(value, bool) or shape is bool:
        return isinstance(value, bool) and shape is bool
    if shape is float:
        return isinstance(value, int | float) and abs(value) <= _LARGEST
    if shape is int:
        return isinstance(value, int) and abs(value) <= _MOST
    return isinstance(value, shape) and _is_whole(value)


def _is_whole(value: Any) -> bool:
    """Tell whether a text has no half characters, which no file can hold."""
    return not (isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value))


_TYPES = {str: "text", float: "a finite number", int: "a whole number", bool: "true or false"}


def _words(shape: Shape) -> str:
    if isinstance(shape, frozenset):
        return ", ".join(map(str, sorted(shape)))
    return _TYPES.get(shape, "null")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."


def plain(value: Any) -> Any:
    """Return an attribute as netCDF gives it as a plain value; texts of numbers stay texts."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value
