"""Laws in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.families import FAMILIES
from mcsus.families.between import BETWEEN, is_between
from mcsus.result.wording import listing, plain, words

_FILE = ("file", "columns", "rows", "joint", "table")
_MOST_LISTED = 6  # values of a list that are shown


def law_text(law: Mapping[str, Any]) -> str:
    """Return a law in words.

    Examples
    --------
    >>> law_text({"distribution": "triangular", "minimum": 5.0, "mode": 10.0, "maximum": 17.0})
    'triangular: 5 to 17, most likely 10'
    >>> law_text({"distribution": "lognormal", "median": 19.0, "gsd": 2.0})
    'lognormal: median 19, geometric standard deviation 2'
    >>> law_text({"distribution": "normal", "mean": 1.0, "sd": 2.0, "truncate": {"low": 0.0}})
    'normal: mean 1, standard deviation 2; only above 0'
    >>> law_text({"distribution": "normal", "low": 1.0, "high": 3.0, "coverage": 0.9})
    'normal: 90 % between 1 and 3'
    >>> law_text({"distribution": "pert", "low": 1, "mode": 2, "high": 4, "coverage": 0.8})
    'PERT: 80 % between 1 and 4, most likely 2'
    >>> law_text({"distribution": "empirical", "file": "meter.csv", "columns": {"values": "watts"},
    ...           "rows": 212})
    '212 readings of meter.csv, column watts'
    >>> law_text({"distribution": "normal", "mean": {"between": [0.0, 1.0]}, "sd": 1.0})
    'normal: mean between 0 and 1, standard deviation 1'
    >>> law_text({"distribution": "lognormal", "median": "typical_rate", "gsd": 1.6})
    'lognormal: median typical rate, geometric standard deviation 1.6'
    """
    keys = [key for key in law if key not in ("distribution", "truncate", *_FILE)]
    values = {key: _shown(law[key]) for key in keys}
    family = str(law["distribution"])
    known = FAMILIES.get(family)
    template = known.template(values) if known else None
    title = known.words[0].partition(":")[0] if known and known.words else words(family)
    if "coverage" in values and "low" in values:
        share = _percent(law["coverage"])
        text = f"{title}: {share} % between {values['low']} and {values['high']}"
        beside = {"mode": "most likely", "mean": "mean"}
        text += "".join(f", {told} {values[key]}" for key, told in beside.items() if key in values)
    elif template:
        text = template.format(**values)
    else:
        told = (f"{words(key)} {value}" for key, value in values.items())
        text = f"{title}: {', '.join(told)}"
    if "file" in law:
        more = text.partition(": ")[2]
        text = _read_text(law, title) + (f", {more}" if more else "")
    if "table" in law:
        text += f" (from {law['table']})"
    bounds, sides = law.get("truncate") or {}, {"low": "above", "high": "below"}
    kept = [f"{side} {_shown(bounds[key])}" for key, side in sides.items() if key in bounds]
    return text + (f"; only {' and '.join(kept)}" if kept else "")


def _read_text(law: Mapping[str, Any], title: str) -> str:
    """Return a law in words whose lists are columns of a file."""
    columns, rows = law["columns"], f"{int(law['rows']):,}"
    if "joint" in law:
        text = f"a row of {rows} in {law['file']}, column {columns['values']}"
    elif law["distribution"] == "empirical":
        text = f"{rows} readings of {law['file']}, column {columns['values']}"
    else:
        told = listing([f"{words(key)} in column {column}" for key, column in columns.items()])
        return f"{title}: {rows} rows of {law['file']}, {told}"
    return text + (f", weighted by column {columns['weights']}" if "weights" in columns else "")


def _percent(value: Any) -> str:
    if is_between(value):
        return " to ".join(_percent(end) for end in value[BETWEEN])
    return plain(100 * float(value))


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        if "distribution" in value:
            return f"({law_text(value)})"
        if is_between(value):
            return "between " + " and ".join(map(_shown, value[BETWEEN]))
        return ", ".join(f"{words(key)} {_shown(item)}" for key, item in value.items())
    if isinstance(value, str):
        return words(value)  # of a quantity
    if isinstance(value, bool) or not isinstance(value, int | float | Sequence):
        return str(value)
    if isinstance(value, Sequence):
        listed = [_shown(item) for item in value[:_MOST_LISTED]]
        more = len(value) - len(listed)
        return ", ".join(listed) + (f" and {more} more" if more > 0 else "")
    return plain(float(f"{value:.5g}"))
