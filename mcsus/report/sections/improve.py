"""Which data to improve: what becomes of the interval if the spread of some inputs is halved."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from mcsus.report.figures.base import Figure, Row, label_columns
from mcsus.report.figures.narrower import narrower_figure
from mcsus.report.sections.any_analysis import MOST_CELLS, inputs_of
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import source_row
from mcsus.result.reading import ResultCell, ResultTable, best_level
from mcsus.result.wording import capital, fixed, percent, quantity, span, unit_text, words

_MOST = 5  # groups of a kind in a table
_LEVEL = 0.95
_NUMBERS = ("ST", "halved_gain", "halved_gain_error")
_KINDS = {
    "evidence": "By evidence",
    "source": "By source",
    "stage": "By stage",
    "label": "By label",
    "": "Single inputs, or groups of the study",
}
_ON = {
    "assumed": "assumed numbers",
    "elicited": "the word of experts",
    "reported": "reported numbers",
    "measured": "measurements",
}


class _Narrower(NamedTuple):
    """The interval of an output, and where it would lie with the data of a group improved."""

    name: str
    evidence: str
    now: tuple[float, float]
    halved: tuple[float, float]
    known: tuple[float, float]
    total: float
    gain: float
    gain_error: float
    bound: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval would be narrower."""
        return self.gain > 0 and not self.gain <= self.bound * self.gain_error

    @property
    def width(self) -> float:
        """Width of the interval as it is."""
        return self.now[1] - self.now[0]

    @property
    def share(self) -> float:
        """Part of the interval that goes."""
        return self.gain / self.width


@register
class Improve(Section):
    """Intervals with the spread of groups of inputs halved."""

    name, order, title, link = "improve", 44, "Which data to improve?", "Better data"
    method = "improve"
    template = "improve.html.j2"

    @property
    def _tables(self) -> dict[str, dict[str, ResultTable]]:
        """Return what is said of each output, by grouping, in the order of the page."""
        found: dict[str, dict[str, ResultTable]] = {}
        for name, table in self.reading.analyses[self.method].items():
            output, _, by = name.partition("@")
            found.setdefault(output, {})[by] = table
        return {
            output: {by: own[by] for by in _KINDS if by in own} for output, own in found.items()
        }

    def _cells(self, output: str) -> list[ResultCell]:
        return self._tables[output][""].picked(MOST_CELLS)

    def _said(self, output: str, cell: ResultCell) -> dict[str, list[_Narrower]]:
        """Return what is said of a cell, by grouping, what gains most first."""
        found = {}
        for by, table in self._tables[output].items():
            own = next((c for c in table.cells if c.labels == cell.labels), None)
            if own is not None:
                found[by] = self._narrower(output, own)
        return found

    def _narrower(self, output: str, cell: ResultCell) -> list[_Narrower]:
        own = float(cell.data["low"]), float(cell.data["high"])
        now = self._interval(output, cell) or own
        arrays = {key: cell.array(key) for key in _NUMBERS}
        evidence = [str(text) for text in cell.data["evidence"].values]
        found, bound = [], self.reading.analysis_bound()
        for k, name in inputs_of(cell):
            halved, known = (
                (
                    now[0] + float(cell.array(f"{key}_low")[k]) - own[0],
                    now[1] + float(cell.array(f"{key}_high")[k]) - own[1],
                )
                for key in ("halved", "known")
            )
            numbers = (*(float(arrays[key][k]) for key in _NUMBERS), bound)
            found.append(_Narrower(name, evidence[k], now, halved, known, *numbers))
        return found

    def _interval(self, output: str, cell: ResultCell) -> tuple[float, float] | None:
        """Return the 95 % interval of the run, where it has one."""
        table = self.reading.outputs[output]
        shown = next((c for c in table.cells if c.labels == cell.labels), None)
        if shown is None:
            return None
        level, low, high = best_level(shown)
        return (low, high) if abs(level - _LEVEL) < 1e-9 else None

    def _kind(self, by: str, said: Sequence[_Narrower]) -> dict[str, Any]:
        """Return the first groups of a kind as rows."""
        rows = [_row(own, self._title(by, own.name)) for own in said[:_MOST]]
        return {"title": _KINDS[by], "rows": rows, "more": len(said) - len(rows)}

    def _title(self, by: str, name: str) -> str:
        """Return what a group is called: a source as it is cited elsewhere on the page."""
        short = self._sources.get(name) if by == "source" else None
        return short or capital(words(name))

    @cached_property
    def _sources(self) -> dict[str, str]:
        cells = (cell for item in self.reading.about["inputs"] for cell in item["cells"])
        return {own["id"]: source_row(own)["short"] for cell in cells for own in cell["sources"]}

    def make_figures(self) -> list[Figure]:
        """Return the intervals of each output."""
        made = []
        for output, tables in self._tables.items():
            whole, cells = tables[""], self._cells(output)
            if cells:
                rows = [
                    row
                    for cell in whole.cells
                    for by, said in self._said(output, cell).items()
                    for row in self._rows(output, cell, by or "input", said)
                ]
                made.append(narrower_figure(output, whole.dims, rows, whole.places(cells)))
        return made

    def _rows(self, output: str, cell: ResultCell, by: str, said: Sequence[_Narrower]) -> list[Row]:
        unit = self.reading.outputs[output].unit
        head = {"output": output, **label_columns(cell.labels), "unit": unit, "by": by}
        return [
            head
            | {"rank": place, "input": own.name, "evidence": own.evidence}
            | {"low": own.now[0], "high": own.now[1]}
            | {"halved_low": own.halved[0], "halved_high": own.halved[1]}
            | {"halved_gain": own.gain, "halved_gain_error": own.gain_error}
            | {"known_low": own.known[0], "known_high": own.known[1]}
            for place, own in enumerate(said, 1)
        ]

    def context(self) -> Mapping[str, Any]:
        """Return the cells that are looked at: what is said of each, and its rows."""
        told = []
        for output in self._tables:
            for cell in self._cells(output):
                said = self._said(output, cell)
                unit = self.reading.outputs[output].unit
                told.append(
                    {
                        "name": capital(words(output)),
                        "cell": cell.name,
                        "unit": unit_text(unit),
                        "texts": _texts(said, unit),
                        "kinds": [self._kind(by, own) for by, own in said.items()],
                    }
                )
        every = sum(len(own[""].cells) for own in self._tables.values())
        return {"told": told, "left_out": every - len(told)}


