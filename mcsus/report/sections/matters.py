"""Which inputs matter, in one place: ranking, whether it is settled, methods, evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from mcsus.report.advice import advice
from mcsus.report.figures.base import Figure
from mcsus.report.figures.places import places_figure
from mcsus.report.lenses import LEFT_OUT, Seen, exact, seen
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import source_row
from mcsus.report.sections.settled import is_told, settled
from mcsus.result.answer import is_of_ranks
from mcsus.result.ranking import TINY, Ranking, leading
from mcsus.result.reading import ResultCell, ResultTable, best_level
from mcsus.result.wording import (
    capital,
    count,
    listing,
    percent,
    probability,
    quantity,
    shortened,
    span,
    the,
    unit_text,
    words,
)

_MOST = 8  # inputs in the table
_FRONT = 3  # places that methods are to agree on
_HIGHEST = 1 - 1e-9  # probability that is told: no place is certain
_UNKNOWN = "Whether the ranking is settled is not known: one replicate tells no error."
_LEVEL = 0.95
_KNOWN_ENDS = ("low_position", "high_position")
_WEAKEST = ("assumed", "elicited", "reported", "measured")
_ON = {
    "assumed": "an assumption:",
    "elicited": "what experts say:",
    "reported": "what is reported:",
    "measured": "measurements:",
}


class _Known(NamedTuple):
    """The interval of an output, and where it lies if an input is at its median."""

    low: float
    high: float
    known_low: float
    known_high: float
    is_sure: bool

    @property
    def narrowed(self) -> float:
        """Part of the interval that goes."""
        return 1 - (self.known_high - self.known_low) / (self.high - self.low)

    @property
    def text(self) -> str:
        """The interval, where it is told apart from what it is without."""
        return span(self.known_low, self.known_high) if self.is_sure else "hardly another"


@register
class Matters(Section):
    """The ranking of the inputs of the output that the answer is about."""

    name, order, title, link = "matters", 39, "Which inputs matter?", "What matters"
    template = "matters.html.j2"

    @property
    def applies(self) -> bool:
        """Whether several inputs of that output are ranked."""
        ranking = self._ranking
        return ranking is not None and bool(ranking.cells) and len(ranking.names) > 1

    @property
    def _output(self) -> ResultTable:
        return self.reading.explained

    @property
    def _ranking(self) -> Ranking | None:
        table = leading(self.reading).get(self._output.name)
        return None if table is None else Ranking.of(table)

    def _seen(self, ranking: Ranking) -> list[tuple[ResultCell, list[Seen]]]:
        output = self._output.name
        return [(cell, seen(self.reading, output, cell, ranking.names)) for cell in ranking.cells]

    def make_figures(self) -> list[Figure]:
        """Return the places by each method."""
        ranking = self._ranking
        if ranking is None:
            return []
        dims = leading(self.reading)[self._output.name].dims
        figure = places_figure(self._output.name, self._seen(ranking), dims, ranking.names)
        left = [text for method, text in LEFT_OUT.items() if method in self.reading.analyses]
        if not left:
            return [figure]
        caption = f"{figure.caption} Left out are {'; '.join(left)}.".strip()
        return [replace(figure, caption=caption)]

    def context(self) -> Mapping[str, Any]:
        """Return each cell that is looked at: what is said of it, and its rows."""
        ranking = self._ranking
        if ranking is None:
            return {}
        told = [
            {
                "name": capital(cell.name),
                "texts": [
                    f"The ranking is {settled(cell)}." if is_told(cell) else _UNKNOWN,
                    *self._agreement(cell, found),
                    self._evidence(ranking, cell),
                    self._knowing(ranking, cell),
                ],
                "rows": self._rows(ranking, cell),
            }
            for cell, found in self._seen(ranking)
        ]
        index = "Total order" if ranking.key == "ST" else "Shapley effect"
        unit = unit_text(self._output.unit)
        return {"told": told, "output": self._output, "index": index, "unit": unit}

    def _agreement(self, cell: ResultCell, found: Sequence[Seen]) -> list[str]:
        """Say whether the methods agree, and if not what to do about it."""
        if len(found) < 2:
            return []
        what_to_do = f"What to do: {advice(self.reading, self._output, cell, found)}"
        common = set.intersection(*(own.contenders for own in found))
        if not common:
            parts = listing(_first_by(found))
            return [f"The methods do not agree on what comes first: {parts}.", what_to_do]
        first = min(common, key=lambda name: (sum(own.places[name].place for own in found), name))
        every = "Both ways" if len(found) == 2 else f"All {count(len(found), 'way')}"
        text = f"{every} of asking put {the(first)} first"
        if any(own.first != first for own in found):
            text += ", as far as their errors tell"
        fronts = [own.leading(_FRONT) for own in found if len(own.places) >= _FRONT]
        if any(front != fronts[0] for front in fronts):
            return [f"{text}; further down they differ.", what_to_do]
        same = f", and the same {count(_FRONT, 'input')} in front" if fronts else ""
        return [f"{text}{same}: how it is asked makes no difference."]

    def _rows(self, ranking: Ranking, cell: ResultCell) -> list[dict[str, Any]]:
        rows = []
        order = _order(ranking, cell)
        ranks = [ranking.index(cell, name, "rank") for name in order]
        for place, name in enumerate(order[:_MOST]):
            known = self._known(name, cell)
            last = place + 1 == len(order) or not is_told(cell)
            before = 1.0 if last else ranking.index(cell, name, "before_next")
            rows.append(
                {
                    "input": capital(words(name)),
                    "index": ranking.index(cell, name, ranking.key),
                    "error": ranking.index(cell, name, f"{ranking.key}_error"),
                    "before": "" if last else _before(before, ranks[place : place + 2]),
                    "evidence": listing(self._grades(name)),
                    "sources": self._sources(name),
                    "known": "" if known is None else known.text,
                }
            )
        return rows

    def _grades(self, name: str) -> list[str]:
        """Return the grades of the evidence of an input that varies, the weakest first."""
        cells = [
            cell
            for member in self.reading.members(name)
            for cell in self.reading.inputs.get(member, {}).get("cells", [])
            if cell["law"]["distribution"] != "constant"
        ]
        known = {cell["evidence"] for cell in cells}
        return sorted(known, key=lambda own: (_WEAKEST.index(own) if own in _WEAKEST else -1, own))

    def _sources(self, name: str) -> list[dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for member in self.reading.members(name):
            for cell in self.reading.inputs.get(member, {}).get("cells", []):
                if cell["law"]["distribution"] != "constant":
                    for source in map(source_row, cell["sources"]):
                        found.setdefault(source["full"], source)
        return list(found.values())[:2]

    def _evidence(self, ranking: Ranking, cell: ResultCell) -> str:
        order = [n for n in _order(ranking, cell) if ranking.index(cell, n, ranking.key) >= TINY]
        graded: dict[str, list[str]] = {}
        for name in order[:_FRONT]:
            for grade in self._grades(name)[:1]:
                graded.setdefault(grade, []).append(the(name))
        texts = [f"on {_ON.get(grade, words(grade))} {listing(n)}" for grade, n in graded.items()]
        return f"What matters most rests {'; '.join(texts)}." if texts else ""

    def _known(self, name: str, cell: ResultCell) -> _Known | None:
        """Return the interval if an input were at its median, where that was asked for."""
        table = self.reading.analyses.get("known", {}).get(self._output.name)
        if table is None or is_of_ranks(table):
            return None
        own = next((c for c in table.cells if c.labels == cell.labels), None)
        shown = next((c for c in self._output.cells if c.labels == cell.labels), None)
        if own is None or shown is None:
            return None
        place = exact(map(str, own.data["input"].values), name, self.reading.members(name))
        level, low, high = best_level(shown)
        if place is None or abs(level - _LEVEL) > 1e-9:
            return None
        one, other = (low + float(own.array(k)[place]) * (high - low) for k in _KNOWN_ENDS)
        narrowed, error = (float(own.array(k)[place]) for k in ("narrowed", "narrowed_error"))
        is_sure = not abs(narrowed) <= self.reading.analysis_bound() * error
        known = _Known(low, high, one, other, is_sure)
        return known if all(map(math.isfinite, known)) and high > low else None

    def _knowing(self, ranking: Ranking, cell: ResultCell) -> str:
        first = _order(ranking, cell)[0]
        known = self._known(first, cell)
        if known is None:
            return ""
        if not known.is_sure or known.narrowed <= 0:
            return f"Knowing {the(first)} would hardly narrow the 95 % interval."
        unit = self._output.unit
        before, after = (
            quantity(span(*ends), unit)
            for ends in ((known.low, known.high), (known.known_low, known.known_high))
        )
        return (
            f"If {the(first)} were known, and at its median, the 95 % interval would narrow "
            f"by {percent(known.narrowed)}: from {before} to {after}."
        )


def _first_by(found: Sequence[Seen]) -> list[str]:
    """Return the inputs that come first, with the methods by which they do."""
    by_first: dict[str, list[str]] = {}
    for own in found:
        by_first.setdefault(own.first, []).append(own.lens.told)
    return [f"{the(name)} by {shortened(told)}" for name, told in by_first.items()]


def _before(chance: float, ranks: Sequence[float]) -> str:
    """Say how probably an input matters more than the next one, which may share its place."""
    if len(set(ranks)) < len(ranks):
        return "the same"
    return "" if math.isnan(chance) else probability(min(chance, _HIGHEST))


def _order(ranking: Ranking, cell: ResultCell) -> list[str]:
    """Return the inputs by their index in one cell."""
    return sorted(ranking.names, key=lambda name: -ranking.index(cell, name, ranking.key))
