"""First-order propagation (IPCC Approach 1) beside Monte Carlo."""

from typing import Any

import numpy as np

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell
from mcsus.result.wording import UNSETTLED, capital, number, percent, span


@register
class FirstOrder(Section):
    """What the simple method would have said."""

    name, order, within = "first_order", 51, "numerics"
    template = "first_order.html.j2"

    def context(self) -> dict[str, Any]:
        """Return a row on each cell that varies, and what the difference means."""
        return {"rows": _table_rows(self.reading), "note": first_order_note(self.reading)}


def _table_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return the first-order interval beside that of Monte Carlo for each cell that varies."""
    rows: list[dict[str, Any]] = []
    for table in reading.outputs.values():
        varying = [cell for cell in table.cells if cell.varies]
        for cell in varying:
            level, low, high = _interval(cell)
            rough = cell.array("first_order_interval")
            width = float(rough[1] - rough[0])
            rows.append(
                {
                    "output": table if cell is varying[0] else None,
                    "span": str(len(varying)),
                    "cell": capital(cell.name),
                    "first_value": number(cell.value("first_order")),
                    "first_interval": span(*rough),
                    "mean": _mean(cell),
                    "interval": span(low, high),
                    "level": f"{100 * level:g} %",
                    "ratio": number(width / (high - low), 2) if high > low else "",
                }
            )
    return rows


def _mean(cell: ResultCell) -> str:
    if cell.never:
        return f"never: {percent(cell.never)}"
    return number(cell.value("mean")) if cell.has_mean else UNSETTLED


def first_order_note(reading: Reading) -> str:
    """Say what the difference between first-order propagation and Monte Carlo means here."""
    cells = [
        cell
        for table in reading.outputs.values()
        for cell in table.base
        if cell.varies and np.isfinite(cell.array("first_order_interval")).all()
    ]
    if not cells:
        return "Nothing varies, so the two agree."
    impossible = sum(
        bool(cell.array("first_order_interval")[0] < 0 <= cell.array("quantile_curve")[0])
        for cell in cells
    )
    if not impossible and max(map(_gap, cells)) <= 0.1:
        return (
            "The ends of the two intervals differ by less than a tenth of their width in every "
            "case: the model is nearly straight over the range of its inputs, and the simple "
            "method would have done."
        )
    if impossible:
        consequence = (
            f"in {impossible} of {len(cells)} cases its interval reaches below zero, which "
            "(nearly) no draw does, so that the Monte Carlo interval, which follows the skew, is "
            "the one to use."
        )
    else:
        consequence = (
            "an end that differs by more than a tenth of the width shows that skew or curvature "
            "matters there, and that the Monte Carlo interval is the one to use."
        )
    return (
        "First-order propagation assumes a nearly straight model and a symmetric result; "
        f"{consequence}"
    )


def _interval(cell: ResultCell) -> tuple[float, float, float]:
    """Return level, low and high of the symmetric interval that is nearest to 95 %."""
    levels = cell.array("level")
    k = int(np.argmin(np.abs(levels - 0.95)))
    low, high = cell.array("symmetric")[k]
    return float(levels[k]), float(low), float(high)


def _gap(cell: ResultCell) -> float:
    """Return the largest distance between ends of the intervals, as a share of the width."""
    _, low, high = _interval(cell)
    if not low < high:  # all but a few draws have one value: no interval to compare with
        return float("inf")
    rough = cell.array("first_order_interval")
    return float(max(abs(rough[0] - low), abs(rough[1] - high)) / (high - low))
