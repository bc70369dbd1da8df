"""Names and chosen numbers in words."""

from collections.abc import Sequence

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"

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
