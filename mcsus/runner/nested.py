"""Which quantities are told of a whole population, and what differs between its individuals."""

from __future__ import annotations

from mcsus.errors import FaultCollector
from mcsus.model import Model
from mcsus.study import Study
from mcsus.study.conditional import quantities_of
from mcsus.study.population import KEY, Population, population_of


def asked(study: Study) -> Population:
    """Return what a study asks of a population.

    The laws of variability that take other quantities are told in any case: a population whose
    parameters are in doubt.
    """
    told = population_of(study.document)
    by_itself = (p.name for p in study.parameters if p.kind == "variability" and quantities_of(p))
    return told._replace(quantities=tuple(dict.fromkeys([*told.quantities, *by_itself])))


def inside(model: Model, name: str) -> bool:
    """Tell whether a parameter of a model differs between individuals.

    So does variability in a study that has no dim of individuals and draws them like doubt.
    """
    if model.inner is not None:
        return model.varies_inside(name)
    parameter = model.parameters.get(name)
    return parameter is not None and parameter.kind == "variability" and not parameter.is_constant


def nested(study: Study, model: Model) -> list[str]:
    """Return the quantities that are told of a population, as far as they differ in it."""
    return [name for name in asked(study).quantities if _differs(model, name)]


def check_population(study: Study, model: Model, faults: FaultCollector) -> None:
    """Note quantities that the study asks for and that do not differ between individuals."""
    for name in population_of(study.document).quantities:
        if name not in model.dims_of:
            found, allowed = f"{name!r}, which nothing that is asked for depends on", "one that is"
        elif not _differs(model, name):
            found = f"{name!r}, in which individuals do not differ"
            allowed = 'a quantity that depends on a parameter of kind = "variability"'
            if model.inner is not None:
                allowed += f", before it is averaged over {model.inner!r}"
        else:
            continue
        faults.add(found, allowed, KEY, "quantities")


def _differs(model: Model, name: str) -> bool:
    if name not in model.dims_of:
        return False
    if model.inner is not None:
        return model.inner in model.dims_of[name]
    return any(inside(model, own) for own in model.upstream([name]))
