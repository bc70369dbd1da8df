"""Tables of a result for a notebook: rows of plain values, with errors beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Row = dict[str, Any]

_TOLD = ("mean", "sd", "median", "never")
_COLUMNS = frozenset((
    *_TOLD, "output", "unit", "deterministic", "varies", "method", "by", "input", "other_input",
    "rank", "claim", "probability", "verdict", "likelihood", "compared", "of", "against", "apart",
))  # fmt: skip


def output_rows(outputs: Mapping[str, Any]) -> Iterable[Row]:
    """Yield a row for each output at each of its labels, from the document of a result.

    Examples
    --------
    >>> cell = {"labels": {"year": 2030}, "deterministic": 2.0, "sd": {"value": 1.0, "error": 0.1},
    ...         "mean": None, "median": {"value": 3.0, "error": 0.2},
    ...         "quantiles": [{"p": 0.5, "value": 3.0, "error": 0.2}]}
    >>> (row,) = output_rows({"total": {"unit": "kg", "cells": [cell]}})
    >>> row["output"], row["year"], row["unit"], row["mean"], row["sd_error"], row["quantile_0.5"]
    ('total', 2030, 'kg', None, 0.1, 3.0)
    """
    for name, document in outputs.items():
        for cell in document["cells"]:
            row = {"output": name, **_labels(cell), "unit": document["unit"]}
            row |= {"deterministic": cell["deterministic"], "varies": cell.get("varies", True)}
            for key in _TOLD:
                if key != "never" or key in cell:
                    row |= _estimate(key, cell.get(key))
            for own in cell["quantiles"]:
                row |= _estimate(f"quantile_{own['p']:g}", own)
            yield row


def index_rows(sensitivity: Mapping[str, Any], *, pairs: bool = False) -> Iterable[Row]:
    """Yield a row for each input of each cell that a method explains, or for each pair of inputs.

    Inputs that share a place have the same rank.

    Examples
    --------
    >>> cell = {"labels": {}, "method": "sobol", "ranking": ["b", "a"],
    ...         "indices": {"a": {"ST": {"value": 0.2, "error": 0.01}},
    ...                     "b": {"ST": {"value": 0.8, "error": 0.02}}}}
    >>> [(row["input"], row["rank"], row["ST"], row["ST_error"])
    ...  for row in index_rows({"total": {"cells": [cell]}})]
    [('b', 1, 0.8, 0.02), ('a', 2, 0.2, 0.01)]
    """
    for name, document in sensitivity.items():
        further = document.get("by", {})
        for by, cells in (("", document["cells"]), *((by, further[by]["cells"]) for by in further)):
            for cell in cells:
                head = {"output": name, **_labels(cell), "method": cell["method"]}
                if further:
                    head["by"] = by
                yield from (head | row for row in (_of_pairs if pairs else _of_inputs)(cell))


def _of_inputs(cell: Mapping[str, Any]) -> Iterable[Row]:
    first = {name: own[0] for own in cell.get("shared_places", ()) for name in own}
    ranking: Sequence[str] = cell["ranking"]
    for name in ranking:
        row: Row = {"input": name, "rank": ranking.index(first.get(name, name)) + 1}
        for key, told in cell["indices"][name].items():
            row |= _estimate(key, told) if isinstance(told, Mapping) else {key: told}
        yield row


def _of_pairs(cell: Mapping[str, Any]) -> Iterable[Row]:
    for pair in cell.get("second_order", ()):
        row: Row = dict(zip(("input", "other_input"), pair["inputs"], strict=True))
        for key, told in pair.items():
            row |= {} if key == "inputs" else _estimate(key, told)
        yield row


def comparison_rows(comparisons: Mapping[str, Any]) -> Iterable[Row]:
    """Yield a row for each pair that is compared, at each of the labels that both have.

    Examples
    --------
    >>> part = {"unit": "kg", "mean": None, "median": {"value": 2.0, "error": 0.1},
    ...         "quantiles": [{"p": 0.5, "value": 2.0, "error": 0.1}]}
    >>> pair = {"of": {"design": "coin"}, "against": {"design": "solar"}, "labels": {"year": 2030},
    ...         "difference": part, "ratio": part, "apart": "neither",
    ...         "probability_less": {"value": 0.4, "error": 0.01}}
    >>> (row,) = comparison_rows({"total": [pair]})
    >>> row["of"], row["against"], row["year"], row["difference_median"], row["probability_less"]
    ('coin', 'solar', 2030, 2.0, 0.4)
    """
    for name, pairs in comparisons.items():
        for pair in pairs:
            row: Row = {"output": name, "compared": ", ".join(pair["of"]), **_labels(pair)}
            row |= {key: _label(pair[key]) for key in ("of", "against")}
            for part in ("difference", "ratio"):
                told = pair[part]
                row[f"{part}_unit"] = told["unit"]
                for key in ("mean", "median"):
                    row |= _estimate(f"{part}_{key}", told[key])
                for own in told["quantiles"]:
                    row |= _estimate(f"{part}_quantile_{own['p']:g}", own)
            yield (
                row
                | _estimate("probability_less", pair["probability_less"])
                | {"apart": pair["apart"]}
            )


def framed(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table of pandas; a column stands behind the one that it first came after.

    Examples
    --------
    >>> list(framed([{"output": "y", "mean": 1.0}, {"output": "z", "year": 2030, "mean": 2.0}]))
    ['output', 'year', 'mean']
    """
    import pandas as pd  # noqa: PLC0415 - half a second to import

    held = list(rows)
    columns: list[str] = []
    for names in dict.fromkeys(map(tuple, held)):
        place = 0
        for name in names:
            if name not in columns:
                columns.insert(place, name)
            place = columns.index(name) + 1
    return pd.DataFrame(held, columns=columns)


def _label(labels: Mapping[str, Any]) -> Any:
    """Return the label of one side."""
    return next(iter(labels.values())) if len(labels) == 1 else str(dict(labels))


def claim_rows(claims: Mapping[str, Any]) -> Iterable[Row]:
    """Yield a row for each claim at each of its labels, from the document of a result.

    Examples
    --------
    >>> own = {"labels": {"year": 2030}, "probability": {"value": 0.97, "error": 0.001},
    ...        "verdict": "supported", "likelihood": "extremely likely",
    ...        "margin": {"unit": "kg", "quantiles": [{"p": 0.5, "value": 3.0, "error": 0.1}]}}
    >>> (row,) = claim_rows({"saves": {"cells": [own]}})
    >>> row["claim"], row["year"], row["verdict"], row["margin_0.5"], row["unit"]
    ('saves', 2030, 'supported', 3.0, 'kg')
    """
    for name, document in claims.items():
        for cell in document["cells"]:
            margin = cell["margin"]
            row = {"claim": name, **_labels(cell)} | _estimate("probability", cell["probability"])
            row |= {key: cell[key] for key in ("verdict", "likelihood")} | {"unit": margin["unit"]}
            for own in margin["quantiles"]:
                row |= _estimate(f"margin_{own['p']:g}", own)
            yield row


def _estimate(key: str, told: Mapping[str, Any] | None) -> Row:
    """Return a value and its error as columns side by side; both empty where it is not known."""
    return {key: told and told["value"], f"{key}_error": told and told.get("error")}


def _labels(cell: Mapping[str, Any]) -> Row:
    """Return the labels of a cell as columns, which are called otherwise where one is so called."""
    return {f"{dim} (dim)" if dim in _COLUMNS else dim: own for dim, own in cell["labels"].items()}
