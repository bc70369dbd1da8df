"""All draws of a run, where the result has them: ``/draws``, as tables and for ArviZ."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.faces import above
from mcsus.result.netcdf import LOCK
from mcsus.result.sealed import regular

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

GROUP = "draws"
DRAWS_FILE = "draws.nc"
"""What the draws of a run are called that is saved to a folder."""

_DRAWN = ("replicate", "draw")
_LIBRARIES = ("pandas", "polars")


def draws_of(tree: xr.DataTree, asked: str) -> xr.Dataset:
    """Return the draws that a result keeps, refused where it keeps none.

    Parameters
    ----------
    asked : str
        What they are asked for.
    """
    if GROUP not in tree.children:
        allowed = "a run that keeps them: mcsus.run(study, keep_draws=True)"
        raise InputError(Fault("a result without its draws", allowed, (asked,)))
    return tree[GROUP].to_dataset()


def read_draws(path: Path) -> xr.Dataset:
    """Return what a file of draws holds, with numbers as the labels of replicate and draw.

    Raises
    ------
    InputError
        If it is no such file.
    RefusedError
        If it does not fit in memory.
    """
    import numpy as np  # noqa: PLC0415
    import xarray as xr  # noqa: PLC0415 - half a second to import

    allowed = "draws of a run, as mcsus run --keep-draws writes them"
    with regular(path, allowed):
        above("mcsus.runner.memory.refuse_if_too_large")(path.stat().st_size // 8, str(path))
    try:
        with LOCK, xr.open_dataset(path, engine="netcdf4", decode_times=False) as file:
            data = file.load().drop_encoding()
        return data.assign_coords({dim: np.arange(data.sizes[dim]) for dim in _DRAWN})
    except Exception as error:  # whatever a library says of a file that is none of ours
        raise InputError(Fault("a file that cannot be read", allowed, (str(path),))) from error


def drawn_frame(data: xr.Dataset, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return draws with a row for each draw at each label, and a column for each quantity.

    A quantity that has fewer dims than another is repeated along the dims that it lacks. What
    differs between individuals, and is the same at every draw, is there where it is named.

    Raises
    ------
    InputError
        If there is no quantity of a name.
    """
    drawn = {str(name): set(_DRAWN) <= set(own.dims) for name, own in data.data_vars.items()}
    chosen = [*chosen_of(drawn, names)] if names else [name for name in drawn if drawn[name]]
    own = data[chosen]
    order = [*_DRAWN, *(str(dim) for dim in own.dims if dim not in _DRAWN)]
    frame = own.to_dataframe([dim for dim in order if dim in own.dims]).reset_index()
    frame.attrs["units"] = {name: str(data[name].attrs["units"]) for name in chosen}
    return frame


def chosen_of(known: Mapping[str, Any], names: Sequence[str] | None) -> dict[str, Any]:
    """Return what is known of some names, or of all.

    Raises
    ------
    InputError
        If one of them is not known.
    """
    for name in names or ():
        if name not in known:
            allowed = f"one of {', '.join(known)}"
            raise InputError(Fault(repr(name), allowed, ("names",), nearest(name, known)))
    return {name: known[name] for name in names or known}


def in_library(frame: pd.DataFrame, library: str) -> Any:
    """Return a table of pandas as it is, or as one of polars.

    Raises
    ------
    InputError
        If it is another library, or not installed.
    """
    if library not in _LIBRARIES:
        near = nearest(str(library), _LIBRARIES)
        raise InputError(Fault(repr(library), ", ".join(_LIBRARIES), ("library",), near))
    if library == "pandas":
        return frame
    polars = _installed("polars", "to_dataframe")
    return polars.DataFrame({str(name): _listed(frame[name]) for name in frame})


def _listed(column: pd.Series) -> list[Any]:
    """Return the values of a column; what is missing among texts is None."""
    texts = column.dtype.kind not in "fiub"
    values = column.astype(object).where(column.notna(), None) if texts else column
    return list(values.to_list())


def for_arviz(data: xr.Dataset, group: str) -> Any:
    """Return draws as ArviZ holds them: its InferenceData, or a DataTree from its version 1 on."""
    arviz = _installed("arviz", "to_arviz")
    drawn = [name for name, own in data.data_vars.items() if set(_DRAWN) <= set(own.dims)]
    chains = data[drawn].rename(replicate="chain")
    if hasattr(arviz, "InferenceData"):
        return arviz.InferenceData(**{group: chains})
    return importlib.import_module("xarray").DataTree.from_dict({group: chains})


def _installed(name: str, asked: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        allowed = f"what pip install {name} brings"
        raise InputError(Fault(f"no package {name!r}", allowed, (asked,))) from error


def unlike_draws(data: xr.Dataset, outputs: Sequence[str]) -> Mapping[str, str]:
    """Return what is wrong with draws that a file holds, by the name of the quantity."""
    odd = {name: "no draws of an output" for name in outputs if name not in data}
    for name, own in data.data_vars.items():
        if own.dims[:1] != _DRAWN[:1] or own.dtype.kind != "f":
            odd[str(name)] = "an array that is no draws"
        elif own.attrs.get("role") not in ("output", "input") or "units" not in own.attrs:
            odd[str(name)] = "draws without role and unit"
    return odd
