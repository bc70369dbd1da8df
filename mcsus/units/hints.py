"""What was probably meant by a unit that is not read, always with its size.

A hint never changes the size of a value: it names one unit only where every unit that is close
has the same size, and otherwise all of them with their sizes.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from fractions import Fraction

from mcsus.units.known import PREFIXES, Scale, known_units

MAX_CHOICES = 4
_SHORTEST = 4  # letters of a word that may be misspelt; shorter ones differ by what they mean
_ALIKE = 0.75

# What is often written for a unit of the same size. Counted things are plain numbers.
_MEANT = (
    (r"([kmMG]?g|[kMG]?t)CO2(?:e|eq|_?eq)?", r"\1 CO2e"),
    (r"([kmMG]?g|[kMG]?t)(?:C02|co2|Co2)(?:e|eq)?", r"\1 CO2e"),
    (r"(?i:CO2).{0,4}", "CO2e"),
    (r"MMT", "Mt"),
    (r"MMTCO2(?:e|eq)?", "Mt CO2e"),
    (r"tkm", "t km"),
    (r"([kMGT]?W)(?:p|e|el|th)", r"\1"),
    (r"([kMGT]?)wh", r"\1Wh"),
    (r"(?i:(fraction|ratio|share|number|probability|score|(piece|unit|inference|home)s?))", "1"),
)
_SPLIT_POWER = re.compile(r"([A-Za-z]+)([2-9])")


def meant(name: str, own: Mapping[str, Scale]) -> tuple[str | None, str]:
    """Return the unit that was meant by an unknown name, and else a text of all that may be."""
    for pattern, written in _MEANT:
        if match := re.fullmatch(pattern, name):
            return match.expand(written), ""
    units = {**known_units(), **own}
    if (power := _SPLIT_POWER.fullmatch(name)) and power[1] in units:
        return f"{power[1]}**{power[2]}", ""
    sizes: dict[Scale, str] = {}
    for close in _close(name, units):
        sizes.setdefault(units[close], close)
    literal = _literal(name)
    if len(sizes) == 1 and literal is None:
        return next(iter(sizes.values())), ""
    texts = [f"{close!r} ({size_text(scale)})" for scale, close in sizes.items()]
    return None, " or ".join([*([literal] if literal and texts else ()), *texts])


def size_text(scale: Scale) -> str:
    """Return the size of a unit in coherent units, such as ``3600000 J``."""
    if scale.dimension.is_dimensionless:
        return f"{float(scale.factor):.10g}"
    text = str(scale.dimension)
    if "/" in text:
        one = Scale(scale.dimension, Fraction(1))
        text = next((name for name, known in known_units().items() if known == one), text)
    return f"{float(scale.factor):.10g} {text}"


def _close(name: str, units: Collection[str]) -> list[str]:
    """Return the units of the same letters, else the words that a misspelt one is close to."""
    same = [unit for unit in units if unit.lower() == name.lower()]
    if same or len(name) < _SHORTEST:
        return same[:MAX_CHOICES]
    words = [unit for unit in units if len(unit) >= _SHORTEST and unit[1:] not in units]
    close = difflib.get_close_matches(name, words, n=MAX_CHOICES, cutoff=_ALIKE)
    return [word for word in close if sorted(word) == sorted(name)] or close


def _literal(name: str) -> str | None:
    """Return what a unit is as it stands, by SI rules, where that is not read here."""
    known = known_units()
    for symbol, (word, size) in PREFIXES.items():
        base = name.removeprefix(symbol)
        if base != name and base in known and f"k{base}" in known:
            return f"{word}-{base} ({float(size):g} {base})"
    return None
