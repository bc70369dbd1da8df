"""Exceptions of mcsus and the faults they carry.

Every message says where, what was found, what is allowed and, when a name is close to a
valid one, which. Readers of files gather all faults first and raise them together.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import ClassVar


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input.

    Parameters
    ----------
    found : str
        What was found, for example ``"gsd = 0.9"``.
    allowed : str
        What is allowed, for example ``"a number above 1"``.
    where : tuple of str
        Path from the outermost place (a file) to the innermost (a key).
    nearest : str, optional
        The valid name closest to the one found.

    Examples
    --------
    >>> print(Fault("gsd = 0.9", "a number above 1", ("power",)))
    power: found gsd = 0.9; allowed: a number above 1
    """

    found: str
    allowed: str
    where: tuple[str, ...] = ()
    nearest: str | None = None

    def within(self, *outer: str) -> Fault:
        """Return the same fault seen from further out.

        Examples
        --------
        >>> print(Fault("x", "y", ("gsd",)).within("study.toml", "power"))
        study.toml: power.gsd: found x; allowed: y
        """
        return replace(self, where=(*outer, *self.where))

    def __str__(self) -> str:
        place, *keys = self.where or ("input",)
        if place.endswith((".toml", ".csv", ".json", ".nc")):
            head = ": ".join([place, ".".join(keys)]) if keys else place
        else:
            head = ".".join((place, *keys))
        hint = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{head}: found {self.found}; allowed: {self.allowed}{hint}"


class McsusError(Exception):
    """Base of every error that mcsus raises on purpose; ``exit_code`` is the shell's."""

    exit_code: ClassVar[int] = 70


class InputError(McsusError):
    """Bad input: one or more faults, reported together.

    Examples
    --------
    >>> raise InputError(Fault("a", "b", ("k",)))
    Traceback (most recent call last):
    mcsus.errors.InputError: k: found a; allowed: b
    """

    exit_code = 2

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(str(fault) for fault in faults))


class RefusedError(McsusError):
    """A request that is valid but would not fit in memory or in the limits given."""

    exit_code = 3


class NotFiniteError(McsusError):
    """The model gave a value that is not finite."""

    exit_code = 4


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate closest to `name`, or None when none is close.

    A name with other digits in it is no misspelling, nor is a word that means something of its own
    one of another.

    Examples
    --------
    >>> nearest("lognormel", ["normal", "lognormal"])
    'lognormal'
    >>> nearest("p59", ["p5", "p50", "p95"]), nearest("FAST", ["fast", "rbd_fast"])
    ('p95', 'fast')
    """
    known = [other for other in candidates if _digits(name) == _digits(other)]
    same = [other for other in known if other.lower() == name.lower()]
    if len(same) == 1:
        return same[0]
    if name.lower() in _MEANINGS:
        known = [other for other in known if other.lower().rstrip("s") == name.lower().rstrip("s")]
    matches = difflib.get_close_matches(name, known, n=2, cutoff=0.6)
    if len(matches) > 1 and _MEANINGS.issuperset(matches):
        slips = [each for each in matches if sorted(each) == sorted(name)]
        if len(slips) == 1:
            return slips[0]
        first, second = (difflib.SequenceMatcher(None, each, name).ratio() for each in matches)
        if first - second < _MARGIN:
            return None
    return matches[0] if matches else None


_MARGIN = 0.15  # in likeness, by which the hint of such a word is nearer than any other
# Words that mean another thing each, however alike they look: one is no misspelling of another.
_WORDS = """
mean median mode typical minimum maximum low high sd gsd cv variance var std sem se sigma mu value
log_mean log_sd log_median mean_log sd_log relative_sd geometric_mean geometric_sd scale shape rate
alpha beta loc location df coverage confidence correlation rank_correlation autocorrelation
"""
_MEANINGS = frozenset(_WORDS.split())


def _digits(name: str) -> list[str]:
    """Return the digits of a name in order: 'gsd2' is another thing than 'gsd', 'p5' than 'p95'."""
    return sorted(filter(str.isdigit, name))


_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def is_control(sign: str) -> bool:
    r"""Tell whether a character steers a terminal or the direction of text.

    Examples
    --------
    >>> is_control("\x1b"), is_control("\n"), is_control("\u00e9")
    (True, False, False)
    """
    return sign not in "\n\t" and (unicodedata.category(sign) == "Cc" or sign in _DIRECTIONS)


class FaultCollector:
    """Gathers faults so that a file is checked whole before anything is raised.

    Examples
    --------
    >>> faults = FaultCollector("study.toml")
    >>> with faults.at("parameters", "power"):
    ...     raise InputError(Fault("gsd = 0.9", "a number above 1", ("gsd",)))
    >>> print(faults.faults[0])
    study.toml: parameters.power.gsd: found gsd = 0.9; allowed: a number above 1
    """

    def __init__(self, *where: str) -> None:
        self.where = where
        self.faults: list[Fault] = []

    def add(self, found: str, allowed: str, *where: str, nearest: str | None = None) -> None:
        """Note one fault at `where`, below the collector's own place."""
        self.faults.append(Fault(found, allowed, (*self.where, *where), nearest))

    @contextmanager
    def at(self, *where: str) -> Iterator[None]:
        """Catch an `InputError` raised in the block and keep its faults, placed at `where`."""
        try:
            yield
        except InputError as error:
            self.faults.extend(fault.within(*self.where, *where) for fault in error.faults)

    def raise_any(self) -> None:
        """Raise one `InputError` with every fault gathered, if there is any."""
        if self.faults:
            raise InputError(*self.faults)
