"""What claims name: quantities with their dimensions and units, dims and labels."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mcsus.declared.items import raw
from mcsus.declared.reader import TableReader, close, shown
from mcsus.declared.table import Item
from mcsus.errors import Fault, InputError
from mcsus.expressions.nodes import AtLabel, Expression, Name
from mcsus.study.dimensions import is_numeric
from mcsus.units import Dimension, Unit
from mcsus.vocabulary import Label

QUANTITY = "the name of an equation or a parameter"


def known_to_claims(
    dims: Mapping[str, tuple[Label, ...]],
    inner: str | None,
    units: Mapping[str, Unit],
    outputs: Mapping[str, Unit],
) -> dict[str, Any]:
    """Return what readers of claims know beside the names of a study.

    Parameters
    ----------
    units : mapping of str to Unit
        Of every parameter and equation.
    outputs : mapping of str to Unit
        Units that outputs are shown in.
    """
    return {"dims": dims, "inner": inner, "units": {**units, **outputs}}


def quantity(words: str, *, required: bool = False) -> Item:
    """Return an item that takes the name of an equation or a parameter."""

    def read(reader: TableReader, key: str) -> str | None:
        name = reader.raw(key)
        return name if is_quantity(reader, name, key) else None

    return raw(words, {"type": "string"}, QUANTITY, read=read, required=required)


def is_quantity(reader: TableReader, name: object, *keys: str) -> bool:
    """Tell whether a name is that of an equation or a parameter; note it if not."""
    known = (*reader.known["equations"], *reader.known["parameters"])
    if isinstance(name, str) and name in known:
        return True
    found = f"unknown quantity {shown(name)}"
    reader.faults.add(found, QUANTITY, *reader.where, *keys, nearest=close(name, known))
    return False


def unit_of(reader: TableReader, name: str) -> Unit:
    """Return the unit that a quantity is shown in.

    Raises
    ------
    InputError
        If what defines it could not be read.
    """
    known: Mapping[str, Unit] = reader.known["units"]
    if name not in known:
        raise InputError(Fault(f"{name!r}, which has faults", "a quantity without any"))
    return known[name]


def need_dimension(reader: TableReader, key: str, name: str, wanted: Dimension, why: str) -> None:
    """Refuse a quantity of another dimension.

    Raises
    ------
    InputError
    """
    own = unit_of(reader, name).dimension
    if own != wanted:
        allowed = f"a quantity in a unit like {wanted.shown}, {why}"
        raise InputError(Fault(f"{name!r}, which is {own.shown}", allowed, (key,)))


def is_dim(reader: TableReader, name: object, *keys: str) -> bool:
    """Tell whether a name is that of a dim of the study; note it if not."""
    dims = reader.known["dims"]
    if isinstance(name, str) and name in dims:
        return True
    allowed = f"a dim of this study ({', '.join(dims) or 'it has none'})"
    found = f"unknown dim {shown(name)}"
    reader.faults.add(found, allowed, *reader.where, *keys, nearest=close(name, dims))
    return False


def is_label(reader: TableReader, dim: str, label: object, *keys: str) -> bool:
    """Tell whether a dim has a label; note it if not, or if it is that of individuals."""
    where = (*reader.where, *keys)
    labels = reader.known["dims"][dim]
    if dim == reader.known["inner"]:
        reader.faults.add(f"one label of {dim!r}", "share = .. of the individuals", *where)
        return False
    if isinstance(label, bool) or not isinstance(label, str | int | float):
        allowed = "a number" if is_numeric(labels) else "a label in quotes"
        reader.faults.add(shown(label), f"{allowed}: a label of {dim!r}", *where)
        return False
    before = len(reader.faults.faults)
    with reader.faults.at(*where):
        read_at(Name(dim), dim, label).index(labels)
    return len(reader.faults.faults) == before


def read_at(expression: Expression, dim: str, label: Label) -> AtLabel:
    """Return an expression at one label of a dim.

    Examples
    --------
    >>> read_at(Name("sales"), "year", 2030).label
    2030.0
    """
    plain = label if isinstance(label, str) else float(label)
    if isinstance(plain, float) and not math.isfinite(plain):
        raise InputError(Fault(shown(label), f"a label of {dim!r}"))
    return AtLabel(expression, dim, plain)
