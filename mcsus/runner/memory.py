"""What fits in the memory of this machine."""

from __future__ import annotations

import os

from mcsus.errors import RefusedError

_MEMORY_SHARE = 0.6  # of the machine's memory that stored draws may take


def allowed_bytes() -> float:
    """Return how much of the memory of this machine a run may take."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        memory = 8 << 30  # a modest machine, where the system does not say
    return _MEMORY_SHARE * memory


def fits(numbers: int) -> bool:
    """Tell whether so many numbers fit in memory."""
    return 8 * numbers <= allowed_bytes()


def refuse_if_too_large(numbers: int, where: str) -> None:
    """Refuse what would not fit in memory, before anything is drawn."""
    needed, allowed = 8 * numbers, allowed_bytes()
    if needed > allowed:
        msg = (
            f"{where}: found {numbers} numbers to hold, {needed / 2**30:.1f} GiB; allowed: "
            f"{allowed / 2**30:.1f} GiB on this machine; ask for fewer draws, fewer replicates or "
            "fewer outputs"
        )
        raise RefusedError(msg)
