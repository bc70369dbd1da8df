"""What differs between two studies, by value, and what each difference does by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import standard_error
from mcsus.dependence import Mix
from mcsus.dependence.mix import key_of_study
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import Fault, InputError, McsusError
from mcsus.expressions import to_text
from mcsus.model import Equation, Model
from mcsus.parameters import Parameter
from mcsus.runner.explored_json import estimate, number
from mcsus.runner.keys_apart import listed_apart, others_apart
from mcsus.runner.sides import Side, refuse_other_units, renamed
from mcsus.runner.together import AlignedOutput, aligned_outputs, cells_at
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.conditional import split
from mcsus.study.grids import Dims, labelled
from mcsus.study.scenarios import variants_of
from mcsus.vocabulary import SCENARIO, Label

Array = NDArray[np.float64]
Json = dict[str, Any]

MOST_DRAWS = 2**13
"""Per replicate, unless more are asked for."""

MOST_ALONE = 60
"""Differences whose effects are looked at one by one."""

_RANGE = 0.05, 0.95
_APART = "/apart"  # ends the key of a stream that the other study draws for itself
_ROUNDING = 1e-12


class Wired(NamedTuple):
    """What a model is made of: that of a study, or of a study as one scenario has it."""

    parameters: Mapping[str, Parameter]
    equations: Mapping[str, Equation]
    dims: Dims
    mixes: Mapping[str, Mix]

    def model(self, outputs: Sequence[str], inner: str | None) -> Model:
        """Return the model; wrong units and names that nothing gives are refused."""
        made = split(self.parameters.values())
        equations = [*self.equations.values(), *made.equations]
        return Model(equations, made.parameters, self.dims, required=outputs, inner=inner)


def _whole(study: Study) -> Wired:
    parameters = {own.name: own for own in study.parameters}
    return Wired(parameters, {e.name: e for e in study.equations}, study.dims, study.mixes)


def _as_in_scenario(side: Side) -> Wired:
    """Return a study as a scenario has it."""
    dims = {dim: labels for dim, labels in side.study.dims.items() if dim != SCENARIO}
    parameters = {p.name: _at_scenario(p, side) for p in side.study.parameters}
    equations = {}
    for own in side.study.equations:
        base, variants = variants_of(own.expression, side.study.dims)
        chosen = variants.get(side.scenario, base)
        same = chosen == own.expression
        equations[own.name] = own if same else replace(own, expression=chosen, function=None)
    return Wired(parameters, equations, dims, side.study.mixes)


def _at_scenario(parameter: Parameter, side: Side) -> Parameter:
    if SCENARIO not in parameter.dims:
        return parameter
    told = zip(labelled(parameter.dims, side.study.dims), parameter.cells, strict=True)
    cells = tuple(cell for at, cell in told if at[SCENARIO] == side.scenario)
    dims = tuple(dim for dim in parameter.dims if dim != SCENARIO)
    return replace(parameter, dims=dims, cells=cells)


class Change(NamedTuple):
    """One difference: what takes the place of what the first study has.

    Parameters
    ----------
    kind : str
        ``input``, ``equation`` or ``dependence``.
    """

    kind: str
    name: str


def differing(
    a: Side,
    b: Side,
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
) -> Json:
    """Return what differs between two studies, and what each difference does to the outputs.

    Inputs of one name have the same draws in both, whatever their laws. The effect of a difference
    is what the mean of an output of the first study changes by when it alone is taken over from
    the second; the effects do not add up to the whole where they meet.

    Parameters
    ----------
    draws, replicates, seed : optional
        By default the fewest of both designs, at most `MOST_DRAWS` of each replicate.

    Raises
    ------
    InputError
        If the functional units differ.

    Examples
    --------
    >>> from mcsus.runner.sides import side_of
    >>> found = differing(side_of("mcu_chip"), side_of("mcu_chip:renewable_fab"), draws=256)
    >>> [row["name"] for row in found["inputs"]], found["equations"]
    (['fab_grid_intensity'], [])
    """
    refuse_other_units(a, b)
    b = b._replace(study=_like(b.study, a.study))
    one, other = _as_in_scenario(a), _as_in_scenario(b)
    changes = [
        *(Change("input", name) for name in _inputs_apart(one, other)),
        *(Change("equation", name) for name in _equations_apart(one, other)),
    ]
    tables = a.study.to_dict(), b.study.to_dict()
    if tables[0].get("dependence") != tables[1].get("dependence"):
        changes.append(Change("dependence", "dependence"))
    seen = _Seen(a, b, other, _design(a.study, b.study, draws, replicates, seed))
    effects = {change: seen.alone(change) for change in changes[:MOST_ALONE]}
    told = {
        kind: [
            {"name": own.name, **_SIDES[kind](one, other, own.name), **effects.get(own, _NOT_TRIED)}
            for own in changes
            if own.kind == kind
        ]
        for kind in _SIDES
    }
    return {
        "compared": [{"name": side.name, "study": side.study.id} for side in (a, b)],
        "design": {key: seen.design.to_dict()[key] for key in ("kind", "draws", "replicates")},
        "outputs": seen.outputs(),
        "inputs": told["input"],
        "equations": told["equation"],
        "dependence": told["dependence"],
        "scenarios": [*listed_apart(tables, "scenarios")],
        "claims": [*listed_apart(tables, "claims")],
        "others": [*others_apart(*tables)],
    }


class _Seen:
    """The means of the outputs that both have, as the first has them and with changes."""

    def __init__(self, a: Side, b: Side, source: Wired, design: Design) -> None:
        self.sides, self.source, self.design = (a, b), source, design
        self.whole = one, other = _whole(a.study), _whole(b.study)
        inner, names = a.study.inner, [n for n in a.study.outputs if n in b.study.outputs]
        self.models = tuple(
            own.model(names, side.study.inner)
            for own, side in zip((one, other), (a, b), strict=True)
        )
        self.aligned = aligned_outputs((a, b), (self.models[0], self.models[1]))[0]
        self.inner, self.names = inner, [own.name for own in self.aligned]
        self.positions = stream_positions(one.parameters)
        for key in stream_positions(other.parameters):
            self.positions.setdefault(key, len(self.positions))
        self.means = tuple(
            self._means(model, own.mixes, side)
            for model, own, side in zip(self.models, (one, other), (a, b), strict=True)
        )

    def _means(self, model: Model, mixes: Mapping[str, Mix], side: Side) -> dict[str, Array]:
        """Return the means of each replicate, by output, shape (cell, replicate), as shown."""
        if not self.names:
            return {}
        kernel = Kernel(model, self.positions, mixes)
        plan = kernel.plan([Quantity(name) for name in self.names])
        with np.errstate(invalid="ignore", over="ignore"):
            rows = np.stack(
                [kernel.run(plan, self.design, r)[:, 0].mean(axis=1)
                 for r in range(self.design.replicates)], axis=1,
            )  # fmt: skip
        ends = np.cumsum([kernel.program.cells(name) for name in self.names])[:-1]
        units = self.sides[0].study.outputs
        found = {}
        for own, means in zip(self.aligned, np.split(rows, ends), strict=True):
            at = cells_at(own.name, side, model, own.dims, own.labels)
            found[own.name] = means[at] / units[own.name].factor
        return found

    def outputs(self) -> list[Json]:
        """Return both means of all outputs that both have, and how they differ."""
        before, after = self.means
        return [
            {
                "output": own.name, "unit": self.sides[0].study.outputs[own.name].text,
                "labels": at, "a": _size(one), "b": _size(other), "difference": _size(other - one),
            }
            for own in self.aligned
            for at, one, other in zip(_labels(own), before[own.name], after[own.name], strict=True)
        ]  # fmt: skip

    def alone(self, change: Change) -> Json:
        """Return what a change does by itself, or why that is not known."""
        try:
            made, with_it = _changed(self.whole[0], self.source, change)
            means = self._means(made.model(self.names, self.inner), made.mixes, self.sides[0])
        except McsusError as error:
            return {"effect": None, "with": [], "why_not": str(error).splitlines()[0]}
        effect = []
        for own in self.aligned:
            before = self.means[0][own.name]
            for at, one, other in zip(_labels(own), before, means[own.name], strict=True):
                size = float(np.abs(one).max())
                each = np.where(np.abs(other - one) <= _ROUNDING * size, 0.0, other - one)
                share = number(float(each.mean() / abs(one.mean()))) if one.mean() else None
                effect.append({"output": own.name, "labels": at, **_size(each), "share": share})
        return {"effect": effect, "with": with_it}


_NOT_TRIED: Json = {"effect": None, "with": [], "why_not": f"more than {MOST_ALONE} differ"}


def _labels(own: AlignedOutput) -> list[dict[str, Label]]:
    return list(labelled(own.dims, own.labels))


def _size(each: Array) -> dict[str, float | None]:
    return estimate(float(each.mean()), float(standard_error(each)))


def _design(
    one: Study, other: Study, draws: int | str | None, replicates: int | None, seed: int | None
) -> Design:
    fewest = min(one.design.draws, other.design.draws, MOST_DRAWS)
    fewer = min(one.design.replicates, other.design.replicates)
    return one.with_changes(draws=draws or fewest, replicates=replicates or fewer, seed=seed).design


def _like(study: Study, first: Study) -> Study:
    """Return a study whose inputs draw from the streams of those of the same name of the first."""
    known = {own.name: own.streams for own in first.parameters}
    keys: dict[str, str] = {}
    for own in study.parameters:
        wanted = known.get(own.name, ())
        if len(wanted) == len(own.streams):
            for key, other in zip(map(key_of_study, own.streams), wanted, strict=True):
                if (to := key_of_study(other)) not in keys.values():
                    keys.setdefault(key, to)
    taken = {*keys.values()}
    for key in (key_of_study(key) for own in study.parameters for key in own.streams):
        keys.setdefault(key, key + _APART if key in taken else key)
    return renamed(study, keys)


def _inputs_apart(one: Wired, other: Wired) -> Iterator[str]:
    """Yield the inputs of both whose laws are not the same, or that only one has."""
    for name in dict.fromkeys([*one.parameters, *other.parameters]):
        mine, theirs = one.parameters.get(name), other.parameters.get(name)
        if name in one.equations or name in other.equations:
            continue  # told among the equations
        if mine is None or theirs is None or _laws(mine, one) != _laws(theirs, other):
            yield name


def _laws(parameter: Parameter, of: Wired) -> Any:
    """Return what a parameter is at all labels, to be held against another."""
    cells = [(cell.law, cell.unit, cell.typical) for cell in parameter.cells]
    return {dim: of.dims[dim] for dim in parameter.dims}, cells


def _equations_apart(one: Wired, other: Wired) -> Iterator[str]:
    for name in dict.fromkeys([*one.equations, *other.equations]):
        if _formula(one, name) != _formula(other, name):
            yield name


def _formula(of: Wired, name: str) -> str | None:
    own = of.equations.get(name)
    return None if own is None else f"{to_text(own.expression)} [{own.unit.text}]"


def _changed(one: Wired, other: Wired, change: Change) -> tuple[Wired, list[str]]:
    """Return the first with one change, and what else of the other came with it.

    Raises
    ------
    InputError
        If it cannot be taken over by itself.
    """
    if change.kind == "dependence":
        return one._replace(mixes=other.mixes), []
    if change.name not in {**other.parameters, **other.equations}:
        raise InputError(Fault("what is only in A", "what B has", (change.name,)))
    parameters, equations = dict(one.parameters), dict(one.equations)
    taken, waiting = [], [change.name]
    while waiting:
        name = waiting.pop()
        taken.append(name)
        if name in other.equations:
            parameters.pop(name, None)
            equations[name] = other.equations[name]
            needed: Iterable[str] = other.equations[name].inputs
        else:
            equations.pop(name, None)
            parameters[name] = other.parameters[name]
            needed = ()
        known = {*parameters, *equations, *one.dims, *taken, *waiting}
        theirs = {*other.parameters, *other.equations}
        waiting += [key for key in needed if key not in known and key in theirs]
    own = {dim for name in taken if name in parameters for dim in parameters[name].dims}
    if any(one.dims.get(dim) != other.dims[dim] for dim in own):
        raise InputError(Fault(f"other labels of {', '.join(sorted(own))}", "the same labels"))
    return one._replace(parameters=parameters, equations=equations), taken[1:]


def _input(one: Wired, other: Wired, name: str) -> Json:
    """Return the laws of an input in both: the first at which they differ, and how many more."""
    mine, theirs = one.parameters.get(name), other.parameters.get(name)
    if mine is None or theirs is None or _laws(mine, one)[0] != _laws(theirs, other)[0]:
        return {"labels": {}, "more": 0, "a": _law(mine, 0), "b": _law(theirs, 0)}
    pairs = zip(_laws(mine, one)[1], _laws(theirs, other)[1], strict=True)
    apart = [k for k, (own, their) in enumerate(pairs) if own != their]
    at = list(labelled(mine.dims, one.dims))[apart[0]]
    more = len(apart) - 1
    labels = {} if len(apart) == len(mine.cells) else at
    return {"labels": labels, "more": more, "a": _law(mine, apart[0]), "b": _law(theirs, apart[0])}


def _law(parameter: Parameter | None, place: int) -> Json | None:
    if parameter is None:
        return None
    cell = parameter.cells[place]
    told: Json = {"law": cell.law.to_dict(), "unit": cell.unit.text}
    told |= {"library": cell.provenance.id, "evidence": cell.provenance.evidence}
    if cell.law.drawn is cell.law:
        low, high = (number(float(cell.law.quantile(p))) for p in _RANGE)
        told |= {"typical": number(cell.deterministic), "low": low, "high": high}
    return told


def _equation(one: Wired, other: Wired, name: str) -> Json:
    def told(of: Wired) -> str | None:
        formula = _formula(of, name)
        return "an input" if formula is None and name in of.parameters else formula

    return {"a": told(one), "b": told(other)}


def _dependence(_: Wired, __: Wired, ___: str) -> Json:
    return {}


_SIDES = {"input": _input, "equation": _equation, "dependence": _dependence}
