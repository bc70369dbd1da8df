"""Numbers, intervals and labels as a terminal prints them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

_MOST_DIGITS = 12


def significant(value: float | None, digits: int = 3) -> str:
    """Return a number to a few significant digits, without exponent where that reads better.

    Examples
    --------
    >>> significant(1234.5), significant(0.012345), significant(1.2e-7), significant(None)
    ('1,230', '0.0123', '1.2e-07', 'unknown')
    >>> significant(-0.0)
    '0.00'
    """
    if value is None:
        return "unknown"
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        rounded = float(f"{value:.{digits - 1}e}")
        decimals = max(0, digits - 1 - _exponent(rounded))
        return f"{rounded + 0.0:,.{decimals}f}"
    return f"{value:.{digits}g}"


def ends_apart(
    low: float, high: float, digits: int = 3, shown: Callable[[float, int], str] = significant
) -> tuple[str, str]:
    """Return both ends of an interval, with one digit more than tells them apart.

    Examples
    --------
    >>> ends_apart(1.0, 2.0), ends_apart(9055445.0, 9055683.0)
    (('1.00', '2.00'), ('9.0554e+06', '9.0557e+06'))
    """
    own = digits
    while low < high and own < _MOST_DIGITS and shown(low, own) == shown(high, own):
        own += 1
    own += own > digits
    return shown(low, own), shown(high, own)


def _exponent(value: float) -> int:
    return int(f"{value:e}".split("e")[1]) if value else 0


def label_text(name: str, labels: Mapping[str, Any]) -> str:
    """Return a quantity with its labels.

    Examples
    --------
    >>> label_text("total", {"year": 2030, "application": "keyword_spotting"})
    'total [2030, keyword spotting]'
    """
    if not labels:
        return name
    return f"{name} [{', '.join(map(label_name, labels.values()))}]"


def label_name(label: Any) -> str:
    """Return a label; an identifier as words."""
    if isinstance(label, float):
        return f"{label:.12g}"
    text = str(label)
    return text.replace("_", " ") if text.isidentifier() else text


def widest(intervals: Sequence[Mapping[str, Any]]) -> str:
    """Return the 95 % interval, or else the one of the highest level."""
    best = max(intervals, key=lambda own: (own["level"] == 0.95, own["level"]))
    if best["low"] is None or best["high"] is None:
        return significant(None)
    return " to ".join(ends_apart(best["low"], best["high"]))
