"""The equations of a study as plain data: for a report, and for a page that explains them."""

from __future__ import annotations

from typing import Any

from mcsus.expressions import to_text
from mcsus.model import Equation, Model
from mcsus.study import Study
from mcsus.study.beside import kept_beside
from mcsus.study.conditional import is_written, written_name
from mcsus.study.scenarios import variants_of
from mcsus.study.shares import share_behind


def told_equations(study: Study, model: Model) -> list[dict[str, Any]]:
    """Return every equation with its text, in order of evaluation; claims and laws have none."""
    used = {name for equation in model.equations for name in equation.inputs}
    document = study.to_dict()
    shares = {share_behind(name, document) for name in used}
    apart = {equation.name for equation in kept_beside(study)}
    apart |= {parameter.name for parameter in study.parameters}
    return [
        _equation(e, study, is_share=e.name in shares)
        for e in model.equations
        if e.name not in apart
    ]


def terms_of(model: Model, name: str) -> list[str]:
    """Return the quantities that the value of another follows from, as the study names them.

    Of a parameter with a law of other quantities these are what its law takes.
    """
    if name not in {equation.name for equation in model.equations}:
        return []
    found: dict[str, None] = {}
    for term in model.equation(name).inputs:
        inner = [term] if is_written(term) else terms_of(model, term)
        found |= dict.fromkeys(map(written_name, inner))
    found.pop(name, None)
    return list(found)


def _equation(equation: Equation, study: Study, *, is_share: bool) -> dict[str, Any]:
    """Return one equation, with the formulas that take its place in scenarios."""
    formula, variants = variants_of(equation.expression, study.dims)
    return {
        "name": equation.name,
        "formula": equation.doc if is_share else to_text(formula),
        "scenarios": {scenario: to_text(other) for scenario, other in variants.items()},
        "unit": equation.unit.text,
        "stage": equation.stage or "",
        "doc": "" if is_share else equation.doc,
    }
