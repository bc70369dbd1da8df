"""What is seen of a study at a few draws: the cells that are shown, described once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claims import Judgement
from mcsus.declared.reader import choices, close, shown
from mcsus.errors import FaultCollector
from mcsus.model import Model
from mcsus.runner.evaluation import drawn_values, judged, ranking
from mcsus.runner.explored import (
    Cell,
    ClaimCell,
    Effect,
    Ranked,
    described,
    effect,
    labels_of,
    paired,
    ranked,
)
from mcsus.runner.explorer import REPLICATES
from mcsus.runner.together import parts_of
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    from mcsus.runner.run import Run
    from mcsus.study import Study

Array = NDArray[np.float64]


class View(NamedTuple):
    """Which cells are shown.

    Attributes
    ----------
    outputs : tuple of str
    labels, claims : tuple of tuple
        Dims of which some labels are shown alone, with these; of claims, these instead.
    """

    outputs: tuple[str, ...]
    labels: tuple[tuple[str, tuple[Label, ...]], ...] = ()
    claims: tuple[tuple[str, tuple[Label, ...]], ...] = ()

    @classmethod
    def read(cls, table: Any, study: Study) -> View:
        """Return what a table asks for: ``outputs``, ``labels``, ``claims``; by default everything.

        Raises
        ------
        InputError
            If there is no such output, dim or label.
        """
        faults = FaultCollector("visible")
        asked = table if isinstance(table, Mapping) else {}
        if table is not None and not isinstance(table, Mapping):
            faults.add(shown(table), "a table with outputs, labels and claims")
        for key in {*asked} - {"outputs", "labels", "claims"}:
            faults.add(shown(key), "outputs, labels and claims")
        outputs = _listed(asked.get("outputs"), list(study.outputs), faults, "outputs")
        labels, claims = (_labels(asked.get(key), study, faults, key) for key in _OF_LABELS)
        faults.raise_any()
        return cls(outputs, labels, claims)

    @classmethod
    def of_cell(cls, output: str, labels: Mapping[str, Label], study: Study) -> View:
        """Return what asks for one cell of an output, at one label of each dim that is named.

        Raises
        ------
        InputError
            If there is no such output, dim or label.
        """
        own = {dim: [label] for dim, label in labels.items()}
        return cls.read({"outputs": [output], "labels": own}, study)

    @property
    def of_claims(self) -> View:
        """Which cells of claims are shown."""
        return self._replace(labels=tuple({**dict(self.labels), **dict(self.claims)}.items()))

    def of(self, study: Study) -> View:
        """Return what of it another study has."""
        return self._replace(outputs=tuple(n for n in self.outputs if n in study.outputs))

    def dims(self, model: Model, name: str) -> dict[str, tuple[Label, ...]]:
        """Return the labels of a quantity that are shown, by dim."""
        chosen = dict(self.labels)
        return {dim: chosen.get(dim) or tuple(model.dims[dim]) for dim in model.dims_of[name]}

    def labelled(self, model: Model, name: str) -> list[dict[str, Label]]:
        """Return the labels of the cells of a quantity that are shown."""
        return labels_of(self.dims(model, name))

    def cells(self, model: Model, name: str) -> list[int]:
        """Return the places of the cells of a quantity that are shown."""
        shape = model.shape(name)
        whole = np.arange(int(np.prod(shape, dtype=int))).reshape(shape)
        for axis, (dim, labels) in enumerate(self.dims(model, name).items()):
            own = list(model.dims[dim])
            whole = whole.take([own.index(label) for label in labels], axis=axis)
        return [int(k) for k in whole.ravel()]


_OF_LABELS = ("labels", "claims")


def _labels(
    given: Any, study: Study, faults: FaultCollector, key: str
) -> tuple[tuple[str, tuple[Label, ...]], ...]:
    """Return dims with the labels that are asked for."""
    labels = []
    for dim, own in given.items() if isinstance(given, Mapping) else ():
        if dim not in study.dims:
            faults.add(shown(dim), choices(study.dims), key, nearest=close(dim, study.dims))
        else:
            listed = own if isinstance(own, list | tuple) else [own]
            labels.append((dim, _listed(listed, list(study.dims[dim]), faults, key, dim)))
    return tuple(labels)


def _listed(
    value: Any, known: Sequence[Any], faults: FaultCollector, *where: str
) -> tuple[Any, ...]:
    """Return some of what is known, in its order; all of it where nothing is asked for."""
    if value is None:
        return tuple(known)
    asked = list(value) if isinstance(value, list | tuple) else [value]
    for item in asked:
        if item not in known:
            names = list(map(str, known))
            faults.add(shown(item), choices(names), *where, nearest=close(item, names))
    return tuple(item for item in known if item in asked)


class Seen:
    """What is seen of a run.

    Parameters
    ----------
    draws : int
        Of each replicate.

    Attributes
    ----------
    values : dict of str to array, shape (cell, replicate, draw)
        Of outputs, of what they are made of and of margins of claims: cells that are shown.
    bytes : int
        Memory that the draws take.
    views : dict of str to View
        By quantity, which of its cells are shown.
    """

    def __init__(self, run: Run, view: View, draws: int) -> None:
        self.run, self.view, self.draws, self.replicates = run, view, draws, REPLICATES
        study, self.model = run.study, run.model
        known = {name: parts_of(study, self.model, name) for name in view.outputs}
        self.parts = {name: parts for name, parts in known.items() if parts}
        scales = {name: 1 / study.outputs[name].factor for name in view.outputs}
        for name, parts in self.parts.items():
            scales = dict.fromkeys(parts, scales[name]) | scales
        margins = [claim.equation.name for claim in study.claims]
        self.scales = scales = scales | dict.fromkeys(margins, 1.0)
        self.views = dict.fromkeys(scales, view) | dict.fromkeys(margins, view.of_claims)
        self.places = {name: own.cells(self.model, name) for name, own in self.views.items()}
        self.values = drawn_values(run, run.kept, scales, draws, REPLICATES, self.places)
        self.bytes = sum(own.nbytes for own in self.values.values())

    @cached_property
    def outputs(self) -> dict[str, list[Cell]]:
        """What the draws say of the outputs."""
        return {name: list(self._described(name)) for name in self.view.outputs}

    @cached_property
    def judgements(self) -> dict[str, list[Judgement]]:
        """What the draws say of the claims."""
        return judged(self.run, self.run.kept, self.values, self.places)

    def after(self, before: Seen) -> dict[str, list[Cell]]:
        """Return what the draws say of the outputs, and how they differ from others."""
        found = {}
        for name, cells in self.outputs.items():
            places = self._beside(name, before)
            found[name] = [
                cell if k is None else replace(
                    cell, before=paired(now, before.values[name][k], before.outputs[name][k])
                )
                for cell, now, k in zip(cells, self.values[name], places, strict=True)
            ]  # fmt: skip
        return found

    def claims(self, before: Seen) -> dict[str, list[ClaimCell]]:
        """Return what the draws say of the claims, beside others."""
        found = {}
        for claim in self.run.study.claims:
            name = claim.equation.name
            each = zip(
                self.views[name].labelled(self.model, name),
                self.judgements[claim.id],
                self._beside(name, before),
                strict=True,
            )
            found[claim.id] = [
                ClaimCell(labels, now)
                if k is None
                else ClaimCell(labels, now, before.judgements[claim.id][k].probability)
                for labels, now, k in each
            ]
        return found

    def effects(self, before: Seen) -> dict[str, list[Effect]]:
        """Return how the means differ from others, draw by draw."""
        found = {}
        for name in self.view.outputs:
            labels = self.view.labelled(self.model, name)
            each = zip(self.values[name], labels, self._beside(name, before), strict=True)
            found[name] = [
                effect(now, before.values[name][k], own) for now, own, k in each if k is not None
            ]
        return found

    def _beside(self, name: str, before: Seen) -> list[int | None]:
        """Return which cell of others each cell of a quantity is compared with, if any."""
        labels = self.views[name].labelled(self.model, name)
        if name not in before.values:
            return [None] * len(labels)
        known = before.views[name].labelled(before.model, name)
        dims = before.model.dims_of[name]
        own = [{dim: each[dim] for dim in dims if dim in each} for each in labels]
        return [known.index(each) if each in known else None for each in own]

    def ranking(self, base_points: int) -> tuple[dict[str, list[Ranked]], tuple[str, ...]]:
        """Return Sobol' indices of the cells that are shown, and the outputs of which ranks are."""
        never = self.model.may_be_never
        on_ranks = tuple(
            name
            for name, cells in self.outputs.items()
            if name in never or any(np.isnan(cell.sd) for cell in cells)
        )
        cells = {name: self.places[name] for name in self.view.outputs}
        tables = ranking(self.run, self.run.kept, base_points, REPLICATES, on_ranks, cells)
        found = {
            name: [
                ranked(table, row, labels)
                for row, labels in enumerate(self.view.labelled(self.model, name))
            ]
            for name, table in tables.items()
        }
        return found, on_ranks

    def _described(self, name: str) -> Iterator[Cell]:
        """Yield what the draws of the cells of an output say."""
        levels, meets = self.run.study.intervals, self.model.meets_individuals(name)
        for labels, values in zip(
            self.view.labelled(self.model, name), self.values[name], strict=True
        ):
            yield described(values, labels, levels, self.made_of(name, labels), meets=meets)

    def made_of(self, name: str, labels: Mapping[str, Label]) -> dict[str, Array]:
        """Return the draws of what an output is the sum of, in its unit, at a cell."""
        return {
            part: self._at(part, labels) * (self.scales[name] / self.scales[part])
            for part in self.parts.get(name, ())
        }

    def _at(self, name: str, labels: Mapping[str, Label]) -> Array:
        """Return the draws of a quantity at the labels of another."""
        own = [labels[dim] for dim in self.model.dims_of[name]]
        known = [list(each.values()) for each in self.view.labelled(self.model, name)]
        found: Array = self.values[name][known.index(own)]
        return found
