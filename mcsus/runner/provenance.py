"""What is needed to explain and to repeat a run, as plain data."""

from __future__ import annotations

import functools
import hashlib
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from typing import Any

from mcsus.declared.table import plain
from mcsus.engine.plans import parameter_of
from mcsus.errors import FaultCollector
from mcsus.families.conditional import Conditional
from mcsus.library import library
from mcsus.model import Model
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.runner.applying import evaluations
from mcsus.runner.input_groups import sensitivity_groups
from mcsus.runner.told_equations import told_equations
from mcsus.study import Study, shipped_studies
from mcsus.study.assessment import answers
from mcsus.study.audit import read_audit
from mcsus.study.conditional import written_name
from mcsus.study.equations_from import KEY as EQUATIONS_FROM
from mcsus.study.grids import labelled
from mcsus.study.joints import joints_of
from mcsus.study.shares import SHARES, share_behind
from mcsus.study.told_files import files_of, told_law

_WHOLE_DEVICE = "device_footprint"
_REFERENCES = ("ref.apple_watch_s7", "ref.macbook_pro")
"""Products set beside the footprint of a whole device, by their id in the library."""

_ABOUT = (
    "id", "title", "question", "functional_unit", "system_boundary", "characterisation",
)  # fmt: skip
_DEPENDENCE = ("parameters", "over", "scenario", "copula", "df", "correlation")
_LIBRARIES = ("mcsus", "numpy", "scipy", "SALib", "numba", "xarray")


def provenance(study: Study, model: Model) -> dict[str, Any]:
    """Return what is needed to explain and repeat a run, as plain data."""
    used = {name for equation in model.equations for name in equation.inputs}
    document = study.to_dict()
    text = json.dumps(document, sort_keys=True, default=str)
    about = {key: getattr(study, key) for key in _ABOUT}
    if study.variant:
        held = ", ".join(f"{key} = {value}" for key, value in study.variant.items())
        about["title"] += f" (variant: {held})"
    return {
        "study": about,
        "assessment": answers(study.assessment, about) if study.assessment else {},
        "audit": read_audit(document.get("audit"), FaultCollector(study.place)),
        "variant": dict(study.variant),
        "command": _command(study),
        "document": document,
        "files": files_of(document),
        "files_from": Path(study.place).parent.as_posix()
        if document.keys() & {"files", EQUATIONS_FROM}
        else "",
        "design": study.design.to_dict(),
        "sensitivity_draws": study.sensitivity.draws,
        "sensitivity_replicates": study.sensitivity.replicates,
        "evaluations": evaluations(study, model),
        "individuals": study.inner or "",
        "scenarios": [{"id": s.id, "title": s.title} for s in study.scenarios],
        "dependence": [
            {key: plain(getattr(d, key)) for key in _DEPENDENCE} for d in study.dependence
        ],
        "joints": [
            {"id": id_, "parameters": list(names)}
            for id_, names in joints_of(study.parameters).items()
        ],
        "inputs": [_input(study, p, document) for p in study.parameters if p.name in used],
        "groups": {
            group: sorted(
                share_behind(name, document) or written_name(name)
                for name in {parameter_of(member) for member in members}
            )
            for group, members in sensitivity_groups(study, model).items()
        },
        "equations": told_equations(study, model),
        "references": _references(study),
        "versions": {name: _version(name) for name in _LIBRARIES}
        | {"python": platform.python_version()},
        "study_hash": hashlib.sha256(text.encode()).hexdigest(),
    }


@functools.cache
def _version(library: str) -> str:
    """Return the version of a library; reading it takes longer than a small run."""
    return metadata.version(library)


def _command(study: Study) -> list[str]:
    """Return the words of the command that repeats the run; none where no file says all of it."""
    if not study.place.endswith(".toml"):
        return []
    file = Path(study.place)
    now, written = (dict(tables) | {"design": 0} for tables in (study.to_dict(), study.document))
    if not study.variant and now != written:
        return []
    design, name = study.design, study.id if file in shipped_studies() else file.name
    settings = [word for pair in study.variant.items() for word in ("--set", "=".join(pair))]
    counts = {"draws": design.draws, "replicates": design.replicates, "seed": design.seed}
    options = [word for key, value in counts.items() for word in (f"--{key}", str(value))]
    options += ["--allow-code"] if EQUATIONS_FROM in study.document else []
    return ["mcsus", "run", name, *options, *settings]


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


def _input(study: Study, parameter: Parameter, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return one resolved input as plain data: law, unit and provenance of every cell."""
    share = share_behind(parameter.name, study.document)
    if share:
        return _share(study, parameter, share)
    return {
        "name": parameter.name,
        "unit": parameter.unit.text,
        "dims": list(parameter.dims),
        "stage": parameter.stage or "",
        "kind": parameter.kind,
        "cells": [
            {
                "labels": labels,
                "law": told_law(document, parameter.name, labels, cell.law.to_dict()),
                "unit": cell.unit.text,
                **_numbers(cell),
                **_provenance(cell.provenance),
            }
            for labels, cell in zip(
                labelled(parameter.dims, study.dims), parameter.cells, strict=True
            )
        ],
    }


def _numbers(cell: Cell) -> dict[str, float]:
    """Return what a law comes to: nothing of one that takes quantities, no moment it lacks."""
    if isinstance(cell.law, Conditional):
        return {}
    told = {"typical": cell.deterministic, "mean": cell.law.mean(), "sd": cell.law.sd()}
    return {name: value for name, value in told.items() if math.isfinite(value)}


def _share(study: Study, weights: Parameter, name: str) -> dict[str, Any]:
    """Return shares that add up to one as their file writes them, and not the weights behind."""
    table = study.document["parameters"][name]
    law = {key: table[key] for key in ("distribution", "over", *SHARES[table["distribution"]])}
    about = _provenance(weights.cells[0].provenance)
    return {
        "name": name,
        "unit": "1",
        "dims": list(weights.dims),
        "stage": weights.stage or "",
        "kind": weights.kind,
        "cells": [{"labels": {}, "law": law, "unit": "1", **about}],
    }


def _provenance(known: Provenance) -> dict[str, Any]:
    words = {"title": known.name} | {
        key: getattr(known, key) for key in ("id", "evidence", "rationale", "derivation", "note")
    }
    sources = [asdict(source) for source in known.sources]
    return {key: value or "" for key, value in words.items()} | {"sources": sources}
