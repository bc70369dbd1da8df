"""Whether a tree is one that a run has saved: groups, arrays, labels and attributes.

Everything follows from the tables of `mcsus.result.arrays` and `mcsus.result.shapes`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError
from mcsus.result import of_claims, shapes
from mcsus.result.arrays import ANALYSES, CLAIM, CREDIT, OUTPUT, Entry
from mcsus.result.comparison_arrays import COMPARISON
from mcsus.result.dims import DIMS, LABELS
from mcsus.result.drawn import GROUP, unlike_draws
from mcsus.result.kept import KEPT
from mcsus.result.of_claims import own_arrays
from mcsus.result.population_arrays import POPULATION
from mcsus.result.sealed import plain_json
from mcsus.result.shapes import Found

if TYPE_CHECKING:
    import xarray as xr

_MOST = 10  # faults that are told
_MAY_LACK = ("_error", "_value", "_output", "swing", "bound", "elasticity", "wards")
"""How arrays by input end of which some are not known, or never, where an input has its rank."""
_SOME_ALONE = ("narrowed", "halved_gain")
"""Arrays of methods that look at those inputs alone that matter: the others come last."""
_LARGEST = 1e300  # beyond, the width of an axis is infinite
_KINDS = {
    "outputs": (OUTPUT, shapes.OUTPUT),
    "claims": (CLAIM, shapes.CLAIM),
    "comparisons": (COMPARISON, shapes.COMPARISON),
    "credits": (CREDIT, shapes.CREDIT),
    "populations": (POPULATION, shapes.POPULATION),
    "few_draws": (KEPT, shapes.KEPT),
}
_GROUPS = (
    "outputs", "sensitivity", "comparisons", "claims", "credits", "populations", "few_draws",
)  # fmt: skip


def refuse_odd(tree: xr.DataTree, place: str) -> None:
    """Refuse a tree that no run of this version has saved.

    Parameters
    ----------
    place : str
        Name of its file.

    Raises
    ------
    InputError
    """
    faults = []
    for found, allowed, where in _found(tree):
        faults.append(Fault(found, allowed, (place, *where)))
        if len(faults) == _MOST:
            break
    if faults:
        raise InputError(*faults)


def _found(tree: xr.DataTree) -> Found:
    """Yield what is wrong; the provenance first, as the rest is judged by it."""
    if "provenance" not in tree.children:
        yield "no provenance", "what a run has saved", ()
        return
    attrs = {str(key): shapes.plain(value) for key, value in tree["provenance"].attrs.items()}
    odd = list(shapes.unlike(attrs, _ABOUT, "provenance"))
    yield from odd
    if odd:
        return
    order = plain_json(attrs["order"])
    for group in _GROUPS:
        named = order.get(group, [])
        there = list(tree[group].children) if group in tree.children else []
        if sorted(named) != sorted(there):
            yield f"{group} {_listed(there)}", f"as in their order: {_listed(named)}", (group,)
            return
    for group in _GROUPS:
        for name in order.get(group, []):
            data = tree[group].children[name].to_dataset()
            yield from (
                (what, allowed, (group, name, *at)) for what, allowed, at in _of(group, data)
            )
    for name in order["claims"]:
        for key, node in tree["claims"].children[name].children.items():
            below = _of(key, own_arrays(node))
            yield from ((what, allowed, ("claims", name, key, *at)) for what, allowed, at in below)
    if GROUP in tree.children:
        odd_draws = unlike_draws(tree[GROUP].to_dataset(), order["outputs"]).items()
        yield from ((what, "draws as a run keeps them", (GROUP, at)) for at, what in odd_draws)
    if not order["outputs"]:
        yield "no output", "at least one", ("outputs",)
    for name in order["sensitivity"]:
        if name.partition("@")[0] not in (*order["outputs"], *order["claims"]):
            allowed = f"of an output or a claim: {_listed([*order['outputs'], *order['claims']])}"
            yield repr(name), allowed, ("sensitivity",)


_ABOUT: dict[Any, shapes.Json] = {
    key: shapes.Json(shape) for key, shape in {**shapes.PROVENANCE, ...: object}.items()
}


def _of(group: str, data: xr.Dataset) -> Found:
    """Yield what is wrong with the dataset of an output, an analysis, a claim, or one below it."""
    attrs = {str(key): shapes.plain(value) for key, value in data.attrs.items()}
    entries, shape = _declared(group, attrs)
    yield from shapes.unlike(attrs, shape)
    known = {own.name: own for entry in entries or () for own in entry.variables}
    for name, own in known.items():
        if not own.is_optional and name not in data:
            yield f"no array {name}", "that of this version: run the study again", ()
    if not data.data_vars:
        yield "no arrays", "those of a result", ()
        return
    cells = _cells(data)
    for key, array in data.data_vars.items():
        if entries is None:  # of a method that is not here
            own_dims = tuple(dim for dim in array.dims if dim in DIMS)
            holds = str if array.dtype.kind == "U" else float
            yield from _array(array, Entry(str(key), own_dims, "", "", holds=holds), cells)
        elif key in known:
            there = array if "never" not in data else array.where(data["never"] < 1, 0)
            same = array.dtype == there.dtype and array.dims == there.dims
            yield from _array(there if same else array, known[str(key)], cells)
        else:
            yield f"an array {key!r}", ", ".join(known), ()
    for dim in data.dims:
        yield from _labels(data, str(dim))
    for key in data.coords:
        if key not in data.dims:
            yield f"labels {key!r}", f"of dims: {', '.join(map(str, data.dims))}", ()
    yield from _together(data, attrs)


def _declared(
    group: str, attrs: Mapping[str, Any]
) -> tuple[Sequence[Entry] | None, dict[Any, shapes.Shape]]:
    """Return the arrays of a dataset, None where they are not known here, and its attributes."""
    if group == "sensitivity":
        return ANALYSES.get(str(attrs.get("method"))), shapes.ANALYSIS
    if group in _KINDS:
        return _KINDS[group]
    below = of_claims.declared().get(group)
    return below and below.entries, shapes.BELOW_CLAIM


def _cells(data: xr.Dataset) -> tuple[str, ...]:
    """Return the dims of the study that the first array has."""
    first = next(iter(data.data_vars.values()))
    return tuple(str(dim) for dim in first.dims if dim not in DIMS)


def _array(array: xr.DataArray, entry: Entry, cells: tuple[str, ...]) -> Found:
    """Yield what is wrong with dims and values of an array."""
    if array.dims != (*cells, *entry.dims):
        found, allowed = (", ".join(map(str, dims)) for dims in (array.dims, (*cells, *entry.dims)))
        yield f"dims ({found})", f"({allowed})", (entry.name,)
        return
    values: NDArray[Any] = array.values
    if entry.holds is bool:
        if values.dtype.kind != "b":
            yield f"values of {values.dtype}", "true or false", (entry.name,)
    elif entry.holds is str:
        if values.dtype.kind not in "UOT":
            yield f"values of {values.dtype}", "texts", (entry.name,)
    elif entry.holds is not float:
        words = [str(word) for word in entry.holds]  # type: ignore[attr-defined]
        odd = [value for value in values.ravel().tolist() if value not in words]
        if odd:
            yield repr(odd[0]), ", ".join(words), (entry.name,)
    elif values.dtype.kind not in "fiu":
        yield f"values of {values.dtype}", "numbers", (entry.name,)
    elif entry.name.endswith("_error") and bool((values < 0).any()):
        yield "a negative error", "errors from 0", (entry.name,)
    elif entry.is_finite and not _are_finite(values):
        yield "a value that is not finite", f"numbers up to {_LARGEST:g}", (entry.name,)


def _labels(data: xr.Dataset, dim: str) -> Found:
    """Yield what is wrong with the labels of a dim."""
    if not data.sizes[dim]:
        if dim != "input":  # nothing that varies leads to what does not vary
            yield "nothing along it", "at least one", (dim,)
        return
    if dim in DIMS and dim not in LABELS:
        if dim in data.coords:
            yield "labels", "none", (dim,)
        return
    if dim not in data.coords:
        yield "no labels", "one each", (dim,)
        return
    labels = data[dim].values.tolist()
    wanted = LABELS.get(dim, (str, float))
    if isinstance(wanted, tuple) and all(isinstance(word, str) for word in wanted):
        if labels != list(wanted):
            yield f"labels {_listed(labels)}", ", ".join(map(str, wanted)), (dim,)
        return
    odd = [label for label in labels if any(shapes.unlike(label, wanted))]
    if odd:
        yield repr(odd[0]), "a name or a number", (dim,)
    elif len(set(labels)) < len(labels):
        yield f"labels {_listed(labels)}", "each once", (dim,)
    elif wanted is float and not all(0 <= label <= 1 for label in labels):
        yield f"labels {_listed(labels)}", "numbers from 0 to 1", (dim,)


def _together(data: xr.Dataset, attrs: Mapping[str, Any]) -> Found:
    """Yield what does not go together."""
    sizes = data.sizes
    looks_at_all = not any(key in data for key in _SOME_ALONE)
    by_rank = "rank" in data and "input" in data["rank"].dims
    if looks_at_all and by_rank and _are_numbers(data["rank"]):
        ranked = data["rank"].values > 0
        for key, array in data.data_vars.items():
            by_input = array.dims == data["rank"].dims and not str(key).endswith(_MAY_LACK)
            if by_input and _are_numbers(array) and not _are_finite(array.values[ranked]):
                yield (
                    "a ranked input without a number",
                    "numbers where there are ranks",
                    (str(key),),
                )
    if "edge" in sizes and "bin" in sizes and sizes["edge"] != sizes["bin"] + 1:
        yield f"{sizes['edge']} edges of {sizes['bin']} bins", "one more than bins", ("edges",)
    if "part" in sizes and not any(shapes.unlike(attrs, {"stages": shapes.Json([str])})):
        stages = plain_json(attrs["stages"])
        if len(stages) != sizes["part"]:
            yield f"{len(stages)} stages", f"one for each of {sizes['part']} parts", ("stages",)
    if "curve" in data.coords and (sizes["curve"] < 2 or not _rises(data["curve"].values)):
        yield "probabilities that do not rise", "two or more that do", ("curve",)


def _are_numbers(array: xr.DataArray) -> bool:
    return array.dtype.kind in "fiu"


def _are_finite(values: NDArray[Any]) -> bool:
    return bool((np.abs(values) <= _LARGEST).all())


def _rises(values: NDArray[Any]) -> bool:
    return values.dtype.kind in "fiu" and bool((np.diff(values) > 0).all())


def _listed(names: Sequence[Any]) -> str:
    shown = ", ".join(map(repr, names[:_MOST]))
    return (shown or "none") + (f" and {len(names) - _MOST} more" if len(names) > _MOST else "")
