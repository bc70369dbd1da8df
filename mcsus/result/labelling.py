"""Datasets of a result: arrays as declared, under the labels of a quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from mcsus.result.arrays import Entry
from mcsus.vocabulary import Label


def labelled(
    entries: Sequence[Entry],
    values: Mapping[str, Any],
    dims: Mapping[str, Sequence[Label]],
    own: Mapping[str, Any],
    unit: str = "1",
) -> xr.Dataset:
    """Return a dataset of one quantity: the study's dims before those of each array.

    Parameters
    ----------
    entries : sequence of Entry
        The arrays that there may be; those of `values` come in this order.
    values : mapping of str to array, shape (cell, ...)
        By the name of an array.
    own : mapping of str to labels
        Coordinates of the arrays' own dims.

    Raises
    ------
    ValueError
        If a name is not declared.
    """
    known = {own.name: own for entry in entries for own in entry.variables}
    unknown = sorted(set(values) - set(known))
    if unknown:
        msg = f"found arrays {unknown}; allowed: {', '.join(known)}"
        raise ValueError(msg)
    shape = tuple(map(len, dims.values()))
    variables = {}
    for name, entry in known.items():
        if name not in values:
            continue
        array = np.asarray(values[name])
        attrs = {"units": entry.unit.format(unit=unit), "long_name": entry.meaning}
        variables[name] = (
            (*dims, *entry.dims),
            array.reshape((*shape, *array.shape[1:])),
            attrs if entry.unit else {"long_name": entry.meaning},
        )
    coords = {dim: list(labels) for dim, labels in dims.items()} | dict(own)
    return xr.Dataset(variables, coords, {"units": unit})
