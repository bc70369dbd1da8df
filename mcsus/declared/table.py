"""A table of a file, declared once: its keys, what may stand under them, and in which words.

Reading with every fault at once, writing back, the JSON Schema and the page of
``mcsus show`` all follow from the declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcsus.declared.reader import TableReader
from mcsus.errors import FaultCollector
from mcsus.units import Unit

Schema = dict[str, Any]
Read = Callable[[TableReader, str], Any]


@dataclass(frozen=True)
class Item:
    """What may stand under one key of a table.

    Parameters
    ----------
    words : str
        What the key is for, for people.
    allowed : str
        What may stand there, as messages say it.
    read : callable
        Takes the reader of the table and the key; notes what is wrong and returns None then.
    schema : mapping or callable
        JSON Schema of the value, or what returns it: a registry may grow.
    default : object
        Value when it is left out, or wrong.
    table : Table, Either or callable, optional
        What may stand there, or what returns it, for the definitions of the schema.
    """

    words: str
    allowed: str
    read: Read
    schema: Schema | Callable[[], Schema]
    required: bool = False
    default: Any = None
    table: Table | Either | Callable[[], Table | Either] | None = None

    def below(self) -> Table | Either | None:
        """Return the table that may stand there, as it is now."""
        return self.table() if callable(self.table) else self.table


class Table:
    """A table of a file: its keys in order.

    Parameters
    ----------
    name : str
        What it is called in the JSON Schema and by ``mcsus show``.
    also : mapping, optional
        What the schema says of the keys together.

    Examples
    --------
    >>> from mcsus.declared.items import number, probability
    >>> claim = Table("claim", "A statement", value=number("its threshold", required=True),
    ...               confidence=probability("that it must reach", default=0.95))
    >>> faults = FaultCollector("study.toml")
    >>> claim.read({"valu": 3, "confidence": 2}, faults, ("claims", "1"))["confidence"]
    0.95
    >>> print(*faults.faults, sep=chr(10))
    study.toml: claims.1.valu: found an unknown key; allowed: ...; did you mean 'value'?
    study.toml: claims.1.value: found nothing; allowed: a finite number (this key is required)
    study.toml: claims.1.confidence: found 2.0; allowed: a probability above 0 and below 1
    >>> claim.write({"value": 3, "confidence": 0.95})
    {'value': 3}
    """

    def __init__(self, name: str, words: str, also: Schema | None = None, /, **items: Item) -> None:
        self.name = name
        self.words = words
        self.also = also or {}
        self.items = items

    def __iter__(self) -> Iterator[str]:
        return iter(self.items)

    def requiring(self, *keys: str) -> Table:
        """Return the table that has these keys alone, all of them required."""
        items = {key: replace(self.items[key], required=True) for key in keys}
        return Table(self.name, self.words, **items)

    def read(
        self,
        table: object,
        faults: FaultCollector,
        where: Sequence[str] = (),
        known: Mapping[str, Any] | None = None,
        *,
        closed: bool = True,
    ) -> TableReader:
        """Return the reader of a table, with the values of all keys.

        Parameters
        ----------
        known : mapping, optional
            What the rest of the file says: names of equations, parameters and so on.
        closed : bool
            Whether other keys are faults.
        """
        reader = TableReader(table, faults, where, tuple(self) if closed else None, known)
        for key, item in self.items.items():
            reader.values[key] = self._value(reader, key, item)
        return reader

    def _value(self, reader: TableReader, key: str, item: Item) -> Any:
        if key in reader:
            value = item.read(reader, key)
            return item.default if value is None else value
        if item.required and reader.is_table:
            reader.missing(key, item.allowed)
        return item.default

    def write(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the table of a file that says these values; what is left out says nothing."""
        return {
            key: plain(values[key])
            for key, item in self.items.items()
            if values.get(key) is not None and (item.required or values[key] != item.default)
        }

    def schema(self) -> Schema:
        """Return the JSON Schema of the table."""
        properties = {
            key: {
                **(item.schema() if callable(item.schema) else item.schema),
                "description": item.words,
            }
            for key, item in self.items.items()
        }
        required = [key for key, item in self.items.items() if item.required]
        return {
            "type": "object",
            "description": self.words,
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),
            **self.also,
        }

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas of all tables that may stand below it, by name."""
        below: dict[str, Schema] = {}
        for item in self.items.values():
            table = item.below()
            if table is not None:
                below |= {table.name: table.schema(), **table.definitions()}
        return below

    def lines(self) -> list[str]:
        """Return a line of text for each key."""
        return [_line(key, item) for key, item in self.items.items()]

    def page(self) -> list[str]:
        """Return what it is for, and its keys, in lines of text."""
        return [self.name, self.words, "", *self.lines()]


def _line(key: str, item: Item) -> str:
    told = [item.words, item.allowed]
    if item.default:
        told.append(f"{plain(item.default)} if left out")
    mark = " (required)" if item.required else ""
    return f"{key}{mark}: {'; '.join(filter(None, told))}"


class Either:
    """One of several things that may stand in a place.

    Parameters
    ----------
    *alternatives : Table or mapping
        Tables, and schemas of what is no table.
    """

    def __init__(self, name: str, words: str, /, *alternatives: Table | Schema) -> None:
        self.name = name
        self.words = words
        self.alternatives = alternatives
        self.tables = [each for each in alternatives if isinstance(each, Table)]

    def schema(self) -> Schema:
        """Return the JSON Schema of the place."""
        each = [a.schema() if isinstance(a, Table) else a for a in self.alternatives]
        return {"description": self.words, "oneOf": each}

    def definitions(self) -> dict[str, Schema]:
        """Return the schemas of all tables that may stand below it, by name."""
        return {name: s for table in self.tables for name, s in table.definitions().items()}

    def page(self) -> list[str]:
        """Return what it is for, and the keys of its tables, in lines of text."""
        page = [self.name, self.words]
        for table in self.tables:
            page += ["", *([] if table.words == self.words else [table.words]), *table.lines()]
        return page


def plain(value: Any) -> Any:
    """Return a value as a TOML file holds it.

    Examples
    --------
    >>> from mcsus.units import unit
    >>> plain({"total": unit("kg CO2e")}), plain((0.5, 0.9))
    ({'total': 'kg CO2e'}, [0.5, 0.9])
    """
    if isinstance(value, Unit):
        return value.text
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return list(map(plain, value)) if isinstance(value, list | tuple) else value
