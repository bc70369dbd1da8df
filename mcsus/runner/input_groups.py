"""What counts as one input of an analysis, and which of them depend on each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from mcsus.analysis.grouping import index_groups
from mcsus.dependence.mix import key_of_study
from mcsus.engine.plans import Member, Part, cells_of, parameter_of
from mcsus.model import Model
from mcsus.parameters import Parameter
from mcsus.result.wording import label_key, label_text
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.study.grids import labelled, shared_dims
from mcsus.study.joints import joints_of
from mcsus.study.parts import TOGETHER, CopulaGroup
from mcsus.study.shares import share_behind
from mcsus.vocabulary import SCENARIO, Label

LABEL, _NO_LABEL = "label", "no label"

Groups = dict[str, set[Member]]
"""By name; a member is a parameter, or some cells of it."""


def sensitivity_groups(
    study: Study, model: Model, by: str | None = None, of: Collection[str] | None = None
) -> Groups:
    """Return the groups of parameters whose part is asked for; none without outputs.

    Parameters
    ----------
    by : str, optional
        One of the groupings that stand beside; by default the one of the study.
    of : collection of str, optional
        Quantities that they are inputs of; by default the outputs that are analysed.
    """
    asked = study.sensitivity
    of = asked.outputs if of is None else of
    if not of or not asked.methods:
        return {}
    reached = model.upstream(of)
    drawn: dict[str, Member] = {
        written_name(name): name
        for name in model.inputs
        if name in reached and not model.varies_inside(name)
    }
    used = {own: model.parameters[parameter_of(name)] for own, name in drawn.items()}
    together = joints_of(study.parameters)
    by_label = (by or asked.group_by) == LABEL
    split = list(used) if by_label else [] if by else asked.labelled(used)
    labels: dict[str, list[str]] = {}
    for own in split:
        name = parameter_of(drawn[own])
        parts = _parts(model, name)
        used = _in_place(used, own, {k: _cut(used[own], part) for k, part in parts.items()})
        drawn = _in_place(drawn, own, parts)
        for part, text in _labels(model, name).items():
            labels.setdefault(text, []).append(part)
    if by_label:
        groups = index_groups(used, LABEL, labels)
    elif by:
        groups = index_groups(used, by, together)
    else:
        explicit = {name for members in asked.groups.values() for name in members}
        rest = {k: names for k, names in together.items() if explicit.isdisjoint(names)}
        groups = index_groups(used, asked.group_by, {**asked.groups, **rest})
    found = {key: {drawn[own] for own in members} for key, members in groups.items()}
    written = {name: share_behind(name, study.document) for name in found}
    return {
        own if (own := written[name]) and own not in found else name: members
        for name, members in found.items()
    }


def is_apart_by_label(parameter: Parameter) -> bool:
    """Tell whether labels of a parameter are drawn by themselves."""
    return len(set(map(key_of_study, parameter.streams))) > 1


class _Apart(NamedTuple):
    """Cells of a parameter that are drawn by one stream, and the labels that tell them apart."""

    labels: Mapping[str, Label]
    cells: list[int]


def _apart(model: Model, name: str) -> list[_Apart]:
    """Return the cells of a parameter by the streams that draw them."""
    parameter = model.parameters[name]
    apart = [dim for dim in parameter.dims if dim not in shared_dims(parameter, model.dims)]
    found: dict[str, _Apart] = {}
    for k, labels in enumerate(labelled(parameter.dims, model.dims)):
        stream = key_of_study(parameter.cells[k].stream)
        own = {dim: labels[dim] for dim in apart if dim != SCENARIO}
        found.setdefault(stream, _Apart(own, [])).cells.append(k)
    return list(found.values())


def _parts(model: Model, name: str) -> dict[str, Member]:
    """Return the cells of a parameter that are drawn by themselves, by name and label."""
    own, apart = written_name(name), _apart(model, name)
    if len(apart) == 1:
        return {own: name}
    return {label_text(own, labels): Part(name, tuple(cells)) for labels, cells in apart}


def _labels(model: Model, name: str) -> dict[str, str]:
    """Return the labels of each of the parts of a parameter."""
    texts = [", ".join(map(label_key, own.labels.values())) for own in _apart(model, name)]
    return dict(zip(_parts(model, name), texts if len(texts) > 1 else [_NO_LABEL], strict=True))


def _cut(parameter: Parameter, part: Member) -> Parameter:
    """Return a parameter with some of its cells."""
    if isinstance(part, str):
        return parameter
    return replace(parameter, cells=tuple(parameter.cells[k] for k in part.cells))


Kept = TypeVar("Kept")


def _in_place(known: Mapping[str, Kept], name: str, parts: Mapping[str, Kept]) -> dict[str, Kept]:
    """Return items with others in the place of one."""
    each = (parts if own == name else {own: value} for own, value in known.items())
    return {key: value for own in each for key, value in own.items()}


def groupings(study: Study, model: Model) -> dict[str, Groups]:
    """Return all groups that a study asks for, by the mark of their grouping; its own first."""
    asked = study.sensitivity
    return {"": sensitivity_groups(study, model)} | {
        f"@{by}": sensitivity_groups(study, model, by) for by in asked.also_by
    }


def groupings_of_claims(study: Study, model: Model) -> dict[str, Groups]:
    """Return the groups of inputs of claims, as `groupings` those of outputs.

    Inputs that depend on each other are one group: what they decide, they decide together.
    """
    of = [claim.equation.name for claim in study.claims]
    every = {"": sensitivity_groups(study, model, of=of)} | {
        f"@{by}": sensitivity_groups(study, model, by, of) for by in study.sensitivity.also_by
    }
    return {mark: joined(study, model, groups) for mark, groups in every.items()}


def further_groupings(
    study: Study,
    model: Model,
    every: Mapping[str, Mapping[str, set[Member]]],
    by: Iterable[str] | None,
) -> dict[str, Mapping[str, set[Member]]]:
    """Return groupings with others beside; of one group, or as one before, they are left out.

    Parameters
    ----------
    by : iterable of str, optional
        The others; without it the study's own grouping is alone.
    """
    if by is None:
        return {"": every[""]}
    found: dict[str, Mapping[str, set[Member]]] = {}
    known: list[set[frozenset[Member]]] = []
    for own in by:
        groups = sensitivity_groups(study, model, own)
        sets = set(map(frozenset, groups.values()))
        if len(sets) > 1 and sets not in known:
            found[f"@{own}"] = groups
            known.append(sets)
    return {**every, **found}


class Touched(NamedTuple):
    """Groups of inputs that a dependence joins."""

    dependence: CopulaGroup
    groups: tuple[str, ...]


def touched(study: Study, model: Model, groups: Mapping[str, set[Member]]) -> Iterator[Touched]:
    """Yield each dependence that joins groups of inputs, and which."""
    streams = {
        group: {cell.stream for member in members for cell in cells_of(model, member)}
        for group, members in groups.items()
    }
    for table in study.dependence:
        met = tuple(group for group, keys in streams.items() if keys & table.streams)
        if len(met) > 1:
            yield Touched(table, met)


def are_apart(study: Study, model: Model) -> bool:
    """Tell whether no input of the analyses of a study depends on another."""
    every = groupings(study, model).values() if study.dependence else ()
    return not any(True for groups in every for _ in touched(study, model, groups))


def joined(study: Study, model: Model, groups: Groups) -> Groups:
    """Return groups of inputs so that none depends on another: those that do are one."""
    for _, met in touched(study, model, groups):
        mine = [name for name in groups if name in met or set(name.split(TOGETHER)) & set(met)]
        whole = set().union(*(groups[name] for name in mine))
        at = list(groups).index(mine[0])
        rest = [(name, own) for name, own in groups.items() if name not in mine]
        rest.insert(at, (TOGETHER.join(mine), whole))
        groups = dict(rest)
    return groups