def _row(own: _Narrower, title: str) -> dict[str, str]:
    sure = math.isfinite(own.gain)
    return {
        "name": title,
        "evidence": own.evidence if own.evidence != own.name else "",
        "share": percent(max(own.total, 0.0)) if math.isfinite(own.total) else "",
        "halved": span(*own.halved) if sure else "no halves of rows of a table",
        "narrower": percent(own.share) if sure and own.is_sure else "hardly" if sure else "",
        "error": f"{fixed(100 * own.gain_error / own.width, 1)} %"
        if sure and own.gain_error > 0
        else "",
        "known": span(*own.known) if sure else "",
    }


def _texts(said: Mapping[str, Sequence[_Narrower]], unit: str) -> list[str]:
    """Say what halving the spread of the weakest evidence would do, and of which input first."""
    graded = {own.name: own for own in said.get("evidence", ())}
    inputs = [own for own in said.get("", ()) if math.isfinite(own.gain)]
    grades = {own.evidence for own in inputs}
    texts = []
    if not graded and len(grades) == 1 and grades <= _ON.keys():
        texts.append(f"All that is uncertain here rests on {_ON[grades.pop()]}.")
    weakest = [graded[grade] for grade in _ON if grade in graded][:1]
    best = [own for own in graded.values() if own.name in _ON and own not in weakest][:1]
    more = [own for own in best if own.is_sure and own.gain > weakest[0].gain]
    texts += [_sentence(f"what rests on {_ON[own.name]}", own, unit) for own in (*weakest, *more)]
    if inputs:
        texts.append(_sentence(f"the {words(inputs[0].name)} alone", inputs[0], unit))
    assumed = next((own for own in inputs if own.evidence.startswith("assumed")), None)
    if assumed is None or not assumed.is_sure or len(grades) == 1:
        return texts
    first = f"The assumption to replace by a measurement first is the {words(assumed.name)}"
    alone = f"halving its spread alone would leave {quantity(span(*assumed.halved), unit)}"
    return [*texts, f"{first}." if assumed is inputs[0] else f"{first}: {alone}."]


def _sentence(what: str, own: _Narrower, unit: str) -> str:
    if not own.is_sure:
        return f"Halving the spread of {what} would hardly narrow the 95 % interval."
    before, after = (quantity(span(*ends), unit) for ends in (own.now, own.halved))
    return (
        f"Halving the spread of {what} would narrow the 95 % interval by {percent(own.share)}, "
        f"from {before} to {after}."
    )
