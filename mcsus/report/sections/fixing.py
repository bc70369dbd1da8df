"""Which inputs are enough: what an output keeps if only the first of them vary."""

from __future__ import annotations

from typing import Any

from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, listing, number, percent, span, words

_FURTHER = 3  # inputs that are shown beyond those that are enough
_NAMED = 6


@register
class Fixing(Section):
    """Variance, interval and claims that the first inputs keep."""

    name, order, title, link = "fixing", 44, "Which inputs could be fixed?", "Fixing"
    method = "fixing"
    template = "fixing.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the cells that are looked at, each with what is said of it and its rows."""
        analysed = self.reading.analyses[self.method]
        tables = [
            {
                "name": capital(words(output)),
                "cell": cell.name,
                "unit": self.reading.outputs[output].unit,
                "told": _told(cell),
                "rows": _rows(cell),
            }
            for name, table in analysed.items()
            for output in [name.partition("@")[0]]
            for cell in table.picked(MOST_CELLS)
        ]
        left_out = sum(len(table.cells) for table in analysed.values()) - len(tables)
        return {"tables": tables, "left_out": left_out}


def _enough(cell: ResultCell) -> int:
    return int(cell.data["enough"])


def _told(cell: ResultCell) -> str:
    """Say which inputs keep 95 % of the variance, and of how many."""
    inputs, enough = inputs_of(cell), _enough(cell)
    kept = percent(float(cell.array("variance_kept")[inputs[enough - 1][0]]))
    if enough == len(inputs):
        return f"No input could be fixed without losing 5 % of the variance: all {enough} matter"
    names = [words(name) for _, name in inputs[:enough][:_NAMED]]
    names += [f"{enough - _NAMED} more"] if enough > _NAMED else []
    return (
        f"{enough} of {len(inputs)} inputs, {listing(names)}, keep {kept} of the variance if "
        "all others are typical"
    )


def _rows(cell: ResultCell) -> list[dict[str, str]]:
    """Return a row for each of the inputs that are enough, a few more, and all."""
    inputs, let_vary = inputs_of(cell), cell.array("let_vary")
    shown = [own for own in inputs if let_vary[own[0]] < len(inputs)][: _enough(cell) + _FURTHER]
    shown += [inputs[-1]]
    arrays = {key: cell.array(key) for key in ("variance_kept", "low", "high", "mean")}
    change = cell.array("claim_change") if "claim_change" in cell.data else None
    return [
        {
            "input": "All" if k == inputs[-1][0] and len(inputs) > 1 else capital(words(name)),
            "kept": percent(float(arrays["variance_kept"][k])),
            "mean": number(float(arrays["mean"][k])),
            "interval": span(float(arrays["low"][k]), float(arrays["high"][k])),
            "change": "" if change is None else f"{change[k]:+.3f}".replace("-", "\u2212"),
        }
        for k, name in shown
    ]
