"""The live part of a report: a study as data, and the JavaScript that shows and moves it."""

import base64
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mcsus.analysis.replication import student_quantile
from mcsus.engine import javascript as engine
from mcsus.families import javascript as families
from mcsus.parameters import Cell
from mcsus.report.reading import Reading
from mcsus.result.ranking import Ranking, leading
from mcsus.result.reading import ResultCell, ResultTable, best_level
from mcsus.result.wording import (
    capital,
    cell_name,
    label_name,
    number,
    probability,
    span,
    unit_text,
    words,
)
from mcsus.runner.evaluation import Evaluated
from mcsus.runner.live import Kept, Live, LiveCell, LiveClaim, LiveInput
from mcsus.vocabulary import BASE, SCENARIO

_FILES = ("numbers.js", "state.js", "answer.js", "controls.js", "page.js")
_EXPORT = re.compile(r"^export ", re.MULTILINE)
_AS_DRAWS = "Its law travels as draws: it can be moved, widened and held."
_OF_PEOPLE = "It differs between individuals; all of them are moved alike."


def live_script(live: Live) -> str:
    """Return the JavaScript of the page: laws, the model of the study, and what shows them."""
    here = Path(__file__).parent
    own = "\n".join((here / name).read_text(encoding="utf-8") for name in _FILES)
    scripts = families.prelude(), engine.prelude(), live.script.text, _EXPORT.sub("", own)
    return "\n".join(scripts)


def live_data(live: Live, reading: Reading) -> str:
    """Return what the page shows and draws, as JSON that stands in a page of HTML."""
    kept: list[dict[str, Any]] = []
    first: dict[str, int] = {}
    for name, own in live.kept.items():
        first[name] = len(kept)
        kept += _kept(own)
    document = {
        "draws": live.design.draws,
        "replicates": live.design.replicates,
        "t": student_quantile(live.design.replicates),
        "columns": {
            "points": _encoded(live.points),
            "draws": _encoded(live.draws),
            "people": _encoded(live.people),
        },
        "kept": kept,
        "inputs": _inputs(live, reading),
        "outputs": [_output(live, table, first) for table in reading.outputs.values()],
        "claims": [_claim(own, reading.claims[own.id], first[own.margin]) for own in live.claims],
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _encoded(values: np.ndarray[Any, Any]) -> str:
    """Return numbers as base64 of their bytes, the lowest byte first."""
    ordered = values.astype(values.dtype.newbyteorder("<"))
    return base64.b64encode(np.ascontiguousarray(ordered).tobytes()).decode("ascii")


def _kept(own: Kept) -> list[dict[str, Any]]:
    array, first = own.place
    return [{"array": array, "row": first + k, "scale": own.scale} for k in range(own.cells)]


def _inputs(live: Live, reading: Reading) -> list[dict[str, Any]]:
    """Return the inputs, the one that matters most first; those that do not vary come last."""
    table = leading(reading).get(reading.explained.name)
    ranking = Ranking((), (), {}) if table is None else Ranking.of(table)
    shares = {
        member: ranking.range(name)[1] for name in ranking.names for member in reading.members(name)
    }

    def place(own: LiveInput) -> tuple[bool, float]:
        name = own.parameter.name
        return own.parameter.is_constant, -shares.get(name, 0.0)

    groups = {m for name in ranking.names for m in reading.members(name) if m != name}
    return [
        _input(own, None if own.parameter.name in groups else shares.get(own.parameter.name))
        for own in sorted(live.inputs, key=place)
    ]


def _input(own: LiveInput, share: float | None) -> dict[str, Any]:
    parameter, cells = own.parameter, own.cells
    is_positive = all(
        cell.law.support()[0] >= 0 and cell.law.support()[1] > 0 for cell in parameter.cells
    )
    as_draws = any(cell.law is None for cell in cells)
    note = (_OF_PEOPLE if cells[0].place[0] == "q" else _AS_DRAWS) if as_draws else ""
    return {
        "name": parameter.name,
        "title": capital(words(parameter.name)),
        "unit": unit_text(parameter.unit.text),
        "factor": parameter.unit.factor,
        "moves": "times" if is_positive else "plus",
        "share": share if share is not None and math.isfinite(share) else None,
        "note": note,
        "canChange": own.can_change,
        "cells": [_cell(*both) for both in zip(cells, parameter.cells, strict=True)],
    }


def _cell(cell: LiveCell, written: Cell) -> dict[str, Any]:
    array, row = cell.place
    return {
        "title": cell_name(cell.labels),
        "law": cell.law,
        "unit": written.unit.text,
        "factor": cell.factor,
        "array": array,
        "row": row,
        "column": cell.column,
        "least": cell.least,
        "most": cell.most,
    }


def _output(live: Live, table: ResultTable, first: Mapping[str, int]) -> dict[str, Any]:
    name, expected = table.name, live.expected.outputs[table.name]
    return {
        "name": name,
        "title": capital(words(name)),
        "unit": unit_text(table.unit),
        "level": table.level,
        "middle": table.middle,
        "apart": live.model.meets_individuals(name),
        "mayBeNever": name in live.model.may_be_never,
        "dims": _dims(live, name),
        "first": first[name],
        "parts": [
            {"title": capital(words(part)), "first": first[part], "cells": cells}
            for part, cells in live.parts.get(name, {}).items()
        ],
        "expected": _expected(expected),
        "settled": [_settled(table, cell) for cell in table.cells],
    }


def _dims(live: Live, name: str) -> list[dict[str, Any]]:
    """Return the dims of an output with their labels, and the label that is shown first."""
    found = []
    for dim in live.model.dims_of[name]:
        labels = live.model.dims[dim]
        years = live.model.is_coordinate(dim) and dim != SCENARIO
        base = BASE if dim == SCENARIO and BASE in labels else labels[-1 if years else 0]
        shown = [label_name(label) for label in labels]
        found.append(
            {"name": dim, "title": capital(words(dim)), "labels": shown, "first": label_name(base)}
        )
    return found


def _expected(told: Evaluated) -> list[dict[str, Any]]:
    """Return what the kernel makes of the same draws; None of what is never."""
    pairs = zip(told.mean.tolist(), told.quantiles.tolist(), strict=True)
    return [{"mean": _finite(mean), "quantiles": [*map(_finite, own)]} for mean, own in pairs]


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _settled(table: ResultTable, cell: ResultCell) -> dict[str, str]:
    _, low, high = best_level(cell)
    middle = cell.value("mean" if table.middle == "mean" else "median")
    return {"middle": number(middle), "interval": span(low, high)}


def _claim(own: LiveClaim, table: ResultTable, first: int) -> dict[str, Any]:
    known = zip(table.cells, own.rounding.usual.ravel(), own.rounding.most.ravel(), strict=True)
    return {
        "statement": str(table.attrs["statement"]),
        "confidence": float(table.attrs["confidence"]),
        "strict": own.is_strict,
        "open": own.is_open,
        "cells": [
            {
                "labels": {dim: label_name(label) for dim, label in cell.labels.items()},
                "place": first + k,
                "usual": float(usual),
                "most": float(most),
                "verdict": str(cell.data["verdict"].values),
                "shown": probability(float(cell.data["probability"])),
            }
            for k, (cell, usual, most) in enumerate(known)
        ],
    }
