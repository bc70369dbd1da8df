"""Stops at the first value that is not finite, and says which equation made it and of what."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import FOLD, Member, Quantity
from mcsus.errors import NotFiniteError
from mcsus.expressions import to_text
from mcsus.families.exact import SCORE
from mcsus.model import Equation, Model
from mcsus.streams import Design

Array = NDArray[np.float64]

_MOST_INPUTS, _MOST_VALUES, _MOST_TEXT = 8, 6, 100  # that a message tells


def refuse_not_finite(
    rows: Array,
    names: list[str],
    ends: NDArray[np.int64],
    kernel: Kernel,
    design: Design,
    replicate: int,
    first: int = 0,
) -> None:
    """Stop the run at the first value that is NaN or infinite, and say what led to it.

    Parameters
    ----------
    rows : array, shape (stored row, draw)
        Values of all cells of the quantities `names`; those of the k-th end before ``ends[k]``.
    first : int
        Index of the first of these draws.
    """
    bad = ~np.isfinite(rows)
    if not bad.any():
        return
    infinite = np.repeat(infinite_of(kernel.model, names), np.diff(ends, prepend=0), axis=0)
    bad &= ~((rows == -np.inf) & infinite[:, :1]) & ~((rows == np.inf) & infinite[:, 1:])
    if not bad.any():
        return
    row = int(np.argmax(bad.any(axis=1)))
    name = names[int(np.searchsorted(ends, row, side="right"))]
    draw = int(np.argmax(bad[row]))
    kind, _, own = name.rpartition(":")  # the margin of a claim is called claim:<id>
    raise NotFiniteError(
        f"{kind or 'output'} {own!r} is not finite in {int(bad[row].sum())} of {rows.shape[1]} "
        f"draws of replicate {replicate}; the first is draw {first + draw}, {rows[row, draw]}"
        + Origin(kernel, design, replicate, first + draw).told(name)
    )


def infinite_of(model: Model, names: Sequence[str]) -> NDArray[np.bool_]:
    """Return whether quantities may be infinite, below and above: those that may be never.

    The margin of a claim on such a quantity may be so on both sides.
    """
    never = [name in model.may_be_never for name in names]
    margin = [name.startswith("claim:") for name in names]
    return np.array([[own and both, own] for own, both in zip(never, margin, strict=True)])


@dataclass(frozen=True, eq=False)
class Origin:
    """Where a value that is not finite comes from: one draw of one evaluation, looked at again.

    Parameters
    ----------
    groups : sequence of set of str, optional
        Of the plan, if its evaluations are those of groups of inputs.
    evaluation : int
        Which of its evaluations.
    """

    kernel: Kernel
    design: Design
    replicate: int
    draw: int
    groups: Sequence[Collection[Member]] | None = None
    second_order: bool = False
    evaluation: int = 0

    def told(self, name: str) -> str:
        """Return the first equation on the way to a quantity that is not finite, and its inputs."""
        model, at = self.kernel.model, name
        while True:
            inputs = [own for own in model.equation(at).inputs if own not in model.parameters]
            bad = (own for own in inputs if own in self._known and self._bad(own) is not None)
            further = next(bad, None)
            if further is None:
                break
            at = further
        cell = self._bad(at)
        return "" if cell is None else self._words(model.equation(at), cell)

    @property
    def _known(self) -> set[str]:
        """Equations that have values of their own at each draw."""
        model = self.kernel.model
        return {own.name for own in model.equations if self._is_stored(own.name)}

    def _bad(self, name: str) -> int | None:
        """Return the first cell of a quantity that is not finite, if there is one."""
        values = self._values(name)
        known = np.isfinite(values)
        if name in self.kernel.model.may_be_never:
            known |= values == np.inf
        places = np.flatnonzero(~known)
        return int(places[0]) if len(places) else None

    def _words(self, equation: Equation, cell: int) -> str:
        """Return a cell of an equation with the values of what it uses."""
        model = self.kernel.model
        dims, shape = model.dims_of[equation.name], model.shape(equation.name)
        labels = {dim: int(k) for dim, k in zip(dims, np.unravel_index(cell, shape), strict=True)}
        where = ", ".join(f"{dim} {model.dims[dim][k]}" for dim, k in labels.items())
        kind, _, own = equation.name.rpartition(":")
        formula = to_text(equation.expression)
        short = formula if len(formula) <= _MOST_TEXT else f"{formula[:_MOST_TEXT]}.."
        value = self._values(equation.name)[cell]
        drawn = f"{SCORE}:{own}" in model.parameters  # a parameter whose law takes quantities
        named = f"{kind or ('parameter' if drawn else 'equation')} {own!r}" + (
            f" ({where})" if where else ""
        )
        lines = [f"; it comes from {named}: {value} = {short}, where"]
        told = [name for name in equation.inputs if self._is_stored(name)]
        lines += [f"  {name} = {self._text(name, labels)}" for name in told[:_MOST_INPUTS]]
        if len(told) > _MOST_INPUTS:
            lines.append(f"  and {len(told) - _MOST_INPUTS} more")
        return "\n".join(lines)

    def _text(self, name: str, labels: dict[str, int]) -> str:
        """Return the values of an input at the labels that it shares, in its unit."""
        model = self.kernel.model
        if model.is_coordinate(name):
            known = [model.dims[name][labels[name]]] if name in labels else model.dims[name]
            return _listed([x if isinstance(x, str) else f"{x:g}" for x in known])
        own = model.parameters[name] if name in model.parameters else model.equation(name)
        dims = model.dims_of[name]
        at: tuple[Any, ...] = tuple(labels.get(dim, slice(None)) for dim in dims)
        values = self._values(name).reshape(model.shape(name))[at] / own.unit.factor
        texts = [f"{value:.6g}" for value in np.ravel(values)]
        return _listed(texts) + (f" {own.unit.text}" if own.unit.text != "1" else "")

    def _is_stored(self, name: str) -> bool:
        """Tell whether a quantity has values of its own at each draw."""
        model = self.kernel.model
        return model.is_coordinate(name) or model.inner not in model.dims_of[name]

    def _values(self, name: str) -> Array:
        """Return the values of the cells of a quantity, in base units."""
        kernel, groups = self.kernel, self.groups
        plan = kernel.plan([Quantity(name)], groups, second_order=self.second_order)
        first = self.draw // FOLD * FOLD
        count = self.draw - first + 1
        out = np.empty((len(plan.quantity), len(plan.location), count))
        kernel.run(plan, self.design, self.replicate, out, first=first, count=count, at=0)
        return np.asarray(out[:, self.evaluation, -1])


def _listed(texts: Sequence[str]) -> str:
    more = f" and {len(texts) - _MOST_VALUES} more" if len(texts) > _MOST_VALUES else ""
    return ", ".join(texts[:_MOST_VALUES]) + more
