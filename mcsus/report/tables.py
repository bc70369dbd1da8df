"""Tables of a report as rows of text; the page only lays them out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

import numpy as np

from mcsus.report.figures.drivers import Ranking
from mcsus.report.reading import Reading, Table
from mcsus.report.wording import (
    MINUS,
    capital,
    error,
    number,
    plain,
    probability,
    span,
    unique,
    unit_text,
    words,
)

_LINK = re.compile(r"https?://[^\s<>\"']+\Z")
_INDEX_TABLE_CELLS = 6


def output_rows(reading: Reading) -> list[dict[str, Any]]:
    """Return one row for each cell of each output: value, uncertainty, numerical error."""
    rows = []
    for table in reading.outputs.values():
        for k, cell in enumerate(table.cells):
            row = {
                "output": words(table.name) if k == 0 else "",
                "span": len(table.cells) if k == 0 else 0,
                "cell": capital(cell.name),
                "unit": unit_text(table.unit),
                "typical": number(cell.value("deterministic")),
                "mean": number(cell.value("mean")),
                "median": number(cell.value("median")),
                "sd": number(cell.value("sd")) if cell.varies else "0",
                "mean_error": error(cell.value("mean_error")) if cell.varies else "0",
                "sd_error": error(cell.value("sd_error")) if cell.varies else "0",
                "median_error": error(cell.value("median_error")) if cell.varies else "0",
            }
            row["intervals"] = [
                {"level": f"{100 * level:g} %", "symmetric": span(*ends), "shortest": span(*close)}
                for level, ends, close in zip(
                    cell.array("level"),
                    cell.array("symmetric"),
                    cell.array("shortest"),
                    strict=True,
                )
            ]
            rows.append(row)
    return rows


def levels(reading: Reading) -> list[str]:
    """Return the levels of the intervals as percentages."""
    return [f"{100 * level:g} %" for level in reading.headline.data["level"].values]


def first_order_rows(reading: Reading) -> list[dict[str, str]]:
    """Return the first-order interval beside that of Monte Carlo for each cell that varies."""
    rows: list[dict[str, str]] = []
    seen: set[str] = set()
    for table in reading.outputs.values():
        for cell in table.cells:
            if not cell.varies:
                continue
            at = cell.array("level")
            k = int(np.argmin(np.abs(at - 0.95)))
            rough = cell.array("first_order_interval")
            low, high = cell.array("symmetric")[k]
            rows.append(
                {
                    "output": "" if table.name in seen else _with_unit(table),
                    "span": str(sum(own.varies for own in table.cells)),
                    "cell": capital(cell.name),
                    "first_value": number(cell.value("first_order")),
                    "first_interval": span(*rough),
                    "mean": number(cell.value("mean")),
                    "interval": span(low, high),
                    "level": f"{100 * at[k]:g} %",
                    "ratio": number(float((rough[1] - rough[0]) / (high - low)), 2)
                    if high > low
                    else "",
                }
            )
            seen.add(table.name)
    return rows


def _with_unit(table: Table) -> str:
    unit = unit_text(table.unit)
    return capital(words(table.name)) + (f", {unit}" if unit else "")


def claim_rows(reading: Reading) -> list[dict[str, str]]:
    """Return one row for each cell of each claim."""
    return [
        {
            "claim": str(claim.attrs["statement"]) if k == 0 else "",
            "span": str(len(claim.cells)) if k == 0 else "",
            "cell": capital(cell.name),
            "probability": probability(cell.value("probability") or 0.0),
            "error": error(cell.value("probability_error")),
            "confidence": plain(float(claim.attrs["confidence"])),
            "verdict": str(cell.data["verdict"].item()),
            "required": "yes" if claim.attrs["required"] else "",
        }
        for claim in reading.claims.values()
        for k, cell in enumerate(claim.cells)
    ]


def index_table(table: Table) -> dict[str, Any]:
    """Return the indices of every input, the one that matters most first."""
    ranking = Ranking.of(table)
    cells = ranking.cells[:_INDEX_TABLE_CELLS]
    rows = []
    for rank, name in enumerate(ranking.names, 1):
        entries = []
        for cell in cells:
            for key in ("ST", "S1"):
                value = round(ranking.index(cell, name, key), 4) + 0.0
                bound = ranking.index(cell, name, f"{key}_error")
                entries.append(
                    (
                        f"{value:.4f}".replace("-", MINUS),
                        f"{bound:.4f}" if np.isfinite(bound) else "",
                    )
                )
        rows.append({"rank": rank, "name": name, "entries": entries})
    return {"cells": [capital(cell.name) or "All" for cell in cells], "rows": rows}


_MOST_LISTED = 6  # values of a list that are shown

_LAWS = {
    "constant": "constant: {value}",
    "uniform": "uniform: {minimum} to {maximum}",
    "loguniform": "uniform on a log scale: {minimum} to {maximum}",
    "triangular": "triangular: {minimum} to {maximum}, most likely {mode}",
    "pert": "PERT: {minimum} to {maximum}, most likely {mode}",
    "normal": "normal: mean {mean}, standard deviation {sd}",
    "lognormal": "lognormal: median {median}, geometric standard deviation {gsd}",
    "beta": "beta: shapes {alpha} and {beta}",
}


def law_text(law: Mapping[str, Any]) -> str:
    """Return a law in words.

    Examples
    --------
    >>> law_text({"distribution": "triangular", "minimum": 5.0, "mode": 10.0, "maximum": 17.0})
    'triangular: 5 to 17, most likely 10'
    >>> law_text({"distribution": "lognormal", "median": 19.0, "gsd": 2.0})
    'lognormal: median 19, geometric standard deviation 2'
    >>> law_text({"distribution": "normal", "mean": 1.0, "sd": 2.0, "truncate": {"low": 0.0}})
    'normal: mean 1, standard deviation 2; only above 0'
    >>> law_text({"distribution": "normal", "low": 1.0, "high": 3.0, "coverage": 0.9})
    'normal: 90 % between 1 and 3'
    """
    values = {
        key: _shown(value) for key, value in law.items() if key not in ("distribution", "truncate")
    }
    family = str(law["distribution"])
    template = _LAWS.get(family, "{unknown}")
    if "coverage" in values:
        share = plain(100 * float(law["coverage"]))
        text = f"{words(family)}: {share} % between {values['low']} and {values['high']}"
    elif {field for _, field, _, _ in Formatter().parse(template) if field} <= set(values):
        text = template.format(**values)
        if family == "beta" and "minimum" in values:
            text += f", from {values['minimum']} to {values['maximum']}"
    else:
        text = f"{words(family)}: " + ", ".join(
            f"{words(key)} {value}" for key, value in values.items()
        )
    bounds = law.get("truncate") or {}
    kept = [
        f"{word} {_shown(bounds[key])}"
        for key, word in (("low", "above"), ("high", "below"))
        if key in bounds
    ]
    return text + (f"; only {' and '.join(kept)}" if kept else "")


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        if "distribution" in value:
            return f"({law_text(value)})"
        return ", ".join(f"{words(key)} {_shown(item)}" for key, item in value.items())
    if isinstance(value, bool | str) or not isinstance(value, int | float | Sequence):
        return str(value)
    if isinstance(value, Sequence):
        listed = [_shown(item) for item in value[:_MOST_LISTED]]
        more = len(value) - len(listed)
        return ", ".join(listed) + (f" and {more} more" if more > 0 else "")
    return plain(float(f"{value:.5g}"))


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
                "weight": weights.get(item["name"]),
                "weight_text": _weight_text(weights.get(item["name"])),
                "unverified": any(not s["verified"] for cell in cells for s in cell["sources"]),
            }
        )
    return sorted(rows, key=lambda r: (r["constant"], -(r["weight"] or 0.0)))


def input_title(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return the title of an input, or what the titles of its cells begin with.

    Examples
    --------
    >>> varying = {"distribution": "uniform"}
    >>> input_title([{"title": "Energy, kws", "law": varying},
    ...              {"title": "Energy, ad", "law": varying}])
    'Energy'
    """
    varying = [cell for cell in cells if cell["law"]["distribution"] != "constant"] or cells
    titles = unique([str(cell["title"]) for cell in varying])
    if len(titles) < 2:
        return "".join(titles)
    begun = [title.split(", ") for title in titles]
    shared = [parts[0] for parts in zip(*begun, strict=False) if len(set(parts)) == 1]
    return ", ".join(shared) or titles[0]


