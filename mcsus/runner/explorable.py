"""What can be changed and seen in a study, as JSON: its inputs with their laws, outputs, claims."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np

from mcsus.errors import FaultCollector, InputError
from mcsus.expressions import to_text
from mcsus.families import FAMILIES, Distribution
from mcsus.families.conditional import Conditional
from mcsus.families.reshaped import narrowed, scaled, shifted, with_ends
from mcsus.model import Model
from mcsus.parameters import Cell, Parameter, Provenance, Source
from mcsus.result.law_words import law_text
from mcsus.result.wording import words
from mcsus.runner.explored import PROBABILITIES, labels_of
from mcsus.runner.validity import breakdowns
from mcsus.study import Claim, Study
from mcsus.study.conditional import quantities_of
from mcsus.study.dimensions import is_numeric
from mcsus.study.explore import KEY, read_explore
from mcsus.study.grids import labelled
from mcsus.study.joints import joint_of
from mcsus.study.shares import share_behind
from mcsus.study.typed import is_of_law_in_force, typed_law
from mcsus.study.typed_text import toml_value, typed_text
from mcsus.units import Unit
from mcsus.vocabulary import BASE

Json = dict[str, Any]

CURVE = np.concatenate([[0.001, 0.004], np.linspace(0.01, 0.99, 61), [0.996, 0.999]])
"""Probabilities at which the curve of a law is told."""

_NUMBERS = re.compile(r"[-+0-9.e]+")
_ABOUT = (
    "id", "title", "question", "functional_unit", "system_boundary", "characterisation",
)  # fmt: skip
_MOVES = {
    "scale": lambda law: scaled(law, 1.5),
    "shift": lambda law: shifted(law, 1.0),
    "spread": lambda law: narrowed(law, 0.5),
    "ends": lambda law: with_ends(law, *_wider(law)),
}


def describe(study: Study, model: Model, limits: Mapping[str, int]) -> Json:
    """Return what a page shows of a study before anything is drawn."""
    dims = {dim: labels for dim, labels in study.dims.items() if dim != study.inner}
    scenarios = [{"id": own.id, "title": own.title or words(own.id)} for own in study.scenarios]
    outputs = [told_output(study, model, name) for name in study.outputs]
    first = outputs[0]
    return {
        "study": {key: getattr(study, key) for key in _ABOUT},
        "mcsus": version("mcsus"),
        "design": study.design.to_dict(),
        "levels": list(study.intervals),
        "probabilities": PROBABILITIES.tolist(),
        "limits": dict(limits),
        "dims": [
            {"id": dim, "title": words(dim), "labels": list(labels), "numeric": is_numeric(labels)}
            for dim, labels in dims.items()
        ],
        "scenarios": [{"id": BASE, "title": "as written"}, *scenarios] if scenarios else [],
        "outputs": outputs,
        "claims": [_claim(claim, study, model) for claim in study.claims],
        "inputs": [told_input(study, model, p) for p in _ordered(study)],
        "families": [
            {
                "id": own.name,
                "use": own.use,
                "domain": own.domain,
                "forms": [list(form) for form in own.forms],
                "example": dict(own.example),
            }
            for own in FAMILIES.values()
        ],
        "visible": {"output": first["id"], "labels": first["cells"][0]},
        "cautions": [
            {"kind": own.kind, "where": own.where, "text": own.text} for own in study.cautions
        ],
    }


def told_input(study: Study, model: Model, parameter: Parameter) -> Json:
    """Return an input with its laws."""
    about = parameter.cells[0].provenance
    laws = told_laws(parameter, study)
    used = model.upstream([*study.outputs, *(claim.equation.name for claim in study.claims)])
    return {
        "id": parameter.name,
        "title": words(parameter.name),
        "unit": parameter.unit.text,
        "dimension": str(parameter.unit.dimension),
        "stage": parameter.stage,
        "kind": parameter.kind,
        **told_origin(about),
        "used": parameter.name in used or f"score:{parameter.name}" in used,
        "constant": parameter.is_constant,
        "fixed": _fixed(parameter, study),
        "dims": list(parameter.dims),
        "shared": len(laws) == 1 and not laws[0]["labels"],
        "set_in": [own.id for own in study.scenarios if parameter.name in own.changes],
        "laws": laws,
    }


def _ordered(study: Study) -> list[Parameter]:
    """Return the parameters, those first that the study wants first."""
    names = [parameter.name for parameter in study.parameters]
    first = read_explore(study.document.get(KEY), {"parameters": names}, FaultCollector())
    return sorted(
        study.parameters, key=lambda p: first.index(p.name) if p.name in first else len(first)
    )


def told_changed(
    study: Study, written: Study, changes: Sequence[Mapping[str, Any]]
) -> dict[str, list[Json]]:
    """Return the laws of the inputs that are changed, as they are now, and what they rest on.

    Parameters
    ----------
    written : Study
        As it was opened.
    """
    known = {parameter.name: parameter for parameter in study.parameters}
    last = {change.get("input") or change.get("name"): change for change in changes}
    return {
        name: [
            own | _read_as(name, change, written) | {"origin": told_origin(cell.provenance)}
            for own, cell in zip(told_laws(known[name], study), known[name].cells, strict=False)
        ]
        for name, change in last.items()
        if name in known
    }


def _read_as(name: str, change: Mapping[str, Any], written: Study) -> Json:
    """Return why a text was read as a law, and what else it may mean."""
    text = str(change.get("law", ""))
    known = {parameter.name: parameter for parameter in written.parameters}
    if not text or name not in known or is_of_law_in_force(text):
        return {"chosen": None}
    with written.units.in_use():
        typed = typed_law(text, known[name].unit)
    if not typed.because:
        return {"chosen": None}
    instead = [{"text": typed_text(law, typed.unit)} for law in typed.instead]
    return {"chosen": {"because": typed.because, "instead": instead}}


def told_laws(parameter: Parameter, study: Study) -> list[Json]:
    """Return the laws of an input with their labels: one where all labels have the same."""
    cells = parameter.cells
    if all((cell.law, cell.unit) == (cells[0].law, cells[0].unit) for cell in cells):
        return [{"labels": {}, "law": told_cell(cells[0])}]
    return [
        {"labels": labels, "law": told_cell(cell)}
        for labels, cell in zip(labelled(parameter.dims, study.dims), cells, strict=True)
    ]


def told_cell(cell: Cell) -> Json:
    """Return the law of a cell."""
    told = dict(_told(cell.law, cell.unit))
    if not isinstance(cell.law, Conditional):
        told["typical"] = _number(cell.deterministic)
    return told


@functools.lru_cache(maxsize=4096)
def _told(law: Distribution, unit: Unit) -> Mapping[str, Any]:
    """Return all that is told of a law."""
    table = {**law.to_dict(), "unit": unit.text}
    told: Json = {
        "text": "",
        "table": table,
        "toml": "\n".join(f"{key} = {toml_value(value)}" for key, value in table.items()),
        "words": law_text(law.to_dict()),
        "family": law.family,
        "unit": unit.text,
        "moves": [],
        "between": [own._asdict() for own in law.between],
    }
    if isinstance(law, Conditional):
        empty = dict.fromkeys(("typical", "mean", "sd", "low", "high"))
        return told | empty | {"support": [None, None], "curve": None}
    low, high = (float(x) for x in law.quantile(np.array([0.05, 0.95])))
    return told | {
        "text": typed_text(law, unit),
        "typical": _number(law.typical()),
        "mean": _number(law.mean()),
        "sd": _number(law.sd()),
        "low": _number(low),
        "high": _number(high),
        "support": [_number(end) for end in law.support()],
        "curve": {"p": CURVE.tolist(), "x": [_number(x) for x in law.quantile(CURVE).tolist()]},
        "moves": _moves(law),
    }


_known_moves: dict[str, list[str]] = {}


def _moves(law: Distribution) -> list[str]:
    """Return how a law may be moved: that depends on its family and not on its numbers."""
    kind = f"{_NUMBERS.sub('#', repr(law))} {min(law.support()) < 0}"
    if kind not in _known_moves:
        _known_moves[kind] = [name for name, move in _MOVES.items() if _takes(law, move)]
    return _known_moves[kind]


def _takes(law: Distribution, move: Any) -> bool:
    try:
        move(law)
    except InputError:
        return False
    return True


def _wider(law: Distribution) -> tuple[float, float]:
    """Return ends of a law that are somewhat wider apart, and above 0 where it is."""
    low, high = (float(x) for x in law.quantile(np.array([0.05, 0.95])))
    if low == high:
        low, high = low - abs(low) / 2 - 1, high + abs(high) + 1
    return (low / 1.1 if low > 0 else low - (high - low) / 10), high + (high - low) / 10


def told_origin(about: Provenance) -> Json:
    """Return where a law comes from."""
    return {
        "evidence": about.evidence,
        "library": about.id,
        "sources": [_source(own) for own in about.sources],
        "rationale": about.rationale,
        "note": about.note,
        "derivation": about.derivation,
    }


def _source(own: Source) -> Json:
    known = not own.is_own
    return {
        "text": str(own),
        "url": own.url if known and own.url.startswith("http") else None,
        "licence": own.licence if known else None,
    }


def _fixed(parameter: Parameter, study: Study) -> str | None:
    """Return why an input cannot be changed, if it cannot."""
    if quantities := quantities_of(parameter):
        return f"its law follows from {', '.join(sorted(quantities))}"
    if joint := joint_of(parameter):
        return f"it is a column of {joint}, whose rows stay together"
    if stem := share_behind(parameter.name, study.document):
        return f"it is behind {stem}, shares that add up to one"
    return None


def told_output(study: Study, model: Model, name: str) -> Json:
    """Return an output with its labels and what it is made of."""
    parts = breakdowns(study, model).get(name, ())
    equation = model.equation(name)
    dims = model.dims_of[name]
    return {
        "id": name,
        "title": words(name),
        "unit": study.outputs[name].text,
        "dims": list(dims),
        "cells": labels_of({dim: model.dims[dim] for dim in dims}),
        "breakdown": [{"id": part, "title": words(part)} for part in parts],
        "never": name in model.may_be_never,
        "between": _between(study, model, name),
        "formula": to_text(equation.expression),
        "description": equation.doc,
    }


def _claim(claim: Claim, study: Study, model: Model) -> Json:
    margin, dims = claim.margin, model.dims_of[claim.equation.name]
    return {
        "id": claim.id,
        "statement": claim.statement,
        "quantity": margin.quantity,
        "tested": claim.tested,
        "relation": str(margin.relation),
        "value": _number(claim.table.get("value")),
        "unit": margin.unit.text,
        "confidence": claim.confidence,
        "required": claim.required,
        "dims": list(dims),
        "cells": labels_of({dim: model.dims[dim] for dim in dims}),
        "between": _between(study, model, claim.equation.name),
    }


def _between(study: Study, model: Model, name: str) -> list[str]:
    """Return the inputs of a quantity whose laws have numbers that are known to lie between two."""
    reached = model.upstream([name])
    return [
        parameter.name
        for parameter in study.parameters
        if parameter.name in reached and any(cell.law.between for cell in parameter.cells)
    ]


def _number(value: Any) -> float | None:
    known = isinstance(value, int | float) and math.isfinite(value)
    return float(f"{value:.9g}") if known else None
