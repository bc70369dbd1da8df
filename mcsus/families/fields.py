"""Keys of a table of a study file: how each is read, what is allowed, and the faults of one."""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from mcsus.declared.reader import finite, shown
from mcsus.errors import Fault, InputError, nearest

Reader = Callable[[object], object]


def real(value: object) -> float:
    """Return a finite number as a float; anything else raises ValueError."""
    number = finite(value)
    if number is None:
        raise ValueError("not a finite number")
    return number


def limited(good: Callable[[float], bool]) -> Reader:
    """Return a reader of finite numbers for which a condition holds; else it raises ValueError."""

    def read(value: object) -> float:
        number = real(value)
        if not good(number):
            raise ValueError("not allowed")
        return number

    return read


def among(names: Collection[str]) -> Reader:
    """Return a reader of one of these names."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            close = nearest(value, names) if isinstance(value, str) else None
            raise InputError(Fault(shown(value), ", ".join(names), (), close))
        return value

    return read


@dataclass(frozen=True)
class Key:
    """One named parameter of a family.

    Parameters
    ----------
    name : str
        As written in a study file.
    allowed : str
        Its domain in words.
    read : callable
        Returns the checked value or raises ValueError.
    default : object, optional
        Value when left out.
    optional : bool
        Whether the key may be left out although it has no default.
    kind : {"number", "share", "numbers", "text", "table", "laws"}
        What stands in a file, for the schema.
    still : float, optional
        Value at which a law has no spread, so that it is a constant.

    Examples
    --------
    >>> print(Key("gsd", "a finite number above 1", limited(lambda x: x > 1)).faults(0.5)[0])
    gsd: found 0.5; allowed: a finite number above 1
    """

    name: str
    allowed: str
    read: Reader
    default: object = None
    optional: bool = False
    kind: str = "number"
    still: float | None = None

    @property
    def required(self) -> bool:
        """Whether the key must be given."""
        return self.default is None and not self.optional

    @property
    def field(self) -> str:
        """Name of the attribute that holds it: `mean` and `sd` are methods of a law."""
        return f"{self.name}_" if self.name in {"mean", "sd"} else self.name

    def faults(self, value: object) -> list[Fault]:
        """Return all that is wrong with a value; a list or table may have many faults."""
        try:
            self.read(value)
        except InputError as error:
            return [fault.within(self.name) for fault in error.faults]
        except ValueError:
            return [Fault(shown(value), self.allowed, (self.name,))]
        return []


NUMBER = "a finite number"
POSITIVE = "a finite number above 0"


def number(name: str, default: float | None = None, *, optional: bool = False) -> Key:
    """Return a key that takes any finite number."""
    return Key(name, NUMBER, real, default, optional)


def positive_number(
    name: str,
    default: float | None = None,
    *,
    optional: bool = False,
    still: float | None = None,
) -> Key:
    """Return a key that takes a finite number above 0."""
    return Key(name, POSITIVE, limited(lambda x: x > 0), default, optional, still=still)


def spread(name: str) -> Key:
    """Return a key that takes a finite number above 0; at 0 there is no spread."""
    return positive_number(name, still=0.0)


def share(value: object) -> float:
    """Return a number, or a text such as "30 %", as a finite number; else raise ValueError.

    Examples
    --------
    >>> share("30 %"), share(0.3)
    (0.3, 0.3)
    """
    if isinstance(value, str):
        text = value.strip()
        if not text.endswith("%"):
            raise ValueError("not a share")
        return real(float(text[:-1]) / 100)
    return real(value)


def _positive_share(value: object) -> float:
    return real(limited(lambda x: x > 0)(share(value)))


def relative_spread(name: str) -> Key:
    """Return a key that takes a share of the mean, above 0; at 0 there is no spread."""
    allowed = 'a finite number above 0, or a text such as "30 %"'
    return Key(name, allowed, _positive_share, kind="share", still=0.0)


COVERAGE = Key(
    "coverage", "a finite number above 0 and below 1", limited(lambda p: 0 < p < 1)
)  # of an interval, with equal tails outside


def given(*values: float | None) -> tuple[float, ...]:
    """Return the parameters of a form, which were checked to be there."""
    return tuple(value for value in values if value is not None)


def name_faults(given: Mapping[str, object], allowed: Mapping[str, bool], what: str) -> list[Fault]:
    """Return a fault for each unknown and each missing name; `allowed` says which must be given.

    Examples
    --------
    >>> [str(f) for f in name_faults({"modes": 1}, {"mode": False}, "uniform")]
    ["modes: found an unknown key of uniform; allowed: mode; did you mean 'mode'?"]
    """
    listing = ", ".join(allowed)
    faults = [
        Fault(f"an unknown key of {what}", listing, (str(name),), nearest(str(name), allowed))
        for name in given
        if name not in allowed
    ]
    return faults + [
        Fault("nothing", f"a value: {what} needs {name}", (name,))
        for name, required in allowed.items()
        if required and name not in given
    ]


def order_faults(low: float, high: float, low_key: str, high_key: str) -> list[Fault]:
    """Return the fault of bounds that are reversed, equal (with a hint) or too far apart."""
    if low < high and math.isfinite(high - low):
        return []
    allowed = f"a number above {low_key} = {low!r}"
    if low < high:
        allowed = f"a number whose distance from {low_key} = {low!r} is below 1.8e308"
    elif low == high:
        allowed += ' (a single value is distribution = "constant")'
    return [Fault(repr(high), allowed, (high_key,))]


def mode_faults(
    low: float, mode: float, high: float, low_key: str = "minimum", high_key: str = "maximum"
) -> list[Fault]:
    """Return the faults of bounds and a mode between them, which may equal either."""
    faults = order_faults(low, high, low_key, high_key)
    if not faults and not low <= mode <= high:
        allowed = f"a number from {low_key} = {low!r} to {high_key} = {high!r}"
        faults.append(Fault(repr(mode), allowed, ("mode",)))
    return faults
