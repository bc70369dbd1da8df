"""The appendix of a claim card: inputs, results, claims, credits and sources as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mcsus.report.tables import workbook
from mcsus.result.frames import index_rows
from mcsus.result.law_words import law_text
from mcsus.result.shapes import plain
from mcsus.result.tree import Result

Row = dict[str, Any]

_PLACE = ("of", "against", "labels", "difference", "ratio")  # of a pair; its two parts
_WITH_ERROR = ("mean", "sd", "median", "never")


def appendix(result: Result) -> dict[str, list[Row]]:
    """Return the tables by name, those without rows left out.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> {"inputs", "results", "claims"} <= set(appendix(run("tinyml_table", draws=256)))
    True
    """
    document, about = result.to_dict(timing=False), result.provenance
    tables = {
        "inputs": list(_inputs(about["inputs"])),
        "results": list(_results(document["outputs"])),
        "comparisons": list(_comparisons(document.get("comparisons", {}))),
        "claims": list(_claims(document["claims"], _asked(result))),
        "credits": list(_credits(document.get("credits", {}))),
        "sources": list(_sources(about["inputs"])),
    }
    tables |= _below_claims(document["claims"])
    return {name: rows for name, rows in tables.items() if rows}


def workbook_of(result: Result) -> bytes:
    """Return the workbook of a result: its appendix, and the indices of its inputs."""
    indices = list(index_rows(result.to_dict(timing=False)["sensitivity"]))
    return workbook(appendix(result) | ({"indices": indices} if indices else {}))


def _inputs(inputs: Iterable[Mapping[str, Any]]) -> Iterable[Row]:
    for item in inputs:
        for cell in item["cells"]:
            yield {
                "input": item["name"],
                "labels": _labels(cell["labels"]),
                "law": law_text(cell["law"]),
                "unit": cell["unit"],
                "typical": cell.get("typical"),
                "mean": cell.get("mean"),
                "sd": cell.get("sd"),
                "stage": item["stage"],
                "kind": item["kind"],
                "evidence": cell["evidence"],
                "title": cell["title"],
                "sources": "; ".join(str(own.get("id", "")) for own in cell["sources"]),
                "rationale": cell["rationale"],
                "derivation": cell["derivation"],
                "note": cell["note"],
                "library id": cell["id"],
            }


def _results(outputs: Mapping[str, Any]) -> Iterable[Row]:
    for name, told in outputs.items():
        for cell in told["cells"]:
            row = {"output": name, "labels": _labels(cell["labels"]), "unit": told["unit"]}
            row["typical"] = cell["deterministic"]
            for key in _WITH_ERROR:
                row |= _estimate(key, cell.get(key))
            for own in cell["quantiles"]:
                row |= _estimate(f"quantile {own['p']:g}", own)
            yield row


def _comparisons(compared: Mapping[str, Any]) -> Iterable[Row]:
    for name, pairs in compared.items():
        for pair in pairs:
            row = {"output": name, "of": _labels(pair["of"]), "against": _labels(pair["against"])}
            row["labels"] = _labels(pair["labels"])
            for kind in ("difference", "ratio"):
                row[f"{kind}, unit"] = pair[kind]["unit"]
                for key in ("mean", "median"):
                    row |= _estimate(f"{kind}, {key}", pair[kind].get(key))
                for own in pair[kind]["intervals"]:
                    level = f"{kind}, {own['level']:g}"
                    row |= {f"{level} {end}": own[end] for end in ("low", "high")}
            told = (key for key in pair if key not in _PLACE)
            for key in told:
                row |= _flat({key.replace("_", " "): pair[key]})
            yield row


def _asked(result: Result) -> dict[str, Row]:
    """Return what each claim says, by its id."""
    keys = (
        "statement",
        "quantity",
        "relation",
        "value",
        "units",
        "confidence",
        "required",
        "tested",
    )
    return {
        name: {key: plain(data.attrs[key]) for key in keys if key in data.attrs}
        for name, data in result.datasets("claims").items()
    }


def _claims(claims: Mapping[str, Any], asked: Mapping[str, Row]) -> Iterable[Row]:
    for name, told in claims.items():
        for cell in told["cells"]:
            found = _estimate("probability", cell["probability"]) | {"verdict": cell["verdict"]}
            if (margin := cell.get("margin")) is not None:
                found["margin, unit"] = margin["unit"]
                for own in margin["quantiles"]:
                    found |= _estimate(f"margin, quantile {own['p']:g}", own)
            yield {"claim": name, "labels": _labels(cell["labels"]), **asked[name], **found}


def _credits(credited: Mapping[str, Any]) -> Iterable[Row]:
    for name, told in credited.items():
        about = {key: told[key] for key in ("quantity", "rule", "buffer")}
        for cell in told["cells"]:
            row = {"credit": name, "labels": _labels(cell["labels"]), **about, "unit": cell["unit"]}
            for key, value in cell.items():
                if isinstance(value, Mapping) and "value" in value:
                    row |= _estimate(key, value)
            if "over_crediting" in cell:
                factor = cell["over_crediting"]
                row["issued"] = factor["issued"]
                row |= _estimate("issued over real, median", factor["median"])
            yield row


def _sources(inputs: Iterable[Mapping[str, Any]]) -> Iterable[Row]:
    """Yield each source once, with the inputs that it stands behind."""
    found: dict[str, Row] = {}
    used: dict[str, list[str]] = {}
    for item in inputs:
        for cell in item["cells"]:
            for source in cell["sources"]:
                key = str(source.get("id") or source.get("title", ""))
                found.setdefault(key, dict(source))
                used.setdefault(key, []).append(item["name"])
    keys = ("id", "authors", "year", "title", "url", "licence", "verified")
    for key, source in sorted(found.items()):
        own = {name: source.get(name) for name in keys}
        yield own | {"inputs": "; ".join(dict.fromkeys(used[key]))}


def _below_claims(claims: Mapping[str, Any]) -> dict[str, list[Row]]:
    """Return what analyses say of claims, a table for each list of rows."""
    tables: dict[str, list[Row]] = {}
    for name, told in claims.items():
        for key, value in told.items():
            if key == "cells":
                continue
            for table, row in _rows(key, value):
                tables.setdefault(table, []).append({"claim": name, **_flat(row)})
    return tables


def _rows(name: str, told: Any, at: Mapping[str, Any] | None = None) -> Iterable[tuple[str, Row]]:
    """Yield the rows of lists, with the name of their table; of several cases those of each."""
    if isinstance(told, list):
        own = {} if at is None else {"labels": at}
        for row in told:
            if isinstance(row, Mapping):
                yield from _unnested(name, {**own, **row})
    elif isinstance(told, Mapping):
        for case in told.get("cells", [told]):
            for key, value in case.items():
                yield from _rows(f"{name}_{key}", value, case.get("labels", at))


def _unnested(name: str, row: Row) -> Iterable[tuple[str, Row]]:
    """Yield a row, and below its name with a key that of each item of a list of several values."""
    nested = {key for key, value in row.items() if isinstance(value, list) and _is_rows(value)}
    about = {key: value for key, value in row.items() if key not in nested}
    yield name, about
    for key in sorted(nested):
        for item in row[key]:
            values = item if isinstance(item, Mapping) else dict(enumerate(item, 1))
            own = {word: about[word] for word in about if word not in values}
            yield f"{name}_{key}", own | {str(word): value for word, value in values.items()}


def _is_rows(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(item, Mapping | list) for item in value)


def _flat(row: Mapping[str, Any]) -> Row:
    """Return a row of plain values: estimates with their errors, labels as text."""
    flat: Row = {}
    for key, value in row.items():
        if key == "labels":
            flat[key] = _labels(value)
        elif isinstance(value, Mapping) and "value" in value:
            flat |= _estimate(key, value)
        elif isinstance(value, Mapping):
            flat |= {f"{key}, {part}": own for part, own in value.items()}
        elif isinstance(value, list):
            flat[key] = "; ".join(map(str, value))
        else:
            flat[key] = value
    return flat


def _estimate(name: str, told: Mapping[str, Any] | None) -> Row:
    if told is None:
        return {}
    known = {name: told.get("value")}
    return known | ({f"{name}, error": told["error"]} if "error" in told else {})


def _labels(labels: Mapping[str, Any]) -> str:
    shown = (
        f"{label:.12g}" if isinstance(label, float) else str(label) for label in labels.values()
    )
    return ", ".join(shown)
