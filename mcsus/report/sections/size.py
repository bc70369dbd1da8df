"""How large, and how sure: densities, intervals or bands, and the sentence to quote."""

from collections.abc import Sequence
from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.ranges import fan_figure, interval_figure
from mcsus.report.reading import Reading, ResultCell, ResultTable, best_level
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.claimed import claim_and_evidence
from mcsus.report.sections.inputs import source_row
from mcsus.report.wording import (
    capital,
    count,
    label_name,
    level_text,
    listing,
    number,
    percent,
    plain,
    quantity,
    span,
    the,
    verb,
    words,
)
from mcsus.vocabulary import BASE

_DENSITY_CELLS = 6
_SKEWED = 0.1  # distance of mean and median, over the mean, from which both are told
_LITTLE = 0.005  # change along a dim, over the larger end, that is not worth telling
_KINDS = {"mean": "on average.", "median": "by the median; there is no mean that settles."}
_UNSETTLED = "The mean does not settle: a few draws decide it, however many there are."
_SPOKEN = 6  # cells that a sentence can hold


@register
class Size(Section):
    """The outputs that are featured, beside products that people own."""

    name, order, title, link = "size", 10, "How large, and how sure?", "How large"
    template = "size.html.j2"

    def make_figures(self) -> list[Figure]:
        """Return densities, bands along years, or intervals, as the cells ask for."""
        figures = []
        for table in self.reading.featured:
            if table.axis_dim is not None:
                figures.append(fan_figure(table, table.axis_dim))
                continue
            figures.append(density_figure(table, self.reading.references.get(table.name, ())))
            if len(table.cells) > _DENSITY_CELLS:
                figures.append(interval_figure(table))
        return figures

    def answer(self) -> list[str]:
        """Say how large the headline output is and how sure we are, beside what is claimed."""
        return [claim_and_evidence(self.reading) or size(self.reading)]

    def context(self) -> dict[str, Any]:
        """Return the products to compare with, with their figures and sources as text."""
        references = [
            {
                "title": entry["title"],
                "text": quantity(plain(float(entry["value"])), self.reading.outputs[name].unit),
                "sources": [source_row(source) for source in entry["sources"]],
            }
            for name, entries in self.reading.references.items()
            for entry in entries
        ]
        return {"references": references}


def size(reading: Reading) -> str:
    """Say how large the headline output is and how sure we are."""
    table = reading.headline
    unit_of = reading.study.get("functional_unit") or ""
    start = f"For {unit_of}, {the(table.name)}" if unit_of else capital(the(table.name))
    if not any(cell.varies for cell in table.base):
        return f"{start} {_constant(table)}"
    if table.axis_dim is not None:
        return f"{start} {_course(table)}"
    return f"{start} {_values(table)}"


def _constant(table: ResultTable) -> str:
    shown = table.base[:_SPOKEN]
    told = _with_names(shown, [quantity(number(c.value("mean")), table.unit) for c in shown])
    noun = words(table.name)
    return f"{verb(noun)} {told} in every draw: none of the inputs that vary changes it."


def _values(table: ResultTable) -> str:
    """Return means and intervals of the base cells, the first one in full."""
    shown = table.base[:_SPOKEN]
    texts = []
    for k, cell in enumerate(shown):
        level, low, high = best_level(cell)
        middle = number(cell.value(table.middle))
        if not cell.varies:
            texts.append(f"{quantity(middle, table.unit)} (does not vary)")
        elif k == 0:
            inside = f"{level_text(level)} interval: {span(low, high)}{_skew(cell, shown)}"
            if table.middle == "mean" and "mean_bounds" in cell.data:
                ends = span(*cell.array("mean_bounds"))
                inside += f"; half way in what is not known better, which allows {ends} on average"
            texts.append(f"{quantity(middle, table.unit)} ({inside})")
        else:
            texts.append(f"{middle} ({span(low, high)})")
    rest = len(table.base) - len(shown)
    are = "is" if rest == 1 else "are"
    more = f"; {count(rest, 'more case')} {are} in the tables" if rest else ""
    told = f"{_with_names(shown, texts)}{more}"
    noun = words(table.name)
    if table.middle == "mean":
        return f"{verb(noun)} on average {told}."
    if any(cell.never for cell in table.base):
        return f"{verb(noun)} never{_never(shown)}; the median of the others is {told}."
    return f"{verb(noun, 'has', 'have')} a median of {told}. {_UNSETTLED}"


def _never(shown: Sequence[ResultCell]) -> str:
    """Return how often each cell is never."""
    return f" in {_with_names(shown, [percent(cell.never) for cell in shown])} of the draws"


def _skew(cell: ResultCell, shown: Sequence[ResultCell]) -> str:
    """Return the median where it is far from the mean and there is room to say so."""
    mean, median = cell.value("mean"), cell.value("median") or 0.0
    if mean is None or len(shown) > 1 or abs(mean - median) <= _SKEWED * abs(mean):
        return ""
    return f"; median: {number(median)}"


def _with_names(shown: Sequence[ResultCell], texts: Sequence[str]) -> str:
    names = [f" for {cell.name}" if cell.name not in ("", BASE) else "" for cell in shown]
    return listing([text + name for text, name in zip(texts, names, strict=True)])


def _course(table: ResultTable) -> str:
    """Return how an output goes along a numeric dim, for the first of the other labels."""
    dim = str(table.axis_dim)
    name, cells = next(line for line in table.lines() if line[1][0] is table.base[0])
    first, last = cells[0], cells[-1]
    level, low, high = best_level(first)
    _, low_last, high_last = best_level(last)
    begin, end = first.value(table.middle) or 0.0, last.value(table.middle) or 0.0
    noun = words(table.name)
    change = verb(noun, "changes little", "change little")
    if abs(end - begin) > _LITTLE * max(abs(begin), abs(end)):
        change = f"{verb(noun, 'goes', 'go')} {'up' if end > begin else 'down'}"
    who = "" if name in ("", BASE) else f" ({name})"
    then, now = label_name(first.labels[dim]), label_name(last.labels[dim])
    return (
        f"{change}{who} from {quantity(number(begin), table.unit)} in {then} "
        f"({level_text(level)} interval: {span(low, high)}) to {number(end)} in "
        f"{now} ({span(low_last, high_last)}), {_KINDS[table.middle]}"
    )
