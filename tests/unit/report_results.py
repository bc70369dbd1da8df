"""Results made up for the tests of the report, from draws that the tests choose."""

from __future__ import annotations

import itertools
import json

import numpy as np
import xarray as xr

from mcsus.analysis.claims import judge
from mcsus.analysis.convergence import estimates
from mcsus.analysis.intervals import CURVE, summarise
from mcsus.counting.draws import HeldDraws
from mcsus.counting.prefixes import Convergence
from mcsus.result import Result

LEVELS = (0.5, 0.9, 0.95)
SOURCE = {
    "id": "a2020",
    "title": "A report",
    "authors": "Author A., Other B.",
    "year": 2020,
    "url": "https://example.org/a",
    "licence": "CC BY",
    "locator": "table 1",
    "verified": True,
}


def lognormal(centre=4.0, spread=0.4, replicates=8, draws=512, seed=1):
    """Return draws of shape (replicate, draw)."""
    normal = np.random.default_rng(seed).normal(size=(replicates, draws))
    return centre * np.exp(spread * normal)


def output(cells, dims=None, unit="kg CO2e", parts=None):
    """Return the dataset of an output whose cells are draws of shape (replicate, draw)."""
    dims = dims or {}
    summaries = [summarise(HeldDraws(values), LEVELS) for values in cells]
    paths = [estimates(Convergence.of_prefixes(values, 0.975)) for values in cells]
    found = {}
    for key in ("mean", "sd", "median"):
        pairs = np.array([getattr(s, key) for s in summaries])
        found[key], found[f"{key}_error"] = ((), pairs[:, 0]), ((), pairs[:, 1])
    found["quantiles"] = (("quantile",), [s.quantiles for s in summaries])
    found["quantiles_error"] = (("quantile",), [s.quantile_errors for s in summaries])
    found["symmetric"] = (("level", "bound"), [s.symmetric for s in summaries])
    found["shortest"] = (("level", "bound"), [s.shortest for s in summaries])
    found["quantile_curve"] = (("curve",), [s.curve for s in summaries])
    bins = max(len(s.density) for s in summaries)
    found["density"] = (("bin",), [np.resize(s.density, bins) for s in summaries])
    found["edges"] = (("edge",), [np.resize(s.edges, bins + 1) for s in summaries])
    found |= {f"path_{k}": (("size",), [p[k] for p in paths]) for k in paths[0]}
    means = np.array([s.mean[0] for s in summaries])
    spreads = np.array([s.sd[0] for s in summaries])
    found["deterministic"], found["first_order"] = ((), means), ((), means)
    ends = np.array([means - 1.96 * spreads, means + 1.96 * spreads]).T
    found["first_order_interval"] = (("bound",), ends)
    coords = {
        "quantile": summaries[0].probabilities,
        "level": np.array(LEVELS),
        "bound": ["low", "high"],
        "curve": CURVE,
    }
    if parts:
        shares = np.array(list(parts.values()))
        found["contribution"] = (("part",), means[:, None] * shares)
        found["contribution_error"] = (("part",), 0.001 * means[:, None] * shares)
        coords["part"] = list(parts)
    attrs = {"units": unit, "path_probability": 0.975}
    attrs["stages"] = json.dumps([""] * len(parts or {}))
    return dataset(found, dims, coords).assign_attrs(attrs)


def indices(first, total, dims=None, error=0.002):
    """Return a dataset of indices; `first` and `total` map an input to one value or many."""
    dims = dims or {}
    cells = int(np.prod([len(labels) for labels in dims.values()]))
    table = {
        "S1": np.array([np.broadcast_to(v, cells) for v in first.values()], dtype=float).T,
        "ST": np.array([np.broadcast_to(v, cells) for v in total.values()], dtype=float).T,
    }
    found = {key: (("input",), values) for key, values in table.items()}
    found |= {f"{k}_error": (("input",), np.full_like(v, error)) for k, v in table.items()}
    return dataset(found, dims, {"input": list(first)}).assign_attrs(
        method="sobol", estimator="SALib"
    )


def claim(cells, value, relation="<", dims=None, confidence=0.95, quantity="device_footprint"):
    """Return the dataset of a claim on draws of shape (replicate, draw)."""
    verdicts = [judge(HeldDraws(values), relation, value, confidence) for values in cells]
    found = {
        "probability": ((), [v.probability for v in verdicts]),
        "probability_error": ((), [v.error for v in verdicts]),
        "verdict": ((), [v.verdict for v in verdicts]),
        "quantile_curve": (
            ("curve",),
            [summarise(HeldDraws(values), (0.5,)).curve for values in cells],
        ),
    }
    return dataset(found, dims or {}, {"curve": CURVE}).assign_attrs(
        statement=f"It stays {relation} {value}",
        quantity=quantity,
        relation=relation,
        value=float(value),
        units="kg CO2e",
        confidence=confidence,
        required=0,
    )


def dataset(found, dims, coords):
    shape = tuple(len(labels) for labels in dims.values())
    data = {}
    for name, (own, cells) in found.items():
        array = np.asarray(cells)
        data[name] = ((*dims, *own), array.reshape((*shape, *array.shape[1:])))
    return xr.Dataset(data, {**{dim: list(labels) for dim, labels in dims.items()}, **coords})


def result(outputs, sensitivity=None, claims=None, **changes):
    """Return a Result; `changes` replace entries of its provenance."""
    groups = {"outputs": outputs, "sensitivity": sensitivity or {}, "claims": claims or {}}
    replicates = next(iter(outputs.values()))["path_mean"].attrs.get("replicates", 8)
    about = {
        "study": {
            "id": "made_up",
            "title": "A device",
            "question": "How large?",
            "functional_unit": "one device",
            "system_boundary": "cradle to grave",
            "characterisation": "GWP100",
        },
        "document": {"id": "made_up"},
        "design": {"kind": "sobol", "draws": 512, "replicates": replicates, "seed": 7},
        "sensitivity_draws": 256,
        "scenarios": [],
        "inputs": [an_input("battery_factor"), an_input("device_life")],
        "equations": [
            {"name": "y", "formula": "2*x", "unit": "kg CO2e", "stage": "use", "doc": "Twice x."}
        ],
        "references": {},
        "cautions": [],
        "versions": {"mcsus": "0.1.0", "numpy": "2.0", "python": "3.99"},
        "study_hash": "ab" * 32,
        **changes,
    }
    about["order"] = {group: list(found) for group, found in groups.items()}
    tree = {f"{g}/{name}": data for g, found in groups.items() for name, data in found.items()}
    tree["provenance"] = xr.Dataset(attrs={k: json.dumps(v) for k, v in about.items()})
    return Result(xr.DataTree.from_dict(tree))


def an_input(name, law=None, labels=None, **changes):
    """Return one resolved input as the runner writes it."""
    cells = [
        {
            "labels": dict(zip((labels or {}), values, strict=True)),
            "law": law or {"distribution": "triangular", "minimum": 1, "mode": 2, "maximum": 4},
            "unit": "kg",
            "typical": 2.0,
            "mean": 2.3,
            "sd": 0.6,
            "id": f"library.{name}",
            "title": f"Title of {name}",
            "evidence": "reported",
            "rationale": "",
            "derivation": "Read off table 1.",
            "note": "",
            "sources": [SOURCE],
            **changes,
        }
        for values in itertools.product(*(labels or {}).values())
    ]
    return {
        "name": name,
        "unit": "kg",
        "dims": list(labels or {}),
        "stage": "use",
        "kind": "uncertainty",
        "cells": cells,
    }
