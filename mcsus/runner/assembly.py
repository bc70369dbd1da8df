"""Puts the summaries of a run together as a Result."""

from __future__ import annotations

import hashlib
import itertools
import json
import platform
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import metadata
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.claims import judge
from mcsus.analysis.convergence import converge
from mcsus.analysis.first_order import propagate
from mcsus.analysis.intervals import CURVE, Summary, quantiles_of_sorted, summarise
from mcsus.analysis.replication import standard_error
from mcsus.analysis.sensitivity import Indices
from mcsus.engine.executor import default_threads
from mcsus.expressions import to_text
from mcsus.library import library
from mcsus.model import Model, evaluate, typical_values
from mcsus.parameters import Parameter, Provenance
from mcsus.result import Result
from mcsus.runner.checks import breakdowns
from mcsus.study import Claim, Study

Array = NDArray[np.float64]
Variables = dict[str, tuple[tuple[str, ...], Any]]

_WHOLE_DEVICE = "device_footprint"
_REFERENCES = ("ref.apple_watch_s7", "ref.macbook_pro")
"""Products set beside the footprint of a whole device, by their id in the library."""

_LIBRARIES = ("mcsus", "numpy", "scipy", "SALib", "numba", "xarray", "pint")


def assemble(
    study: Study,
    model: Model,
    values: Mapping[str, Array],
    estimates: Mapping[str, tuple[list[str], list[Indices]]],
) -> Result:
    """Summarise the draws of a run.

    Parameters
    ----------
    values : mapping of str to array, shape ``(replicate, cell, draw)``
        Draws in base units, and means of parts under ``"mean of <name>"``.
    estimates : mapping of str to (names, indices of each cell)
        Sobol' indices of the outputs asked for.

    Examples
    --------
    >>> from mcsus.runner import run
    >>> sorted(run("tinyml_table", draws=256, replicates=2).tree.children)
    ['claims', 'outputs', 'provenance', 'sensitivity']
    """
    typical = evaluate(model, typical_values(model))
    first_order = propagate(model, list(study.outputs))
    parts = breakdowns(study, model)
    tree: dict[str, xr.Dataset] = {}
    curves: dict[str, list[Array]] = {}
    with ThreadPoolExecutor(default_threads()) as pool:
        for name, unit in study.outputs.items():
            scale = 1 / unit.factor
            cells = [values[name][:, k] * scale for k in range(values[name].shape[1])]
            levels = study.intervals
            summaries = list(pool.map(summarise, cells, [levels] * len(cells)))
            curves[name] = [summary.curve * unit.factor for summary in summaries]
            tail = float(summaries[0].probabilities[-1])
            paths = list(pool.map(converge, cells, [tail] * len(cells)))
            shape, dims = model.shape(name), model.dims_of[name]
            variables = _summary_variables(summaries)
            variables |= {f"path_{k}": (("size",), [p[k] for p in paths]) for k in paths[0]}
            rough = first_order[name]
            variables["deterministic"] = ((), typical[name].ravel() * scale)
            variables["first_order"] = ((), rough.value * scale)
            variables["first_order_interval"] = (("bound",), (rough.interval * scale).T)
            if name in parts:
                variables |= _contributions(model, name, parts[name], values, scale)
            coords = _coordinates(study, dims) | {
                "quantile": summaries[0].probabilities,
                "level": np.array(levels),
                "bound": ["low", "high"],
                "curve": CURVE,
            }
            if name in parts:
                coords["part"] = list(parts[name])
            data = _dataset(variables, dims, shape, coords)
            stages = [_stage(model, part) for part in parts.get(name, ())]
            attrs = {"units": unit.text, "path_probability": tail, "stages": json.dumps(stages)}
            tree[f"outputs/{name}"] = data.assign_attrs(attrs)
    for name, (inputs, indices) in estimates.items():
        tree[f"sensitivity/{name}"] = _sensitivity(study, model, name, inputs, indices)
    for claim in study.claims:
        drawn = values[claim.quantity]
        known = curves.get(claim.quantity) or [
            quantiles_of_sorted(np.sort(drawn[:, k], axis=None), CURVE)
            for k in range(drawn.shape[1])
        ]
        tree[f"claims/{claim.id}"] = _claim(study, model, claim, drawn, known)
    order = {
        "outputs": list(study.outputs),
        "sensitivity": list(estimates),
        "claims": [claim.id for claim in study.claims],
    }
    about = provenance(study, model) | {"order": order}
    tree["provenance"] = xr.Dataset(attrs={k: json.dumps(v) for k, v in about.items()})
    return Result(xr.DataTree.from_dict(tree))


