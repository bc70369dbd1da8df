"""Numbers, probabilities, units and names as a reader wants them: on a page, printed, in Python."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.vocabulary import BASE, SCENARIO

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"

MISSING = "not known"
"""What is printed for a number that a run cannot tell, such as the error of one replicate."""

UNSETTLED = "does not settle"
"""What is printed for the mean or the spread of an output that has none."""

_ABBREVIATIONS = {
    "ml": "ML",
    "mcu": "MCU",
    "pcb": "PCB",
    "pue": "PUE",
    "led": "LED",
    "eol": "end-of-life",
    "iot": "IoT",
    "co2e": "CO₂e",
    "ewaste": "e-waste",
    "gwp20": "GWP20",
}
_MOST_DIGITS = 12
_POWER = re.compile(r"\*\*\(?(-?\d+)\)?")


def plain(value: float) -> str:
    """Return a number that somebody chose, such as a threshold, as short as it was written."""
    text = f"{value:.9g}"
    if "e" in text:
        text = times_power(text)
    elif abs(value) >= 10_000:
        text = f"{value:,.9g}"
    return text.replace("-", MINUS)


def times_power(text: str) -> str:
    """Return a number such as ``1.5e+07`` with its power of ten written out."""
    mantissa, exponent = text.split("e")
    return f"{mantissa} {TIMES} 10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def words(name: object) -> str:
    """Return an identifier or a number as words."""
    if isinstance(name, float):
        return f"{name:.12g}"
    text = str(name).replace("_", " ").replace("@", ", by ")
    return " ".join(_ABBREVIATIONS.get(word, word) for word in text.split(" "))


def listing(items: Sequence[str]) -> str:
    """Join items as a sentence does."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with a few significant digits and a true minus sign.

    Parameters
    ----------
    value : float or None
    digits : int
        Significant digits; digits before the decimal point are never dropped below 10,000.
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value == 0:
        return "0"
    exponent = int(f"{abs(value):.{digits - 1}e}".split("e")[1])
    if not -4 <= exponent < 6:
        text = times_power(f"{value:.{digits - 1}e}")
    else:
        decimals = max(0, digits - 1 - exponent)
        text = f"{value:,.{decimals}f}"
    return text.replace("-", MINUS)


def fixed(value: float, digits: int = 4) -> str:
    """Return a number with so many decimals; nothing where it is not known."""
    if not math.isfinite(value):
        return ""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)


def error(value: float | None) -> str:
    """Return a numerical error: two significant digits."""
    return number(value, 2)


def span(low: float, high: float, digits: int = 3) -> str:
    """Return an interval in words, with as many digits as tell its ends apart.

    Examples
    --------
    >>> span(12.34, 56.78), span(41234.1, 41235.9), span(5, 5), span(2, 2 + 1e-15)
    ('12.3 to 56.8', '41,234 to 41,236', '5.00', '2.00')
    """
    own = digits
    while low < high and own < _MOST_DIGITS and number(low, own) == number(high, own):
        own += 1
    own += own > digits
    first, last = number(low, own), number(high, own)
    return number(low, digits) if first == last else f"{first} to {last}"


def fixed_error(value: float, digits: int = 3) -> str:
    """Return an error with so many decimals; never as 0 where it is not.

    Examples
    --------
    >>> fixed_error(0.0123), fixed_error(0.0003), fixed_error(0.0), fixed_error(math.nan)
    ('0.012', '<0.001', '0.000', 'not known')
    """
    if 0 < value < 0.5 * 10**-digits:
        return f"<{10**-digits:.{digits}f}"
    return fixed(value, digits) or MISSING


def percent(share: float) -> str:
    """Return a share as a percentage."""
    if 0 < share < 0.0005:
        return "less than 0.1 %"
    digits = 0 if abs(share) >= 0.0995 else 1
    text = f"{100 * share:.{digits}f}"
    text = "0" if float(text) == 0 else text
    return f"{text} %".replace("-", MINUS)


def level_text(level: float) -> str:
    """Return the level of an interval as a percentage."""
    return f"{plain(100 * level)} %"


def probability(value: float | None, digits: int = 3) -> str:
    """Return a probability; only one that was met in every draw is printed as 0 or 1.

    Examples
    --------
    >>> probability(0.5697), probability(0.99996), probability(1.0), probability(0.004, 2)
    ('0.570', 'above 0.999', '1', 'below 0.01')
    """
    if value is None or not math.isfinite(value):
        return MISSING
    if value in (0.0, 1.0):
        return f"{value:.0f}"
    if value > 1 - 10**-digits:
        return f"above {1 - 10**-digits:.{digits}f}"
    return f"below {10**-digits:.{digits}f}" if value < 10**-digits else f"{value:.{digits}f}"


def unit_text(unit: str) -> str:
    """Return a unit as it is printed; empty for a plain number."""
    if unit in ("1", ""):
        return ""
    text = _POWER.sub(lambda match: match.group(1).translate(SUPERSCRIPTS), unit)
    return text.replace("CO2e", "CO₂e").replace("*", " ")


