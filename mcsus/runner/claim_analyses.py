"""Hands each analysis of claims the draws of margins and inputs, and labels what it says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.claim_analysis import ClaimAnalysis, claim_analyses
from mcsus.analysis.claim_data import ClaimCell, ClaimDraws
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.model import Model
from mcsus.result.labelling import labelled
from mcsus.result.of_claims import CONFIDENCE, INPUT_UNITS, REPLICATES
from mcsus.runner.claim_draws import claim_draws
from mcsus.study import Study
from mcsus.vocabulary import Label, Progress

Array = NDArray[np.float64]


def analysed_claims(
    study: Study,
    kernel: Kernel,
    executor: Executor,
    shares: Mapping[str, Sequence[Array]],
    progress: Progress | None = None,
) -> dict[str, xr.Dataset]:
    """Return what all analyses say of the claims of a study, by place in the tree.

    A claim on which no input has any bearing is left out.

    Parameters
    ----------
    shares : mapping of str to sequence of array, shape (replicate,)
        By claim and cell: share of all draws of the run in which it holds.
    progress : callable, optional
        Told before each analysis of a cell, so that it can end the run there.
    """
    analyses = claim_analyses()
    if not (study.claims and analyses):
        return {}
    tree: dict[str, xr.Dataset] = {}
    told = _Told(progress, study)
    for first in claim_draws(study, kernel, executor):
        told.next()
        if not first.inputs:
            continue
        drawn = first.of_all(shares[first.id])
        equation = next(c.equation.name for c in study.claims if c.id == drawn.id)
        labels = _labels(kernel.model, equation)
        for name, analysis in analyses.items():
            if analysis.asked(drawn):
                tree[f"claims/{drawn.id}/{name}"] = _table(analysis, drawn, labels, told)
    return tree


def _labels(model: Model, name: str) -> dict[str, tuple[Label, ...]]:
    return {dim: model.dims[dim] for dim in model.dims_of[name]}


def _table(
    analysis: ClaimAnalysis,
    drawn: ClaimDraws,
    labels: Mapping[str, Sequence[Label]],
    told: _Told,
) -> xr.Dataset:
    """Return the arrays of an analysis of a claim, over its labels."""
    names = {"input": drawn.inputs, "other_input": drawn.inputs, "input_group": drawn.groups}
    own = {**names, **analysis.labels}
    found = [
        _aligned(analysis, cell if k in drawn.analysed else None, drawn.inputs, own)
        for k, cell in told.each(drawn.cells)
    ]
    values = {
        part.name: np.stack([cell[part.name] for cell in found])
        for entry in analysis.arrays
        for part in entry.variables
        if all(len(own[dim]) for dim in part.dims)
    }
    dims = {dim for entry in analysis.arrays for dim in entry.dims} | {"input"}
    known = {dim: list(own[dim]) for dim in own if dim in dims and len(own[dim])}
    data = labelled(analysis.arrays, values, labels, known, drawn.unit)
    units = json.dumps([drawn.units[name] for name in drawn.inputs])
    about = {
        "units": drawn.unit,
        INPUT_UNITS: units,
        CONFIDENCE: drawn.cells[0].confidence,
        REPLICATES: len(drawn.cells[0].margins),
        "draws": drawn.cells[0].margins[0].size,
        "cells": len(drawn.cells),
        "analysed_cells": len(drawn.analysed),
    }
    return data.drop_attrs(deep=False).assign_attrs(about)


class _Told:
    """Tells how far the claims of a study are analysed, in draws."""

    def __init__(self, progress: Progress | None, study: Study) -> None:
        self.progress, self.done = progress, -1
        self.draws, self.claims = study.design.draws * study.design.replicates, len(study.claims)

    def next(self) -> None:
        """Tell that a claim is begun."""
        self.done += 1
        self.tell()

    def tell(self) -> None:
        """Tell how many claims are done; it may end the run."""
        if self.progress is not None:
            self.progress("claims", self.done * self.draws, self.claims * self.draws)

    def each(self, cells: Sequence[ClaimCell]) -> Iterator[tuple[int, ClaimCell]]:
        """Yield cells with their places."""
        for place, cell in enumerate(cells):
            self.tell()
            yield place, cell


def _aligned(
    analysis: ClaimAnalysis,
    cell: ClaimCell | None,
    inputs: Sequence[str],
    labels: Mapping[str, Sequence[Label]],
) -> dict[str, Array]:
    """Return what an analysis says of a cell, with NaN where it has not the input or the array."""
    said = analysis.estimate(cell) if cell is not None else {}
    places = [inputs.index(own.name) for own in cell.inputs] if cell is not None else []
    found = {}
    for entry in analysis.arrays:
        for part in entry.variables:
            whole = np.full([len(labels[dim]) for dim in part.dims], np.nan)
            if part.name in said:
                inner = [
                    places if dim in {"input", "other_input"} else range(len(labels[dim]))
                    for dim in part.dims
                ]
                whole[np.ix_(*inner) if inner else ()] = said[part.name]
            found[part.name] = whole
    return found
