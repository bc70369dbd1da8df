"""Units of one's own, such as a currency or a meal: what a study names beside those known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from mcsus.units.known import Scale


class OwnUnits(Mapping[str, Scale]):
    """The units that one study names, by name.

    Parameters
    ----------
    scales : mapping of str to Scale
        What each stands for.
    """

    def __init__(self, scales: Mapping[str, Scale]) -> None:
        self._scales = dict(scales)
        parts = ((name, s.dimension.exponents, s.factor) for name, s in self._scales.items())
        self._key = tuple(sorted(parts))

    def __getitem__(self, name: str) -> Scale:
        return self._scales[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._scales)

    def __len__(self) -> int:
        return len(self._scales)

    def __hash__(self) -> int:
        return hash(self._key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OwnUnits) and self._key == other._key

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Read these units in unit strings, beside those known, until the block ends."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


NO_UNITS = OwnUnits({})
"""What a study has that names no units."""
_current = ContextVar("own units", default=NO_UNITS)


def current() -> OwnUnits:
    """Return the units of one's own that are in use."""
    return _current.get()
