"""Laws that take quantities: whether the quantities are such that the laws have a meaning."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence import Mix, transform
from mcsus.errors import FaultCollector
from mcsus.expressions import Expression, names
from mcsus.expressions.nodes import Binary, Call, Compare, Name, Number
from mcsus.families.conditional import Conditional
from mcsus.model import Model, evaluate, value_of
from mcsus.parameters import Cell, Parameter
from mcsus.study import Study
from mcsus.study.conditional import Guard, quantities_of
from mcsus.study.physical import SMALLEST, impossible_text, limits_of
from mcsus.vocabulary import SCENARIO, Caution

Array = NDArray[np.float64]

_DRAWS = 1024
_LEAST = 16
_MOST_VALUES = 1 << 21  # in all of the draws
_SEED = 1


def check_domains(
    study: Study, model: Model, guards: Sequence[Guard], faults: FaultCollector
) -> None:
    """Note quantities with which a law would have no meaning, or over other dims than its own.

    How probable such values are says the law of the quantity where it is a parameter; else a few
    draws of all that it depends on. What is rarer ends a run in which it is drawn.
    """
    for parameter in study.parameters:
        _check_dims(parameter, model, faults)
    if faults.faults:
        return
    for guard in guards:
        probability = _by_law(guard.holds, model)
        if probability is None:
            probability = _by_draws(guard.holds, study, model)
        if probability > SMALLEST:
            keys = ", ".join(f"{key} = {name!r}" for key, name in guard.keys.items())
            found = f"{guard.text} with a probability of {probability:.2g}, as {keys}"
            allowed = "a quantity that is never so, such as one with a truncated law"
            faults.add(found, allowed, "parameters", guard.parameter, next(iter(guard.keys)))
    if faults.faults:
        return
    for parameter in study.parameters:
        if not quantities_of(parameter) or _only_names(parameter):
            continue
        if not math.isfinite(_by_draws(_no_difference(parameter.name), study, model)):
            found = "draws that are no numbers, with the quantities that the law takes"
            faults.add(found, "draws in the range of float64", "parameters", parameter.name)


def impossible_draws(study: Study, model: Model) -> list[Caution]:
    """Return a caution for each law of quantities that reaches beyond what can be, by draws."""
    told = []
    for parameter in study.parameters:
        cell = parameter.cells[0]
        limits = limits_of(parameter.name, cell)
        if limits is None or not quantities_of(parameter):
            continue
        ends = (("<", limits[0].low), (">", limits[0].high))
        masses = [
            0.0 if end is None else _by_draws(_reaches(parameter, op, end), study, model)
            for op, end in ends
        ]
        mass, text = impossible_text(parameter.name, cell, limits, *masses)
        if mass > 0:
            told.append(Caution("impossible", parameter.name, text))
    return told


def _reaches(parameter: Parameter, op: str, end: float) -> Expression:
    """Return 1 where a parameter is beyond a bound in the unit of its first cell."""
    unit = parameter.cells[0].unit
    bound = Number(end * unit.factor, dimension=unit.dimension)
    beyond = Compare(op, Name(parameter.name), bound)
    return Call("where", (beyond, Number(1.0), Number(0.0)))


def _only_names(parameter: Parameter) -> bool:
    """Tell whether it is another quantity by another name, which leaves nothing to go wrong."""
    laws = (cell.law for cell in parameter.cells)
    return all(isinstance(law, Conditional) and law.of == "constant" for law in laws)


def _no_difference(name: str) -> Expression:
    """Return 0 where a quantity is a number."""
    return Binary("-", Name(name), Name(name))


def _check_dims(parameter: Parameter, model: Model, faults: FaultCollector) -> None:
    """Note quantities that differ over a dim over which the parameter has one law."""
    own = {*parameter.dims, SCENARIO, model.inner}
    for name in sorted(quantities_of(parameter)):
        further = [dim for dim in model.dims_of.get(name, ()) if dim not in own]
        if further:
            found = f"the quantity {name!r}, over {', '.join(further)}"
            allowed = (
                f"one without {further[0]!r}; or a law for each label of it (by), as one law "
                "leaves open whether all labels share a draw"
            )
            faults.add(found, allowed, "parameters", parameter.name)


def _by_law(holds: Expression, model: Model) -> float | None:
    """Return the probability that a parameter is beyond a number; None of what is no such thing."""
    if not isinstance(holds, Call) or not isinstance(holds.args[0], Compare):
        return None
    op, left, right = holds.args[0].content()
    if op == "==" or not isinstance(left, Name) or not isinstance(right, Number):
        return None
    parameter = model.parameters.get(left.id)
    if parameter is None:
        return None
    return max(_beyond(cell, str(op), right.value / cell.unit.factor) for cell in parameter.cells)


def _beyond(cell: Cell, op: str, bound: float) -> float:
    """Return the probability of a value for which a comparison holds."""
    below = math.nextafter(bound, -math.inf) if op in ("<", ">=") else bound
    return float(cell.law.tails(below)[0 if op in ("<", "<=") else 1])


def _by_draws(holds: Expression, study: Study, model: Model) -> float:
    """Return in which share of a few draws something holds, at the label where it is largest."""
    reached = model.upstream(names(holds))
    used = [name for name in model.inputs if name in reached]
    sizes = sum(math.prod(model.shape(name)) for name in reached if name in model)
    draws = max(_LEAST, min(_DRAWS, _MOST_VALUES // max(sizes, 1)))
    cells = {name: model.parameters[name].cells for name in used}
    mixes = {
        key: study.mixes.get(key) or Mix((key,), (1.0,))
        for key in dict.fromkeys(cell.stream for own in cells.values() for cell in own)
    }
    keys = dict.fromkeys(key for mix in mixes.values() for key in mix.needs)
    points = np.random.default_rng(_SEED).random((len(keys), draws))
    at: dict[str, Array] = dict(zip(keys, points, strict=True))
    inputs = {}
    for name, own in cells.items():
        drawn = (
            cell.law.quantile(transform(mixes[cell.stream], at)) * cell.unit.factor for cell in own
        )
        inputs[name] = model.laid_out(np.stack(list(drawn), axis=-1), name)
    known = evaluate(model, inputs, reached)
    for name in filter(model.is_coordinate, model.dims):
        known[name] = model.coordinate(name)[np.newaxis, :]
    return float(value_of(holds, known, model).mean(axis=0).max())
