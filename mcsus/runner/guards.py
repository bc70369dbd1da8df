"""What stops a run, and what tells how far it is: shared by drawing outputs and by index points."""

from __future__ import annotations

import os
from collections.abc import Callable

from mcsus.errors import RefusedError
from mcsus.streams import Design
from mcsus.vocabulary import Progress

_MEMORY_SHARE = 0.6  # of the machine's memory that stored draws may take


def teller(progress: Progress | None, doing: str, design: Design) -> Callable[[int], None] | None:
    """Return a function that adds up the draws done and passes them on.

    Examples
    --------
    >>> tell = teller(lambda *told: print(*told), "sampling", Design(draws=256, replicates=2))
    >>> tell(256)
    sampling 256 512
    """
    if progress is None:
        return None
    done = 0
    total = design.draws * design.replicates

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(doing, done, total)

    return tell


def refuse_if_too_large(numbers: int, where: str) -> None:
    """Refuse what would not fit in memory, before anything is drawn.

    Examples
    --------
    >>> refuse_if_too_large(1000, "design")
    >>> refuse_if_too_large(2**60, "design")
    Traceback (most recent call last):
    mcsus.errors.RefusedError: design: found 1152921504606846976 numbers to hold, ...
    """
    needed = 8 * numbers
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        memory = 8 << 30  # a modest machine, where the system does not say
    if needed > _MEMORY_SHARE * memory:
        msg = (
            f"{where}: found {numbers} numbers to hold, {needed / 2**30:.1f} GiB; allowed: "
            f"{_MEMORY_SHARE * memory / 2**30:.1f} GiB on this machine; ask for fewer draws, "
            "fewer replicates or fewer outputs"
        )
        raise RefusedError(msg)
