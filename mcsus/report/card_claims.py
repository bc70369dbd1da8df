"""What analyses say of a claim, in the few words that a card has room for.

Each takes the JSON of the claim; a run that lacks an analysis says that nothing was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.report.wording import count, is_base, number, probability, quantity, words

_MOST = 4
_NOT_LOOKED_AT = "not looked at in this run"

Told = Mapping[str, Any]


def turned(claim: Told) -> list[str]:
    """Return what would turn the verdict: the value of an input alone at which it does."""
    rows = _of_base(claim.get("break_even"))
    if not rows:
        return [_NOT_LOOKED_AT]
    reached = [row for row in rows if row.get("reachable") and _value(row.get("value")) is not None]
    told = [f"{words(row['input'])} {_amount(row.get('value'), row)}" for row in reached[:_MOST]]
    rest = len(rows) - len(reached)
    if rest:
        none = "no input can, alone" if not told else f"{count(rest, 'other')} cannot, alone"
        told.append(none)
    return told


def robust(claim: Told) -> list[str]:
    """Return how wrong the laws may be before the verdict turns."""
    found = claim.get("robustness")
    if not isinstance(found, Mapping):
        return [_NOT_LOOKED_AT]
    told = []
    radius = _value(_base(found.get("breakdown_radius")))
    if radius is not None:
        moved = number((2 * radius) ** 0.5, 2)
        told.append(f"breakdown radius {number(radius, 2)}: {moved} sd of one normal law")
    families = [_value(row.get("probability")) for row in _of_base(found.get("families"))]
    known = [value for value in families if value is not None]
    if known:
        told.append(f"other families: P {probability(min(known))} to {probability(max(known))}")
    dependence = found.get("dependence")
    if isinstance(dependence, Mapping):
        low, high = (_value(dependence.get(end)) for end in ("low", "high"))
        if low is not None and high is not None:
            told.append(f"any dependence: P {probability(low)} to {probability(high)}")
    return told or [_NOT_LOOKED_AT]


def measured(claim: Told) -> list[str]:
    """Return the inputs that it is worth most to measure."""
    rows = [
        row
        for row in _of_base(claim.get("value_of_information"))
        if not row.get("is_group") and row.get("input") != "all"
    ]
    worth = sorted(rows, key=lambda row: -(_value(row.get("evppi")) or 0.0))
    told = [
        f"{words(row['input'])}: {_amount(row.get('evppi'), row)}"
        for row in worth[:_MOST]
        if (_value(row.get("evppi")) or 0.0) > 0
    ]
    return told or ([_NOT_LOOKED_AT] if not rows else ["nothing that is known would change it"])


def _of_base(rows: object) -> list[Told]:
    """Return the rows of the first case of the study as written."""
    if not isinstance(rows, Sequence):
        return []
    own = [row for row in rows if isinstance(row, Mapping) and is_base(row.get("labels", {}))]
    first = own[0].get("labels", {}) if own else {}
    return [row for row in own if row.get("labels", {}) == first]


def _base(told: object) -> object:
    """Return an estimate, or that of the study as written where there is one for each case."""
    rows = _of_base(told) if isinstance(told, Sequence) else []
    return rows[0] if rows else told


def _value(told: object) -> float | None:
    value = told.get("value") if isinstance(told, Mapping) else told
    return float(value) if isinstance(value, int | float) else None


def _amount(told: object, row: Told) -> str:
    return quantity(number(_value(told)), str(row.get("unit", "1")))
