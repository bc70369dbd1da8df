"""Keeps some draws of what matters most to an output, and what all draws say given each input.

So that a saved result can be drawn again: inputs against the output, and which draws fail a claim.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.base import Explained
from mcsus.analysis.given_classes import classes_of, in_classes, quantiles_in_classes
from mcsus.analysis.input_draws import InputDraws
from mcsus.analysis.rank_bins import MOST_VALUES, rising
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity, parameter_of
from mcsus.model import Model
from mcsus.result.chosen import chosen_cells
from mcsus.result.kept import BAND, CELLS, CLAIM_UNITS, INPUT_UNITS, KEPT
from mcsus.result.labelling import labelled as dataset
from mcsus.runner.claim_draws import Judge, first_draws
from mcsus.runner.drawn_inputs import DrawnPoints, Source, row_of, sources_of
from mcsus.runner.group_sums import PlanRun, values_of
from mcsus.runner.input_groups import sensitivity_groups
from mcsus.study import Claim, Study
from mcsus.study.grids import labelled
from mcsus.vocabulary import BASE, SCENARIO, Label

Array = NDArray[np.float64]
Labels = Mapping[str, Label]

_ROWS = 2048  # kept of all replicates
_DRAWS = 1 << 16  # of all replicates and cells, of which classes are made
_VALUES = 1 << 25  # that are made in all
_INPUTS = 6  # of a cell
_CELLS = 3
_CLASSES = 24
_FEW_CLASSES = 8
_MOST_ROWS = 1 << 13  # of values: a quarter of a GiB
_HARDLY = 1e-6  # of a variance
_LEADING = ("shapley",)
"""Analyses that say what matters, where Sobol' indices do not."""


def kept_draws(
    study: Study, kernel: Kernel, executor: Executor, estimates: Mapping[str, Explained]
) -> dict[str, xr.Dataset]:
    """Return draws of the output that the answer is about, by place in the tree.

    Nothing where no analysis says which inputs matter, or the output does not vary.

    Parameters
    ----------
    estimates : mapping of str to Explained
        What analyses say of outputs, by their names.
    """
    estimates = {k: own for k, own in estimates.items() if not own.method.is_for_claims}
    analysed = [name.partition("@")[0] for name in estimates]
    if not analysed:
        return {}
    first = next(iter(study.outputs))
    output = first if first in analysed else analysed[0]
    look = _Look(study, kernel, executor, output)
    if look.rows > _MOST_ROWS:
        return {}
    weigh = _Weights(study, kernel.model, estimates, output)
    chosen = [own for labels in look.cells() if (own := look.chosen(labels, weigh)).inputs]
    return {f"few_draws/{output}": look.table(chosen)} if chosen else {}


class _Drawn(NamedTuple):
    """Values of quantities at the first draws of a design.

    Parameters
    ----------
    values : array, shape (row, replicate, draw)
    starts : list of int
        First row of each quantity.
    """

    values: Array
    starts: list[int]


class _Chosen(NamedTuple):
    """A cell of the output with the inputs that matter most to it, at the draws that are kept."""

    labels: Labels
    inputs: list[tuple[Source, InputDraws]]


class _Weights:
    """How much each input matters to the cells of an output, as the page ranks them."""

    def __init__(
        self, study: Study, model: Model, estimates: Mapping[str, Explained], output: str
    ) -> None:
        own = [name for name in estimates if name.partition("@")[0] == output]
        keys = [output, *(f"{output}@{name}" for name in _LEADING), *own]
        self.table = next(estimates[key] for key in keys if key in estimates)
        self.groups = sensitivity_groups(study, model)
        self.places = {
            json.dumps(labels): k
            for k, labels in enumerate(labelled(model.dims_of[output], model.dims))
        }

    def of(self, labels: Labels, source: Source, name: str) -> tuple[str, float]:
        """Return the name under which an input is ranked, and its weight there."""
        known = self.table.inputs
        holding = [
            ranked
            for ranked in known
            if source.parameter in map(parameter_of, self.groups.get(ranked, ()))
        ]
        ranked = next((own for own in (name, source.shown, *holding) if own in known), "")
        return ranked, float(self._weights(labels)[known.index(ranked)]) if ranked else 0.0

    def _weights(self, labels: Labels) -> Array:
        place = self.places[json.dumps(labels)]
        own = {key: array[place] for key, array in self.table.values.items()}
        return np.nan_to_num(self.table.method.ranking(own))


