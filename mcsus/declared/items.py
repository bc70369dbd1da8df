"""The items of tables: texts, numbers, units, names and tables, each with its words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from mcsus.declared.reader import ID, MAX_ID, TableReader, choices, close, finite, is_id, shown
from mcsus.declared.table import Either, Item, Read, Schema, Table
from mcsus.units import Dimension, Unit

Below = Table | Either | Callable[[], Table | Either]
"""A table, or what returns it: one that a registry makes may grow."""

_FLAG = "true or false"
PROBABILITY = "a probability above 0 and below 1"
NAME = "^[A-Za-z][A-Za-z0-9_]*$"
"""Pattern of a name of a study: a parameter, an equation, a dim."""


def _checked(good: Callable[[Any], Any], allowed: str) -> Read:
    """Return a reader of what passes; `good` returns the value, or None for what is wrong."""

    def read(reader: TableReader, key: str) -> Any:
        value = good(reader.raw(key))
        if value is None:
            reader.fault(key, shown(reader.raw(key)), allowed)
        return value

    return read


def _bounded(kind: str, low: float | None, high: float | None) -> Schema:
    bounds = {"minimum": low, "maximum": high}
    return {"type": kind, **{key: bound for key, bound in bounds.items() if bound is not None}}


def raw(
    words: str,
    schema: Schema | None = None,
    allowed: str = "",
    *,
    read: Read | None = None,
    required: bool = False,
    default: Any = None,
) -> Item:
    """Return an item that is read by `read`, or as it stands."""
    return Item(words, allowed, read or TableReader.raw, schema or {}, required, default)


def text(words: str, *, required: bool = False, allowed: str = "a text", **schema: Any) -> Item:
    """Return an item that takes a text; a required one may not be blank."""

    def read(reader: TableReader, key: str) -> str:
        return reader.text(key, required=required)

    least = {"minLength": 1} if required else {}
    return Item(words, allowed, read, {"type": "string", **least, **schema}, required, "")


def identifier(words: str, **schema: Any) -> Item:
    """Return an item that takes a required id."""

    def read(reader: TableReader, key: str) -> str:
        value = reader.text(key, required=True)
        if value and not is_id(value):
            allowed = f"a letter, then letters, digits, '_' or '-', at most {MAX_ID} in all"
            reader.fault(key, shown(value), allowed)
        return value

    schema = {"type": "string", "pattern": ID, **schema}
    return Item(words, "a text", read, schema, required=True, default="")


def one_of(
    names: Collection[str],
    words: str,
    *,
    required: bool = False,
    default: str | None = None,
    allowed: str | None = None,
) -> Item:
    """Return an item that takes one of some words; a registry may grow after this."""

    def read(reader: TableReader, key: str) -> str | None:
        value = reader.raw(key)
        if isinstance(value, str) and value in names:
            return value
        reader.fault(key, shown(value), choices(names), close(value, names))
        return None

    def schema() -> Schema:
        return {"enum": list(map(str, names))}

    return Item(words, allowed or choices(names), read, schema, required, default)


def flag(words: str) -> Item:
    """Return an item that takes true or false; false by default."""
    read = _checked(lambda value: value if isinstance(value, bool) else None, _FLAG)
    return Item(words, _FLAG, read, {"type": "boolean"}, default=False)


def number(
    words: str,
    *,
    low: float | None = None,
    high: float | None = None,
    required: bool = False,
    default: float | None = None,
    allowed: str = "a finite number",
) -> Item:
    """Return an item that takes a finite number; `low` and `high` are for the schema."""
    schema = _bounded("number", low, high)
    return Item(words, allowed, _checked(finite, allowed), schema, required, default)


def whole(
    words: str, low: int | None = None, high: int | None = None, default: int | None = None
) -> Item:
    """Return an item that takes a whole number, which somebody else checks."""
    schema = _bounded("integer", low, high)
    return Item(words, "a whole number", TableReader.raw, schema, default=default)


def count(words: str, low: int, default: int | None = None) -> Item:
    """Return an item that takes a whole number, of so many or more."""
    allowed = f"a whole number of {low} or more"

    def read(reader: TableReader, key: str) -> int | None:
        value = reader.raw(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= low:
            return value
        reader.fault(key, shown(value), allowed)
        return None

    return Item(words, allowed, read, _bounded("integer", low, None), default=default)


def probability(words: str, *, required: bool = False, default: float | None = None) -> Item:
    """Return an item that takes a number strictly between 0 and 1."""

    def read(reader: TableReader, key: str) -> float | None:
        value = finite(reader.raw(key))
        if value is not None and 0 < value < 1:
            return value
        found = reader.raw(key) if value is None else value
        reader.fault(key, shown(found), PROBABILITY)
        return None

    schema = {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}
    return Item(words, PROBABILITY, read, schema, required, default)


def unit(
    words: str,
    *,
    like: Callable[[TableReader], Dimension | None] = lambda _: None,
    required: bool = False,
    allowed: str = "a unit in quotes",
) -> Item:
    """Return an item that takes a unit, of the dimension that `like` tells, if any."""

    def read(reader: TableReader, key: str) -> Unit | None:
        return reader.unit(key, like(reader))

    words += ", for example kg CO2e/kWh; 1 for none"
    return Item(words, allowed, read, {"type": "string"}, required)


def names(
    known: str | Sequence[str],
    words: str,
    of: str,
    *,
    required: bool = False,
    default: Sequence[str] | None = (),
    allowed: str | None = None,
    least: int = 0,
) -> Item:
    """Return an item that takes a list of distinct names.

    Parameters
    ----------
    known : str or sequence of str
        The names, or the word under which the reader knows them.
    least : int
        How many there are at least, for the schema.
    """

    def read(reader: TableReader, key: str) -> tuple[str, ...]:
        these = reader.known[known] if isinstance(known, str) else known
        return reader.names(key, tuple(these), of)

    item = {"type": "string"} if isinstance(known, str) else {"enum": list(known)}
    schema: Schema = {"type": "array", "items": item, "uniqueItems": True}
    if least:
        schema["minItems"] = least
    return Item(words, allowed or f"a list of {of}", read, schema, required, default)


def equation(words: str) -> Item:
    """Return a required item that takes the name of an equation."""

    def read(reader: TableReader, key: str) -> str | None:
        name = reader.raw(key)
        return name if reader.is_equation(key, name) else None

    return Item(words, "the name of an equation", read, {"type": "string"}, required=True)


def dimension_of(reader: TableReader, name: str | None) -> Dimension | None:
    """Return the dimension of an equation as the study declares it, None when it is not known."""
    known: Mapping[str, Dimension | None] = reader.known["equations"]
    return None if name is None else known[name]


def table(of: Below, words: str) -> Item:
    """Return an item that takes a table, which somebody else reads."""
    return Item(words, "a table", TableReader.raw, lambda: reference(of), table=of)


def tables(of: Below, words: str) -> Item:
    """Return an item that takes a list of tables, which somebody else reads."""

    def read(reader: TableReader, key: str) -> list[Any]:
        return reader.list(key, f"tables: [[{key}]]")

    def schema() -> Schema:
        return {"type": "array", "items": reference(of)}

    return Item(words, "a list of tables", read, schema, default=(), table=of)


def named(of: Below | Schema, words: str, allowed: str, *, required: bool = False) -> Item:
    """Return an item that takes a table whose keys are names of the study, read elsewhere."""

    def schema() -> Schema:
        value = of if isinstance(of, dict) else reference(of)
        least = {"minProperties": 1} if required else {}
        pattern = {"patternProperties": {NAME: value}, "additionalProperties": False}
        return {"type": "object", **pattern, **least}

    below = None if isinstance(of, dict) else of
    return Item(words, allowed, TableReader.raw, schema, required, table=below)


def reference(of: Below) -> Schema:
    """Return the schema that stands for that of a table."""
    return {"$ref": f"#/$defs/{(of if isinstance(of, Table | Either) else of()).name}"}
