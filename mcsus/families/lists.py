"""Checks of parameters that are lists: values, weights, probabilities."""

import math
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError
from mcsus.families.fields import NUMBER, Key, real

MOST_VALUES = 100_000  # of a list: the constants of a law are held by every run

Numbers = tuple[float, ...]


def numbers(value: object) -> Numbers:
    """Return a list of finite numbers as a tuple; each wrong entry is a fault at its place."""
    entries = entries_of(value)
    if set(map(type, entries)) == {float} and all(map(math.isfinite, entries)):
        return entries  # a table has a hundred thousand of them, and they are looked at often
    good, faults = [], []
    for place, entry in enumerate(entries, start=1):
        try:
            good.append(real(entry))
        except ValueError:
            faults.append(Fault(shown(entry), NUMBER, (f"[{place}]",)))
    if faults:
        raise InputError(*faults)
    return tuple(good)


def entries_of(value: object) -> tuple[Any, ...]:
    """Return the entries of a list or array that is neither empty nor too long."""
    listed: Any = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(listed, list | tuple) or not 0 < len(listed) <= MOST_VALUES:
        raise ValueError("not a list of entries")
    return tuple(listed)


def increasing(value: object) -> Numbers:
    """Return at least two finite numbers, each above the one before."""
    entries = numbers(value)
    if len(entries) < 2:
        raise ValueError("fewer than two")
    faults = [
        Fault(repr(after), f"a number above the one before, {before!r}", (f"[{place}]",))
        for place, (before, after) in enumerate(pairwise(entries), start=2)
        if not before < after
    ]
    if faults:
        raise InputError(*faults)
    return entries


def probabilities(value: object) -> Numbers:
    """Return at least two probabilities between 0 and 1, each above the one before."""
    return _each(increasing(value), lambda p: 0 < p < 1, "a number above 0 and below 1")


def weights(value: object) -> Numbers:
    """Return weights: numbers of at least 0 with a positive sum."""
    entries = _each(numbers(value), lambda w: w >= 0, "a number of at least 0")
    if not 0 < sum(entries) < math.inf:
        raise ValueError("no weight at all")
    return entries


def _each(entries: Numbers, good: Callable[[float], bool], allowed: str) -> Numbers:
    faults = [
        Fault(repr(entry), allowed, (f"[{place}]",))
        for place, entry in enumerate(entries, start=1)
        if not good(entry)
    ]
    if faults:
        raise InputError(*faults)
    return entries


def same_length(first: str, one: Iterable[object], second: str, other: object) -> list[Fault]:
    """Return the fault of two lists that should go together and do not."""
    counts = len(tuple(other)) if isinstance(other, tuple) else 0, len(tuple(one))
    found, wanted = ("1 entry" if count == 1 else f"{count} entries" for count in counts)
    return (
        [] if found == wanted else [Fault(found, f"{wanted}, one for each of {first}", (second,))]
    )


VALUES = Key("values", "a list of finite numbers", numbers, kind="numbers")
WEIGHTS = Key(
    "weights",
    "a list of numbers of at least 0, not all of them 0",
    weights,
    optional=True,
    kind="numbers",
)
