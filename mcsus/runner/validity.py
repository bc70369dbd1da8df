"""What can be said of a study without running it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace

import numpy as np

from mcsus.analysis.base import methods
from mcsus.declared.reader import choices
from mcsus.errors import FaultCollector, InputError
from mcsus.expressions import dims, walk
from mcsus.expressions.nodes import Binary, Expression, Name, Reduce
from mcsus.families import Distribution
from mcsus.families.limits import check_draws
from mcsus.model import Model, evaluate, typical_values
from mcsus.runner.applying import fits
from mcsus.runner.comparisons import check_comparisons
from mcsus.runner.domains import check_domains
from mcsus.runner.input_groups import is_apart_by_label
from mcsus.runner.nested import check_population
from mcsus.runner.size import refuse_too_large, size_of
from mcsus.study import Study, load_study
from mcsus.study.beside import kept_beside
from mcsus.study.conditional import Split, place_of, split
from mcsus.study.dimensions import is_consecutive, is_numeric
from mcsus.study.grids import labelled
from mcsus.study.joints import joints_of
from mcsus.study.parts import ALL
from mcsus.units import Unit


def check(study: Study | str | os.PathLike[str]) -> tuple[Study, Model]:
    """Validate a study without running it: file, library, wiring, dims and units.

    Raises
    ------
    InputError
        With every fault found at the first stage that has any.
    RefusedError
        If it is too large for this machine.

    Examples
    --------
    >>> study, model = check("tinyml_table")
    >>> model.dims_of["device_footprint"]
    ('application', 'scenario')
    """
    study = study if isinstance(study, Study) else load_study(study)
    faults = FaultCollector(study.place)
    made: Split | None = None
    model = None
    with faults.at():
        made = split(study.parameters)
        model = Model(
            [*study.equations, *made.equations, *kept_beside(study)],
            made.parameters,
            study.dims,
            required=_required(study),
            inner=study.inner,
        )
        size = size_of(study, model)  # refuses averages that an individual depends on
    if faults.faults and made is not None:
        faults = _claims_apart(study, made, faults)
    _raise_any(faults, study)
    assert made is not None and model is not None  # noqa: S101, PT018 - it has raised otherwise
    _check_read(study, model, faults)
    _check_steps(study, model, faults)
    check_population(study, model, faults)
    faults.raise_any()
    refuse_too_large(study, size)
    check_domains(study, model, made.guards, faults)
    faults.raise_any()
    check_parts(study, model)
    return study, model


def _claims_apart(study: Study, made: Split, faults: FaultCollector) -> FaultCollector:
    """Return the faults of claims by their keys, where all else of the study is sound."""
    own = FaultCollector(study.place)
    try:
        equations = [*study.equations, *made.equations]
        named = [name for beside in kept_beside(study) for name in beside.inputs]
        required = [*study.outputs, *named]
        model = Model(equations, made.parameters, study.dims, required, study.inner)
    except InputError:
        return faults
    _check_read(study, model, own)
    return own if own.faults else faults


def _check_read(study: Study, model: Model, faults: FaultCollector) -> None:
    """Note the dims that claims read quantities along that do not carry them."""
    for claim in study.claims:
        for keys, dim, expression in claim.margin.reads:
            with suppress(InputError):  # told of the claim that it is made of
                carried = dims(expression, model.dims_of, model.dims)
                if dim not in carried:
                    found = f"{dim!r}, along which nothing in the claim differs"
                    own = [name for name in carried if name != model.inner]
                    allowed = f"one of {', '.join(own)}" if own else "nothing: it has no dims"
                    faults.add(found, allowed, "claims", claim.id, *keys)


def _check_steps(study: Study, model: Model, faults: FaultCollector) -> None:
    """Refuse labels with gaps where equations that ship add up one year after the other."""
    for equation in model.equations:
        for node in walk(equation.expression) if equation.function is not None else ():
            if not isinstance(node, Reduce) or node.kind != "sum" or node.over == study.inner:
                continue
            labels = study.dims.get(node.over, ())
            if is_numeric(labels) and not is_consecutive(labels):
                found = f"labels with gaps, which {equation.name!r} of the model adds up"
                faults.add(found, "labels that go up by one", "dims", node.over)


def _raise_any(faults: FaultCollector, study: Study) -> None:
    """Raise the faults; those of an equation for a parameter stand where the file writes it."""
    places = {
        (*faults.where, "equations", parameter.name): (*faults.where, "parameters", parameter.name)
        for parameter in study.parameters
    }
    places |= {
        (*faults.where, "equations", margin.name): (*faults.where, "claims", claim.id)
        for claim in study.claims
        for margin in claim.equations
    }
    faults.faults[:] = [
        replace(fault, where=places.get(fault.where, fault.where)) for fault in faults.faults
    ]
    faults.raise_any()


def check_parts(study: Study, model: Model) -> None:
    """Check what depends on laws as well: tables, units, breakdowns and groups of inputs.

    Raises
    ------
    InputError
        With every fault.
    """
    faults = FaultCollector(study.place)
    _check_laws(study, faults)
    _check_units(study, model, faults)
    _check_breakdown(study, model, faults)
    _check_credits(study, model, faults)
    _check_joints(study, faults)
    _check_labels(study, faults)
    _check_methods(study, model, faults)
    check_comparisons(study, model, faults)
    faults.raise_any()


def breakdowns(study: Study, model: Model) -> dict[str, tuple[str, ...]]:
    """Return, for each output that is a sum, the quantities that add up to it.

    Those the study declares; otherwise the terms of an equation that is a plain sum of names.
    """
    found = {}
    for name in study.outputs:
        terms = study.breakdown.get(name) or _terms(model.equation(name).expression)
        if terms and len(terms) > 1:
            found[name] = tuple(terms)
    return found


def _terms(expression: Expression) -> tuple[str, ...] | None:
    """Return the names of a plain sum of names, or None."""
    match expression:
        case Name(name):
            return (name,)
        case Binary("+", left, right):
            below = _terms(left), _terms(right)
            if below[0] and below[1]:
                return (*below[0], *below[1])
    return None


def _required(study: Study) -> list[str]:
    parts = [part for terms in study.breakdown.values() for part in terms]
    return [*study.outputs, *(e.name for e in kept_beside(study)), *parts]


def _check_laws(study: Study, faults: FaultCollector) -> None:
    """Refuse laws that cannot be drawn: beyond float64, or without a table of their inverse."""
    sound: set[tuple[Distribution, float]] = set()
    for parameter in study.parameters:
        for labels, cell in zip(labelled(parameter.dims, study.dims), parameter.cells, strict=True):
            law = cell.law.drawn
            factor = cell.unit.factor if law is cell.law else 1.0
            if (law, factor) in sound:
                continue
            with faults.at(*place_of(parameter.name, labels)):
                check_draws(law, factor)
                if law.is_tabulated:
                    law.kernel()
                sound.add((law, factor))


def _check_units(study: Study, model: Model, faults: FaultCollector) -> None:
    asked: list[tuple[tuple[str, ...], str, Unit]] = [
        (("outputs", n), n, u) for n, u in study.outputs.items()
    ]
    for where, name, unit in asked:
        dimension = model.dimension_of[name]
        if unit.dimension != dimension:
            allowed = f"a unit of {name!r}, like {dimension.shown}"
            faults.add(f"unit {unit.text!r}", allowed, *where)
    single = [(where, name, name) for where, name, _ in asked]
    single += [(("claims", c.id), c.equation.name, c.margin.quantity) for c in study.claims]
    single += [(("credits", c.id), c.equation.name, c.quantity) for c in study.credits]
    for where, name, words in single:
        if model.inner in model.dims_of[name]:
            allowed = f"one value for all individuals, such as mean({words}, over={model.inner})"
            allowed += "; or a share of them" if where[0] == "claims" else ""
            faults.add(f"{words!r}, which differs between individuals", allowed, *where)
    for name in study.sensitivity.outputs:
        if name not in study.outputs:
            faults.add(repr(name), "an output of this study", "sensitivity", "outputs")


def _check_credits(study: Study, model: Model, faults: FaultCollector) -> None:
    """Refuse credits of what is no number in every draw, and periods that they do not have."""
    for credit in study.credits:
        name, dims = credit.equation.name, model.dims_of[credit.equation.name]
        if name in model.may_be_never:
            found = f"{credit.quantity!r}, which may be never"
            faults.add(found, "an amount in every draw", "credits", credit.id, "quantity")
        if credit.issued_equation is not None:
            other = [dim for dim in model.dims_of[credit.issued_equation.name] if dim not in dims]
            if other or credit.issued_equation.name in model.may_be_never:
                found = f"{credit.issued!r}" + (f" over {', '.join(other)}" if other else "")
                allowed = f"an amount in every draw, over dims of {credit.quantity!r}"
                faults.add(found, allowed, "credits", credit.id, "issued")
        if credit.over and credit.over not in dims:
            allowed = f"a dim of {credit.quantity!r}: {choices(dims)}"
            faults.add(repr(credit.over), allowed, "credits", credit.id, "over")


def _check_methods(study: Study, model: Model, faults: FaultCollector) -> None:
    """Refuse analyses where none of the methods that are asked for applies."""
    asked = study.sensitivity
    if not asked.outputs or asked.is_all:
        return
    found = fits(study, model)
    if any(why is None for why in found.values()):
        return
    every = fits(replace(study, sensitivity=replace(asked, methods=(ALL,))), model)
    others = [name for name, why in every.items() if why is None]
    for name, why in found.items():
        if why is not None:
            told = f"{methods()[name].title} ({name}): {why.reason}"
            allowed = f"{why.remedy}; or methods that apply: {', '.join(others) or 'none, []'}"
            faults.add(_typed(told), allowed, "sensitivity", "methods")


def _typed(text: str) -> str:
    """Return a text with the apostrophe that is typed."""
    return text.replace("\u2019", "'")


def _check_joints(study: Study, faults: FaultCollector) -> None:
    """Refuse groups that part what is drawn together."""
    for id_, names in joints_of(study.parameters).items():
        for group, members in study.sensitivity.groups.items():
            some = {*members} & {*names}
            if (some and some != {*names}) or (group == id_ and not some):
                listed = ", ".join(f'"{name}"' for name in names)
                found = f"group {group!r} of some columns of joint {id_!r}"
                allowed = f"all of them, as they are drawn together: {listed}; or none"
                faults.add(found, allowed, "sensitivity", "groups")


def _check_labels(study: Study, faults: FaultCollector) -> None:
    """Refuse to split what has one value."""
    asked = study.sensitivity.by_label
    for name in () if isinstance(asked, bool) else asked:
        parameter = study.parameter(name)
        if not is_apart_by_label(parameter) and not parameter.is_constant:
            allowed = "parameters whose labels are drawn apart"
            faults.add(f"{name!r}, which is one value", allowed, "sensitivity", "by_label")


def _check_breakdown(study: Study, model: Model, faults: FaultCollector) -> None:
    """Parts must add up to their total: looked at where every input is typical."""
    if not study.breakdown or faults.faults:
        return
    values = evaluate(model, typical_values(model), typical=True)
    for name, parts in study.breakdown.items():
        if name not in values:  # no output is made of it
            continue
        total = values[name]
        strange = [p for p in parts if not set(model.dims_of[p]) <= set(model.dims_of[name])]
        if strange:
            found = f"{strange[0]!r} over {model.dims_of[strange[0]]}"
            faults.add(found, f"parts over dims of {name!r} only", "breakdown", name)
            continue
        added = sum(model.spread(values[part], part, name) for part in parts)
        if np.isfinite(total).all() and not np.allclose(added, total, rtol=1e-9, atol=0.0):
            worst = int(np.argmax(np.abs(added - total)))
            found = f"parts that add up to {np.ravel(added)[worst]:.9g} in base units"
            allowed = f"parts that add up to {np.ravel(total)[worst]:.9g}"
            faults.add(found, allowed, "breakdown", name)
