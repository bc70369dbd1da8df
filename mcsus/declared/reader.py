"""Reading one table of a study file: each key once, every fault noted with its place."""

from __future__ import annotations

import datetime
import math
import numbers
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcsus.errors import Fault, FaultCollector, InputError, is_control, nearest
from mcsus.units import Dimension, Unit
from mcsus.units import unit as parse_unit

MAX_SHOWN = 60
MAX_UNKNOWN = 20
MAX_DEPTH = 16
MAX_TEXT = 20_000
MAX_FAULTS = 200
"""Reading stops here: who has this many faults will not read more of them at once."""
MAX_ID = 64
_CONTENT = "a text, a number, a list or a table"

ID = rf"^[A-Za-z][A-Za-z0-9_-]{{0,{MAX_ID - 1}}}$"
"""Pattern of an id."""

is_id = re.compile(ID.replace("$", r"\Z")).match


def shown(value: object) -> str:
    """Return a short text of `value` for a message."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:
        return "a whole number of more than 60 digits"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if len(value) > 4 else f"[{', '.join(map(shown, value))}]"
    if isinstance(value, str) and len(value) > MAX_SHOWN:
        return repr(value[: MAX_SHOWN - 3] + "...")
    text = repr(value)
    return text if len(text) <= 2 * MAX_SHOWN else f"a {type(value).__name__}"


def choices(names: Iterable[str]) -> str:
    """Return names as the text of what is allowed."""
    quoted = [repr(name) for name in names]
    if not quoted:
        return "nothing here"
    return quoted[0] if len(quoted) == 1 else f"one of {', '.join(quoted)}"


class TableReader:
    """Reads the keys of one table and notes what is wrong; never raises.

    Parameters
    ----------
    table : mapping
        The table; anything else is noted as a fault and read as an empty table.
    allowed : sequence of str, optional
        Keys that it may have; None leaves unknown keys to somebody else.
    known : mapping, optional
        What the rest of the file says: names of equations, parameters and so on.
    """

    def __init__(
        self,
        table: object,
        faults: FaultCollector,
        where: Sequence[str] = (),
        allowed: Sequence[str] | None = None,
        known: Mapping[str, Any] | None = None,
    ) -> None:
        self.faults = faults
        self.known = known or {}
        self.values: dict[str, Any] = {}
        self._before = len(faults.faults)
        self.where = tuple(where)
        self.table: Mapping[str, Any] = table if isinstance(table, Mapping) else {}
        self.is_table = isinstance(table, Mapping)
        if not self.is_table:
            faults.add(shown(table), "a table", *where)
        if allowed is not None:
            self.refuse_unknown(allowed)

    def __contains__(self, key: str) -> bool:
        return key in self.table

    def __getitem__(self, key: str) -> Any:
        return self.values[key]

    @property
    def noted(self) -> Sequence[Fault]:
        """Faults that have been noted since the table was opened."""
        return self.faults.faults[self._before :]

    @property
    def is_sound(self) -> bool:
        """Whether no fault has been noted since the table was opened."""
        return not self.noted

    def refuse_unknown(self, allowed: Sequence[str], what: str = "an unknown key") -> None:
        """Note the keys that are not among those allowed."""
        unknown = [key for key in self.table if key not in allowed]
        for key in unknown[:MAX_UNKNOWN]:
            self.fault(key, what, choices(allowed), nearest=close(key, allowed))
        if len(unknown) > MAX_UNKNOWN:
            more = len(unknown) - MAX_UNKNOWN
            self.faults.add(f"{more} more unknown keys", choices(allowed), *self.where)

    def fault(self, key: str, found: str, allowed: str, nearest: str | None = None) -> None:
        """Note a fault at one key of this table."""
        self.faults.add(found, allowed, *self.where, key, nearest=nearest)

    def missing(self, key: str, allowed: str) -> None:
        """Note that a required key is absent."""
        self.fault(key, "nothing", f"{allowed} (this key is required)")

    def raw(self, key: str) -> Any:
        """Return the value as it stands, None when absent."""
        return self.table.get(key)

    def text(self, key: str, *, required: bool = False) -> str:
        """Return a text, empty when absent or wrong; required texts may not be blank."""
        value = self.table.get(key)
        if value is None:
            if required:
                self.missing(key, "a text")
        elif not isinstance(value, str):
            self.fault(key, shown(value), "a text in quotes")
        elif len(value) > MAX_TEXT:
            self.fault(key, f"{len(value)} characters", f"at most {MAX_TEXT}")
        elif any(map(is_control, value)):
            found = next(filter(is_control, value))
            self.fault(key, f"the control character {found!r}", "letters, signs and new lines")
        elif required and not value.strip():
            self.fault(key, "an empty text", "a text that says something")
        else:
            return value
        return ""

    def list(self, key: str, of: str) -> list[Any]:
        """Return a list, empty when absent or wrong; `of` says what it holds."""
        value = self.table.get(key)
        if isinstance(value, list | tuple):
            return [*value]
        if value is not None:
            self.fault(key, shown(value), f"a list of {of}")
        return []

    def names(self, key: str, known: Sequence[str], of: str) -> tuple[str, ...]:
        """Return a list of distinct known names; what is wrong in it is noted and left out."""
        kept: dict[str, None] = {}
        for value in self.list(key, of):
            if not isinstance(value, str) or value not in known:
                allowed = of if len(known) > 30 else choices(known)
                self.fault(key, shown(value), allowed, nearest=close(value, known))
            elif value in kept:
                self.fault(key, f"{value!r} twice", f"each of the {of} once")
            else:
                kept[value] = None
        return tuple(kept)

    def is_equation(self, key: str, name: object) -> bool:
        """Tell whether a name is that of an equation; note it if not."""
        known = self.known["equations"]
        if isinstance(name, str) and name in known:
            return True
        found = f"unknown equation {shown(name)}"
        if isinstance(name, str) and name in self.known["parameters"]:
            found = f"{name!r}, which is a parameter"
        self.fault(key, found, "the name of an equation", nearest=close(name, known))
        return False

    def unit(self, key: str, dimension: Dimension | None = None) -> Unit | None:
        """Return a unit, of the given dimension when there is one; None when absent or wrong."""
        if key not in self:
            return None
        with self.faults.at(*self.where):
            unit = read_unit(self.table[key], key)
            if dimension is None or unit.dimension == dimension:
                return unit
            self.fault(key, *unlike(unit, dimension))
        return None


def read_unit(value: object, key: str = "unit") -> Unit:
    """Return a unit; faults are placed at `key`."""
    if not isinstance(value, str):
        raise InputError(Fault(shown(value), "a unit in quotes", (key,)))
    try:
        return parse_unit(value)
    except InputError as error:
        faults = [Fault(f.found, f.allowed, (key,), f.nearest) for f in error.faults]
        raise InputError(*faults) from None


def unlike(unit: Unit, dimension: Dimension) -> tuple[str, str]:
    """Return the two halves of the message on a unit of another dimension."""
    return repr(unit.text), f"a unit like {dimension.shown}"


def close(name: object, names: Iterable[str]) -> str | None:
    """Return the valid name nearest to what was written, None for what is no short text."""
    if not isinstance(name, str) or len(name) > MAX_ID:
        return None
    return nearest(name, names)


def finite(value: object) -> float | None:
    """Return a finite number as a float, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def item_name(item: object, index: int) -> str:
    """Return what an item of a list is called in messages: its id, or its number from 1."""
    id_ = item.get("id") if isinstance(item, Mapping) else None
    return id_ if isinstance(id_, str) and is_id(id_) else str(index + 1)