def unit_label(unit: str) -> str:
    """Return a unit as it stands beside an axis."""
    return unit_text(unit) or "no unit"


def unit_prose(unit: str) -> str:
    """Return a unit for use in a sentence.

    Examples
    --------
    >>> unit_prose("g CO2e/kWh"), unit_prose("1/s")
    ('g CO₂e per kWh', 'per s')
    """
    return unit_text(unit).replace("/", " per ").removeprefix("1 ")


def quantity(value: str, unit: str) -> str:
    """Return a printed number with its unit, if it has one."""
    return f"{value} {unit_prose(unit)}".strip()


def the(name: object) -> str:
    """Return an input in words as a sentence has it; a symbol has no article.

    Examples
    --------
    >>> the("battery_mass"), the("x1"), the("k")
    ('the battery mass', 'x1', 'k')
    """
    text = words(name)
    is_symbol = " " not in text and (len(text) < _WORD or any(map(str.isdigit, text)))
    return text if is_symbol else f"the {text}"


_WORD = 3  # letters from which a name is a word

NUMERALS = dict(enumerate(("two", "three", "four", "five", "six"), 2))
"""Small numbers as words."""


def label_words(labels: Mapping[str, Any]) -> str:
    """Return the labels of a cell as words."""
    return ", ".join(map(label_name, labels.values()))


def label_name(label: object) -> str:
    """Return a label as words where it is an identifier, else as it was written.

    Examples
    --------
    >>> label_name("keyword_spotting"), label_name("steel_hot rolled {DE}| market for")
    ('keyword spotting', 'steel_hot rolled {DE}| market for')
    """
    return words(label) if not isinstance(label, str) or label.isidentifier() else label


def label_text(name: str, labels: Mapping[str, Any]) -> str:
    """Return a quantity with its labels, as the name that it has in tables and in JSON.

    Examples
    --------
    >>> label_text("total", {"year": 2030, "application": "keyword_spotting"})
    'total [2030, keyword spotting]'
    """
    return f"{name} [{', '.join(map(label_key, labels.values()))}]" if labels else name


def label_key(label: Any) -> str:
    """Return a label as it stands in a name; an identifier without underscores."""
    text = f"{label:.12g}" if isinstance(label, float) else str(label)
    return text.replace("_", " ") if text.isidentifier() else text


def widest(intervals: Sequence[Mapping[str, Any]]) -> str:
    """Return the 95 % interval of a document, or else the one of the highest level."""
    best = max(intervals, key=lambda own: (own["level"] == 0.95, own["level"]))
    known = best["low"] is not None and best["high"] is not None
    return span(best["low"], best["high"]) if known else MISSING


def is_base(labels: Mapping[str, Any]) -> bool:
    """Tell whether a cell with these labels belongs to the study as written."""
    return bool(labels.get(SCENARIO, BASE) == BASE)


def cell_name(labels: Mapping[str, Any]) -> str:
    """Return the labels of a cell as words, without the base scenario: it goes without saying."""
    kept = {k: v for k, v in labels.items() if not (k == SCENARIO and v == BASE)}
    return label_words(kept) or (BASE if labels else "")


def shortened(items: Sequence[str], most: int = 3) -> str:
    """Join the first items as a sentence does, with how many more there are.

    Examples
    --------
    >>> shortened(["one", "two"], 2), shortened(["one", "two", "three", "four"], 2)
    ('one and two', 'one, two and 2 more')
    """
    many = len(items) > most + 1
    return listing([*items[:most], f"{len(items) - most} more"] if many else items)


def count(amount: int, noun: str, plural: str | None = None) -> str:
    """Return an amount with its noun."""
    shown = {0: "no", 1: "one", **NUMERALS}.get(amount, f"{amount:,}")
    return f"{shown} {noun if amount == 1 else plural or noun + 's'}"


def verb(noun: str, singular: str = "is", plural: str = "are") -> str:
    """Return the form of a verb that goes with a noun."""
    return plural if re.search(r"[^su]s$| & ", noun) else singular


def capital(text: str) -> str:
    """Return a text whose first letter is a capital, unless it begins with a symbol.

    A symbol is another one as a capital: a letter by itself, a word with a number behind (x3), one
    with a capital inside (kWh).

    Examples
    --------
    >>> capital("the device"), capital("a device"), capital("x3 drives most"), capital("kWh")
    ('The device', 'A device', 'x3 drives most', 'kWh')
    """
    return text if _SYMBOL.match(text) else text[:1].upper() + text[1:]


_SYMBOL = re.compile(r"(?!a )(?:[^\W\d_]|[^\W\d_]+\d[\w.]*|[a-z]+[A-Z]\w*)(?![\w-])")


def tidy(text: str) -> str:
    """Keep numbers with their percent sign and their power of ten when a line is broken."""
    for bound in (" %", f" {TIMES} "):
        text = text.replace(bound, bound.replace(" ", "\N{NO-BREAK SPACE}"))
    return text
