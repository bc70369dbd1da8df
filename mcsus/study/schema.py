"""The JSON Schema of the study file, for editors that complete and check as one types."""

from __future__ import annotations

from typing import Any

from mcsus.analysis.base import methods
from mcsus.dependence.student import LEAST_DF, MOST_DF
from mcsus.expressions.nodes import MAX_CHARACTERS
from mcsus.families import FAMILIES, Family
from mcsus.families.fields import Key
from mcsus.parameters import KINDS, STAGES
from mcsus.study.fields import SCHEMA, TEXTS
from mcsus.study.parts import COPULAS, ESTIMATORS, GROUPINGS
from mcsus.study.shares import SHARES
from mcsus.vocabulary import Relation

Schema = dict[str, Any]

_NAME = "^[A-Za-z][A-Za-z0-9_]*$"
_ID = "^[A-Za-z][A-Za-z0-9_-]{0,63}$"
_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_OWN: Schema = {
    "typical": _NUMBER,
    "stream": {**_TEXT, "description": "name by which it is drawn; laws of one are one value"},
}
_UNIT: Schema = {"type": "string", "description": "for example kg CO2e/kWh; 1 for none"}
_NAMES: Schema = {"type": "array", "items": {"type": "string"}}


def schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of the study file.

    What only the whole file can tell, such as names that exist or dimensions that agree, is
    left to ``mcsus check``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Study file of mcsus, {SCHEMA}",
        **_table(
            {
                "schema": {"const": SCHEMA},
                "id": {"type": "string", "pattern": _ID},
                **dict.fromkeys(TEXTS, _TEXT),
                "model": {**_TEXT, "description": "a set of equations that ships"},
                "dims": _named({"$ref": "#/$defs/dim"}),
                "parameters": _named({"$ref": "#/$defs/parameter"}),
                "equations": _named({"$ref": "#/$defs/equation"}),
                "scenarios": {"type": "array", "items": {"$ref": "#/$defs/scenario"}},
                "dependence": {"type": "array", "items": {"$ref": "#/$defs/dependence"}},
                "outputs": {**_named({"$ref": "#/$defs/output"}), "minProperties": 1},
                "breakdown": _named({**_NAMES, "minItems": 1}),
                "design": {"$ref": "#/$defs/design"},
                "intervals": _table({"levels": _levels()}),
                "sensitivity": {"$ref": "#/$defs/sensitivity"},
                "claims": {"type": "array", "items": {"$ref": "#/$defs/claim"}},
            },
            required=("schema", "id", "outputs"),
        ),
        "anyOf": [{"required": ["parameters"]}, {"required": ["model"]}],
        "$defs": _definitions(),
    }


def _table(properties: Schema, required: tuple[str, ...] = ()) -> Schema:
    table: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return table | ({"required": list(required)} if required else {})


def _named(value: Schema) -> Schema:
    """Return the schema of a table whose keys are names of the study."""
    return {"type": "object", "patternProperties": {_NAME: value}, "additionalProperties": False}


def _levels() -> Schema:
    level = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    return {"type": "array", "items": level, "minItems": 1, "uniqueItems": True}


def _definitions() -> Schema:
    whole: Schema = {"type": "integer"}
    equation = {
        "formula": {"type": "string", "maxLength": MAX_CHARACTERS},
        "unit": _UNIT,
        "stage": {"enum": list(STAGES)},
        "description": _TEXT,
        "source": _TEXT,
    }
    ranged = _table({"first": whole, "last": whole}, ("first", "last"))
    return {
        "dim": {
            "oneOf": [
                {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True},
                ranged,
                _table({"like": _TEXT}, ("like",)),
                _table({"draws": {"type": "integer", "minimum": 2}}, ("draws",)),
            ]
        },
        "parameter": _parameter(relaxed=False, below="parameter_below"),
        "parameter_below": _parameter(relaxed=True, below="parameter_below"),
        "equation": _table(equation, ("formula", "unit")),
        "scenario": _table(
            {
                "id": {"type": "string", "pattern": _ID, "not": {"const": "base"}},
                "title": _TEXT,
                "description": _TEXT,
                "set": {**_named({"$ref": "#/$defs/parameter_below"}), "minProperties": 1},
            },
            ("id", "set"),
        ),
        "dependence": _dependence(),
        "output": {
            "oneOf": [
                _UNIT,
                _table({"unit": _UNIT, "title": _TEXT, "description": _TEXT}, ("unit",)),
            ]
        },
        "design": _design(),
        "sensitivity": _sensitivity(),
        "claim": _claim(),
    }


