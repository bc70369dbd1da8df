"""What is credited of a reduction, by the rules of registries: ``[[credits]]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from mcsus.analysis.rules import FCPF, FCPF_BEYOND, DeductHalfWidth, LowerBound, Rule, Steps, Trees
from mcsus.declared.items import (
    dimension_of,
    equation,
    identifier,
    one_of,
    probability,
    raw,
    text,
    unit,
)
from mcsus.declared.reader import MAX_FAULTS, TableReader, choices, close, finite, item_name, shown
from mcsus.declared.table import Either, Item, Table
from mcsus.errors import FaultCollector
from mcsus.expressions.nodes import Name
from mcsus.model import Equation
from mcsus.study.dimensions import is_numeric
from mcsus.units import Unit
from mcsus.vocabulary import Label

_SHARE = "a share from 0 to below 1"
_LOW = "a probability above 0 and at most 0.5"
_AMOUNT = "{ value = .., unit = '..' }: an amount above 0; or the name of an equation"
_STEPS = (
    "a list of [half width relative to the mean, share deducted up to it]: widths that rise from "
    "above 0, shares from 0 to 1 that do not fall"
)


class Credit(NamedTuple):
    """A reduction and the rule by which it is credited.

    Parameters
    ----------
    quantity : str
        The real reduction.
    buffer : float
        Share of what is credited that is set aside.
    over : str
        Dim in each period of which all must be real; by default the numeric one of the quantity.
    issued : float or str, optional
        An amount that was credited, in `unit`, or the quantity that says it.
    """

    id: str
    quantity: str
    rule_name: str
    rule: Rule
    unit: Unit
    buffer: float = 0.0
    over: str = ""
    issued: float | str | None = None

    @property
    def equation(self) -> Equation:
        """The quantity as an equation of the model, of which draws are kept."""
        return Equation(f"credit:{self.id}", self.unit, Name(self.quantity), "")

    @property
    def issued_equation(self) -> Equation | None:
        """The amount that was credited as an equation, where a quantity says it."""
        if not isinstance(self.issued, str):
            return None
        return Equation(f"issued:{self.id}", self.unit, Name(self.issued), "")

    @property
    def equations(self) -> tuple[Equation, ...]:
        """What is drawn for it."""
        return tuple(filter(None, (self.equation, self.issued_equation)))


def period_of(credit: Credit, dims_of: Sequence[str], labels: Mapping[str, Sequence[Label]]) -> str:
    """Return the dim of periods of a credit, empty where there is none.

    Parameters
    ----------
    dims_of : sequence of str
        Those of the quantity.
    labels : mapping of str to sequence
        Of all dims.
    """
    numeric = [dim for dim in dims_of if is_numeric(labels[dim])]
    return credit.over or (numeric[0] if len(numeric) == 1 else "")


def _dimension(reader: TableReader) -> Any:
    return dimension_of(reader, reader["quantity"])


def _fraction(reader: TableReader, key: str) -> float | None:
    value = finite(reader.raw(key))
    if value is not None and 0 <= value < 1:
        return value
    reader.fault(key, shown(reader.raw(key)), _SHARE)
    return None


def _low(reader: TableReader, key: str) -> float | None:
    value = finite(reader.raw(key))
    if value is not None and 0 < value <= 0.5:
        return value
    reader.fault(key, shown(reader.raw(key)), _LOW)
    return None


def _above_nothing(reader: TableReader, key: str) -> float | None:
    value = finite(reader.raw(key))
    if value is not None and value > 0:
        return value
    reader.fault(key, shown(reader.raw(key)), "a number above 0")
    return None


def _over(reader: TableReader, key: str) -> str | None:
    name, dims = reader.raw(key), reader.known["dims"]
    if isinstance(name, str) and name in dims:
        return name
    reader.fault(key, shown(name), choices(dims), close(name, dims))
    return None


_ISSUED = Table(
    "issued",
    "An amount that was credited",
    value=raw("amount", {"type": "number", "exclusiveMinimum": 0}, "a number above 0",
              read=_above_nothing, required=True),
    unit=unit("of the amount", like=lambda reader: reader.known["like"], required=True),
)  # fmt: skip


def _issued(reader: TableReader, key: str) -> tuple[float, Unit] | str | None:
    name = reader.raw(key)
    if isinstance(name, str):
        return _issued_quantity(reader, key, name)
    about = {**reader.known, "like": _dimension(reader)}
    row = _ISSUED.read(reader.raw(key), reader.faults, (*reader.where, key), about)
    return (row["value"], row["unit"]) if row.is_table and row.is_sound else None


def _issued_quantity(reader: TableReader, key: str, name: str) -> str | None:
    """Return the name of a quantity that is like the reduction."""
    if not reader.is_equation(key, name):
        return None
    own, real = dimension_of(reader, name), _dimension(reader)
    if own is not None and real is not None and own != real:
        reader.fault(key, f"{name!r}, which is {own.shown}", f"a quantity like {real.shown}")
    return name


def _steps(reader: TableReader, key: str) -> tuple[tuple[float, float], ...] | None:
    rows, kept = reader.raw(key), []
    for row in rows if isinstance(rows, list | tuple) else ():
        pair = [finite(value) for value in row] if isinstance(row, list | tuple) else []
        if len(pair) != 2 or None in pair:
            break
        kept.append((float(pair[0] or 0), float(pair[1] or 0)))
    limits = [0.0, *(limit for limit, _ in kept)]
    rises = all(a < b for a, b in pairwise(limits))
    shares = [share for _, share in kept]  # else a wider interval would be credited more
    sound = rises and all(0 <= share <= 1 for share in shares) and shares == sorted(shares)
    if kept and sound and len(kept) == len(rows):
        return tuple(kept)
    reader.fault(key, shown(rows), _STEPS)
    return None


def _whole_share(reader: TableReader, key: str) -> float | None:
    value = finite(reader.raw(key))
    if value is not None and 0 <= value <= 1:
        return value
    reader.fault(key, shown(reader.raw(key)), "a share from 0 to 1")
    return None


class _Kind(NamedTuple):
    """A rule as a study file writes it: the keys that only it has, and what they make."""

    words: str
    keys: Mapping[str, Item]
    make: Callable[[TableReader], Rule]


_KINDS = {
    "trees": _Kind(
        "ART TREES 2.0: the mean less .3188 of the half width of the 90 % interval, which is the "
        "quantile of 30 % of a normal law",
        {},
        lambda _: Trees(),
    ),
    "lower_bound": _Kind(
        "A low quantile",
        {
            "level": raw(
                "probability that less is real",
                {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
                _LOW,
                read=_low,
                required=True,
            )
        },
        lambda row: LowerBound(row["level"]),
    ),
    "steps": _Kind(
        "The mean less a share by the half width of the 90 % interval; by default that of the "
        "Carbon Fund of the FCPF (Methodological Framework, 2016, criterion 22)",
        {
            "table": raw(
                "half widths relative to the mean, each with the share deducted up to it",
                {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "array",
                        "items": {"type": "number"},
                        "minItems": 2,
                        "maxItems": 2,
                    },
                },
                _STEPS,
                read=_steps,
                default=FCPF,
            ),
            "beyond": raw(
                "share deducted of wider ones; required beside a table",
                {"type": "number", "minimum": 0, "maximum": 1},
                "a share from 0 to 1",
                read=_whole_share,
                default=FCPF_BEYOND,
            ),
        },
        lambda row: Steps(row["table"], row["beyond"]),
    ),
    "deduct_half_width": _Kind(
        "CDM and VCS: the mean less what the half width of an interval has beyond a share of it",
        {
            "limit": raw(
                "half width relative to the mean up to which nothing is deducted",
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
                _SHARE,
                read=_fraction,
                required=True,
            ),
            "level": probability("of the interval, such as 0.9", required=True),
        },
        lambda row: DeductHalfWidth(row["limit"], row["level"]),
    ),
}


def _table(name: str) -> Table:
    """Return the table of credits by one rule: its own keys among those that all have."""
    kind = _KINDS[name]
    return Table(
        "credit",
        kind.words,
        {"title": name},
        id=identifier("its name"),
        quantity=equation("the real reduction, shown as an output or not"),
        rule=one_of((name,), "how much of it is credited", required=True),
        **kind.keys,
        buffer=raw(
            "share of what is credited that is set aside; it stands for no real tonne",
            {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            _SHARE,
            read=_fraction,
            default=0.0,
        ),
        over=raw(
            "dim of periods, in each of which all must be real; by default the quantity's dim of "
            "numbers, such as years",
            {"type": "string"},
            "a dim",
            read=_over,
            default="",
        ),
        unit=unit("to show it in; by default that of the amount issued, or of the output",
                  like=_dimension),
        issued=raw("an amount that was credited, to hold against the real one",
                   {"anyOf": [{"type": "string"}, _ISSUED.schema()]}, _AMOUNT, read=_issued),
        source=text("where the rule and its numbers stand"),
    )  # fmt: skip


_TABLES = {name: _table(name) for name in _KINDS}
_ANY = Table("credit", "", rule=one_of(tuple(_KINDS), "", required=True))

CREDITS = Either("credit", "What is credited of a reduction, by the rule", *_TABLES.values())


def read_credits(
    tables: Sequence[Any], known: Mapping[str, Any], units: Mapping[str, Unit],
    faults: FaultCollector,
) -> tuple[Credit, ...]:  # fmt: skip
    """Return the credits that a study asks for.

    Parameters
    ----------
    known : mapping
        The names that the study knows: of equations, parameters and dims.
    units : mapping of str to Unit
        What quantities are shown in.
    """
    found: dict[str, Credit] = {}
    ids: set[str] = set()
    for index, table in enumerate(tables):
        if len(faults.faults) > MAX_FAULTS:
            break
        where = ("credits", item_name(table, index))
        rule = table.get("rule") if isinstance(table, Mapping) else None
        if not isinstance(rule, str) or rule not in _KINDS:
            _ANY.read(table, faults, where, known, closed=False)
            continue
        row = _TABLES[rule].read(table, faults, where, known)
        id_ = row["id"]
        if id_ and id_ in ids:
            row.fault("id", f"{id_!r} twice", "an id of its own for each")
        ids.add(id_)
        if "table" in row and "beyond" not in row:
            row.missing("beyond", "a share from 0 to 1, deducted beyond the last width")
        elif row.is_sound and "table" in row and row["beyond"] < (last := row["table"][-1][1]):
            row.fault(
                "beyond", f"{row['beyond']:g}", f"at least {last:g}, the last share before it"
            )
        if row.is_sound and row["quantity"] in units:
            found[id_] = _credit(row, rule, units)
    return tuple(found.values())


def _credit(row: TableReader, rule: str, units: Mapping[str, Unit]) -> Credit:
    """Return the credits of a table without faults."""
    shown_in, amount = row["unit"], row["issued"]
    if isinstance(amount, tuple):
        amount, issued_in = amount
        shown_in = shown_in or issued_in
        amount *= issued_in.factor / shown_in.factor
    shown_in = shown_in or units[row["quantity"]]
    return Credit(
        row["id"], row["quantity"], rule, _KINDS[rule].make(row), shown_in,
        row["buffer"], row["over"], amount,
    )  # fmt: skip
