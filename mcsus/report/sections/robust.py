"""Robustness: what a claim's probability is where the laws of its inputs are wrong."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from mcsus.report.figures.base import Figure
from mcsus.report.figures.robustness import KINDS, extremes, input_words, robustness_figure
from mcsus.report.sections.base import Section, register
from mcsus.result.of_claims import documents
from mcsus.result.wording import capital, cell_name, label_name, listing, number, probability, words

Told = Mapping[str, Any]

_TABLED = 8
_TWO_DIGITS = 0.002  # error from which on a third digit of a probability says nothing


@register
class Robust(Section):
    """How wrong the assumptions may be before a claim falls."""

    name, order, title, link = "robust", 37, "How robust is it?", "Robustness"
    template = "robust.html.j2"

    @property
    def applies(self) -> bool:
        """Whether the claims were looked at under other laws."""
        return bool(self._told)

    @cached_property
    def _told(self) -> dict[str, Told]:
        """The JSON of the robustness of each claim of which any case is known."""
        tables = self.reading.claim_analyses.get("robustness", {})
        each = {
            claim: documents({"robustness": table.data})["robustness"]
            for claim, table in tables.items()
        }
        return {claim: told for claim, told in each.items() if "probability" in told}

    def make_figures(self) -> list[Figure]:
        """Return a figure for each claim."""
        return [
            robustness_figure(claim, self._statement(claim), told)
            for claim, told in self._told.items()
        ]

    def _sentences(self, claim: str, told: Told) -> list[str]:
        """Return what is said of a claim; of one that no draw moves, that alone."""
        if any(cell.value("varies") for cell in self.reading.claims[claim].cells):
            return list(sentences(told))
        p = probability(told["probability"]["value"])
        return [f"Its margin is one value in every draw, so that no law of an input moves P = {p}."]

    def _statement(self, claim: str) -> str:
        return str(self.reading.claims[claim].attrs["statement"])

    def context(self) -> dict[str, Any]:
        """Return the sentences on each claim, and the inputs that move it most."""
        return {
            "claims": [
                (self._statement(claim), self._sentences(claim, told), list(_moved(told)))
                for claim, told in self._told.items()
            ],
            "kinds": [KINDS[kind] for kind in ("mean_down", "mean_up", "wider")],
        }


def sentences(told: Told) -> Iterator[str]:
    """Yield what is said of a claim in its case that is least sure."""
    where = cell_name(told.get("labels", {}))
    at = f" ({where})" if where and where != "base" else ""
    p, asked = told["probability"]["value"], told["confidence"]
    chance = f"As written it holds with a probability of {probability(p)}{at}"
    yield f"{chance}. {_turning(told)}"
    alone = [row for row in told["one_input"] if row["breakdown_radius"] is not None]
    if alone and told["breakdown_radius"]["value"] is not None:
        first = min(alone, key=lambda row: row["breakdown_radius"])
        radius = number(first["breakdown_radius"])
        yield f"Of single inputs, {words(first['input'])} turns it soonest, at {radius}."
    elif told["breakdown_radius"]["value"] is not None:
        yield "No single input turns it, whatever its law within its range."
    if ends := extremes(told["families"]):
        low, high = ends
        shown = list(dict.fromkeys(probability(row["probability"]["value"]) for row in ends))
        which = (
            f" (lowest: {words(low['law'])} for {input_words(low)}; highest: "
            f"{words(high['law'])} for {input_words(high)})"
        )
        yield (
            f"With another family of the same mean and spread for one of the main inputs, the "
            f"probability is {' to '.join(shown)}{which if len(shown) > 1 else ''}."
        )
    yield from _chosen(told["choices"])
    if told["dependence"]["looked_at"]:
        yield _dependence(told["dependence"], asked)
    if "sharp" in told["dependence"] and 0 < p < 1:
        yield _sharp(told["dependence"]["sharp"])
    for row in told["scenarios"]:
        if row["low"]["scenario"] != row["high"]["scenario"]:
            yield _scenarios(row)


CHOICES = {
    "average_factor": "the average emission factor for {}",
    "marginal_factor": "the marginal emission factor for {}",
    "no_truncation": "no correction for truncation ({})",
    "whole_law": "the law of {} not cut off",
}
"""Choices of method that are tried in the place of an input, in the words of a reader."""


def choice_words(row: Told) -> str:
    """Return another choice of method in words."""
    if row["input"] is None:
        return f"scenario {words(row['choice'])}"
    return CHOICES[row["choice"]].format(words(row["input"]))


def _chosen(rows: Sequence[Told]) -> Iterator[str]:
    """Yield what the probability is by other choices of method."""
    each = [f"{probability(r['probability']['value'])} with {choice_words(r)}" for r in rows]
    if each:
        yield f"By other choices of method it is {listing(each)}."


def _turning(told: Told) -> str:
    """Return at which radius the verdict turns, in words."""
    p, asked = told["probability"]["value"], told["confidence"]
    radius = told["breakdown_radius"]["value"]
    if radius is None:
        beyond = told.get("breakdown_beyond")
        held = "against" if p > asked else "for"
        least = "is not known" if beyond is None else f"is beyond {number(beyond)}"
        return f"No draw speaks {held} it: the Kullback-Leibler radius at which it turns {least}."
    moved = number(told["breakdown_shift"], 2)
    turn = "fall below" if p >= asked else "come up to"
    return (
        f"It can {turn} the {asked:g} asked for where the laws of the inputs together are wrong by "
        f"a Kullback-Leibler divergence of {number(radius)}: as much as a shift of the mean of a "
        f"normal law by {moved} standard deviations."
    )


def _dependence(told: Told, asked: float) -> str:
    low, high = told["low"], told["high"]
    text = (
        f"With the main inputs correlated from -1 to 1 in pairs, and labels of one parameter up to "
        f"moving as one, it is {probability(low['value'])} to {probability(high['value'])}"
    )
    if low["inputs"]:
        text += f" (lowest: {input_words(low)} at {low['correlation']:g})"
    return f"{text}." if low["value"] < asked else f"{text}: above {asked:g} in all of them."


def _sharp(bounds: Told) -> str:
    low, high = (probability(bounds[end]) for end in ("low", "high"))
    return (
        f"The margin is a sum of two parts that share no input: whatever ties these, the "
        f"probability is between {low} and {high}, and no bounds are closer."
    )


def _scenarios(row: Told) -> str:
    low, high = row["low"], row["high"]
    where = cell_name(row["labels"])
    ends = [f"{probability(e['value'])} ({label_name(e['scenario'])})" for e in (low, high)]
    return f"Over the scenarios{f' of {where}' if where else ''} it is {' to '.join(ends)}."


def _rough(value: float, error: float) -> str:
    """Return a probability with no more digits than its error leaves."""
    shown = probability(value)
    return probability(value, 2) if error > _TWO_DIGITS else shown


def _moved(told: Told) -> Iterator[tuple[str, list[str]]]:
    """Yield the inputs whose law moves the probability most, with it under each change."""
    if told["probability"]["value"] in (0.0, 1.0):
        return
    each: dict[str, list[str]] = {}
    for row in told["perturbed"]:
        value, error = row["probability"]["value"], row["probability"]["error"]
        shown = _rough(value, error or 0.0) if value is not None else "too few draws"
        each.setdefault(row["input"], []).append(shown)
    for name, values in list(each.items())[:_TABLED]:
        yield capital(words(name)), values
