"""Describes what was drawn: statistics, convergence and contributions of every output, claims."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.claims import quantiles
from mcsus.analysis.first_order import propagate
from mcsus.analysis.individuals import error_parts, noise
from mcsus.analysis.intervals import CURVE, constant, estimates, quantile_probabilities, summarise
from mcsus.analysis.moments import settling, tail_index
from mcsus.analysis.replication import share_error, standard_error
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.never import never_shares
from mcsus.engine.executors import default_threads
from mcsus.model import Model, Rounding, evaluate, typical_values
from mcsus.result.arrays import CLAIM, OUTPUT
from mcsus.result.labelling import labelled
from mcsus.runner.deciding import judged
from mcsus.runner.impossible import limits_of_quantity, outside, outside_of_claim
from mcsus.runner.validity import breakdowns
from mcsus.study import Claim, Study
from mcsus.vocabulary import Label

Array = NDArray[np.float64]


def describe(
    study: Study,
    model: Model,
    draws: Mapping[str, Sequence[Draws]],
    means: Mapping[str, Array],
    met: Mapping[str, Sequence[HeldDraws]],
    threads: int | None = None,
) -> dict[str, xr.Dataset]:
    """Describe outputs and claims, by their place in the tree.

    Parameters
    ----------
    draws : mapping of str to sequence of Draws
        Draws of every cell of outputs and of the margins of claims, in base units.
    means : mapping of str to array, shape ``(replicate, cell)``
        Means of parts of breakdowns that are not among the draws.
    met : mapping of str to sequence of HeldDraws
        Of what depends on individuals: see `mcsus.runner.individuals.meet_all`.
    threads : int, optional
        How many sort at a time; the numbers do not depend on it.
    """
    typical = evaluate(model, typical_values(model), typical=True)
    rough = propagate(model, list(study.outputs), study.mixes)
    parts = breakdowns(study, model)
    tree: dict[str, xr.Dataset] = {}
    probabilities = quantile_probabilities(study.intervals)
    tail = float(probabilities[-1])
    with ThreadPoolExecutor(threads or default_threads()) as pool:
        for name, unit in study.outputs.items():
            scale = 1 / unit.factor
            alone: Sequence[HeldDraws | None] = met.get(name) or [None] * len(draws[name])
            known = zip(draws[name], model.rounding[name].cells(), alone, strict=True)
            asked = [(*own, scale, study.intervals, tail) for own in known]
            cells = list(pool.map(lambda own: described_cell(*own), asked))
            values = {key: stacked([cell[key] for cell in cells]) for key in cells[0]}
            if name in model.may_be_never:
                values |= never(draws[name], study.design.draws)
            limits = limits_of_quantity(study, model, name)
            values |= outside(draws[name], limits, model.rounding[name])
            settled = model.rounding[name].settled
            values["deterministic"] = settled(typical[name].ravel()) * scale
            values["first_order"] = settled(rough[name].value) * scale
            values["first_order_interval"] = (rough[name].interval * scale).T
            own = {
                "quantile": probabilities,
                "level": np.array(study.intervals),
                "bound": ["low", "high"],
                "curve": CURVE,
            }
            if name in parts:
                values |= _contributions(model, name, parts[name], draws, means, scale)
                values |= _shared_out(values)
                own["part"] = list(parts[name])
            stages = [_stage(model, part) for part in parts.get(name, ())]
            ranks = [cell.rank_error(probabilities).max() for cell in draws[name]]
            data = labelled(OUTPUT, values, labels_of(study, model, name), own, unit.text)
            tree[f"outputs/{name}"] = data.assign_attrs(
                path_probability=tail, stages=json.dumps(stages), rank_error=float(max(ranks))
            )
    for claim in study.claims:
        tree[f"claims/{claim.id}"] = _claim(study, model, claim, draws)
    return tree


def described_cell(
    draws: Draws,
    rounding: Rounding,
    met: HeldDraws | None,
    scale: float,
    levels: Sequence[float],
    tail: float | None = None,
    *,
    meets: bool = False,
) -> dict[str, Array]:
    """Return summary and convergence of a cell; what was sorted for them is not kept.

    Parameters
    ----------
    met : HeldDraws or None
        Of what depends on individuals: see `mcsus.runner.individuals.meet_all`.
    scale : float
        By which the draws are shown.
    tail : float, optional
        Probability of the quantile whose convergence is told; without it, nothing is told of how
        the draws settle and of their tails.
    meets : bool
        Whether it depends on individuals though `met` is not given.
    """
    shown = draws.times(scale)
    described = summarise(shown, levels)
    if tail is not None:
        path = estimates(shown.convergence(tail))
        described |= {f"path_{key}": values for key, values in path.items()}
    varies, settled = does_vary(draws, rounding), rounding.times(scale).settled
    if not varies:
        value = float(settled(described["median"]))
        described = constant(value, described, is_known=met is None and not meets)
    elif never_shares(draws) is None:
        described = settling(shown).told(described)
    described["varies"] = np.asarray(varies)
    if tail is not None:
        described["tail_index"] = np.asarray(tail_index(shown) if varies else np.nan)
    if met is None:
        return described
    share, rest = noise(met, varies=varies)
    beside = {"individuals_share": np.asarray(share), "individuals_rest": np.asarray(rest)}
    parts = error_parts(shown, met.times(scale), quantile_probabilities(levels), described)
    return described | {name: settled(part) for name, part in parts.items()} | beside


def never(cells: Sequence[Draws], draws: int) -> dict[str, Array]:
    """Return how often each cell is never, with its error."""
    told = [never_shares(cell) for cell in cells]
    none = np.zeros(cells[0].replicates)
    shares = np.stack([none if own is None else own for own in told], axis=1)
    return {"never": shares.mean(axis=0), "never_error": share_error(shares, draws)}


def labels_of(study: Study, model: Model, name: str) -> dict[str, tuple[Label, ...]]:
    """Return the labels of the dims of a quantity."""
    return {dim: study.dims[dim] for dim in model.dims_of[name]}


def stacked(cells: Sequence[Array]) -> Array:
    """Return the arrays of all cells as one; histograms with fewer bins repeat theirs."""
    longest = max(cells, key=np.size)
    return np.stack([np.resize(cell, longest.shape) for cell in cells])


def _contributions(
    model: Model,
    name: str,
    parts: Sequence[str],
    draws: Mapping[str, Sequence[Draws]],
    known: Mapping[str, Array],
    scale: float,
) -> dict[str, Array]:
    """Return the mean of each part with its error; the parts of a cell add up to its mean."""
    means = []
    for part in parts:
        own = known.get(part)
        if own is None:
            own = np.stack([cell.means() for cell in draws[part]], axis=1)
        labelled = own.reshape(len(own), *model.shape(part))
        means.append(model.spread(labelled, part, name).reshape(len(own), -1) * scale)
    stacked = np.stack(means, axis=-1)  # replicate, cell, part
    return {"contribution": stacked.mean(axis=0), "contribution_error": standard_error(stacked)}


def _shared_out(values: Mapping[str, Array]) -> dict[str, Array]:
    """Return contributions; NaN in cells whose mean does not settle, as they are parts of it."""
    known = np.isfinite(values["mean"])[:, np.newaxis]
    return {
        name: np.where(known, values[name], np.nan)
        for name in ("contribution", "contribution_error")
    }


def does_vary(draws: Draws, rounding: Rounding) -> bool:
    """Tell whether the draws of a cell differ, rounding apart; of one draw nothing is known."""
    low, high = draws.extremes()
    return draws.replicates * draws.draws == 1 or bool(rounding.varies(high - low))


def _stage(model: Model, name: str) -> str:
    """Return the life-cycle stage of an equation or a parameter, empty when it has none."""
    known = model.parameters.get(name) or model.equation(name)
    return known.stage or ""


def _claim(
    study: Study, model: Model, claim: Claim, draws: Mapping[str, Sequence[Draws]]
) -> xr.Dataset:
    margin, drawn = claim.margin, draws[claim.equation.name]
    relation, roundings = margin.relation, model.rounding[claim.equation.name].cells()
    judgements = judged(model, claim, drawn)
    varies = [does_vary(cell, own) for cell, own in zip(drawn, roundings, strict=True)]
    curves = [
        cell.quantiles(CURVE if own else np.full(CURVE.shape, 0.5)) / margin.unit.factor
        for cell, own in zip(drawn, varies, strict=True)
    ]
    values: dict[str, Any] = {
        "probability": [one.probability for one in judgements],
        "probability_error": [one.error for one in judgements],
        "verdict": [one.verdict.value for one in judgements],
        "varies": varies,
        "quantile_curve": [  # a margin of a quantity that is to be small falls as it rises
            margin.value - curve[::-1] if relation.is_below else margin.value + curve
            for curve in curves
        ],
    }
    values |= outside_of_claim(study, model, claim, drawn)
    probabilities = quantile_probabilities(study.intervals)
    values |= _quantiles(claim, model, draws, probabilities, study.design.draws)
    labels = labels_of(study, model, claim.equation.name)
    own = {"curve": CURVE, "quantile": probabilities}
    return labelled(CLAIM, values, labels, own, margin.unit.text).assign_attrs(
        statement=claim.statement,
        tested=claim.tested,
        at=json.dumps(claim.at),
        quantity=margin.quantity,
        beside=margin.beside_name,
        relation=relation.value,
        value=margin.value,
        is_sign=int(margin.is_sign),
        confidence=claim.confidence,
        required=int(claim.required),
    )


def _quantiles(
    claim: Claim,
    model: Model,
    draws: Mapping[str, Sequence[Draws]],
    probabilities: Array,
    each: int,
) -> dict[str, Array]:
    """Return quantiles of the margin of a claim, and of what is told beside it."""
    told: dict[str, Array] = {}
    for key, equation in zip(("margin", "beside"), claim.equations, strict=False):
        cells, roundings = draws[equation.name], model.rounding[equation.name].cells()
        known = [
            quantiles(cell, probabilities, own) for cell, own in zip(cells, roundings, strict=True)
        ]
        values, errors = (
            np.stack(part) / equation.unit.factor for part in zip(*known, strict=True)
        )
        if key == "margin" and claim.margin.is_sign:  # which has no size
            values, errors = (np.full(part.shape, np.nan) for part in (values, errors))
        told |= {f"{key}_quantiles": values, f"{key}_quantiles_error": errors}
        if key == "beside":
            told |= never(cells, each)
    return told
