"""Shares that add up to one: a law over the labels of a dim, as weights and a quotient.

``distribution = "dirichlet"`` or ``"logistic_normal"`` stands for one parameter of independent
positive weights, called ``<name>_weight``, and the equation ``<name> = <name>_weight /
sum(<name>_weight, over=<dim>)``. Gamma weights give a Dirichlet law (L. Devroye, "Non-Uniform
Random Variate Generation" (1986), XI.4, https://luc.devroye.org/rnbookindex.html), lognormal
ones a logistic-normal law (J. Aitchison and S. M. Shen (1980), doi:10.1093/biomet/67.2.261).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from mcsus.declared.reader import TableReader, choices, close, finite, shown
from mcsus.errors import FaultCollector
from mcsus.expressions import parse
from mcsus.model import Equation
from mcsus.study.dimensions import name_is_free
from mcsus.study.grids import Dims
from mcsus.study.laws import META, Meta, read_leaf
from mcsus.study.layers import Inputs
from mcsus.units import unit

SHARES: dict[str, dict[str, str]] = {
    "dirichlet": {"concentration": "above 0, each or all"},
    "logistic_normal": {"mean": "of the log-ratios", "sd": "of the log-ratios"},
}
"""Laws of shares, their keys beside ``over``, and what these may be."""


def share_behind(name: str, document: Mapping[str, Any]) -> str:
    """Return the law of shares of a study file whose weights a parameter is; empty if none."""
    stem = name.removesuffix("_weight")
    table = document.get("parameters", {}).get(stem)
    is_share = isinstance(table, Mapping) and table.get("distribution") in SHARES
    return stem if is_share and stem != name else ""


def with_shares(inputs: Inputs, dims: Dims, inner: str | None) -> Inputs:
    """Return other inputs, with each law of shares written as weights and an equation."""
    parameters: dict[str, tuple[Any, FaultCollector]] = {}
    equations, written = dict(inputs.equations), dict(inputs.written)
    for name, (value, faults) in inputs.parameters.items():
        family = value.get("distribution") if isinstance(value, Mapping) else None
        if not isinstance(family, str) or family not in SHARES:
            parameters[name] = (value, faults)
            continue
        equations[name] = None
        if not name_is_free(name, faults, "parameters"):
            continue
        hidden = f"{name}_weight"
        if hidden in inputs.parameters or hidden in inputs.equations:
            allowed = f"another name than {hidden!r}: the weights of {name!r} are called so"
            faults.add(f"{hidden!r}, also in this study", allowed, "parameters", name)
            continue
        own = {dim: labels for dim, labels in dims.items() if dim != inner}
        weights = _weights(name, family, value, own, faults)
        if weights is None:
            continue
        parameters[hidden] = (weights, faults)
        text = f"{hidden}/sum({hidden}, over={value['over']})"
        doc = f"Shares that add up to one over {value['over']}: {family.replace('_', '-')} law"
        equations[name] = Equation(name, unit("1"), parse(text), doc, weights.get("stage"))
        written[name] = faults
    return Inputs(inputs.dims, parameters, equations, written)


def _weights(
    name: str, family: str, table: Mapping[str, Any], dims: Dims, faults: FaultCollector
) -> dict[str, Any] | None:
    """Return the table of the weights, or None when something is wrong (then it is noted)."""
    where = ("parameters", name)
    reader = TableReader(table, faults, where)
    reader.refuse_unknown(("over", *SHARES[family], *META), f"an unknown key of a {family} law")
    about = {key: table[key] for key in META if key in table and key != "distribution"}
    if about.setdefault("unit", "1") != "1":
        reader.fault("unit", shown(about["unit"]), "'1': shares are parts of one")
        return None
    read_leaf({**about, "distribution": "constant", "value": 1}, faults, where, Meta())
    over = reader.raw("over")
    if "over" not in reader:
        reader.missing("over", "the dim whose labels share")
    elif not isinstance(over, str) or over not in dims:
        near = close(over, dims)
        reader.fault("over", f"unknown dim {shown(over)}", choices(dims) or "a dim", nearest=near)
    if not reader.is_sound:
        return None
    labels = [str(label) for label in dims[str(over)]]
    if len(labels) < 2:
        reader.fault("over", f"one label of {over!r}", "a dim of two labels or more")
    laws = _gamma(reader, labels) if family == "dirichlet" else _lognormal(reader, labels)
    if not reader.is_sound:
        return None
    by = {str(over): dict(zip(labels, laws, strict=True))}
    return {**about, "shared": [], "by": by}


def _gamma(reader: TableReader, labels: list[str]) -> list[dict[str, Any]]:
    """Return gamma weights; typical are those that give the mean shares."""
    numbers = _numbers(reader, "concentration", len(labels), one=True, positive=True)
    return [{"distribution": "gamma", "shape": a, "scale": 1.0, "typical": a} for a in numbers]


def _lognormal(reader: TableReader, labels: list[str]) -> list[dict[str, Any]]:
    """Return lognormal weights relative to the last label, whose weight is 1."""
    count = len(labels) - 1
    means = _numbers(reader, "mean", count, last=labels[-1])
    sds = _numbers(reader, "sd", count, positive=True, last=labels[-1])
    laws: list[dict[str, Any]] = [
        {"distribution": "lognormal", "median": math.exp(m), "gsd": math.exp(s)}
        for m, s in zip(means, sds, strict=False)
    ]
    return [*laws, {"distribution": "constant", "value": 1.0}]


def _numbers(
    reader: TableReader,
    key: str,
    count: int,
    *,
    one: bool = False,
    positive: bool = False,
    last: str = "",
) -> list[float]:
    """Return `count` numbers from a list, or from one number for all."""
    what = "numbers above 0" if positive else "numbers"
    allowed = f"{count} {what}, one for each label"
    if last:
        allowed = f"{count} {what}: of the log of each other label's share over that of {last!r}"
    if one:
        allowed += ", or one number for all"
    value = reader.raw(key)
    if value is None:
        reader.missing(key, allowed)
        return []
    items = value if isinstance(value, list | tuple) else [value] * count if one else None
    numbers = [finite(item) for item in items or ()]
    kept = [x for x in numbers if x is not None and (x > 0 or not positive) and abs(x) < 500]
    if len(kept) != count or len(numbers) != count:
        reader.fault(key, shown(value), allowed)
        return []
    return kept
