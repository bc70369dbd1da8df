"""The claim card: what is claimed, what the evidence says of it, and what that rests on.

It is made of the saved result alone, and says nothing of when it was printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mcsus.report.card_claims import decisive, measured, robust, turned
from mcsus.report.page import answer
from mcsus.report.reading import Reading
from mcsus.report.sections import credits as credited
from mcsus.report.sections import sections
from mcsus.report.sections.claims import tested
from mcsus.result.ranking import Ranking, leading
from mcsus.result.reading import best_level
from mcsus.result.tree import Result
from mcsus.result.verdicts import verdicts
from mcsus.result.wording import (
    UNSETTLED,
    capital,
    count,
    is_base,
    label_words,
    level_text,
    listing,
    number,
    percent,
    quantity,
    span,
    words,
)
from mcsus.vocabulary import BASE, NOT_ASSESSED, SCENARIO, standing

Card = dict[str, Any]

_AMOUNTS = {
    "Gross": ("gross",),
    "Avoided": ("avoided",),
    "Claimed": ("claimed",),
    "Net": ("net",),
}
"""What is never netted silently, by a word of the name of its output."""

_OTHER = frozenset(["needed", "required", "ratio", "share", "break", "even", "claimed"])
_SIGNED = ("author", "reviewer", "date", "standard", "status", "version")
_EVIDENCE = ("assumed", "elicited", "measured", "reported")  # the weakest first
_MOST_DRIVERS, _MOST_ASSUMED, _MOST_AMOUNTS, _MOST_CLAIMS, _MOST_CREDITS = 5, 6, 4, 3, 2
_LEAST_INDEX = 0.005
_GRAVE = frozenset({"greenwash", "impossible", "no_mean"})  # cautions that are told first
_SAYS_NOT = (
    "It says nothing of neutrality, and nothing of other products: a comparison needs their "
    "studies, of the same functional unit."
)


def claim_card(result: Result, claim: str = "") -> Card:
    """Return the card of a result as plain data.

    Parameters
    ----------
    claim : str
        Id of the claim that it is of; the first required one or else the first by default.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> card = claim_card(run("tinyml_table", draws=256, replicates=2))
    >>> card["study"], card["claim"]["verdict"]
    ('tinyml_table', 'not_supported')
    """
    reading, document = Reading(result), result.to_dict(timing=False)
    main, others = _claims(reading, claim)
    told = document["claims"].get(main["id"], {}) if main else {}
    base = [cell for cell in told.get("cells", ()) if is_base(cell["labels"])]
    case = _nearest(base, main.get("confidence", 0.0))
    indices, measure = _deciding(reading, main, decisive(told, case, reading.student))
    audit = reading.about.get("audit", {})
    scope, signed = _scope(reading, audit), {key: audit.get(key, "") for key in _SIGNED}
    stated = {**signed, **({"holder": audit.get("holder", "")} if main else {}), **scope}
    return {
        "study": reading.study["id"],
        "title": reading.study["title"],
        "variant": dict(reading.about.get("variant", {})),
        "holder": audit.get("holder", ""),
        "claim": main,
        "other_claims": others[:_MOST_CLAIMS],
        "claims_left_out": max(len(others) - _MOST_CLAIMS, 0),
        "summary": answer(sections(reading))[:2],
        "amounts": list(_amounts(reading, {**told.get("at", {}), **(case or {})})),
        "credits": list(_credited(reading)),
        "decides": list(_drivers(reading, indices)),
        "decides_by": measure,
        "case": _named(case) if case and len(base) > 1 else "",
        "would_turn_it": turned(told, case),
        "robust": robust(told, case),
        "to_measure": measured(told, case, reading.student),
        "rests_on": _resting(reading, indices),
        "scope": _rows(scope),
        "limits": _limits(reading),
        "signed": _rows(signed),
        "not_stated": [what.lower() for what, text in stated.items() if not text],
        "reproduce": _reproduced(reading, document),
    }


def _claims(reading: Reading, wanted: str) -> tuple[Card, list[Card]]:
    """Return the claim of the card, the first required one or else the first, and the others."""
    told = []
    for claim, said in zip(reading.claims.values(), verdicts(reading), strict=True):
        known = claim.base[0] if len(claim.base) == 1 else None
        words_of = f"{capital(words(said['verdict']))}: "
        text = capital(said["text"].removeprefix(words_of))  # the verdict stands before it
        told.append(
            {
                "id": claim.name,
                "statement": said["statement"],
                "required": bool(claim.attrs["required"]),
                "tested": tested(claim),
                "verdict": said["verdict"],
                "text": text,
                "quantity": str(claim.attrs["quantity"]),
                "confidence": float(claim.attrs["confidence"]),
                "probability": known and known.value("probability"),
                "error": known and known.value("probability_error"),
                "bounds": known and known.bounds,
            }
        )
    if not told:
        return {}, []
    first = next((claim for claim in told if claim["required"]), told[0])
    main = next((claim for claim in told if claim["id"] == wanted), first)
    return main, [claim for claim in told if claim is not main]


def _nearest(base: Sequence[Mapping[str, Any]], confidence: float) -> dict[str, Any] | None:
    """Return the labels of the case whose probability is nearest to what is asked for."""
    if not base:
        return None
    nearest = min(base, key=lambda cell: abs(cell["probability"]["value"] - confidence))
    return dict(nearest["labels"])


def _deciding(
    reading: Reading, main: Mapping[str, Any], decisive: dict[str, float]
) -> tuple[dict[str, float], str]:
    """Return indices of the inputs by falling size, and what they are indices of.

    These are of whether the claim holds; where that is in no doubt, of the output that the claim,
    or else the study, is about.
    """
    if decisive:
        return decisive, "first-order index of whether the claim holds"
    for name in (main.get("quantity", ""), reading.explained.name):
        table = leading(reading).get(name)
        if table is not None:
            ranking = Ranking.of(table)
            found = {own: ranking.range(own)[1] for own in ranking.names}
            what = "total-order index" if ranking.key == "ST" else "Shapley effect"
            return found, f"{what} of the {words(name)}"
    return {}, ""


def _amounts(reading: Reading, at: Mapping[str, Any]) -> Iterable[Card]:
    """Yield gross, avoided, claimed and net apart; the first outputs where there are none.

    Parameters
    ----------
    at : mapping
        Labels of what is claimed: amounts are those there.
    """
    found = []
    for what, (word,) in _AMOUNTS.items():
        for table in reading.outputs.values():
            parts = set(table.name.split("_"))
            if word in parts and not parts & (_OTHER - {word}) and "CO2e" in table.unit:
                found.append((what, table))
                break
    if len(found) < 2:
        found = [(capital(words(t.name)), t) for t in reading.outputs.values()]
    found = found[:_MOST_AMOUNTS]
    for what, table in found:
        cell = max([*table.base, *table.cells], key=lambda own: _agreeing(own.labels, at))
        level, low, high = best_level(cell)
        mean = cell.value("mean")
        lead = UNSETTLED if mean is None else quantity(number(mean), table.unit)
        if mean is not None and "mean_bounds" in cell.data:  # half way says nothing of them
            mean_low, mean_high = cell.array("mean_bounds")
            lead = f"mean {quantity(span(mean_low, mean_high), table.unit)}"
            ends = cell.array("quantile_bounds")
            low, high = float(ends[0].min()), float(ends[-1].max())
            level = 1 - 2 * float(table.data["quantile"].values[0])
        named = _named(cell.labels) if len(table.cells) > 1 else ""
        where = f", {named}" if named else ""
        yield {
            "what": what,
            "output": table.name,
            "unit": table.unit,
            "mean": mean,
            "low": low,
            "high": high,
            "level": level,
            "text": f"{lead} ({level_text(level)}: {span(low, high)}){where}",
        }


def _agreeing(labels: Mapping[str, Any], at: Mapping[str, Any]) -> int:
    """Return how many labels of a cell are those that are meant."""
    return sum(at.get(dim) == label for dim, label in labels.items())


def _named(labels: Mapping[str, Any]) -> str:
    """Return the labels of a cell but for the study as written; numbers with their dim."""
    own = {dim: label for dim, label in labels.items() if (dim, label) != (SCENARIO, BASE)}
    return ", ".join(
        f"{words(dim)} {label:.12g}"
        if isinstance(label, int | float)
        else (f"scenario {words(label)}" if dim == SCENARIO else label_words({dim: label}))
        for dim, label in own.items()
    )


def _credited(reading: Reading) -> Iterable[str]:
    """Yield a sentence on each credit of the study as written."""
    for table in list(reading.credits.values())[:_MOST_CREDITS]:
        rule = credited.RULES[str(table.attrs["rule"])]
        text = credited.sentences(table, table.base[0])[0]
        yield f"{capital(words(table.name))} ({rule}): {text}"
    if (left := len(reading.credits) - _MOST_CREDITS) > 0:
        yield f"{capital(count(left, 'other credit'))}: see the appendix."


def _drivers(reading: Reading, indices: Mapping[str, float]) -> Iterable[Card]:
    """Yield the inputs that decide, with their indices."""
    for name, index in list(indices.items())[:_MOST_DRIVERS]:
        if index >= _LEAST_INDEX:
            members = reading.members(name)
            shown = words(name) if len(members) == 1 else f"{words(name)} (together)"
            yield {"input": name, "words": shown, "index": index}


def _resting(reading: Reading, indices: Mapping[str, float]) -> Card:
    """Return how many inputs there are by evidence, and the assumed ones with what they carry."""
    weights: dict[str, float] = {}
    for name, index in indices.items():
        weights |= dict.fromkeys(reading.members(name), index)
    total = sum(indices.values())
    counts = dict.fromkeys(_EVIDENCE, 0)
    assumed = []
    for item in reading.about["inputs"]:
        known = {cell["evidence"] for cell in item["cells"]}
        weakest = next((own for own in _EVIDENCE if own in known), "reported")
        counts[weakest] += 1
        if weakest == "assumed":
            assumed.append(item["name"])
    assumed.sort(key=lambda name: (-weights.get(name, 0.0), name))
    carried = sum(weights.get(name, 0.0) for name in assumed)
    share = min(carried / total, 1.0) if total > 0 else None
    return {"counts": counts, "assumed": assumed, "share": share, "text": _rests(assumed, share)}


def _rests(assumed: Sequence[str], share: float | None) -> str:
    """Return what is assumed in a sentence."""
    if not assumed:
        return "Nothing is assumed."
    named = [words(name) for name in assumed[:_MOST_ASSUMED]]
    more = len(assumed) - len(named)
    text = listing(named) if not more else f"{', '.join(named)} and {count(more, 'other')}"
    carries = "" if share is None else f", which carry {percent(share)} of what is not known"
    return f"Assumed{carries}: {text}."


def _scope(reading: Reading, audit: Mapping[str, str]) -> dict[str, str]:
    """Return the rows of the scope; empty where nothing is said of one."""
    study, assessment = reading.study, reading.about.get("assessment", {})
    rows = {
        "Functional unit": study["functional_unit"],
        "Boundary": study["system_boundary"],
        "Left out": audit.get("left_out"),
        "Period": audit.get("period"),
        "Place": audit.get("place"),
        "Characterisation": study["characterisation"],
        "Allocation": audit.get("allocation"),
    }
    if assessment:
        rows["Baseline"] = assessment.get("baseline")
    return {what: text or "" for what, text in rows.items()}


def _rows(stated: Mapping[str, str]) -> list[Card]:
    """Return the rows of which something is said."""
    return [{"what": capital(what), "text": text} for what, text in stated.items() if text]


def _limits(reading: Reading) -> list[str]:
    """Return what the card does not say, and what a reader should know before."""
    limits = [_SAYS_NOT]
    assessment = reading.about.get("assessment", {})
    left = [key for key, text in assessment.items() if standing(text)[0] == NOT_ASSESSED]
    if left:
        limits.append(f"Not assessed: {listing([words(key) for key in left])}.")
    cautions = sorted(reading.about["cautions"], key=lambda own: own["kind"] not in _GRAVE)
    if cautions:
        told = "; ".join(dict.fromkeys(str(own["text"]) for own in cautions))
        limits.append(f"{capital(count(len(cautions), 'caution'))}: {told}.")
    return limits


def _reproduced(reading: Reading, document: Mapping[str, Any]) -> Card:
    """Return how to repeat the run, and what it is to give."""
    design = reading.design
    draws = f"{design['draws']:,} draws in each of {design['replicates']} replicates"
    return {
        "command": list(reading.about.get("command", [])),
        "design": f"{draws}, seed {design['seed']}",
        "study_sha256": reading.about["study_hash"],
        "digest": document["digest"],
        "mcsus": document["mcsus"],
        "files": {own["file"]: own["sha256"] for own in reading.about.get("files", [])},
    }
