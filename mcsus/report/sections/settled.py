"""Whether the order of the drivers is settled, or more draws could change it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.result.lines import SETTLED
from mcsus.result.ranking import METHOD
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, probability, words

_LOOKED_AT = 5  # inputs at the head of a ranking


@register
class Settled(Section):
    """How probably the first inputs are in the right order."""

    name, order, within = "settled", 40, "drivers"
    method = METHOD
    template = (
        "{% if lines %}<h3>Is the ranking settled?</h3>"
        "<ul>{% for line in lines %}<li>{{ line }}.</li>{% endfor %}</ul>{% endif %}"
    )

    def context(self) -> dict[str, list[str]]:
        """Return a line for each case; those of the output of the answer stand in one place."""
        return {
            "lines": [
                f"{capital(words(name))}{f', {cell.name}' if cell.name else ''}: {settled(cell)}"
                for name, table in self.reading.analyses[self.method].items()
                if "@" not in name and name != self.reading.explained.name
                for cell in table.picked(MOST_CELLS)
                if is_told(cell)
            ]
        }


def is_told(cell: ResultCell) -> bool:
    """Tell whether it is known how probably the inputs of a cell are in the right order."""
    return "first_three" in cell.data and len(inputs_of(cell)) > 1


def settled(cell: ResultCell) -> str:
    """Say whether the first three inputs are in the right order, and else which are not told."""
    inputs, chance = inputs_of(cell), float(cell.data["first_three"])
    before = cell.array("before_next")
    count = min(3, len(inputs))
    told = f"the first {count} inputs are in the right order with a probability of at least"
    if chance > SETTLED:
        return f"settled; {told} {np.floor(100 * chance) / 100:.2f}"
    pairs = [
        f"{words(one)} before {words(two)} ({probability(before[k], 2)})"
        for (k, one), (_, two) in pairwise(inputs[: _LOOKED_AT + 1])
        if before[k] <= SETTLED
    ]
    open_ = f"; open is {', '.join(pairs)}" if pairs else ""
    return f"not settled; {told} {chance:.2f}{open_}"
