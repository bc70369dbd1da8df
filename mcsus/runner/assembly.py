"""Puts the parts of a run together as a Result."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import xarray as xr

from mcsus.analysis.base import Explained
from mcsus.model import Model
from mcsus.result.labelling import labelled
from mcsus.result.tree import Result
from mcsus.runner.cautions import cautions
from mcsus.runner.description import labels_of
from mcsus.runner.provenance import provenance
from mcsus.study import Study
from mcsus.vocabulary import Label

_COMPARED, _POPULATIONS, _DRAWS = "comparisons/", "populations/", "few_draws/"


def assemble(
    study: Study,
    model: Model,
    described: Mapping[str, xr.Dataset],
    estimates: Mapping[str, Explained],
    told: Mapping[str, Any] | None = None,
    stopped: str = "",
) -> Result:
    """Put descriptions, analyses and provenance together.

    Parameters
    ----------
    told : mapping, optional
        What a wanted precision, or claims that were undecided, led to.
    stopped : str
        Why the run stopped before its end; see `Result.stopped`.
    """
    tree = dict(described)
    for name, table in estimates.items():
        own = name.partition("@")[0]
        quantity, unit = _explained(study, own, of_claim=table.method.is_for_claims)
        tree[f"sensitivity/{name}"] = analysis_data(table, labels_of(study, model, quantity), unit)
    order = {
        "outputs": list(study.outputs),
        "sensitivity": list(estimates),
        "comparisons": _named(described, _COMPARED),
        "claims": [claim.id for claim in study.claims],
        "credits": [credit.id for credit in study.credits],
        "populations": _named(described, _POPULATIONS),
        "few_draws": _named(described, _DRAWS),
    }
    about = provenance(study, model) | {"order": order}
    about["cautions"] = cautions(study, model, about["inputs"], described, estimates, stopped)
    about |= dict(told or {})
    if stopped:
        about["stopped"] = stopped
    tree["provenance"] = xr.Dataset(attrs={k: json.dumps(v) for k, v in about.items()})
    return Result(xr.DataTree.from_dict(tree))


def _explained(study: Study, name: str, *, of_claim: bool) -> tuple[str, str]:
    """Return the quantity of the model, and the unit it is shown in, of an output or a claim."""
    if not of_claim:
        return name, study.outputs[name].text
    claim = next(own for own in study.claims if own.id == name)
    return claim.equation.name, claim.margin.unit.text


def _named(described: Mapping[str, xr.Dataset], group: str) -> list[str]:
    return [name.partition("/")[2] for name in described if name.startswith(group)]


def analysis_data(
    explained: Explained, labels: Mapping[str, Sequence[Label]], unit: str
) -> xr.Dataset:
    """Return what a method says of an output under the labels of its cells."""
    method = explained.method
    dims = {dim for e in method.entries if e.name in explained.values for dim in e.dims}
    known = {"input": explained.inputs, "other_input": explained.inputs, **method.labels}
    own = {dim: list(values) for dim, values in known.items() if dim in dims}
    data = labelled(method.entries, explained.values, labels, own, unit)
    return data.drop_attrs(deep=False).assign_attrs(method=method.name, **explained.told)