def check_content(document: Mapping[str, Any], faults: FaultCollector) -> bool:
    """Note what no key of a study file may hold; True when the rest can be read.

    NaN and infinities are noted. Values that are no TOML (or dates), and nesting without end,
    are noted too, and then the rest is not worth reading.
    """
    sound = True
    stack: list[tuple[Any, tuple[str, ...]]] = [(document, ())]
    while stack:
        value, where = stack.pop()
        if isinstance(value, Mapping | list | tuple) and len(where) > MAX_DEPTH:
            faults.add(f"tables nested deeper than {MAX_DEPTH}", "a flatter table", *where[:2])
            sound = False
        elif isinstance(value, Mapping):
            texts = [key for key in value if isinstance(key, str)]
            if len(texts) < len(value):
                faults.add("a key that is no text", "texts as keys", *where)
                sound = False
            stack.extend((value[key], (*where, key)) for key in reversed(texts))
        elif isinstance(value, list | tuple):
            items = [(item, (*where, item_name(item, i))) for i, item in enumerate(value)]
            stack.extend(reversed(items))
        elif isinstance(value, float) and not math.isfinite(value):
            faults.add(repr(value), "a finite number", *where)
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            faults.add(shown(value), "a whole number of at most 63 bits", *where)
            sound = False
        elif not isinstance(value, str | int | float):
            is_time = isinstance(value, datetime.date | datetime.time)
            allowed = 'a day as a text: "2026-11-27"' if is_time else _CONTENT
            faults.add(f"a {type(value).__name__}", allowed, *where)
            sound = False
    return sound
