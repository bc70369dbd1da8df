"""Compares all that two results hold: every array, label, attribute and input."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.result.shapes import plain
from mcsus.result.tree import Result

if TYPE_CHECKING:
    import xarray as xr

TOLERANCE = 1e-9
"""Of a number computed on another machine or with other versions."""

_DRAWS = 2  # that may lie in another bin of a histogram there
_COMPARED = ("inputs", "groups", "dependence")  # of the provenance: what numbers stand in


def differences(before: Result, after: Result, *, exact: bool) -> Iterator[str]:
    """Yield a line for each array, label, attribute and input that differs between two results."""
    design = after.provenance["design"]
    draws = design["draws"] * design["replicates"]
    for group in ("outputs", "sensitivity", "comparisons", "claims", "credits"):
        one, other = before.datasets(group), after.datasets(group)
        if list(one) != list(other):
            yield f"{group}: {', '.join(one)} then, {', '.join(other)} now"
            continue
        for name, data in one.items():
            yield from _unlike(_attributes(data), _attributes(other[name]), f"{group}.{name}")
            pair = _comparable(data, other[name])
            yield from _unlike_tables(*pair, f"{group}.{name}", 0 if exact else draws)
    yield from _below_claims(before, after, 0 if exact else draws)
    for key in _COMPARED:
        yield from _unlike(before.provenance[key], after.provenance[key], key)


def _below_claims(before: Result, after: Result, draws: int) -> Iterator[str]:
    """Yield a line for each difference in what stands below claims."""
    others = after.claim_analyses()
    for claim, nodes in before.claim_analyses().items():
        now = others.get(claim, {})
        if list(nodes) != list(now):
            yield f"claims.{claim}: {', '.join(nodes)} then, {', '.join(now)} now"
            continue
        for name, data in nodes.items():
            place = f"claims.{claim}.{name}"
            yield from _unlike(_attributes(data), _attributes(now[name]), place)
            yield from _unlike_tables(data, now[name], place, draws)


def _comparable(one: xr.Dataset, other: xr.Dataset) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the parts of two tables that can be compared.

    A run until a precision passes through other numbers of draws than one that knows its end.
    """
    if "size" not in one.dims or "size" not in other.dims:
        return one, other
    common = np.intersect1d(one["path_draws"], other["path_draws"])
    return _looked_at(one, common), _looked_at(other, common)


def _unlike_tables(one: xr.Dataset, other: xr.Dataset, place: str, draws: int) -> Iterator[str]:
    """Yield a line for each array that differs; to the last bit, unless `draws` were made."""
    for key in dict.fromkeys([*one.variables, *other.variables]):
        there = key in one.variables and key in other.variables
        if not there or one[key].dims != other[key].dims:
            yield f"{place}.{key}: not the same array"
            continue
        slack: Any = 0.0
        if draws and key == "density":
            widths = np.diff(one["edges"].values)
            slack = _DRAWS / draws / np.where(widths > 0, widths, np.inf)
        elif draws and str(key).endswith("_error"):
            slack = TOLERANCE
        pair = one[key].values, other[key].values
        yield from _unlike_arrays(*pair, f"{place}.{key}", TOLERANCE if draws else 0.0, slack)


def _looked_at(data: xr.Dataset, draws: NDArray[Any]) -> xr.Dataset:
    """Return the part of an output whose estimates so far are those after some numbers of draws."""
    known = data["path_draws"].values.reshape(-1, data.sizes["size"])[0]
    return data.isel(size=np.flatnonzero(np.isin(known, draws)))


def _attributes(data: xr.Dataset) -> dict[str, Any]:
    return {str(key): plain(value) for key, value in data.attrs.items()}


def _unlike_arrays(
    one: NDArray[Any], other: NDArray[Any], place: str, tolerance: float, slack: Any
) -> Iterator[str]:
    """Yield a line where arrays differ by more than is allowed, with the first place."""
    if one.shape != other.shape:
        yield f"{place}: shape {one.shape} then, {other.shape} now"
        return
    if one.dtype.kind == other.dtype.kind == "f":
        scale = np.maximum(np.abs(one), np.abs(other))
        with np.errstate(invalid="ignore"):
            close = np.abs(one - other) <= tolerance * scale + slack
        same = (one == other) | (np.isnan(one) & np.isnan(other)) | close
    else:
        same = np.asarray(one.astype(object) == other.astype(object))
    if not same.all():
        at = np.unravel_index(int(np.flatnonzero(~same.ravel())[0]), same.shape)
        more = f"; {(~same).sum()} of {same.size} differ" if same.size > 1 else ""
        yield f"{place}{list(map(int, at))}: {one[at]} then, {other[at]} now{more}"


def _unlike(before: Any, after: Any, place: str) -> Iterator[str]:
    """Yield a line for each place where two documents disagree."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _unlike(before.get(key), after.get(key), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for k, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _unlike(one, other, f"{place}[{k}]")
    elif isinstance(before, float) and isinstance(after, float):
        if not math.isclose(before, after, rel_tol=TOLERANCE, abs_tol=0.0):
            yield f"{place}: {before!r} then, {after!r} now"
    elif before != after:
        yield f"{place}: {before!r} then, {after!r} now"