def _weights(reading: Reading) -> dict[str, float]:
    """Return the largest total-order index of each input over all outputs that were analysed."""
    found: dict[str, float] = {}
    for table in reading.sensitivity.values():
        ranking = Ranking.of(table)
        for name in ranking.names:
            found[name] = max(found.get(name, 0.0), round(ranking.range(name)[1], 4))
    return found


def _weight_text(weight: float | None) -> str:
    if weight is None:
        return ""
    return f"{weight:.2f}" if weight >= 0.005 else "< 0.005"


def _grouped_cells(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    groups: dict[str, dict[str, Any]] = {}
    for cell in item["cells"]:
        law = law_text(cell["law"])
        if cell["unit"] != item["unit"]:
            law += f" {unit_text(cell['unit'])}"
        key = repr((law, cell["id"], cell["rationale"], cell["derivation"]))
        labels = ", ".join(words(v) for v in cell["labels"].values())
        if key in groups:
            groups[key]["labels"].append(labels)
            continue
        groups[key] = {
            "labels": [labels] if labels else [],
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
    url = str(source.get("url", ""))
    authors, year = str(source.get("authors", "")), str(source.get("year", ""))
    title = str(source.get("title", ""))
    return {
        "short": f"{_first_author(authors)} {year}".strip() or title,
        "full": ", ".join(
            part for part in (authors, year, title, str(source.get("locator", ""))) if part
        ),
        "url": url if _LINK.match(url) else "",
        "verified": bool(source.get("verified")),
        "licence": str(source.get("licence", "")),
    }


def _first_author(authors: str) -> str:
    """Return how authors are cited in little room.

    Examples
    --------
    >>> _first_author("Pirson T., Bol D."), _first_author("ADEME (Base Empreinte)")
    ('Pirson T. et al.', 'ADEME (Base Empreinte)')
    """
    first, _, rest = authors.partition(", ")
    return f"{first} et al." if rest and len(first) < 40 and "(" not in first else authors


def equation_rows(reading: Reading) -> list[dict[str, str]]:
    """Return the equations with unit, formula and text."""
    return [
        {
            "name": equation["name"],
            "unit": unit_text(equation["unit"]),
            "formula": equation["formula"],
            "stage": words(equation["stage"]),
            "doc": " ".join(str(equation["doc"]).split()),
        }
        for equation in reading.about["equations"]
    ]
