"""Margins of claims, with the inputs at the same draws: what all analyses of claims start from.

`claim_draws` draws again the first draws of every replicate of a run, at most `MOST_DRAWS` of all
replicates (fewer where very many inputs would fill the memory), whatever the run holds or has
counted. It depends on the study alone, so the numbers made of it are the same on any machine.

An input is what is drawn by itself: each parameter, and each of its labels that has a point of its
own; labels that share one are one input. At a scenario, values are those of its law there, and what
is constant there is no input of the cell. Columns of one joint file are an input each, on one
point, and so are parameters that a copula mixes: `InputDraws.streams` says which depend on each
other. What differs between individuals is no input, as no draw has it; every replicate has
individuals of its own. Values of shares and of parameters whose laws take a quantity are those that
the study writes, and the points those of the law behind (`InputDraws.is_law`).

An analysis of claims is one module of `mcsus.analysis.of_claims` with a class under `register`
(`mcsus.analysis.claim_analysis`): its arrays stand in the tree under ``claims/<id>/<name>``, its
JSON under ``claims.<id>.<name>``. What needs further evaluations of the model asks
`Kernel.run_at` with points of `streams`, see `mcsus.runner.given_values.PointRun`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claim_data import ClaimCell, ClaimDraws, InputDraws
from mcsus.counting.draws import HeldDraws
from mcsus.dependence.mix import key_of_study
from mcsus.engine.executors import Executor
from mcsus.engine.inputs import cell_points, mix_of, scale_positions, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.result.summary import label_text
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study import Claim, Study
from mcsus.study.conditional import is_written, written_name
from mcsus.study.grids import labelled
from mcsus.study.shares import share_behind
from mcsus.units import Unit
from mcsus.vocabulary import SCENARIO, Label

Array = NDArray[np.float64]

MOST_DRAWS = 1 << 16
"""Draws of all replicates that claims are analysed on."""

_MOST_VALUES = 1 << 25  # that are held: a quarter of a GiB
_LEAST_DRAWS = 256  # of a replicate, where there are so many


def claim_draws(study: Study, kernel: Kernel, executor: Executor) -> Iterator[ClaimDraws]:
    """Yield the claims of a study, each with its margins and inputs at the same draws.

    Parameters
    ----------
    kernel : Kernel
        Of the study.
    """
    model = kernel.model
    names = [claim.equation.name for claim in study.claims]
    reach = {name: model.upstream([name]) for name in names}
    sources = list(_sources(study, model, set().union(*reach.values())))
    wanted = [Quantity(c.equation.name, 1 / c.margin.unit.factor) for c in study.claims]
    wanted += [Quantity(own.quantity, 1 / own.unit.factor) for own in sources]
    plan = kernel.plan(wanted)
    design = _first(study.design, len(plan.quantity))
    out = _drawn(PlanRun(kernel, plan, design), executor)
    cells = [kernel.program.cells(quantity.name) for quantity in wanted]
    starts = np.cumsum([0, *cells]).tolist()
    known: dict[tuple[int, int, str], InputDraws] = {}
    points = _Points(study, design)
    for k, claim in enumerate(study.claims):
        own = [
            (source, starts[len(names) + j])
            for j, source in enumerate(sources)
            if source.parameter in reach[claim.equation.name]
        ]
        dims = model.dims_of[claim.equation.name]
        made = []
        for place, labels in enumerate(labelled(dims, model.dims)):
            inputs = tuple(
                found
                for source, start in own
                for found in source.inputs(model, labels, out[start:], start, points, known)
            )
            margins = out[starts[k] + place]
            made.append(_cell(claim, model, place, labels, margins, inputs))
        yield ClaimDraws(claim.id, claim.margin.unit.text, tuple(made))


def _cell(
    claim: Claim,
    model: Model,
    place: int,
    labels: Mapping[str, Label],
    margins: Array,
    inputs: tuple[InputDraws, ...],
) -> ClaimCell:
    """Return a cell of a claim; it holds in a draw where `analysis.claims.judge` counts it so."""
    factor = 1 / claim.margin.unit.factor
    rounding = model.rounding[claim.equation.name].cells()[place].times(factor)
    low, high = HeldDraws(margins).extremes()
    zero = rounding.usual if rounding.varies(high - low) else rounding.most
    holds = margins > zero if claim.margin.relation.is_strict else margins >= -zero
    unit = claim.margin.unit.text
    return ClaimCell(labels, claim.confidence, unit, rounding, margins, holds, inputs)


def _first(design: Design, rows: int) -> Design:
    """Return the design of the draws that are looked at: its first replicates and draws."""
    most = max(min(MOST_DRAWS, _MOST_VALUES // rows), _LEAST_DRAWS)
    replicates = min(design.replicates, max(most // min(_LEAST_DRAWS, design.draws), 1))
    draws = min(design.draws, max(most // replicates, min(_LEAST_DRAWS, design.draws)))
    if design.kind == "sobol":
        draws = nearest_powers_of_two(draws)[0]
    return replace(design, draws=draws, replicates=replicates)


def _drawn(run: PlanRun, executor: Executor) -> Array:
    """Return the values of all rows, shape (row, replicate, draw)."""
    design, rows = run.design, len(run.plan.quantity)
    refuse_if_too_large(rows * design.replicates * design.draws, "claims")
    out = np.empty((rows, design.replicates, design.draws))
    ahead = executor.workers + 1
    tasks = range(design.replicates)
    for replicate, values in enumerate(executor.ordered(values_of, run, tasks, ahead)):
        out[:, replicate] = values[:, 0]
    return out


class _Points:
    """The points of cells at the draws of a design, by the plain path."""

    def __init__(self, study: Study, design: Design) -> None:
        self.mixes, self.design = study.mixes, design
        positions = stream_positions({p.name: p for p in study.parameters})
        self.places = {**positions, **scale_positions(study.mixes)}

    def of(self, cell: Cell) -> Array:
        """Return the points of a cell, shape (replicate, draw)."""
        keys = streams_of([cell], self.mixes)
        places, draws = [self.places[key] for key in keys], self.design.draws
        rows = []
        for replicate in range(self.design.replicates):
            drawn = reference_points(self.design, places, keys, replicate, 0, draws)
            rows += cell_points([cell], self.mixes, dict(zip(keys, drawn.T, strict=True)))
        return np.stack(rows)


class _Source(NamedTuple):
    """A parameter that is drawn, and the quantity whose values are shown of it.

    Parameters
    ----------
    parameter : str
        An input of the model.
    shown : str
        Its name in the study.
    quantity : str
        The parameter, or the equation of the value that the study writes.
    """

    parameter: str
    shown: str
    quantity: str
    unit: Unit

    def inputs(
        self,
        model: Model,
        labels: Mapping[str, Label],
        rows: Array,
        start: int,
        points: _Points,
        known: dict[tuple[int, int, str], InputDraws],
    ) -> Iterator[InputDraws]:
        """Yield the inputs that it is for a cell of a claim; those that are `known` are not made.

        Parameters
        ----------
        rows : array, shape (cell, replicate, draw)
            Values of its quantity, from the `start` of all rows on.
        """
        parameter = model.parameters[self.parameter]
        scenario = labels.get(SCENARIO)
        places: dict[str, list[tuple[Mapping[str, Label], int]]] = {}
        for k, own in enumerate(labelled(parameter.dims, model.dims)):
            here = own.get(SCENARIO, scenario) == (scenario or model.dims.get(SCENARIO, ("",))[0])
            if here or SCENARIO not in parameter.dims:
                places.setdefault(key_of_study(parameter.cells[k].stream), []).append((own, k))
        told = _telling([[own for own, _ in group] for group in places.values()])
        for (key, group), apart in zip(places.items(), told, strict=True):
            at_labels, k = max(group, key=lambda one: _agreement(one[0], labels))
            cell = parameter.cells[k]
            if cell.law.family == "constant":
                continue
            row = _row_of(model, self.quantity, {**labels, **at_labels})
            at = (start + row, k, key)
            if at not in known:
                known[at] = InputDraws(
                    label_text(self.shown, apart), self.shown, apart, self.unit.text, cell,
                    cell.unit.factor / self.unit.factor, self.quantity == self.parameter,
                    frozenset(mix_of(cell.stream, points.mixes).needs), rows[row],
                    partial(points.of, cell),
                )  # fmt: skip
            yield known[at]


def _sources(study: Study, model: Model, reached: set[str]) -> Iterator[_Source]:
    """Yield what is drawn for some quantities, with what is shown of it."""
    for name in model.inputs:
        parameter = model.parameters[name]
        if name not in reached or parameter.is_constant or model.varies_inside(name):
            continue
        if not is_written(name):  # a number of a law
            continue
        shown = share_behind(name, study.document) or written_name(name)
        quantity = name
        if shown != name:
            dims = set(model.dims_of[shown]) - {SCENARIO}
            if dims == set(parameter.dims) - {SCENARIO}:
                quantity = shown
        unit = parameter.unit if quantity == name else model.equation(shown).unit
        yield _Source(name, shown, quantity, unit)


def _telling(groups: list[list[Mapping[str, Label]]]) -> list[Mapping[str, Label]]:
    """Return the labels that tell each group of cells from the others."""
    if len(groups) < 2:
        return [{} for _ in groups]
    return [
        {
            dim: label
            for dim, label in group[0].items()
            if dim != SCENARIO and all(own[dim] == label for own in group)
        }
        for group in groups
    ]


def _agreement(own: Mapping[str, Label], labels: Mapping[str, Label]) -> int:
    """Return how many labels two cells have in common."""
    return sum(labels.get(dim) == label for dim, label in own.items())


def _row_of(model: Model, name: str, labels: Mapping[str, Label]) -> int:
    """Return the place of the cell of a quantity at some labels; the first of other dims."""
    places = [
        model.dims[dim].index(labels[dim]) if dim in labels else 0 for dim in model.dims_of[name]
    ]
    return int(np.ravel_multi_index(places, model.shape(name))) if places else 0
