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
JSON under ``claims.<id>.<name>``. What needs the model again, with another law or another
dependence, asks `ClaimCell.again`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.change import Again, Change
from mcsus.analysis.claim_data import ClaimCell, ClaimDraws
from mcsus.analysis.claims import holds_in
from mcsus.analysis.input_draws import InputDraws
from mcsus.dependence.mix import key_of_study
from mcsus.engine.executors import Executor
from mcsus.engine.inputs import cell_points, mix_of, scale_positions, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.result.printed import label_text
from mcsus.runner.afresh import Points
from mcsus.runner.again import Once
from mcsus.runner.claim_parts import terms_of, two_parts
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study import Claim, Study
from mcsus.study.conditional import is_written, written_name
from mcsus.study.grids import labelled
from mcsus.study.joints import joints_of
from mcsus.study.parts import together
from mcsus.study.shares import share_behind
from mcsus.units import Unit
from mcsus.vocabulary import BASE, SCENARIO, Label

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

MOST_DRAWS = 1 << 16
"""Draws of all replicates that claims are analysed on."""

MOST_CELLS = 12
"""Cells of a claim that are analysed: of more, some of the study as written."""

_OF_INDIVIDUALS = 1 << 14  # draws, where each meets many individuals
_MOST_VALUES = 1 << 25  # that are held: a quarter of a GiB; and that are regressed on
_LEAST_DRAWS = 256  # of a replicate, where there are so many
_LEAST_IN_ALL = 1 << 12


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
    terms = {claim.id: terms_of(model, claim.equation.name) for claim in study.claims}
    first = len(wanted)
    wanted += [
        Quantity(own.name, 1 / claim.margin.unit.factor)
        for claim in study.claims
        for own in terms[claim.id]
    ]
    plan = kernel.plan(wanted)
    drawn = sum(kernel.program.cells(own.parameter) for own in sources)
    pairs = drawn * sum(min(kernel.program.cells(name), MOST_CELLS) for name in names)
    most = _OF_INDIVIDUALS if any(map(model.meets_individuals, names)) else MOST_DRAWS
    rows = max(len(plan.quantity), pairs, 1)
    design = _first(study.design, min(most, _MOST_VALUES // rows))
    out = _drawn(PlanRun(kernel, plan, design), executor)
    cells = [kernel.program.cells(quantity.name) for quantity in wanted]
    starts = np.cumsum([0, *cells]).tolist()
    known: dict[tuple[int, int, str], InputDraws] = {}
    points = _Points(study, design)
    behind = iter(starts[first:])
    added = {claim.id: [(own, next(behind)) for own in terms[claim.id]] for claim in study.claims}
    once = Once(kernel, wanted[: len(names)], design, points.places)
    for k, claim in enumerate(study.claims):
        alone = Once(kernel, [wanted[k]], design, points.places, like=once)
        open_cells = min(_open(out[starts[k] : starts[k + 1]]), MOST_CELLS)
        most_held = alone.most_held // max(open_cells, 1)
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
            judge = _Judge(claim, model, place)
            again = partial(_again, (once, starts[k] + place), (alone, place), judge)
            margins = out[starts[k] + place]
            tied = [term for term, _ in added[claim.id]]
            values = [out[at + _row_of(model, own.name, labels)] for own, at in added[claim.id]]
            parts = two_parts(model, study.mixes, tied, values, margins)
            cell = judge.cell(labels, margins, inputs, again, parts)
            afresh = None
            if claim.table.get("rare"):
                streams = frozenset[str]().union(*(own.streams for own in inputs))
                afresh = Points(
                    kernel, wanted[k], place, judge.holds, streams, once.places, design
                )  # fmt: skip
            made.append(replace(cell, most_held=most_held, afresh=afresh))
        yield _grouped(study, ClaimDraws(claim.id, claim.margin.unit.text, tuple(made)))


class _Judge:
    """Tells whether a claim holds in a draw, as `analysis.claims.judge` counts it."""

    def __init__(self, claim: Claim, model: Model, place: int) -> None:
        self.claim, factor = claim, 1 / claim.margin.unit.factor
        self.rounding = model.rounding[claim.equation.name].cells()[place].times(factor)

    def holds(self, margins: Array) -> Flags:
        """Return whether it does, draw by draw."""
        at_equality = not self.claim.margin.relation.is_strict
        return holds_in(margins, self.rounding, holds_at_equality=at_equality)

    def cell(
        self,
        labels: Mapping[str, Label],
        margins: Array,
        inputs: tuple[InputDraws, ...],
        again: Again,
        parts: tuple[Array, Array] | None,
    ) -> ClaimCell:
        """Return the claim at some labels."""
        asked, unit = self.claim.confidence, self.claim.margin.unit.text
        return ClaimCell(
            labels, asked, unit, self.rounding, margins, self.holds(margins), inputs,
            again=again, parts=parts, is_sign=self.claim.margin.is_sign,
        )  # fmt: skip


def _open(margins: Array) -> int:
    """Return how many rows of margins are above 0 in some draws and not in others."""
    above = (margins > 0).reshape(len(margins), -1)
    return int((above.any(axis=1) & ~above.all(axis=1)).sum())


def _again(
    study: tuple[Once, int], alone: tuple[Once, int], judge: _Judge, change: Change
) -> tuple[Array, Flags] | None:
    """Return the margins of a cell, and whether its claim holds, after a change.

    Parameters
    ----------
    study, alone : tuple of (Once, int)
        All claims, which share other laws, and the claim alone, whose inputs are held as often
        whatever other claims there are; with the row of the cell in each.
    """
    once, row = alone if change.held else study
    values = once.values(change)
    return None if values is None else (values[row], judge.holds(values[row]))


def _grouped(study: Study, drawn: ClaimDraws) -> ClaimDraws:
    """Return a claim with groups of inputs that are more than one.

    These are the labels of a parameter, what a copula or a file draws together, and what the study
    groups for its sensitivity.
    """
    members: dict[str, tuple[str, ...]] = {
        own.parameter: (own.parameter,) for cell in drawn.cells for own in cell.inputs
    }
    members |= together(study.dependence) | dict(study.sensitivity.groups)
    members |= {name: tuple(names) for name, names in joints_of(study.parameters).items()}
    places = {
        name: [
            tuple(k for k, own in enumerate(cell.inputs) if own.parameter in names)
            for cell in drawn.cells
        ]
        for name, names in members.items()
    }
    several = {name: own for name, own in places.items() if max(map(len, own)) > 1}
    cells = tuple(
        replace(cell, groups=tuple(own[k] for own in several.values()))
        for k, cell in enumerate(drawn.cells)
    )
    chosen = list(range(len(cells)))
    if len(cells) > MOST_CELLS:
        base = [k for k, cell in enumerate(cells) if cell.labels.get(SCENARIO, BASE) == BASE]
        spread = np.linspace(0, len(base) - 1, min(MOST_CELLS, len(base))).round().astype(int)
        chosen = [base[k] for k in np.unique(spread)]
    return replace(drawn, cells=cells, groups=tuple(several), analysed=tuple(chosen))


def _first(design: Design, most: int) -> Design:
    """Return the design of the draws that are looked at: its first replicates and draws."""
    most = max(most, _LEAST_IN_ALL)
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
                mix = mix_of(cell.stream, points.mixes)
                known[at] = InputDraws(
                    label_text(self.shown, apart), self.shown, apart, self.unit.text, cell,
                    cell.unit.factor / self.unit.factor, self.quantity == self.parameter,
                    frozenset(mix.needs), rows[row], partial(points.of, cell), mix,
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
