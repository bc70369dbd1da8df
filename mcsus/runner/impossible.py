"""Values of outputs, and of what claims are about, that cannot be: a negative duration, say."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import share_error
from mcsus.counting.draws import Draws
from mcsus.model import Model, Rounding
from mcsus.study import Claim, Study
from mcsus.study.physical import Possible, possible
from mcsus.vocabulary import Caution, Verdict

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

KIND = "impossible"


def limits_of_quantity(study: Study, model: Model, name: str) -> Possible | None:
    """Return the range of values that a quantity can have, in base units; None if it is any.

    A claim that asks whether it is above or below 0 says that it may be either.
    """
    if any(claim.margin.quantity == name and claim.margin.value == 0 for claim in study.claims):
        return None
    formula = None if name in model.parameters else model.equation(name).expression
    return possible(name, model.dimension_of[name], formula)


def outside(
    cells: Sequence[Draws], limits: Possible | None, rounding: Rounding
) -> dict[str, Array]:
    """Return the probability of values that cannot be of each cell, with its error, if any is met.

    What lies outside by no more than rounding is inside.
    """
    if limits is None:
        return {}
    shares = np.zeros((cells[0].replicates, len(cells)))
    for k, (cell, own) in enumerate(zip(cells, rounding.cells(), strict=True)):
        low, high = limits.low - float(own.most), limits.high + float(own.most)
        least, most = cell.extremes()
        if least < low or most > high:
            below, above = np.nextafter(low, -math.inf), high
            counts = [_beyond(each, below, above) for each in cell.each()]
            shares[:, k] = counts
    if not shares.any():
        return {}
    return {KIND: shares.mean(axis=0), f"{KIND}_error": share_error(shares, cells[0].draws)}


def _beyond(draws: Draws, below: float, above: float) -> float:
    """Return the share of the draws at most as large as one value, or above another."""
    known = np.array([value for value in (below, above) if math.isfinite(value)])
    counts = dict(zip(known.tolist(), draws.below(known).tolist(), strict=True))
    total = draws.replicates * draws.draws
    return float((counts.get(below, 0.0) + total - counts.get(above, total)) / max(total, 1))


def outside_of_claim(
    study: Study, model: Model, claim: Claim, margins: Sequence[Draws]
) -> dict[str, Array]:
    """Return the same of what a claim is about, by its margins, unless it is an output."""
    margin = claim.margin
    limits = None
    if margin.quantity not in study.outputs and margin.quantity in model:
        limits = limits_of_quantity(study, model, margin.quantity)
    if limits is None:
        return {}
    at = margin.value * margin.unit.factor
    ends = (at - limits.high, at - limits.low) if margin.relation.is_below else None
    low, high = ends or (limits.low - at, limits.high - at)
    return outside(margins, Possible(low, high, limits.why), model.rounding[claim.equation.name])


def impossible(
    study: Study, model: Model, described: Mapping[str, xr.Dataset]
) -> Iterator[Caution]:
    """Yield a caution for each output or claimed quantity of which some draws cannot be."""
    asked = {f"outputs/{name}": name for name in study.outputs}
    asked |= {f"claims/{claim.id}": claim.margin.quantity for claim in study.claims}
    told: set[str] = set()
    for place, name in asked.items():
        data = described[place]
        if KIND not in data or name in told:
            continue
        told.add(name)
        limits = limits_of_quantity(study, model, name)
        assert limits is not None  # noqa: S101 - there are values outside
        shares, errors = (data[key].values.ravel() for key in (KIND, f"{KIND}_error"))
        worst = int(np.argmax(shares))
        error = f" (± {errors[worst]:.1g})" if np.isfinite(errors[worst]) else ""
        where = f", in {np.count_nonzero(shares)} of {shares.size} cases" if shares.size > 1 else ""
        most = "up to " if shares.size > 1 else ""
        text = f"{name!r} has impossible values with a probability of {most}{shares[worst]:.3g}"
        yield Caution(KIND, name, f"{text}{error}{where}: {limits.why}")
    for claim in study.claims:
        yield from _supported_by(study, model, claim, described)


def _supported_by(
    study: Study, model: Model, claim: Claim, described: Mapping[str, xr.Dataset]
) -> Iterator[Caution]:
    """Say of a claim that it is supported only as values hold it that cannot be."""
    name = claim.margin.quantity
    judged = described[f"claims/{claim.id}"]
    data = next(
        (own for own in (judged, described.get(f"outputs/{name}")) if KIND in (own or ())), None
    )
    if data is None or data[KIND].shape != judged["probability"].shape:
        return
    limits = limits_of_quantity(study, model, name)
    end = (
        math.inf
        if limits is None
        else limits.low
        if claim.margin.relation.is_below
        else limits.high
    )
    left = judged["probability"].values - data[KIND].values
    turns = (judged["verdict"].values == Verdict.SUPPORTED.value) & (left < claim.confidence)
    if math.isfinite(end) and turns.any():
        yield Caution(
            KIND,
            claim.id,
            f"the claim {claim.id!r} is supported by draws in which {name!r} is impossible: "
            f"without them its probability is {left[turns].min():.3g}",
        )
