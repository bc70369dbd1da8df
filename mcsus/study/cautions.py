"""Cautions: what is allowed, yet a reader of the report should know."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcsus.expressions import walk
from mcsus.expressions.nodes import Reduce
from mcsus.families.laws.constant import Constant
from mcsus.study.conditional import quantities_of
from mcsus.study.dimensions import is_consecutive, is_even, is_numeric
from mcsus.study.functional_units import functional_units_of
from mcsus.study.greenwash import greenwash
from mcsus.study.parts import together
from mcsus.study.physical import physical_cautions
from mcsus.vocabulary import Caution

if TYPE_CHECKING:
    from mcsus.study.definition import Study

_SHARES_OF_MEAN = ("relative_sd", "cv")  # keys of laws
_WIDE = 3.0  # spread, as a share of the mean, that is told


def cautions(study: Study, written: Mapping[str, Any]) -> tuple[Caution, ...]:
    """Return the cautions of a study whose own table ``[parameters]`` is `written`."""
    return (
        *_characterisations(study, written),
        *_unused(study, written),
        *_one_replicate(study),
        *_fine_claims(study),
        *_functional_units(study),
        *greenwash(study),
        *_unread_changes(study),
        *_gaps(study),
        *physical_cautions(study.parameters),
        *_without_moments(study),
        *_without_spread(study),
        *_wide(study),
        *_between(study),
        *study.notes,
        *_together(study),
        *_overruled(study),
    )


def _together(study: Study) -> list[Caution]:
    """Tell what has indices together, where the file does not ask for it itself."""
    if "sensitivity" in study.document:
        return []
    return [
        Caution(
            "dependent",
            title,
            f"sensitivity indices are of {title!r} together, since these depend on each other",
        )
        for title in together(study.dependence)
    ]


def _functional_units(study: Study) -> Iterator[Caution]:
    """Tell which scenarios serve something else, and what is compared without it being known."""
    functional = functional_units_of(study)
    for dim, pair in study.compared.unlike.items():
        unlike = functional.against(dim, *pair)
        text = f"labels of {dim!r} with unlike functional units are not compared: {unlike}"
        yield Caution("not_compared", dim, text)
    if functional.usual:
        return
    written = study.document.get("compare", {})
    asked = {f"[compare] {dim}" for dim in study.compared.pairs if dim in written}
    asked |= {f"claim {claim.id!r}" for claim in study.claims if "compare" in claim.table}
    if asked:
        told = ", ".join(sorted(asked))
        text = (
            f"the study says no functional_unit, so whether it is one for both is unknown: {told}"
        )
        yield Caution("functional_unit", "", text)


def _overruled(study: Study) -> list[Caution]:
    """Tell which scenarios keep their own law for a parameter that was changed."""
    before = {parameter.name: parameter for parameter in study.read["parameters"]}
    return [
        Caution(
            "overruled",
            parameter.name,
            f"scenario {scenario.id!r} sets {parameter.name!r} itself, so there its own value "
            f"holds; --set {scenario.id}.{parameter.name}=VALUE changes that one",
        )
        for parameter in study.parameters
        if parameter is not before.get(parameter.name)
        for scenario in study.scenarios
        if parameter.name in scenario.changes
    ]


def _without_moments(study: Study) -> list[Caution]:
    used = _used(study)
    told = []
    for parameter in study.parameters:
        if parameter.name not in used:
            continue
        if any(not math.isfinite(cell.law.drawn.mean()) for cell in parameter.cells):
            lacks = "mean"
        elif any(not math.isfinite(cell.law.drawn.sd()) for cell in parameter.cells):
            lacks = "variance"
        else:
            continue
        text = (
            f"the law of parameter {parameter.name!r} has no {lacks}: means, standard deviations "
            "and Sobol' indices of what depends on it do not settle; read quantiles"
        )
        told.append(Caution("no_mean", parameter.name, text))
    return told


def _without_spread(study: Study) -> list[Caution]:
    stated = {
        (parameter.name, law.stated, law.value): None
        for parameter in study.parameters
        for cell in parameter.cells
        for law in (cell.law, *getattr(cell.law, "components", ()))
        if isinstance(law, Constant) and law.stated
    }
    return [
        Caution(
            "no_spread",
            name,
            f"the {family} law of parameter {name!r} has no spread: it is read as the constant "
            f"{value:.6g}",
        )
        for name, family, value in stated
    ]


def _wide(study: Study) -> list[Caution]:
    """Tell which spreads are so many times the mean that a percentage may have been meant."""
    shares = {
        (parameter.name, key, share): None
        for parameter in study.parameters
        for cell in parameter.cells
        for law in (cell.law, *getattr(cell.law, "components", ()))
        for key in _SHARES_OF_MEAN
        if isinstance(share := getattr(law, key, None), float) and share >= _WIDE
    }
    return [
        Caution(
            "wide",
            name,
            f"parameter {name!r} has {key} = {share:g}, which is {100 * share:,.6g} % of its mean; "
            f'{share:g} % is written "{share:g} %"',
        )
        for name, key, share in shares
    ]


def _between(study: Study) -> list[Caution]:
    """Tell which numbers of laws are known to lie between two, and what is told with which."""
    told = {
        (parameter.name, own): None
        for parameter in study.parameters
        for cell in parameter.cells
        for own in cell.law.between
    }
    return [
        Caution(
            "between",
            name,
            f"{own.key} of parameter {name!r} lies between {own.low:g} and {own.high:g} and "
            f"nothing says where: what is told without bounds (indices, comparisons, credits, what "
            f"would break a claim) is told with {own.middle:g}, half way",
        )
        for name, own in told
    ]


def _used(study: Study) -> set[str]:
    used = {name for equation in study.equations for name in equation.inputs}
    return used.union(*map(quantities_of, study.parameters))


def _unused(study: Study, written: Mapping[str, Any]) -> list[Caution]:
    used = _used(study)
    used |= {part for parts in study.breakdown.values() for part in parts}
    used |= {name for claim in study.claims for name in claim.equation.inputs}
    used |= {credit.quantity for credit in study.credits}
    used |= set(study.outputs)  # a law of shares is an equation
    return [
        Caution("unused", name, f"parameter {name!r} is used by no equation")
        for name in written
        if name not in used
    ]


def _characterisations(study: Study, written: Mapping[str, Any]) -> list[Caution]:
    stated = {"the study": study.characterisation}
    for name, table in written.items():
        if isinstance(table, Mapping):
            stated[f"parameter {name!r}"] = table.get("characterisation", "")
    known = {who: what for who, what in stated.items() if what}
    if len(set(known.values())) < 2:
        return []
    mixed = "; ".join(f"{who}: {what}" for who, what in known.items())
    return [Caution("characterisation", "", f"CO2e is characterised in several ways: {mixed}")]


def _fine_claims(study: Study) -> list[Caution]:
    design = study.design
    count = design.draws * design.replicates
    return [
        Caution(
            "few_draws",
            c.id,
            f"claim {c.id!r} asks for a confidence of {c.confidence!r}, which {count} draws "
            "cannot tell",
        )
        for c in study.claims
        if min(c.confidence, 1 - c.confidence) < 1 / count
    ]


def _gaps(study: Study) -> list[Caution]:
    """Tell which formulas add up or average labels, where one might mean what lies between."""
    told = []
    for equation in study.equations:
        for node in dict.fromkeys(walk(equation.expression)):
            if not isinstance(node, Reduce) or node.over == study.inner:
                continue
            labels = study.dims.get(node.over, ())
            if not is_numeric(labels) or is_consecutive(labels):
                continue
            if node.kind == "sum":
                does = f"adds up {len(labels)} labels of {node.over!r}, and nothing between them"
            elif node.kind == "mean" and not is_even(labels):
                does = f"gives each label of {node.over!r} one weight, though steps are uneven"
            else:
                continue
            told.append(Caution("gaps", equation.name, f"equation {equation.name!r} {does}"))
    return list(dict.fromkeys(told))


def _one_replicate(study: Study) -> list[Caution]:
    if study.design.replicates > 1:
        return []
    return [Caution("one_replicate", "", "one replicate gives no numerical errors")]


def _unread_changes(study: Study) -> list[Caution]:
    used = _used(study)
    return [
        Caution(
            "unused",
            scenario.id,
            f"scenario {scenario.id!r} sets {name!r}, which is used by no equation",
        )
        for scenario in study.scenarios
        for name in scenario.changes
        if name not in used
    ]
