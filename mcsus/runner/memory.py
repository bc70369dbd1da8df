"""What fits in the memory of this machine."""

from __future__ import annotations

import os

from mcsus.errors import RefusedError

_MEMORY_SHARE = 0.6  # of the machine's memory that stored draws may take


def refuse_if_too_large(numbers: int, where: str) -> None:
    """Refuse what would not fit in memory, before anything is drawn."""
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
