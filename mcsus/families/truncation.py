"""The interval that a law is conditioned on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError
from mcsus.families.fields import name_faults, number


@dataclass(frozen=True)
class Truncation:
    """The interval a law is conditioned on; a side left out is open.

    Parameters
    ----------
    low, high : float, optional
        Bounds, in the unit of the law; both belong to the interval.

    Examples
    --------
    >>> Truncation(low=0.0).to_dict()
    {'low': 0.0}
    >>> Truncation(low=2, high=1)
    Traceback (most recent call last):
    mcsus.errors.InputError: truncate.high: found 1.0; allowed: a number above low = 2.0
    """

    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        faults = []
        for name in ("low", "high"):
            value = getattr(self, name)
            own = [] if value is None else number(name).faults(value)
            faults += [fault.within("truncate") for fault in own]
            if value is not None and not own:
                object.__setattr__(self, name, float(value))
        if self.low is None and self.high is None:
            faults.append(Fault("an empty table", "low, high or both", ("truncate",)))
        if faults:
            raise InputError(*faults)
        if self.low is not None and self.high is not None and not self.low < self.high:
            allowed = f"a number above low = {self.low!r}"
            raise InputError(Fault(repr(self.high), allowed, ("truncate", "high")))

    @classmethod
    def read(cls, table: object) -> Truncation:
        """Build from the `truncate` table of a study file."""
        if isinstance(table, Truncation):
            return table
        if not isinstance(table, Mapping):
            allowed = "a table with low, high or both"
            raise InputError(Fault(shown(table), allowed, ("truncate",)))
        faults = name_faults(table, {"low": False, "high": False}, "truncate")
        for name in ("low", "high"):
            faults += number(name).faults(table[name]) if name in table else []
        if faults:
            raise InputError(*(fault.within("truncate") for fault in faults))
        return cls(**table)

    @classmethod
    def read_as(cls, name: str, table: object) -> Truncation:
        """Build from a table of another name with the same keys."""
        try:
            return cls.read(table)
        except InputError as error:
            faults = [replace(fault, where=(name, *fault.where[1:])) for fault in error.faults]
            raise InputError(*faults) from None

    def to_dict(self) -> dict[str, float]:
        """Return the study-file form."""
        pairs = {"low": self.low, "high": self.high}
        return {name: value for name, value in pairs.items() if value is not None}
