"""What stands below the tables of a summary: sentences of one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mcsus.result.wording import error, label_text, number, probability, quantity, span
from mcsus.vocabulary import NOT_ASSESSED, standing

_MOST_BOUNDS = 12
_MOST_RARE = 3
_MOST_CREDITS = 4
SETTLED = 0.95
"""Probability above which the order of the first inputs is settled."""

_SIDES = {"from": "at least", "up to": "at most"}


def settled_line(sensitivity: Mapping[str, Any]) -> str:
    """Return in a line whether the order of the first drivers is settled, of the first output.

    Examples
    --------
    >>> cell = {"labels": {}, "ranking": ["power", "area"],
    ...         "settled": {"first_three": 0.62, "before_next": {"power": 0.62, "area": 1.0}}}
    >>> settled_line({"footprint": {"cells": [cell]}})
    'Not settled: which drives footprint first (power before area with probability 0.62)'
    """
    for name, document in sensitivity.items():
        for cell in document["cells"]:
            known = cell.get("settled", {})
            if (chance := known.get("first_three")) is None:
                continue
            ranking, where = cell["ranking"], label_text(name, cell["labels"])
            if chance > SETTLED or len(ranking) < 2:
                count = min(3, len(ranking))
                if count < 2:
                    return ""
                ties = [own for own in cell.get("shared_places", ()) if {*own} & {*ranking[:count]}]
                tied = "".join(f", {' and '.join(own)} in one place" for own in ties)
                return (
                    f"Settled: the first {count} drivers of {where}{tied} "
                    f"(probability {probability(chance, 2)})"
                )
            order = [known["before_next"][own] for own in ranking[:-1][:3]]
            k = min(range(len(order)), key=order.__getitem__)
            place = ("first", "second", "third")[k]
            return (
                f"Not settled: which drives {where} {place} ({ranking[k]} before {ranking[k + 1]} "
                f"with probability {probability(order[k], 2)})"
            )
    return ""


def breaking_line(claims: Mapping[str, Any]) -> str:
    """Return in a line which value of the input that moves a claim most turns it.

    Examples
    --------
    >>> row = {"input": "works", "value": {"value": 0.35}, "unit": "1", "holds": "above",
    ...        "reachable": True}
    >>> breaking_line({"pays_back": {"break_even": [row]}})
    'To reach the confidence asked for: pays_back where works is above 0.350'
    """
    told = []
    for name, document in claims.items():
        row = next((own for own in document.get("break_even", ()) if own["reachable"]), None)
        if row is not None:
            ends = [own for own in (row["value"]["value"], row.get("until")) if own is not None]
            value = quantity(" to ".join(map(number, sorted(ends))), row["unit"])
            where = label_text(name, row.get("labels", {}))
            side = _SIDES.get(row["holds"], row["holds"]) if len(ends) == 1 else "from"
            if len(set(ends)) < len(ends):  # the only value
                value, side = quantity(number(ends[0]), row["unit"]), ""
            told.append(f"{where} where {row['input']} is {side} {value}".replace("  ", " "))
    if not told:
        return ""
    return f"To reach the confidence asked for: {'; '.join(told[:3])}"


def bounds_line(document: Mapping[str, Any]) -> str:
    """Return in a line between what outputs and claims lie, as far as intervals tell.

    Examples
    --------
    >>> ends = {"low": {"value": 0.1587}, "high": {"value": 0.5}}
    >>> cell = {"labels": {}, "bounds": ends, "undecided_by": "ignorance"}
    >>> bounds_line({"outputs": {}, "claims": {"low": {"cells": [cell]}}})
    'Within intervals: P(low) 0.159 to 0.500 (undecided by ignorance)'
    """
    told = []
    for name, output in document["outputs"].items():
        for cell in output["cells"]:
            bounds = cell.get("bounds", {})
            kind = next((key for key in ("mean", "median") if cell[key] and key in bounds), None)
            if kind is not None:
                named = f"{kind} of {label_text(name, cell['labels'])}"
                told.append(f"{named} {quantity(_ends(bounds[kind]), output['unit'])}")
    for name, claim in document["claims"].items():
        for cell in claim["cells"]:
            if "bounds" in cell:
                why = f" (undecided by {cell['undecided_by']})" if "undecided_by" in cell else ""
                told.append(f"P({label_text(name, cell['labels'])}) {_ends(cell['bounds'])}{why}")
    more = f"; and {len(told) - _MOST_BOUNDS} more" if len(told) > _MOST_BOUNDS else ""
    return f"Within intervals: {'; '.join(told[:_MOST_BOUNDS])}{more}" if told else ""


def _ends(bounds: Mapping[str, Any]) -> str:
    low, high = (bounds[end]["value"] for end in ("low", "high"))
    if low is None or high is None:
        return f"{number(low)} to {number(high)}"
    return span(low, high)


def assessment_line(answers: Mapping[str, str]) -> str:
    """Return what is not assessed of avoided emissions, in a line; nothing where nothing is asked.

    Examples
    --------
    >>> assessment_line({"baseline": "a boiler", "double_counting": "not assessed: two claim it"})
    'Not assessed of avoided emissions: double counting (1 of 2 questions)'
    """
    if not answers:
        return ""
    left = [key for key, answer in answers.items() if standing(answer)[0] == NOT_ASSESSED]
    named = ", ".join(left).replace("_", " ") or "nothing"
    return f"Not assessed of avoided emissions: {named} ({len(left)} of {len(answers)} questions)"


def robustness_line(claims: Mapping[str, Any]) -> str:
    """Return how wrong the laws may be before the verdicts turn, in a line; nothing if unknown.

    Examples
    --------
    >>> told = {"breakdown_radius": {"value": 0.0605}, "probability": {"value": 0.97}}
    >>> robustness_line({"saves": {"robustness": {**told, "confidence": 0.95}}})
    'Kullback-Leibler radius of the laws at which a verdict turns: saves 0.0605, to fall'
    """
    turned = []
    for name, document in claims.items():
        told = document.get("robustness", {})
        radius = (told.get("breakdown_radius") or {}).get("value")
        if radius is not None:
            fails = told["probability"]["value"] < told["confidence"]
            where = label_text(name, told.get("labels", {}))
            turned.append(f"{where} {number(radius)}, to {'hold' if fails else 'fall'}")
    title = "Kullback-Leibler radius of the laws at which a verdict turns"
    return f"{title}: {'; '.join(turned)}" if turned else ""


def credit_line(credited: Mapping[str, Any]) -> str:
    """Return how often credits are real in every period, and what was issued over what is real.

    Examples
    --------
    >>> cell = {"labels": {"year": 2030}, "covered_in_all": {"value": 0.91}}
    >>> credit_line({"cut": {"over": "year", "cells": [cell]}})
    'Credits: cut is real in every year with probability 0.910'
    >>> factor = {"issued": 9.0, "median": {"value": 1.5}, "interval": {"low": 1.0, "high": 2.0}}
    >>> cell = {"labels": {}, "over_crediting": factor, "probability_over_issued": {"value": 0.98}}
    >>> credit_line({"cut": {"cells": [cell]}})
    'Credits: cut was issued 1.50 times what is real (1.00 to 2.00); P(more than is real) = 0.980'
    """
    told = [text for name, document in credited.items() for text in _credited(name, document)]
    more = f"; and {len(told) - _MOST_CREDITS} more" if len(told) > _MOST_CREDITS else ""
    return f"Credits: {'; '.join(told[:_MOST_CREDITS])}{more}" if told else ""


def _credited(name: str, document: Mapping[str, Any]) -> Iterator[str]:
    seen = set()
    for cell in document["cells"]:
        covered = (cell.get("covered_in_all") or {}).get("value")
        others = {k: label for k, label in cell["labels"].items() if k != document.get("over")}
        where = label_text(name, others)
        if covered is not None and where not in seen:  # one number for all its periods
            seen.add(where)
            every = f"{where} is real in every {document['over']}"
            yield f"{every} with probability {probability(covered)}"
        if (factor := cell.get("over_crediting")) is not None:
            low, high = factor["interval"]["low"], factor["interval"]["high"]
            median = number(factor["median"]["value"])
            known = low is not None and high is not None
            reach = f" ({span(low, high)})" if known else ""
            chance = probability(cell["probability_over_issued"]["value"])
            where = label_text(name, cell["labels"])
            text = f"{where} was issued {median} times what is real{reach}"
            yield f"{text}; P(more than is real) = {chance}"


def rare_line(claims: Mapping[str, Any]) -> str:
    """Return in a line how rare it is that claims fail, or hold; nothing if not asked for.

    Examples
    --------
    >>> row = {"labels": {}, "event": "fails", "probability": {"value": 1.35e-3, "error": 4e-6},
    ...        "plain": {"value": 1.3e-3, "error": 1e-4}, "effective_draws": 25400.3}
    >>> rare_line({"saves": {"rare": [row]}})[:66]
    'Rare: saves fails with 0.00135 ± 4.0 × 10⁻⁶ (plain draws 0.00130 ±'
    """
    told = []
    for name, document in claims.items():
        for row in document.get("rare", ()):
            known, plain = (
                f"{number(own['value'])} ± {error(own['error'])}"
                for own in (row["probability"], row["plain"])
            )
            told.append(
                f"{label_text(name, row['labels'])} {row['event']} with {known} (plain draws "
                f"{plain}; effective size {row['effective_draws']:.0f})"
            )
    more = f"; and {len(told) - _MOST_RARE} more" if len(told) > _MOST_RARE else ""
    return f"Rare: {'; '.join(told[:_MOST_RARE])}{more}" if told else ""
