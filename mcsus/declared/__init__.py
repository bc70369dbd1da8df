"""Tables of a file, each declared once: read with every fault at once, described, written back."""

from mcsus.declared.items import (
    dimension_of,
    equation,
    flag,
    identifier,
    named,
    names,
    number,
    one_of,
    probability,
    raw,
    table,
    tables,
    text,
    unit,
    whole,
)
from mcsus.declared.reader import TableReader
from mcsus.declared.table import Either, Item, Schema, Table, plain

__all__ = [
    "Either",
    "Item",
    "Schema",
    "Table",
    "TableReader",
    "dimension_of",
    "equation",
    "flag",
    "identifier",
    "named",
    "names",
    "number",
    "one_of",
    "plain",
    "probability",
    "raw",
    "table",
    "tables",
    "text",
    "unit",
    "whole",
]
