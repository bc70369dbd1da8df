"""The JSON document of a result, read off its tree."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.result.arrays import CREDIT, ERROR_PARTS, OUTPUT
from mcsus.result.dims import DIMS
from mcsus.vocabulary import Relation, Verdict, likelihood, likelihood_between

if TYPE_CHECKING:
    import xarray as xr


Flags = NDArray[np.bool_]

_NUMBERS = ("outputs", "sensitivity", "claims", "credits")
IGNORANCE = "ignorance"
"""What leaves a claim undecided that holds at some numbers of intervals, and not at others."""

_ORDER = ("before_next", "first_three")  # how well a ranking is known
_APART = (Verdict.NOT_SUPPORTED.value, Verdict.SUPPORTED.value)
_REMARKS = (
    "varies",
    "reason",
    "likelihood",
    "settled",
)  # on numbers that are there


def digest(document: Mapping[str, Any]) -> str:
    """Return the sha256 over the numbers of a result, in canonical order."""
    numbers = {key: _canonical(document[key]) for key in _NUMBERS if key in document}
    text = json.dumps(numbers, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def cells(data: xr.Dataset) -> Iterator[tuple[dict[str, Any], xr.Dataset]]:
    """Yield the labels and the part of every cell of a dataset, row-major."""
    dims = cell_dims(data)
    for labels in itertools.product(*(data[dim].values.tolist() for dim in dims)):
        chosen = dict(zip(dims, labels, strict=True))
        yield chosen, data.sel(chosen)


def cell_dims(data: xr.Dataset) -> list[str]:
    """Return the dims of the study that a dataset carries, in order."""
    first = data[next(iter(data.data_vars))]
    shared = set(first.dims).intersection(*(array.dims for array in data.data_vars.values()))
    return [str(dim) for dim in first.dims if dim in shared and dim not in DIMS]


def output_document(data: xr.Dataset) -> dict[str, Any]:
    """Return the JSON of one output."""
    document = {
        "unit": data.attrs["units"],
        "dims": cell_dims(data),
        "cells": [{"labels": labels} | statistics(cell) for labels, cell in cells(data)],
    }
    if data.attrs.get("rank_error"):  # of quantiles of draws that were counted; else exact
        document["rank_error"] = data.attrs["rank_error"]
    return document


def statistics(cell: xr.Dataset) -> dict[str, Any]:
    """Return the JSON of what is told of one quantity: an output, or a difference of two."""
    printed = [entry for entry in OUTPUT if entry.is_printed and not entry.dims]
    plain = [entry for entry in printed if entry.name in cell]
    return {
        **({} if cell["varies"] else {"varies": False}),
        **({"given": "not never"} if "never" in cell and cell["never"] > 0 else {}),
        **{
            entry.name: _moment(cell, entry.name) if entry.has_error else _number(cell[entry.name])
            for entry in plain
        },
        "quantiles": [
            {"p": round(float(p), 9)} | estimate(cell, "quantiles", k)
            for k, p in enumerate(cell["quantile"].values)
        ],
        "intervals": [
            {
                "level": float(level),
                **_ends(cell["symmetric"].values[k]),
                "shortest": _ends(cell["shortest"].values[k])
                | {"error": _ends(cell["shortest_error"].values[k])},
            }
            for k, level in enumerate(cell["level"].values)
        ],
        **({"bounds": _bounds(cell)} if "mean_bounds" in cell else {}),
    }


def _bounds(cell: xr.Dataset) -> dict[str, Any]:
    """Return the lowest and the highest of what is told of a quantity."""
    return {
        "mean": between(cell, "mean_bounds"),
        "median": between(cell, "median_bounds"),
        "quantiles": [
            {"p": round(float(p), 9)} | between(cell, "quantile_bounds", k)
            for k, p in enumerate(cell["quantile"].values)
        ],
    }


def between(cell: xr.Dataset, key: str, *place: int) -> dict[str, Any]:
    """Return both bounds at a place of the array's own dims."""
    return {side: estimate(cell, key, (*place, k)) for k, side in enumerate(("low", "high"))}


def _moment(cell: xr.Dataset, key: str) -> dict[str, float | None] | None:
    """Return a value with its error; None where it does not settle."""
    told = estimate(cell, key)
    return None if told["value"] is None else told


def _ends(interval: Sequence[float]) -> dict[str, float | None]:
    return {"low": _number(interval[0]), "high": _number(interval[1])}


