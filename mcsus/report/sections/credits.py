"""Credits: what a rule credits of a reduction, and how much of it is real."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from mcsus.report.figures.base import Figure, Row, by_cell, grouped, label_columns
from mcsus.report.figures.style import BLUE, INK, ORANGE, WIDTH, Sheet, line_axes
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.reading import ResultCell, ResultTable, quantile
from mcsus.result.wording import (
    MISSING,
    capital,
    cell_name,
    level_text,
    number,
    percent,
    plain,
    probability,
    quantity,
    span,
    unit_label,
    words,
)

RULES = {
    "trees": "TREES",
    "lower_bound": "lower bound",
    "steps": "steps by relative half width",
    "deduct_half_width": "half width beyond a limit deducted",
}
"""Crediting rules in the words of a reader."""

_ROW, _LEFT, _TOP, _MOST_ROWS = 26.0, 190.0, 30.0, 36
_MOST_SENTENCES = 12  # the table has the rest
_APART = 0.005  # of a probability: what is told of a rule that does not mean what it says
_ENDS = (0.05, 0.95)
_HOW = (
    "The bar holds the real reduction in 90 of 100 draws, its mean is the stroke; the dot is what "
    "is credited, a cross what was issued. What of the bar lies left of them is not covered."
)


@register
class Credits(Section):
    """What is credited, and whether it is real."""

    name, order, title, link = "credits", 32, "What is credited, and is it real?", "Credits"
    template = "credits.html.j2"

    @property
    def applies(self) -> bool:
        """Whether the study credits anything."""
        return bool(self.reading.credits)

    def make_figures(self) -> list[Figure]:
        """Return a figure for each credit."""
        return [credit_figure(table) for table in self.reading.credits.values()]

    def context(self) -> dict[str, Any]:
        """Return the sentences on each credit, and the words of its rule."""
        told = {}
        for name, table in self.reading.credits.items():
            every = [text for cell in table.cells for text in sentences(table, cell)]
            told[name] = [*every[:_MOST_SENTENCES], *_skewed(table, self.reading)]
        return {"told": told, "rules": RULES, "share": _share}


def _share(value: float | None) -> str:
    return MISSING if value is None else percent(value)


def sentences(table: ResultTable, cell: ResultCell) -> list[str]:
    """Return what a credit comes to in one cell, for readers."""
    credited = cell.value("credited")
    where = f"{capital(cell.name)}: " if cell.name else ""
    if credited is None:
        return [f"{where}the mean does not settle, so that the rule credits no amount."]
    short = probability(cell.value("probability_over_credited") or 0.0)
    over = cell.value("expected_over_credited")
    if credited <= 0:
        why = _nothing(cell)
        text = (
            f"{where}{why if where else capital(why)}; it is below 0 with a probability of {short}"
        )
        if over:
            text += f", on average by {quantity(number(over), table.unit)} over all draws"
    else:
        amount = quantity(number(credited), table.unit)
        text = f"{where}{amount} credited; less is real with a probability of {short}"
        text += _not_real(table, over, cell.value("over_credited_share"))
    if "covered_in_all" in cell.data and (covered := cell.value("covered_in_all")) is not None:
        every = f"; all of it is real in every {words(table.attrs['over'])}"
        text += f"{every} with a probability of {probability(covered)}"
    return [f"{text}.", *_issued(table, cell)]


def _nothing(cell: ResultCell) -> str:
    """Say why a rule credits nothing."""
    mean = cell.value("mean")
    if mean is None or mean > 0:
        return "the rule credits nothing, as it takes off as much as the mean reduction or more"
    return "the rule credits nothing, as the mean reduction is not above 0"


def _not_real(table: ResultTable, over: float | None, share: float | None) -> str:
    """Say how much of what is credited is not real, on average."""
    if over is None:
        return ""
    amount = quantity(number(over), table.unit)
    part = "" if share is None else f" ({percent(share)})"
    if share is not None and share > 1:  # more than all of it is not real: emissions rose
        return f"; what is real falls short of it by {amount}{part} on average: it may be below 0"
    return f", and on average {amount} of it is not real{part}"


def _skewed(table: ResultTable, reading: Reading) -> list[str]:
    """Say that a rule does not mean what it says under a normal law; where it credits, it may."""
    nominal, key = float(table.attrs["nominal"]), "probability_over_credited"
    found = [
        value
        for cell in table.cells
        if (cell.value("credited") or 0.0) > 0 and cell.value("varies")
        if (value := cell.value(key)) is not None
        if abs(value - nominal) > max(_APART, reading.student * (cell.value(f"{key}_error") or 0.0))
    ]
    if not nominal or table.attrs["buffer"] or not found:
        return []
    low, high = probability(min(found)), probability(max(found))
    rule = RULES[table.attrs["rule"]]
    text = f"{rule} means that less is real with {nominal:.2f}, as under a normal law. This law is"
    return [f"{text} not normal: here it is {low if low == high else f'{low} to {high}'}."]


def _issued(table: ResultTable, cell: ResultCell) -> list[str]:
    """Say how an amount that was issued compares with the real one."""
    if "factor_median" not in cell.data:
        return []
    median = cell.value("factor_median")
    low, high = (float(end) for end in cell.array("factor_interval"))
    level = level_text(float(table.attrs["factor_level"]))
    reach = span(low, high) if high < float("inf") else f"from {number(low)} on, without end"
    times = "without end" if median is None else f"{number(median)} times"
    amount = quantity(plain(float(table.attrs["issued"])), table.unit)
    issued = words(table.attrs["issued_quantity"]) or f"issued were {amount}"
    chance = probability(cell.value("probability_over_issued") or 0.0)
    text = f"{capital(issued)}: {times} the real amount (median; {level} {reach}), more than is "
    return [f"{text}real with a probability of {chance}."]


def credit_figure(table: ResultTable) -> Figure:
    """Return the real reduction of every cell, with what is credited of it."""
    caption = ""
    if len(table.cells) > _MOST_ROWS:
        caption = f"Drawn are {_MOST_ROWS} rows of {len(table.cells)}; all are in the file."
    title = f"{capital(words(table.name))}: {words(table.attrs['quantity'])} and what is credited"
    draw = partial(_draw, dims=table.dims)
    return Figure(f"credits_{table.name}", title, caption, _rows(table), draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str]) -> tuple[Sheet, str]:
    cells = [(labels, own[0]) for labels, own in by_cell(rows[:_MOST_ROWS], dims)]
    lines = grouped(dims, [labels for labels, _ in cells])
    height = _TOP + _ROW * len(lines) + 48
    sheet = Sheet(height)
    sheet.note(8, 16, "Real: 90 % (bar) and mean (stroke); credited (dot)")
    sheet.note(WIDTH - 30, height - 8, unit_label(rows[0]["unit"]), ends=True)
    ax = line_axes(sheet, lines, (_LEFT, _TOP, WIDTH - 30, _ROW))
    for line, (_, k) in enumerate(lines):
        if k is None:
            continue
        row = cells[k][1]
        ends = [row["quantile_0.05"], row["quantile_0.95"]]
        ax.plot(ends, [line] * 2, color=BLUE, linewidth=5, solid_capstyle="butt", alpha=0.6)
        for column, mark, tint in (("mean", "|", INK), ("credited", "o", ORANGE)):
            if row[column] is not None:
                ax.plot([row[column]], [line], marker=mark, markersize=9, color=tint)
        if row["issued"]:
            ax.plot([row["issued"]], [line], marker="x", markersize=9, color=INK)
    described = "; ".join(
        f"{cell_name(labels) or 'result'}: {number(row['credited'])} credited of {_mean(row)}"
        for labels, row in cells[:12]
    )
    return sheet, f"Credits of {words(rows[0]['credit'])}. {described}."


def _mean(row: Row) -> str:
    return f"a mean of {number(row['mean'])}"


def _rows(table: ResultTable) -> list[Row]:
    names = [
        str(name) for name in table.data.data_vars if list(table.data[name].dims) == table.dims
    ]
    names = [name for name in names if name not in ("varies", "quantile_curve")]
    rows: list[Row] = []
    for cell in table.cells:
        head = {"credit": table.name, **label_columns(cell.labels), "unit": table.unit}
        ends = {f"quantile_{p:g}": quantile(cell, p) for p in _ENDS}
        issued = float(table.attrs["issued"]) or None
        rows.append(head | ends | {name: cell.value(name) for name in names} | {"issued": issued})
    return rows
