"""Results made up for the tests of the report, from draws that the tests choose."""

from __future__ import annotations

import itertools
import json

import numpy as np
import xarray as xr

from mcsus.analysis.base import methods
from mcsus.analysis.claims import judge
from mcsus.analysis.intervals import CURVE, estimates, quantile_probabilities, summarise
from mcsus.counting.draws import HeldDraws
from mcsus.counting.prefixes import Convergence
from mcsus.result.arrays import CLAIM, OUTPUT
from mcsus.result.labelling import labelled
from mcsus.result.tree import Result
from mcsus.vocabulary import Relation

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
    longest = max(len(s["density"]) for s in summaries)
    found = {
        key: np.array([np.resize(s[key], longest + (key == "edges")) for s in summaries])
        if key in {"density", "edges"}
        else np.array([s[key] for s in summaries])
        for key in summaries[0]
    }
    found |= {f"path_{k}": [p[k] for p in paths] for k in paths[0]}
    found["varies"] = [float(np.ptp(values)) > 0 for values in cells]
    means, spreads = found["mean"], found["sd"]
    found["deterministic"] = found["first_order"] = means
    ends = np.array([means - 1.96 * spreads, means + 1.96 * spreads]).T
    found["first_order_interval"] = ends
    coords = {
        "quantile": quantile_probabilities(LEVELS),
        "level": np.array(LEVELS),
        "bound": ["low", "high"],
        "curve": CURVE,
    }
    if parts:
        shares = np.array(list(parts.values()))
        found["contribution"] = means[:, None] * shares
        found["contribution_error"] = 0.001 * means[:, None] * shares
        coords["part"] = list(parts)
    stages = json.dumps([""] * len(parts or {}))
    return labelled(OUTPUT, found, dims, coords, unit).assign_attrs(
        path_probability=0.975, stages=stages
    )


def indices(first, total, dims=None, error=0.002):
    """Return a dataset of indices; `first` and `total` map an input to one value or many."""
    dims = dims or {}
    cells = int(np.prod([len(labels) for labels in dims.values()]))
    table = {
        "S1": np.array([np.broadcast_to(v, cells) for v in first.values()], dtype=float).T,
        "ST": np.array([np.broadcast_to(v, cells) for v in total.values()], dtype=float).T,
    }
    sobol, names = methods()["sobol"], list(first)
    order = [
        sorted(range(len(names)), key=lambda k, own=own: (-own[k], names[k])) for own in table["ST"]
    ]
    ranks = np.argsort(order, axis=1) + 1.0
    found = table | {f"{k}_error": np.full_like(v, error) for k, v in table.items()}
    found["rank"] = np.where(np.isfinite(table["ST"]), ranks, 0.0)
    return labelled(sobol.entries, found, dims, {"input": names}).assign_attrs(
        method="sobol", estimator="SALib"
    )


def claim(cells, value, relation="<", dims=None, confidence=0.95, quantity="device_footprint"):
    """Return the dataset of a claim on draws of shape (replicate, draw)."""
    kind = Relation(relation)
    margins = [HeldDraws(kind.sign * (values - value)) for values in cells]
    verdicts = [judge(one, confidence, holds_at_equality=not kind.is_strict) for one in margins]
    probabilities = quantile_probabilities(LEVELS)
    known = np.array([one.quantiles(probabilities) for one in margins])
    found = {
        "probability": [v.probability for v in verdicts],
        "probability_error": [v.error for v in verdicts],
        "verdict": [v.verdict.value for v in verdicts],
        "varies": [float(np.ptp(values)) > 0 for values in cells],
        "quantile_curve": [HeldDraws(values).quantiles(CURVE) for values in cells],
        "margin_quantiles": known,
        "margin_quantiles_error": np.zeros_like(known),
    }
    own = {"curve": CURVE, "quantile": probabilities}
    return labelled(CLAIM, found, dims or {}, own, "kg CO2e").assign_attrs(
        tested=f"{quantity} {relation} {value}",
        at="{}",
        statement=f"It stays {relation} {value}",
        quantity=quantity,
        beside="",
        is_sign=0,
        relation=relation,
        value=float(value),
        confidence=confidence,
        required=0,
    )


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
        "command": [
            "mcsus",
            "run",
            "made_up",
            "--draws",
            "512",
            "--replicates",
            "8",
            "--seed",
            "7",
        ],
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
