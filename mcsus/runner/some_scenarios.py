"""A run of some scenarios alone: fewer cells, on the same draws and to the same bits."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.errors import InputError
from mcsus.parameters import Parameter
from mcsus.runner.run import Run
from mcsus.vocabulary import SCENARIO, Label

_MANY = 1000  # cells of a model, from which it pays to leave some out


class _Part(NamedTuple):
    """The run of some scenarios of a study, and the parameters of all of them."""

    run: Run
    parameters: Mapping[str, Parameter]


def in_scenarios(run: Run, chosen: tuple[Label, ...]) -> Run:
    """Return a run of some scenarios of a large study; the same one where that is no less.

    Its machine code is compiled once for as many scenarios, and kept.
    """
    model, asked = run.model, ("scenarios", chosen)
    if SCENARIO not in model.dims:
        return run
    if asked not in run.kept:
        cells = sum(math.prod(model.shape(name)) for name in model.dims_of)
        run.kept[asked] = _part(run, chosen) if cells >= _MANY else None
    part: _Part | None = run.kept[asked]
    if part is None:
        return run
    changed = {
        name: _some(parameter, run, part.run)
        for name, parameter in model.parameters.items()
        if parameter is not part.parameters.get(name)
    }
    other = copy.copy(part.run)
    if changed:
        try:
            other.kernel = part.run.kernel.with_laws(changed)
        except InputError:  # more than laws would change
            return run
        other.model = other.kernel.model
        parameters = tuple(changed.get(p.name, p) for p in part.run.study.parameters)
        other.study = replace(part.run.study, parameters=parameters)
    return other


def _part(run: Run, chosen: tuple[Label, ...]) -> _Part | None:
    model = run.model.of_scenarios(chosen)
    if model is run.model:
        return None
    made = copy.copy(run)
    made.model, made.kept = model, {}
    parameters = tuple(model.parameters.get(p.name, p) for p in run.study.parameters)
    made.study = replace(run.study, dims=model.dims, parameters=parameters)
    positions = stream_positions({p.name: p for p in run.study.parameters})
    made.kernel = Kernel(model, positions, run.study.mixes)
    return _Part(made, run.model.parameters)


def _some(parameter: Parameter, run: Run, part: Run) -> Parameter:
    """Return a parameter in the scenarios of a part of a run."""
    places = part.model.places
    return parameter.at_places(SCENARIO, len(run.model.dims[SCENARIO]), places)
