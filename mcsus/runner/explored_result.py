"""What an explorer shows of a whole result: the same cells, with the numbers of the run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mcsus.analysis.claims import Judgement
from mcsus.analysis.intervals import CURVE
from mcsus.result.tree import Result
from mcsus.runner.explored import Array, Bounds, Cell, ClaimCell, Interval, Ranked, Snapshot
from mcsus.vocabulary import Caution, Label, Verdict

Json = Mapping[str, Any]


def settled(shown: Snapshot, result: Result, command: str) -> Snapshot:
    """Return a snapshot with the numbers of a result; what was before is that of the snapshot.

    Parameters
    ----------
    shown : Snapshot
        Of the same study.
    """
    document = result.to_dict(timing=False)
    outputs = {
        name: _outputs(cells, document["outputs"][name]["cells"], result, name)
        for name, cells in shown.outputs.items()
    }
    claims = {
        name: [_claim(cell, _at(document["claims"][name]["cells"], cell.labels)) for cell in cells]
        for name, cells in shown.claims.items()
    }
    ranking = {
        name: [
            _ranked(own)
            for own in document["sensitivity"][name]["cells"]
            if own["method"] == "sobol" and any(own["labels"] == c.labels for c in cells)
        ]
        for name, cells in shown.outputs.items()
        if name in document["sensitivity"]
    }
    return replace(
        shown,
        draws=document["design"]["draws"],
        replicates=document["design"]["replicates"],
        outputs=outputs,
        claims=claims,
        ranking=ranking,
        base_points=result.provenance["sensitivity_draws"],
        break_even={
            name: own["break_even"]
            for name, own in document["claims"].items()
            if "break_even" in own
        },
        cautions=tuple(Caution(**own) for own in document["cautions"]),
        quality="settled",
        digest=document["digest"],
        command=command,
        timing={},
    )


def _at(cells: Sequence[Json], labels: Mapping[str, Label]) -> Json:
    return next(own for own in cells if own["labels"] == labels)


def _outputs(cells: Sequence[Cell], told: Sequence[Json], result: Result, name: str) -> list[Cell]:
    data = result.datasets("outputs")[name]
    found = []
    for cell in cells:
        own = _at(told, cell.labels)
        curve = data["quantile_curve"].sel({dim: cell.labels[dim] for dim in cell.labels})
        quantiles = {each["p"]: each for each in own["quantiles"]}
        found.append(
            replace(
                cell,
                mean=_value(own["mean"]),
                mean_error=_value(own["mean"], "error"),
                sd=_value(own["sd"]),
                median=_value(own["median"]),
                median_error=_value(own["median"], "error"),
                quantiles=np.asarray(curve.values, dtype=np.float64),
                probabilities=CURVE,
                intervals=tuple(_interval(each, quantiles) for each in own["intervals"]),
                bounds=_bounds(own, cell.intervals[-1].level),
            )
        )
    return found


def _bounds(told: Json, level: float) -> Bounds | None:
    """Return the bounds of a cell, if it depends on numbers that are known to lie between two."""
    if "bounds" not in told:
        return None
    own = told["bounds"]
    quantiles = {each["p"]: each for each in own["quantiles"]}
    low, high = (quantiles[round((1 + sign * level) / 2, 9)] for sign in (-1, 1))
    mean = _both(own["mean"]) if told["mean"] is not None else None
    return Bounds(mean, _both(own["median"]), level, _value(low["low"]), _value(high["high"]))


def _both(told: Json) -> tuple[float, float]:
    return _value(told["low"]), _value(told["high"])


def _interval(told: Json, quantiles: Mapping[float, Json]) -> Interval:
    level = told["level"]
    ends = [quantiles[round((1 - level) / 2, 9)], quantiles[round((1 + level) / 2, 9)]]
    values = [_value(end) for end in ends]
    errors = [_value(end, "error") for end in ends]
    return Interval(level, *values, *errors)


def _claim(cell: ClaimCell, told: Json) -> ClaimCell:
    known = told["probability"]
    judgement = Judgement(_value(known), _value(known, "error"), Verdict(told["verdict"]))
    bounds = _both(told["bounds"]) if "bounds" in told else None
    by = told.get("undecided_by", "")
    return replace(cell, judgement=judgement, bounds=bounds, undecided_by=by)


def _ranked(told: Json) -> Ranked:
    names = tuple(told["ranking"])

    def column(key: str, part: str = "value") -> Array:
        return np.array([_value(told["indices"][name][key], part) for name in names])

    return Ranked(
        told["labels"], names,
        column("ST"), column("ST", "error"), column("S1"), column("S1", "error"),
        bool(names),
    )  # fmt: skip


def _value(told: Json | None, part: str = "value") -> float:
    known = None if told is None else told.get(part)
    return math.nan if known is None else float(known)
