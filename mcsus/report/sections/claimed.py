"""How much is claimed to be avoided for what really is."""

from typing import Any

from mcsus.report.reading import Reading, ResultCell, ResultTable
from mcsus.report.sections.base import Section, register
from mcsus.report.wording import cell_name, number
from mcsus.vocabulary import SCENARIO

_PAIRS = (("programme_claimed", "programme_avoided"), ("claimed_avoided", "avoided"))
"""Outputs of the models of avoided emissions: what is claimed, and what is left of it."""

_WORDS = "Claimed (as written) over real (as each scenario counts), mean over mean"
_SAME = 1e-9


@register
class ClaimedOverReal(Section):
    """A sentence at the head of the page: what is claimed over what is real, by scenario."""

    name, order = "claimed", 31
    summary = "{% if text %}<p>{{ text | tidy }}</p>{% endif %}"

    def context(self) -> dict[str, Any]:
        """Return the sentence."""
        return {"text": claimed_over_real(self.reading)}


def claimed_over_real(reading: Reading) -> str:
    """Return the mean that is claimed over the mean that is left; empty where both are one.

    The claim is that of the study as written, also where a scenario changes what it is made of.
    """
    for claimed, real in _PAIRS:
        if claimed in reading.outputs and real in reading.outputs:
            claim = reading.outputs[claimed]
            told = [_ratio(claim, cell) for cell in reading.outputs[real].cells]
            if any(told):
                return f"{_WORDS}: {'; '.join(filter(None, told))}."
    return ""


def _ratio(claim: ResultTable, cell: ResultCell) -> str:
    """Return how often the claim holds what a cell avoids; empty where it is all of it."""
    own = {dim: label for dim, label in cell.labels.items() if dim != SCENARIO}
    other = next((c for c in claim.base if _is_of(c, own)), None)
    most, left = other.value("mean") if other else None, cell.value("mean")
    if most is None or left is None or abs(most - left) <= _SAME * abs(most):
        return ""
    name = "as written" if cell.is_base and not own else cell_name(dict(cell.labels)).lower()
    return f"{name} {number(most / left, 2) if left > 0 else 'nothing is avoided'}"


def _is_of(cell: ResultCell, labels: dict[str, Any]) -> bool:
    """Tell whether a cell has these labels, as far as it has any."""
    return all(labels.get(dim) == own for dim, own in cell.labels.items() if dim != SCENARIO)
