"""Which inputs decide whether the claims hold: Sobol' indices of the indicator of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mcsus.report.figures.base import Figure
from mcsus.report.figures.second_order import has_pairs, second_order_figure
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.drivers import driver_figure, inputs_in_words
from mcsus.result.ranking import TINY, Ranking
from mcsus.result.reading import ResultCell
from mcsus.result.wording import listing, percent, the, verb, words

_NOTABLE = 0.05  # total-order index from which an input is named
_NAMED = 3
_ALONE = 0.25  # sum of first orders below which inputs decide together
_HOW = (
    "Sobol\u2019 indices of whether the claim holds, draw by draw. Total order: how often yes "
    "turns into no, or no into yes, if this input alone is drawn anew, next to how often it does "
    "if all are. First order: the share of the variance of yes or no that would go if this input "
    "alone were known."
)
_WHISKERS = " Whiskers are 95 % bounds of the numerical error."


@register
class Decides(Section):
    """Indices of whether a claim holds."""

    name, order, link = "decides", 35, "What decides"
    title = "Which inputs decide whether the claim holds?"
    method = "claim"
    template = "decides.html.j2"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.tables = reading.analyses.get(self.method, {})
        every = {name: Ranking.of(table) for name, table in self.tables.items()}
        self.rankings = {name: own for name, own in every.items() if own.cells and own.names}
        if len(reading.claims) > 1:
            self.title = "Which inputs decide whether the claims hold?"

    @property
    def applies(self) -> bool:
        """Whether claims were analysed so."""
        return bool(self.tables)

    def make_figures(self) -> list[Figure]:
        """Return the indices of each claim, and those of pairs of inputs where asked for."""
        t = self.reading.analysis_bound()
        how = _HOW + (_WHISKERS if np.isfinite(t) else "")
        made = []
        for name, ranking in self.rankings.items():
            figure = driver_figure(self.tables[name], ranking, t)
            place, title = f"decides_{name}".replace("@", "_by_"), self._statement(name)
            made.append(replace(figure, name=place, title=title, how=how))
        return made + self._pairs()

    def _pairs(self) -> list[Figure]:
        """Return the indices of pairs of inputs, where they were asked for."""
        return [
            replace(
                second_order_figure(table, own, self.reading.analysis_bound()),
                name=f"pairs_of_{name}",
                title=f"{self._statement(name)}: pairs of inputs",
            )
            for name, own in self.rankings.items()
            if has_pairs(table := self.tables[name])
        ]

    def context(self) -> dict[str, Any]:
        """Return what is said of each claim, and its figures with their rankings."""
        count = len(self.rankings)
        drawn = zip(self.figures[:count], self.rankings.values(), strict=True)
        return {
            "texts": [text for name in self.tables if (text := self._told(name))],
            "drawn": [(figure, own, [], _tiny(own)) for figure, own in drawn],
            "pairs": self.figures[count:],
        }

    def _statement(self, name: str) -> str:
        claim, _, by = name.partition("@")
        statement = str(self.reading.claims[claim].attrs["statement"])
        return f"{statement}, by {words(by)}" if by else statement

    def _told(self, name: str) -> str:
        """Say which inputs decide a claim, and whether they do by themselves."""
        statement = self._statement(name)
        if name not in self.rankings:
            cells = self.reading.claims[name.partition("@")[0]].base
            if all(float(cell.data["probability"]) in {0.0, 1.0} for cell in cells):
                return f"{statement}: it is the same in every draw, so that no input decides."
            return (
                f"{statement}: draws in which it is not as in nearly all are too few to tell which "
                "input decides."
            )
        ranking = self.rankings[name]
        named = [own for own in ranking.names if ranking.range(own)[1] >= _NOTABLE][:_NAMED]
        lead, *others = named or ranking.names[:1]
        decides = verb(words(lead), "decides", "decide")
        text = (
            f"{statement}: {the(lead)} {decides} most. Drawn anew alone, it turns the answer "
            f"{_share(ranking, lead)} as often as all inputs together do"
        )
        if others:
            then = [f"{the(own)} {_share(ranking, own)}" for own in others]
            text += f"; {listing(then)}"
        return f"{text}. {_together(ranking.cells)}"


def _share(ranking: Ranking, name: str) -> str:
    """Return the total order of an input over the cells that are looked at."""
    low, high = (percent(min(max(own, 0.0), 1.0)) for own in ranking.range(name))
    return high if low == high else f"{low} to {high}"


def _together(cells: Sequence[ResultCell]) -> str:
    """Say how much of it inputs decide each by itself."""
    alone = [float(cell.array("S1").sum()) for cell in cells]
    if len(cells[0].array("S1")) < 2:
        return ""
    least, most = (percent(min(max(own, 0.0), 1.0)) for own in (min(alone), max(alone)))
    share = least if least == most else f"{least} to {most}"
    if max(alone) < _ALONE:
        return (
            f"Hardly any decides by itself: known one at a time, inputs explain {share} of whether "
            "it holds; it is their interplay that decides."
        )
    rest = "" if min(alone) > 1 - TINY else "; the rest is their interplay"
    return f"Known one at a time, inputs explain {share} of whether it holds{rest}."


def _tiny(ranking: Ranking) -> str:
    """Name the inputs that hardly ever decide; empty if there are none."""
    if not ranking.tiny:
        return ""
    names = listing(inputs_in_words(ranking.tiny))
    return f"Total order below 1 %, so that they hardly ever decide: {names}."