class _Look:
    """An output with its inputs, and claims, at the same draws."""

    def __init__(self, study: Study, kernel: Kernel, executor: Executor, output: str) -> None:
        self.study, self.kernel, self.executor, self.output = study, kernel, executor, output
        self.model, self.unit = kernel.model, study.outputs[output]
        self.dims = self.model.dims_of[output]
        self.sources = list(sources_of(study, self.model, self.model.upstream([output])))
        self.points = DrawnPoints(study, study.design)  # which nothing here asks for
        self.claims = [own for own in study.claims if self._tells(own)]

    @property
    def rows(self) -> int:
        """Rows of values that are drawn."""
        return sum(self.kernel.program.cells(own.name) for own in self._wanted(self.sources))

    @cached_property
    def kept(self) -> _Drawn:
        """The draws that are kept, of all inputs."""
        return self._drawn(self._wanted(self.sources), _ROWS)

    def cells(self) -> list[Labels]:
        """Return the labels of the cells that are looked at: as written, and varying."""
        every = list(labelled(self.dims, self.model.dims))
        base = [labels for labels in every if labels.get(SCENARIO, BASE) == BASE]
        values = {k: self._output(self.kept, labels) for k, labels in enumerate(base)}
        varying = [k for k, own in values.items() if _varies(own)]
        sizes = [float(np.median(values[k])) for k in varying]
        return [base[varying[k]] for k in chosen_cells([base[k] for k in varying], sizes, _CELLS)]

    def chosen(self, labels: Labels, weigh: _Weights) -> _Chosen:
        """Return the inputs of a cell that matter most, with their draws.

        What is ranked together has its weight parted as its members tell the ranks of the output.
        """
        found = [
            (source, own, *weigh.of(labels, source, own.name))
            for source, start in zip(
                self.sources, self.kept.starts[1 + len(self.claims) :], strict=True
            )
            for own in self._inputs(self.kept, source, start, labels)
        ]
        together = Counter(name for *_, name, _ in found)
        ranks = _ranks(self._output(self.kept, labels))
        told = [
            1.0 if together[name] == 1 else _told(ranks, own.values) for _, own, name, _ in found
        ]
        whole: dict[str, float] = {}
        for (*_, name, _), share in zip(found, told, strict=True):
            whole[name] = whole.get(name, 0.0) + share
        weights = [one[3] * share / whole[one[2]] for one, share in zip(found, told, strict=True)]
        order = sorted(range(len(found)), key=lambda k: -weights[k])
        return _Chosen(labels, [found[k][:2] for k in order[:_INPUTS]])

    def table(self, chosen: Sequence[_Chosen]) -> xr.Dataset:
        """Return the arrays of some cells, with what all draws say given each input."""
        units = {own.name: own.unit for cell in chosen for _, own in cell.inputs}
        sources = list({id(s): s for cell in chosen for s, _ in cell.inputs}.values())
        every = self._drawn(self._wanted(sources, margins=False), _DRAWS // len(chosen))
        cells = [self._cell(own, every, sources, list(units)) for own in chosen]
        values = {key: np.stack([cell[key] for cell in cells]) for key in cells[0]}
        own = {"input": list(units), "quantile": list(BAND)}
        if self.claims:
            own["drawn_claim"] = [claim.id for claim in self.claims]
        about = {
            CELLS: json.dumps([dict(cell.labels) for cell in chosen]),
            INPUT_UNITS: json.dumps(list(units.values())),
            CLAIM_UNITS: json.dumps([claim.margin.unit.text for claim in self.claims]),
        }
        made = dataset(KEPT, {k: v[np.newaxis] for k, v in values.items()}, {}, own, self.unit.text)
        return made.assign_attrs(about)

    def _cell(
        self, chosen: _Chosen, every: _Drawn, sources: Sequence[Source], names: Sequence[str]
    ) -> dict[str, Array]:
        """Return the arrays of one cell."""
        output = self._output(every, chosen.labels)
        order, starts = rising(output), dict(zip(map(id, sources), every.starts[1:], strict=False))
        rows = min(self.kept.values[0].size, _ROWS)
        found = {"input_draws": np.full((len(names), rows), np.nan)}
        found["input_place"] = np.full(len(names), np.nan)
        found["output_draws"] = _by_draw(self._output(self.kept, chosen.labels))
        for key in ("class_input", "class_mean", "class_mean_error"):
            found[key] = np.full((len(names), MOST_VALUES), np.nan)
        found["class_quantiles"] = np.full((len(names), MOST_VALUES, len(BAND)), np.nan)
        for place, (source, kept) in enumerate(chosen.inputs, 1):
            k = names.index(kept.name)
            found["input_place"][k] = place
            found["input_draws"][k] = _by_draw(kept.values)
            [own] = [
                one
                for one in self._inputs(every, source, starts[id(source)], chosen.labels)
                if one.name == kept.name
            ]
            classes = classes_of(own.values, _CLASSES)
            count = len(classes.ranks)
            found["class_input"][k, :count] = in_classes(own.values, classes)[0]
            found["class_mean"][k, :count], found["class_mean_error"][k, :count] = in_classes(
                output, classes
            )
            found["class_quantiles"][k, :count] = quantiles_in_classes(order, output, classes, BAND)
        return found | self._of_claims(chosen.labels)

    def _of_claims(self, labels: Labels) -> dict[str, Array]:
        """Return the margins of claims at the labels of a cell, and whether these hold."""
        if not self.claims:
            return {}
        margins, holds = [], []
        for claim, start in zip(self.claims, self.kept.starts[1:], strict=False):
            place = row_of(self.model, claim.equation.name, labels)
            own = self.kept.values[start + place]
            margins.append(_by_draw(own))
            holds.append(_by_draw(Judge(claim, self.model, place).holds(own)))
        return {"margin_draws": np.array(margins), "claim_draws": np.array(holds)}

    def _tells(self, claim: Claim) -> bool:
        """Tell whether a claim is at labels of the output alone."""
        dims = self.model.dims_of[claim.equation.name]
        return set(dims) - {SCENARIO} <= set(self.dims)

    def _wanted(self, sources: Sequence[Source], *, margins: bool = True) -> list[Quantity]:
        """Return the output, the margins of claims, and what is shown of some sources."""
        wanted = [Quantity(self.output, 1 / self.unit.factor)]
        if margins:
            wanted += [Quantity(c.equation.name, 1 / c.margin.unit.factor) for c in self.claims]
        return wanted + [Quantity(own.quantity, 1 / own.unit.factor) for own in sources]

    def _drawn(self, wanted: Sequence[Quantity], most: int) -> _Drawn:
        """Return values of quantities at so many draws of all replicates."""
        cells = [self.kernel.program.cells(own.name) for own in wanted]
        design = first_draws(self.study.design, min(most, _VALUES // sum(cells)))
        run = PlanRun(self.kernel, self.kernel.plan(wanted), design)
        tasks = range(design.replicates)
        with closing(self.executor.ordered(values_of, run, tasks)) as answers:
            values = np.stack([own[:, 0] for own in answers], axis=1)
        return _Drawn(values, np.cumsum([0, *cells]).tolist()[:-1])

    def _output(self, drawn: _Drawn, labels: Labels) -> Array:
        return np.asarray(drawn.values[row_of(self.model, self.output, labels)])

    def _inputs(
        self, drawn: _Drawn, source: Source, start: int, labels: Labels
    ) -> Iterator[InputDraws]:
        rows = drawn.values[start:]
        return source.inputs(self.model, labels, rows, start, self.points, {})


def _by_draw(values: NDArray[Any]) -> NDArray[Any]:
    """Return values in a row, so that the first of them are the first of every replicate."""
    return np.asarray(values.T.ravel()[:_ROWS])


def _varies(values: Array) -> bool:
    known = values[np.isfinite(values)]
    return known.size > 0 and float(np.ptp(known)) > 0


def _ranks(values: Array) -> Array:
    found = np.empty(values.size)
    found[rising(values)] = np.arange(values.size) / values.size - 0.5
    return found.reshape(values.shape)


def _told(ranks: Array, values: Array) -> float:
    """Return the share of the variance of ranks of the output that an input tells, roughly."""
    classes = classes_of(values, _FEW_CLASSES)
    means = in_classes(ranks, classes)[0]
    counts = classes.counts.sum(axis=0)
    between = (means**2 * counts).sum() / counts.sum() / ranks.var()
    return max(float(between - len(counts) / counts.sum()), _HARDLY)
