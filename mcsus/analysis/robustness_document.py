"""The JSON of how robust a claim is, from its arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mcsus.analysis.divergence import shift
from mcsus.result.document import cells, estimate
from mcsus.result.of_claims import CONFIDENCE, units_of
from mcsus.vocabulary import BASE, SCENARIO, Label

if TYPE_CHECKING:
    import xarray as xr

_CHOICE = re.compile(r"(^|_)(average|marginal|factor|truncation)(_|$)")
"""In the name of a scenario that is the study by another choice of method."""

_ROUNDING = 1e-12  # of a probability
_MOST_INPUTS = 12  # that are printed; all are in the tree


def document(data: xr.Dataset) -> dict[str, Any]:
    """Return what is told of the cell as written that is least sure, and of each cell."""
    told = [(labels, cell) for labels, cell in cells(data) if np.isfinite(cell["as_written"])]
    own = [_cell(labels, cell) for labels, cell in told]
    written = [k for k, (labels, _) in enumerate(told) if labels.get(SCENARIO, BASE) == BASE]
    for k in written:
        own[k]["choices"] += _by_scenario(told[k][0], told)
    asked = float(data.attrs[CONFIDENCE])
    probabilities = [float(told[k][1]["as_written"]) for k in written]
    least = own[written[int(np.argmin(probabilities))]] if written else {}
    several = {"cells": own} if len(own) > 1 else {}
    return {"confidence": asked, **least, "scenarios": list(_scenarios(told)), **several}


def _cell(labels: Mapping[str, Label], cell: xr.Dataset) -> dict[str, Any]:
    names = list(units_of(cell))
    turned = estimate(cell, "breakdown_radius")
    beyond = float(cell["breakdown_least"])
    radius = turned["value"]
    return {
        **({"labels": dict(labels)} if labels else {}),
        "probability": estimate(cell, "as_written"),
        "breakdown_radius": turned,
        **({"breakdown_beyond": beyond} if np.isfinite(beyond) else {}),
        "breakdown_shift": None if radius is None else shift(radius),
        "curve": list(_curve(cell)),
        "one_input": list(_one_input(cell, names)),
        "perturbed": list(_perturbed(cell, names)),
        "families": list(_families(cell, names)),
        "choices": list(_choices(cell, names)),
        "not_looked_at": int(cell["not_looked_at"]),
        "dependence": dependence(cell, names),
    }


def _curve(cell: xr.Dataset) -> Iterator[dict[str, Any]]:
    for k, radius in enumerate(cell["kl_radius"].values.tolist()):
        keys = ("worst", "best", "worst_mean")
        told = {key: estimate(cell, key, k) for key in keys}
        yield {"radius": radius, "shift": shift(radius), **told}


def _most_moved(values: Any, start: float) -> list[int]:
    """Return the inputs that move a probability most, in falling order.

    None that are not there, and of a probability that may be moved none that do not move it.
    """
    flat = np.asarray(values).reshape(len(values), -1)
    known = np.isfinite(flat).any(axis=1)
    apart = np.where(np.isfinite(flat), np.abs(flat - start), 0.0).max(axis=1)
    if 0 < start < 1:
        known &= apart > _ROUNDING
    order = np.argsort(-apart, kind="stable")
    return [int(k) for k in order if known[k]][:_MOST_INPUTS]


def _one_input(cell: xr.Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    worst, turns = cell["input_worst"].values, cell["input_breakdown"].values
    radii = cell["kl_radius"].values.tolist()
    for k in _most_moved(worst, float(cell["as_written"])):
        radius = float(turns[k])
        yield {
            "input": names[k],
            "breakdown_radius": radius if np.isfinite(radius) else None,
            "worst": [
                {"radius": r, "probability": float(p)} for r, p in zip(radii, worst[k], strict=True)
            ],
        }


def _perturbed(cell: xr.Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    changes = [str(name) for name in cell["perturbation"].values]
    for k in _most_moved(cell["perturbed"].values, float(cell["as_written"])):
        for j, change in enumerate(changes):
            yield {
                "input": names[k],
                "change": change,
                "probability": estimate(cell, "perturbed", (k, j)),
                **_means(_number(cell["perturbed_share"].values[k, j])),
            }


def _families(cell: xr.Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    values = cell["family"].values
    for k in _most_moved(values, float(cell["as_written"])):
        for j, law in enumerate(cell["other_law"].values):
            if np.isfinite(values[k, j]):
                share = _number(cell["family_share"].values[k, j])
                yield {
                    "input": names[k],
                    "law": str(law),
                    "probability": estimate(cell, "family", (k, j)),
                    **_means(share),
                }


def _means(share: float | None) -> dict[str, Any]:
    """Return by what a probability was found, with the effective share of the draws."""
    return {"by": "run"} if share is None else {"by": "reweighting", "effective_share": share}


def _choices(cell: xr.Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    values = cell["chosen"].values
    for j, choice in enumerate(cell["choice"].values):
        for k in np.flatnonzero(np.isfinite(values[:, j])):
            yield {
                "choice": str(choice),
                "input": names[int(k)],
                "probability": estimate(cell, "chosen", (int(k), j)),
                "by": "run",
            }


def _by_scenario(
    labels: Mapping[str, Label], told: list[tuple[dict[str, Any], xr.Dataset]]
) -> list[dict[str, Any]]:
    """Return the scenarios that are another choice of method, beside a cell as written."""
    return [
        {
            "choice": str(other[SCENARIO]),
            "input": None,
            "probability": estimate(cell, "as_written"),
            "by": "scenario",
        }
        for other, cell in told
        if _CHOICE.search(str(other.get(SCENARIO, BASE)))
        and {**other, SCENARIO: BASE} == {**labels, SCENARIO: BASE}
    ]


def dependence(cell: xr.Dataset, names: list[str]) -> dict[str, Any]:
    """Return the lowest and highest probability over dependences, and all that was looked at."""
    rows = [*_pairs(cell, names), *_together(cell)]
    written: dict[str, Any] = {
        "probability": estimate(cell, "as_written"),
        "inputs": [],
        "correlation": None,
    }
    every = [written, *rows]
    extremes = [min(every, key=_value), max(every, key=_value)]
    low, high = (
        {**end["probability"], "inputs": end["inputs"], "correlation": end["correlation"]}
        for end in extremes
    )
    reach = [row["interval"] for row in rows]
    interval = {
        "low": min((own["low"] for own in reach if own["low"] is not None), default=None),
        "high": max((own["high"] for own in reach if own["high"] is not None), default=None),
    }
    ends = [_number(end) for end in cell["sum_bounds"].values]
    sharp = {} if None in ends else {"sharp": dict(zip(("low", "high"), ends, strict=True))}
    return {"low": low, "high": high, "interval": interval, **sharp, "looked_at": rows}


def _pairs(cell: xr.Dataset, names: list[str]) -> Iterator[dict[str, Any]]:
    places = cell["pair_inputs"].values
    for k, own in enumerate(places):
        members = [names[int(np.flatnonzero(own == m)[0])] for m in (1, 2) if (own == m).any()]
        if members:
            yield from _correlated(cell, "pair", k, "score_correlation", members)


def _together(cell: xr.Dataset) -> Iterator[dict[str, Any]]:
    if "together" not in cell:
        return
    for k, name in enumerate(cell["input_group"].values):
        yield from _correlated(cell, "together", k, "label_correlation", [str(name)])


def _correlated(
    cell: xr.Dataset, key: str, k: int, dim: str, members: list[str]
) -> Iterator[dict[str, Any]]:
    for j, rho in enumerate(cell[dim].values.tolist()):
        if np.isfinite(cell[key].values[k, j]):
            low, high = map(_number, cell[f"{key}_interval"].values[k, j])
            yield {
                "inputs": members,
                "correlation": rho,
                "probability": estimate(cell, key, (k, j)),
                "interval": {"low": low, "high": high},
            }


def _value(row: Mapping[str, Any]) -> float:
    return float(row["probability"]["value"])


def _scenarios(told: list[tuple[dict[str, Any], xr.Dataset]]) -> Iterator[dict[str, Any]]:
    """Yield lowest and highest probability over the scenarios of a study, by the other labels."""
    groups: dict[tuple[tuple[str, Label], ...], list[tuple[str, dict[str, Any]]]] = {}
    for labels, cell in told:
        if SCENARIO in labels:
            others = tuple((dim, at) for dim, at in labels.items() if dim != SCENARIO)
            own = str(labels[SCENARIO]), estimate(cell, "as_written")
            groups.setdefault(others, []).append(own)
    for others, found in groups.items():
        ends = [pick(found, key=lambda own: own[1]["value"]) for pick in (min, max)]
        low, high = ({"scenario": name, **probability} for name, probability in ends)
        yield {"labels": dict(others), "low": low, "high": high}


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
