"""Why two sides differ: what each change, or each input with another law, does by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.errors import McsusError
from mcsus.parameters import Cell
from mcsus.result.wording import words
from mcsus.runner.explorable import told_cell as told_law
from mcsus.runner.explored_json import estimate
from mcsus.runner.parties import Party
from mcsus.study.grids import labelled
from mcsus.vocabulary import BASE, SCENARIO, Label

Array = NDArray[np.float64]
Json = dict[str, Any]
Labels = Mapping[str, Label]

MOST_STEPS, MOST_INPUTS = 8, 40
"""That are told by themselves, and that are tried."""

_ROUNDING = 1e-12  # of the largest value: what is left of sums of steps is nothing


class Step(NamedTuple):
    """What something does to the mean by itself, in each replicate.

    Parameters
    ----------
    change : int or None
        Its place among the changes, where it is one.
    """

    input: str
    each: Array
    change: int | None = None


class Own(NamedTuple):
    """The law of an input at the labels that are compared."""

    labels: Labels
    cell: Cell


class InputApart(NamedTuple):
    """An input whose laws differ: by labels beyond those that are compared, in both sides."""

    name: str
    one: Mapping[str, Own]
    other: Mapping[str, Own]


def why_apart(a: Party, b: Party, output: str, labels: Labels, values: tuple[Array, Array]) -> Json:
    """Return the steps from the mean of one side to that of the other, and inputs that differ.

    What the steps do not sum up to is their interaction, and what is no law of an input: equations.

    Parameters
    ----------
    values : tuple of array, shape (replicate, draw)
        Of both sides.
    """
    inputs = _inputs_apart(a, b, output, labels)
    with np.errstate(invalid="ignore"):
        total = (values[1] - values[0]).mean(axis=1)
    if not np.isfinite(total).all():
        return {"why": None, "inputs": [_told(own, []) for own in inputs]}
    by_change = _are_changes(a, b)
    if by_change:
        steps = _of_changes(a, b, output, labels)
    else:
        steps = _of_inputs(a, inputs[:MOST_INPUTS], output, labels)
    rounding = _ROUNDING * float(np.abs(values).max())
    rest = total - sum((own.each for own in steps), np.zeros_like(total))
    ordered = sorted(steps, key=lambda own: -abs(float(own.each.mean())))
    told = [{"input": s.input, "change": s.change, **_size(s.each)} for s in ordered[:MOST_STEPS]]
    others = ordered[MOST_STEPS:]
    why = {
        "by": "change" if by_change else "input",
        "steps": told,
        "others": {"count": len(others), **_size(_summed(others, total))} if others else None,
        "rest": _size(np.where(np.abs(rest) < rounding, 0.0, rest)),
        "total": _size(total),
    }
    return {"why": why, "inputs": [_told(own, steps) for own in inputs]}


def _are_changes(a: Party, b: Party) -> bool:
    """Return whether one side is the other with changes."""
    alike = a.explorer is b.explorer and a.scenario == b.scenario
    return alike and bool(a.changes) != bool(b.changes)


def _of_changes(a: Party, b: Party, output: str, labels: Labels) -> list[Step]:
    """Return what each change does by itself to the study without changes."""
    without, sign = (a, 1.0) if b.changes else (b, -1.0)
    before = _means(without, output, labels)
    return [
        Step(
            str(change.get("input") or change.get("name")),
            sign * (_means(without, output, labels, [change]) - before),
            place,
        )
        for place, change in enumerate([*a.changes, *b.changes])
    ]


def _of_inputs(a: Party, inputs: Sequence[InputApart], output: str, labels: Labels) -> list[Step]:
    """Return what the laws of the other side do to the first, an input at a time."""
    before, found = _means(a, output, labels), []
    for own in inputs:
        changes = _changes_to(own, a.scenario)
        if not changes:
            continue
        try:
            now = _means(a, output, labels, changes)
        except McsusError:  # a law that cannot be there alone, such as a column of a table
            continue
        if np.isfinite(now).all():
            found.append(Step(own.name, now - before))
    return found


def _means(
    party: Party, output: str, labels: Labels, more: Sequence[Mapping[str, Any]] = ()
) -> Array:
    """Return the mean of each replicate."""
    means: Array = party.seen(output, labels, more).values[output][0].mean(axis=1)
    return means


def _changes_to(own: InputApart, scenario: str) -> list[Json]:
    """Return the changes that give an input of one side the laws of the other."""
    if own.one.keys() != own.other.keys():
        return []
    found = []
    for key, here in own.one.items():
        cell = own.other[key].cell
        change: Json = {"input": own.name, "table": {**cell.law.to_dict(), "unit": cell.unit.text}}
        if at := {dim: label for dim, label in here.labels.items() if dim != SCENARIO}:
            change["labels"] = at
        if scenario != BASE:
            change["scenario"] = scenario
        found.append(change)
    return found


def _inputs_apart(a: Party, b: Party, output: str, labels: Labels) -> list[InputApart]:
    """Return the inputs of an output whose laws are not those of the other side."""
    one, other = (laws_behind(party, output, labels) for party in (a, b))
    found = []
    for name in dict.fromkeys([*one, *other]):
        pair = InputApart(name, one.get(name, {}), other.get(name, {}))
        if _laws_of(pair.one) != _laws_of(pair.other):
            found.append(pair)
    return found


def _laws_of(cells: Mapping[str, Own]) -> dict[str, Any]:
    return {key: (own.cell.law, own.cell.unit) for key, own in cells.items()}


def laws_behind(party: Party, output: str, labels: Labels) -> dict[str, dict[str, Own]]:
    """Return the laws of the inputs of an output, by labels of dims that are not compared."""
    found: dict[str, dict[str, Own]] = {}
    study, used = party.study, party.seen(output, labels).model.upstream([output])
    known = {**labels, SCENARIO: party.scenario}
    for parameter in study.parameters:
        if not {parameter.name, f"score:{parameter.name}"} & used:
            continue
        for at, cell in zip(labelled(parameter.dims, study.dims), parameter.cells, strict=True):
            if all(known.get(dim, label) == label for dim, label in at.items()):
                rest = {dim: label for dim, label in at.items() if dim not in known}
                found.setdefault(parameter.name, {})[str(rest)] = Own(at, cell)
    return found


def _told(own: InputApart, steps: Sequence[Step]) -> Json:
    """Return an input that differs: the first of its laws in both, and what that does."""
    mine = [step for step in steps if step.input == own.name]
    effect = _size(_summed(mine, mine[0].each)) if mine else None
    sides = {"a": _side(own.one), "b": _side(own.other)}
    return {"id": own.name, "title": words(own.name), **sides, "effect": effect}


def _side(cells: Mapping[str, Own]) -> Json | None:
    if not cells:
        return None
    cell = next(iter(cells.values())).cell
    about = cell.provenance
    return {
        "law": told_law(cell),
        "evidence": about.evidence,
        "sources": [str(source) for source in about.sources],
        "more": len(cells) - 1,
    }


def _summed(steps: Sequence[Step], like: Array) -> Array:
    return sum((own.each for own in steps), np.zeros_like(like))


def _size(each: Array) -> dict[str, float | None]:
    return estimate(float(each.mean()), float(standard_error(each)))
