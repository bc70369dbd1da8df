"""Describes the credits of a study: one dataset each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.credits import Issued, Reduction, amounts, covered_in_all, credit
from mcsus.analysis.intervals import CURVE
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.model import Model
from mcsus.result.arrays import CREDIT
from mcsus.result.labelling import labelled
from mcsus.study import Study
from mcsus.study.credits import Credit, period_of
from mcsus.study.grids import labelled as labels_of_cells

Array = NDArray[np.float64]

_USUAL = 0.95  # level of the interval of a factor, where the study has it


def describe_credits(
    study: Study,
    model: Model,
    draws: Mapping[str, Sequence[Draws]],
    held: Mapping[str, Sequence[HeldDraws]],
) -> dict[str, xr.Dataset]:
    """Describe the credits by their place in the tree.

    Parameters
    ----------
    draws : mapping of str to sequence of Draws
        Of every cell, in base units.
    held : mapping of str to sequence of HeldDraws
        The same, or the first of them where they were counted; they stand together.
    """
    return {
        f"credits/{own.id}": _described(study, model, own, draws, held) for own in study.credits
    }


def _described(
    study: Study,
    model: Model,
    own: Credit,
    draws: Mapping[str, Sequence[Draws]],
    held: Mapping[str, Sequence[HeldDraws]],
) -> xr.Dataset:
    name, scale = own.equation.name, 1 / own.unit.factor
    level = _USUAL if _USUAL in study.intervals else max(study.intervals)
    roundings = [each.times(scale) for each in model.rounding[name].cells()]
    cells = [
        Reduction(every.times(scale), some.times(scale), rounding)
        for every, some, rounding in zip(draws[name], held[name], roundings, strict=True)
    ]
    dims = model.dims_of[name]
    issued = [
        None if amount is None else Issued(amount, level)
        for amount in _issued(study, model, own, held, dims)
    ]
    told = [
        credit(cell, own.rule, own.buffer, amount)
        for cell, amount in zip(cells, issued, strict=True)
    ]
    values: dict[str, Any] = {key: [each[key] for each in told] for key in told[0]}
    period = period_of(own, dims, study.dims)
    if period:
        values |= _covered(own, cells, list(labels_of_cells(dims, study.dims)), period)
    labels = {dim: study.dims[dim] for dim in dims}
    coordinates = {"curve": CURVE} | ({} if own.issued is None else {"bound": ["low", "high"]})
    data = labelled(CREDIT, values, labels, coordinates, own.unit.text)
    return data.assign_attrs(
        quantity=own.quantity,
        rule=own.rule_name,
        level=own.rule.spread,
        buffer=own.buffer,
        over=period,
        nominal=own.rule.nominal or 0.0,
        issued=0.0 if isinstance(own.issued, str) else own.issued or 0.0,
        issued_quantity=own.issued if isinstance(own.issued, str) else "",
        factor_level=level,
    )


def _issued(
    study: Study,
    model: Model,
    own: Credit,
    held: Mapping[str, Sequence[HeldDraws]],
    dims: Sequence[str],
) -> Iterator[float | Array | None]:
    """Yield what was credited for each cell: an amount, or one for each held draw."""
    cells = list(labels_of_cells(tuple(dims), study.dims))
    if own.issued_equation is None or isinstance(own.issued, float):
        yield from [own.issued if isinstance(own.issued, float) else None] * len(cells)
        return
    name = own.issued_equation.name
    there = list(labels_of_cells(model.dims_of[name], study.dims))
    for labels in cells:
        place = there.index({dim: labels[dim] for dim in model.dims_of[name]})
        yield held[name][place].values / own.unit.factor


def _covered(
    own: Credit, cells: Sequence[Reduction], labels: Sequence[Mapping[str, Any]], period: str
) -> dict[str, Any]:
    """Return, for each cell, whether all is real in every period of the cells it belongs to."""
    given = [amounts(cell, own.rule, own.buffer) for cell in cells]
    members: dict[tuple[Any, ...], list[int]] = {}
    for k, at in enumerate(labels):
        key = tuple(label for dim, label in at.items() if dim != period)
        members.setdefault(key, []).append(k)
    values, errors = np.empty(len(cells)), np.empty(len(cells))
    for places in members.values():
        known = covered_in_all([cells[k] for k in places], [given[k] for k in places])
        values[places], errors[places] = known
    return {"covered_in_all": values, "covered_in_all_error": errors}