def provenance(study: Study, model: Model) -> dict[str, Any]:
    """Return what is needed to explain and repeat a run, as plain data.

    Examples
    --------
    >>> from mcsus.runner import check
    >>> provenance(*check("tinyml_table"))["study"]["id"]
    'tinyml_table'
    """
    used = set(model.inputs)
    document = study.to_dict()
    text = json.dumps(document, sort_keys=True, default=str)
    return {
        "study": {
            key: getattr(study, key)
            for key in (
                "id",
                "title",
                "question",
                "functional_unit",
                "system_boundary",
                "characterisation",
            )
        },
        "document": document,
        "design": study.design.to_dict(),
        "sensitivity_draws": study.sensitivity.draws,
        "scenarios": [{"id": s.id, "title": s.title} for s in study.scenarios],
        "inputs": [_input(study, p) for p in study.parameters if p.name in used],
        "equations": [
            {
                "name": e.name,
                "formula": to_text(e.expression),
                "unit": e.unit.text,
                "stage": e.stage or "",
                "doc": e.doc,
            }
            for e in model.equations
        ],
        "references": _references(study),
        "cautions": list(study.cautions),
        "versions": {name: metadata.version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()},
        "study_hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def _references(study: Study) -> dict[str, list[dict[str, Any]]]:
    """Return, for the footprint of a whole device, products that readers know."""
    shown = study.outputs.get(_WHOLE_DEVICE)
    if shown is None:
        return {}
    known = [library().get(key) for key in _REFERENCES if key in library()]
    return {
        _WHOLE_DEVICE: [
            {
                "value": p.cells[0].deterministic * p.cells[0].unit.factor / shown.factor,
                **_provenance(p.cells[0].provenance),
            }
            for p in known
            if p.unit.dimension == shown.dimension
        ]
    }


def _input(study: Study, parameter: Parameter) -> dict[str, Any]:
    """Return one resolved input as plain data: law, unit and provenance of every cell."""
    labels = itertools.product(*(study.dims[dim] for dim in parameter.dims))
    return {
        "name": parameter.name,
        "unit": parameter.unit.text,
        "dims": list(parameter.dims),
        "stage": parameter.stage or "",
        "kind": parameter.kind,
        "cells": [
            {
                "labels": dict(zip(parameter.dims, label, strict=True)),
                "law": cell.law.to_dict(),
                "unit": cell.unit.text,
                "typical": cell.deterministic,
                "mean": cell.law.mean(),
                "sd": cell.law.sd(),
                **_provenance(cell.provenance),
            }
            for label, cell in zip(labels, parameter.cells, strict=True)
        ],
    }


def _provenance(found: Provenance) -> dict[str, Any]:
    return {
        "id": found.id or "",
        "title": found.name or "",
        "evidence": found.evidence or "",
        "rationale": found.rationale or "",
        "derivation": found.derivation or "",
        "note": found.note or "",
        "sources": [asdict(source) for source in found.sources],
    }


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
    model: Model, name: str, parts: Sequence[str], values: Mapping[str, Array], scale: float
) -> Variables:
    """Return the mean of each part with its error; the parts of a cell add up to its mean."""
    means = []
    for part in parts:
        own = values[part].mean(axis=2) if part in values else values[f"mean of {part}"]
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


def _coordinates(study: Study, dims: Sequence[str]) -> dict[str, Any]:
    return {dim: list(study.dims[dim]) for dim in dims}


def _dataset(
    variables: Variables, dims: tuple[str, ...], shape: tuple[int, ...], coords: Mapping[str, Any]
) -> xr.Dataset:
    """Return a dataset whose variables carry the study's dims before their own."""
    data = {}
    for name, (own, cells) in variables.items():
        array = np.asarray(cells)
        data[name] = ((*dims, *own), array.reshape((*shape, *array.shape[1:])))
    return xr.Dataset(data, coords)


def _sensitivity(
    study: Study, model: Model, name: str, inputs: list[str], indices: Sequence[Indices]
) -> xr.Dataset:
    variables: Variables = {
        "ST": (("input",), [i.total for i in indices]),
        "ST_error": (("input",), [i.total_error for i in indices]),
        "S1": (("input",), [i.first for i in indices]),
        "S1_error": (("input",), [i.first_error for i in indices]),
    }
    coords: dict[str, Any] = {"input": inputs}
    if indices[0].second is not None:
        pair = ("input", "other_input")
        variables["S2"] = (pair, [i.second for i in indices])
        variables["S2_error"] = (pair, [i.second_error for i in indices])
        coords["other_input"] = inputs
    dims = model.dims_of[name]
    data = _dataset(variables, dims, model.shape(name), _coordinates(study, dims) | coords)
    return data.assign_attrs(method="sobol", estimator="SALib")


def _claim(
    study: Study, model: Model, claim: Claim, values: Array, curves: Sequence[Array]
) -> xr.Dataset:
    cells = [values[:, k] / claim.unit.factor for k in range(values.shape[1])]
    verdicts = [judge(cell, claim.relation, claim.value, claim.confidence) for cell in cells]
    dims = model.dims_of[claim.quantity]
    variables: Variables = {
        "probability": ((), [v.probability for v in verdicts]),
        "probability_error": ((), [v.error for v in verdicts]),
        "verdict": ((), [v.verdict for v in verdicts]),
        "quantile_curve": (("curve",), [curve / claim.unit.factor for curve in curves]),
    }
    coords = _coordinates(study, dims) | {"curve": CURVE}
    return _dataset(variables, dims, model.shape(claim.quantity), coords).assign_attrs(
        statement=claim.statement,
        quantity=claim.quantity,
        relation=claim.relation,
        value=claim.value,
        units=claim.unit.text,
        confidence=claim.confidence,
        required=int(claim.required),
    )
