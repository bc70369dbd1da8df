"""A run in parts: consecutive draws of one replicate, which may be done anywhere and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mcsus.engine.plans import FOLD

_SLAB_BYTES = 1 << 22  # what a processor has of its last cache; fewer calls beat a smaller slab
_MOST_DRAWS = 1 << 16


class Task(NamedTuple):
    """Consecutive draws of one replicate; `first` is a multiple of 1,024."""

    replicate: int
    first: int
    draws: int


def slab_for(values: int) -> int:
    """Return how many draws are evaluated at a time when each leaves so many values.

    Examples
    --------
    >>> slab_for(1), slab_for(100), slab_for(10**6)
    (65536, 4096, 1024)
    """
    slab = _MOST_DRAWS
    while slab > FOLD and 8 * values * slab > _SLAB_BYTES:
        slab //= 2
    return slab


def tasks_between(replicate: int, first: int, last: int, draws: int) -> Iterator[Task]:
    """Yield the tasks of `draws` draws each that lead a replicate from one draw to another.

    Examples
    --------
    >>> [tuple(task) for task in tasks_between(0, 1024, 4000, 2048)]
    [(0, 1024, 2048), (0, 3072, 928)]
    """
    for start in range(first, last, draws):
        yield Task(replicate, start, min(draws, last - start))
