"""What is claimed to be avoided over what really is, by scenario."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from mcsus.vocabulary import BASE

PAIRS = (("programme_claimed", "programme_avoided"), ("claimed_avoided", "avoided"))
"""Outputs of the models of avoided emissions: what is claimed, and what is left of it."""

Means = Sequence[tuple[Mapping[str, Any], float | None]]
_SAME = 1e-9


class Compared(NamedTuple):
    """A claim beside what is left of it, in one scenario.

    Parameters
    ----------
    labels : mapping
        Where it holds.
    claimed, real : float
        Means of what is claimed and of what is really avoided.
    """

    labels: Mapping[str, Any]
    claimed: float
    real: float

    @property
    def is_claim(self) -> bool:
        """Whether the scenario takes the claim at its word."""
        return abs(self.claimed - self.real) <= _SAME * abs(self.claimed)

    @property
    def ratio(self) -> float | None:
        """How often the claim holds what is left of it; None where nothing is."""
        return self.claimed / self.real if self.real > 0 else None


def compared(outputs: Mapping[str, Means]) -> list[Compared]:
    """Return the claim beside what is left of it, for each label; none where nothing is claimed.

    The claim is that of the same scenario: both are counted with the same warming potential.

    Parameters
    ----------
    outputs : mapping
        Output -> labels and mean of its cells.

    Examples
    --------
    >>> real = [({"scenario": "base"}, 10.0), ({"scenario": "vendor"}, 40.0)]
    >>> [(row.ratio, row.is_claim) for row in compared({"claimed_avoided": [({}, 40.0)],
    ...                                                 "avoided": real})]
    [(4.0, False), (1.0, True)]
    """
    for claimed, real in PAIRS:
        if claimed in outputs and real in outputs:
            pairs = ((labels, _at(labels, outputs[claimed]), own) for labels, own in outputs[real])
            return [
                Compared(labels, most, left)
                for labels, most, left in pairs
                if most is not None and left is not None
            ]
    return []


def _at(labels: Mapping[str, Any], cells: Means) -> float | None:
    """Return the mean of the cell with these labels, as far as it has any."""
    found = (mean for own, mean in cells if all(labels.get(dim) == own[dim] for dim in own))
    return next(found, None)


def ratio_line(rows: Iterable[Compared], digits: int = 2) -> str:
    """Return what is claimed over what is real in a line; nothing where nothing is claimed.

    Examples
    --------
    >>> ratio_line([Compared({"scenario": "base"}, 40.0, 5.0)])
    'Claimed over really avoided, mean over mean: 8.0 as written'
    """
    told = [f"{ratio_text(row, digits)} {_name(row)}" for row in rows if not row.is_claim]
    return f"Claimed over really avoided, mean over mean: {', '.join(told)}" if told else ""


def ratio_text(row: Compared, digits: int = 2) -> str:
    """Return a ratio with a few digits, or that nothing is avoided."""
    if row.ratio is None:
        return "nothing is avoided"
    return f"{row.ratio:#.{digits}g}".rstrip(".")


def _name(row: Compared) -> str:
    names = [str(label).replace("_", " ") for label in row.labels.values() if label != BASE]
    return ", ".join(names) or "as written"
