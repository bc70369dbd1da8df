"""Parameters of a law that are known to lie between two numbers, and no more than that."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError, nearest
from mcsus.families.fields import Key, name_faults, real, share

if TYPE_CHECKING:
    from mcsus.families.base import Distribution

Array = NDArray[np.float64]

BETWEEN = "between"
"""Key of the table that stands for a number: ``{ between = [1, 2] }``."""

PLAIN_KINDS = ("number", "share")
"""Kinds of keys that are one number, so that an interval may stand for it."""

_STEPS = 9  # values of an interval that bounds of a law are looked for at


class Between(NamedTuple):
    """A parameter of a law that is any number from `low` to `high`; nothing says how likely."""

    key: str
    low: float
    high: float

    @property
    def middle(self) -> float:
        """The number half way."""
        return self.low + (self.high - self.low) / 2

    def to_dict(self) -> dict[str, list[float]]:
        """Return the study-file form."""
        return {BETWEEN: [self.low, self.high]}


def is_between(value: object) -> bool:
    """Tell whether a table of an interval stands where a number may.

    Examples
    --------
    >>> is_between({"between": [1, 2]}), is_between(1.5)
    (True, False)
    """
    return isinstance(value, Mapping) and BETWEEN in value


def is_nearly_between(value: object) -> bool:
    """Tell whether a value is a table that means an interval, with its key spelt wrongly.

    Examples
    --------
    >>> is_nearly_between({"betwen": [1, 2]}), is_nearly_between({"low": 1})
    (True, False)
    """
    return isinstance(value, Mapping) and any(nearest(str(key), (BETWEEN,)) for key in value)


def read_between(keys: Iterable[Key], table: Mapping[str, object]) -> tuple[Between, ...]:
    """Return the intervals in the table of a law; tell every fault.

    Examples
    --------
    >>> from mcsus.families.fields import number
    >>> read_between([number("mean")], {"mean": {"between": [0, 1]}, "sd": 1})
    (Between(key='mean', low=0.0, high=1.0),)
    """
    known = {key.name: key for key in keys}
    found, faults = [], []
    for name, value in table.items():
        if name not in known or not (is_between(value) or is_nearly_between(value)):
            continue
        try:
            found.append(_read(known[name], value))
        except InputError as error:
            faults += [fault.within(name) for fault in error.faults]
    if faults:
        raise InputError(*faults)
    return tuple(found)


def _read(key: Key, value: Any) -> Between:
    if key.kind not in PLAIN_KINDS:
        raise InputError(Fault(shown(value), f"{key.allowed}: an interval stands for one number"))
    faults = name_faults(value, {BETWEEN: True}, "an interval")
    if faults:
        raise InputError(*faults)
    ends = value[BETWEEN]
    allowed = "two numbers, the lower one first"
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise InputError(Fault(shown(ends), allowed, (BETWEEN,)))
    try:
        low, high = map(share if key.kind == "share" else real, ends)
    except ValueError:
        raise InputError(Fault(shown(ends), allowed, (BETWEEN,))) from None
    if low == high:
        raise InputError(Fault(shown(ends), f"two numbers that differ; or {low!r}", (BETWEEN,)))
    if low > high:
        raise InputError(Fault(shown(ends), f"{allowed}: [{high!r}, {low!r}]", (BETWEEN,)))
    return Between(key.name, low, high)


def corners(intervals: Sequence[Between]) -> Iterator[dict[str, float]]:
    """Yield the parameters at each combination of ends of some intervals.

    Examples
    --------
    >>> list(corners([Between("mean", 0.0, 1.0)]))
    [{'mean': 0.0}, {'mean': 1.0}]
    """
    for ends in itertools.product(*((own.low, own.high) for own in intervals)):
        yield dict(zip((own.key for own in intervals), ends, strict=True))


def at_corner(fault: Fault, corner: Mapping[str, float]) -> Fault:
    """Return the fault of a law at some numbers of its intervals, placed at one of them if it is.

    Examples
    --------
    >>> print(at_corner(Fault("-1.0", "a number above 0", ("sd",)), {"sd": -1.0}))
    sd.between: found -1.0; allowed: a number above 0
    """
    own = [key for key in fault.where[:1] if key in corner]
    others = [f"{key} = {value!r}" for key, value in corner.items() if key not in own]
    beside = f", where {', '.join(others)}" if others else ""
    where = (*own, BETWEEN) if own else fault.where
    return replace(fault, found=f"{fault.found}{beside}", where=where)


def at(law: Distribution, values: Mapping[str, float]) -> Distribution:
    """Return the law with numbers in place of intervals.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> at(distribution("normal", mean={"between": [0, 1]}, sd=1), {"mean": 1.0})
    normal(mean=1.0, sd=1.0)
    """
    from mcsus.families.registry import distribution  # noqa: PLC0415 - that needs this module

    return distribution({**law.to_dict(), **values})


def laws_between(law: Distribution) -> Iterator[Distribution]:
    """Yield laws with numbers from the intervals of one: all corners, and values between them."""
    steps = _STEPS if len(law.between) < 3 else 3
    values = [np.linspace(own.low, own.high, steps).tolist() for own in law.between]
    for numbers in itertools.product(*values):
        yield at(law, dict(zip((own.key for own in law.between), numbers, strict=True)))


def quantile_bounds(law: Distribution, u: ArrayLike) -> tuple[Array, Array]:
    """Return the lowest and the highest quantile; see `Distribution.quantile_bounds`."""
    each = np.stack([np.asarray(own.quantile(u)) for own in laws_between(law)])
    return each.min(axis=0), each.max(axis=0)


def cdf_bounds(law: Distribution, x: ArrayLike) -> tuple[Array, Array]:
    """Return the lowest and the highest probability; see `Distribution.cdf_bounds`."""
    each = np.stack([np.asarray(own.cdf(x)) for own in laws_between(law)])
    return each.min(axis=0), each.max(axis=0)
