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

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.change import Again, Change
from mcsus.analysis.claim_data import ClaimCell, ClaimDraws
from mcsus.analysis.claims import holds_in
from mcsus.analysis.input_draws import InputDraws
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity
from mcsus.model import Model
from mcsus.runner.afresh import Points
from mcsus.runner.again import Once
from mcsus.runner.claim_parts import terms_of, two_parts
from mcsus.runner.drawn_inputs import DrawnPoints, row_of, sources_of
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.streams.design import nearest_powers_of_two
from mcsus.study import Claim, Study
from mcsus.study.grids import labelled
from mcsus.study.joints import joints_of
from mcsus.study.parts import together
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
    sources = list(sources_of(study, model, set().union(*reach.values())))
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
    design = first_draws(study.design, min(most, _MOST_VALUES // rows))
    out = _drawn(PlanRun(kernel, plan, design), executor)
    cells = [kernel.program.cells(quantity.name) for quantity in wanted]
    starts = np.cumsum([0, *cells]).tolist()
    known: dict[tuple[int, int, str], InputDraws] = {}
    points = DrawnPoints(study, design)
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
            judge = Judge(claim, model, place)
            again = partial(_again, (once, starts[k] + place), (alone, place), judge)
            margins = out[starts[k] + place]
            tied = [term for term, _ in added[claim.id]]
            values = [out[at + row_of(model, own.name, labels)] for own, at in added[claim.id]]
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


class Judge:
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
    study: tuple[Once, int], alone: tuple[Once, int], judge: Judge, change: Change
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


def first_draws(design: Design, most: int) -> Design:
    """Return the design of the first replicates and draws, not many more than so many."""
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