def sensitivity_documents(tables: Mapping[str, xr.Dataset]) -> dict[str, Any]:
    """Return the JSON of all analyses: by output, further groupings under ``by``."""
    documents: dict[str, Any] = {}
    for name, data in tables.items():
        output, _, mark = name.partition("@")
        document = documents.setdefault(output, {"cells": []})
        rows = [_explained_cell(labels, cell, data.attrs) for labels, cell in cells(data)]
        mark = mark.removeprefix(data.attrs["method"]).removeprefix("@")
        if mark:
            document.setdefault("by", {}).setdefault(mark, {"cells": []})["cells"] += rows
        else:
            document["cells"] += rows
    return documents


def _explained_cell(
    labels: dict[str, Any], cell: xr.Dataset, attrs: Mapping[Any, Any]
) -> dict[str, Any]:
    """Return what a method says of one cell: of each input, and of each pair of them."""
    names = [str(name) for name in cell["input"].values]
    told = {str(key): np.asarray(value).item() for key, value in attrs.items()}
    ranks = cell["rank"].values
    if not ranks.all():  # the output does not vary: nothing drives it
        reason = "the output does not vary, rounding apart, at the points of the analysis"
        return {"labels": labels, "ranking": [], "indices": {}, "reason": reason} | told
    told.pop("reason", None)  # of other cells
    beside = {"rank", *_ORDER, *(f"{key}_error" for key in cell.data_vars)}
    estimated = [str(key) for key in cell.data_vars if key not in beside]
    by_input = [key for key in estimated if cell[key].dims == ("input",)]
    by_pair = [key for key in estimated if cell[key].dims == ("input", "other_input")]
    ranking = [names[k] for k in sorted(range(len(names)), key=lambda k: (ranks[k], names[k]))]
    document = {
        "labels": labels,
        **told,
        "ranking": ranking,
        **_shared(ranking, dict(zip(names, ranks.tolist(), strict=True))),
        "indices": {
            name: {key: _told(cell, key, k) for key in by_input} for k, name in enumerate(names)
        },
    }
    if by_pair:
        document["second_order"] = [
            {"inputs": [a, b]} | {key: estimate(cell, key, (i, j)) for key in by_pair}
            for (i, a), (j, b) in itertools.combinations(enumerate(names), 2)
            if any(np.isfinite(cell[key].values[i, j]) for key in by_pair)
        ]
    document |= {key: estimate(cell, key) for key in estimated if not cell[key].dims}
    if all(key in cell for key in _ORDER):
        each = zip(names, cell[_ORDER[0]].values.tolist(), strict=True)
        before = {name: _number(own) for name, own in each}
        document["settled"] = {_ORDER[1]: _number(cell[_ORDER[1]].values), _ORDER[0]: before}
    return document


def _shared(ranking: Sequence[str], places: Mapping[str, float]) -> dict[str, Any]:
    """Return which inputs share a place, if any do."""
    found = [list(own) for _, own in itertools.groupby(ranking, key=places.__getitem__)]
    shared = [names for names in found if len(names) > 1]
    return {"shared_places": shared} if shared else {}


def claim_document(data: xr.Dataset) -> dict[str, Any]:
    """Return the JSON of one claim."""
    at = json.loads(data.attrs["at"])
    return {
        "tested": str(data.attrs["tested"]),
        **({"at": at} if at else {}),
        "cells": [_claim_cell(labels, cell, data.attrs) for labels, cell in cells(data)],
    }


def _claim_cell(
    labels: dict[str, Any], cell: xr.Dataset, attrs: Mapping[Any, Any]
) -> dict[str, Any]:
    """Return probability and verdict, and quantiles of the margin and of what the claim shows."""
    unit, places = str(attrs["units"]), [float(p) for p in cell["quantile"].values]
    margin = _listed(cell, "margin_quantiles")
    if attrs["beside"]:
        name, shown = str(attrs["beside"]), _listed(cell, "beside_quantiles")
    else:
        name, value = str(attrs["quantity"]), float(attrs["value"])
        sign = Relation(attrs["relation"]).sign
        shown = [
            {**own, "value": None if own["value"] is None else value + sign * own["value"]}
            for own in margin[::sign]
        ]
    quantity: dict[str, Any] = {"name": name, "unit": unit, "quantiles": _at(places, shown)}
    if "never" in cell:
        quantity["never"] = estimate(cell, "never")
    probability = estimate(cell, "probability")
    return {
        "labels": labels,
        "probability": probability,
        "verdict": str(cell["verdict"].values),
        "likelihood": _likely(cell),
        **(_bounded(cell) if "probability_bounds" in cell else {}),
        "margin": {"unit": unit, "quantiles": _at(places, margin)},
        "quantity": quantity,
    }


