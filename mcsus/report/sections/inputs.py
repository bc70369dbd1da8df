"""The inputs: law, evidence and source of each, the one that matters most first."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.law_words import law_text
from mcsus.result.ranking import Ranking, leading
from mcsus.result.wording import capital, count, label_words, listing, unit_text, words

RESTING = "constant_inputs"
"""Kind of the caution that stands with the inputs: how much of a mean rests on constants."""

_LINK = re.compile(r"https?://[^\s<>\"']+\Z")


@register
class InputsSection(Section):
    """One row for each input; constants apart."""

    name, order, title, link = "inputs", 70, "Inputs", "Inputs"
    template = "inputs.html.j2"

    def context(self) -> dict[str, Any]:
        """Return the rows, and how much rests on assumptions."""
        rows = input_rows(self.reading)
        resting = [c["text"] for c in self.reading.about["cautions"] if c["kind"] == RESTING]
        tables = leading(self.reading).values()
        by_total = all(Ranking.of(table).key == "ST" for table in tables)
        note = _note(rows)
        return {"inputs": rows, "note": note, "resting": "".join(resting), "by_total": by_total}


def input_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return the inputs: those that vary first, by how much they matter, constants last.

    Cells with the same law are put together.
    """
    weights = _weights(reading)
    rows = []
    for item in reading.about["inputs"]:
        cells = _grouped_cells(item)
        rows.append(
            {
                "name": item["name"],
                "words": capital(words(item["name"])),
                "unit": unit_text(item["unit"]),
                "stage": words(item["stage"]),
                "kind": item["kind"],
                "cells": cells,
                "title": input_title(item["cells"]),
                "assumed": any(cell["evidence"] == "assumed" for cell in cells),
                "constant": all(cell["constant"] for cell in cells),
                "weight": weights.get(item["name"], (None, ""))[0],
                "weight_text": _weight_text(*weights.get(item["name"], (None, ""))),
                "unverified": any(s["unverified"] for cell in cells for s in cell["sources"]),
            }
        )
    return sorted(rows, key=lambda r: (r["constant"], -(r["weight"] or 0.0)))


def input_title(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return the title of an input, or what the titles of its cells begin with."""
    varying = [cell for cell in cells if cell["law"]["distribution"] != "constant"] or cells
    titles = list(dict.fromkeys(str(cell["title"]) for cell in varying))
    if len(titles) < 2:
        return "".join(titles)
    begun = [title.split(", ") for title in titles]
    shared = [parts[0] for parts in zip(*begun, strict=False) if len(set(parts)) == 1]
    return ", ".join(shared) or titles[0]


def _weights(reading: Reading) -> dict[str, tuple[float, str]]:
    """Return the largest index of each input, or of its group, over all outputs."""
    weights: dict[str, tuple[float, str]] = {}
    for table in leading(reading).values():
        ranking = Ranking.of(table)
        for name in ranking.names:
            members = reading.members(name)
            own = round(ranking.range(name)[1], 4), name if len(members) > 1 else ""
            weights |= {one: max(weights.get(one, own), own) for one in members}
    return weights


def _weight_text(weight: float | None, group: str) -> str:
    """Return an index; with what it is of where that is not the input alone."""
    if weight is None:
        return ""
    text = f"{weight:.2f}" if weight >= 0.005 else "< 0.005"
    return f"{text}, {words(group)} together" if group else text


def _grouped_cells(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for cell in item["cells"]:
        law = law_text(cell["law"])
        if cell["unit"] != item["unit"]:
            law += f" {unit_text(cell['unit'])}"
        key = repr((law, cell["id"], cell["rationale"], cell["derivation"]))
        if key in groups:
            groups[key]["labels"].append(label_words(cell["labels"]))
            continue
        groups[key] = {
            "labels": [label_words(cell["labels"])] if cell["labels"] else [],
            "law": law,
            "constant": cell["law"]["distribution"] == "constant",
            **{k: cell[k] for k in ("id", "title", "evidence", "rationale", "derivation", "note")},
            "sources": [source_row(source) for source in cell["sources"]],
        }
    merged = list(groups.values())
    if len(merged) == 1:
        merged[0]["labels"] = []
    return merged


def source_row(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a source; only a plain web address becomes a link."""
    title = str(source.get("title", ""))
    own = bool(source.get("is_own"))
    url = title if own else str(source.get("url", ""))
    authors, year = str(source.get("authors", "")), str(source.get("year", ""))
    parts = (authors, year, title, str(source.get("locator", "")))
    return {
        "short": f"{_first_author(authors)} {year}".strip() or title,
        "full": ", ".join(filter(None, parts)),
        "url": url if _LINK.match(url) else "",
        "unverified": not own and not source.get("verified"),
        "licence": str(source.get("licence", "")),
    }


def _first_author(authors: str) -> str:
    """Return how authors are cited in little room."""
    first, _, rest = authors.partition(", ")
    return f"{first} et al." if rest and len(first) < 40 and "(" not in first else authors


def _note(inputs: Sequence[dict[str, Any]]) -> str:
    varying = [item for item in inputs if not item["constant"]]
    assumed = [item for item in varying if item["assumed"]]
    vary = "varies" if len(varying) == 1 else "vary"
    rest = "rests" if len(assumed) == 1 else "rest"
    text = f"{capital(count(len(inputs), 'input'))}, of which {len(varying)} {vary}; "
    text += f"of these, {len(assumed)} {rest} on an assumption"
    leading = [item for item in varying[:5] if item["assumed"] and (item["weight"] or 0) >= 0.01]
    if leading:
        names = listing([item["words"].lower() for item in leading])
        text += f", among them {names} of the five that matter most"
    return text + "."
