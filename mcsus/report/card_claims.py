"""What analyses say of a claim, in the few words that a card has room for.

Each takes the JSON of the claim and the labels of a case; a run that lacks an analysis says that
nothing was looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.result.wording import count, is_base, number, percent, probability, quantity, words

_MOST = 4
_LEAST_CHANGE = 0.005  # of a probability: what is told
_NOT_LOOKED_AT = "not looked at in this run"

Told = Mapping[str, Any]


def turned(claim: Told, at: Told | None = None) -> list[str]:
    """Return where the claim holds by one input alone, and how far from its middle that is."""
    rows = _of_case(claim.get("break_even"), at)
    if not rows:
        return [_NOT_LOOKED_AT]
    reached = [row for row in rows if row.get("reachable") and _value(row.get("value")) is not None]
    told = [_where_it_holds(row) for row in reached[:_MOST]]
    rest = len(rows) - len(reached)
    if rest:
        none = "no input can, alone" if not told else f"{count(rest, 'other')} cannot, alone"
        told.append(none)
    return told


_SIDES = {
    "above": ("above", "below"),
    "below": ("below", "above"),
    "from": ("at least", "at most"),
    "up to": ("at most", "at least"),
}
"""Words for an end and for a second end, by the side on which a claim holds."""


def _where_it_holds(row: Told) -> str:
    """Return from where on a claim holds by an input, and which of its quantiles that is."""
    rank = _value(row.get("probability_below"))
    place = "" if rank is None else f" (its {percent(rank)} quantile)"
    side, other = _SIDES.get(str(row.get("holds")), ("", ""))
    end = _value(row.get("until"))
    if end is not None and end == _value(row.get("value")):
        return f"{words(row['input'])} {_amount(row.get('value'), row)}"
    side = f"{side} " if side else ""
    last = "" if end is None else f" and {other} {_amount(row['until'], row)}"
    return f"{words(row['input'])} {side}{_amount(row.get('value'), row)}{place}{last}"


def robust(claim: Told, at: Told | None = None) -> list[str]:
    """Return how wrong the laws may be before the verdict turns."""
    within, found = _within(claim, at), claim.get("robustness")
    if not isinstance(found, Mapping):
        return within or [_NOT_LOOKED_AT]
    own = _of_case(found.get("cells"), at)
    found = own[0] if own else found
    dependence = found.get("dependence")
    ends = (
        [dependence.get(end) for end in ("low", "high")] if isinstance(dependence, Mapping) else []
    )
    ranges = {
        "laws moved or widened": _probabilities(found.get("perturbed")),
        "other families": _probabilities(found.get("families")),
        "other choices": _probabilities(found.get("choices")),
        "correlated inputs": [value for value in map(_value, ends) if value is not None],
    }
    told = [*within, *_breakdown(found)]
    for what, known in ranges.items():
        if known:
            low, high = probability(min(known)), probability(max(known))
            told.append(f"{what}: P {low}" + (f" to {high}" if high != low else ""))
    return told or [_NOT_LOOKED_AT]


def _within(claim: Told, at: Told | None) -> list[str]:
    """Return the bounds that intervals of parameters of laws allow."""
    for cell in _of_case(claim.get("cells"), at)[:1]:
        bounds = cell.get("bounds")
        if isinstance(bounds, Mapping):
            low, high = (probability(_value(bounds[end]) or 0.0) for end in ("low", "high"))
            return [f"within the intervals: P {low} to {high}"]
    return []


def _breakdown(found: Told) -> list[str]:
    """Return the radius at which the verdict turns, and what that comes to for one normal law."""
    radius, beyond = _value(found.get("breakdown_radius")), _value(found.get("breakdown_beyond"))
    if radius is None:
        return [] if beyond is None else [f"breakdown radius above {number(beyond, 2)}"]
    moved = number((2 * radius) ** 0.5, 2)
    return [f"breakdown radius {number(radius, 2)}: one normal law moved by {moved} sd"]


def _probabilities(rows: object) -> list[float]:
    """Return the probabilities of rows, as far as they are known."""
    told = rows if isinstance(rows, Sequence) else []
    found = [_value(row.get("probability")) for row in told if isinstance(row, Mapping)]
    return [value for value in found if value is not None]


def decisive(claim: Told, at: Told | None, bound: float) -> dict[str, float]:
    """Return how much of whether the claim holds each input explains alone, the largest first.

    Labels of one input are added up.

    Parameters
    ----------
    bound : float
        Errors from which a number is more than nothing.
    """
    found = claim.get("separation")
    own = _of_case(found.get("cells") if isinstance(found, Mapping) else None, at)
    indices: dict[str, float] = {}
    for row in own[0].get("inputs", ()) if own else ():
        name = str(row["input"]).partition("[")[0].strip()
        indices[name] = indices.get(name, 0.0) + _known(row, "first_order", bound)
    ordered = sorted(indices.items(), key=lambda item: -item[1])
    return {name: index for name, index in ordered if index > 0}


def measured(claim: Told, at: Told | None, bound: float) -> list[str]:
    """Return the inputs that it is worth most to measure: in the unit of the margin, and in P.

    Parameters
    ----------
    bound : float
        Errors from which a number is more than nothing.
    """
    rows = [
        row
        for row in _of_case(claim.get("value_of_information"), at)
        if not row.get("is_group") and row.get("input") != "all"
    ]
    if not rows:
        return [_NOT_LOOKED_AT]
    worth = [(_known(row, "evppi", bound), _known(row, "change", bound), row) for row in rows]
    worth = [own for own in worth if own[0] or own[1] >= _LEAST_CHANGE]
    worth.sort(key=lambda own: own[:2], reverse=True)
    told = [_worth(*own) for own in worth[:_MOST]]
    return told or ["nothing that can be measured would change it"]


def _worth(evppi: float, change: float, row: Told) -> str:
    parts = [_amount(row["evppi"], row)] if evppi else []
    parts += [f"moves P by {number(change, 2)}"] if change >= _LEAST_CHANGE else []
    return f"{words(row['input'])}: {', '.join(parts)}"


def _known(row: Told, key: str, bound: float) -> float:
    """Return an estimate that is above so many of its errors; else nothing."""
    told = row.get(key)
    value, error = _value(told), told.get("error") if isinstance(told, Mapping) else None
    return value if value is not None and value > (bound * error if error else 0.0) else 0.0


def _of_case(rows: object, at: Told | None) -> list[Told]:
    """Return the rows of a case; without one, of the first of the study as written."""
    if not isinstance(rows, Sequence):
        return []
    own = [row for row in rows if isinstance(row, Mapping)]
    if at is None:
        at = next((_labels(row) for row in own if is_base(_labels(row))), {})
    return [row for row in own if _labels(row) == at]


def _labels(row: Told) -> Told:
    labels = row.get("labels", {})
    return labels if isinstance(labels, Mapping) else {}


def _value(told: object) -> float | None:
    value = told.get("value") if isinstance(told, Mapping) else told
    return float(value) if isinstance(value, int | float) else None


def _amount(told: object, row: Told) -> str:
    return quantity(number(_value(told)), str(row.get("unit", "1")))
