"""Which methods a study is analysed by, why others are not, and what each of them costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np

from mcsus.analysis.base import DEFAULT_METHODS, Asked, Method, WantsDraws, WantsPoints, methods
from mcsus.analysis.fixed import WantsFixed
from mcsus.analysis.groups import WantsGroups
from mcsus.analysis.narrowed import WantsNarrowed
from mcsus.analysis.redraws import WantsRedraws
from mcsus.analysis.terms import WantsTerms
from mcsus.engine.plans import Member, parameter_of
from mcsus.model import Model
from mcsus.runner.input_groups import Touched, are_apart, further_groupings, groupings, touched
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.vocabulary import Caution


class Unfit(NamedTuple):
    """Why a method does not apply to a study, and what would have to be otherwise."""

    reason: str
    remedy: str


def analysed_by(study: Study, model: Model) -> tuple[str, ...]:
    """Return the methods that a study is analysed by: of those it asks for, the ones that apply.

    Where inputs depend on each other, others take the place of one that is for independent ones.
    """
    known = methods()
    asked = [name for name, why in fits(study, model).items() if why is None]
    if are_apart(study, model):
        return tuple(asked)
    every = [known[name].in_its_place or (name,) for name in asked]
    return tuple(dict.fromkeys(name for names in every for name in names))


def fits(study: Study, model: Model) -> dict[str, Unfit | None]:
    """Return the methods that a study asks for, with why they do not apply to it, if so."""
    known = methods()
    asked: Iterable[str] = study.sensitivity.methods
    if study.sensitivity.is_all:
        asked = (*DEFAULT_METHODS, *sorted(known.keys() - {*DEFAULT_METHODS}))
    conditions = _Conditions(study, model)
    return {name: conditions.unfit(known[name]) for name in asked}


class _Conditions:
    """What a study has that methods of sensitivity analysis ask for."""

    def __init__(self, study: Study, model: Model) -> None:
        self.study, self.model = study, model

    @cached_property
    def dependent(self) -> list[Touched]:
        """Tables of dependence that join inputs."""
        every = groupings(self.study, self.model).values() if self.study.dependence else ()
        return [own for groups in every for own in touched(self.study, self.model, groups)]

    def unfit(self, method: Method) -> Unfit | None:
        """Return why a method does not apply; None where it does."""
        asked = self.study.sensitivity
        if asked.draws < method.least_draws:
            return Unfit(
                f"{asked.draws} base points in a replicate are too few",
                f"{method.least_draws} or more",
            )
        if method.is_for_claims and not self.study.claims:
            return Unfit("there are no claims", "claims")
        if method.is_for_dependent and asked.is_all and not self.dependent:
            return Unfit(
                "inputs are independent, where it tells what Sobol' indices tell",
                "it by its name in methods",
            )
        if method.is_for_independent and not method.in_its_place and self.dependent:
            table, met = self.dependent[0]
            listed = ", ".join(f'"{name}"' for name in table.parameters)
            return Unfit(
                f"it is for independent inputs, and {' and '.join(map(repr, met))} depend on each "
                "other",
                f"all of them together, in [sensitivity.groups]: together = [{listed}]",
            )
        return None


def before_analyses(study: Study, model: Model) -> Iterator[Caution]:
    """Say which inputs depend on each other, and which methods do not apply, and why."""
    yield from of_dependence(study, model)
    yield from _of_one_group(study, model)
    for name, why in fits(study, model).items():
        if why is not None:
            text = f"left out, {methods()[name].title} ({name}): {why.reason}"
            yield Caution("not_analysed", "", text)


def _of_one_group(study: Study, model: Model) -> Iterator[Caution]:
    """Say which groupings put all inputs into one group, of which indices say nothing."""
    for mark, groups in groupings(study, model).items():
        if len(groups) == 1 and len(members := next(iter(groups.values()))) > 1:
            own = study.sensitivity.group_by
            by = mark.removeprefix("@") or ("groups" if own == "none" else own)
            text = (
                f"by {by}, all {len(members)} inputs are in one group, {next(iter(groups))!r}, "
                "so its indices are 1 and tell nothing of what drives an output"
            )
            yield Caution("one_group", next(iter(groups)), text)


def without_points(study: Study, model: Model, found: Collection[str]) -> Iterator[Caution]:
    """Say which outputs are not analysed at points of its own by a method that asks for these.

    Parameters
    ----------
    found : collection of str
        Names of what was found, as ``<output>@<method>``; nothing is said of no analyses.
    """
    known = methods()
    for output in study.sensitivity.outputs if found else ():
        names = [
            known[name].title
            for name in analysed_by(study, model)
            if name not in DEFAULT_METHODS
            and not known[name].is_for_claims
            and f"{output}@{name}" not in found
        ]
        if names:
            yield Caution(
                "not_analysed",
                output,
                f"{output!r} is not analysed by {' and '.join(names)}: it may be never, or its "
                "mean or spread does not settle; other methods look at its ranks",
            )


def evaluations(study: Study, model: Model) -> dict[str, int]:
    """Return how often each method that a study is analysed by evaluates the model, about.

    An evaluation is one draw of all outputs that are analysed.
    """
    asked, every = study.sensitivity, groupings(study, model)
    if not every[""]:
        return {}
    sizes, found = tuple(map(len, every.values())), {}
    for name in analysed_by(study, model):
        method = methods()[name]
        options = {key: asked.options[key] for key in method.options}
        found[name] = _cost(study, model, method, Asked(asked.draws, sizes, options))
    return found


def _cost(study: Study, model: Model, method: Method, asked: Asked) -> int:
    wants, first = method.wants(asked), asked.sizes[0]
    replicates = study.sensitivity.replicates
    random = np.random.default_rng(0)
    if isinstance(wants, WantsGroups):
        at = 2 + sum(asked.sizes) + (first if wants.second_order else 0)
        return asked.draws * replicates * at
    if isinstance(wants, WantsDraws):
        draws = min(study.design.draws, wants.most)
        if study.design.kind == "sobol":
            draws = nearest_powers_of_two(draws)[0]
        return draws * study.design.replicates
    if isinstance(wants, WantsFixed):
        return len(study.sensitivity.outputs) * asked.draws * replicates * (2 * first + 1)
    if isinstance(wants, WantsTerms):
        return 0
    if isinstance(wants, WantsNarrowed):
        every = further_groupings(study, model, groupings(study, model), wants.groupings)
        sets = {frozenset(own) for groups in every.values() for own in groups.values()}
        each = len(wants.stretches) + wants.has_shares
        return asked.draws * replicates * (1 + len(sets) * each)
    if isinstance(wants, WantsRedraws):
        known = (
            wants.size(size) if wants.size else len(wants.make(size, asked.draws, random).known)
            for size in asked.sizes
        )
        return len(study.sensitivity.outputs) * asked.draws * replicates * (2 + sum(known))
    if isinstance(wants, WantsPoints):
        points = wants.size(first) if wants.size else len(wants.make(np.arange(first), random))
        return points * replicates
    return 1 + first * (len(wants.probabilities) + len(wants.changes))


def told_evaluations(study: Study, model: Model) -> str:
    """Return what the analyses of a study cost, in words; empty where there are none."""
    found = evaluations(study, model)
    each = ", ".join(f"{name} {count:,}" for name, count in found.items())
    total = f"; {sum(found.values()):,} in all" if len(found) > 1 else ""
    return f"Analyses, in evaluations of the model: {each}{total}." if found else ""


def of_dependence(study: Study, model: Model) -> Iterator[Caution]:
    """Say which inputs depend on each other, and by which methods they are analysed therefore."""
    known, used = methods(), analysed_by(study, model)
    asked = tuple(known) if study.sensitivity.is_all else study.sensitivity.methods
    meant = {name for method in known.values() for name in method.in_its_place}
    if meant.isdisjoint(used):
        return
    replaced = [known[n] for n in asked if n not in used and known[n].in_its_place]
    told = set[str]()
    for groups in groupings(study, model).values():
        for table, met in touched(study, model, groups):
            names = " and ".join(map(repr, met))
            texts = [_of_others(study, replaced[0], known)] if replaced else []
            if table.copula == "student_t" and (text := _of_steps(model, groups, met)):
                texts.append(text)
            if texts and names not in told:
                told.add(names)
                text = f"{names} depend on each other: {'; '.join(texts)}"
                yield Caution("dependent", table.title, text)


def _of_others(study: Study, replaced: Method, known: Mapping[str, Method]) -> str:
    """Say what takes the place of a method."""
    instead = " and ".join(known[name].title for name in replaced.in_its_place)
    pairs = ", without indices of pairs" if study.sensitivity.options.get("second_order") else ""
    return (
        f"{replaced.title} would share out variance that they have in common as if each had it "
        f"alone, so {instead} stand in their place{pairs}"
    )


def _of_steps(model: Model, groups: Mapping[str, set[Member]], met: Iterable[str]) -> str:
    """Say of dependent inputs with steps what is known when they are."""
    stepped = [
        name
        for group in met
        for name in sorted(map(parameter_of, groups[group]))
        if not all(cell.law.is_continuous for cell in model.parameters[name].cells)
    ]
    if not stepped:
        return ""
    names = ", ".join(repr(written_name(name)) for name in dict.fromkeys(stepped))
    return (
        f"of {names}, whose values have probabilities of their own, the normal score behind the "
        "value counts as known, which tells the others somewhat more than the value does"
    )
