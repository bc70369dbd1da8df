"""Outputs as sums of products of powers of independent inputs, read off the graph."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.terms import Terms
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity, cells_of
from mcsus.families.powers import moments_are_known, power_moment
from mcsus.model.products import Atom, NotProductsError, Powers, Products, products_of
from mcsus.runner.group_sums import PlanRun, Told, owners, roundings
from mcsus.runner.group_values import Key, reached_inputs
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.conditional import written_name

Array = NDArray[np.float64]

_NONE = np.zeros(0)


class TermsRun:
    """Some outputs as sums of products.

    Parameters
    ----------
    groups : mapping of str to set of str
        The inputs, each one parameter or more.
    """

    def __init__(
        self,
        study: Study,
        kernel: Kernel,
        outputs: Sequence[str],
        groups: Mapping[str, set[Member]],
        design: Design,
    ) -> None:
        self.study, self.outputs, self.groups = study, outputs, groups
        units = {name: study.outputs[name].factor for name in outputs}
        plan = kernel.plan([Quantity(name, 1 / factor) for name, factor in units.items()])
        self.run = PlanRun(kernel, plan, replace(design, replicates=1))
        self.rounding = roundings(self.run, outputs)
        self.places: dict[Key, list[int]] = {}
        self.inputs = reached_inputs(kernel, outputs, groups)
        self._known: dict[Hashable, float] = {}

    def told(self, output: str) -> dict[str, str | int]:
        """Return why an output is no such sum, if so."""
        cells = zip(owners(self.run.kernel, self.outputs), self._cells, strict=True)
        reasons = [cell.reason for name, cell in cells if name == output and cell.reason]
        return {"reason": f"there is no closed form: {reasons[0]}"} if reasons else {}

    def values(
        self,
        executor: Executor,  # noqa: ARG002 - of other runs
        told: Told,  # noqa: ARG002
        first: int = 0,  # noqa: ARG002
    ) -> Iterator[dict[Key, Terms]]:
        """Yield the sums, which are those of any replicate."""
        yield {("", row): cell for row, cell in enumerate(self._cells)}

    @cached_property
    def _cells(self) -> list[Terms]:
        cells: list[Terms] = []
        for name in self.outputs:
            for cell in self._products(name):
                inputs = self.inputs["", len(cells)]
                cells.append(self._terms(cell, inputs, self.study.outputs[name].factor))
        return cells

    def _products(self, name: str) -> Sequence[Products | str]:
        """Return the sum that each cell of an output is, or why it is none."""
        model = self.run.kernel.model
        if model.meets_individuals(name):
            reason = "it depends on what differs between individuals"
        elif name in model.may_be_never:
            reason = "it may be never"
        else:
            try:
                return list(products_of(model, name))
            except NotProductsError as error:
                reason = str(error)
        return [reason] * self.run.kernel.program.cells(name)

    def _terms(self, cell: Products | str, inputs: Sequence[str], factor: float) -> Terms:
        """Return the expected values of what each input brings to the terms of a cell."""
        none = np.zeros((len(inputs), 0))
        reason = cell if isinstance(cell, str) else self._unknown(cell)
        if isinstance(cell, str) or reason:
            return Terms(_NONE, none, none[:, :, np.newaxis], reason)
        owner = {
            key: k
            for k, group in enumerate(inputs)
            for member in self.groups[group]
            for key in (own.stream for own in cells_of(self.run.kernel.model, member))
        }
        terms = list(cell.terms)
        single = np.ones((len(inputs), len(terms)))
        double = np.ones((len(inputs), len(terms), len(terms)))
        for stream in sorted({key for powers in terms for (key, _), _ in powers}):
            own = [frozenset((k, p) for k, p in powers if k[0] == stream) for powers in terms]
            every = list(dict.fromkeys(own))
            place = np.array([every.index(powers) for powers in own])
            once = np.array([self._moment(one, frozenset()) for one in every])
            twice = np.array([[self._moment(one, other) for other in every] for one in every])
            if not np.isfinite(once).all() or not np.isfinite(twice).all():
                reason = (
                    f"a moment of {self._name(stream)!r} that it needs is infinite or not known"
                )
                return Terms(_NONE, none, none[:, :, np.newaxis], reason)
            single[owner[stream]] *= once[place]
            double[owner[stream]] *= twice[np.ix_(place, place)]
        coefficients = np.array([cell.terms[powers] / factor for powers in terms])
        return Terms(coefficients, single, double)

    def _unknown(self, cell: Products) -> str:
        """Say why the inputs of a cell have no closed form, if so."""
        atoms = {atom for powers in cell.terms for atom, _ in powers}
        for stream, law in sorted(atoms, key=lambda atom: atom[0]):
            if stream in self.study.mixes:
                return f"{self._name(stream)!r} depends on another input"
            if ("known", law) not in self._known:
                self._known["known", law] = float(moments_are_known(law))
            if not self._known["known", law]:
                return f"the variance of {self._name(stream)!r} is infinite or not known"
        return ""

    def _moment(self, one: Powers, other: Powers) -> float:
        """Return the expected value of two products of powers on one stream together."""
        powers: dict[Atom, float] = dict(one)
        for atom, power in other:
            powers[atom] = powers.get(atom, 0.0) + power
        key = frozenset((atom, power) for atom, power in powers.items() if power)
        if key not in self._known:
            own = [(law, power) for (_, law), power in key]
            self._known[key] = power_moment(sorted(own, key=repr))  # else of any order
        return self._known[key]

    def _name(self, stream: str) -> str:
        """Return the parameter that a stream is of, as the study writes it."""
        parameters = self.run.kernel.model.parameters.values()
        found = (p.name for p in parameters if stream in (cell.stream for cell in p.cells))
        return written_name(next(found, stream))
