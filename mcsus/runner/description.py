"""Describes what was drawn: statistics, convergence and contributions of every output, claims."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.claims import judge
from mcsus.analysis.convergence import estimates
from mcsus.analysis.first_order import propagate
from mcsus.analysis.intervals import CURVE, Summary, quantile_probabilities, summarise
from mcsus.analysis.replication import standard_error
from mcsus.counting.draws import Draws
from mcsus.engine.executors import default_threads
from mcsus.model import Model, evaluate, typical_values
from mcsus.runner.checks import breakdowns
from mcsus.study import Claim, Study

Array = NDArray[np.float64]
Variables = dict[str, tuple[tuple[str, ...], Any]]


def describe(
    study: Study,
    model: Model,
    draws: Mapping[str, Sequence[Draws]],
    means: Mapping[str, Array],
    threads: int | None = None,
) -> dict[str, xr.Dataset]:
    """Describe outputs and claims.

    Parameters
    ----------
    draws : mapping of str to sequence of Draws
        Draws of every cell of outputs and claimed quantities, in base units.
    means : mapping of str to array, shape ``(replicate, cell)``
        Means of parts of breakdowns that are not among the draws.
    threads : int, optional
        How many sort at a time; the numbers do not depend on it.

    Returns
    -------
    dict of str to Dataset
        By place in the tree: ``outputs/<name>`` and ``claims/<id>``.

    Examples
    --------
    >>> from mcsus.runner import check
    >>> from mcsus.study import Study
    >>> law = {"distribution": "constant", "value": 1, "unit": "g", "source": "a scale"}
    >>> study, model = check(Study.from_dict({
    ...     "schema": "mcsus/1", "id": "one", "outputs": {"y": "g"}, "parameters": {"a": law},
    ...     "equations": {"y": {"formula": "2*a", "unit": "g"}}}))
    >>> from mcsus.counting.draws import HeldDraws
    >>> draws = {"y": [HeldDraws(np.full((2, 4), 0.002))]}
    >>> float(describe(study, model, draws, {})["outputs/y"]["mean"])
    2.0
    """
    typical = evaluate(model, typical_values(model))
    rough = propagate(model, list(study.outputs), study.mixes)
    parts = breakdowns(study, model)
    found: dict[str, xr.Dataset] = {}
    curves: dict[str, list[Array]] = {}
    with ThreadPoolExecutor(threads or default_threads()) as pool:
        for name, unit in study.outputs.items():
            scale = 1 / unit.factor
            tail = float(quantile_probabilities(study.intervals)[-1])
            asked = [(cell, scale, study.intervals, tail) for cell in draws[name]]
            summaries, paths = zip(*pool.map(_described, asked), strict=True)
            curves[name] = [summary.curve * unit.factor for summary in summaries]
            variables = _summary_variables(summaries)
            variables |= {f"path_{k}": (("size",), [p[k] for p in paths]) for k in paths[0]}
            variables["deterministic"] = ((), typical[name].ravel() * scale)
            variables["first_order"] = ((), rough[name].value * scale)
            variables["first_order_interval"] = (("bound",), (rough[name].interval * scale).T)
            own = {
                "quantile": summaries[0].probabilities,
                "level": np.array(study.intervals),
                "bound": ["low", "high"],
                "curve": CURVE,
            }
            if name in parts:
                variables |= _contributions(model, name, parts[name], draws, means, scale)
                own["part"] = list(parts[name])
            stages = [_stage(model, part) for part in parts.get(name, ())]
            ranks = [s.rank_error(summaries[0].probabilities).max() for s in draws[name]]
            attrs = {"units": unit.text, "path_probability": tail, "stages": json.dumps(stages)}
            attrs["rank_error"] = float(max(ranks))
            data = dataset(study, model, name, variables, own)
            found[f"outputs/{name}"] = data.assign_attrs(attrs)
    for claim in study.claims:
        drawn = draws[claim.quantity]
        known = curves.get(claim.quantity) or [cell.times(1.0).quantiles(CURVE) for cell in drawn]
        found[f"claims/{claim.id}"] = _claim(study, model, claim, drawn, known)
    return found


def _described(
    asked: tuple[Draws, float, Sequence[float], float],
) -> tuple[Summary, dict[str, Array]]:
    """Return summary and convergence of a cell; what was sorted for them is not kept."""
    draws, scale, levels, tail = asked
    shown = draws.times(scale)
    return summarise(shown, levels), estimates(shown.convergence(tail))


def dataset(
    study: Study, model: Model, name: str, variables: Variables, own: Mapping[str, Any]
) -> xr.Dataset:
    """Return a dataset of one quantity: the study's dims before those of each variable.

    Parameters
    ----------
    variables : mapping of str to (own dims, values of each cell)
    own : mapping of str to labels
        Coordinates of the own dims.
    """
    dims, shape = model.dims_of[name], model.shape(name)
    data = {}
    for key, (after, cells) in variables.items():
        array = np.asarray(cells)
        data[key] = ((*dims, *after), array.reshape((*shape, *array.shape[1:])))
    return xr.Dataset(data, {dim: list(study.dims[dim]) for dim in dims} | dict(own))


def _summary_variables(summaries: Sequence[Summary]) -> Variables:
    """Return the summaries of all cells as variables whose first axis is the cell."""
    found: Variables = {}
    for key in ("mean", "sd", "median"):
        pairs = np.array([getattr(s, key) for s in summaries])
        found[key] = ((), pairs[:, 0])
        found[f"{key}_error"] = ((), pairs[:, 1])
    found["quantiles"] = (("quantile",), [s.quantiles for s in summaries])
    found["quantiles_error"] = (("quantile",), [s.quantile_errors for s in summaries])
    found["symmetric"] = (("level", "bound"), [s.symmetric for s in summaries])
    found["shortest"] = (("level", "bound"), [s.shortest for s in summaries])
    found["quantile_curve"] = (("curve",), [s.curve for s in summaries])
    bins = max(len(s.density) for s in summaries)
    found["density"] = (("bin",), [np.resize(s.density, bins) for s in summaries])
    found["edges"] = (("edge",), [np.resize(s.edges, bins + 1) for s in summaries])
    return found


def _contributions(
    model: Model,
    name: str,
    parts: Sequence[str],
    draws: Mapping[str, Sequence[Draws]],
    known: Mapping[str, Array],
    scale: float,
) -> Variables:
    """Return the mean of each part with its error; the parts of a cell add up to its mean."""
    means = []
    for part in parts:
        own = known.get(part)
        if own is None:
            own = np.stack([cell.means() for cell in draws[part]], axis=1)
        labelled = own.reshape(len(own), *model.shape(part))
        means.append(model.spread(labelled, part, name).reshape(len(own), -1) * scale)
    stacked = np.stack(means, axis=-1)  # replicate, cell, part
    return {
        "contribution": (("part",), stacked.mean(axis=0)),
        "contribution_error": (("part",), standard_error(stacked)),
    }


def _stage(model: Model, name: str) -> str:
    """Return the life-cycle stage of an equation or a parameter, empty when it has none."""
    known = model.parameters.get(name) or model.equation(name)
    return known.stage or ""


def _claim(
    study: Study, model: Model, claim: Claim, drawn: Sequence[Draws], curves: Sequence[Array]
) -> xr.Dataset:
    cells = [cell.over(claim.unit.factor) for cell in drawn]
    verdicts = [judge(cell, claim.relation, claim.value, claim.confidence) for cell in cells]
    variables: Variables = {
        "probability": ((), [v.probability for v in verdicts]),
        "probability_error": ((), [v.error for v in verdicts]),
        "verdict": ((), [v.verdict.value for v in verdicts]),
        "quantile_curve": (("curve",), [curve / claim.unit.factor for curve in curves]),
    }
    return dataset(study, model, claim.quantity, variables, {"curve": CURVE}).assign_attrs(
        statement=claim.statement,
        quantity=claim.quantity,
        relation=claim.relation.value,
        value=claim.value,
        units=claim.unit.text,
        confidence=claim.confidence,
        required=int(claim.required),
    )