def _bounded(cell: xr.Dataset) -> dict[str, Any]:
    """Return the lowest and the highest probability of a claim, and what leaves it undecided."""
    low, high = (str(word) for word in cell["verdict_bounds"].values)
    ends = between(cell, "probability_bounds")
    ends["low"]["verdict"], ends["high"]["verdict"] = low, high
    told: dict[str, Any] = {"bounds": ends}
    if cell["verdict"] == Verdict.UNDECIDED.value:
        told["undecided_by"] = undecided_by(low, high)
    return told


def undecided_by(low: str, high: str) -> str:
    """Return what leaves a claim undecided, from its verdicts at the bounds of its probability.

    Examples
    --------
    >>> undecided_by("not_supported", "supported"), undecided_by("undecided", "supported")
    ('ignorance', 'draws')
    """
    return IGNORANCE if (low, high) == _APART else "draws"


def ignorant(data: xr.Dataset) -> Flags:
    """Tell of each cell of a claim whether it holds at some numbers of intervals alone."""
    if "verdict_bounds" not in data:
        return np.zeros(data["verdict"].shape, dtype=bool)
    low, high = (data["verdict_bounds"].isel(bound=k).values for k in (0, 1))
    return np.asarray((low == _APART[0]) & (high == _APART[1]))


def _likely(cell: xr.Dataset) -> str:
    """Return the words for a probability, or for the bounds that it has."""
    if "probability_bounds" in cell:
        return likelihood_between(*cell["probability_bounds"].values.tolist())
    return likelihood(float(cell["probability"]))


def _listed(cell: xr.Dataset, key: str) -> list[dict[str, float | None]]:
    return [estimate(cell, key, k) for k in range(len(cell[key].values))]


def _at(places: Sequence[float], values: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return values with the probabilities that they are at."""
    return [{"p": round(p, 9)} | dict(own) for p, own in zip(places, values, strict=True)]


def credit_document(data: xr.Dataset) -> dict[str, Any]:
    """Return the JSON of one credit."""
    about = {key: data.attrs[key] for key in ("quantity", "rule", "buffer", "over")}
    return about | {"cells": [_credit_cell(labels, cell) for labels, cell in cells(data)]}


def _credit_cell(labels: dict[str, Any], cell: xr.Dataset) -> dict[str, Any]:
    printed = [e.name for e in CREDIT if e.is_printed and not e.dims and e.name in cell]
    known = [name for name in printed if not name.startswith("factor_")]
    told = {"labels": labels, "unit": cell.attrs["units"]}
    told |= {name: estimate(cell, name) for name in known}
    if "factor_median" in cell:
        ends = _ends(cell["factor_interval"].values.tolist())
        off = _ends(cell["factor_interval_error"].values.tolist())
        told["over_crediting"] = {
            "issued": cell.attrs["issued_quantity"] or cell.attrs["issued"],
            "median": estimate(cell, "factor_median"),
            "interval": {"level": cell.attrs["factor_level"], **ends, "error": off},
        }
    return told


def estimate(
    cell: xr.Dataset, key: str, place: int | tuple[int, ...] = ()
) -> dict[str, float | None]:
    """Return a value, and its error if it has one, at a place of the array's own dims."""
    parts = {f"{kind}_error": f"{key}_{kind}_error" for kind in ERROR_PARTS}
    known = {"value": key, "error": f"{key}_error"} | parts
    arrays = cell.variables  # without their labels, which take ten times as long
    return {
        word: _number(arrays[name].values[place]) for word, name in known.items() if name in arrays
    }


def _told(cell: xr.Dataset, key: str, place: int) -> dict[str, float | None] | str:
    """Return a value of an input with its error, or the text about it."""
    values = cell.variables[key].values  # without its labels, as those below
    return estimate(cell, key, place) if values.dtype.kind in "fiu" else str(values[place])


def _number(value: Any) -> float | None:
    """Return a plain number; None for an error that one replicate cannot tell."""
    plain = float(value)
    return plain if math.isfinite(plain) else None


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _canonical(item) for key, item in value.items() if key not in _REMARKS}
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value]
    if isinstance(value, float):
        return (value + 0.0).hex()  # adding zero turns -0.0 into 0.0
    return value
