"""The JSON Schema of the study file, for editors that complete and check as one types."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mcsus.declared.items import NAME, one_of, raw
from mcsus.declared.table import Item, Schema, Table
from mcsus.families import FAMILIES, Family
from mcsus.families.between import BETWEEN, PLAIN_KINDS
from mcsus.families.conditional import quantity_keys
from mcsus.families.fields import Key
from mcsus.parameters import ABOUT
from mcsus.study.alike import LIKE
from mcsus.study.from_files import LABEL_TABLE, LAW_FILE
from mcsus.study.grids import BY
from mcsus.study.laws import META, OWN
from mcsus.study.shares import SHARES
from mcsus.study.tables import SCHEMA, STUDY

_NUMBER: Schema = {"type": "number"}
_NUMBERS: Schema = {"type": "array", "items": _NUMBER, "minItems": 1}
_QUANTITY: Schema = {"type": "string", "pattern": NAME, "title": "name of another quantity"}
_END: Schema = {"anyOf": [_NUMBER, {"type": "string", "pattern": r"%\s*$"}]}
_BETWEEN: Schema = {
    "type": "object",
    "title": "a number that is known to lie between two, and no more than that",
    "properties": {BETWEEN: {"type": "array", "items": _END, "minItems": 2, "maxItems": 2}},
    "required": [BETWEEN],
    "additionalProperties": False,
}
_TRUNCATE = replace(ABOUT.items["physical"], words="bounds of the law")


def schema() -> Schema:
    """Return the JSON Schema (draft 2020-12) of the study file.

    What only the whole file can tell, such as names that exist or dimensions that agree, is
    left to ``mcsus check``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Study file of mcsus, {SCHEMA}",
        **STUDY.schema(),
        "$defs": {
            **STUDY.definitions(),
            "parameter": _parameter(relaxed=False),
            "parameter_below": _parameter(relaxed=True),
        },
    }


def _parameter(*, relaxed: bool) -> Schema:
    """Return the schema of a parameter; relaxed where keys come from the table above."""
    id_ = {"type": "string", "title": "id of a parameter of the library"}
    library = {"anyOf": [id_, _like()], "title": "a parameter of the library, or one like it"}
    by = {**BY.schema(), "title": "one law for each label of a dim"}
    laws = [_law(family, relaxed=relaxed) for family in FAMILIES.values()]
    files = _from_files(relaxed=relaxed)
    if not relaxed:
        words = "A parameter of a joint, whose law is a column of its file"
        column = Table(
            "column", words, {"title": "column of a joint"}, **_about("unit", "source")
        ).schema()
        return {"anyOf": [library, by, *laws, *files, column, *map(_shares, SHARES)]}
    bare = {**_all_keys(), **_about()}
    words = "A value, or a law whose family stands in the table above"
    return {"anyOf": [library, by, Table("bare", words, **bare).schema(), *laws, *files]}


def _all_keys() -> dict[str, Item]:
    """Return the keys of all laws, of which none is required."""
    keys = [key for family in FAMILIES.values() for key in family.law.keys]
    quantities = {key for family in FAMILIES for key in quantity_keys(family)}
    return {**_keys(keys, quantities), "truncate": _TRUNCATE}


def _like() -> Schema:
    """Return the schema of a law of the library that is changed."""
    items = {"distribution": META.items["distribution"], **_all_keys(), **_about()}
    items[LIKE] = replace(OWN[LIKE], required=True)
    words = "A law of the library, changed by the keys beside its id"
    return Table(LIKE, words, {"title": "like a law of the library"}, **items).schema()


def _from_files(*, relaxed: bool) -> list[Schema]:
    """Return the schemas of laws whose numbers stand in a file."""
    about = _about() if relaxed else _about("unit", "source")
    items = {"distribution": META.items["distribution"], **_all_keys(), **about}
    rows = {"shared": BY.items["shared"], **LABEL_TABLE.items}
    lists, each = {"title": "lists of a file"}, {"title": "a row for each label"}
    return [
        Table(LAW_FILE.name, LAW_FILE.words, lists, **items, **LAW_FILE.items).schema(),
        Table(LABEL_TABLE.name, LABEL_TABLE.words, each, **items, **rows).schema(),
    ]


def _about(*required: str) -> dict[str, Item]:
    """Return what may stand beside the keys of a law."""
    items = {**META.items, **OWN}
    del items["distribution"], items[LIKE]
    return items | META.requiring(*required).items


def _keys(keys: Iterable[Key], quantities: Collection[str]) -> dict[str, Item]:
    """Return the items of keys, some of which may be names of quantities, or intervals."""
    return {key.name: raw(key.allowed, _either(key, quantities)) for key in keys}


def _either(key: Key, quantities: Collection[str]) -> Schema:
    kinds = [_value(key)]
    kinds += [_QUANTITY] if key.name in quantities else []
    kinds += [_BETWEEN] if key.kind in PLAIN_KINDS else []
    return {"anyOf": kinds} if len(kinds) > 1 else kinds[0]


def _law(family: Family, *, relaxed: bool) -> Schema:
    items = {
        "distribution": one_of([family.name], family.use, required=True),
        **_keys(family.law.keys, quantity_keys(family.name)),
        "truncate": _TRUNCATE,
        **(_about() if relaxed else _about("unit", "source")),
    }
    needed = {key.name for key in family.law.keys if key.required}
    forms = [{"required": [name for name in form if name in needed]} for form in family.forms]
    table = Table(family.name, family.use, {"title": family.name, "anyOf": forms}, **items)
    return table.schema()


def _shares(family: str) -> Schema:
    """Return the schema of shares that add up to one over a dim."""
    numbers = _NUMBERS
    if family == "dirichlet":
        numbers = {"oneOf": [{**_NUMBER, "exclusiveMinimum": 0}, _NUMBERS]}
    items = {
        "distribution": one_of([family], "shares over a dim that add up to one", required=True),
        "over": raw("the dim", {"type": "string"}, required=True),
        **{key: raw("one for each label", numbers, required=True) for key in SHARES[family]},
        **_about("source"),
    }
    items = {key: item for key, item in items.items() if key not in OWN}
    return Table(family, "Shares over a dim", {"title": family}, **items).schema()


def _value(key: Key) -> Schema:
    kinds: dict[str, Schema] = {
        "number": _NUMBER,
        "share": {"anyOf": [_NUMBER, {"type": "string", "pattern": r"%\s*$"}]},
        "numbers": _NUMBERS,
        "text": {"type": "string"},
        "table": {"type": "object", "additionalProperties": _NUMBER},
        "laws": {"type": "array", "items": {"type": "object"}, "minItems": 1},
    }
    return kinds[key.kind]
