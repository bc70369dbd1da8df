"""What drives the outputs of a table of draws, by several methods; of no page of a run."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from mcsus.analysis.base import methods
from mcsus.report.figures.base import Figure
from mcsus.report.figures.given import METHODS, given_figure, sure_places
from mcsus.report.sections.base import Section
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, count, listing, words

_SLOPES = "SRC"  # of a correlation: told where they tell of more inputs


class _Told(NamedTuple):
    """What a method says of the inputs of an output."""

    method: str
    measure: str
    inputs: list[str]
    cell: ResultCell

    def places(self) -> dict[str, int]:
        """Return the places of the inputs that can be told from chance."""
        found = zip(self.inputs, map(int, sure_places(self.cell, self.measure)), strict=True)
        return {name: place for name, place in found if place}


class GivenDrivers(Section):
    """Each output with what every method says of the inputs, and whether they agree."""

    name, order, title, link = "drivers", 40, "What drives the doubt?", "Drivers"
    template = "given.html.j2"

    def _told(self, output: str) -> list[_Told]:
        found = []
        for method, measure in self.reading.about["methods"].items():
            table = self.reading.analyses.get(method, {}).get(output)
            if table is not None:
                names = [str(name) for name in table.data["input"].values]
                found.append(_Told(method, measure, names, table.cells[0]))
        return found + list(_slopes(found))

    def make_figures(self) -> list[Figure]:
        """Return what all methods say of each output, side by side."""
        return [
            given_figure(name, {own.method: (own.measure, own.inputs, own.cell) for own in told})
            for name in self.reading.about["outputs"]
            if (told := self._told(name))
        ]

    def answer(self) -> list[str]:
        """Say of each output what comes first, and whether the methods agree."""
        return [
            " ".join([*_agreement(name, told), *_silence(told)])
            for name in self.reading.about["outputs"]
            if (told := self._told(name))
        ]

    def context(self) -> dict[str, Any]:
        """Return what each method asks."""
        known = methods()
        asked = [name for name in self.reading.about["methods"] if name in known]
        return {
            "asked": [
                (METHODS.get(name, words(name)), capital(known[name].words)) for name in asked
            ]
        }


class GivenRows(Section):
    """What the table is, and what is to be known of its rows."""

    name, order, title, link = "rows", 60, "What this rests on", "Rows"
    template = "given_rows.html.j2"


def _slopes(told: Sequence[_Told]) -> Iterator[_Told]:
    """Yield the coefficients of a line in all inputs, if these tell of more inputs than others."""
    heard = set[str]().union(*(own.places() for own in told))
    for own in told:
        if _SLOPES in own.cell.data:
            slopes = own._replace(method=_SLOPES, measure=_SLOPES)
            if slopes.places().keys() - heard:
                yield slopes


def _agreement(output: str, told: list[_Told]) -> list[str]:
    """Say which input comes first by which methods."""
    first: dict[tuple[str, ...], list[str]] = {}
    for own in told:
        leaders = tuple(name for name, place in own.places().items() if place == 1)
        if not leaders:
            continue
        first.setdefault(leaders, []).append(METHODS.get(own.method, words(own.method)))
    if not first:
        return []
    if len(first) == 1:
        (leaders,) = first
        how = (
            f"by all {len(told)} methods"
            if len(told) == len(first[leaders]) > 1
            else f"by {listing(first[leaders])}"
        )
        matter = "matters" if len(leaders) == 1 else "matter"
        return [f"{output}: {listing(leaders)} {matter} most, {how}."]
    parts = [f"{listing(names)} by {listing(by)}" for names, by in first.items()]
    return [
        f"{output}: methods do not agree on what matters most: {'; '.join(parts)}.",
        "They ask different things, which are told below.",
    ]


def _silence(told: list[_Told]) -> list[str]:
    """Name the inputs that no method tells from chance."""
    inputs = list(dict.fromkeys(name for own in told for name in own.inputs))
    heard = set[str]().union(*(own.places() for own in told))
    silent = [name for name in inputs if name not in heard]
    if not silent:
        return []
    named = listing(silent) if len(silent) <= 4 else count(len(silent), "input")
    return [f"No method tells {named} from chance."]
