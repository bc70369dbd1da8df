"""Laws as the densities of outputs are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from mcsus.analysis.intervals import CURVE
from mcsus.families import Distribution
from mcsus.result.reading import ResultTable

_BINS = 160
_ENDS = (0.0005, 0.9975)  # lower tails between which the density is known
_LEVEL = 0.95
_LAW = "law"


def law_table(name: str, laws: Mapping[str, Distribution], unit: str) -> ResultTable:
    """Return laws as the cells of an output, by what each of them is called.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> table = law_table("mass", {"": distribution("uniform", minimum=0, maximum=2)}, "kg")
    >>> table.unit, table.cells[0].value("median")
    ('kg', 1.0)
    """
    each = [_described(law) for law in laws.values()]
    if len(laws) == 1:
        return ResultTable(name, each[0].assign_attrs(units=unit))
    named = xr.DataArray(list(laws), dims=_LAW, name=_LAW)
    return ResultTable(name, xr.concat(each, named).assign_attrs(units=unit))


def _described(law: Distribution) -> xr.Dataset:
    """Return what is told of an output, of a law."""
    tail = (1 - _LEVEL) / 2
    curve = np.asarray(law.quantile(CURVE), dtype=float)
    low, middle, high = np.asarray(law.quantile([tail, 0.5, 1 - tail]), dtype=float)
    first, last = np.asarray(law.quantile(_ENDS), dtype=float)
    varies = bool(last > first)
    edges = np.linspace(first, last, _BINS + 1)
    heights = np.diff(law.cdf(edges)) / np.diff(edges) if varies else np.zeros(_BINS)
    mean = law.mean()
    told: dict[str, Any] = {
        "varies": ((), varies),
        "mean": ((), mean if np.isfinite(mean) else np.nan),
        "median": ((), middle),
        "deterministic": ((), law.typical()),
        "symmetric": (("level", "bound"), [[low, high]]),
        "quantile_curve": (("curve",), curve),
        "edges": (("edge",), edges),
        "density": (("bin",), heights),
    }
    return xr.Dataset(told, {"level": [_LEVEL], "curve": CURVE})
