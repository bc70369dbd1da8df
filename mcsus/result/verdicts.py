"""Whether claims hold, in sentences."""

from __future__ import annotations

from collections.abc import Sequence

from mcsus.result.reading import ResultCell, ResultReading, ResultTable
from mcsus.result.wording import capital, count, listing, plain, probability, words
from mcsus.vocabulary import SCENARIO, Verdict, likelihood

_SPOKEN = 6  # cells that a sentence can hold


def verdict_of(cell: ResultCell) -> Verdict:
    """Return the verdict of a cell of a claim."""
    return Verdict(cell.data["verdict"].item())


def verdicts(reading: ResultReading, *, scenarios: bool = True) -> list[dict[str, str]]:
    """Return a sentence on each claim, with its mark.

    Parameters
    ----------
    scenarios : bool
        Whether it tells of the scenarios as well as of the study as written.

    Returns
    -------
    list of dict
        ``statement``, ``verdict`` (``supported``, ``not_supported``, ``undecided`` or ``mixed``)
        and ``text``.
    """
    return [_verdict(claim, scenarios) for claim in reading.claims.values()]


def _verdict(claim: ResultTable, scenarios: bool) -> dict[str, str]:
    cells = claim.base
    each = [verdict_of(cell) for cell in cells]
    kinds = list(dict.fromkeys(each))
    asked = f"asked for: {plain(float(claim.attrs['confidence']))}"
    if len(kinds) == 1:
        where = f" for {claim.noun(len(cells))}" if len(cells) > 1 else ""
        text = f"{capital(kinds[0].words)}{where}: {_chances(cells)} ({asked})."
    else:
        parts = []
        for kind in kinds:
            members = [cell for cell, own in zip(cells, each, strict=True) if own == kind]
            few = len(members) <= _SPOKEN
            names = listing([c.name for c in members]) if few else count(len(members), claim.kind)
            parts.append(f"{kind.words} for {names} ({_chances(members)})")
        text = f"{capital('; '.join(parts))}; {asked}."
    text += _open(cells)
    if scenarios and len(cells) < len(claim.cells):
        text += f" That is the study as written; {_by_scenario(claim)}"
    return {
        "statement": str(claim.attrs["statement"]),
        "verdict": str(kinds[0]) if len(kinds) == 1 else "mixed",
        "required": "yes" if claim.attrs["required"] else "",
        "text": text,
        "name": claim.name,
    }


def _open(cells: Sequence[ResultCell]) -> str:
    """Return why some cells are undecided, and between what their probabilities lie."""
    text = ""
    known = [own for own in (cell.bounds for cell in cells) if own is not None]
    if known:
        text += " Some numbers are known to lie between two and no better: so is the probability."
    undecided = [cell for cell in cells if verdict_of(cell) == Verdict.UNDECIDED]
    if any(cell.is_not_known for cell in undecided):
        text += (
            " Undecided by ignorance: it holds at some of these numbers and not at others, and "
            "no more draws tell which."
        )
    if not all(cell.is_not_known for cell in undecided):
        text += " Where undecided, the numerical error is too large to tell; more draws could."
    return text


def _by_scenario(claim: ResultTable) -> str:
    """Return probabilities and verdicts in the other scenarios, or where to find them."""
    others: dict[str, list[ResultCell]] = {}
    for cell in claim.cells:
        if not cell.is_base:
            others.setdefault(str(cell.labels[SCENARIO]), []).append(cell)
    if len(others) > _SPOKEN:
        return "the scenarios are in the table."
    texts = []
    for scenario, cells in others.items():
        kinds = {verdict_of(cell) for cell in cells}
        verdict = kinds.pop().words if len(kinds) == 1 else "mixed"
        texts.append(f"{words(scenario)} {_chances(cells)} ({verdict})")
    return f"by scenario: {'; '.join(texts)}."


def _chances(cells: Sequence[ResultCell]) -> str:
    """Return the probabilities of some cells and their words: one, or the lowest and highest."""
    values = [own for cell in cells for own in cell.bounds or [cell.value("probability") or 0.0]]
    ends = min(values), max(values)
    low, high = map(probability, ends)
    said = " to ".join(dict.fromkeys(map(likelihood, ends)))
    if low == high:
        return f"probability {low}, {said}"
    if high.startswith("above"):
        return f"probability {low} or more, {said}"
    if low.startswith("below"):
        return f"probability {high} or less, {said}"
    return f"probability {low} to {high}, {said}"