def _parameter(*, relaxed: bool, below: str) -> Schema:
    """Return the schema of a parameter; relaxed where keys come from the table above."""
    about: Schema = {
        "unit": _UNIT,
        "source": {
            "oneOf": [{**_TEXT, "minLength": 1}, {**_NAMES, "minItems": 1}],
            "description": "where the numbers are from, or assumed, with a rationale",
        },
        "rationale": _TEXT,
        "stage": {"enum": list(STAGES)},
        "kind": {"enum": list(KINDS)},
        "title": _TEXT,
        "note": _TEXT,
        "characterisation": _TEXT,
        "physical": {**_truncate(), "description": "values that can be, in the unit of the law"},
    }
    label = {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{below}"}}
    by: Schema = {
        **_table(
            {
                **about,
                "distribution": {"enum": list(FAMILIES)},
                "shared": _NAMES,
                "by": {
                    "type": "object",
                    "additionalProperties": label,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            },
            ("by",),
        ),
        "title": "one law for each label of a dim",
    }
    library = {**_TEXT, "title": "id of a parameter of the library"}
    laws = [_law(family, about, relaxed=relaxed) for family in FAMILIES.values()]
    if relaxed:
        return {"anyOf": [library, by, _bare(about), *laws]}
    shares = [_shares(family, about) for family in SHARES]
    return {"anyOf": [library, by, *laws, *shares]}


def _shares(family: str, about: Schema) -> Schema:
    """Return the schema of shares that add up to one over a dim."""
    numbers = {"type": "array", "items": _NUMBER, "minItems": 1}
    values: Schema = dict.fromkeys(SHARES[family], numbers)
    if family == "dirichlet":
        values = {"concentration": {"oneOf": [{**_NUMBER, "exclusiveMinimum": 0}, numbers]}}
    own = {"distribution": {"const": family}, "over": {**_TEXT, "description": "a dim"}}
    keys = ("distribution", "over", "source", *values)
    return {**_table({**own, **values, **about}, keys), "title": family}


def _bare(about: Schema) -> Schema:
    """Return the schema of a law whose family stands in the table above, or is a value."""
    keys = {key.name: _value(key) for family in FAMILIES.values() for key in family.law.keys}
    return _table({**about, **keys, **_OWN, "truncate": _truncate()})


def _law(family: Family, about: Schema, *, relaxed: bool) -> Schema:
    keys = {key.name: _value(key) for key in family.law.keys}
    required = ("distribution",) if relaxed else ("distribution", "unit", "source")
    own = {"distribution": {"const": family.name, "description": family.use}}
    table = _table({**own, **keys, "truncate": _truncate(), **_OWN, **about}, required)
    needed = {key.name for key in family.law.keys if key.required}
    forms = [{"required": [name for name in form if name in needed]} for form in family.forms]
    return {**table, "title": family.name, "anyOf": forms}


def _value(key: Key) -> Schema:
    kinds: dict[str, Schema] = {
        "number": _NUMBER,
        "numbers": {"type": "array", "items": _NUMBER, "minItems": 1},
        "text": _TEXT,
        "table": {"type": "object", "additionalProperties": _NUMBER},
        "laws": {"type": "array", "items": {"type": "object"}, "minItems": 1},
    }
    return {**kinds[key.kind], "description": key.allowed}


def _truncate() -> Schema:
    return {**_table({"low": _NUMBER, "high": _NUMBER}), "minProperties": 1}


def _design() -> Schema:
    return _table(
        {
            "kind": {"enum": ["sobol", "monte_carlo"]},
            "draws": {"type": "integer", "minimum": 1, "description": "per replicate"},
            "replicates": {"type": "integer", "minimum": 1},
            "seed": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        }
    )


def _dependence() -> Schema:
    number = {"type": "number", "minimum": -1, "maximum": 1}
    matrix = {"type": "array", "items": {"type": "array", "items": number}}
    correlation: Schema = {"oneOf": [number, matrix]}
    table = _table(
        {
            "parameters": {**_NAMES, "minItems": 2, "uniqueItems": True},
            "copula": {"enum": list(COPULAS)},
            "df": {"type": "number", "minimum": LEAST_DF, "maximum": MOST_DF},
            "correlation": {**correlation, "description": "of the normal scores"},
            "rank_correlation": {**correlation, "description": "Spearman's, of continuous laws"},
            "repair": {"type": "boolean", "description": "take the nearest valid matrix"},
        },
        ("parameters", "copula"),
    )
    return {**table, "not": {"required": ["correlation", "rank_correlation"]}}


def _sensitivity() -> Schema:
    return _table(
        {
            "methods": {"type": "array", "items": {"enum": list(methods())}, "uniqueItems": True},
            "outputs": {**_NAMES, "uniqueItems": True},
            "group_by": {"enum": list(GROUPINGS)},
            "groups": {"type": "object", "additionalProperties": {**_NAMES, "minItems": 1}},
            "also_by": {
                "type": "array",
                "items": {"enum": list(GROUPINGS[1:])},
                "uniqueItems": True,
            },
            "second_order": {"type": "boolean"},
            "draws": {"type": "integer", "minimum": 2},
            "estimator": {"enum": list(ESTIMATORS)},
        }
    )


def _claim() -> Schema:
    probability = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    claim: Schema = {
        "id": {"type": "string", "pattern": _ID},
        "statement": {**_TEXT, "minLength": 1},
        "quantity": _TEXT,
        "relation": {"enum": [relation.value for relation in Relation]},
        "value": _NUMBER,
        "unit": _UNIT,
        "confidence": probability,
    }
    return _table({**claim, "required": {"type": "boolean"}}, tuple(claim))
